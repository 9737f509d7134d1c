export type FisheyeVersion = "3.10" | "4.8";

/** What no public source settles: Rollcall has to do right, or to say no, by every reading. */
export interface FisheyeBehaviour {
	/** Rows per page at most; the vendor says that there may be such a bound, and that `limit` tells it. */
	readonly largestPage: number;
	/** Whether the services for users and groups take `X-Api-Key`: only some of Fisheye's services do. */
	readonly takesApiKey: boolean;
	/** The address in the body of a creation. */
	readonly emailOnCreate: "kept" | "ignored";
	/** A PUT on a user: fields that are absent stay, or are emptied; or nothing but a password is looked at; or names are swapped. */
	readonly update: "merged" | "replaced" | "password-only" | "muddled";
	/** A DELETE with the body that Rollcall sends; `all`: takes the account out of every group. */
	readonly remove: "one" | "ignored" | "all";
	/** What a new group is, whatever was asked for. */
	readonly newGroups: "as-asked" | "administrators" | "forgotten";
	/** Whether a creation is kept at all. */
	readonly newAccounts: "kept" | "forgotten";
	/** Usernames and groups as sent, or in lower case; either way they are compared without case. */
	readonly names: "kept" | "lowered";
	/** When a write without `X-Atlassian-Token: no-check` is refused: from browsers only, or always. */
	readonly xsrf: "browsers" | "always";
	/** What `version` is in the answer about the server. */
	readonly versionAs: "object" | "text";
}

const usual: FisheyeBehaviour = {
	largestPage: 1_000,
	takesApiKey: true,
	emailOnCreate: "kept",
	update: "merged",
	remove: "one",
	newGroups: "as-asked",
	newAccounts: "kept",
	names: "kept",
	xsrf: "browsers",
	versionAs: "object",
};
export const behaviours: Readonly<Record<FisheyeVersion, FisheyeBehaviour>> = { "3.10": usual, "4.8": usual };

/** As `/server-v1` states it. */
export const releases: Readonly<Record<FisheyeVersion, { readonly releaseNumber: string; readonly buildDate: string }>> = {
	"3.10": { releaseNumber: "3.10.4", buildDate: "2016-01-18" },
	"4.8": { releaseNumber: "4.8.15", buildDate: "2024-04-03" },
};
