import { randomBytes } from "node:crypto";
import { type Answer, basicOf, bearerOf, type Call } from "../kit/http.ts";
import { refuse } from "./refusals.ts";

/** Names of https://jumpcloud.com/support/admin-portal-roles, or of a role of the organisation's own with these rights. */
export interface Caller {
	/** E-mail address of the administrator, or the service account's client id. */
	readonly name: string;
	readonly roles: readonly string[];
	/** Rights of custom roles. Default: what the first of the roles may see. */
	readonly sees?: readonly Right[];
	/** Ids of the organisations that it administers, when it administers several. */
	readonly organizations?: readonly string[];
	/** When the key ends: ISO 8601. */
	readonly endsAt?: string;
}
export type Right = "people" | "groups" | "members";

/** These sign in, and see neither people nor groups. */
const BLIND = ["Command Runner", "Command Runner With Billing", "Billing Only"];

export interface TokenSettings {
	/** Seconds; JumpCloud's is about an hour. */
	lifeSeconds: number;
	/** A token is refused after so many requests, whatever its age: expiry in the middle of a reading without waiting for it. */
	uses: number;
}
interface Live {
	readonly caller: Caller;
	readonly endsAt: number;
	uses: number;
}

/** API keys, service accounts and their tokens. */
export class AccessDesk {
	readonly settings: TokenSettings;
	readonly keys = new Map<string, Caller>();
	/** By client id. */
	readonly accounts = new Map<string, { readonly secret: string; readonly caller: Caller }>();
	/** How many tokens were handed out. */
	issued = 0;
	readonly #clock: () => number;
	readonly #live = new Map<string, Live>();

	constructor(settings: TokenSettings, clock: () => number) {
		this.settings = settings;
		this.#clock = clock;
	}

	/** `POST /oauth2/token`: https://jumpcloud.com/support/service-account-for-apis */
	issue(call: Call): Answer {
		const error = (status: number, code: string, description: string): Answer => ({
			status,
			json: { error: code, error_description: description },
		});
		if (!(call.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded"))
			return error(400, "invalid_request", "The POST body can not be empty.");
		const form = new URLSearchParams(call.text);
		if (form.get("grant_type") !== "client_credentials") return error(400, "unsupported_grant_type", "The grant type is not supported.");
		const basic = basicOf(call.headers.authorization);
		const account = this.accounts.get(decodeURIComponent(basic?.name ?? ""));
		if (basic === undefined || account === undefined || account.secret !== decodeURIComponent(basic.password.replaceAll("+", " ")))
			return error(401, "invalid_client", "Client authentication failed.");
		if (form.get("scope") !== "api") return error(400, "invalid_scope", "The requested scope is invalid.");
		this.issued += 1;
		const token = `ory_at_${randomBytes(32).toString("base64url")}`;
		const { lifeSeconds } = this.settings;
		this.#live.set(token, { caller: account.caller, endsAt: this.#clock() + lifeSeconds * 1_000, uses: 0 });
		return { status: 200, json: { access_token: token, expires_in: lifeSeconds, scope: "api", token_type: "bearer" } };
	}

	/** @throws Refused 401. */
	caller(call: Call): Caller {
		const key = call.headers["x-api-key"];
		const found = typeof key === "string" ? this.keys.get(key) : this.#bearer(bearerOf(call.headers.authorization));
		if (found === undefined) throw refuse(call.path, 401, "Unauthorized: unable to authenticate");
		return found;
	}

	#bearer(token: string | undefined): Caller | undefined {
		const live = this.#live.get(token ?? "");
		if (live === undefined) return undefined;
		live.uses += 1;
		if (this.#clock() < live.endsAt && live.uses <= this.settings.uses) return live.caller;
		this.#live.delete(token ?? "");
		return undefined;
	}
}

/** @throws Refused 403. */
export function requireRight(call: Call, caller: Caller, right: Right): void {
	const sees = caller.sees?.includes(right) ?? !caller.roles.every((role) => BLIND.includes(role));
	if (!sees) throw refuse(call.path, 403, "Forbidden: you do not have the necessary permissions");
}

/** "Multi-Tenant Portal Headers" of https://docs.jumpcloud.com/api/1.0/. @throws Refused. */
export function requireOrganization(call: Call, caller: Caller): void {
	const wanted = call.headers["x-org-id"];
	if (wanted === undefined) {
		if ((caller.organizations?.length ?? 0) > 1) throw refuse(call.path, 401, "Unauthorized: x-org-id header is required");
		return;
	}
	if (typeof wanted !== "string" || !/^[\da-f]{24}$/i.test(wanted)) throw refuse(call.path, 400, "Malformed ID.");
	if (caller.organizations !== undefined && !caller.organizations.includes(wanted))
		throw refuse(call.path, 404, "Organization ID Not Found");
}
