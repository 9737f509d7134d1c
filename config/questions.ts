import { parse } from "yaml";
import { z } from "zod";
import { core, docOf, type FieldDoc, isOptional } from "./fields.ts";
import { isRaw, type Raw, type Rules } from "./kind.ts";
import type { Path } from "./problem.ts";

/** What `rollcall init` needs to know about a kind of directory or product: nothing but its schema and its rules. */
export interface AskedKind {
	readonly kind: string;
	readonly title: string;
	readonly schema: z.ZodObject;
	readonly rules: Rules;
}

/** One key that may be asked for, with what the schema says about it. */
export interface Question {
	/** Keys from the source or product inwards. */
	readonly path: readonly string[];
	/** The same, as people write it: `network.ca`. */
	readonly key: string;
	readonly schema: z.ZodType;
	readonly doc: FieldDoc;
	readonly secret: boolean;
}

/** Keys that belong together: a username with its password. */
export type Way = readonly Question[];

/** More keys than this never belong together. */
const LONGEST_WAY = 4;

/** Keys without which no file of this kind loads, in the schema's order; those inside a section that must be there too. */
export const requiredQuestions = (kind: AskedKind): readonly Question[] => questionsIn(kind.schema, "required");

/** Every other key that can be given, sections taken apart; what all products have in common is left to the written file. */
export function furtherQuestions(kind: AskedKind): readonly Question[] {
	const ways = new Set(alternatives(kind).flatMap((way) => way.map(({ key }) => key)));
	return optionalQuestions(kind).filter(({ key }) => !ways.has(key));
}
const optionalQuestions = (kind: AskedKind): readonly Question[] =>
	questionsIn(kind.schema, "optional").filter(({ path }) => !isProduct(kind.schema) || !COMMON.has(path[0]!));

/** What products have in common, and the written file has for all of them alike. */
const COMMON: ReadonlySet<string> = new Set(["groups", "leavers", "protect", "limits", "shrink", "errorBudget", "schedule", "timeZone"]);
const isProduct = (schema: z.ZodObject): boolean => "posture" in schema.shape;

/** The question of a key, however deep; undefined when the kind has no such key. */
export function questionOf(kind: AskedKind, key: string): Question | undefined {
	return [...requiredQuestions(kind), ...optionalQuestions(kind)].find((question) => question.key === key);
}

/**
 * What is needed beside the required keys, as a rule one way to log in: all that the kind's own rules let through, in the schema's order,
 * found by trying the documented examples of its optional keys against schema and rules. Empty when the required keys are enough.
 * A secret that only goes with a longer way is in one of its own.
 */
export function alternatives(kind: AskedKind): readonly Way[] {
	let ways = WAYS.get(kind);
	if (ways === undefined) {
		ways = waysOf(kind);
		WAYS.set(kind, ways);
	}
	return ways;
}
/** Trying hundreds of combinations takes a moment for kinds with many keys. */
const WAYS = new WeakMap<AskedKind, readonly Way[]>();

function waysOf(kind: AskedKind): readonly Way[] {
	const base = requiredQuestions(kind).reduce<Raw>((raw, question) => withValue(raw, question.path, exampleOf(question)), beginning(kind));
	if (fits(kind, base)) return [];
	const candidates = optionalQuestions(kind).filter(({ path, schema }) => path.length === 1 && schema instanceof z.ZodOptional);
	const right: Way[] = [];
	const last = (way: Way) => Math.max(...way.map((question) => candidates.indexOf(question)));
	for (let size = 1; size <= LONGEST_WAY; size += 1)
		for (const way of choices(candidates, size)) {
			const within = right.filter((other) => other.every((question) => way.includes(question)));
			const fresh = way.some((question) => question.secret && !right.some((other) => other.includes(question)));
			if (within.length > 0 && !fresh) continue;
			if (
				fits(
					kind,
					way.reduce<Raw>((raw, question) => withValue(raw, question.path, exampleOf(question)), base),
				)
			)
				right.push(way);
		}
	return right.sort((a, b) => last(a) - last(b));
}

/** What stands in a section whoever asks; products have a policy too. */
export const beginning = (kind: AskedKind): Raw => ({
	kind: kind.kind,
	...(isProduct(kind.schema) ? { people: { from: ["staff"] } } : {}),
});

/** Whether schema and rules let a section with these values through. */
export function fits(kind: AskedKind, raw: Raw): boolean {
	return kind.schema.safeParse(raw).success && objections(kind, raw).length === 0;
}

/** What the kind's rules say about these values, each with the key that it is about ("" for the section as a whole). */
export function objections(kind: AskedKind, raw: Raw): readonly { readonly key: string; readonly message: string }[] {
	const found: { key: string; message: string }[] = [];
	const report = (path: Path, message: string, todo: string) =>
		void found.push({ key: path.join("."), message: `${message} ${todo}`.trim() });
	kind.rules({ raw, path: [], report, sources: new Set(["staff"]) });
	return found;
}

/** The answer as the file would hold it, or why it cannot be one. */
export type Answer = { readonly value: unknown } | { readonly problem: string };

/** `text` as somebody typed it: one value, several between semicolons or as a YAML list, `true`, a number. */
export function readAnswer({ schema, doc }: Question, text: string): Answer {
	const within = core(schema);
	const value = within instanceof z.ZodString ? text : within instanceof z.ZodArray ? listOf(text) : scalarOf(text);
	// A list or a mapping cannot be told from a text before it is tried.
	for (const candidate of [value, text]) if (schema.safeParse(candidate).success) return { value: candidate };
	const example = doc.example === undefined ? "" : ` For example: ${doc.example}`;
	return { problem: `That is not ${doc.allowed ?? "right here"}.${example}` };
}

function listOf(text: string): unknown {
	if (/^\s*\[/.test(text)) return scalarOf(text);
	return text
		.split(";")
		.map((one) => one.trim())
		.filter((one) => one !== "");
}

function scalarOf(text: string): unknown {
	try {
		return parse(text) as unknown;
	} catch {
		return text; // Not YAML, so it can only be meant as it stands.
	}
}

/** The documented example as the file would hold it. */
export function exampleOf(question: Question): unknown {
	const { doc, schema } = question;
	if (doc.example === undefined) return undefined;
	const value = scalarOf(doc.example);
	return schema.safeParse(value).success ? value : doc.example;
}

/** The same values with one more, at its place. */
export function withValue(raw: Raw, [key, ...rest]: readonly string[], value: unknown): Raw {
	if (key === undefined) return raw;
	if (rest.length === 0) return { ...raw, [key]: value };
	const inner = raw[key];
	return { ...raw, [key]: withValue(isRaw(inner) ? inner : {}, rest, value) };
}

export function valueAt(raw: Raw, [key, ...rest]: readonly string[]): unknown {
	const value = key === undefined ? undefined : raw[key];
	return rest.length === 0 ? value : isRaw(value) ? valueAt(value, rest) : undefined;
}

function questionsIn(schema: z.ZodObject, which: "required" | "optional", at: readonly string[] = []): readonly Question[] {
	return Object.entries(schema.shape).flatMap(([name, child]) => {
		if (at.length === 0 && (name === "kind" || (name === "people" && isProduct(schema)))) return [];
		const [field, path] = [child as z.ZodType, [...at, name]];
		const within = core(field);
		const optional = isOptional(field);
		if (within instanceof z.ZodObject) {
			if (which === "required") return optional ? [] : questionsIn(within, which, path);
			return [...questionsIn(within, "optional", path), ...(optional ? questionsIn(within, "required", path) : [])];
		}
		const doc = docOf(field);
		if (doc === undefined || optional !== (which === "optional")) return [];
		return [{ path, key: path.join("."), schema: field, doc, secret: doc.secret === true }];
	});
}

function* choices<T>(list: readonly T[], size: number, from = 0): Generator<readonly T[]> {
	if (size === 0) {
		yield [];
		return;
	}
	for (let at = from; at <= list.length - size; at += 1) for (const rest of choices(list, size - 1, at + 1)) yield [list[at]!, ...rest];
}
