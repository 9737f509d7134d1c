/** Known ways in which Graph differs from tenant to tenant, or is odd; all off by default. May be changed while the server runs. */
export interface EntraQuirks {
	/** The second page of every list is empty, with a link to the next one. */
	emptyPages: boolean;
	/** Where a page's link leads: to the next page, for ever to the same one, without TLS, or to another host. */
	nextLinks: "right" | "endless" | "insecure" | "elsewhere";
	/** So many times a page token is refused as too old: https://learn.microsoft.com/graph/resolve-auth-errors does not list it, issues do. */
	expiredPageTokens: number;
	/** The next so many parts of batches are answered 429, each with its own Retry-After. */
	throttledParts: number;
	/** Seconds, for those parts. */
	partRetryAfter: number;
	/** Parts of batches about these groups fail with this status. */
	failingGroups: Map<string, number>;
	/** These groups lose their last member from every list; counts stay right. */
	shortGroups: Set<string>;
	/** v1.0 leaves service principals out of the list of members (a known issue of the vendor's); do counts know them? */
	countsServicePrincipals: boolean;
	/** False: ConsistencyLevel and $count are not known, as in Azure AD B2C tenants. */
	advancedQueries: boolean;
	/** The index behind lists does not know these people yet. */
	unindexed: Set<string>;
	/** What `x-ms-throttle-limit-percentage` says (sent from 0.8 on). */
	limitPercentage: number;
	/** Answers of batches come in another order than they were asked. */
	batchOrder: "asked" | "reversed";
	/** userType of these people is null, as in tenants that are old. */
	untyped: Set<string>;
}

export const plainQuirks = (): EntraQuirks => ({
	emptyPages: false,
	nextLinks: "right",
	expiredPageTokens: 0,
	throttledParts: 0,
	partRetryAfter: 1,
	failingGroups: new Map(),
	shortGroups: new Set(),
	countsServicePrincipals: false,
	advancedQueries: true,
	unindexed: new Set(),
	limitPercentage: 0,
	batchOrder: "reversed",
	untyped: new Set(),
});
