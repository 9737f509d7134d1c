import { z } from "zod";
import { SyncError } from "../../core/errors.ts";
import { addressOf, type Base, baseOf, type Query } from "./address.ts";
import { type Headers, parseAnswer, type RawAnswer, statedWaitMs } from "./answer.ts";
import { type Deadline, deadline } from "./deadline.ts";
import { failureOf, failureOfStatus, inWords, isRead, type Side, type Where } from "./failure.ts";
import { Gate } from "./gate.ts";
import type { HttpLog } from "./log.ts";
import type { NetworkSettings } from "./network.ts";
import { PATIENT, type RetryPolicy, retrying } from "./retry.ts";
import { cleanText, looksLikeHtml, titleOf, withoutSecrets } from "./text.ts";
import { type Exchanged, openTransport, type Reader, TooLarge, type Transport } from "./transport.ts";
import { USER_AGENT } from "./version.ts";

export interface JsonClientSettings {
	readonly side: Side;
	/** With the context path, without `/rest`. */
	readonly baseUrl: string;
	readonly network: NetworkSettings;
	/** The Authorization header's value, or the headers of a server with its own; made where they are sent and nowhere else. */
	readonly authorization: (signal: AbortSignal) => Credential | Promise<Credential>;
	/**
	 * For credentials that end (tokens, sessions): told which one a 401 refused; the request is then sent once more with
	 * what `authorization` gives. A second 401 locks out, as the first does without this.
	 */
	readonly renew?: (refused: Credential) => void;
	/** Further texts that must never appear in a message (a password in its plain form). */
	readonly secrets?: () => readonly string[];
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
	/** Largest body that is read, in bytes; default 64 MiB. */
	readonly maxBytes?: number;
	/** The server's own sentence inside an error body (parsed JSON). */
	readonly detailOf?: (body: unknown) => string | undefined;
	/** Says whether an answer means that this credential must not be used again, beyond a plain 401. */
	readonly lockedOut?: (answer: RawAnswer) => { readonly message: string; readonly todo: string } | undefined;
	/** Recognises a 401 that is about a right and not about the log-in (Bitbucket): refused like a 403, the credential stays in use. */
	readonly lacksRight?: (answer: RawAnswer) => boolean;
	/** An answer that says no in this server's own way; undefined: judged by its status. */
	readonly refusal?: (answer: RawAnswer, where: Where) => SyncError | undefined;
	/** Sent with everything that is not a GET. */
	readonly writeHeaders?: Headers;
	/** Asked directly before each request that is not a read, repeats included; what it throws comes out, and nothing is sent. */
	readonly beforeWrite?: () => Promise<void>;
}

/** A header's value, or headers by name. */
export type Credential = string | Headers;

export interface JsonRequest<T> {
	readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	/** Below the base URL, starting with a slash; segments encoded. */
	readonly path: string;
	readonly query?: Query;
	readonly body?: unknown;
	/** Sent as a form in the place of `body`, as token endpoints want it (RFC 6749 section 4.4.2). */
	readonly form?: Readonly<Record<string, string>>;
	/** Further headers. */
	readonly headers?: Headers;
	readonly schema: z.ZodType<T>;
	/** For bodies too large to be held: takes them as they come, in place of `schema`, which then judges only HTML pages. See `stream`. */
	readonly read?: Reader<T>;
	/** Statuses that count as success; default every 2xx. */
	readonly expect?: readonly number[];
	/** A POST that changes nothing, and may be repeated. */
	readonly safe?: boolean;
	/** For messages: what the request is about (`group "x"`). */
	readonly about?: string;
	/** For `find`: the body of a 404 by which the server itself says that there is no such thing. */
	readonly absent?: z.ZodType;
}

export interface Answer<T> {
	readonly status: number;
	readonly headers: Headers;
	readonly body: T;
}

/** A body that was to be streamed and came as a page. */
const UNREADABLE = z.never();
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_HOPS = 3;

/**
 * JSON over HTTP towards one server. Never leaves the base URL's origin, bounds time and size, parses every answer with
 * a schema, repeats reads (and those writes that were certainly refused before they were done), and obeys Retry-After
 * for everybody. After a 401 or a lock-out the credential is not used again by this client: every further request
 * throws the same error without being sent. All errors are SyncError.
 */
export class JsonClient {
	readonly host: string;
	readonly #settings: JsonClientSettings;
	readonly #base: Base;
	readonly #gate: Gate;
	readonly #retry: RetryPolicy;
	#transport: Promise<Transport> | undefined;
	#requests = 0;
	#locked: SyncError | undefined;

	/** Throws `config.invalid` for an unusable base URL. Nothing is loaded or opened before the first request. */
	constructor(settings: JsonClientSettings) {
		this.#settings = settings;
		this.#base = baseOf(settings.baseUrl);
		this.host = this.#base.host;
		this.#gate = new Gate(settings.network.concurrency);
		this.#retry = settings.retry ?? PATIENT;
	}

	/** The parsed body. */
	async request<T>(request: JsonRequest<T>, signal: AbortSignal): Promise<T> {
		return (await this.send(request, signal)).body;
	}

	/** Like `request`, with status and headers. */
	async send<T>(request: JsonRequest<T>, signal: AbortSignal): Promise<Answer<T>> {
		let attempt = 0;
		return await retrying(
			() => {
				attempt += 1;
				return this.#gate.run(() => this.#once(request, { attempt, signal }), signal);
			},
			this.#retry,
			signal,
		);
	}

	/**
	 * For looking something up that may not be there: undefined on a 404 whose body is the server's own statement, as
	 * `absent` has it. Any other 404 (a wrong context path, a proxy's page) is `*.malformed`.
	 */
	async find<T>(request: JsonRequest<T> & { readonly absent: z.ZodType }, signal: AbortSignal): Promise<T | undefined> {
		const answer = await this.send<T | undefined>(request, signal);
		return answer.body;
	}

	/**
	 * A body that is read while it comes and never held as a whole; `accept` is the media type asked for. Deadline, size limit,
	 * cut-off detection, redirects, log-in and repeats are those of every request: a repeat calls `read` anew.
	 */
	async stream<T>(
		request: Omit<JsonRequest<T>, "schema"> & { readonly read: Reader<T>; readonly accept: string },
		signal: AbortSignal,
	): Promise<T> {
		const { accept, ...rest } = request;
		const headers = { ...rest.headers, Accept: accept };
		return (await this.send<T>({ ...rest, headers, schema: UNREADABLE as z.ZodType<T> }, signal)).body;
	}

	/** Requests that left so far, repeats and redirects included. */
	requests(): number {
		return this.#requests;
	}

	async close(): Promise<void> {
		const transport = await this.#transport;
		transport?.close();
		this.#transport = undefined;
	}

	async #once<T>(request: JsonRequest<T>, run: Run): Promise<Answer<T>> {
		const where = this.#whereOf(request);
		let address = addressOf(this.#base, request.path, request.query);
		let renewed = false;
		for (let hop = 0; ; hop += 1) {
			const { answer, credential } = await this.#exchange({ request, address, where }, run);
			if (answer.status === 401 && this.#settings.renew !== undefined && !renewed) {
				this.#settings.renew(credential);
				renewed = true;
				continue;
			}
			const next = REDIRECTS.has(answer.status) ? answer.headers.location : undefined;
			if (next !== undefined) {
				address = this.#redirect(next, { address, where, hop });
				continue;
			}
			this.#lockOut(answer, where);
			if (answer.status === 404 && request.absent !== undefined) {
				this.#parse(answer, request.absent, where);
				return { status: 404, headers: answer.headers, body: undefined as T };
			}
			const expected = request.expect?.includes(answer.status) ?? (answer.status >= 200 && answer.status < 300);
			if (!expected) throw this.#refusal(answer, where);
			const body = answer.read === undefined ? this.#parse(answer, request.schema, where) : (answer.read.value as T);
			return { status: answer.status, headers: answer.headers, body };
		}
	}

	/** One request on the wire, within the deadline. Anything that is not a complete answer is thrown as SyncError. */
	async #exchange(send: Send, run: Run): Promise<{ readonly answer: Exchanged; readonly credential: Credential }> {
		if (this.#locked !== undefined) throw this.#locked;
		this.#transport ??= openTransport(this.#settings.network, this.#base.origin);
		const transport = await this.#transport;
		const credential = await this.#settings.authorization(run.signal);
		if (!isRead(send.where)) await this.#settings.beforeWrite?.();
		// Re-read after the waits above: another request may have been refused meanwhile.
		if (this.#locked !== undefined) throw this.#locked;
		const limit = deadline(this.#settings.network.timeoutMs, run.signal);
		const started = performance.now();
		this.#requests += 1;
		try {
			const answer = await transport.exchange({
				method: send.request.method,
				url: send.address,
				headers: this.#headersFor(send.request, credential),
				data: contentOf(send.request).data,
				maxBytes: this.#settings.maxBytes ?? 64 * 1024 * 1024,
				signal: limit.signal,
				read: send.request.read,
			});
			this.#log(send.where, { attempt: run.attempt, started, status: answer.status });
			return { answer, credential };
		} catch (error) {
			const failure = this.#transportFailure(error, send.where, limit);
			this.#log(send.where, { attempt: run.attempt, started, error: String(failure.context.errno ?? failure.code) });
			throw failure;
		} finally {
			limit.release();
		}
	}

	#transportFailure(error: unknown, where: Where, limit: Deadline): SyncError {
		const { side } = this.#settings;
		if (limit.passed()) {
			const late = Object.assign(new Error(`no answer within ${this.#settings.network.timeoutMs} ms`), { name: "TimeoutError" });
			return failureOf(side, late, where);
		}
		if (error instanceof TooLarge) {
			const message = `${inWords(where)} answered with more than ${error.maxBytes} bytes`;
			const todo = "Check the url; if the answer is genuine, ask for smaller pages.";
			return new SyncError(`${side}.malformed`, message, { todo, outcomeUnknown: !isRead(where) });
		}
		return failureOf(side, error, where);
	}

	#headersFor(request: JsonRequest<unknown>, credential: Credential): Record<string, string> {
		return {
			Accept: "application/json",
			"User-Agent": USER_AGENT,
			...(typeof credential === "string" ? { Authorization: credential } : credential),
			...request.headers,
			...contentOf(request).type,
			...(request.method === "GET" ? {} : this.#settings.writeHeaders),
		};
	}

	/** A read may be sent elsewhere on the same origin, three times at most. Credentials never cross to another one. */
	#redirect(location: string, at: { readonly address: string; readonly where: Where; readonly hop: number }): string {
		const { side } = this.#settings;
		const next = URL.parse(location, at.address);
		const stop = (what: string, todo: string) => new SyncError(`${side}.malformed`, `${inWords(at.where)} ${what}`, { todo });
		if (next === null) throw stop("redirects to something that is not a URL", "Look at the configuration of the server or its proxy.");
		if (next.origin !== this.#base.origin) {
			const todo = `If ${next.origin} is the same server, write it as url; if it is a log-in page, the API must be reachable without it.`;
			throw stop(`redirects to another origin, ${next.origin}; it is not followed, and no credential was sent there`, todo);
		}
		if (!isRead(at.where)) throw stop(`redirects a write to ${next.pathname}; it is not followed`, "Write the final address as url.");
		if (at.hop >= MAX_HOPS) throw stop(`redirects more than ${MAX_HOPS} times`, "Write the final address as url.");
		return next.href;
	}

	#lockOut(answer: RawAnswer, where: Where): void {
		const reason = this.#settings.lockedOut?.(answer);
		if (reason === undefined && (answer.status !== 401 || this.#settings.lacksRight?.(answer) === true)) return;
		const error =
			reason === undefined
				? this.#refusal(answer, where)
				: new SyncError(`${this.#settings.side}.denied`, `${inWords(where)} answered ${answer.status}: ${reason.message}`, {
						todo: reason.todo,
						context: { method: where.method, path: where.path, host: where.host, status: answer.status },
					});
		this.#locked ??= error;
		throw error;
	}

	#refusal(answer: RawAnswer, where: Where): SyncError {
		const wait = answer.status === 429 || answer.status === 503 ? statedWaitMs(answer.headers) : undefined;
		// Whoever waits longer than the budget gives up anyway; nobody else need be held that long.
		if (wait !== undefined) this.#gate.coolDown(Math.min(wait, this.#retry.budgetMs));
		const own = this.#settings.refusal?.(answer, where);
		if (own !== undefined) return own;
		const detail = this.#detailOf(answer);
		return failureOfStatus(this.#settings.side, answer.status, where, {
			...(wait === undefined ? {} : { retryAfterMs: wait }),
			...(detail === undefined ? {} : { detail }),
		});
	}

	/** The server's own sentence: cleaned, bounded, and without our secrets even if the server echoes them. */
	#detailOf(answer: RawAnswer): string | undefined {
		if (looksLikeHtml(answer.headers["content-type"] ?? "", answer.text)) {
			const title = titleOf(answer.text);
			return title === undefined ? "an HTML page" : this.#clean(`an HTML page titled "${title}"`);
		}
		let body: unknown;
		try {
			body = JSON.parse(answer.text);
		} catch {
			return undefined; // plain text from something in between; the status says enough
		}
		const detail = this.#settings.detailOf?.(body);
		return detail === undefined ? undefined : this.#clean(detail);
	}
	#clean(text: string): string {
		return cleanText(withoutSecrets(text, this.#settings.secrets?.() ?? []));
	}

	#parse<T>(answer: RawAnswer, schema: z.ZodType<T>, where: Where): T {
		return parseAnswer(answer, schema, { side: this.#settings.side, where });
	}

	#whereOf(request: JsonRequest<unknown>): Where {
		return {
			method: request.method,
			path: this.#base.contextPath + request.path,
			host: this.#base.host,
			...(request.about === undefined ? {} : { about: request.about }),
			...(request.safe === undefined ? {} : { safe: request.safe }),
		};
	}

	#log(where: Where, line: { attempt: number; started: number; status?: number; error?: string }): void {
		const { started, ...rest } = line;
		this.#settings.log?.({
			method: where.method,
			host: where.host,
			path: where.path,
			ms: Math.round(performance.now() - started),
			...rest,
		});
	}
}

function contentOf({ body, form }: JsonRequest<unknown>): { readonly data: string | undefined; readonly type: Headers } {
	if (form !== undefined)
		return { data: new URLSearchParams(form).toString(), type: { "Content-Type": "application/x-www-form-urlencoded" } };
	if (body === undefined) return { data: undefined, type: {} };
	return { data: JSON.stringify(body), type: { "Content-Type": "application/json" } };
}

interface Run {
	readonly attempt: number;
	readonly signal: AbortSignal;
}
interface Send {
	readonly request: JsonRequest<unknown>;
	readonly address: string;
	readonly where: Where;
}
