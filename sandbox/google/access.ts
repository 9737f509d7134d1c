import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from "node:crypto";
import { type Answer, bearerOf, type Call, jsonOf } from "../kit/http.ts";
import { forbidden, noCredential, noScope, oauthRefusal } from "./refusals.ts";

const SCOPE = "https://www.googleapis.com/auth/";
export type Privilege = "USERS_RETRIEVE" | "GROUPS_RETRIEVE" | "ORGANIZATION_UNITS_RETRIEVE";
export const allPrivileges: readonly Privilege[] = ["USERS_RETRIEVE", "GROUPS_RETRIEVE", "ORGANIZATION_UNITS_RETRIEVE"];

/** Somebody with an administrator role. Kept out of the list of people, so that a company is just itself. */
export interface Administrator {
	readonly email: string;
	readonly superAdmin: boolean;
	readonly privileges: readonly Privilege[];
}

interface ServiceAccount {
	readonly email: string;
	/** By which the delegation names it. */
	readonly clientId: string;
	readonly publicKey: KeyObject;
	readonly privateKey: KeyObject;
	/** Scopes that are delegated to it for the whole organisation. */
	delegated: readonly string[];
	/** Its own role, for when it stands in for nobody. */
	privileges: readonly Privilege[];
}

export interface TokenSettings {
	/** Seconds; Google's is an hour. */
	lifeSeconds: number;
	/** A token is refused after so many requests, whatever its age: expiry in the middle of a reading without waiting for it. */
	uses: number;
}

interface Issued {
	readonly user: string;
	readonly scopes: ReadonlySet<string>;
	readonly endsAt: number;
	uses: number;
}

/** Who calls the Directory API, with the role of this moment. */
export interface Caller {
	readonly user: string;
	readonly scopes: ReadonlySet<string>;
	readonly privileges: readonly Privilege[];
}

/** Service accounts, delegation, administrators, tokens; and what IAM and its federation hand out. */
export class AccessDesk {
	readonly settings: TokenSettings;
	readonly accounts = new Map<string, ServiceAccount>();
	readonly administrators = new Map<string, Administrator>();
	/** Tokens of the outer identity provider that the federation takes. */
	readonly outerTokens = new Set<string>();
	issued = 0;
	signed = 0;
	readonly #tokens = new Map<string, Issued>();
	/** Google Cloud tokens of those who may let IAM sign. */
	readonly #cloud = new Set<string>();
	readonly #clock: () => number;

	constructor(settings: TokenSettings, clock: () => number) {
		this.settings = settings;
		this.#clock = clock;
	}

	/** A new service account; gives its key file, as Google Cloud offers it for download. */
	addAccount(email: string, clientId: string): string {
		const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
		this.accounts.set(email, { email, clientId, publicKey, privateKey, delegated: [], privileges: [] });
		return JSON.stringify({
			type: "service_account",
			project_id: "sandbox",
			private_key_id: randomBytes(20).toString("hex"),
			private_key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
			client_email: email,
			client_id: clientId,
			auth_uri: "https://accounts.google.com/o/oauth2/auth",
			token_uri: "https://oauth2.googleapis.com/token",
			universe_domain: "googleapis.com",
		});
	}

	/** @param scopes without what they all begin with; replaces those delegated before */
	delegate(email: string, scopes: readonly string[]): void {
		this.#account(email).delegated = scopes.map((scope) => SCOPE + scope);
	}

	/** A role for the service account itself. */
	appoint(email: string, privileges: readonly Privilege[]): void {
		this.#account(email).privileges = privileges;
	}

	/** `POST https://oauth2.googleapis.com/token`, grant jwt-bearer (RFC 7523). */
	issue(call: Call): Answer {
		const form = new URLSearchParams(call.text);
		if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer")
			return oauthRefusal(400, "unsupported_grant_type", `Invalid grant_type: ${form.get("grant_type") ?? ""}`);
		const assertion = form.get("assertion") ?? "";
		const claims = claimsOf(assertion);
		const account = this.accounts.get(String(claims?.iss ?? ""));
		if (claims === undefined) return oauthRefusal(400, "invalid_request", "Bad Request");
		if (account === undefined) return oauthRefusal(400, "invalid_grant", "Invalid grant: account not found");
		if (!signedBy(assertion, account.publicKey)) return oauthRefusal(400, "invalid_grant", "Invalid JWT Signature.");
		return this.#judge(claims, account);
	}

	#judge(claims: Readonly<Record<string, unknown>>, account: ServiceAccount): Answer {
		const now = this.#clock() / 1000;
		const [iat, exp] = [Number(claims.iat), Number(claims.exp)];
		const timely = exp > now && iat <= now + 300 && exp - iat <= 3600;
		if (!timely)
			return oauthRefusal(
				400,
				"invalid_grant",
				"Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
			);
		if (claims.aud !== "https://oauth2.googleapis.com/token")
			return oauthRefusal(400, "invalid_grant", "Invalid JWT: Failed audience check.");
		const scopes = String(claims.scope ?? "")
			.split(" ")
			.filter((scope) => scope !== "");
		if (scopes.length === 0 || scopes.some((scope) => !scope.startsWith(SCOPE)))
			return oauthRefusal(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.");
		if (claims.sub === undefined) return this.#token(account.email, scopes);
		if (scopes.some((scope) => !account.delegated.includes(scope)))
			return oauthRefusal(
				401,
				"unauthorized_client",
				"Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
			);
		const administrator = this.administrators.get(String(claims.sub));
		if (administrator === undefined) return oauthRefusal(400, "invalid_grant", "Invalid email or User ID");
		return this.#token(administrator.email, scopes);
	}

	#token(user: string, scopes: readonly string[]): Answer {
		this.issued += 1;
		const token = `ya29.sandbox-${randomBytes(24).toString("base64url")}`;
		const { lifeSeconds } = this.settings;
		this.#tokens.set(token, { user, scopes: new Set(scopes), endsAt: this.#clock() + lifeSeconds * 1000, uses: 0 });
		return { status: 200, json: { access_token: token, expires_in: lifeSeconds - 1, token_type: "Bearer" } };
	}

	/** @throws Refused 401 */
	caller(call: Call): Caller {
		const issued = this.#tokens.get(bearerOf(call.headers.authorization) ?? "");
		if (issued === undefined || this.#clock() >= issued.endsAt || issued.uses >= this.settings.uses) throw noCredential();
		issued.uses += 1;
		return { user: issued.user, scopes: issued.scopes, privileges: this.#privilegesOf(issued.user) };
	}

	#privilegesOf(user: string): readonly Privilege[] {
		const administrator = this.administrators.get(user);
		if (administrator?.superAdmin === true) return allPrivileges;
		return administrator?.privileges ?? this.accounts.get(user)?.privileges ?? [];
	}

	/** `POST https://sts.googleapis.com/v1/token` (RFC 8693), as workload identity federation uses it. */
	exchangeOuter(call: Call): Answer {
		const form = new URLSearchParams(call.text);
		if (!this.outerTokens.has(form.get("subject_token") ?? ""))
			return oauthRefusal(400, "invalid_grant", "The given credential is rejected by the attribute condition.");
		return this.#cloudToken();
	}

	/** `GET http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token` */
	machine(call: Call): Answer {
		if (call.headers["metadata-flavor"] !== "Google")
			return { status: 403, type: "text/html", text: "<html><title>Error 403 (Forbidden)</title></html>" };
		return this.#cloudToken();
	}

	/** `POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{email}:signJwt` */
	sign(call: Call, email: string): Answer {
		if (!this.#cloud.has(bearerOf(call.headers.authorization) ?? "")) throw noCredential();
		const account = this.accounts.get(email);
		const payload = (jsonOf(call) as { readonly payload?: unknown } | undefined)?.payload;
		if (account === undefined || typeof payload !== "string") {
			const message = "Permission 'iam.serviceAccounts.signJwt' denied on resource (or it may not exist).";
			return { status: 403, json: { error: { code: 403, message, status: "PERMISSION_DENIED" } } };
		}
		this.signed += 1;
		const head = Buffer.from(JSON.stringify({ alg: "RS256", typ: "JWT", kid: "sandbox" })).toString("base64url");
		const body = `${head}.${Buffer.from(payload, "utf8").toString("base64url")}`;
		const signature = sign("sha256", Buffer.from(body), account.privateKey).toString("base64url");
		return { status: 200, json: { keyId: "sandbox", signedJwt: `${body}.${signature}` } };
	}

	#cloudToken(): Answer {
		const token = `ya29.cloud-${randomBytes(24).toString("base64url")}`;
		this.#cloud.add(token);
		return {
			status: 200,
			json: {
				access_token: token,
				issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
				expires_in: 3600,
				token_type: "Bearer",
			},
		};
	}

	#account(email: string): ServiceAccount {
		const account = this.accounts.get(email);
		if (account === undefined) throw new Error(`the sandbox has no service account ${email}`);
		return account;
	}
}

/** One of the scopes (the writing one implies the reading one), and the privilege. @throws Refused 403 */
export function requireRead(caller: Caller, scopes: readonly string[], privilege: Privilege): void {
	if (!scopes.some((scope) => caller.scopes.has(`${SCOPE}${scope}.readonly`) || caller.scopes.has(SCOPE + scope))) throw noScope();
	if (!caller.privileges.includes(privilege)) throw forbidden();
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
		return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : undefined;
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

function signedBy(token: string, key: KeyObject): boolean {
	const [header = "", claims = "", signature = ""] = token.split(".");
	return verify(
		"sha256",
		Buffer.from(`${header}.${claims}`),
		createPublicKey(key.export({ type: "spki", format: "pem" })),
		Buffer.from(signature, "base64url"),
	);
}
