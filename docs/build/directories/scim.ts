import { type Card, type Count, once, type Requests } from "./card.ts";

/** Pages overlap by a row; a list that fits into one page is asked for what follows. */
function overlapping(what: "people" | "groups", letter: "U" | "G"): Requests {
	return {
		what,
		formula: `2, or ⌈(${letter} − 1) ÷ 199⌉ above 200`,
		count: ({ people, groups }) => {
			const rows = what === "people" ? people : groups.length;
			return rows === 0 ? 1 : Math.max(2, Math.ceil((rows - 1) / 199));
		},
	};
}

const empty = ({ groups }: Parameters<Requests["count"]>[0]): Count =>
	groups.filter(({ people, groups: inner }) => people + inner === 0).length;

export const scim: Card = {
	guide: "scim.md",
	tells: {
		id: "`id` of the resource",
		username: "`userName`",
		active: "`active`; whoever has none is active where nobody has it, and held where others do",
		attributes: "everything in people's records, by path; extensions by URN or by a name that only one of them has",
		groups: "groups with their members, or with people whose records name the group; groups inside groups",
	},
	cannotTell: [
		"Whether the credential is shown everybody: a server that counts only what it shows cannot be told from one with fewer people.",
		"What the credential may do, but for the scopes of a token that can be read.",
		"Members that a server leaves out of a group without a sign: `memberships` says where all of them are.",
		"Groups inside groups, where memberships come from people's own records.",
	],
	whole:
		"As many rows as the server states, in pages that overlap by one; by cursor, to the page that names no next one. Where no total is stated or pages do not join, the list is read twice. Every member is in a list, or gone.",
	requests: [
		once("configuration, resource types, sample", 3),
		overlapping("people", "U"),
		overlapping("groups", "G"),
		{ what: "groups that list nobody", formula: "number of them", count: empty },
	],
	more: "Where members are only in each group by itself, G; only in people's records, G and people once more. A server that sends fewer rows a page takes more pages; one that states no totals, twice as many. 1 for each member that is in no list, and for `/Schemas` where the policy uses names that the standard does not have.",
	proof: {
		server: "scimmy 1.3.5 with scimmy-routers 1.3.2 (by others), with 1,000 people, in the live tests: by index.",
		documents: "Cursors, and everything in which servers differ: RFC 7643, 7644 and 9865.",
	},
};
