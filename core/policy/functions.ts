import { EvaluationError } from "@marcbachmann/cel-js";
import { toAscii } from "./ascii.ts";
import type { PersonRecord } from "./record.ts";
import { linearRegex } from "./regex.ts";

/** One line of the functions table: what expressions may call, and nothing else is reachable. */
export interface PolicyFunction {
	readonly name: string;
	/** Called on a value (`x.trim()`), or by itself (`size(x)`). */
	readonly method: boolean;
	/** How many arguments it takes. */
	readonly arity: readonly number[];
	readonly usage: string;
	readonly what: string;
	/** Its first argument names a variable for the second. */
	readonly binds?: boolean;
	/** Set where Rollcall's own code stands in for the library's: signature after the name, and the code. */
	readonly own?: readonly Overload[];
}
interface Overload {
	readonly receiver?: string;
	readonly signature: string;
	readonly run: (...values: never[]) => unknown;
}

const onString = (signature: string, run: (text: string, ...values: never[]) => unknown): Overload => ({
	receiver: "string",
	signature,
	run: run as Overload["run"],
});
const method = (name: string, arity: readonly number[], rest: Pick<PolicyFunction, "usage" | "what"> & Partial<PolicyFunction>) => ({
	name,
	method: true,
	arity,
	...rest,
});
const global = (name: string, rest: Pick<PolicyFunction, "usage" | "what"> & Partial<PolicyFunction>) => ({
	name,
	method: false,
	arity: [1],
	...rest,
});

/**
 * Meanings follow the CEL definition and its strings extension
 * (https://github.com/google/cel-spec, https://pkg.go.dev/github.com/google/cel-go/ext#Strings).
 */
export const FUNCTIONS: readonly PolicyFunction[] = [
	method("attribute", [1], {
		usage: 'person.attribute("department")',
		what: 'the first value of a custom attribute, or `""` when there is none',
		own: [{ receiver: "Person", signature: "(string): string", run: firstValue }],
	}),
	method("startsWith", [1], { usage: 'x.startsWith("svc-")', what: "true when the text begins so" }),
	method("endsWith", [1], { usage: 'x.endsWith("@example.org")', what: "true when the text ends so" }),
	method("contains", [1], { usage: 'x.contains("-")', what: "true when the text occurs in it" }),
	method("matches", [1], {
		usage: 'x.matches("^[a-z]+$")',
		what: "true when the regular expression (RE2, linear time) matches anywhere in the text; anchor it with `^` and `$`",
		own: [onString("(string): bool", matchesLinear)],
	}),
	method("lowerAscii", [0], {
		usage: "x.lowerAscii()",
		what: "`A`-`Z` in lower case; other letters stay",
		own: [onString("(): string", (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()))],
	}),
	method("upperAscii", [0], {
		usage: "x.upperAscii()",
		what: "`a`-`z` in upper case; other letters stay",
		own: [onString("(): string", (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()))],
	}),
	method("ascii", [0], {
		usage: "x.ascii()",
		what: "letters without their marks (é → e, ü → u, ß → ss, ø → o, ł → l); a character without a plain spelling is an error",
		own: [onString("(): string", plain)],
	}),
	method("trim", [0], { usage: "x.trim()", what: "without white space at both ends" }),
	method("replace", [2], {
		usage: 'x.replace(" ", ".")',
		what: "every occurrence of the first text replaced by the second; no patterns",
		own: [onString("(string, string): string", (text: string, from: string, to: string) => text.replaceAll(from, () => to))],
	}),
	method("split", [1, 2], { usage: 'x.split("@")', what: "a list of the parts between separators; a second argument limits their number" }),
	method("substring", [1, 2], {
		usage: "x.substring(0, 1)",
		what: "the characters from the first position (from 0) up to, not including, the second; past the end is an error",
		own: [
			onString("(int): string", (text, start: bigint) => slice(text, start)),
			onString("(int, int): string", (text, start: bigint, end: bigint) => slice(text, start, end)),
		],
	}),
	method("indexOf", [1], {
		usage: 'x.indexOf("@")',
		what: "the position (from 0) of the first occurrence, or `-1`",
		own: [onString("(string): int", (text, wanted: string) => position(text, text.indexOf(wanted)))],
	}),
	method("lastIndexOf", [1], {
		usage: 'x.lastIndexOf("@")',
		what: "the position (from 0) of the last occurrence, or `-1`",
		own: [onString("(string): int", (text, wanted: string) => position(text, text.lastIndexOf(wanted)))],
	}),
	method("size", [0], { usage: "x.size()", what: "number of characters of a text, elements of a list, or entries of a map" }),
	method("join", [0, 1], { usage: 'list.join(", ")', what: "the elements of a list of texts, put together" }),
	method("exists", [2], {
		usage: 'list.exists(g, g.startsWith("ops-"))',
		what: "true when the condition holds for any element",
		binds: true,
	}),
	method("all", [2], { usage: "list.all(g, g != x)", what: "true when the condition holds for every element", binds: true }),
	method("exists_one", [2], { usage: "list.exists_one(g, g == x)", what: "true when it holds for exactly one element", binds: true }),
	method("filter", [2], { usage: 'list.filter(g, g.contains("-"))', what: "the elements for which the condition holds", binds: true }),
	method("map", [2, 3], {
		usage: "list.map(g, g.lowerAscii())",
		what: "a list of the changed elements; with a condition in the middle, only of some",
		binds: true,
	}),
	method("bind", [3], { usage: "cel.bind(x, value, x + x)", what: "gives a value a name for the last argument", binds: true }),
	global("has", { usage: "has(person.attributes.mail2)", what: "true when the person has this attribute" }),
	global("size", { usage: "size(x)", what: "as `x.size()`" }),
	global("string", { usage: "string(x)", what: "a number or a truth value as text" }),
	global("int", {
		usage: "int(x)",
		what: "a text of digits as a whole number; anything else is an error",
		own: [
			{ signature: "(string): int", run: wholeNumber },
			{ signature: "(int): int", run: (value: bigint) => value },
		],
	}),
	global("bool", { usage: "bool(x)", what: '`"true"` or `"false"` as a truth value; anything else is an error' }),
];

/** The name under which own code is registered; expressions cannot write it, because only names of the table are let through. */
export const ownName = (name: string): string => `rollcall_${name}`;

const failed = (code: string, message: string): EvaluationError => new EvaluationError({ code, message });

function firstValue(person: PersonRecord, name: string): string {
	return Object.hasOwn(person.attributes, name) ? (person.attributes[name]?.[0] ?? "") : "";
}

function matchesLinear(text: string, pattern: string): boolean {
	try {
		return linearRegex(pattern).test(text);
	} catch (error) {
		if (error instanceof SyntaxError)
			throw failed("invalid_regular_expression", `"${pattern}" is not a regular expression: ${error.message}`);
		throw error;
	}
}

function plain(text: string): string {
	try {
		return toAscii(text);
	} catch (error) {
		if (error instanceof RangeError) throw failed("no_plain_spelling", error.message);
		throw error;
	}
}

function wholeNumber(text: string): bigint {
	const number = /^[+-]?\d{1,19}$/.test(text) ? BigInt.asIntN(64, BigInt(text)) : undefined;
	if (number === undefined || number !== BigInt(text)) throw failed("int_conversion_error", `"${text}" is not a whole number`);
	return number;
}

const SURROGATE = /[\ud800-\udfff]/;

/** Positions count characters (code points), as CEL has it, not UTF-16 units. */
function slice(text: string, start: bigint, end?: bigint): string {
	const characters = SURROGATE.test(text) ? [...text] : undefined;
	const length = characters?.length ?? text.length;
	const [from, to] = [Number(start), end === undefined ? length : Number(end)];
	if (from < 0 || to > length || from > to)
		throw failed("index_out_of_range", `substring(${from}, ${to}) does not fit "${text}", which has ${length} characters`);
	return characters === undefined ? text.slice(from, to) : characters.slice(from, to).join("");
}
const position = (text: string, unit: number): bigint =>
	BigInt(unit <= 0 || !SURROGATE.test(text) ? unit : [...text.slice(0, unit)].length);
