import { type Card, inPages, once, pages, sum } from "./card.ts";

export const google: Card = {
	guide: "google.md",
	tells: {
		id: "Google's id of the user",
		username: "the primary e-mail address",
		active: "neither suspended nor archived; both kinds are present",
		attributes: "the fields of the user resource and custom schemas",
		groups: "groups with direct members; organisational units as groups, where configured",
	},
	cannotTell: [
		"Deleted people, though Google keeps them for twenty days.",
		"An inner group that one page of members lacks while as many people come as Google counts.",
		"Who is in a group of another organisation, dynamic rules, security labels, licences.",
	],
	whole:
		"The ids of all lists, read a second time at the end; Google's count of each group's members; members of the organisation have to be in the list of people.",
	requests: [
		once("log-in"),
		inPages("people", 500, 2),
		inPages("groups", 200, 2),
		{
			what: "members",
			formula: "for each group ⌈m ÷ 200⌉, at least 1",
			count: ({ groups }) => sum(groups.map(({ people, groups: inner }) => pages(people + inner, 200))),
		},
	],
	more: "Organisational units take 2. Readings that differ are made anew, three times at most; without a key each log-in takes 3.",
	proof: {
		description: "Requests and the stand-in's answers agree with Google's discovery document of `directory_v1`.",
		documents: "Delegation, quota errors, log-in without a key: Google's documentation. No real organisation was at hand.",
	},
};
