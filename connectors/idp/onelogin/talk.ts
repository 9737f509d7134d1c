import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import type { Query } from "../../http/address.ts";
import type { Headers, RawAnswer } from "../../http/answer.ts";
import { type Credential, JsonClient, type JsonClientSettings, type JsonRequest } from "../../http/client.ts";
import { failureOfStatus, type Where } from "../../http/failure.ts";
import { PATIENT } from "../../http/retry.ts";
import { CachedToken } from "../../http/token.ts";
import { Budget, type Reading, waitAfterLimit } from "./budget.ts";
import { ABSENT, detailOf, withAdvice } from "./refusals.ts";
import type { OneLoginSettings } from "./settings.ts";

const grant = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
/** Older answers wrap it. */
const loginSchema = z.union([
	grant,
	z.object({ data: z.array(grant).length(1) }).transform(({ data }) => data[0] as z.output<typeof grant>),
]);

const wholeNumber = z.union([
	z.number().int().min(0),
	z
		.string()
		.regex(/^\d{1,12}$/)
		.transform(Number),
]);
const rates = z.object({ "X-RateLimit-Limit": wholeNumber, "X-RateLimit-Remaining": wholeNumber, "X-RateLimit-Reset": wholeNumber });
const rateSchema = z.union([z.object({ data: rates }).transform(({ data }) => data), rates]);

/** Version 1 wraps its lists. */
const enveloped = z.object({
	data: z.array(z.unknown()),
	pagination: z.object({ after_cursor: z.string().nullish() }),
});

/** A page by its number (https://developers.onelogin.com/api-docs/2/getting-started/using-query-parameters). */
export interface Page {
	readonly rows: readonly unknown[];
	/** How many rows the whole list has. */
	readonly total: number;
	/** How many pages of this size; undefined: not said. */
	readonly pages: number | undefined;
}
export interface CursorPage {
	readonly rows: readonly unknown[];
	readonly next: string | undefined;
}
/** `path` below the account's address; `what` for messages. */
export interface List {
	readonly path: string;
	readonly what: string;
	readonly query: Query;
}

/** Requests to one OneLogin account with one token for all of them, within its hourly budget. Everything thrown is a SyncError. */
export class Talk {
	readonly settings: OneLoginSettings;
	readonly host: string;
	readonly budget: Budget;
	readonly #shared: Omit<JsonClientSettings, "authorization">;
	/** Without a token: for getting one. */
	readonly #door: JsonClient;
	/** Outside of the budget: for asking how much of it is left. */
	readonly #meter: JsonClient;
	readonly #inside: JsonClient;
	readonly #probes: JsonClient[] = [];
	readonly #token: CachedToken;
	#latest: string | undefined;
	#skewMs: number | undefined;

	/** Throws `config.invalid` for an unusable URL. Opens nothing. */
	constructor(settings: OneLoginSettings) {
		this.settings = settings;
		this.#shared = {
			side: "source",
			baseUrl: settings.url,
			network: settings.network,
			secrets: () => [settings.clientSecret.reveal(), ...(this.#latest === undefined ? [] : [this.#latest])],
			detailOf,
			refusal: (answer, where) => this.#refusal(answer, where),
			retry: settings.retry ?? PATIENT,
			...(settings.log === undefined ? {} : { log: settings.log }),
		};
		const { clientId } = settings;
		this.#token = new CachedToken((signal) => this.#logIn(signal));
		this.#door = new JsonClient({
			...this.#shared,
			authorization: () => `client_id:${clientId}, client_secret:${settings.clientSecret.reveal()}`,
		});
		const renew = (refused: Credential) => this.#token.drop(String(refused).replace(/^bearer /, ""));
		this.#meter = new JsonClient({ ...this.#shared, renew, authorization: (signal) => this.#bearer(signal) });
		this.#inside = new JsonClient({ ...this.#shared, renew, authorization: (signal) => this.#paid(signal) });
		this.budget = new Budget({
			reserve: settings.reserve,
			patienceMs: (settings.retry ?? PATIENT).budgetMs,
			ask: (signal) => this.#rates(signal),
		});
		this.host = this.#door.host;
	}

	/** One page of a list of version 2. Throws `source.incomplete` when rows were lost on the way, `source.malformed` without a total. */
	async page(
		list: List,
		at: { readonly page: number; readonly limit: number; readonly sort?: string },
		signal: AbortSignal,
	): Promise<Page> {
		const query = { ...list.query, limit: at.limit, page: at.page, sort: at.sort };
		const request = { path: list.path, query, schema: z.array(z.unknown()), about: list.what };
		const { body: rows, headers } = await this.#get(request, signal).catch((error: unknown) => {
			throw withAdvice(error, at.limit);
		});
		const [total, pages, current, items] = ["total-count", "total-pages", "current-page", "page-items"].map((name) => count(headers[name]));
		const told = (what: string) => this.#mutilated(list, what);
		if (total === undefined) throw told("a list without a Total-Count header, so that it cannot be told whether it is whole");
		if (current !== undefined && current !== at.page) throw told(`page ${current} where page ${at.page} was asked for`);
		if (items !== undefined && items !== rows.length)
			throw new SyncError("source.incomplete", `GET ${list.path} on ${this.host} states ${items} rows, but ${rows.length} came`, {
				retry: "later",
				todo: "Is something between Rollcall and OneLogin changing its answers?",
			});
		return { rows, total, pages };
	}

	/** One page of a list of version 1. */
	async cursorPage(list: List, at: { readonly limit: number; readonly after?: string }, signal: AbortSignal): Promise<CursorPage> {
		const query = { ...list.query, limit: at.limit, after_cursor: at.after };
		const { body } = await this.#get({ path: list.path, query, schema: enveloped, about: list.what }, signal);
		const next = body.pagination.after_cursor ?? "";
		return { rows: body.data, next: next === "" ? undefined : next };
	}

	/** A single record; undefined when OneLogin itself says that there is none. */
	async record<T>(
		at: { readonly path: string; readonly query?: Query },
		schema: z.ZodType<T>,
		signal: AbortSignal,
	): Promise<T | undefined> {
		const request: JsonRequest<T> & { readonly absent: z.ZodType } = { ...at, method: "GET", schema, absent: ABSENT };
		return await this.budget.during(() => this.#inside.find(request, signal));
	}

	/** Whether something may be read at all; asked by a client of its own, since a refusal ends the use of a token. */
	async mayRead(path: string, signal: AbortSignal): Promise<boolean> {
		const probe = new JsonClient({ ...this.#shared, authorization: (stop) => this.#paid(stop) });
		this.#probes.push(probe);
		try {
			await this.budget.during(() => probe.request({ method: "GET", path, query: { limit: 1 }, schema: z.unknown() }, signal));
			return true;
		} catch (error) {
			if (error instanceof SyncError && error.code === "source.denied") return false;
			throw error;
		}
	}

	/** How far OneLogin's clock is ahead, in milliseconds, judged in our favour; undefined: it does not state its time. */
	skewMs(): number | undefined {
		return this.#skewMs;
	}

	/** Logs in now, unless there is a token. */
	async login(signal: AbortSignal): Promise<void> {
		await this.#token.get(signal);
	}

	requests(): number {
		return [this.#door, this.#meter, this.#inside, ...this.#probes].reduce((sum, client) => sum + client.requests(), 0);
	}

	async close(): Promise<void> {
		await Promise.all([this.#door, this.#meter, this.#inside, ...this.#probes].map((client) => client.close()));
	}

	async #get<T>(request: Omit<JsonRequest<T>, "method">, signal: AbortSignal): Promise<{ readonly body: T; readonly headers: Headers }> {
		return await this.budget.during(async () => {
			const asked = Date.now();
			const answer = await this.#inside.send({ ...request, method: "GET" }, signal);
			this.budget.heard(answer.headers);
			this.#skewMs = skewOf(answer.headers.date, asked) ?? this.#skewMs;
			return answer;
		});
	}

	async #bearer(signal: AbortSignal): Promise<string> {
		return `bearer ${await this.#token.get(signal)}`;
	}

	async #paid(signal: AbortSignal): Promise<string> {
		const bearer = await this.#bearer(signal);
		await this.budget.spend(signal);
		return bearer;
	}

	/** https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens-2 */
	async #logIn(signal: AbortSignal): Promise<{ token: string; expiresInMs: number }> {
		const request = {
			method: "POST",
			path: "/auth/oauth2/v2/token",
			body: { grant_type: "client_credentials" },
			schema: loginSchema,
			safe: true,
		} as const;
		const { access_token: token, expires_in: seconds } = await this.#door.request(request, signal);
		this.#latest = token;
		return { token, expiresInMs: seconds * 1000 };
	}

	/** Undefined where there is no such page. */
	async #rates(signal: AbortSignal): Promise<Reading | undefined> {
		const request = { method: "GET", path: "/auth/rate_limit", schema: rateSchema, absent: ABSENT } as const;
		const said = await this.#meter.find(request, signal);
		if (said === undefined) return undefined;
		const { "X-RateLimit-Limit": limit, "X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": seconds } = said;
		return { limit, remaining, resetMs: seconds * 1000 };
	}

	#refusal(answer: RawAnswer, where: Where): SyncError | undefined {
		this.budget.heard(answer.headers);
		// Retry-After has the say, and is heeded already.
		if (answer.status !== 429 || answer.headers["retry-after"] !== undefined) return undefined;
		const wait = waitAfterLimit(answer.headers);
		return wait === undefined ? undefined : failureOfStatus("source", 429, where, { retryAfterMs: wait });
	}

	#mutilated(list: List, what: string): SyncError {
		return new SyncError("source.malformed", `GET ${list.path} on ${this.host} (${list.what}) answered with ${what}`, {
			todo: "Something between Rollcall and OneLogin drops headers or the query: exempt this host from it.",
		});
	}
}

const count = (header: string | undefined): number | undefined => (/^\d{1,9}$/.test(header ?? "") ? Number(header) : undefined);

/** The header is cut to whole seconds, and was written some time between the question and the answer. */
function skewOf(date: string | undefined, asked: number): number | undefined {
	const server = Date.parse(date ?? "");
	if (Number.isNaN(server)) return undefined;
	if (server > Date.now()) return server - Date.now();
	return Math.min(0, server + 1_000 - asked);
}
