import { randomBytes } from "node:crypto";
import { type Answer, type Call, jsonOf, Refused } from "../kit/http.ts";
import { refusal } from "./refusals.ts";

/** https://developers.onelogin.com/api-docs/2/getting-started/working-with-api-credentials */
export type Scope = "Authentication Only" | "Read Users" | "Manage users" | "Read All" | "Manage All";

export interface ApiCredential {
	readonly clientId: string;
	readonly clientSecret: string;
	readonly scope: Scope;
}
export interface TokenSettings {
	lifeSeconds: number;
	/** A token is refused after so many calls. */
	uses: number;
}

/** Hands out access tokens and looks at them. */
export class AccessDesk {
	readonly settings: TokenSettings;
	readonly credentials = new Map<string, ApiCredential>();
	/** How many access tokens were handed out. */
	issued = 0;
	readonly #clock: () => number;
	readonly #live = new Map<string, { readonly credential: ApiCredential; readonly endsAt: number; uses: number }>();

	constructor(settings: TokenSettings, clock: () => number) {
		this.settings = settings;
		this.#clock = clock;
	}

	/** `POST /auth/oauth2/v2/token`: https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens-2 */
	issue(call: Call, wrapped: boolean): Answer {
		const credential = this.#credentialOf(call.headers.authorization ?? "");
		if (credential === undefined) return refusal(401, "Authentication Failure", 1);
		if ((jsonOf(call) as { grant_type?: unknown } | undefined)?.grant_type !== "client_credentials")
			return refusal(400, "grant_type is incorrect/missing", 1);
		this.issued += 1;
		const token = randomBytes(32).toString("hex");
		const { lifeSeconds } = this.settings;
		this.#live.set(token, { credential, endsAt: this.#clock() + lifeSeconds * 1000, uses: 0 });
		const answer = {
			access_token: token,
			created_at: new Date(this.#clock()).toISOString(),
			expires_in: lifeSeconds,
			refresh_token: randomBytes(32).toString("hex"),
			token_type: "bearer",
			account_id: 555_555,
		};
		const status = { error: false, code: 200, type: "success", message: "Success" };
		return { status: 200, json: wrapped ? { status, data: [answer] } : answer };
	}

	/** @throws Refused 401. */
	scopeOf(call: Call, version: 1 | 2): Scope {
		const token = /^bearer[: ] ?(\S+)$/i.exec(call.headers.authorization ?? "")?.[1] ?? "";
		const live = this.#live.get(token);
		if (live !== undefined) live.uses += 1;
		if (live === undefined || this.#clock() >= live.endsAt || live.uses > this.settings.uses) {
			this.#live.delete(token);
			throw new Refused(refusal(401, version === 1 ? "Authentication Failure" : "Unauthorized", version));
		}
		return live.credential.scope;
	}

	#credentialOf(header: string): ApiCredential | undefined {
		const own = /^client_id: ?(\S+?), ?client_secret: ?(\S+)$/.exec(header);
		const basic = /^basic (\S+)$/i.exec(header)?.[1];
		const [, id, secret] = own ?? /^([^:]*):(.*)$/.exec(Buffer.from(basic ?? "", "base64").toString("utf8")) ?? [];
		const found = this.credentials.get(id ?? "");
		return found?.clientSecret === secret ? found : undefined;
	}
}

/** @throws Refused when the scope does not let these be read. */
export function requireRead(scope: Scope, what: "people" | "apps", how: { readonly version: 1 | 2; readonly status: 401 | 403 }): void {
	const enough: readonly Scope[] = what === "apps" ? ["Read All", "Manage All"] : ["Read Users", "Manage users", "Read All", "Manage All"];
	if (!enough.includes(scope))
		throw new Refused(refusal(how.status, how.status === 401 ? "Unauthorized" : "Insufficient permission", how.version));
}
