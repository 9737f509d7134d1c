import type KeycloakAdminClient from "@keycloak/keycloak-admin-client";
import { SyncError } from "../../../core/errors.ts";
import { statedWaitMs } from "../../http/answer.ts";
import { deadline } from "../../http/deadline.ts";
import { failureOf, failureOfStatus, inWords, type Where } from "../../http/failure.ts";
import { Gate } from "../../http/gate.ts";
import { PATIENT, retrying } from "../../http/retry.ts";
import { cleanText, looksLikeHtml, titleOf, withoutSecrets } from "../../http/text.ts";
import { CachedToken } from "../../http/token.ts";
import { type Login, logIn } from "./login.ts";
import { type Rights, rightsOf } from "./rights.ts";
import type { KeycloakSettings } from "./settings.ts";
import { detailOf, Wire } from "./wire.ts";

/** One reading request: what the SDK is asked, and how messages and logs name it (below `/admin/realms/<realm>`). */
export interface Question {
	readonly path: string;
	readonly about?: string;
	readonly ask: (client: KeycloakAdminClient) => Promise<unknown>;
}

/**
 * One SDK client for each request that may be under way. The SDK takes deadline and token for a client, not for a
 * request; `options` is what it copies into every request, so it is set anew each time.
 */
interface Lane {
	readonly client: KeycloakAdminClient;
	readonly options: { signal?: AbortSignal };
	token: string;
}

/** All requests to one Keycloak: bounded, retried, cancellable, counted, logged. Everything thrown is a SyncError. */
export class Talk {
	readonly wire: Wire;
	readonly #gate: Gate;
	readonly #token: CachedToken;
	readonly #idle: Lane[] = [];
	#login: Login | undefined;

	constructor(settings: KeycloakSettings) {
		this.wire = new Wire(settings);
		this.#gate = new Gate(settings.network.concurrency);
		this.#token = new CachedToken(async (signal) => {
			this.#login = await retrying(() => logIn(this.wire, signal), settings.retry ?? PATIENT, signal);
			return this.#login;
		});
	}

	/** The answer's JSON. A 404 is an error like any other: here nothing is ever asked for that may be missing. */
	async json(question: Question, signal: AbortSignal): Promise<unknown> {
		let attempt = 0;
		const once = () => {
			attempt += 1;
			return this.#gate.run(() => this.#withFreshToken(question, { attempt, signal }), signal);
		};
		return await retrying(once, this.wire.settings.retry ?? PATIENT, signal);
	}

	/** A page: an array, or `source.malformed`. */
	async page(question: Question, signal: AbortSignal): Promise<readonly unknown[]> {
		const answer = await this.json(question, signal);
		if (Array.isArray(answer)) return answer;
		throw this.#malformed(question, `not a list but ${answer === null ? "null" : typeof answer}`);
	}

	/** A count that the server states; `pick` finds it in the answer. */
	async count(question: Question, pick: (answer: unknown) => unknown, signal: AbortSignal): Promise<number> {
		const count = pick(await this.json(question, signal));
		if (typeof count === "number" && Number.isInteger(count) && count >= 0) return count;
		throw this.#malformed(question, "no count");
	}

	/** The latest log-in; made now when there is none. */
	async login(signal: AbortSignal): Promise<Login> {
		await this.#token.get(signal);
		// Set by the fetch above, or by an earlier one.
		return this.#login as Login;
	}

	async rights(signal: AbortSignal): Promise<Rights> {
		const { realm, authRealm = realm } = this.wire.settings;
		return rightsOf((await this.login(signal)).claims, realm, authRealm);
	}

	/** A token that was refused is given up and the request sent once more with a new one; a second 401 is final. */
	async #withFreshToken(question: Question, run: Run): Promise<unknown> {
		const lane = this.#idle.pop() ?? (await this.#newLane());
		try {
			try {
				return await this.#once(question, lane, run);
			} catch (error) {
				if (!(error instanceof SyncError) || error.context.status !== 401) throw error;
				this.#token.drop(lane.token);
				return await this.#once(question, lane, run);
			}
		} finally {
			this.#idle.push(lane);
		}
	}

	async #once(question: Question, lane: Lane, run: Run): Promise<unknown> {
		lane.token = await this.#token.get(run.signal);
		const limit = deadline(this.wire.settings.network.timeoutMs, run.signal);
		lane.options.signal = limit.signal;
		const started = performance.now();
		this.wire.sent();
		try {
			const answer = await question.ask(lane.client);
			this.#log(question, { attempt: run.attempt, started, status: 200 });
			if (typeof answer === "string") throw this.#notJson(question, answer);
			return answer;
		} catch (error) {
			if (error instanceof SyncError) throw error;
			const failure = this.#failure(question, limit.passed() ? this.wire.late() : error, lane.token);
			const { status } = failure.context;
			const outcome = typeof status === "number" ? { status } : { error: String(failure.context.errno ?? failure.code) };
			this.#log(question, { attempt: run.attempt, started, ...outcome });
			throw failure;
		} finally {
			limit.release();
		}
	}

	/** The SDK's NetworkError carries the answer; anything else is a request without one. */
	#failure(question: Question, error: unknown, token: string): SyncError {
		const where = this.#where(question);
		const { response, responseData } = (error ?? {}) as { readonly response?: unknown; readonly responseData?: unknown };
		if (!(response instanceof Response)) return failureOf("source", error, where);
		const { status, headers } = response;
		if (status >= 300 && status < 400) return this.#redirected(where, headers.get("location"));
		const retryAfterMs = status === 429 || status === 503 ? statedWaitMs(Object.fromEntries(headers)) : undefined;
		if (retryAfterMs !== undefined) this.#gate.coolDown(Math.min(retryAfterMs, (this.wire.settings.retry ?? PATIENT).budgetMs));
		const detail = detailOf(responseData, [...this.wire.secrets(), token]);
		return failureOfStatus("source", status, where, {
			...(retryAfterMs === undefined ? {} : { retryAfterMs }),
			...(detail === undefined ? {} : { detail }),
		});
	}

	#redirected(where: Where, location: string | null): SyncError {
		const origin = URL.parse(location ?? "", this.wire.base.origin)?.origin ?? "nowhere";
		return new SyncError(
			"source.malformed",
			`${inWords(where)} redirects to ${origin}; it is not followed, and no credential was sent there`,
			{
				todo: `If ${origin} is the same server, write it as url; if it is a log-in page, the API must be reachable without it.`,
			},
		);
	}

	/**
	 * The SDK hands out a body that it cannot parse as a string. Keycloak sends lists as it reads them; when it fails in the
	 * middle, it ends the 200 answer with an error document glued on (https://github.com/keycloak/keycloak/issues/25778):
	 * worth another try. A page of HTML is not.
	 */
	#notJson(question: Question, body: string): SyncError {
		if (looksLikeHtml("", body)) {
			const title = titleOf(body);
			return this.#malformed(question, `an HTML page instead of JSON${title === undefined ? "" : ` (titled "${title}")`}`);
		}
		const said = /"error(?:_description)?"\s*:\s*"([^"]{1,200})"[^"]*$/.exec(body.slice(-2_000))?.[1];
		const error = said === undefined ? "" : `, ending in the error "${cleanText(withoutSecrets(said, this.wire.secrets()), 100)}"`;
		return this.#malformed(question, body === "" ? "nothing" : `${body.length} characters that are not JSON${error}`, "later");
	}

	#malformed(question: Question, what: string, retry: "never" | "later" = "never"): SyncError {
		const where = this.#where(question);
		return new SyncError("source.malformed", `${inWords(where)} answered 200 with ${what}`, {
			retry,
			context: { method: where.method, path: where.path, host: where.host },
			todo:
				retry === "later"
					? "Look at the log of Keycloak: it broke off in the middle of its answer."
					: "Is this a log-in page or a proxy's notice? Check url, and open it in a browser.",
		});
	}

	/** Loaded when first used: it takes a tenth of a second, and `--help` shall be instant. */
	async #newLane(): Promise<Lane> {
		const { default: Client } = await import("@keycloak/keycloak-admin-client");
		const { settings, base, dispatcher, headers } = this.wire;
		// Redirects are not followed: they could carry the token to another server.
		const options: Omit<RequestInit, "signal"> & Lane["options"] = { dispatcher, headers, redirect: "manual" };
		const client = new Client({
			baseUrl: base.origin + base.contextPath,
			realmName: settings.realm,
			requestOptions: options,
			// Otherwise the SDK makes `null` of a 404, which is easily taken for "nobody".
			requestArgOptions: { catchNotFound: false },
		});
		const lane: Lane = { client, options, token: "" };
		client.registerTokenProvider({ getAccessToken: () => Promise.resolve(lane.token) });
		return lane;
	}

	#where(question: Question): Where {
		const { base, settings } = this.wire;
		const path = `${base.contextPath}/admin/realms/${encodeURIComponent(settings.realm)}${question.path}`;
		return { method: "GET", path, host: base.host, ...(question.about === undefined ? {} : { about: question.about }) };
	}

	#log(question: Question, line: { attempt: number; started: number; status?: number; error?: string }): void {
		const { log } = this.wire.settings;
		if (log === undefined) return;
		const { started, ...rest } = line;
		const { method, host, path } = this.#where(question);
		log({ method, host, path, ms: performance.now() - started, ...rest });
	}
}

interface Run {
	readonly attempt: number;
	readonly signal: AbortSignal;
}
