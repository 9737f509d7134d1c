import { type Card, once, pages, type Requests } from "./card.ts";

/** Read from the last page to the first, of which the first was needed before. */
function backwards(of: "people" | "roles", letter: "U" | "G", size: number): Requests {
	return {
		what: of,
		formula: `⌈${letter} ÷ ${size}⌉, and 1 more where that is more than 1`,
		count: ({ people, groups }) => {
			const needed = pages(of === "people" ? people : groups.length, size);
			return needed === 1 ? 1 : needed + 1;
		},
	};
}

export const onelogin: Card = {
	guide: "onelogin.md",
	tells: {
		id: "OneLogin's number of the user; of a group `role:` or `group:` and its number",
		username: "the username, or the e-mail address of whoever has none",
		active:
			"by status and state, configurable: suspended, unactivated, unapproved, rejected and unlicensed people are present and inactive",
		attributes: "custom attributes by their shortname, and 26 of OneLogin's own fields",
		groups: "roles with their people (G), and OneLogin's groups, of which a person has one; names and paths tell them apart",
	},
	cannotTell: [
		"Where somebody has a role from: of a mapping, of an administrator; administrators of roles are no members.",
		"A group that nobody is in and that OneLogin's list of groups left out: the list states no total.",
		"Whether the credential's scope is Manage users instead of Read users.",
	],
	whole:
		"The stated totals; pages read from the last to the first in the order of ids, so that a deletion loses nobody; the roles' lists of people held against the people's lists of roles.",
	requests: [
		once("log-in"),
		once("what is left of the hour's calls"),
		backwards("people", "U", 100),
		backwards("roles", "G", 650),
		once("groups, up to 50 of them"),
	],
	more: "1 more for each 50 further groups, and for each 100 calls of which OneLogin's headers say nothing. Where roles and people disagree, the roles and the people concerned (at most 50) are read up to twice again. A list that changes meanwhile is read up to three times; one that comes in no order of ids, always twice.",
	proof: {
		documents:
			"OneLogin's documentation, its own public clients, and answers that users of those have reported. There is no description, and no real account was at hand.",
	},
};
