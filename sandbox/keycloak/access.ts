import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { type Answer, basicOf, bearerOf, type Call, Refused } from "../kit/http.ts";

/** Roles of the client `realm-management` that matter here: org.keycloak.models.AdminRoles. */
export type AdminRole =
	| "realm-admin"
	| "view-realm"
	| "view-users"
	| "query-users"
	| "query-groups"
	| "view-clients"
	| "query-clients"
	| "view-events"
	| "manage-users"
	| "manage-realm"
	| "manage-clients";

export const adminRoles: readonly AdminRole[] = [
	"realm-admin",
	"view-realm",
	"view-users",
	"query-users",
	"query-groups",
	"view-clients",
	"query-clients",
	"view-events",
	"manage-users",
	"manage-realm",
	"manage-clients",
];

/** Keycloak's composite roles: view-users brings query-users and query-groups, realm-admin brings all. */
const composites: Readonly<Partial<Record<AdminRole, readonly AdminRole[]>>> = {
	"realm-admin": adminRoles,
	"view-users": ["query-users", "query-groups"],
	"view-clients": ["query-clients"],
};

export const effective = (roles: readonly AdminRole[]): ReadonlySet<AdminRole> =>
	new Set(roles.flatMap((role) => [role, ...(composites[role] ?? [])]));

/** A confidential client with a service account. */
export interface SandboxClient {
	readonly clientId: string;
	readonly secret: string;
	/** Direct roles of the service account, on the realm that is stood in for. */
	readonly roles: readonly AdminRole[];
	/** `master`: the client lives in the master realm and administers from there. Default: the realm itself. */
	readonly realm?: string;
}

/** Who calls, after the token has been looked at. */
export interface Caller {
	readonly clientId: string;
	readonly realm: string;
	readonly roles: ReadonlySet<AdminRole>;
}

export interface TokenSettings {
	/** Seconds; Keycloak's default for a realm is 60. */
	readonly lifeSeconds: number;
	/** A token is refused after so many requests, whatever its age: expiry in the middle of a reading without waiting for it. */
	readonly uses: number;
	/** Roles are not in the token, though the account has them (client setting "Always use lightweight access token", since Keycloak 24). */
	readonly lightweight?: boolean;
}

interface Claims {
	readonly exp: number;
	readonly iat: number;
	readonly azp: string;
	readonly realm: string;
	readonly roles: readonly AdminRole[];
	uses: number;
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value), "utf8").toString("base64url");

/** Issues and looks at access tokens: signed, with the claims of a real one, but only this server can check them. */
export class TokenDesk {
	settings: TokenSettings;
	readonly #key = randomBytes(32);
	readonly #clock: () => number;
	#live = new Map<string, Claims>();
	/** How many tokens were handed out. */
	issued = 0;

	constructor(settings: TokenSettings, clock: () => number) {
		this.settings = settings;
		this.#clock = clock;
	}

	issue(
		client: SandboxClient,
		at: { readonly origin: string; readonly realm: string; readonly administers: string; readonly account: string },
	): Answer {
		this.issued += 1;
		const iat = Math.floor(this.#clock() / 1000);
		const exp = iat + this.settings.lifeSeconds;
		const audience = at.realm === "master" ? `${at.administers}-realm` : "realm-management";
		const roles = [...effective(client.roles)];
		const body = base64({
			exp,
			iat,
			jti: `trrtcc:${randomUUID()}`,
			iss: `${at.origin}/realms/${at.realm}`,
			...(roles.length === 0 ? {} : { aud: audience }),
			sub: at.account,
			typ: "Bearer",
			azp: client.clientId,
			acr: "1",
			...(roles.length === 0 || this.settings.lightweight === true ? {} : { resource_access: { [audience]: { roles } } }),
			scope: "profile email",
			email_verified: false,
			preferred_username: `service-account-${client.clientId.toLowerCase()}`,
		});
		const head = base64({ alg: "HS256", typ: "JWT", kid: "sandbox" });
		const signature = createHmac("sha256", this.#key).update(`${head}.${body}`).digest("base64url");
		const token = `${head}.${body}.${signature}`;
		this.#live.set(token, { exp, iat, azp: client.clientId, realm: at.realm, roles, uses: 0 });
		const answer = { access_token: token, expires_in: this.settings.lifeSeconds, refresh_expires_in: 0, token_type: "Bearer" };
		return {
			status: 200,
			headers: { "cache-control": "no-store", pragma: "no-cache" },
			json: { ...answer, "not-before-policy": 0, scope: "profile email" },
		};
	}

	/** @throws Refused 401, without a WWW-Authenticate header as the real one. */
	caller(call: Call): Caller {
		const token = bearerOf(call.headers.authorization);
		const claims = token === undefined ? undefined : this.#live.get(token);
		if (token === undefined || claims === undefined) throw unauthorized();
		claims.uses += 1;
		if (this.#clock() / 1000 < claims.exp && claims.uses <= this.settings.uses) {
			return { clientId: claims.azp, realm: claims.realm, roles: new Set(claims.roles) };
		}
		this.#live.delete(token);
		throw unauthorized();
	}

	/** Every token handed out so far is refused from now on. */
	revokeAll(): void {
		this.#live = new Map();
	}
}

const unauthorized = () => new Refused({ status: 401, json: { error: "HTTP 401 Unauthorized" } });

/** @throws Refused 403 unless the caller has one of the roles. */
export function requireOne(caller: Caller, ...roles: readonly AdminRole[]): void {
	if (!hasOne(caller, ...roles)) throw new Refused({ status: 403, json: { error: "HTTP 403 Forbidden" } });
}

export const hasOne = (caller: Caller, ...roles: readonly AdminRole[]): boolean => roles.some((role) => caller.roles.has(role));

/** Client id and secret from HTTP Basic (form-encoded, RFC 6749 section 2.3.1) or from the form. */
export function clientCredentials(call: Call, form: URLSearchParams): { readonly id: string | null; readonly secret: string | null } {
	const basic = basicOf(call.headers.authorization);
	if (basic === undefined) return { id: form.get("client_id"), secret: form.get("client_secret") };
	const plain = (text: string): string => new URLSearchParams(`v=${text}`).get("v") ?? "";
	return { id: plain(basic.name), secret: plain(basic.password) };
}
