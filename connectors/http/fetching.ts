import type { Dispatcher } from "undici";
import type { RawAnswer } from "./answer.ts";
import { deadline } from "./deadline.ts";
import { failureOf, type Where } from "./failure.ts";
import type { HttpLog } from "./log.ts";
import { dispatcherFor, type NetworkSettings } from "./network.ts";
import { USER_AGENT } from "./version.ts";

type BuiltInDispatcher = NonNullable<RequestInit["dispatcher"]>;

export interface Outgoing {
	readonly method: string;
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
	/** Past any proxy: the address is on this very machine's network. */
	readonly direct?: boolean;
}
export interface Run {
	readonly attempt: number;
	readonly signal: AbortSignal;
}

/** Requests by `fetch`, for vendors whose SDK leaves the sending to us: bounded in time, cancellable, counted, logged. */
export class Fetching {
	readonly #settings: { readonly network: NetworkSettings; readonly log?: HttpLog };
	readonly #userAgent: string;
	#dispatcher: Dispatcher | undefined;
	#requests = 0;
	/** Server's clock minus ours in milliseconds, from the latest Date header. */
	skewMs: number | undefined;

	/** Opens nothing. */
	constructor(settings: { readonly network: NetworkSettings; readonly log?: HttpLog }, userAgent = USER_AGENT) {
		this.#settings = settings;
		this.#userAgent = userAgent;
	}

	/** Any answer that came whole, whatever its status. Redirects are not followed: they could carry the credential to another server. */
	async exchange(out: Outgoing, where: Where, run: Run): Promise<RawAnswer> {
		const limit = deadline(this.#settings.network.timeoutMs, run.signal);
		const started = performance.now();
		const { method, host, path } = where;
		const log = (line: { readonly status: number } | { readonly error: string }) =>
			this.#settings.log?.({ method, host, path, ms: performance.now() - started, attempt: run.attempt, ...line });
		this.#requests += 1;
		try {
			const response = await fetch(out.url, {
				method: out.method,
				headers: { ...out.headers, accept: "application/json", "user-agent": this.#userAgent },
				...(out.body === undefined ? {} : { body: out.body }),
				redirect: "manual",
				...(out.direct === true ? {} : { dispatcher: this.#connections() }),
				signal: limit.signal,
			});
			const text = await response.text();
			const headers = Object.fromEntries(response.headers);
			this.#noteClock(headers.date);
			log({ status: response.status });
			return { status: response.status, headers, text };
		} catch (error) {
			const failure = failureOf("source", limit.passed() ? this.#late() : error, where);
			log({ error: String(failure.context.errno ?? failure.code) });
			throw failure;
		} finally {
			limit.release();
		}
	}

	requests(): number {
		return this.#requests;
	}

	async close(): Promise<void> {
		await this.#dispatcher?.close();
		this.#dispatcher = undefined;
	}

	/** For the built-in `fetch`, whose types know the dispatcher of an older undici. */
	#connections(): BuiltInDispatcher {
		this.#dispatcher ??= dispatcherFor(this.#settings.network);
		return this.#dispatcher as unknown as BuiltInDispatcher;
	}

	#noteClock(date: string | undefined): void {
		const server = Date.parse(date ?? "");
		if (!Number.isNaN(server)) this.skewMs = server - Date.now();
	}

	#late(): Error {
		return Object.assign(new Error(`no whole answer within ${this.#settings.network.timeoutMs} ms`), { name: "TimeoutError" });
	}
}
