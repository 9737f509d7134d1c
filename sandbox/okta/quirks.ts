/** Ways in which Okta, or something on the way to it, makes reading harder; all off by default. May be changed while the server runs. */
export interface OktaQuirks {
	/** Before every page but the first comes an empty one with a next link (https://github.com/okta/okta-sdk-nodejs/issues/77). */
	emptyPages: boolean;
	/** `loop`: every page of members names itself as next. `repeat`: every page is the first one, with ever new cursors. */
	members: "right" | "loop" | "repeat";
	/** What `expand=stats` counts: `behind` one member too many; `dead`: 0 everywhere; `absent`: no statistics. */
	stats: "right" | "behind" | "dead" | "absent";
	/** Next links point to this origin instead. */
	nextOrigin: string | undefined;
	/** The projection `fields` is refused with 400. */
	refusesFields: boolean;
	/** No Link header on any list after so many requests. */
	dropsLinksAfter: number;
	/** The roles of administrators cannot be seen. */
	hidesRoles: boolean;
	/** The API asks for a nonce in DPoP proofs (RFC 9449 section 9), not only the token endpoint. */
	resourceNonce: boolean;
}

export const plainQuirks: OktaQuirks = {
	emptyPages: false,
	members: "right",
	stats: "right",
	nextOrigin: undefined,
	refusesFields: false,
	dropsLinksAfter: Number.POSITIVE_INFINITY,
	hidesRoles: false,
	resourceNonce: false,
};
