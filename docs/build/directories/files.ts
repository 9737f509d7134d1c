import { type Card, once } from "./card.ts";

export const files: Card = {
	guide: "files.md",
	tells: {
		id: "the column that the configuration names; it must never change for a person",
		username: "the column that the configuration names",
		active: "the stated words of one column; another word is an error with file and line",
		attributes: "every further column (key) by its name, but for those that hold secrets by their name",
		groups: "a file of groups or names only, memberships in a file of their own or in a column, groups inside groups",
	},
	cannotTell: [
		"Whether the export itself left somebody out.",
		"That a file was cut off exactly at the end of a line, unless a trailer, checksums or a marker prove that it is whole.",
		"Who is inactive, with `everybodyActive`: whoever is not in the file is gone.",
	],
	whole:
		"Size, inode and times before, while and after; the line break at the end; on wish a trailer with the number of records, SHA-256 checksums, a marker, the files' age and how far they are apart.",
	requests: [once("files of people, groups and memberships, each opened once", 3), once("list of checksums")],
	more: "Nothing hangs on U and G but the bytes: files are read in pieces of 256 KiB. An export that changes meanwhile is read up to three times.",
	proof: {
		realFiles:
			"Real files; every operation on them failing in turn, and each file cut off after every byte. CSV is RFC 4180 by csv-parse, JSON RFC 8259 by jsonc-parser, held against JSON.parse.",
	},
};
