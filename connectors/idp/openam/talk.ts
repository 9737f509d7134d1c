import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { segment } from "../../http/address.ts";
import { type Credential, JsonClient, type JsonRequest } from "../../http/client.ts";
import { PATIENT } from "../../http/retry.ts";
import { CachedToken } from "../../http/token.ts";
import type { Filter } from "./filter.ts";
import { detailOf, refusalOf } from "./refusals.ts";
import type { OpenAmSettings } from "./settings.ts";

/** The only version with filters and whole records; older ones turn every error into 200 without rows. */
const RECORDS = { "Accept-API-Version": "resource=3.0, protocol=2.1" } as const;
const SESSIONS = { "Accept-API-Version": "resource=2.0, protocol=1.0" } as const;
const SITE = { "Accept-API-Version": "resource=1.0" } as const;

const listSchema = z.object({ result: z.array(z.record(z.string(), z.unknown())), resultCount: z.number().int().min(0) });
const siteSchema = z.object({ cookieName: z.string().regex(/^[\w-]+$/) });
const loginSchema = z.union([z.object({ tokenId: z.string().min(1) }), z.object({ authId: z.string(), stage: z.string().optional() })]);
const sessionSchema = z.object({ latestAccessTime: z.iso.datetime() });
const realmsSchema = z.object({ result: z.array(z.object({ name: z.string(), parentPath: z.string().nullable() })) });

/**
 * A list of people or of groups of one realm. Records are asked for whole: `_fields` goes by the spelling of names, and
 * OpenAM spells one record's `inetUserStatus` now so and now `inetuserstatus`, depending on its cache (seen on 16.0.5),
 * so that somebody switched off would look active.
 */
export interface Listed {
	readonly realm: string;
	readonly what: "users" | "groups";
	readonly filter: Filter;
}
export type Row = Readonly<Record<string, unknown>>;

/** Requests to one OpenAM with one session for all of them. Everything thrown is a SyncError. */
export class Talk {
	readonly settings: OpenAmSettings;
	readonly host: string;
	readonly #door: JsonClient;
	readonly #inside: JsonClient;
	readonly #session: CachedToken;
	#cookie: string | undefined;
	#token: string | undefined;

	/** Throws `config.invalid` for an unusable URL or realm. Opens nothing. */
	constructor(settings: OpenAmSettings) {
		this.settings = settings;
		for (const realm of [settings.authRealm, ...settings.realms]) pathOf(realm);
		const shared = {
			side: "source",
			baseUrl: settings.url,
			network: settings.network,
			secrets: () => [settings.password.reveal(), ...(this.#token === undefined ? [] : [this.#token])],
			detailOf,
			refusal: refusalOf,
			// One list may hold thousands of groups with all their members.
			maxBytes: 512 * 1024 * 1024,
			retry: settings.retry ?? PATIENT,
			...(settings.log === undefined ? {} : { log: settings.log }),
		} as const;
		this.#session = new CachedToken((signal) => this.#logIn(signal));
		this.#door = new JsonClient({ ...shared, authorization: () => ({}) });
		this.#inside = new JsonClient({
			...shared,
			authorization: async (signal) => {
				const token = await this.#session.get(signal);
				return { [this.#cookie ?? ""]: token };
			},
			renew: (refused: Credential) => {
				for (const token of Object.values(refused)) this.#session.drop(token);
			},
		});
		this.host = this.#door.host;
	}

	/** What OpenAM sends for this filter: perhaps not all (see whole.ts). Throws `source.incomplete` when rows were lost on the way. */
	async list(listed: Listed, signal: AbortSignal): Promise<readonly Row[]> {
		const path = `${pathOf(listed.realm)}/${listed.what}`;
		const query = { _queryFilter: listed.filter };
		const body = await this.#get({ path, query, headers: RECORDS, schema: listSchema, about: `realm ${listed.realm}` }, signal);
		if (body.result.length === body.resultCount) return body.result;
		throw new SyncError(
			"source.incomplete",
			`GET ${path} on ${this.host} states ${body.resultCount} rows, but ${body.result.length} came`,
			{ retry: "later", todo: "Is something between Rollcall and OpenAM changing its answers?", context: { realm: listed.realm } },
		);
	}

	/** Logs in now, unless there is a session. */
	async login(signal: AbortSignal): Promise<void> {
		await this.#session.get(signal);
	}

	/** When the server says that it has just been asked: its clock, to the second. */
	async serverTime(signal: AbortSignal): Promise<Date> {
		const path = `${pathOf(this.settings.authRealm)}/sessions`;
		const query = { _action: "getSessionInfo" };
		const request = { method: "POST", path, query, body: {}, headers: SESSIONS, schema: sessionSchema, safe: true } as const;
		return new Date((await this.#inside.request(request, signal)).latestAccessTime);
	}

	/** Paths of all realms, or undefined when the account may not list them. */
	async realms(signal: AbortSignal): Promise<readonly string[] | undefined> {
		const request = { path: "/json/global-config/realms", query: { _queryFilter: "true" }, headers: SITE, schema: realmsSchema };
		const answer = await this.#allowed(this.#get(request, signal));
		return answer?.result.map(({ name, parentPath }) => (parentPath === null ? "/" : `${parentPath === "/" ? "" : parentPath}/${name}`));
	}

	/** Whether a page of OpenAM's is open to the account. Only administrators may ask for the version and for the policies. */
	async mayRead(page: "version" | "policies", signal: AbortSignal): Promise<boolean> {
		const request =
			page === "version"
				? { path: "/json/serverinfo/version", headers: SITE, schema: z.unknown() }
				: { path: `${pathOf(this.settings.authRealm)}/policies`, query: { _queryFilter: "true" }, headers: SITE, schema: z.unknown() };
		return (await this.#allowed(this.#get(request, signal).then(() => true))) ?? false;
	}

	requests(): number {
		return this.#door.requests() + this.#inside.requests();
	}

	/** Ends the session: OpenAM counts them, and this one would live on for hours. */
	async close(): Promise<void> {
		if (this.#token !== undefined) {
			const path = `${pathOf(this.settings.authRealm)}/sessions`;
			const headers = { ...SESSIONS, [this.#cookie ?? ""]: this.#token };
			const request = { method: "POST", path, query: { _action: "logout" }, body: {}, headers, schema: z.unknown() } as const;
			await this.#door.request(request, AbortSignal.timeout(5_000)).catch((error: unknown) => {
				// It ends by itself; and the work is done, whatever becomes of its session.
				if (!(error instanceof SyncError)) throw error;
			});
			this.#token = undefined;
		}
		await Promise.all([this.#door.close(), this.#inside.close()]);
	}

	#get<T>(request: Omit<JsonRequest<T>, "method">, signal: AbortSignal): Promise<T> {
		return this.#inside.request({ ...request, method: "GET" }, signal);
	}

	/** Undefined when the server says 403. */
	async #allowed<T>(work: Promise<T>): Promise<T | undefined> {
		try {
			return await work;
		} catch (error) {
			if (error instanceof SyncError && error.context.status === 403) return undefined;
			throw error;
		}
	}

	/**
	 * Name and password in headers, the answer a session's token. How long it lives only an administrator could tell
	 * beforehand: it is used until it is refused. 200 without a token means that the chain asks for more.
	 */
	async #logIn(signal: AbortSignal): Promise<{ token: string; expiresInMs: number }> {
		const { settings } = this;
		this.#cookie ??= await this.#cookieName(signal);
		const path = `${pathOf(settings.authRealm)}/authenticate`;
		const query = settings.chain === undefined ? {} : { authIndexType: "service", authIndexValue: settings.chain };
		const headers = { ...SESSIONS, "X-OpenAM-Username": word(settings.username), "X-OpenAM-Password": word(settings.password.reveal()) };
		const request = { method: "POST", path, query, body: {}, headers, schema: loginSchema, safe: true } as const;
		const answer = await this.#door.request(request, signal);
		if ("tokenId" in answer) {
			this.#token = answer.tokenId;
			return { token: answer.tokenId, expiresInMs: Number.MAX_SAFE_INTEGER };
		}
		throw new SyncError("source.denied", `OpenAM on ${this.host} wants more than a name and a password (stage ${answer.stage ?? "?"})`, {
			todo: "Is the password empty? Otherwise give the account a chain with the module DataStore or LDAP only, and name it as chain.",
			context: { realm: settings.authRealm },
		});
	}

	/** Its default is iPlanetDirectoryPro, and administrators are advised to change it. */
	async #cookieName(signal: AbortSignal): Promise<string> {
		const request = {
			method: "GET",
			path: "/json/serverinfo/*",
			headers: { "Accept-API-Version": "resource=1.1" },
			schema: siteSchema,
		} as const;
		return (await this.#door.request(request, signal)).cookieName;
	}
}

/** A header's value: what is not plain ASCII as encoded word (RFC 2047); raw UTF-8 is refused with 401. */
const word = (text: string): string =>
	/^[\x20-\x7e]*$/.test(text) && !text.startsWith("=?") ? text : `=?UTF-8?B?${Buffer.from(text, "utf8").toString("base64")}?=`;

/** `/json/realms/root/realms/staff` for `/staff`. Throws `config.invalid`. */
function pathOf(realm: string): string {
	const names = realm === "/" ? [] : realm.split("/").slice(1);
	const parts = names.map(segment);
	if (!realm.startsWith("/") || parts.includes(undefined))
		throw new SyncError("config.invalid", `"${realm}" is not the path of a realm`, {
			todo: 'Write it like "/" for the top-level realm, or "/staff/berlin".',
		});
	return `/json/realms/root${parts.map((name) => `/realms/${name}`).join("")}`;
}
