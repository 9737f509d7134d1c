import { type CsvRules, readCsv } from "./csv.ts";
import { Decoder, type Source } from "./decode.ts";
import { malformed, unfinished } from "./failure.ts";
import { readJson, type Whole } from "./json.ts";
import { fold, type Row } from "./row.ts";
import type { FilesSettings, Format, Kind } from "./settings.ts";
import type { Read, Talk } from "./talk.ts";

/** One file of the configuration. `kind` is absent for the one that holds all three. */
export interface Listed {
	readonly path: string;
	readonly kind: Kind | undefined;
	readonly format: Format;
}

/** In the order people, groups, memberships. */
export function listedFiles(settings: FilesSettings): readonly Listed[] {
	const of = (kind: Kind) => settings[kind].map((path): Listed => ({ path, kind, format: settings.format ?? formatOf(path) }));
	const together: readonly Listed[] =
		settings.together === undefined ? [] : [{ path: settings.together, kind: undefined, format: "json" as const }];
	return [...of("people"), ...together, ...of("groups"), ...of("memberships")];
}

const formatOf = (path: string): Format => (/\.(jsonl|ndjson)$/i.test(path) ? "jsonl" : /\.json$/i.test(path) ? "json" : "csv");

export const sourceOf = (file: Listed, { encoding, proof }: FilesSettings): Source => ({
	file: file.path,
	encoding,
	finalNewline: file.format !== "json" && finalNewline(proof),
});

/** Where the end proves itself in another way, the line break may be missing. */
const finalNewline = ({ finalNewline, trailer, checksums }: FilesSettings["proof"]): boolean =>
	finalNewline === undefined ? trailer === undefined && checksums === undefined : finalNewline === "required";

export interface RowSink {
	/** Told before the rows where the format has a header; JSON tells each record's own keys. */
	names(kind: Kind, names: Iterable<string>): void;
	row(kind: Kind, row: Row): void;
}

export interface RowRules extends CsvRules {
	/** Folded names of columns whose cells would have to be split, and nobody has said how. */
	readonly unsplit: ReadonlySet<string>;
}

/** What became of one file. */
export interface Reading extends Read {
	/** Records by kind, of the kinds that the file holds. */
	readonly counts: ReadonlyMap<Kind, number>;
}

/** JSON as one text takes a string; V8 has none beyond 512 MiB. */
const LARGEST_JSON = 256 * 1024 * 1024;

/** All records of one file, from its first byte to its last, or an exception. */
export async function readRows(
	talk: Talk,
	of: { readonly file: Listed; readonly rules: RowRules; readonly sink: RowSink },
	signal: AbortSignal,
): Promise<Reading> {
	const { file, rules } = of;
	let read: Read | undefined;
	const text = textOf(
		talk.bytes(file.path, (found) => (read = found), signal),
		sourceOf(file, talk.settings),
	);
	const counts = new Counts(of.sink);
	if (file.format === "csv") await csv(text, { kind: file.kind ?? "people", rules, counts });
	else if (file.format === "jsonl") await jsonLines(text, { kind: file.kind ?? "people", file: file.path, counts });
	else await json(text, { file, counts });
	return { ...read!, counts: counts.byKind };
}

class Counts {
	readonly sink: RowSink;
	readonly byKind = new Map<Kind, number>();

	constructor(sink: RowSink) {
		this.sink = sink;
	}
	begin(kind: Kind): void {
		this.byKind.set(kind, this.byKind.get(kind) ?? 0);
	}
	row(kind: Kind, row: Row): void {
		this.byKind.set(kind, (this.byKind.get(kind) ?? 0) + 1);
		this.sink.row(kind, row);
	}
	/** With its own keys. */
	record(kind: Kind, row: Row): void {
		this.sink.names(kind, row.names());
		this.row(kind, row);
	}
}

async function* textOf(chunks: AsyncIterable<Buffer>, source: Source): AsyncGenerator<string> {
	const decoder = new Decoder(source);
	for await (const chunk of chunks) {
		const text = decoder.push(chunk);
		if (text !== "") yield text;
	}
	const rest = decoder.end();
	if (rest !== "") yield rest;
}

async function csv(
	text: AsyncIterable<string>,
	{ kind, rules, counts }: { readonly kind: Kind; readonly rules: RowRules; readonly counts: Counts },
): Promise<void> {
	counts.begin(kind);
	const header = (names: readonly string[]): void => {
		const list = names.find((name) => rules.unsplit.has(fold(name)));
		if (list !== undefined)
			throw malformed({ file: rules.file, line: 1 }, `the column "${list}" holds several values, and what separates them is not stated`, {
				todo: 'Say listSeparator: "|", or what it is.',
			});
		counts.sink.names(kind, names);
	};
	await readCsv(text, rules, { header, row: (row) => counts.row(kind, row) });
}

const LONGEST_LINE = 1024 * 1024;

async function jsonLines(
	text: AsyncIterable<string>,
	{ kind, file, counts }: { readonly kind: Kind; readonly file: string; readonly counts: Counts },
): Promise<void> {
	counts.begin(kind);
	let line = 0;
	let rest = "";
	const take = (one: string): void => {
		line += 1;
		if (one.trim() !== "") readJson(one, { file, shape: "line", line }, { row: (row) => counts.record(kind, row) });
	};
	for await (const chunk of text) {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop()!;
		if (rest.length > LONGEST_LINE)
			throw malformed({ file, line: line + lines.length + 1 }, "the line is longer than a record can be", {
				todo: "One record a line is JSON Lines; for one array say format: json.",
			});
		for (const one of lines) take(one);
	}
	take(rest);
}

async function json(text: AsyncIterable<string>, { file, counts }: { readonly file: Listed; readonly counts: Counts }): Promise<void> {
	const parts: string[] = [];
	let size = 0;
	for await (const part of text) {
		size += part.length;
		if (size > LARGEST_JSON)
			throw malformed({ file: file.path, line: 1 }, "the file is too large to be read as one piece of JSON", {
				todo: "Let the export write JSON Lines or CSV; they are read piece by piece.",
			});
		parts.push(part);
	}
	const { path, kind } = file;
	if (kind !== undefined) counts.begin(kind);
	const whole = readJson(
		parts.join(""),
		{ file: path, shape: kind === undefined ? "together" : "records" },
		{ row: (row, inside) => counts.record((kind ?? inside)!, row) },
	);
	if (kind === undefined) judgeCounts(path, whole, counts);
}

/** Arrays that the object has count as read, also where they are empty; stated counts must be met. */
function judgeCounts(file: string, whole: Whole, counts: Counts): void {
	for (const kind of whole.kinds) counts.begin(kind);
	if (!whole.kinds.has("people"))
		throw malformed({ file, line: 1 }, "the object has no people", { todo: 'Let the export write { "people": [ … ], … }.' });
	for (const [kind, stated] of whole.counts) {
		const found = counts.byKind.get(kind) ?? 0;
		if (found !== stated) throw unfinished(file, `counts states ${stated} ${kind}, but there are ${found}`);
	}
}
