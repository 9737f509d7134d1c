import { z } from "zod";
import { core, docOf, type FieldDoc, isOptional } from "./fields.ts";
import { PRODUCT_KINDS, SOURCE_KINDS, schema } from "./schema.ts";
import { exampleConfig } from "./starter.ts";

/** JSON Schema (draft 2020-12) of the file, for editors. Rules between keys and expressions are judged by `rollcall check` only. */
export function renderConfigSchema(): string {
	const json = z.toJSONSchema(schema, {
		io: "input",
		override: ({ zodSchema, jsonSchema }) => {
			const doc = docOf(zodSchema as unknown as z.ZodType);
			if (doc !== undefined) jsonSchema.description = doc.meaning;
		},
	});
	return `${JSON.stringify({ ...json, title: "Rollcall configuration", description: "rollcall.yaml" }, null, "\t")}\n`;
}

/** docs/reference/configuration.md: every key with its type, default, meaning and an example. */
export function renderConfigReference(): string {
	const sections = [
		`# Configuration reference

Generated from the schema by \`npm run docs\`; do not edit. The guide is [configuration.md](../guides/configuration.md), the JSON schema for
editors is [config.schema.json](config.schema.json). A key that is not listed here is an error.
`,
		table("The file", keysOf(schema)),
		...Object.values(SOURCE_KINDS).map((kind) =>
			table(`Sources: ${kind.title} (\`kind: ${kind.kind}\`)`, keysOf(kind.schema, "sources.<source>")),
		),
		...Object.values(PRODUCT_KINDS).map((kind) =>
			table(`Products: ${kind.title} (\`kind: ${kind.kind}\`)`, keysOf(kind.schema, "products.<product>")),
		),
		`## A file to begin with\n\nWhat \`rollcall init\` writes:\n\n\`\`\`yaml\n${exampleConfig()}\`\`\`\n`,
	];
	return sections.join("\n");
}

export interface KeyRow {
	readonly path: string;
	readonly type: string;
	/** Markdown; "required", or "" (optional, nothing happens without it). */
	readonly default: string;
	readonly doc: FieldDoc | undefined;
}

/** Every key below the schema, outermost first; sources and products have pages of their own. */
export function keysOf(root: z.ZodType, at = ""): readonly KeyRow[] {
	const within = core(root);
	if (within instanceof z.ZodObject)
		return Object.entries(within.shape).flatMap(([key, child]) => {
			const path = at === "" ? key : `${at}.${key}`;
			return [row(path, child as z.ZodType), ...keysOf(child as z.ZodType, path)];
		});
	if (within instanceof z.ZodArray) return keysOf(within.element as z.ZodType, `${at}[]`);
	return [];
}

function row(path: string, child: z.ZodType): KeyRow {
	const doc = docOf(child);
	return { path, type: typeOf(core(child)), default: defaultOf(child, doc), doc };
}

function defaultOf(child: z.ZodType, doc: FieldDoc | undefined): string {
	if (doc?.default !== undefined) return cell(doc.default);
	if (child instanceof z.ZodDefault || child instanceof z.ZodPrefault) {
		const value: unknown = child.def.defaultValue;
		if (typeof value === "object" && value !== null && !Array.isArray(value)) return "";
		return code(Array.isArray(value) ? `[${value.join(", ")}]` : String(value));
	}
	return isOptional(child) ? "" : "required";
}

function typeOf(within: z.ZodType): string {
	if (within instanceof z.ZodEnum) return within.options.join(" \\| ");
	if (within instanceof z.ZodLiteral) return String(within.value);
	if (within instanceof z.ZodString) return "text";
	if (within instanceof z.ZodNumber) return "number";
	if (within instanceof z.ZodBoolean) return "true \\| false";
	if (within instanceof z.ZodArray) return "list";
	return "section";
}

function table(title: string, rows: readonly KeyRow[]): string {
	const lines = rows.map(({ path, type, default: fallback, doc }) => {
		const allowed = doc?.allowed === undefined ? "" : ` Allowed: ${doc.allowed}.`;
		const example = doc?.example === undefined ? "" : code(doc.example);
		return `| \`${path}\` | ${type} | ${fallback} | ${cell(`${doc?.meaning ?? ""}${allowed}`)} | ${example} |`;
	});
	return `## ${title}\n\n| key | type | default | meaning | example |\n|---|---|---|---|---|\n${lines.join("\n")}\n`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
/** Code in a table: a backtick inside needs two around it, a bar its backslash. */
const code = (text: string): string => {
	const fence = text.includes("`") ? "``" : "`";
	return `${fence}${text.replaceAll("|", "\\|")}${fence}`;
};
