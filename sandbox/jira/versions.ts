/** `8.2` is there so that "too old" can be tried: it cannot switch accounts off by REST. */
export type JiraVersion = "8.2" | "8.3" | "8.14" | "9.12" | "10.0" | "10.3" | "11.0";

/** Where public sources disagree, or an administrator may choose, the reading is a switch (facts: atlassian-rest.md 11.1). */
export interface JiraBehaviour {
	/** `GET /user/list` exists: 10.3 and 11.0. */
	readonly userList: boolean;
	/** Rows per page of `/user/search` at most: 1,000 up to 9.x, 100 from 10.0 (JRASERVER-78660). */
	readonly searchPage: number;
	/** Rows of `/user/search` that can be reached at all: no end up to 9.x (other reading: 1,000), 100 from 10.0. */
	readonly searchReach: number;
	/** `username=.` finds everybody: by use, not by documentation. */
	readonly dotFindsEverybody: boolean;
	/** PUT /user understands `active`: from 8.3 (JRASERVER-37294). */
	readonly canDisable: boolean;
	/** Keys of new accounts: `JIRAUSERnnnnn` from 8.4, before that the first username. */
	readonly keys: "numbered" | "username";
	/** Bearer tokens: from 8.14. Older servers do not look at the header. */
	readonly tokens: boolean;
	/** Nobody logged in may ask for serverInfo and lists (200, empty) up to 9.x; 401 from 10.0. */
	readonly anonymous: boolean;
	/** `GET /group`: gone from 10.0. */
	readonly groupRead: boolean;
	/** A wrong or revoked token makes the caller anonymous (source), or is refused with 401. */
	readonly badToken: "anonymous" | "refused";
	/** HTTP Basic is switched off by the administrator. */
	readonly basic: boolean;
	/** Log-ins that may fail before a CAPTCHA is asked for. */
	readonly captchaAfter: number;
	/** What somebody without the permission Browse Users gets from user search. */
	readonly withoutBrowse: "empty" | "forbidden";
	/** Who has Browse Users. */
	readonly browseUsers: "logged-in" | "administrators";
	/** `maxResults` of the group picker: honoured (source), or cut at `pickerLimit` (vendor text). */
	readonly picker: "honoured" | "cut";
	/** Application property `jira.ajax.autocomplete.limit`. */
	readonly pickerLimit: number;
	/** Removing somebody who is a member through a subgroup only. */
	readonly inheritedRemoval: "refused" | "ignored";
	/** `active:false` for an account of an LDAP connector directory. */
	readonly ldapDisable: "ignored" | "refused";
	/** Status for writes to an account of a read-only directory. */
	readonly readOnlyStatus: 400 | 403;
	/** Two accounts with one e-mail address are refused. Jira itself does not mind. */
	readonly uniqueEmails: boolean;
	/** Usernames are stored in lower case (older rule), or as sent; either way they are compared without case. */
	readonly usernames: "kept" | "lowered";
	/** When a write without `X-Atlassian-Token: no-check` is refused: from browsers only, or always. */
	readonly xsrf: "browsers" | "always";
}

const oldest: JiraBehaviour = {
	userList: false,
	searchPage: 1000,
	searchReach: Number.POSITIVE_INFINITY,
	dotFindsEverybody: true,
	canDisable: false,
	keys: "username",
	tokens: false,
	anonymous: true,
	groupRead: true,
	badToken: "anonymous",
	basic: true,
	captchaAfter: 3,
	withoutBrowse: "empty",
	browseUsers: "logged-in",
	picker: "honoured",
	pickerLimit: 20,
	inheritedRemoval: "refused",
	ldapDisable: "ignored",
	readOnlyStatus: 400,
	uniqueEmails: false,
	usernames: "kept",
	xsrf: "browsers",
};

const nine: JiraBehaviour = { ...oldest, canDisable: true, keys: "numbered", tokens: true };
const ten: JiraBehaviour = { ...nine, searchPage: 100, searchReach: 100, anonymous: false, groupRead: false };

export const behaviours: Readonly<Record<JiraVersion, JiraBehaviour>> = {
	"8.2": oldest,
	"8.3": { ...oldest, canDisable: true },
	"8.14": nine,
	"9.12": nine,
	"10.0": ten,
	"10.3": { ...ten, userList: true },
	"11.0": { ...ten, userList: true },
};

/** As `/serverInfo` states it. */
export const releases: Readonly<
	Record<JiraVersion, { readonly version: string; readonly numbers: readonly number[]; readonly build: number }>
> = {
	"8.2": { version: "8.2.6", numbers: [8, 2, 6], build: 802006 },
	"8.3": { version: "8.3.5", numbers: [8, 3, 5], build: 803005 },
	"8.14": { version: "8.14.1", numbers: [8, 14, 1], build: 814001 },
	"9.12": { version: "9.12.22", numbers: [9, 12, 22], build: 9120022 },
	"10.0": { version: "10.0.1", numbers: [10, 0, 1], build: 10000001 },
	"10.3": { version: "10.3.4", numbers: [10, 3, 4], build: 10030004 },
	"11.0": { version: "11.0.1", numbers: [11, 0, 1], build: 11000001 },
};
