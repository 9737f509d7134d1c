export type BambooVersion = "9.3" | "10.2" | "12.1";

/** Where public sources are silent, or an administrator may choose, the reading is a switch (facts: atlassian-rest.md 6, 11). */
export interface BambooBehaviour {
	/** Rows per page at most; the description names no bound. */
	readonly largestPage: number;
	/** Tomcat refuses characters beyond ASCII, `|` and `"` in a path even when encoded (seen with Jira); `/` and `\` always. */
	readonly strictPaths: boolean;
	/** A proxy on the way drops the body of DELETE, and Bamboo finds an empty list. */
	readonly dropsDeleteBody: boolean;
	/** Adding somebody who is in the group already. */
	readonly addAgain: "accepted" | "refused";
	/** Removing somebody who is not in the group. */
	readonly removeAgain: "accepted" | "refused";
	/** Usernames as sent, or in lower case; either way they are compared without case. */
	readonly usernames: "kept" | "lowered";
	/** HTTP Basic is switched off by the administrator. */
	readonly basic: boolean;
	/** Log-ins that may fail before a CAPTCHA is asked for. */
	readonly captchaAfter: number;
	/** When a write without `X-Atlassian-Token: no-check` is refused: from browsers only, or always. */
	readonly xsrf: "browsers" | "always";
	/** What rows of accounts have beside name, full name and address: `avatarUrl` in 9.3, `sanitizedName` in 12.1. */
	readonly extra: "avatarUrl" | "sanitizedName";
}

const nine: BambooBehaviour = {
	largestPage: 1_000,
	strictPaths: true,
	dropsDeleteBody: false,
	addAgain: "accepted",
	removeAgain: "accepted",
	usernames: "kept",
	basic: true,
	captchaAfter: 3,
	xsrf: "browsers",
	extra: "avatarUrl",
};

export const behaviours: Readonly<Record<BambooVersion, BambooBehaviour>> = {
	"9.3": nine,
	"10.2": { ...nine, extra: "sanitizedName" },
	"12.1": { ...nine, extra: "sanitizedName" },
};

/** As `/info` states it. */
export const releases: Readonly<Record<BambooVersion, { readonly version: string; readonly build: string }>> = {
	"9.3": { version: "9.3.2", build: "90302" },
	"10.2": { version: "10.2.1", build: "100201" },
	"12.1": { version: "12.1.1", build: "120101" },
};
