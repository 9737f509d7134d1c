import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { type Query, segment } from "../../http/address.ts";
import type { RawAnswer } from "../../http/answer.ts";
import { JsonClient } from "../../http/client.ts";
import { failureOfStatus, type Where } from "../../http/failure.ts";
import { PATIENT } from "../../http/retry.ts";
import { cleanText, withoutSecrets } from "../../http/text.ts";
import { type Login, loginFor } from "./login.ts";
import { Pace } from "./pace.ts";
import { discover, type Provider } from "./provider.ts";
import type { ScimSettings } from "./settings.ts";
import { absentSchema, documentsSchema, errorOf, type Page, pageSchema } from "./wire.ts";

/** RFC 7644 section 3.1; servers that know only the second understand it too. */
const SCIM = { Accept: "application/scim+json, application/json;q=0.9" } as const;
/** By these a server says that it has no such description of itself, or shows it to nobody. */
const NO_DOCUMENT = new Set<unknown>([403, 404, 405, 501]);

/** Requests to one service provider. Everything thrown is a SyncError. */
export class Talk {
	readonly settings: ScimSettings;
	readonly login: Login;
	readonly host: string;
	readonly #client: JsonClient;
	#provider: Provider | undefined;

	/** Throws `config.invalid` for an unusable address. Opens nothing. */
	constructor(settings: ScimSettings) {
		this.settings = settings;
		const shared = {
			network: settings.network,
			retry: settings.retry ?? PATIENT,
			...(settings.log === undefined ? {} : { log: settings.log }),
		};
		this.login = loginFor(settings.auth, shared);
		const pace = settings.requestsPerMinute === undefined ? undefined : new Pace(settings.requestsPerMinute);
		const { renew } = this.login;
		this.#client = new JsonClient({
			...shared,
			side: "source",
			baseUrl: settings.url,
			authorization: async (signal) => {
				await pace?.admit(signal);
				return await this.login.authorization(signal);
			},
			...(renew === undefined ? {} : { renew: (refused) => renew(String(refused)) }),
			secrets: () => this.login.secrets(),
			detailOf: (body) => errorOf(body).detail,
			refusal: (answer, where) => this.#refusal(answer, where),
			// One page may hold groups with all their members.
			maxBytes: 256 * 1024 * 1024,
		});
		this.host = this.#client.host;
	}

	/** What the server says about itself; asked once. */
	async provider(signal: AbortSignal): Promise<Provider> {
		this.#provider ??= await discover(this, signal);
		return this.#provider;
	}

	/** One page. `path` is an endpoint (`/Users`). */
	async page(path: string, query: Query, signal: AbortSignal): Promise<Page> {
		const answer = await this.#client.send({ method: "GET", path, query, headers: SCIM, schema: pageSchema }, signal);
		const date = Date.parse(answer.headers.date ?? "");
		return Number.isNaN(date) ? answer.body : { ...answer.body, date };
	}

	/** One resource; undefined when the server itself says that there is none, and for ids that no address can hold. */
	async single(resource: { readonly path: string; readonly id: string; readonly query?: Query }, signal: AbortSignal): Promise<unknown> {
		const id = segment(resource.id);
		if (id === undefined) return undefined;
		const { path, query = {} } = resource;
		const request = { method: "GET", path: `${path}/${id}`, query, headers: SCIM, schema: z.record(z.string(), z.unknown()) } as const;
		return await this.#client.find({ ...request, absent: absentSchema }, signal);
	}

	/** `/ServiceProviderConfig`; undefined where the server has none. */
	async configuration(signal: AbortSignal): Promise<unknown> {
		return await this.#document("/ServiceProviderConfig", z.record(z.string(), z.unknown()), signal);
	}

	/** `/ResourceTypes` or `/Schemas`; undefined where the server has none. Throws `source.incomplete` when it states more than it sends. */
	async documents(path: "/ResourceTypes" | "/Schemas", signal: AbortSignal): Promise<readonly unknown[] | undefined> {
		const page = await this.#document(path, documentsSchema, signal);
		if (page === undefined || page.total === undefined || page.total === page.rows.length) return page?.rows;
		throw new SyncError("source.incomplete", `GET ${path} on ${this.host} states ${page.total} entries, but ${page.rows.length} came`, {
			retry: "later",
			todo: "Is something between Rollcall and the server changing its answers?",
		});
	}

	requests(): number {
		return this.#client.requests() + this.login.requests();
	}

	async close(): Promise<void> {
		await Promise.all([this.#client.close(), this.login.close()]);
	}

	async #document<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | undefined> {
		try {
			return await this.#client.request({ method: "GET", path, headers: SCIM, schema }, signal);
		} catch (error) {
			if (error instanceof SyncError && NO_DOCUMENT.has(error.context.status)) return undefined;
			throw error;
		}
	}

	/** Keeps the word by which the standard tells errors with status 400 from one another. */
	#refusal(answer: RawAnswer, where: Where): SyncError | undefined {
		if (answer.status !== 400) return undefined;
		let body: unknown;
		try {
			body = JSON.parse(answer.text);
		} catch {
			return undefined; // not the server's own answer; the status says enough
		}
		const { scimType, detail } = errorOf(body);
		if (scimType === undefined) return undefined;
		const said = detail === undefined ? scimType : `${scimType}, ${cleanText(withoutSecrets(detail, this.login.secrets()))}`;
		const plain = failureOfStatus("source", 400, where, { detail: said });
		const todo = plain.todo === undefined ? {} : { todo: plain.todo };
		return new SyncError(plain.code, plain.message, { ...todo, retry: plain.retry, context: { ...plain.context, scimType } });
	}
}
