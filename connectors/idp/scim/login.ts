import { z } from "zod";
import { JsonClient, type JsonClientSettings } from "../../http/client.ts";
import { CachedToken } from "../../http/token.ts";
import { claimsOf, scopesIn } from "./rights.ts";
import type { ScimAuth, ScimClient } from "./settings.ts";

/** What every request carries, and what is known about what it may do. */
export interface Login {
	/** The Authorization header's value. */
	authorization(signal: AbortSignal): Promise<string>;
	/** Absent where the credential does not end. */
	readonly renew?: (refused: string) => void;
	/** Must not appear anywhere. */
	secrets(): readonly string[];
	/** Claims of the token, where it is one that can be read. */
	claims(): Readonly<Record<string, unknown>> | undefined;
	/** What the credential was given for, where it says so. */
	scopes(): readonly string[];
	requests(): number;
	close(): Promise<void>;
}

type Shared = Pick<JsonClientSettings, "network" | "log" | "retry">;

/** Throws `config.invalid` for an unusable token address. Sends nothing. */
export function loginFor(auth: ScimAuth, shared: Shared): Login {
	if (auth.kind === "oauth") return new ClientLogin(auth, shared);
	const secret = (auth.kind === "bearer" ? auth.token : auth.password).reveal();
	const value = auth.kind === "bearer" ? secret : Buffer.from(`${auth.username}:${secret}`, "utf8").toString("base64");
	const claims = auth.kind === "bearer" ? claimsOf(secret) : undefined;
	return {
		authorization: async () => `${auth.kind === "bearer" ? "Bearer" : "Basic"} ${value}`,
		secrets: () => [secret, value],
		claims: () => claims,
		scopes: () => scopesIn(claims),
		requests: () => 0,
		close: () => Promise.resolve(),
	};
}

const tokenSchema = z.object({
	access_token: z.string().min(1),
	/** Seconds. */
	expires_in: z.coerce.number().positive().optional(),
	scope: z.string().nullish(),
});
const errorSchema = z.object({ error: z.string().optional(), error_description: z.string().optional() });

/** A token for all requests, fetched again before it runs out and when it is refused. */
class ClientLogin implements Login {
	readonly #auth: ScimClient;
	readonly #door: JsonClient;
	readonly #path: string;
	readonly #cached: CachedToken;
	#latest: z.output<typeof tokenSchema> | undefined;

	constructor(auth: ScimClient, shared: Shared) {
		this.#auth = auth;
		const url = URL.parse(auth.tokenUrl);
		this.#path = url?.pathname ?? "/";
		this.#door = new JsonClient({
			...shared,
			side: "source",
			// Its own origin, so that the secret goes nowhere else either.
			baseUrl: url?.origin ?? auth.tokenUrl,
			authorization: () => (auth.clientAuthentication === "basic" ? `Basic ${this.#basic()}` : {}),
			secrets: () => this.secrets(),
			detailOf: (body) => {
				const { error, error_description } = errorSchema.safeParse(body).data ?? {};
				return error_description ?? error;
			},
		});
		this.#cached = new CachedToken((signal) => this.#fetch(signal));
	}

	async authorization(signal: AbortSignal): Promise<string> {
		return `Bearer ${await this.#cached.get(signal)}`;
	}

	readonly renew = (refused: string): void => this.#cached.drop(refused.slice("Bearer ".length));

	secrets(): readonly string[] {
		return [this.#auth.clientSecret.reveal(), this.#basic(), ...(this.#latest === undefined ? [] : [this.#latest.access_token])];
	}

	claims(): Readonly<Record<string, unknown>> | undefined {
		return claimsOf(this.#latest?.access_token ?? "");
	}

	scopes(): readonly string[] {
		const stated = (this.#latest?.scope ?? "").split(" ").filter((scope) => scope !== "");
		return stated.length > 0 ? stated : scopesIn(this.claims());
	}

	requests(): number {
		return this.#door.requests();
	}

	close(): Promise<void> {
		return this.#door.close();
	}

	/** RFC 6749 section 2.3.1: id and secret form-encoded, then as HTTP Basic. */
	#basic(): string {
		const encode = (part: string) => new URLSearchParams({ _: part }).toString().slice(2);
		return Buffer.from(`${encode(this.#auth.clientId)}:${encode(this.#auth.clientSecret.reveal())}`, "utf8").toString("base64");
	}

	async #fetch(signal: AbortSignal): Promise<{ token: string; expiresInMs: number }> {
		const { clientId, clientSecret, clientAuthentication, scope, audience } = this.#auth;
		const form = {
			grant_type: "client_credentials",
			...(scope === undefined ? {} : { scope }),
			...(audience === undefined ? {} : { audience }),
			...(clientAuthentication === "body" ? { client_id: clientId, client_secret: clientSecret.reveal() } : {}),
		};
		this.#latest = await this.#door.request({ method: "POST", path: this.#path, form, schema: tokenSchema, safe: true }, signal);
		// Where no time is stated, the token is used until it is refused.
		const seconds = this.#latest.expires_in ?? Number.MAX_SAFE_INTEGER / 1_000;
		return { token: this.#latest.access_token, expiresInMs: seconds * 1_000 };
	}
}
