import { generateKeyPairSync, type JsonWebKey, randomBytes } from "node:crypto";
import { type Answer, type Call, Refused } from "../kit/http.ts";
import { hashOf, parsedJwt, thumbprint, verified } from "./jwt.ts";
import { refuse } from "./refusals.ts";

/** Standard roles that matter here: https://developer.okta.com/docs/api/openapi/okta-management/guides/roles/ */
export type OktaRole = "SUPER_ADMIN" | "ORG_ADMIN" | "READ_ONLY_ADMIN" | "USER_ADMIN";

/** `groups`: the role is limited to these groups (a group administrator). */
export interface OktaRights {
	readonly roles: readonly OktaRole[];
	readonly groups?: readonly string[];
}
export interface ApiToken extends OktaRights {
	readonly token: string;
	/** Login of whoever made it. Kept out of the list of people, so that a company is just itself. */
	readonly owner: string;
}
export interface ServiceApp extends OktaRights {
	readonly clientId: string;
	readonly publicKey: JsonWebKey;
	/** Granted under "Okta API Scopes". */
	readonly scopes: readonly string[];
	/** "Require Demonstrating Proof of Possession (DPoP) header in token requests". */
	readonly dpop: boolean;
}

/** Who calls. `scopes` undefined: an API token, which has none. */
export interface Caller extends OktaRights {
	readonly name: string;
	readonly owner: string | undefined;
	readonly scopes: ReadonlySet<string> | undefined;
}

export interface TokenSettings {
	/** Seconds; Okta's is an hour. */
	lifeSeconds: number;
	/** A token is refused after so many requests, whatever its age: expiry in the middle of a reading without waiting for it. */
	uses: number;
}

interface Live {
	readonly app: ServiceApp;
	readonly scopes: readonly string[];
	readonly endsAt: number;
	/** Thumbprint of the key that must prove possession. */
	readonly boundTo: string | undefined;
	uses: number;
}

interface Proof {
	readonly key: string;
	readonly nonce: unknown;
}

export interface NewServiceApp {
	readonly app: ServiceApp;
	/** JSON Web Key, private, with its `kid`. */
	readonly privateKey: string;
}

/** A service app with a new key; P-256 unless said otherwise (RSA takes a moment to make). */
export function newServiceApp(
	clientId: string,
	rights: Omit<ServiceApp, "clientId" | "publicKey">,
	kind: "ec" | "rsa" = "ec",
): NewServiceApp {
	const { privateKey, publicKey } =
		kind === "rsa" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ec", { namedCurve: "P-256" });
	const kid = `${clientId}-key`;
	return {
		app: { clientId, publicKey: { ...publicKey.export({ format: "jwk" }), kid }, ...rights },
		privateKey: JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid }),
	};
}

/** Hands out access tokens and looks at all credentials. */
export class AccessDesk {
	readonly settings: TokenSettings;
	readonly apiTokens = new Map<string, ApiToken>();
	readonly apps = new Map<string, ServiceApp>();
	/** How many access tokens were handed out. */
	issued = 0;
	readonly #clock: () => number;
	readonly #nonce = randomBytes(16).toString("base64url");
	readonly #live = new Map<string, Live>();
	readonly #seen = new Set<string>();

	constructor(settings: TokenSettings, clock: () => number) {
		this.settings = settings;
		this.#clock = clock;
	}

	/** `POST /oauth2/v1/token`, client_credentials with private_key_jwt. */
	issue(call: Call, endpoint: string): Answer {
		const form = new URLSearchParams(call.text);
		if (form.get("grant_type") !== "client_credentials")
			return oauthError(400, "unsupported_grant_type", "The grant type is not supported.");
		const app = this.#appOf(form, endpoint);
		if (typeof app === "string") return oauthError(401, "invalid_client", app);
		const proof = call.headers.dpop === undefined ? undefined : this.#proofOf(call, { url: endpoint, token: undefined });
		if (typeof proof === "string") return oauthError(400, "invalid_dpop_proof", proof);
		if (app.dpop && proof === undefined) return oauthError(400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.");
		if (app.dpop && proof?.nonce !== this.#nonce) {
			const answer = oauthError(400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof.");
			return { ...answer, headers: { "dpop-nonce": this.#nonce } };
		}
		const scopes = (form.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
		if (scopes.length === 0 || scopes.some((scope) => !app.scopes.includes(scope)))
			return oauthError(400, "invalid_scope", "One or more scopes are not configured for the authorization server resource.");
		return this.#handOut(app, scopes, app.dpop ? proof?.key : undefined);
	}

	#handOut(app: ServiceApp, scopes: readonly string[], boundTo: string | undefined): Answer {
		this.issued += 1;
		const token = `eyJraWQiOiJzYW5kYm94In0.${randomBytes(48).toString("base64url")}.${randomBytes(32).toString("base64url")}`;
		const { lifeSeconds } = this.settings;
		this.#live.set(token, { app, scopes, endsAt: this.#clock() + lifeSeconds * 1000, boundTo, uses: 0 });
		const type = boundTo === undefined ? "Bearer" : "DPoP";
		return {
			status: 200,
			headers: { "cache-control": "no-cache, no-store" },
			json: { token_type: type, expires_in: lifeSeconds, access_token: token, scope: scopes.join(" ") },
		};
	}

	/** @throws Refused 401. */
	caller(call: Call, at: { readonly url: string; readonly nonce: boolean }): Caller {
		const [, scheme = "", credential = ""] = /^(\S+) (\S+)$/.exec(call.headers.authorization ?? "") ?? [];
		if (scheme === "SSWS") {
			const known = this.apiTokens.get(credential);
			if (known === undefined) throw refuse(401, "E0000011");
			return { ...known, name: known.owner, scopes: undefined };
		}
		const live = this.#live.get(credential);
		if (live === undefined) throw refuse(401, "E0000011");
		live.uses += 1;
		if (this.#clock() >= live.endsAt || live.uses > this.settings.uses) {
			this.#live.delete(credential);
			throw refuse(401, "E0000011");
		}
		if (scheme !== (live.boundTo === undefined ? "Bearer" : "DPoP")) throw refuse(401, "E0000011");
		if (live.boundTo !== undefined) this.#assertProof(call, { ...at, token: credential, boundTo: live.boundTo });
		return { ...live.app, name: live.app.clientId, owner: undefined, scopes: new Set(live.scopes) };
	}

	#assertProof(
		call: Call,
		want: { readonly url: string; readonly token: string; readonly boundTo: string; readonly nonce: boolean },
	): void {
		const proof = this.#proofOf(call, want);
		const denied = refuse(401, "E0000011");
		if (typeof proof === "string" || proof.key !== want.boundTo) throw denied;
		if (!want.nonce || proof.nonce === this.#nonce) return;
		const headers = { "dpop-nonce": this.#nonce, "www-authenticate": 'DPoP error="use_dpop_nonce"' };
		throw new Refused({ ...denied.answer, headers });
	}

	/** The app, or why its assertion is not good. */
	#appOf(form: URLSearchParams, endpoint: string): ServiceApp | string {
		const assertion = form.get("client_assertion") ?? "";
		const jwt = parsedJwt(assertion);
		if (form.get("client_assertion_type") !== "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || jwt === undefined)
			return "The client_assertion parameter is missing or is no JWT.";
		const { iss, sub, aud, exp, jti } = jwt.claims;
		const app = this.apps.get(String(iss));
		if (app === undefined || sub !== iss) return "Invalid value for 'client_id' parameter.";
		if (aud !== endpoint) return "The audience claim for client_assertion must be the endpoint invoked for the request.";
		const kid = jwt.header.kid;
		if ((kid !== undefined && kid !== (app.publicKey as { kid?: string }).kid) || !verified(assertion, app.publicKey))
			return "The client_assertion signature is invalid.";
		const now = this.#clock() / 1000;
		if (typeof exp !== "number" || exp <= now || exp > now + 3600) return "The client_assertion token is expired.";
		if (!this.#once(jti)) return "The client_assertion token has already been used.";
		return app;
	}

	/** RFC 9449 section 4.3; or what is wrong with it. */
	#proofOf(call: Call, want: { readonly url: string; readonly token: string | undefined }): Proof | string {
		const text = String(call.headers.dpop ?? "");
		const jwt = parsedJwt(text);
		const key = jwt?.header.jwk as JsonWebKey | undefined;
		if (jwt === undefined || jwt.header.typ !== "dpop+jwt" || key === undefined || key.d !== undefined)
			return "The DPoP proof JWT is malformed.";
		if (!verified(text, key)) return "The DPoP proof JWT signature is invalid.";
		const { htm, htu, iat, jti, ath, nonce } = jwt.claims;
		if (htm !== call.method || htu !== want.url) return "'htm' or 'htu' claim in the DPoP proof JWT does not match the request.";
		if (typeof iat !== "number" || Math.abs(this.#clock() / 1000 - iat) > 300) return "The DPoP proof JWT is expired or not yet valid.";
		if (want.token !== undefined && ath !== hashOf(want.token)) return "'ath' claim in the DPoP proof JWT is invalid.";
		if (!this.#once(jti)) return "The DPoP proof JWT has already been used.";
		return { key: thumbprint(key), nonce };
	}

	#once(jti: unknown): boolean {
		if (typeof jti !== "string" || this.#seen.has(jti)) return false;
		this.#seen.add(jti);
		return true;
	}
}

const oauthError = (status: number, error: string, description: string): Answer => ({
	status,
	json: { error, error_description: description },
});

/** @throws Refused 403: an administrator of any kind, and with OAuth the scope too. */
export function requireRead(caller: Caller, scope: string): void {
	if (caller.roles.length === 0) throw refuse(403, "E0000006");
	if (caller.scopes !== undefined && !caller.scopes.has(scope))
		throw refuse(403, "E0000006", "The access token provided does not contain the required scopes.");
}
