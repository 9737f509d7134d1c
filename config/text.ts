import {
	type Alias,
	type Document,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	LineCounter,
	type Node,
	type Pair,
	parseDocument,
	type Scalar,
	visit,
} from "yaml";
import type { SourceText } from "../core/policy/policy.ts";
import { type Path, type Problem, pathText } from "./problem.ts";
import { offsetsOf } from "./scalar.ts";
import { explainYaml } from "./yaml-errors.ts";

export interface Place {
	readonly line: number;
	readonly column: number;
}

/** Where each character of an expression stands in the file; kept beside the text because quotes, escapes and folding move it. */
const placesOfText = new WeakMap<SourceText, (index: number) => Place>();

/** The place in the file of the character at `index` (from 0) of an expression that was read from a configuration. */
export const placeIn = (source: SourceText, index: number): Place =>
	placesOfText.get(source)?.(index) ?? { line: source.line ?? 1, column: (source.column ?? 1) + index };

/** A parsed YAML file that knows where every value stands. */
export class ConfigText {
	readonly file: string;
	/** Plain data: anchors and merge keys resolved. Undefined when the file is not YAML. */
	readonly value: unknown;
	/** What YAML itself objects to. When `broken`, nothing else can be said about the file. */
	readonly problems: readonly Problem[];
	readonly broken: boolean;
	readonly #text: string;
	readonly #document: Document;
	readonly #lines = new LineCounter();

	constructor(text: string, file: string) {
		this.file = file;
		this.#text = text;
		this.#document = parseDocument(text, {
			prettyErrors: false,
			merge: true,
			stringKeys: true,
			uniqueKeys: true,
			lineCounter: this.#lines,
			logLevel: "error",
		});
		this.problems = [...this.#syntaxProblems(), ...this.#aliasProblems()];
		this.broken = this.#document.errors.some((error) => error.code !== "DUPLICATE_KEY") || this.#aliasProblems().length > 0;
		if (this.broken) return;
		try {
			this.value = this.#document.toJS({ maxAliasCount: 100 });
		} catch {
			this.broken = true;
			this.problems = [
				...this.problems,
				this.problem([], "the anchors unfold into far more than a configuration holds.", "Write the values out."),
			];
		}
	}

	/** Where the value stands; where it is missing, the nearest enclosing thing that is there. */
	placeOf(path: Path): Place {
		for (let length = path.length; length >= 0; length--) {
			const node = this.#nodeAt(path.slice(0, length));
			if (node?.range) return length < path.length && length > 0 ? this.placeOfKey(path.slice(0, length)) : this.#place(node.range[0]);
		}
		return { line: 1, column: 1 };
	}

	/** Where the key of the value stands. */
	placeOfKey(path: Path): Place {
		const parent = this.#nodeAt(path.slice(0, -1));
		const key = path.at(-1);
		const range =
			typeof key === "string" && isMap(parent) ? (pairOf(parent, key, this.#document)?.key as Node | undefined)?.range : undefined;
		return range ? this.#place(range[0]) : this.placeOf(path);
	}

	problem(path: Path, message: string, todo: string): Problem {
		return { file: this.file, ...this.placeOf(path), path: pathText(path), message, todo };
	}

	problemAtKey(path: Path, message: string, todo: string): Problem {
		return { file: this.file, ...this.placeOfKey(path), path: pathText(path), message, todo };
	}

	/** The text at the path with the place of its first character, or undefined when there is none. */
	sourceText(path: Path): SourceText | undefined {
		const node = this.#nodeAt(path);
		if (!isScalar(node) || typeof node.value !== "string") return undefined;
		const offsets = offsetsOf(node as Scalar<string>, this.#text);
		const at = (index: number): Place => this.#place(offsets[Math.min(index, offsets.length - 1)] ?? node.range?.[0] ?? 0);
		const source: SourceText = { text: node.value, file: this.file, ...at(0) };
		placesOfText.set(source, at);
		return source;
	}

	#place(offset: number): Place {
		const { line, col } = this.#lines.linePos(offset);
		return { line: Math.max(1, line), column: Math.max(1, col) };
	}

	#nodeAt(path: Path): Node | undefined {
		let node = resolved(this.#document.contents, this.#document);
		for (const part of path) {
			if (isSeq(node) && typeof part === "number") node = resolved(node.items[part] as Node | undefined, this.#document);
			else if (isMap(node)) node = resolved(pairOf(node, String(part), this.#document)?.value as Node | undefined, this.#document);
			else return undefined;
		}
		return node ?? undefined;
	}

	#syntaxProblems(): Problem[] {
		const byLine = new Map<number, Problem>();
		for (const error of [...this.#document.errors, ...this.#document.warnings]) {
			const place = this.#place(error.pos[0]);
			// One slip upsets the parser several times: the first complaint of a line is the one that helps.
			if (!byLine.has(place.line))
				byLine.set(place.line, { file: this.file, ...place, path: "", ...explainYaml(error.code, this.#text, error.pos[0]) });
		}
		return [...byLine.values()];
	}

	#aliasProblems(): Problem[] {
		const problems: Problem[] = [];
		visit(this.#document, {
			Alias: (_, alias: Alias) => {
				if (alias.resolve(this.#document) !== undefined) return;
				const message = `nothing above is called &${alias.source}; a value without quotes that begins with * is an alias.`;
				const todo = "Define the anchor first, or put the text in quotes.";
				problems.push({ file: this.file, ...this.#place(alias.range?.[0] ?? 0), path: "", message, todo });
			},
		});
		return problems;
	}
}

function resolved(node: unknown, document: Document): Node | undefined {
	if (isAlias(node)) return node.resolve(document) as Node | undefined;
	return (node ?? undefined) as Node | undefined;
}

/** The pair with that key, also where it came in through a merge key (`<<: *defaults`). */
function pairOf(map: Node, key: string, document: Document): Pair | undefined {
	if (!isMap(map)) return undefined;
	const own = map.items.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === key);
	if (own !== undefined) return own;
	for (const pair of map.items) {
		if (!isScalar(pair.key) || pair.key.source !== "<<") continue;
		const value = resolved(pair.value, document);
		for (const merged of isSeq(value) ? value.items : [value]) {
			const source = resolved(merged, document);
			const found = source === undefined ? undefined : pairOf(source, key, document);
			if (found !== undefined) return found;
		}
	}
	return undefined;
}
