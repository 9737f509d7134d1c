import type { Headers } from "../../http/answer.ts";
import { PATIENT, retrying } from "../../http/retry.ts";
import { CachedToken } from "../../http/token.ts";
import { AssertionSigner, dpopProof } from "./keys.ts";
import { type Login, logIn } from "./login.ts";
import type { Wire } from "./wire.ts";

/** Headers that let one GET in. Never kept longer than that request. */
export type AuthHeaders = { readonly Authorization: string } & Readonly<Record<string, string>>;

export interface Credential {
	headersFor(url: string, signal: AbortSignal): Promise<AuthHeaders>;
	/** A request with these headers was answered 401. True: it is worth sending once more, with headers asked for anew. */
	refused(used: AuthHeaders, answer: Headers): boolean;
	/** The latest log-in of a service app, made now when there is none; undefined for an API token. */
	login(signal: AbortSignal): Promise<Login | undefined>;
}

export function credentialOf(wire: Wire): Credential {
	const { auth } = wire.settings;
	if (auth.kind === "serviceApp") return new ServiceAppCredential(wire, new AssertionSigner(auth));
	return {
		headersFor: () => Promise.resolve({ Authorization: `SSWS ${auth.token.reveal()}` }),
		refused: () => false,
		login: () => Promise.resolve(undefined),
	};
}

/** One token for all requests; renewed before it runs out, and once more when Okta refuses it early. */
class ServiceAppCredential implements Credential {
	readonly #token: CachedToken;
	#login: Login | undefined;
	/** Asked for by the resource server itself (RFC 9449 section 9). */
	#nonce: string | undefined;

	constructor(wire: Wire, signer: AssertionSigner) {
		this.#token = new CachedToken(async (signal) => {
			const login = await retrying(() => logIn(wire, signer, signal), wire.settings.retry ?? PATIENT, signal);
			this.#login = login;
			return { token: `${login.scheme} ${login.token}`, expiresInMs: login.expiresInMs };
		});
	}

	async headersFor(url: string, signal: AbortSignal): Promise<AuthHeaders> {
		const authorization = await this.#token.get(signal);
		if (!authorization.startsWith("DPoP ")) return { Authorization: authorization };
		const token = authorization.slice("DPoP ".length);
		const nonce = this.#nonce === undefined ? {} : { nonce: this.#nonce };
		return { Authorization: authorization, DPoP: await dpopProof({ method: "GET", url, token, ...nonce }) };
	}

	refused(used: AuthHeaders, answer: Headers): boolean {
		const nonce = answer["dpop-nonce"];
		if (nonce !== undefined && nonce !== this.#nonce) this.#nonce = nonce;
		else this.#token.drop(used.Authorization);
		return true;
	}

	async login(signal: AbortSignal): Promise<Login | undefined> {
		await this.#token.get(signal);
		return this.#login;
	}
}
