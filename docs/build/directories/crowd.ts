import { type Card, once, type Requests } from "./card.ts";

/** Pages overlap by a row, and the last one holds nothing but that row. */
function overlapping(what: "people" | "groups", letter: "U" | "G"): Requests {
	return {
		what,
		formula: `2, and 1 more for each 999 ${what} beyond 1,000 (${letter})`,
		count: ({ people, groups }) => {
			const rows = what === "people" ? people : groups.length;
			return rows === 0 ? 1 : 2 + Math.ceil(Math.max(0, rows - 1_000) / 999);
		},
	};
}

export const crowd: Card = {
	guide: "crowd-directory.md",
	tells: {
		id: "the key: the directory's id and the id in there; of a group its name",
		username: "the username, as Crowd shows it to the application",
		active: "`active` of the user",
		attributes: "Crowd's attributes of users; the server looks them up only when the policy uses some",
		groups: "groups of all directories of the application with their direct members; groups inside groups",
	},
	cannotTell: [
		"Directories that the application does not have; people whom it filters out; and which those are.",
		"A directory that does not answer and that Crowd leaves out: list the directories in `directories`, and it is noticed.",
		"That a group was renamed (it is then another one), whether a group is switched off, aliases, and what the application may write.",
	],
	whole:
		"Pages that overlap by a row and end with an empty one; all memberships in one XML document that must be whole and must name the very groups and people of the lists.",
	requests: [overlapping("people", "U"), overlapping("groups", "G"), once("all memberships")],
	more: "1 for each member who was deleted meanwhile (at most 50). A directory that changes while it is read is read up to three times. Up to 3 where attributes are used and nobody has any.",
	proof: { documents: "Crowd 3 to 7: the vendor's documentation, source of its own client and server, answers recorded by its tests." },
};
