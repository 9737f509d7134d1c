import { type Card, type Count, once } from "./card.ts";

/** OpenAM's own; nowhere to be read. */
const LIMIT = 1_000;

/** A list up to the limit is split once; a longer one until each piece fits, and each piece once more. */
function split(rows: number): Count {
	const pieces = Math.ceil(rows / LIMIT);
	return pieces <= 1 ? 3 : { least: 4 * pieces - 1, most: 8 * pieces - 1 };
}

export const openam: Card = {
	guide: "openam.md",
	tells: {
		id: "`entryUUID`, or another attribute that the data store shows",
		username: "the naming attribute (`uid`)",
		active: "`inetUserStatus`; whoever has none is active",
		attributes: "those on the data store's list of attributes",
		groups: "groups of each realm with their members; groups inside groups",
	},
	cannotTell: [
		"An identity that OpenAM remembers as missing: it is named and held.",
		"Attributes that the data store does not show, dynamic groups, roles, policies, internal accounts.",
		"Whether a data store that is slower than its time limit cut a list: give the naming attribute an index.",
	],
	whole: "Each list is split by name until the halves add up to the whole; where they do not, the reading is refused.",
	requests: [
		once("server's settings, log-in, log-out", 3),
		{ what: "people", formula: "3; above OpenAM's limit (L, 1,000 by default) 4 to 8 times U ÷ L", count: ({ people }) => split(people) },
		{ what: "groups", formula: "3; above the limit 4 to 8 times G ÷ L", count: ({ groups }) => split(groups.length) },
	],
	more: "For each further realm as much again but for the first line; about 130 for each identity that OpenAM cannot read; 1 for each attribute that nobody shows.",
	proof: {
		server: "OpenAM 16.0.5 (Open Identity Platform) with 1,500 people and a sub-realm, in the live tests.",
		documents: "OpenAM from 13, ForgeRock AM from 5, PingAM: documentation of the same resource version.",
	},
};
