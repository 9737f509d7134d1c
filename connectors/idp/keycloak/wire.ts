import type { Dispatcher } from "undici";
import { type Base, baseOf } from "../../http/address.ts";
import { dispatcherFor } from "../../http/network.ts";
import { cleanText, withoutSecrets } from "../../http/text.ts";
import { USER_AGENT } from "../../http/version.ts";
import type { KeycloakSettings } from "./settings.ts";

type BuiltInDispatcher = NonNullable<RequestInit["dispatcher"]>;

/** What every request to one server shares. */
export class Wire {
	readonly settings: KeycloakSettings;
	readonly base: Base;
	readonly headers = { "user-agent": USER_AGENT } as const;
	#dispatcher: Dispatcher | undefined;
	#requests = 0;

	/** Throws `config.invalid` for an unusable URL. Opens nothing. */
	constructor(settings: KeycloakSettings) {
		this.settings = settings;
		this.base = baseOf(settings.url);
	}

	/** For the built-in `fetch`, whose types know the dispatcher of an older undici. */
	get dispatcher(): BuiltInDispatcher {
		this.#dispatcher ??= dispatcherFor(this.settings.network);
		return this.#dispatcher as unknown as BuiltInDispatcher;
	}

	sent(): void {
		this.#requests += 1;
	}

	requests(): number {
		return this.#requests;
	}

	/** RFC 6749 section 2.3.1: id and secret form-encoded, then as HTTP Basic. */
	authorization(): string {
		const encode = (part: string) => new URLSearchParams({ _: part }).toString().slice(2);
		const { clientId, clientSecret } = this.settings;
		return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret.reveal())}`, "utf8").toString("base64")}`;
	}

	/** What must not be quoted: the secret, and the form in which it travels. */
	secrets(): readonly string[] {
		return [this.settings.clientSecret.reveal(), this.authorization().slice("Basic ".length)];
	}

	/** What a deadline that has passed is to the classifier of failures. */
	late(): Error {
		return Object.assign(new Error(`no whole answer within ${this.settings.network.timeoutMs} ms`), { name: "TimeoutError" });
	}

	async close(): Promise<void> {
		await this.#dispatcher?.close();
		this.#dispatcher = undefined;
	}
}

/** Keycloak's own sentence inside an error body: `error_description`, `errorMessage` or `error`. Cleaned, bounded, without secrets. */
export function detailOf(body: unknown, secrets: readonly string[]): string | undefined {
	if (!(body instanceof Object)) return undefined;
	const { error, error_description, errorMessage } = body as Record<string, unknown>;
	const said = [error_description, errorMessage, error].find((text): text is string => typeof text === "string" && text !== "");
	return said === undefined ? undefined : cleanText(withoutSecrets(said, secrets), 200);
}
