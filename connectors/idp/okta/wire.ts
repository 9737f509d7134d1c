import type { Dispatcher } from "undici";
import { type Base, baseOf } from "../../http/address.ts";
import type { RawAnswer } from "../../http/answer.ts";
import { deadline } from "../../http/deadline.ts";
import { failureOf, type Where } from "../../http/failure.ts";
import { dispatcherFor } from "../../http/network.ts";
import { cleanText, withoutSecrets } from "../../http/text.ts";
import { USER_AGENT } from "../../http/version.ts";
import type { OktaSettings } from "./settings.ts";

type BuiltInDispatcher = NonNullable<RequestInit["dispatcher"]>;

export interface Outgoing {
	readonly method: string;
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
}
export interface Run {
	readonly attempt: number;
	readonly signal: AbortSignal;
}

/** One exchange after the other with one organisation: bounded in time, cancellable, counted, logged. */
export class Wire {
	readonly settings: OktaSettings;
	readonly base: Base;
	#dispatcher: Dispatcher | undefined;
	#requests = 0;
	/** Server's clock minus ours in milliseconds, from the latest Date header. */
	skewMs: number | undefined;

	/** Throws `config.invalid` for an unusable URL. Opens nothing. */
	constructor(settings: OktaSettings) {
		this.settings = settings;
		this.base = baseOf(settings.url);
	}

	/** Any answer that came whole, whatever its status. Redirects are not followed: they could carry the credential to another server. */
	async exchange(out: Outgoing, where: Where, run: Run): Promise<RawAnswer> {
		const limit = deadline(this.settings.network.timeoutMs, run.signal);
		const started = performance.now();
		const log = (line: { readonly status: number } | { readonly error: string }) =>
			this.settings.log?.({
				method: where.method,
				host: where.host,
				path: where.path,
				ms: performance.now() - started,
				attempt: run.attempt,
				...line,
			});
		this.#requests += 1;
		try {
			const response = await fetch(out.url, {
				method: out.method,
				headers: { ...out.headers, accept: "application/json", "user-agent": USER_AGENT },
				...(out.body === undefined ? {} : { body: out.body }),
				redirect: "manual",
				dispatcher: this.#connections(),
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

	/** Somebody else's sentence for a message: cleaned, bounded, without our secrets even where the server echoes them. */
	clean(text: string, more: readonly string[] = []): string {
		const { auth } = this.settings;
		const secret = auth.kind === "token" ? auth.token : auth.privateKey;
		return cleanText(withoutSecrets(text, [secret.reveal(), ...more]), 200);
	}

	async close(): Promise<void> {
		await this.#dispatcher?.close();
		this.#dispatcher = undefined;
	}

	/** For the built-in `fetch`, whose types know the dispatcher of an older undici. */
	#connections(): BuiltInDispatcher {
		this.#dispatcher ??= dispatcherFor(this.settings.network);
		return this.#dispatcher as unknown as BuiltInDispatcher;
	}

	#noteClock(date: string | undefined): void {
		const server = Date.parse(date ?? "");
		if (!Number.isNaN(server)) this.skewMs = server - Date.now();
	}

	#late(): Error {
		return Object.assign(new Error(`no whole answer within ${this.settings.network.timeoutMs} ms`), { name: "TimeoutError" });
	}
}
