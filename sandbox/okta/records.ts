import { createHash } from "node:crypto";

/** https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/ (status), and one that only the text of the reference names. */
export type OktaStatus =
	| "ACTIVE"
	| "ACTIVATING"
	| "DEPROVISIONED"
	| "LOCKED_OUT"
	| "PASSWORD_EXPIRED"
	| "PROVISIONED"
	| "RECOVERY"
	| "STAGED"
	| "SUSPENDED";

export type OktaValue = string | number | boolean | null | readonly string[] | readonly number[];

/** Times are milliseconds. The profile holds `login`, and whatever else the organisation keeps of its people. */
export interface OktaUser {
	readonly id: string;
	/** Any text: newer servers may have more than those known. */
	readonly status: OktaStatus | (string & {});
	readonly created: number;
	readonly lastUpdated: number;
	readonly profile: { readonly login: string; readonly [name: string]: OktaValue };
}

export interface OktaGroup {
	readonly id: string;
	readonly type: "OKTA_GROUP" | "APP_GROUP" | "BUILT_IN";
	readonly created: number;
	readonly lastUpdated: number;
	readonly lastMembershipUpdated: number;
	readonly profile: { readonly name: string; readonly [name: string]: OktaValue };
}

export type NewOktaUser = Pick<OktaUser, "profile"> & Partial<OktaUser>;
export type NewOktaGroup = Pick<OktaGroup, "profile"> & Partial<OktaGroup>;

/** An organisation as it is written to the state file. Everyone has no stored members. */
export interface OrgState {
	readonly created: number;
	readonly users: readonly OktaUser[];
	readonly groups: readonly OktaGroup[];
	readonly members: readonly (readonly [group: string, users: readonly string[]])[];
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Twenty characters in Okta's form, depending on the words only: `00u…` for people, `00g…` for groups. */
export function oktaId(prefix: string, ...words: readonly (string | number)[]): string {
	let number = BigInt(`0x${createHash("sha256").update(words.join("\u0000")).digest("hex")}`);
	let text = "";
	while (text.length < 20 - prefix.length) {
		text += letters[Number(number % 62n)];
		number /= 62n;
	}
	return prefix + text;
}
