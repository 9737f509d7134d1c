import { z } from "zod";
import { type Credential, JsonClient, type JsonRequest } from "../../http/client.ts";
import { PATIENT } from "../../http/retry.ts";
import { CachedToken } from "../../http/token.ts";
import { Pace } from "./pace.ts";
import type { Page, Span } from "./paging.ts";
import { blockedIn, detailOf, limitedWithoutWait, refusalOf } from "./refusals.ts";
import { type JumpCloudSettings, REGIONS, REQUESTS_PER_MINUTE } from "./settings.ts";

const peopleSchema = z.object({ totalCount: z.number().int().min(0), results: z.array(z.unknown()) });
const listSchema = z.array(z.unknown());
const recordSchema = z.record(z.string(), z.unknown());
const absentSchema = z.object({ message: z.string() });
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const selfSchema = z.object({
	email: z.string().nullish(),
	roleName: z.string().nullish(),
	roleNames: z.array(z.string()).nullish(),
	apiKeyHash: z.object({ expireAt: z.string().nullish() }).nullish(),
});
/** The administrator whom a key belongs to. */
export type Self = z.output<typeof selfSchema>;

/** Requests to one organisation, with one token for all of them where there are tokens. Everything thrown is a SyncError. */
export class Talk {
	readonly settings: JumpCloudSettings;
	readonly host: string;
	readonly #door: JsonClient;
	readonly #inside: JsonClient;
	/** For what JumpCloud may refuse without anything being wrong: a client that met a 401 sends nothing more. */
	readonly #aside: JsonClient;
	readonly #token: CachedToken;
	readonly #pace: Pace;
	#latest: string | undefined;

	/** Throws `config.invalid` for an unusable URL. Opens nothing. */
	constructor(settings: JumpCloudSettings) {
		this.settings = settings;
		this.#pace = new Pace(settings.requestsPerMinute ?? REQUESTS_PER_MINUTE, settings.retry);
		this.#token = new CachedToken((signal) => this.#logIn(signal));
		const hosts = REGIONS[settings.region];
		const secrets = () => this.#secrets();
		const shared = {
			side: "source",
			network: settings.network,
			retry: settings.retry ?? PATIENT,
			detailOf,
			secrets,
			lockedOut: blockedIn,
			refusal: (answer, where) => {
				if (limitedWithoutWait(answer)) this.#pace.refused();
				return refusalOf(answer, where, { settings, secrets });
			},
			...(settings.log === undefined ? {} : { log: settings.log }),
		} satisfies Partial<ConstructorParameters<typeof JsonClient>[0]>;
		const inside = {
			...shared,
			baseUrl: `${(settings.url ?? hosts.console).replace(/\/+$/, "")}/api`,
			authorization: (signal: AbortSignal) => this.#credential(signal),
			...(settings.auth.kind === "apiKey" ? {} : { renew: (refused: Credential) => this.#drop(refused) }),
		};
		this.#door = new JsonClient({ ...shared, baseUrl: settings.tokenUrl ?? hosts.tokens, authorization: (signal) => this.#basic(signal) });
		this.#inside = new JsonClient(inside);
		this.#aside = new JsonClient(inside);
		this.host = this.#inside.host;
	}

	/** `GET /api/systemusers` (V1), sorted by id as the vendor urges (https://jumpcloud.com/support/best-practices-jumpcloud-api). */
	async people(span: Span, fields: string | undefined, signal: AbortSignal): Promise<Page<unknown>> {
		const query = { limit: span.limit, skip: span.skip, sort: "_id", fields };
		const { totalCount, results } = await this.#get({ path: "/systemusers", query, schema: peopleSchema }, signal);
		return { rows: results, total: totalCount };
	}

	/** `GET /api/v2/usergroups`: groups of people, none of devices. */
	groups(span: Span, signal: AbortSignal): Promise<Page<unknown>> {
		return this.#list({ path: "/v2/usergroups" }, span, signal);
	}

	/** `GET /api/v2/usergroups/{id}/membership`: everybody who is in it, by hand or by rule. */
	membership(group: { readonly id: string; readonly name: string }, span: Span, signal: AbortSignal): Promise<Page<unknown>> {
		return this.#list({ path: `/v2/usergroups/${encodeURIComponent(group.id)}/membership`, about: `group "${group.name}"` }, span, signal);
	}

	/** Somebody by id; undefined: the server says that there is nobody. */
	async person(id: string, fields: string | undefined, signal: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined> {
		const path = `/systemusers/${encodeURIComponent(id)}`;
		const request = { method: "GET", path, query: { fields }, schema: recordSchema, absent: absentSchema } as const;
		return await this.#inside.find(request, signal);
	}

	/** People with this username; upper and lower case count. */
	async named(username: string, fields: string | undefined, signal: AbortSignal): Promise<Page<unknown>> {
		const query = { limit: 10, skip: 0, sort: "_id", filter: `username:$eq:${username}`, fields };
		const { totalCount, results } = await this.#get({ path: "/systemusers", query, schema: peopleSchema }, signal);
		return { rows: results, total: totalCount };
	}

	/** Whose key it is. The path is in the vendor's description, what it answers only under `userreturn`. */
	self(signal: AbortSignal): Promise<Self> {
		return this.#aside.request({ method: "GET", path: "/users/getSelf", schema: selfSchema }, signal);
	}

	/** A first look: one row of people, and the server's clock where it states it. */
	async look(signal: AbortSignal): Promise<{ readonly people: number; readonly date: string | undefined }> {
		const request = { method: "GET", path: "/systemusers", query: { limit: 1, skip: 0, sort: "_id", fields: "_id" } } as const;
		const { body, headers } = await this.#inside.send({ ...request, schema: peopleSchema }, signal);
		return { people: body.totalCount, date: headers.date };
	}

	requests(): number {
		return this.#door.requests() + this.#inside.requests() + this.#aside.requests();
	}

	async close(): Promise<void> {
		await Promise.all([this.#door.close(), this.#inside.close(), this.#aside.close()]);
	}

	async #list(of: { readonly path: string; readonly about?: string }, span: Span, signal: AbortSignal): Promise<Page<unknown>> {
		const sort = this.settings.groupOrder === "server" ? undefined : "id";
		const query = { limit: span.limit, skip: span.skip, sort };
		const { body, headers } = await this.#inside.send({ method: "GET", ...of, query, schema: listSchema }, signal);
		this.#pace.answered();
		// The vendor's description has this header for some lists only, and for none of these two.
		const stated = headers["x-total-count"] ?? "";
		return { rows: body, total: /^\d{1,9}$/.test(stated) ? Number(stated) : undefined };
	}

	async #get<T>(request: Omit<JsonRequest<T>, "method">, signal: AbortSignal): Promise<T> {
		const body = await this.#inside.request({ ...request, method: "GET" }, signal);
		this.#pace.answered();
		return body;
	}

	async #credential(signal: AbortSignal): Promise<Credential> {
		const { auth, organization } = this.settings;
		const token = auth.kind === "apiKey" ? undefined : await this.#token.get(signal);
		await this.#pace.admit(signal);
		return {
			...(organization === undefined ? {} : { "x-org-id": organization }),
			...(auth.kind === "apiKey" ? { "x-api-key": auth.key.reveal() } : { Authorization: `Bearer ${token}` }),
		};
	}

	#drop(refused: Credential): void {
		if (typeof refused === "object") this.#token.drop((refused.Authorization ?? "").slice("Bearer ".length));
	}

	async #basic(signal: AbortSignal): Promise<Credential> {
		await this.#pace.admit(signal);
		return { Authorization: `Basic ${this.#pair()}` };
	}

	/** RFC 6749 section 2.3.1: id and secret form-encoded, then as HTTP Basic. */
	#pair(): string {
		const { auth } = this.settings;
		if (auth.kind === "apiKey") return "";
		const encode = (part: string) => new URLSearchParams({ _: part }).toString().slice(2);
		return Buffer.from(`${encode(auth.clientId)}:${encode(auth.clientSecret.reveal())}`, "utf8").toString("base64");
	}

	/** https://jumpcloud.com/support/service-account-for-apis */
	async #logIn(signal: AbortSignal): Promise<{ token: string; expiresInMs: number }> {
		const form = { grant_type: "client_credentials", scope: "api" };
		const { access_token, expires_in } = await this.#door.request(
			{ method: "POST", path: "", form, safe: true, schema: tokenSchema },
			signal,
		);
		this.#latest = access_token;
		return { token: access_token, expiresInMs: expires_in * 1_000 };
	}

	#secrets(): readonly string[] {
		const { auth } = this.settings;
		const own = auth.kind === "apiKey" ? [auth.key.reveal()] : [auth.clientSecret.reveal(), this.#pair()];
		return this.#latest === undefined ? own : [...own, this.#latest];
	}
}
