/** Ways in which JumpCloud, or something on the way to it, makes reading harder; all off by default. May be changed while the server runs. */
export interface JumpCloudQuirks {
	/** Lists of groups and of members state their total in `x-total-count`; the vendor's description has it for other lists only. */
	counts: boolean;
	/** Without a sort parameter, rows come in another order every time, as while the collection is written to. */
	restless: boolean;
	/** Sort parameters are dropped on the way. */
	ignoresSort: boolean;
	/** Filters are dropped on the way. */
	ignoresFilter: boolean;
	/** Groups refuse to be sorted by id. */
	refusesSort: boolean;
	/** `repeat`: every page of members is the first one. `endless`: full pages of ever new members. */
	members: "right" | "repeat" | "endless";
	/** Every record says that it belongs to this organisation. */
	answersFor: string | undefined;
	/** This address is blocked. */
	blocked: boolean;
	/** Nobody can ask whose key it is. */
	hidesSelf: boolean;
	/** A group is a member of every group. */
	nests: boolean;
}

export const plainQuirks: JumpCloudQuirks = {
	counts: false,
	restless: false,
	ignoresSort: false,
	ignoresFilter: false,
	refusesSort: false,
	members: "right",
	answersFor: undefined,
	blocked: false,
	hidesSelf: false,
	nests: false,
};
