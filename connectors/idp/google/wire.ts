import type { Dispatcher } from "undici";
import { SyncError } from "../../../core/errors.ts";
import { type Base, baseOf } from "../../http/address.ts";
import type { RawAnswer } from "../../http/answer.ts";
import { deadline } from "../../http/deadline.ts";
import { failureOf, type Where } from "../../http/failure.ts";
import { dispatcherFor } from "../../http/network.ts";
import { cleanText, withoutSecrets } from "../../http/text.ts";
import { USER_AGENT } from "../../http/version.ts";
import type { GoogleSettings } from "./settings.ts";

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

/** One exchange after the other with Google: bounded in time, cancellable, counted, logged. */
export class Wire {
	readonly settings: GoogleSettings;
	/** Of the Directory API, of the token endpoint, of IAM Credentials, and of the metadata server of a Google Cloud machine. */
	readonly api: Base;
	readonly token: Base;
	readonly iam: Base;
	readonly metadata: Base;
	#dispatcher: Dispatcher | undefined;
	#requests = 0;
	/** Google's clock minus ours in milliseconds, from the latest Date header. */
	skewMs: number | undefined;
	readonly #secrets = new Set<string>();

	/** Throws `config.invalid` for an unusable URL. Opens nothing. */
	constructor(settings: GoogleSettings) {
		this.settings = settings;
		this.api = baseOf(settings.url ?? "https://admin.googleapis.com");
		// The SDK keeps no path before its own.
		if (this.api.contextPath !== "")
			throw new SyncError("config.invalid", `url has the path ${this.api.contextPath} behind the host; Google's has none`, {
				todo: "Write https:// and the host only.",
			});
		this.token = baseOf(settings.tokenUrl ?? "https://oauth2.googleapis.com");
		this.iam = baseOf(settings.iamUrl ?? "https://iamcredentials.googleapis.com");
		this.metadata = baseOf(settings.metadataUrl ?? "http://metadata.google.internal");
	}

	/** Any answer that came whole, whatever its status. Redirects are not followed: they could carry the credential to another server. */
	async exchange(out: Outgoing, where: Where, run: Run): Promise<RawAnswer> {
		const limit = deadline(this.settings.network.timeoutMs, run.signal);
		const started = performance.now();
		const { method, host, path } = where;
		const log = (line: { readonly status: number } | { readonly error: string }) =>
			this.settings.log?.({ method, host, path, ms: performance.now() - started, attempt: run.attempt, ...line });
		this.#requests += 1;
		try {
			const response = await fetch(out.url, {
				method: out.method,
				headers: { ...out.headers, accept: "application/json", "user-agent": `${USER_AGENT} (gzip)` },
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

	/** From now on this text is not quoted in any message. */
	conceal(secret: string): void {
		this.#secrets.add(secret);
	}

	/** Somebody else's sentence for a message: cleaned, bounded, without our secrets even where the server echoes them. */
	clean(text: string): string {
		return cleanText(withoutSecrets(text, [...this.#secrets]), 240);
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
