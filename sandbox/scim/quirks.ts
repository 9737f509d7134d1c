/** What differs from server to server, and what goes wrong on real ones. Change them at any time. */
export interface ScimQuirks {
	/** Announced, and kept. */
	paging: "index" | "cursor" | "both";
	/** Never more rows than this. */
	mostRows: number;
	/** `mostRows` is stated in /ServiceProviderConfig. */
	statesMost: boolean;
	/** More rows than `mostRows` asked for: 400 instead of fewer. */
	strictCount: boolean;
	/** `page`: the number of rows of the page for a total. */
	totals: "true" | "none" | "page";
	/** No /ServiceProviderConfig, /ResourceTypes, /Schemas. */
	undescribed: boolean;
	/** Cursors are sent though /ServiceProviderConfig does not announce them. */
	unannouncedCursors: boolean;
	filters: "heeded" | "ignored" | "refused";
	/** `lossy`: `loses` is not sent when it is asked for by name. */
	projection: "heeded" | "ignored" | "refused" | "lossy";
	loses: string;
	/** Where members are shown. `some`: in the list only those of groups with up to three; each by itself shows all. */
	members: "list" | "single" | "never" | "some";
	/** `groups` in people's records. */
	personGroups: boolean;
	/** `type` and `$ref` of members. */
	memberTypes: "both" | "type" | "ref" | "none";
	/** Ids of people whose `active` is left out. */
	withoutActive: ReadonlySet<string> | "all";
	/** Every list comes in another order each time. */
	unsteady: boolean;
	ignoresStartIndex: boolean;
	/** Pages never end. */
	endless: boolean;
	/** Cursors that may be used before one is said to have expired. */
	cursorUses: number;
	/** Requests that an access token is good for. */
	tokenUses: number;
	/** Requests per second and caller; more: 429. */
	perSecond: number | undefined;
}

export const plainQuirks = (): ScimQuirks => ({
	paging: "index",
	mostRows: 200,
	statesMost: true,
	strictCount: false,
	totals: "true",
	undescribed: false,
	unannouncedCursors: false,
	filters: "heeded",
	projection: "heeded",
	loses: "emails",
	members: "list",
	personGroups: true,
	memberTypes: "both",
	withoutActive: new Set(),
	unsteady: false,
	ignoresStartIndex: false,
	endless: false,
	cursorUses: Number.POSITIVE_INFINITY,
	tokenUses: Number.POSITIVE_INFINITY,
	perSecond: undefined,
});
