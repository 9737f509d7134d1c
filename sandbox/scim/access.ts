import { randomBytes } from "node:crypto";
import { type Answer, basicOf, bearerOf, type Call, Refused } from "../kit/http.ts";
import { scimError } from "./protocol.ts";
import type { ScimQuirks } from "./quirks.ts";

/** What a credential may see. Where kinds are missing, their endpoints answer 403. */
export interface ScimRights {
	readonly people: boolean;
	readonly groups: boolean;
	/** Words of the token; shown by servers that sign their tokens. */
	readonly scopes: readonly string[];
}

/** One way to log in. */
export type ScimAccount =
	| (ScimRights & { readonly kind: "bearer"; readonly token: string })
	| (ScimRights & { readonly kind: "basic"; readonly username: string; readonly password: string })
	| (ScimRights & { readonly kind: "oauth"; readonly clientId: string; readonly clientSecret: string });

interface Live {
	readonly account: ScimAccount;
	readonly endsAt: number;
	uses: number;
}

/** Looks at credentials, and hands out access tokens. */
export class AccessDesk {
	readonly accounts: ScimAccount[] = [];
	/** Seconds that an access token lives. */
	lifeSeconds = 3600;
	/** How many access tokens were handed out. */
	issued = 0;
	readonly #quirks: ScimQuirks;
	readonly #clock: () => number;
	readonly #live = new Map<string, Live>();

	constructor(quirks: ScimQuirks, clock: () => number) {
		this.#quirks = quirks;
		this.#clock = clock;
	}

	/** `POST /oauth/token`, client credentials (RFC 6749 section 4.4), id and secret as HTTP Basic or in the form. */
	issue(call: Call): Answer {
		const form = new URLSearchParams(call.text);
		if (form.get("grant_type") !== "client_credentials")
			return oauthError(400, "unsupported_grant_type", "only client_credentials is known here");
		const basic = basicOf(call.headers.authorization);
		const decoded = (text: string) => decodeURIComponent(text.replaceAll("+", " "));
		const id = basic === undefined ? form.get("client_id") : decoded(basic.name);
		const secret = basic === undefined ? form.get("client_secret") : decoded(basic.password);
		const account = this.accounts.find((one) => one.kind === "oauth" && one.clientId === id && one.clientSecret === secret);
		if (account === undefined) return oauthError(401, "invalid_client", "client authentication failed");
		this.issued += 1;
		const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
		const endsAt = this.#clock() + this.lifeSeconds * 1000;
		const claims = { sub: id, scope: account.scopes.join(" "), exp: Math.floor(endsAt / 1000) };
		const token = `${part({ alg: "RS256", typ: "at+jwt" })}.${part(claims)}.${randomBytes(32).toString("base64url")}`;
		this.#live.set(token, { account, endsAt, uses: 0 });
		const scope = account.scopes.length === 0 ? {} : { scope: account.scopes.join(" ") };
		return { status: 200, json: { access_token: token, token_type: "Bearer", expires_in: this.lifeSeconds, ...scope } };
	}

	/** @throws Refused 401. */
	caller(call: Call): ScimAccount {
		const bearer = bearerOf(call.headers.authorization);
		const basic = basicOf(call.headers.authorization);
		const account = this.accounts.find(
			(one) =>
				(one.kind === "bearer" && one.token === bearer) ||
				(one.kind === "basic" && one.username === basic?.name && one.password === basic.password),
		);
		if (account !== undefined) return account;
		const live = this.#live.get(bearer ?? "");
		if (live !== undefined) {
			live.uses += 1;
			if (this.#clock() < live.endsAt && live.uses <= this.#quirks.tokenUses) return live.account;
			this.#live.delete(bearer ?? "");
		}
		throw new Refused({ ...scimError(401, "Authorization failed"), headers: { "www-authenticate": 'Bearer realm="scim"' } });
	}
}

const oauthError = (status: number, error: string, error_description: string): Answer => ({ status, json: { error, error_description } });
