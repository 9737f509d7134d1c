import { z } from "zod";
import { childOf, core, docOf, type FieldDoc } from "./fields.ts";
import { didYouMean, either } from "./nearest.ts";
import type { Path, Problem } from "./problem.ts";
import { badReference, REFERENCE } from "./references.ts";
import type { ConfigText } from "./text.ts";
import { DURATION_ALLOWED, PERCENT_ALLOWED } from "./units.ts";

type Issue = z.core.$ZodIssue;

/** The schema's complaints in our words, with places. Values of secrets are never repeated. */
export function problemsOfIssues(issues: readonly Issue[], text: ConfigText, schema: z.ZodType): readonly Problem[] {
	return issues.flatMap((issue) => {
		const path = issue.path.filter((part) => typeof part !== "symbol");
		const at = withKinds(issue, lookUp(path, text.value, schema));
		if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path, { at, text }));
		return [at.value === undefined ? missing(path, at, text) : wrong(path, at, text)];
	});
}

interface At {
	readonly value: unknown;
	readonly schema: z.ZodType | undefined;
	readonly doc: FieldDoc | undefined;
}

function lookUp(path: Path, root: unknown, schema: z.ZodType): At {
	let value = root;
	let at: z.ZodType | undefined = schema;
	for (const key of path) {
		at = at === undefined ? undefined : childOf(at, key, value);
		value =
			typeof value === "object" && value !== null && Object.hasOwn(value, key)
				? (value as Record<string | number, unknown>)[key]
				: undefined;
	}
	return { value, schema: at, doc: at === undefined ? undefined : docOf(at) };
}

/** For a `kind` that does not exist the allowed ones are those of all kinds, not of the one whose documentation was found. */
function withKinds(issue: Issue, at: At): At {
	if (issue.code !== "invalid_union" || !("options" in issue) || !Array.isArray(issue.options)) return at;
	const kinds = issue.options.map(String);
	return {
		...at,
		schema: z.enum(kinds),
		doc: { meaning: "", ...at.doc, allowed: either(kinds), ...(kinds.length === 1 ? { example: kinds[0]! } : {}) },
	};
}

function unknownKey(key: string, path: Path, { at, text }: { at: At; text: ConfigText }): Problem {
	const known = keysOf(at);
	const todo = didYouMean(key, known) || "Delete it, or look it up in docs/reference/configuration.md.";
	return text.problemAtKey([...path, key], `there is no key "${shorten(key)}" here; allowed: ${known.join(", ")}.`, todo);
}

function keysOf({ schema, value }: At): readonly string[] {
	let within = schema === undefined ? undefined : core(schema);
	if (within instanceof z.ZodDiscriminatedUnion) {
		const kind = childOf(within, "kind", value);
		within = (within.options as readonly z.ZodObject[]).find((option) => option.shape.kind === kind);
	}
	return within instanceof z.ZodObject ? Object.keys(within.shape) : [];
}

function missing(path: Path, { doc, schema, value }: At, text: ConfigText): Problem {
	const key = path.at(-1) ?? "";
	const allowed = allowedIn(doc, { doc, schema, value });
	return text.problem(
		path,
		`\`${key}\` is missing; allowed: ${allowed}.`,
		doc?.todo ?? (key === "kind" ? "Add the one that is meant." : `Add \`${key}: ${doc?.example ?? "…"}\`.`),
	);
}

function wrong(path: Path, at: At, text: ConfigText): Problem {
	const { doc, value } = at;
	if (doc?.secret) return wrongSecret(path, value, text);
	const allowed = allowedIn(doc, at);
	// Where a section belongs, a text may be anything, a secret too.
	const what = typeof value === "string" && isSection(at.schema) ? "a text" : found(value);
	return text.problem(path, `found ${what}; allowed: ${allowed}.`, advice(path, at));
}

function allowedIn(doc: FieldDoc | undefined, at: At): string {
	const keys = keysOf(at);
	if (doc?.allowed !== undefined) return doc.allowed;
	return keys.length === 0 ? "a mapping" : `a mapping with ${keys.join(", ")}`;
}

function advice(path: Path, { doc, schema, value }: At): string {
	const within = schema === undefined ? undefined : core(schema);
	if (path.length === 1 && path[0] === "version" && typeof value === "number" && value > 1)
		return "This file is for a newer Rollcall: upgrade, or use the file that belongs to this one.";
	if (typeof value === "string" && REFERENCE.test(value))
		return badReference(value) ?? "References are for secrets only; write the value itself.";
	if (typeof value === "string" && within instanceof z.ZodLiteral && String(within.value) === value) return "Write it without quotes.";
	if (typeof value === "string" && (within instanceof z.ZodEnum || within instanceof z.ZodLiteral)) {
		const guess = didYouMean(value, within instanceof z.ZodEnum ? within.options.map(String) : [String(within.value)]);
		if (guess !== "") return guess;
	}
	const wantsText = within instanceof z.ZodString;
	if (typeof value === "number" && doc?.allowed?.startsWith(DURATION_ALLOWED)) return `Write the unit too: ${value}s or ${value}m.`;
	if (typeof value === "number" && doc?.allowed === PERCENT_ALLOWED) return `Write the sign too: ${value < 1 ? value * 100 : value}%.`;
	if (wantsText && (typeof value === "number" || typeof value === "boolean")) return `To mean the text, put it in quotes: "${value}".`;
	if (typeof value === "string" && (within instanceof z.ZodNumber || within instanceof z.ZodBoolean) && isPlain(value, within))
		return "Write it without quotes.";
	if (within instanceof z.ZodArray && typeof value === "string") return "Put it in brackets: [" + "…].";
	return doc?.example === undefined ? "" : `For example: ${doc.example}`;
}

function wrongSecret(path: Path, value: unknown, text: ConfigText): Problem {
	const key = String(path.at(-1));
	const allowed = 'allowed: "${credential:NAME}", "${env:NAME}" or "${file:/absolute/path}"';
	if (typeof value === "string" && REFERENCE.test(value))
		return text.problem(path, `found ${JSON.stringify(shorten(value))}: ${badReference(value)}; ${allowed}.`, "Correct the reference.");
	if (typeof value === "string" && value.includes("${"))
		return text.problem(
			path,
			`found a reference of an unknown form; ${allowed}.`,
			"Write the reference alone, nothing before or after it.",
		);
	if (typeof value === "string" || typeof value === "number")
		return text.problem(
			path,
			`found a secret in plain text (not shown); ${allowed}.`,
			`Put it into a file that only Rollcall can read, write \`${key}: "\${credential:${String(path.at(1) ?? key)}}"\` here, and replace the secret: it has stood in a configuration file.`,
		);
	return text.problem(path, `found ${found(value)}; ${allowed}.`, "Refer to the secret by name.");
}

const isSection = (schema: z.ZodType | undefined): boolean => {
	const within = schema === undefined ? undefined : core(schema);
	return within instanceof z.ZodObject || within instanceof z.ZodRecord || within instanceof z.ZodDiscriminatedUnion;
};

/** The text would be right if it were not a text. */
const isPlain = (value: string, wanted: z.ZodNumber | z.ZodBoolean): boolean =>
	(wanted instanceof z.ZodNumber ? /^\d+$/ : /^(?:true|false)$/).test(value);

/** What stands there, short, on one line, and without anything that may be a password in an address. */
function found(value: unknown): string {
	if (value === null) return "nothing (an empty value)";
	if (Array.isArray(value)) return "a list";
	if (typeof value === "object") return "a mapping";
	if (typeof value === "number") return `the number ${value}`;
	if (typeof value === "boolean") return String(value);
	const text = String(value);
	if (/:\/\/[^/]*@/.test(text)) return "an address with a user name or password in it (not shown)";
	const cut = text.includes("://") ? text.replace(/[?#].*$/s, "?…") : text;
	return JSON.stringify(shorten(cut));
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
