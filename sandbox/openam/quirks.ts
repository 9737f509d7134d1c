/** What differs from server to server, and what goes wrong on real ones. Change them at any time. */
export interface OpenAmQuirks {
	/** `sun-idrepo-ldapv3-config-max-result`: lists are cut here without a sign. 0: never. OpenAM's default is 1000. */
	maxResult: number;
	/** Attributes that the data store shows; everything else is found by filters and never sent. */
	shown: readonly string[];
	/** Names that the data store remembers as missing although they are there: every list that holds one fails. */
	missing: Set<string>;
	/** Filters are not heeded (as with resource versions 1 and 2): every list is the whole one. */
	ignoresFilters: boolean;
	/** The data store cannot compare by order. */
	noOrdering: boolean;
	/** In every second answer some names are in lower case, and values in another order: what the cache does to single records. */
	unsteady: boolean;
	/** The chain asks for a one-time password as well. */
	asksMore: boolean;
	/** Requests that a session is good for. */
	sessionUses: number;
	/** Only this host name is served. */
	onlyHost?: string;
}

const SHOWN: readonly string[] = [
	"uid",
	"cn",
	"sn",
	"givenName",
	"mail",
	"telephoneNumber",
	"employeeNumber",
	"manager",
	"objectClass",
	"createTimestamp",
	"inetUserStatus",
	"uniqueMember",
	"entryUUID",
];

export const plainQuirks = (): OpenAmQuirks => ({
	maxResult: 1000,
	shown: SHOWN,
	missing: new Set(),
	ignoresFilters: false,
	noOrdering: false,
	unsteady: false,
	asksMore: false,
	sessionUses: Number.POSITIVE_INFINITY,
});
