export type BitbucketVersion = "7.21" | "8.10" | "9.5";

/** Where public sources are silent or disagree, or an administrator may choose, the reading is a switch (facts: atlassian-rest.md 5, 11.2). */
export interface BitbucketBehaviour {
	/** Rows per page at most (`page.max.users`, `page.max.groups`; default 1,000): more is cut without a word. */
	readonly largestPage: number;
	/** Rows that nobody may see are counted and left out, so that pages are short without being the last. */
	readonly gaps: boolean;
	/** `GET /admin/users` shows accounts that an external directory has switched off. Unverified. */
	readonly listsInactive: boolean;
	/** `X-AUSERNAME` on answers to somebody who is logged in, percent-encoded. A proxy may take it off. */
	readonly userNameHeader: boolean;
	/** Log-ins that may fail before a CAPTCHA is asked for. */
	readonly captchaAfter: number;
	/** HTTP access tokens may administer. They may not: https://jira.atlassian.com/browse/BSERV-10482 */
	readonly tokensAdminister: boolean;
	/** HTTP Basic is switched off by the administrator. */
	readonly basic: boolean;
	/** Adding somebody who is in the group already. Unverified. */
	readonly addAgain: "accepted" | "refused";
	/** Removing somebody who is not in the group. */
	readonly removeAgain: "refused" | "accepted";
	/** Members of a group that is not there. */
	readonly membersOfNobody: "missing" | "empty";
	/** Renaming to a name that is taken: the description knows only 400, creating answers 409. */
	readonly renameToTaken: 400 | 409;
	/** A mail server is set up, so that `notify=true` works. */
	readonly mailServer: boolean;
	/** When a write without `X-Atlassian-Token: no-check` is refused: from browsers only, or always. */
	readonly xsrf: "browsers" | "always";
	/** `GET /admin/user-directories`: described for 9.5, not for 8.10. */
	readonly directoryList: boolean;
}

const nine: BitbucketBehaviour = {
	largestPage: 1_000,
	gaps: false,
	listsInactive: true,
	userNameHeader: true,
	captchaAfter: 5,
	tokensAdminister: false,
	basic: true,
	addAgain: "accepted",
	removeAgain: "refused",
	membersOfNobody: "missing",
	renameToTaken: 400,
	mailServer: false,
	xsrf: "browsers",
	directoryList: true,
};

export const behaviours: Readonly<Record<BitbucketVersion, BitbucketBehaviour>> = {
	"7.21": { ...nine, directoryList: false },
	"8.10": { ...nine, directoryList: false },
	"9.5": nine,
};

/** As `/application-properties` states it. */
export const releases: Readonly<Record<BitbucketVersion, { readonly version: string; readonly build: string }>> = {
	"7.21": { version: "7.21.23", build: "7021023" },
	"8.10": { version: "8.10.0", build: "8010000" },
	"9.5": { version: "9.5.2", build: "9005002" },
};
