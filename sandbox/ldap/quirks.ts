/** How the server behaves, rightly or not; may be changed while it runs. */
export interface LdapQuirks {
	/**
	 * `right`: RFC 2696. `endless`: every page is the first one, with more to come. `empty`: each page with entries is
	 * followed by one without any, with more to come (Active Directory may answer so). `no-end`: from the second page on nothing but such.
	 * `forgotten`: the answer carries no paging control at all.
	 */
	paging: "right" | "endless" | "empty" | "no-end" | "forgotten";
	/** Searches without paging are cut here (sizeLimitExceeded, what was found comes before). OpenLDAP: sizelimit; Active Directory: MaxPageSize. */
	sizeLimit: number;
	/** Larger pages are refused (adminLimitExceeded; OpenLDAP: size.pr). Active Directory answers with pages of this size instead. */
	largestPage: number;
	/** So many entries in all pages together (OpenLDAP: size.prtotal). */
	total: number;
	/** Active Directory: so many values of `member` at once (MaxValRange). */
	range: number;
	/** The last part of a long `member` lacks its last value, and the part before says that it is complete. */
	shortRange: boolean;
	/** After so many finished searches the server closes the connection. */
	searchesPerConnection: number;
	/** Simple binds in clear are refused (confidentialityRequired; Active Directory: strongerAuthRequired). */
	tlsRequired: boolean;
	/** Attributes that the reading account does not see, in lower case. */
	hiddenAttributes: ReadonlySet<string>;
	/** Entries that the reading account does not see, as name keys. */
	hiddenEntries: ReadonlySet<string>;
	/** Active Directory: how far its clock is ahead. */
	clockAheadMs: number;
	/** Parts of the tree that lie elsewhere: a search of the base or above refers there. */
	references: readonly { readonly base: string; readonly url: string }[];
}

export const plainQuirks: LdapQuirks = {
	paging: "right",
	sizeLimit: 500,
	largestPage: 1_000,
	total: Number.POSITIVE_INFINITY,
	range: 1_500,
	shortRange: false,
	searchesPerConnection: Number.POSITIVE_INFINITY,
	tlsRequired: false,
	hiddenAttributes: new Set(),
	hiddenEntries: new Set(),
	references: [],
	clockAheadMs: 0,
};
