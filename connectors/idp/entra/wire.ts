import type { Dispatcher } from "undici";
import { dispatcherFor } from "../../http/network.ts";
import { PATIENT, type RetryPolicy } from "../../http/retry.ts";
import { cleanText, withoutSecrets } from "../../http/text.ts";
import { USER_AGENT } from "../../http/version.ts";
import { type Cloud, cloudOf } from "./clouds.ts";
import type { EntraSettings } from "./settings.ts";

export type BuiltInDispatcher = NonNullable<RequestInit["dispatcher"]>;

/** What every request shares, log-ins included. */
export class Wire {
	readonly settings: EntraSettings;
	readonly cloud: Cloud;
	readonly userAgent = USER_AGENT;
	readonly retry: RetryPolicy;
	readonly #dispatchers = new Map<"far" | "near", Dispatcher>();
	#requests = 0;

	/** Throws `config.invalid` for an unusable address. Opens nothing. */
	constructor(settings: EntraSettings) {
		this.settings = settings;
		this.cloud = cloudOf(settings);
		this.retry = settings.retry ?? PATIENT;
	}

	/** The machine's own metadata service is never behind a proxy. */
	dispatcher(towards: "far" | "near" = "far"): BuiltInDispatcher {
		const known = this.#dispatchers.get(towards) ?? dispatcherFor(this.#network(towards));
		this.#dispatchers.set(towards, known);
		// For the built-in `fetch`, whose types know the dispatcher of an older undici.
		return known as unknown as BuiltInDispatcher;
	}

	#network(towards: "far" | "near"): EntraSettings["network"] {
		const { proxy, ...direct } = this.settings.network;
		return towards === "far" && proxy !== undefined ? { ...direct, proxy } : direct;
	}

	sent(): void {
		this.#requests += 1;
	}
	requests(): number {
		return this.#requests;
	}

	/** Somebody else's sentence, fit for a message: cleaned, bounded, without our secrets even if the server echoes them. */
	said(text: string, more: readonly string[] = []): string {
		const { login } = this.settings;
		const own = login.kind === "secret" ? [login.secret.reveal()] : [];
		return cleanText(withoutSecrets(text, [...own, ...more]), 200);
	}

	/** What a deadline that has passed is to the classifier of failures. */
	late(): Error {
		return Object.assign(new Error(`no whole answer within ${this.settings.network.timeoutMs} ms`), { name: "TimeoutError" });
	}

	async close(): Promise<void> {
		const open = [...this.#dispatchers.values()];
		this.#dispatchers.clear();
		await Promise.all(open.map((one) => one.close()));
	}
}
