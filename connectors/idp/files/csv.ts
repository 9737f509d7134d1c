import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import { malformed, unfinished, WRITING } from "./failure.ts";
import { type Header, type HeaderRules, headerOf } from "./header.ts";
import { RecordLines } from "./record-lines.ts";
import type { Row, Value } from "./row.ts";

/** Longer is no record of a person or group: a quote is not closed. In characters. */
const LONGEST = 1024 * 1024;

export interface CsvRules extends HeaderRules {
	readonly trailer?: { readonly first: string; readonly count?: number };
}
interface Sink {
	header(names: readonly string[]): void;
	row(row: Row): void;
}

/**
 * RFC 4180, with the separator found in the header, any line ends, and blanks around values ignored. Lines without any value are skipped.
 * https://csv.js.org/parse/ merges columns of one name silently, counts lines wrong (CRLF in quotes, ends of chunks), and takes several
 * separators for one another: header and lines are our own.
 */
export async function readCsv(chunks: AsyncIterable<string>, rules: CsvRules, sink: Sink): Promise<void> {
	const iterator = chunks[Symbol.asyncIterator]();
	try {
		const { header, rest } = await beginning(iterator, rules);
		sink.header(header.names);
		const records = new Records(header, rules, sink);
		const parser = parse({
			delimiter: header.separator,
			trim: true,
			record_delimiter: ["\r\n", "\n", "\r"],
			relax_column_count: true,
			max_record_size: LONGEST,
		});
		await pipeline(after(rest, iterator, records.lines), parser, async (found: AsyncIterable<readonly string[]>) => {
			for await (const cells of found) records.take(cells);
		}).catch((error: unknown) => {
			throw error instanceof CsvError ? records.failure(error) : error;
		});
		records.end();
	} finally {
		await iterator.return?.();
	}
}

async function beginning(iterator: AsyncIterator<string>, rules: CsvRules): Promise<{ readonly header: Header; readonly rest: string }> {
	let text = "";
	for (;;) {
		const { done, value } = await iterator.next();
		if (done !== true) text += value;
		if (done === true && text.trim() === "") throw unfinished(rules.file, "is empty, without even a header", WRITING);
		const header = headerOf(text, done === true, rules);
		if (header !== undefined) return { header, rest: text.slice(header.length) };
		if (text.length > LONGEST) throw endless(rules.file, 1);
	}
}

async function* after(rest: string, iterator: AsyncIterator<string>, lines: RecordLines): AsyncGenerator<string> {
	for (let text = rest; ; ) {
		lines.push(text);
		if (text !== "") yield text;
		const { done, value } = await iterator.next();
		if (done === true) return;
		text = value;
	}
}

const unclosed = (file: string, line: number, what = "a quote is opened in this record and never closed") =>
	malformed({ file, line }, what, {
		retry: "later",
		todo: "If the file is not being written, look at the quotes of this line: those inside of a value are doubled.",
	});
const endless = (file: string, line: number) =>
	unclosed(
		file,
		line,
		`this record has no end within ${LONGEST.toLocaleString("en")} characters; usually a quote is opened in it and never closed`,
	);

/** Judges records and gives them their lines. */
class Records {
	readonly #header: Header;
	readonly #rules: CsvRules;
	readonly #sink: Sink;
	readonly lines: RecordLines;
	#count = 0;
	#trailer: { readonly line: number; readonly cells: readonly string[] } | undefined;

	constructor(header: Header, rules: CsvRules, sink: Sink) {
		this.#header = header;
		this.#rules = rules;
		this.#sink = sink;
		this.lines = new RecordLines(header.line + 1);
	}

	take(cells: readonly string[]): void {
		const line = this.lines.next();
		if (cells.every((cell) => cell.trim() === "")) return;
		const { file, trailer } = this.#rules;
		if (this.#trailer !== undefined)
			throw malformed({ file, line }, `the file goes on after its trailer in line ${this.#trailer.line}`, { todo: "Correct the export." });
		if (trailer !== undefined && cells[0]?.trim() === trailer.first) {
			this.#trailer = { line, cells };
			return;
		}
		this.#judgeWidth(cells, line);
		this.#count += 1;
		this.#sink.row(new CsvRow(this.#header, cells, { file, line }));
	}

	#judgeWidth(cells: readonly string[], line: number): void {
		const { names } = this.#header;
		const at = { file: this.#rules.file, line };
		if (cells.length < names.length)
			throw malformed(at, `the record has ${cells.length} of ${names.length} columns`, {
				retry: "later",
				todo: "If the file is not being written, look at the separators and quotes of this line. Every line needs all separators, also where values are empty.",
			});
		for (let index = 0; index < cells.length; index += 1) {
			if ((names[index] ?? "") !== "" || cells[index]!.trim() === "") continue;
			throw malformed(at, `the value in column ${index + 1} stands below no header (there are ${names.length} columns)`, {
				todo: "A value with a separator in it must stand in quotes; otherwise name the column in the header.",
			});
		}
	}

	/** The parser's own messages repeat values; ours do not. */
	failure(error: CsvError): Error {
		const { file } = this.#rules;
		// Records that the parser has given out may still be on their way here.
		const at = { file, line: this.lines.of(Number(error.records)) };
		const todo = 'A value with quotes stands in quotes, and those inside are doubled: "He said ""yes""".';
		switch (error.code) {
			case "CSV_QUOTE_NOT_CLOSED":
				return unclosed(file, at.line);
			case "CSV_MAX_RECORD_SIZE":
				return endless(file, at.line);
			case "CSV_INVALID_CLOSING_QUOTE":
				return malformed(at, "text follows a closing quote", { todo });
			case "INVALID_OPENING_QUOTE":
				return malformed(at, "a quote stands in the middle of a value without quotes around it", { todo });
			default:
				return malformed(at, `this cannot be read as CSV (${error.code})`, { todo: "Look at this line." });
		}
	}

	/** The trailer, where one is configured, must have come, and be right. */
	end(): void {
		const { trailer, file } = this.#rules;
		if (trailer === undefined) return;
		if (this.#trailer === undefined) throw unfinished(file, `does not end with the trailer "${trailer.first}"`);
		if (trailer.count === undefined) return;
		const { line, cells } = this.#trailer;
		const stated = cells[trailer.count - 1]?.trim() ?? "";
		if (/^\d{1,12}$/.test(stated) && Number(stated) === this.#count) return;
		throw malformed({ file, line }, `the trailer states "${stated.slice(0, 40)}" records, but there are ${this.#count}`, {
			code: "source.incomplete",
			retry: "later",
			todo: WRITING,
		});
	}
}

class CsvRow implements Row {
	readonly place: Row["place"];
	readonly #header: Header;
	readonly #cells: readonly string[];

	constructor(header: Header, cells: readonly string[], place: Row["place"]) {
		this.place = place;
		this.#header = header;
		this.#cells = cells;
	}

	get(folded: string): Value {
		const index = this.#header.index.get(folded);
		return index === undefined ? undefined : this.#cells[index]!.trim() || undefined;
	}

	names(): readonly string[] {
		return this.#header.names.filter((name) => name !== "");
	}
}
