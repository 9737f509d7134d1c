/** What is not written down anywhere, or has changed over the years: each reading can be tried. */
export interface CloudBehaviour {
	/** Rows of a page at most, whatever is asked for (https://support.atlassian.com knowledge base 1107633097). */
	readonly largestPage: number;
	/** `groups` of the users in a list. `empty`: always an empty list; `absent`: not sent. */
	readonly usersTellGroups: "told" | "empty" | "absent";
	/** `members` of a group without any. */
	readonly emptyMembers: "sent" | "absent";
	/** Taking out somebody who is no member. */
	readonly removeAgain: "accepted" | "refused";
	/** A change to a name or address that somebody else has: the description knows no 409 there. */
	readonly takenOnChange: 400 | 409;
	/** New accounts with an address of a domain that the organisation has not verified. */
	readonly foreignDomains: "accepted" | "refused";
	/** A user gets its Atlassian account at once, or only later. */
	readonly accountIds: "at once" | "later";
	/** Whether capital letters tell names apart. */
	readonly names: "folded" | "exact";
	/** The organisation's key was made with scopes: user management then refuses everything. */
	readonly scopedKey: boolean;
}

export const BEHAVIOUR: CloudBehaviour = {
	largestPage: 100,
	usersTellGroups: "told",
	emptyMembers: "sent",
	removeAgain: "accepted",
	takenOnChange: 400,
	foreignDomains: "accepted",
	accountIds: "at once",
	names: "folded",
	scopedKey: false,
};
