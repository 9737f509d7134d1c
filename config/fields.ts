import { z } from "zod";
import { badReference, REFERENCE } from "./references.ts";

/** What people need to know about one key: shown in errors, in the reference page and in the JSON schema. */
export interface FieldDoc {
	readonly meaning: string;
	/** What may stand there, to follow "allowed: ". Absent for sections. */
	readonly allowed?: string;
	/** As it is written in the file. */
	readonly example?: string;
	/** Markdown. Shown instead of the schema's own default, where the default is not one value. */
	readonly default?: string;
	/** For required keys: how to decide. Added to the error when it is missing. */
	readonly todo?: string;
	/** The value is never shown. */
	readonly secret?: true;
	/** The names in a mapping, as the reference shows them (`<name>`). */
	readonly keys?: string;
}

const docs = z.registry<FieldDoc>();

/** Registers the documentation of a key. Call it outermost: after `.optional()` and defaults. */
export function field<Schema extends z.ZodType>(schema: Schema, doc: FieldDoc): Schema {
	docs.add(schema, doc);
	return schema;
}

/** The documentation of a schema, found also inside optional, default and transformed ones. */
export function docOf(schema: z.ZodType): FieldDoc | undefined {
	for (let at: z.ZodType | undefined = schema; at !== undefined; at = inner(at)) {
		const doc = docs.get(at);
		if (doc !== undefined) return doc;
	}
	return undefined;
}

function inner(schema: z.ZodType): z.ZodType | undefined {
	if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
		return schema.unwrap() as z.ZodType;
	if (schema instanceof z.ZodPipe) return schema.in as z.ZodType;
	return undefined;
}

/** The schema itself, without optional, default and transformation. */
export function core(schema: z.ZodType): z.ZodType {
	const within = inner(schema);
	return within === undefined ? schema : core(within);
}

export const isOptional = (schema: z.ZodType): boolean =>
	schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;

/** The schema of a key or list entry inside this one; `value` decides between kinds. Undefined for what is not foreseen. */
export function childOf(schema: z.ZodType, key: string | number, value: unknown): z.ZodType | undefined {
	const within = core(schema);
	if (within instanceof z.ZodDiscriminatedUnion) {
		const kind = kindOf(value);
		const option = (within.options as readonly z.ZodObject[]).find((candidate) => literalKind(candidate) === kind) ?? within.options[0];
		return childOf(option as z.ZodType, key, value);
	}
	if (within instanceof z.ZodObject) return Object.hasOwn(within.shape, key) ? (within.shape[key] as z.ZodType) : undefined;
	if (within instanceof z.ZodRecord) return within.valueType as z.ZodType;
	if (within instanceof z.ZodArray) return within.element as z.ZodType;
	return undefined;
}

/** The value of `kind` that a schema of one kind of source or product demands. */
const literalKind = (schema: z.ZodObject): string => String((core(schema.shape.kind as z.ZodType) as z.ZodLiteral).value);

const kindOf = (value: unknown): unknown => (typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined);

/** A text that is used as it stands. References are for secrets only; one here would be taken literally. */
const text = (): z.ZodString =>
	z
		.string()
		.min(1)
		.regex(/^[^\u0000-\u0008\u000b-\u001f\u007f]+$/)
		.regex(/^(?!\$\{(?:credential|env|file|exec|cmd):)/) as z.ZodString;

/** One line of text, no blanks at either end. */
export const line = (): z.ZodString => text().regex(/^\S(?:[^\r\n]*\S)?$/) as z.ZodString;

/** A reference to a secret: see secrets.ts. */
export const secret = () =>
	z
		.string()
		.regex(REFERENCE)
		.refine((value) => badReference(value) === undefined);
export const SECRET_ALLOWED = '"${credential:NAME}", "${env:NAME}" or "${file:/absolute/path}"';

/** An expression; compiled and type-checked when the configuration is loaded. */
export const expression = (): z.ZodString => z.string().regex(/\S/);
