import { randomBytes } from "node:crypto";
import { type Answer, type Call, Refused } from "../kit/http.ts";
import type { OpenAmQuirks } from "./quirks.ts";
import { failure } from "./refusals.ts";

/** `none`: anybody who can log in. `read`: a privilege of the one permission DatastoresReadOnly. */
export type Privilege = "none" | "read" | "policies" | "admin";

/** Somebody who can log in to the top-level realm. Not in any list here; on a real server a person like others. */
export interface OpenAmAccount {
	readonly username: string;
	readonly password: string;
	readonly privilege: Privilege;
}

interface Session {
	readonly account: OpenAmAccount;
	uses: number;
}

/** Its name is a setting of the server. */
export const COOKIE = "iPlanetDirectoryPro";

/** Sessions, by the tokens that stand for them. */
export class Sessions {
	readonly accounts = new Map<string, OpenAmAccount>();
	readonly #quirks: OpenAmQuirks;
	readonly #live = new Map<string, Session>();
	/** How many were opened. */
	opened = 0;
	/** How many were logged out of. */
	closed = 0;

	constructor(quirks: OpenAmQuirks) {
		this.#quirks = quirks;
	}

	/** `POST …/authenticate`. `realm` exists. A name that nobody has is remembered as missing. */
	logIn(call: Call, realm: string, knows: (name: string) => boolean): Answer {
		const [name, password] = ["x-openam-username", "x-openam-password"].map((header) => wordOf(String(call.headers[header] ?? "")));
		if (name === undefined || password === undefined || password === "" || this.#quirks.asksMore) {
			const callbacks = [{ type: "PasswordCallback", output: [], input: [{ name: "IDToken2", value: "" }] }];
			return { status: 200, json: { authId: randomBytes(24).toString("base64url"), template: "", stage: "DataStore1", callbacks } };
		}
		const account = realm === "/" ? this.accounts.get(name) : undefined;
		if (account?.password !== password) {
			if (account === undefined && !knows(name)) this.#quirks.missing.add(name);
			return failure(401, "Authentication Failed");
		}
		this.opened += 1;
		const token = `AQIC5wM2LY4Sfc${randomBytes(40).toString("base64url")}.*AAJTSQACMDEAAlNLABM*`;
		this.#live.set(token, { account, uses: 0 });
		return { status: 200, json: { tokenId: token, successUrl: "/openam/console", realm } };
	}

	/** @throws Refused 401; missing, forged, ended and logged-out tokens look the same. */
	caller(call: Call): OpenAmAccount {
		const token = tokenOf(call);
		const session = this.#live.get(token);
		if (session !== undefined) session.uses += 1;
		if (session !== undefined && session.uses <= this.#quirks.sessionUses) return session.account;
		this.#live.delete(token);
		throw new Refused(failure(401, "Access Denied"));
	}

	logOut(call: Call): Answer {
		this.caller(call);
		this.#live.delete(tokenOf(call));
		this.closed += 1;
		return { status: 200, json: { result: "Successfully logged out" } };
	}
}

const tokenOf = (call: Call): string => String(call.headers[COOKIE.toLowerCase()] ?? "");

/** Encoded words (RFC 2047); raw UTF-8 arrives as Latin-1 and fits nobody. */
function wordOf(text: string): string {
	const encoded = /^=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=$/i.exec(text)?.[1];
	return encoded === undefined ? text : Buffer.from(encoded, "base64").toString("utf8");
}

/** @throws Refused 403: pages of the administration. */
export function requireOne(account: OpenAmAccount, ...allowed: readonly Privilege[]): void {
	if (!allowed.includes(account.privilege)) throw new Refused(failure(403, "The user has insufficient privileges"));
}
