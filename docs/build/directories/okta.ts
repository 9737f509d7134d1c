import { type Card, pages, sum } from "./card.ts";

/** Okta's own groups, Everyone and Okta Administrators, have no counterparts in other directories. */
const own = 2;

export const okta: Card = {
	guide: "okta.md",
	tells: {
		id: "Okta's id of the user",
		username: "`login`, mostly an e-mail address",
		active: "the statuses ACTIVE, PROVISIONED, RECOVERY, PASSWORD_EXPIRED and LOCKED_OUT; deactivated people are present and inactive",
		attributes: "the whole profile, custom attributes included",
		groups: "groups of every origin with their members, and Everyone",
	},
	cannotTell: [
		"Where somebody has a membership from: of a rule, or of an import that flattened groups inside groups.",
		"A deactivated person who is in no group and whom Okta's list of deactivated people left out: this one looks deleted.",
		"Who is in Okta's own group Okta Administrators, which is left out; administrator roles, application assignments, realms, group owners, factors.",
	],
	whole:
		"Everyone has to be there, and every member of it and of the other groups in the list of people; Okta's count of each group's members; the list of groups, read again at the end.",
	requests: [
		{
			what: "people",
			formula: "⌈U ÷ 200⌉, or 1 more: deactivated people are a list of their own",
			count: ({ people }) => ({ least: Math.max(2, pages(people, 200)), most: pages(people, 200) + 1 }),
		},
		{
			what: "groups",
			formula: "2 × ⌈G ÷ 200⌉, Okta's own two counted in",
			count: ({ groups }) => 2 * pages(groups.length + own, 200),
		},
		{
			what: "members",
			formula: "for each group that has any ⌈m ÷ 1,000⌉",
			count: ({ people, inactive, groups }) => {
				const sizes = groups.map(({ deep }) => deep).filter((size) => size > 0);
				const others = sum(sizes.map((size) => pages(size, 1_000)));
				return { least: others + pages(people - inactive, 1_000), most: others + pages(people, 1_000) };
			},
		},
	],
	more: "A service app logs in once an hour more. A group whose list is shorter than its count is read twice; members in no list are looked up, each by its id.",
	proof: {
		description: "Requests and the stand-in's answers agree with Okta's description of its management API (2026.06).",
		documents: "Paging, limits, errors, log-in with proof of possession: Okta's documentation. No real organisation was at hand.",
	},
};
