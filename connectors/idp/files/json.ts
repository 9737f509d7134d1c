import jsonc from "jsonc-parser";
import { looksLikeHtml } from "../../http/text.ts";
import { malformed, unfinished } from "./failure.ts";
import { fold, type Row, type Value } from "./row.ts";
import type { Kind } from "./settings.ts";

export interface JsonRules {
	readonly file: string;
	/** `records`: one array of them. `together`: an object with an array per kind. `line`: one record. */
	readonly shape: "records" | "together" | "line";
	/** Of the first line, from 1. */
	readonly line?: number;
}
interface Sink {
	/** `kind` is known in the shape `together` only. */
	row(row: Row, kind: Kind | undefined): void;
}
/** What the shape `together` says besides records. */
export interface Whole {
	readonly kinds: ReadonlySet<Kind>;
	readonly counts: ReadonlyMap<Kind, number>;
}

const KINDS: ReadonlySet<string> = new Set<Kind>(["people", "groups", "memberships"]);
/** Of arrays and objects in one another. Records are shallow; deep nesting is an attack or a mistake. */
const DEEPEST = 12;

/** Strict JSON (RFC 8259), and stricter: a key that comes twice in an object is an error, where JSON.parse takes the last. Every record keeps its line. */
export function readJson(text: string, rules: JsonRules, sink: Sink): Whole {
	if (looksLikeHtml("", text))
		throw malformed({ file: rules.file, line: rules.line ?? 1 }, "this is an HTML page, not JSON", {
			retry: "later",
			todo: "Look at the job that fetches the export: it seems to have been given a log-in or error page.",
		});
	if (text.trim() === "") throw unfinished(rules.file, "is empty");
	const reader = new Reader(text, rules, sink);
	jsonc.visit(text, reader.visitor(), { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
	return reader.whole();
}

type Scalar = string | undefined;
interface List {
	readonly type: "list";
	readonly items: Scalar[];
	odd: boolean;
}
interface Entries {
	readonly type: "object";
	readonly line: number;
	/** The one whose value comes next. */
	key: string;
	/** By folded key. */
	readonly entries: Map<string, { readonly name: string; readonly value: Value }>;
}
/** Arrays of records keep nothing: records are handed on. */
interface Records {
	readonly type: "records";
	readonly kind: Kind | undefined;
}
interface Top {
	readonly type: "top";
	readonly entries: Map<string, true>;
}
type Open = List | Entries | Records | Top;

class Reader {
	readonly #text: string;
	readonly #rules: JsonRules;
	readonly #sink: Sink;
	readonly #open: Open[] = [];
	readonly #kinds = new Set<Kind>();
	readonly #counts = new Map<Kind, number>();
	#key = "";
	#began = false;

	constructor(text: string, rules: JsonRules, sink: Sink) {
		this.#text = text;
		this.#rules = rules;
		this.#sink = sink;
	}

	visitor(): jsonc.JSONVisitor {
		return {
			onObjectBegin: (_offset, _length, line) => {
				this.#beginObject(line);
			},
			onObjectProperty: (name, _offset, _length, line) => this.#property(name, line),
			onObjectEnd: () => this.#end(),
			onArrayBegin: (_offset, _length, line) => {
				this.#beginArray(line);
			},
			onArrayEnd: () => this.#end(),
			onLiteralValue: (value, offset, length, line) => this.#literal(value, this.#text.slice(offset, offset + length), line),
			onError: (code, offset, length, line) => this.#syntax(jsonc.printParseErrorCode(code), offset + length, line),
		};
	}

	whole(): Whole {
		return { kinds: this.#kinds, counts: this.#counts };
	}

	#at(line: number) {
		return { file: this.#rules.file, line: line + (this.#rules.line ?? 1) };
	}

	#push(open: Open, line: number): void {
		if (this.#open.length >= DEEPEST)
			throw malformed(this.#at(line), `arrays and objects are nested more than ${DEEPEST} deep`, { todo: "Correct the export." });
		this.#open.push(open);
	}

	#beginObject(line: number): void {
		const around = this.#open.at(-1);
		const { shape } = this.#rules;
		if (around === undefined && shape === "records") throw this.#shape(line);
		if (around?.type === "top" && fold(this.#key) !== "counts") throw this.#shape(line);
		const isTop = around === undefined && shape === "together";
		this.#push(isTop ? { type: "top", entries: new Map() } : { type: "object", line, key: "", entries: new Map() }, line);
		this.#began = true;
	}

	#beginArray(line: number): void {
		const around = this.#open.at(-1);
		if (around === undefined) {
			if (this.#rules.shape !== "records") throw this.#shape(line);
			this.#push({ type: "records", kind: undefined }, line);
		} else if (around.type === "top") {
			if (!KINDS.has(this.#key)) throw this.#shape(line);
			this.#kinds.add(this.#key as Kind);
			this.#push({ type: "records", kind: this.#key as Kind }, line);
		} else if (around.type === "records") throw this.#shape(line);
		else this.#push({ type: "list", items: [], odd: false }, line);
		this.#began = true;
	}

	#property(name: string, line: number): void {
		const around = this.#open.at(-1);
		this.#key = name;
		if (around?.type !== "object" && around?.type !== "top") return;
		if (around.entries.has(fold(name)))
			throw malformed(this.#at(line), `the key ${JSON.stringify(name.slice(0, 40))} comes twice in one object (case does not matter)`, {
				todo: "Correct the export: which of them counts would be chance.",
			});
		if (around.type === "top") around.entries.set(fold(name), true);
		else {
			around.key = name;
			this.#put(around, undefined);
		}
	}

	#literal(value: unknown, written: string, line: number): void {
		const around = this.#open.at(-1);
		if (around === undefined || around.type === "records") throw this.#shape(line);
		// A number as it is written: ids have more digits than a float keeps.
		const text = value === null ? undefined : typeof value === "string" ? value.trim() || undefined : written;
		if (around.type === "list") around.items.push(text);
		else if (around.type === "object") this.#put(around, text);
		else if (KINDS.has(this.#key) || fold(this.#key) === "counts") throw this.#shape(line);
	}

	#put(object: Entries, value: Value): void {
		object.entries.set(fold(object.key), { name: object.key.trim(), value });
	}

	#end(): void {
		const done = this.#open.pop();
		const around = this.#open.at(-1);
		if (done === undefined || done.type === "records" || done.type === "top") return;
		if (around?.type === "top") this.#takeCounts(done);
		else if (around === undefined || around.type === "records") this.#record(done, around?.kind);
		else if (around.type === "list") around.odd = true;
		else this.#put(around, collected(done));
	}

	#record(done: List | Entries, kind: Kind | undefined): void {
		if (done.type === "object") this.#sink.row(new JsonRow(done, this.#at(done.line)), kind);
	}

	#takeCounts(done: List | Entries): void {
		if (done.type !== "object") return;
		for (const [kind, { value }] of done.entries) {
			if (!KINDS.has(kind) || typeof value !== "string" || !/^\d{1,12}$/.test(value))
				throw malformed(this.#at(done.line), "counts is not an object of people, groups, memberships with whole numbers", {
					todo: "Correct the export.",
				});
			this.#counts.set(kind as Kind, Number(value));
		}
	}

	#shape(line: number): Error {
		const wanted = {
			records: "an array of objects",
			together: "one object with people, groups and memberships, each an array of objects, and perhaps counts",
			line: "one object a line",
		}[this.#rules.shape];
		return malformed(this.#at(line), `this is not ${wanted}`, {
			todo: "Let the export write that form, or name the file under the key, and with the format, that fit it.",
		});
	}

	#syntax(code: string, end: number, line: number): never {
		const atEnd = this.#began && code !== "EndOfFileExpected" && this.#text.slice(end).trim() === "";
		if (atEnd) throw unfinished(this.#rules.file, `ends in the middle (line ${this.#at(line).line}), as if it were cut off`);
		throw malformed(this.#at(line), `this is not JSON (${code})`, {
			retry: "later",
			todo: "If the file is not being written, look at this line.",
		});
	}
}

function collected(done: List | Entries): Value {
	if (done.type === "object") return { odd: "an object" };
	if (done.odd) return { odd: "a list of lists or objects" };
	const items = done.items.filter((item) => item !== undefined);
	return items.length === 0 ? undefined : items;
}

class JsonRow implements Row {
	readonly place: Row["place"];
	readonly #entries: Entries["entries"];

	constructor(object: Entries, place: Row["place"]) {
		this.place = place;
		this.#entries = object.entries;
	}

	get(folded: string): Value {
		return this.#entries.get(folded)?.value;
	}

	*names(): Generator<string> {
		for (const { name } of this.#entries.values()) yield name;
	}
}
