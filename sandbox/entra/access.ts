import { constants, createHmac, createPublicKey, randomBytes, randomUUID, verify, X509Certificate } from "node:crypto";
import { type Answer, bearerOf, type Call, Refused } from "../kit/http.ts";
import { graphError } from "./errors.ts";

/** Application permissions of Microsoft Graph that matter here. */
export type AppRole =
	| "User.Read.All"
	| "User.ReadBasic.All"
	| "User.ReadWrite.All"
	| "GroupMember.Read.All"
	| "Group.Read.All"
	| "Group.ReadWrite.All"
	| "Directory.Read.All"
	| "Member.Read.Hidden";

/** An application with a service principal, and the ways in which it may log in. */
export interface SandboxApp {
	readonly clientId: string;
	readonly roles: readonly AppRole[];
	readonly secret?: string;
	/** PEM: assertions signed with its key are taken. */
	readonly certificate?: string;
	/** Assertions of a federated identity provider that are taken, as they come. */
	readonly federated?: readonly string[];
	/** It is (also) the identity of the machine: the metadata service hands out its tokens. */
	readonly managed?: boolean;
}

export interface Caller {
	readonly clientId: string;
	readonly roles: ReadonlySet<string>;
}

export interface TokenSettings {
	/** Seconds; real ones live for 60 to 90 minutes. */
	lifeSeconds: number;
	/** A token is refused after so many requests, whatever its age. */
	uses: number;
}

interface Live {
	readonly app: SandboxApp;
	readonly exp: number;
	uses: number;
}

export const SCOPE = "https://graph.microsoft.com/.default";
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value), "utf8").toString("base64url");

/** Issues and looks at access tokens: with the claims of real ones, but only this server can check them. */
export class TokenDesk {
	readonly settings: TokenSettings;
	readonly #key = randomBytes(32);
	readonly #clock: () => number;
	readonly #live = new Map<string, Live>();
	issued = 0;

	constructor(settings: TokenSettings, clock: () => number) {
		this.settings = settings;
		this.#clock = clock;
	}

	issue(app: SandboxApp, tenant: string): string {
		this.issued += 1;
		const iat = Math.floor(this.#clock() / 1000);
		const exp = iat + this.settings.lifeSeconds;
		const body = base64({
			aud: "https://graph.microsoft.com",
			iss: `https://sts.windows.net/${tenant}/`,
			iat,
			nbf: iat,
			exp,
			appid: app.clientId,
			idtyp: "app",
			oid: randomUUID(),
			...(app.roles.length === 0 ? {} : { roles: app.roles }),
			tid: tenant,
			ver: "1.0",
		});
		const head = base64({ typ: "JWT", alg: "RS256", nonce: "sandbox", kid: "sandbox" });
		const token = `${head}.${body}.${createHmac("sha256", this.#key).update(`${head}.${body}`).digest("base64url")}`;
		this.#live.set(token, { app, exp, uses: 0 });
		return token;
	}

	/** @throws Refused 401 as Graph answers it. */
	caller(call: Call): Caller {
		const token = bearerOf(call.headers.authorization);
		const live = token === undefined ? undefined : this.#live.get(token);
		if (token === undefined || live === undefined) {
			const message = token === undefined ? "Access token is empty." : "Access token validation failure. Invalid audience.";
			throw new Refused(graphError(401, "InvalidAuthenticationToken", message));
		}
		live.uses += 1;
		if (this.#clock() / 1000 < live.exp && live.uses <= this.settings.uses) {
			return { clientId: live.app.clientId, roles: new Set(live.app.roles) };
		}
		this.#live.delete(token);
		throw new Refused(graphError(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."));
	}

	/** Every token handed out so far is refused from now on. */
	revokeAll(): void {
		this.#live.clear();
	}
}

/** @throws Refused 403 unless the caller has one of the roles. */
export function requireOne(caller: Caller, ...roles: readonly AppRole[]): void {
	if (roles.some((role) => caller.roles.has(role))) return;
	throw new Refused(graphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."));
}
export const READ_USERS = ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"] as const;
export const READ_GROUPS = ["GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All"] as const;

/** Says no to a log-in, as the authority does: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
export function loginError(status: number, error: string, code: number, text: string): Answer {
	const description = `AADSTS${code}: ${text} Trace ID: ${randomUUID()} Correlation ID: ${randomUUID()}`;
	return { status, json: { error, error_description: description, error_codes: [code], error_uri: `https://login/error?code=${code}` } };
}

/** `undefined`: the application may log in like this. */
export function refusal(app: SandboxApp, form: URLSearchParams, audience: string): Answer | undefined {
	const assertion = form.get("client_assertion");
	if (assertion === null) {
		if (app.secret !== undefined && form.get("client_secret") === app.secret) return undefined;
		return loginError(401, "invalid_client", 7000215, "Invalid client secret provided.");
	}
	if (form.get("client_assertion_type") !== "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		return loginError(400, "invalid_request", 90014, "The required field 'client_assertion_type' is missing.");
	if (app.federated?.includes(assertion) === true || signedBy(app, assertion, audience)) return undefined;
	if (app.federated !== undefined) return loginError(401, "invalid_client", 70021, "No matching federated identity record found.");
	return loginError(401, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is not registered.");
}

/** RFC 7523, signed with the certificate's key (RS256 or PS256): https://learn.microsoft.com/entra/identity-platform/certificate-credentials */
function signedBy(app: SandboxApp, assertion: string, audience: string): boolean {
	const [head = "", body = "", signature = ""] = assertion.split(".");
	if (app.certificate === undefined || signature === "") return false;
	const part = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as Record<string, unknown>;
	const { alg, x5t, "x5t#S256": print } = part(head);
	const certificate = new X509Certificate(app.certificate);
	const printOf = (hex: string) => Buffer.from(hex.replaceAll(":", ""), "hex").toString("base64url");
	const named = print === printOf(certificate.fingerprint256) || x5t === printOf(certificate.fingerprint);
	const { aud, iss, sub, exp } = part(body);
	if (!named || aud !== audience || iss !== app.clientId || sub !== app.clientId || Number(exp) * 1000 < Date.now()) return false;
	const key = createPublicKey(app.certificate);
	const pss = alg === "PS256" ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {};
	return verify("sha256", Buffer.from(`${head}.${body}`), { key, ...pss }, Buffer.from(signature, "base64url"));
}
