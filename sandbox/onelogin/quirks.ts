/** Ways in which OneLogin, or something on the way to it, makes reading harder; all off by default. May be changed while the server runs. */
export interface OneLoginQuirks {
	/** Never more people a page than this; the page on users says 50, clients of OneLogin's own ask for 100. */
	mostPeople: number;
	/** What happens to a larger `limit`. */
	overLimit: "cap" | "refuse";
	/** The order of lists of people without `sort`. */
	order: "id" | "name";
	/** `sort` does nothing. */
	ignoresSort: boolean;
	/** `fields` does nothing: lists come as the documentation shows them, without people's roles and without roles' people. */
	ignoresFields: "nowhere" | "people" | "everywhere";
	/** Every page is the first. */
	ignoresPage: boolean;
	/** `username` and `email` find everybody. */
	ignoresFilters: boolean;
	/** `loop`: every page of groups names itself as next. `repeat`: every page is the first, with ever new cursors. */
	groupCursors: "right" | "loop" | "repeat";
	/** No pagination headers. */
	dropsTotals: boolean;
	/** Roles list at most so many people. */
	mostRolePeople: number;
	/** The token's answer in `data[0]`, as it once was. */
	wrapsToken: boolean;
	/** `absent`: there is no page that says what is left of the hour. */
	ratePage: "right" | "absent";
	/** X-RateLimit headers on every answer. */
	rateHeaders: boolean;
	/** What a credential without the right gets. */
	scopeRefusal: 401 | 403;
}

export const plainQuirks: OneLoginQuirks = {
	mostPeople: 100,
	overLimit: "cap",
	order: "id",
	ignoresSort: false,
	ignoresFields: "nowhere",
	ignoresPage: false,
	ignoresFilters: false,
	groupCursors: "right",
	dropsTotals: false,
	mostRolePeople: Number.POSITIVE_INFINITY,
	wrapsToken: false,
	ratePage: "right",
	rateHeaders: false,
	scopeRefusal: 401,
};
