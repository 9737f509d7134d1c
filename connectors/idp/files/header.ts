import { parse } from "csv-parse/sync";
import { cleanText, looksLikeHtml, titleOf } from "../../http/text.ts";
import { malformed, type Place, unfinished } from "./failure.ts";
import { fold } from "./row.ts";
import type { Separator } from "./settings.ts";

/** The first line of a CSV file. */
export interface Header {
	/** As spelled, trimmed; an unnamed column is "". */
	readonly names: readonly string[];
	/** By folded name. */
	readonly index: ReadonlyMap<string, number>;
	readonly separator: string;
	/** Of the first record, in characters, and the line that it ends on. */
	readonly length: number;
	readonly line: number;
}

export interface HeaderRules {
	readonly file: string;
	readonly separator?: Separator;
	/** Folded names of columns that must be there. */
	readonly needed: readonly string[];
}

const SEPARATORS: readonly Separator[] = [",", ";", "\t", "|"];

/** Undefined: the first record is not complete yet. Throws for headers that are none, are ambiguous, or lack a column that is needed. */
export function headerOf(text: string, atEnd: boolean, rules: HeaderRules): Header | undefined {
	const start = /^(?:[ \t]*(?:\r\n|\n|\r))*/.exec(text)![0].length;
	const stated = /^"?sep=([^\r\n])"?[ \t]*(?:\r\n|\n|\r)/i.exec(text.slice(start));
	const from = start + (stated?.[0].length ?? 0);
	const end = endOfRecord(text, from, atEnd);
	const at: Place = { file: rules.file, line: linesBefore(text, from) + 1 };
	// The other half of the line break may be in the next chunk.
	if (!atEnd && end === text.length - 1 && text.endsWith("\r")) return undefined;
	if (end === undefined) {
		if (atEnd) throw unfinished(rules.file, `the header (line ${at.line}) has a quote that is never closed`);
		return undefined;
	}
	if (looksLikeHtml("", text)) throw html(at, text);
	const line = text.slice(from, end);
	const separators = rules.separator !== undefined ? [rules.separator] : stated ? [stated[1]!] : SEPARATORS;
	const candidates = separators.flatMap((separator) => namesOf(line, separator)).sort((a, b) => b.names.length - a.names.length);
	const { separator, names } = candidates.find(({ names }) => lacking(names, rules.needed).length === 0) ?? candidates[0] ?? bad(at);
	const lacks = lacking(names, rules.needed);
	if (lacks.length > 0)
		throw malformed(at, `there is no column ${lacks.map(shown).join(", ")}; there are: ${names.map(shown).join(", ")}`, {
			todo: "Say in the configuration what the columns are called (columns, groupColumns, membershipColumns), or correct the export.",
		});
	const length = afterBreak(text, end);
	return { names, separator, index: indexOf(names, at), length, line: linesBefore(text, length === end ? `${text}\n`.length : length) };
}

const shown = (name: string): string => `"${cleanText(name, 40)}"`;
const lacking = (names: readonly string[], needed: readonly string[]): readonly string[] => {
	const there = new Set(names.map(fold));
	return needed.filter((name) => !there.has(name));
};

function bad(at: Place): never {
	throw malformed(at, "the header has quotes in the wrong places", {
		todo: 'A value with quotes stands in quotes, and those inside are doubled: "He said ""yes""".',
	});
}

function html(at: Place, text: string): Error {
	const title = titleOf(text);
	return malformed(at, `this is an HTML page${title === undefined ? "" : ` ("${title}")`}, not a CSV file`, {
		retry: "later",
		todo: "Look at the job that fetches the export: it seems to have been given a log-in or error page.",
	});
}

function namesOf(line: string, separator: string): readonly { readonly separator: string; readonly names: readonly string[] }[] {
	try {
		const [record] = parse(line, { delimiter: separator, relax_column_count: true, trim: true }) as string[][];
		return record === undefined ? [] : [{ separator, names: record.map((name) => name.trim()) }];
	} catch {
		// Quotes that do not fit this separator may fit the next.
		return [];
	}
}

/** Two columns of one name: which of them counts would be chance. */
function indexOf(names: readonly string[], at: Place): ReadonlyMap<string, number> {
	const index = new Map<string, number>();
	for (const [position, name] of names.entries()) {
		if (name === "") continue;
		const before = index.get(fold(name));
		if (before !== undefined)
			throw malformed(at, `columns ${before + 1} and ${position + 1} are both called ${shown(name)} (case does not matter)`, {
				todo: "Rename or drop one of them in the export.",
			});
		index.set(fold(name), position);
	}
	return index;
}

/** Where the line break outside of quotes is. */
function endOfRecord(text: string, from: number, atEnd: boolean): number | undefined {
	let quoted = false;
	for (let at = from; at < text.length; at += 1) {
		const character = text[at];
		if (character === '"') quoted = !quoted;
		else if (!quoted && (character === "\n" || character === "\r")) return at;
	}
	return atEnd && !quoted ? text.length : undefined;
}

const afterBreak = (text: string, end: number): number => (text.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, text.length));
const linesBefore = (text: string, end: number): number => text.slice(0, end).match(/\r\n|\n|\r/g)?.length ?? 0;
