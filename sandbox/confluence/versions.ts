export type ConfluenceVersion = "7.19" | "8.2" | "8.5" | "9.2" | "9.4" | "10.0";

/** Where public sources are silent or disagree, or an administrator may choose, the reading is a switch (facts: atlassian-rest.md 4, 11.2). */
export interface ConfluenceBehaviour {
	/** `GET /rest/api/server-information`. First version unverified. */
	readonly serverInformation: boolean;
	/** `GET /rest/api/user/list`: https://jira.atlassian.com/browse/CONFSERVER-87291 */
	readonly userList: boolean;
	/** `POST /rest/api/admin/user` and passwords: https://jira.atlassian.com/browse/CONFSERVER-87292 */
	readonly creating: boolean;
	/** Groups and memberships are written by REST. */
	readonly groupWrites: boolean;
	/** `/enable` and `/disable`: https://jira.atlassian.com/browse/CONFSERVER-54928, disputed in its comments. */
	readonly switching: boolean;
	/** `PUT /rest/api/admin/user/{username}`: https://jira.atlassian.com/browse/CONFSERVER-93140 */
	readonly updating: boolean;
	/** An update without an address leaves the address alone; otherwise it is refused as blank. Unverified. */
	readonly partialUpdate: boolean;
	/** `GET /rest/api/admin/users/list/active`. */
	readonly activeList: boolean;
	/** `GET /rest/api/permissions`. First version unverified. */
	readonly globalPermissions: boolean;
	/** `/rest/license/1.0/license/…`: not described by the vendor. `denied`: only system administrators see it. */
	readonly licenceCalls: "all" | "denied" | "none";
	/** Listing members is for administrators. */
	readonly membersNeedAdmin: boolean;
	/** A 405 names the methods that there are. */
	readonly allowHeader: boolean;
	/** Links of pages are absolute; with a proxy in between perhaps of a host that nobody outside knows. */
	readonly links: "relative" | "absolute" | "elsewhere" | "bare";
	/** Rows per page at most: more is cut without a word. */
	readonly largestPage: number;
	/** Rows that nobody may see are counted and left out, so that pages are short without being the last. */
	readonly gaps: boolean;
	/** Groups read in lower case, however they were created (https://confluence.atlassian.com/crowd/case-sensitivity-of-usernames-and-groups-181536383.html). */
	readonly groupCase: "kept" | "lowered";
	/** New accounts are put into `confluence-users`. Unverified for creations by REST. */
	readonly defaultGroup: boolean;
	/** A membership of a group that is not there. Unverified. */
	readonly unknownGroup: 404 | 403;
	/** A membership of an account or a group in a directory that is only read. `ignored`: 204 all the same. Unverified. */
	readonly readOnlyMembership: "refused" | "ignored";
	/** A token that is wrong or revoked. */
	readonly badToken: "refused" | "anonymous";
	/** Anonymous visitors may use Confluence. */
	readonly anonymousAccess: boolean;
	/** Log-ins that may fail before a CAPTCHA is asked for. */
	readonly captchaAfter: number;
	/** HTTP Basic is not switched off by the administrator. */
	readonly basic: boolean;
	/** When a write without `X-Atlassian-Token: no-check` is refused: from browsers only, or always. */
	readonly xsrf: "browsers" | "always";
	/** The old remote API (XML-RPC & SOAP, with JSON-RPC). `guarded`: on, but refused while secure administrator sessions are. */
	readonly jsonRpc: "off" | "on" | "guarded";
	/** A mail server is set up, so that `notifyViaEmail` works. */
	readonly mailServer: boolean;
}

const ten: ConfluenceBehaviour = {
	serverInformation: true,
	userList: true,
	creating: true,
	groupWrites: true,
	switching: true,
	updating: true,
	partialUpdate: true,
	activeList: true,
	globalPermissions: true,
	licenceCalls: "all",
	membersNeedAdmin: true,
	allowHeader: true,
	links: "relative",
	largestPage: 200,
	gaps: false,
	groupCase: "kept",
	defaultGroup: true,
	unknownGroup: 404,
	readOnlyMembership: "refused",
	badToken: "refused",
	anonymousAccess: false,
	captchaAfter: 3,
	basic: true,
	xsrf: "browsers",
	jsonRpc: "off",
	mailServer: false,
};
const nine: ConfluenceBehaviour = { ...ten, membersNeedAdmin: false, updating: false, activeList: false };
const eight: ConfluenceBehaviour = { ...nine, serverInformation: false, globalPermissions: false };

export const behaviours: Readonly<Record<ConfluenceVersion, ConfluenceBehaviour>> = {
	"7.19": { ...eight, userList: false, creating: false, groupWrites: false, switching: false },
	"8.2": { ...eight, userList: false, creating: false },
	"8.5": eight,
	"9.2": nine,
	"9.4": { ...nine, updating: true, activeList: true },
	"10.0": ten,
};

/** As `/server-information` and the manifest state it. */
export const releases: Readonly<Record<ConfluenceVersion, { readonly version: string; readonly build: number }>> = {
	"7.19": { version: "7.19.30", build: 8804 },
	"8.2": { version: "8.2.3", build: 9003 },
	"8.5": { version: "8.5.16", build: 9012 },
	"9.2": { version: "9.2.1", build: 9109 },
	"9.4": { version: "9.4.0", build: 9111 },
	"10.0": { version: "10.0.3", build: 9120 },
};
