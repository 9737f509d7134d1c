/** Known oddities of the Directory API, and answers that are wrong in some way. May be changed while the server runs. */
export interface GoogleQuirks {
	/** Whom `directMembersCount` counts: the description says people only; not tried on the real thing. */
	counts: "people" | "everything";
	/** Another count for these groups (it lags behind), by id. */
	wrongCounts: Map<string, number>;
	/** `loop`: the page after this one is this one again. `repeat`: the same rows with ever new tokens. */
	members: "right" | "loop" | "repeat";
	/** An empty page comes before every page but the first. */
	emptyPages: boolean;
	/** What a schema in customFieldMask that does not exist does; not documented. */
	unknownSchema: "refused" | "ignored";
	/** In no list, and found by id. */
	unlisted: Set<string>;
	/** In lists of ids only, as somebody who came just after the first list was read. */
	late: Set<string>;
	/** Without the topmost unit, as `type=all` answers. */
	noTopUnit: boolean;
	/** Groups whose members the account may not read. */
	closedGroups: Set<string>;
	/** Fields masks are ignored, so that everything is sent. */
	ignoresFields: boolean;
}

export const plainQuirks = (): GoogleQuirks => ({
	counts: "people",
	wrongCounts: new Map(),
	members: "right",
	emptyPages: false,
	unknownSchema: "refused",
	unlisted: new Set(),
	late: new Set(),
	noTopUnit: false,
	closedGroups: new Set(),
	ignoresFields: false,
});
