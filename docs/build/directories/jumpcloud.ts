import { type Card, grouped, type Requests, sum } from "./card.ts";

/** JumpCloud gives 100 rows, and one of them is the last one of the page before. */
const NEW_ROWS = 99;

export const jumpcloud: Card = {
	guide: "jumpcloud.md",
	tells: {
		id: "`_id`, 24 hexadecimal digits",
		username: "`username`",
		active: "the state ACTIVATED, unless suspended; STAGED and SUSPENDED people are present and inactive; locked people as `locked` says",
		attributes: "custom attributes, and 19 of JumpCloud's own fields",
		groups: "groups of people with their members, by hand or by rule; there are no groups inside groups",
	},
	cannotTell: [
		"Whether somebody is in a group by hand or by rule; who is in a group whose rule JumpCloud cannot evaluate (it is held).",
		"Groups of devices, bindings to applications and devices, phone numbers, addresses, passwords, keys.",
		"What a service account may do: JumpCloud says it to administrators only.",
	],
	whole:
		"Pages sorted by id that overlap by a row; of people, as many in each page as the total stated in that very page leaves; of groups and members, one request behind the last page. Every member is in the list of people, or gone.",
	requests: [
		{ what: "people", formula: `⌈(U − 1) ÷ ${NEW_ROWS}⌉`, count: ({ people }) => Math.max(1, Math.ceil((people - 1) / NEW_ROWS)) },
		{ what: "groups", formula: `⌈G ÷ ${NEW_ROWS}⌉ + 1`, count: ({ groups }) => proven(groups.length) },
		members(),
	],
	more: "A service account logs in once an hour more. A list that changes while it is read is read up to three times; members in no list of people cost a second reading of it, and one request each (at most 50) if they are still in none. Where JumpCloud states a total for groups and members, about half.",
	proof: {
		description: "Requests and the stand-in's answers agree with JumpCloud's descriptions of V1 and V2 (March 2026).",
		documents: "Sorting, limits, regions, errors, service accounts: JumpCloud's documentation. No real organisation was at hand.",
	},
};

/** Without a stated total, the page behind the last one is asked for. */
function proven(rows: number): number {
	return Math.max(1, Math.ceil(rows / NEW_ROWS)) + 1;
}

function members(): Requests {
	return {
		what: "members",
		formula: `for each group ⌈m ÷ ${grouped(NEW_ROWS)}⌉ + 1`,
		count: ({ groups }) => sum(groups.map(({ deep }) => proven(deep))),
	};
}
