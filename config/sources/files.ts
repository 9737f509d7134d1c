import { dirname, resolve } from "node:path";
import { z } from "zod";
import { field, line } from "../fields.ts";
import { type Builder, isRaw, type Rules, type SourceBase, type SourceKind } from "../kind.ts";
import { stated } from "../ldap-fields.ts";
import type { NetworkConfig } from "../network.ts";
import { DURATION_ALLOWED, duration } from "../units.ts";

type Kind = "people" | "groups" | "memberships";
type Names<Key extends string> = { readonly [Name in Key]?: string };

/** An export in files: CSV, JSON or JSON Lines. Paths are absolute, durations milliseconds. */
export interface FilesSource extends SourceBase {
	readonly kind: "files";
	readonly people: readonly string[];
	readonly groups: readonly string[];
	readonly memberships: readonly string[];
	readonly together?: string;
	readonly format?: "csv" | "json" | "jsonl";
	readonly separator?: "," | ";" | "\t" | "|";
	readonly encoding: "utf-8" | "windows-1252";
	readonly columns: Names<"id" | "username" | "email" | "givenName" | "familyName" | "displayName" | "active" | "groups">;
	readonly groupColumns: Names<"id" | "name" | "path" | "members" | "groups" | "parents">;
	readonly membershipColumns: Names<"group" | "member" | "type">;
	readonly lists: readonly string[];
	readonly listSeparator?: string;
	readonly activeWhen: readonly string[];
	readonly inactiveWhen: readonly string[];
	readonly everybodyActive: boolean;
	readonly memberIs: "id" | "username";
	readonly groupIs: "id" | "name";
	readonly unknownMembers: "refuse" | "hold" | "ignore";
	readonly badRecords: "refuse" | "hold";
	readonly mayBeEmpty: readonly Kind[];
	readonly proof: {
		readonly finalNewline?: "required" | "optional";
		readonly quietForMs: number;
		readonly maxAgeMs?: number;
		readonly maxSpreadMs?: number;
		readonly trailer?: { readonly first: string; readonly count?: number };
		readonly checksums?: string;
		readonly done?: string;
	};
	/** Of which the time limit is used: for one operation on a file, which may be on a network file system. */
	readonly network: NetworkConfig;
}

const COLUMN_ALLOWED = "the name of a column (CSV) or key (JSON), in any case";
const PATH_ALLOWED = "the path of a file; relative ones start at the configuration file";
const PATHS_ALLOWED = "a list of paths of files; relative ones start at the configuration file";
const DAY = 86_400_000;

const column = (meaning: string, example: string, fallback: string) =>
	field(line().optional(), { meaning, allowed: COLUMN_ALLOWED, example, default: fallback });
const paths = (meaning: string, example: string) =>
	field(
		z
			.array(field(line(), { meaning: "A file.", allowed: PATH_ALLOWED, example: "export/people.csv" }))
			.min(1)
			.optional(),
		{ meaning, allowed: PATHS_ALLOWED, example, default: "none" },
	);
const texts = (fallback: readonly string[], doc: { readonly meaning: string; readonly example: string }) =>
	field(
		z
			.array(field(z.string(), { meaning: "A value.", allowed: "a text in quotes", example: '"A"' }))
			.min(1)
			.default([...fallback]),
		{ ...doc, allowed: "a list of texts, in quotes; upper and lower case do not matter" },
	);
const time = (mostMs: number, most: string, doc: { readonly meaning: string; readonly example: string; readonly default: string }) =>
	field(duration(1000, mostMs).optional(), { ...doc, allowed: `${DURATION_ALLOWED}, from 1s to ${most}` });

const columns = z
	.strictObject({
		id: column("What never changes about a person (a personnel number), by which accounts are linked.", "PersonalNr", "`id`"),
		username: column("The username.", "Login", "`username`"),
		email: column("The e-mail address.", "E-Mail", "`email`, where there is one"),
		givenName: column("The given name.", "Vorname", "`givenName`, where there is one"),
		familyName: column("The family name.", "Nachname", "`familyName`, where there is one"),
		displayName: column("The full name.", "Name", "`displayName`, where there is one"),
		active: column("Says who is active, in the words of `activeWhen` and `inactiveWhen`.", "Status", "`active`"),
		groups: column("Groups of the person, several in one cell. Counts only where it is named here.", "Teams", "none"),
	})
	.prefault({});

const groupColumns = z
	.strictObject({
		id: column("What never changes about a group. Where groups have names only, the name.", "OrgUnit", "`id`"),
		name: column("The group's name.", "Title", "`name`"),
		path: column("Where the group belongs, for people to read.", "Path", "`path`, where there is one, else the name"),
		members: column("People in the group, several in one cell.", "Staff", "`members`, where there is one"),
		groups: column("Groups inside the group, several in one cell.", "Units", "`groups`, where there is one"),
		parents: column("Groups that the group is inside of, several in one cell.", "ParentUnit", "`parents`, where there is one"),
	})
	.prefault({});

const membershipColumns = z
	.strictObject({
		group: column("The group.", "OrgUnit", "`group`"),
		member: column("The member.", "PersonalNr", "`member`"),
		type: column("`person` (or `user`), or `group` for a group inside the group; empty is a person.", "Kind", "`type`, where there is one"),
	})
	.prefault({});

const schema = z.strictObject({
	kind: field(z.literal("files"), { meaning: "An export in files: CSV, JSON or JSON Lines.", allowed: "files", example: "files" }),
	people: paths("The files with people, read as if they were one. Each must exist and have people.", "[export/people.csv]"),
	groups: paths("The files with groups. Without any, memberships name groups, and a group's name is its id.", "[export/groups.csv]"),
	memberships: paths("The files with memberships: a group and a member in each record.", "[export/memberships.csv]"),
	together: field(line().optional(), {
		meaning: "One JSON object with `people`, `groups`, `memberships`, and perhaps `counts`, instead of files of their own.",
		allowed: PATH_ALLOWED,
		example: "export/directory.json",
		default: "none",
	}),
	format: field(z.enum(["csv", "json", "jsonl"]).optional(), {
		meaning: "The form of all files but `together`: CSV, one JSON array of objects, or JSON Lines (an object a line).",
		allowed: "csv, json or jsonl",
		example: "csv",
		default: "by each file's ending: `.json`, `.jsonl` and `.ndjson`; all others are CSV",
	}),
	separator: field(z.enum([",", ";", "\t", "|"]).optional(), {
		meaning: "What separates the columns of CSV files.",
		allowed: '",", ";", "\\t" or "|", in quotes',
		example: '";"',
		default: "found out by the header",
	}),
	encoding: field(z.enum(["utf-8", "windows-1252"]).default("utf-8"), {
		meaning: "Of all files. UTF-16 is recognised by its byte order mark. What is not of this encoding stops the reading.",
		allowed: "utf-8 or windows-1252",
		example: "windows-1252",
	}),
	columns: field(columns, { meaning: "What the columns of people are called. What is named here must be there." }),
	groupColumns: field(groupColumns, { meaning: "What the columns of groups are called." }),
	membershipColumns: field(membershipColumns, { meaning: "What the columns of memberships are called." }),
	lists: field(z.array(field(line(), { meaning: "A column.", allowed: COLUMN_ALLOWED, example: "Sites" })).default([]), {
		meaning: "Further columns of people that hold several values in one cell.",
		allowed: "a list of columns",
		example: "[Sites]",
	}),
	listSeparator: field(z.string().min(1).max(3).optional(), {
		meaning: "What separates several values in one cell. Required for CSV files with such columns.",
		allowed: "one to three characters, in quotes",
		example: '"|"',
		default: "none",
	}),
	activeWhen: texts(["true"], { meaning: "How the export writes that somebody is active. Any other value is an error.", example: '["A"]' }),
	inactiveWhen: texts(["false"], { meaning: "How the export writes that somebody is switched off.", example: '["I", "L", ""]' }),
	everybodyActive: field(z.boolean().default(false), {
		meaning: "The export has no such column, and lists active people only.",
		allowed: "true or false",
		example: "true",
	}),
	memberIs: field(z.enum(["id", "username"]).default("id"), {
		meaning: "What memberships name people by.",
		allowed: "id or username",
		example: "username",
	}),
	groupIs: field(z.enum(["id", "name"]).default("id"), {
		meaning: "What memberships name groups by, where there are files with groups.",
		allowed: "id or name",
		example: "name",
	}),
	unknownMembers: field(z.enum(["refuse", "hold", "ignore"]).default("refuse"), {
		meaning:
			"Memberships of people or groups without a record. `refuse` stops the reading; `hold` changes nothing in groups with unknown people, and still refuses unknown groups, since nobody knows which group those were inside of; `ignore` leaves both out, and still holds groups around unknown groups.",
		allowed: "refuse, hold or ignore",
		example: "hold",
	}),
	badRecords: field(z.enum(["refuse", "hold"]).default("refuse"), {
		meaning: "People and groups that have an id and are otherwise not understood. `hold` reports them and changes nothing about them.",
		allowed: "refuse or hold",
		example: "hold",
	}),
	mayBeEmpty: field(
		z
			.array(
				field(z.enum(["people", "groups", "memberships"]), {
					meaning: "A kind.",
					allowed: "people, groups or memberships",
					example: "groups",
				}),
			)
			.default([]),
		{ meaning: "Files of these kinds may be without records.", allowed: "a list of people, groups, memberships", example: "[memberships]" },
	),
	finalNewline: field(z.enum(["required", "optional"]).optional(), {
		meaning: "Whether the last line of CSV and JSON Lines must end with a line break; without one a file counts as cut off.",
		allowed: "required or optional",
		example: "optional",
		default: "`required`, unless `trailer` or `checksums` are stated",
	}),
	quietFor: field(duration(0, 600_000).prefault("5s"), {
		meaning: "A file that was written more recently is watched for that long; when it changes again, it is still being written.",
		allowed: `${DURATION_ALLOWED}, from 0s to 10m`,
		example: "30s",
	}),
	maxAge: time(400 * DAY, "400d", { meaning: "Older files are refused.", example: "26h", default: "any age" }),
	maxSpread: time(400 * DAY, "400d", {
		meaning: "The most time between the oldest and the newest file; more, and they are not of one export.",
		example: "1h",
		default: "any",
	}),
	trailer: field(
		z
			.strictObject({
				first: field(line(), { meaning: "The first value of the last line.", allowed: "a text", example: "TRAILER" }),
				count: field(z.number().int().min(2).max(100).optional(), {
					meaning: "The number of the value that states how many records there are.",
					allowed: "a whole number from 2 to 100",
					example: "2",
					default: "none",
				}),
			})
			.optional(),
		{ meaning: "Every CSV file ends with such a line.", example: "{ first: TRAILER, count: 2 }", default: "none" },
	),
	checksums: field(line().optional(), {
		meaning: "SHA-256 checksums as `sha256sum` writes them: one file that lists all, or `*` with an ending for one beside each file.",
		allowed: `${PATH_ALLOWED}; or "*.sha256"`,
		example: "export/SHA256SUMS",
		default: "none",
	}),
	done: field(line().optional(), {
		meaning: "A file that the export writes when all others are there; it must exist and be the newest.",
		allowed: PATH_ALLOWED,
		example: "export/done",
		default: "none",
	}),
	timeout: field(duration(1000, 600_000).prefault("60s"), {
		meaning: "How long one operation on a file may take, before a network file system counts as hanging.",
		allowed: `${DURATION_ALLOWED}, from 1s to 10m`,
		example: "90s",
	}),
});

const rules: Rules = (context) => {
	judgeFiles(context);
	judgeTwice(context);
	judgeActive(context);
};

function judgeFiles({ raw, path, report }: Parameters<Rules>[0]): void {
	if (raw.people === undefined && raw.together === undefined)
		report(path, "there are no people; allowed: `people` or `together`.", "Add `people: [export/people.csv]`.", "key");
	for (const key of ["people", "groups", "memberships"])
		if (raw.together !== undefined && raw[key] !== undefined)
			report([...path, key], `found \`${key}\` beside \`together\`, which holds them.`, "Keep one of the two.", "key");
}

function judgeActive({ raw, path, report }: Parameters<Rules>[0]): void {
	const named = isRaw(raw.columns) && raw.columns.active !== undefined ? [["columns", "active"]] : [];
	const stated = ["activeWhen", "inactiveWhen"].filter((key) => raw[key] !== undefined).map((key) => [key]);
	if (raw.everybodyActive === true)
		for (const at of [...named, ...stated])
			report([...path, ...at], `found \`${at.join(".")}\` beside everybodyActive: true.`, "Keep one of the two.", "key");
	const active = new Set(lower(raw.activeWhen ?? ["true"]));
	const key = raw.inactiveWhen === undefined ? "activeWhen" : "inactiveWhen";
	for (const both of lower(raw.inactiveWhen ?? ["false"]).filter((text) => active.has(text)))
		report([...path, key], `${JSON.stringify(both)} says active and inactive.`, "Decide for one.");
}

const lower = (value: unknown): readonly string[] =>
	Array.isArray(value) ? value.flatMap((one) => (typeof one === "string" ? [one.trim().toLowerCase()] : [])) : [];

/** A file that is read twice would have every record twice. */
function judgeTwice({ raw, path, report }: Parameters<Rules>[0]): void {
	const seen = new Set<unknown>();
	for (const key of ["people", "groups", "memberships"]) {
		const list: readonly unknown[] = Array.isArray(raw[key]) ? raw[key] : [];
		for (const [at, file] of list.entries()) {
			if (seen.has(file)) report([...path, key, at], "found the same file twice.", "Name each file once.");
			seen.add(file);
		}
	}
}

export const files: SourceKind<z.output<typeof schema>, FilesSource> = {
	kind: "files",
	title: "Files",
	schema,
	rules,
	build: (input, { id, textAt }) => build(input, id, resolverOf(textAt)),
};

type Absolute = (path: string) => string;
/** Relative paths start where the configuration file is. */
const resolverOf =
	(textAt: Builder["textAt"]): Absolute =>
	(path) =>
		path.startsWith("*") ? path : resolve(dirname(textAt("kind").file ?? ""), path);

function build(input: z.output<typeof schema>, id: FilesSource["id"], absolute: Absolute): FilesSource {
	const { people, groups, memberships, together, timeout, columns, groupColumns, membershipColumns, ...rest } = input;
	const { finalNewline, quietFor, maxAge, maxSpread, trailer, checksums, done, kind, ...plain } = rest;
	const all = (list: readonly string[] | undefined) => (list ?? []).map(absolute);
	return {
		...stated({ ...plain, together: together === undefined ? undefined : absolute(together) }),
		id,
		kind,
		people: all(people),
		groups: all(groups),
		memberships: all(memberships),
		columns: stated(columns),
		groupColumns: stated(groupColumns),
		membershipColumns: stated(membershipColumns),
		proof: stated({
			finalNewline,
			quietForMs: quietFor,
			maxAgeMs: maxAge,
			maxSpreadMs: maxSpread,
			trailer: trailer === undefined ? undefined : stated(trailer),
			checksums: checksums === undefined ? undefined : absolute(checksums),
			done: done === undefined ? undefined : absolute(done),
		}),
		network: { timeoutMs: timeout, concurrency: 1 },
	};
}
