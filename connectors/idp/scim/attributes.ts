import type { AttributeNeeds } from "../../../core/connector.ts";
import type { Attributes } from "../../../core/model.ts";
import { type Fields, fieldsOf } from "./wire.ts";

/** RFC 7643 section 4.3. */
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ENTERPRISE_NAMES = new Set("employeenumber costcenter organization division department manager".split(" "));
/** RFC 7643 sections 3.1 and 4.1. */
const CORE_NAMES = new Set(
	"externalid username name displayname nickname profileurl title usertype preferredlanguage locale timezone active emails phonenumbers ims photos addresses entitlements roles x509certificates".split(
		" ",
	),
);
/** About the record and not about the person; never an attribute. */
const HIDDEN = new Set("schemas id meta groups password".split(" "));
/** Of values with parts: how they are to be read, not what they are. */
const QUALIFIERS = new Set("$ref type primary display value".split(" "));

const headOf = (path: string): string => (path.split(".")[0] ?? "").toLowerCase();
const isUrn = (name: string): boolean => /^urn:/i.test(name);

/** Stands in the standard, or names its schema: needs no look into the server's own schemas. */
export const isStandard = (name: string): boolean =>
	isUrn(name) || CORE_NAMES.has(headOf(name)) || ENTERPRISE_NAMES.has(headOf(name)) || HIDDEN.has(headOf(name));

/** How an attribute is asked for (RFC 7644 section 3.10). `found`: where the server's schemas have other names. */
export function asked(name: string, found: ReadonlyMap<string, string> = new Map()): string {
	if (isUrn(name) || CORE_NAMES.has(headOf(name))) return name;
	if (ENTERPRISE_NAMES.has(headOf(name))) return `${ENTERPRISE}:${name}`;
	const schema = found.get(headOf(name));
	return schema === undefined ? name : `${schema}:${name}`;
}

/** Those that are needed of one record, under the names that the policy has for them. */
export function attributesOf(fields: Fields, needs: AttributeNeeds): Attributes {
	if (needs === "all") return everything(fields);
	const found = [...needs].map((name) => [name, valuesOf(fields, name)] as const);
	return Object.fromEntries(found.filter(([, values]) => values.length > 0));
}

/** By `title`, `name.middleName`, `department` (the enterprise extension needs no URN), or `urn:…:User:department`. */
function valuesOf(fields: Fields, name: string): readonly string[] {
	if (isUrn(name)) {
		const [schema, within] = extensionsOf(fields).find(([urn]) => name.toLowerCase().startsWith(`${urn.toLowerCase()}:`)) ?? [];
		return schema === undefined ? [] : valuesAt(within, name.slice(schema.length + 1).split("."));
	}
	if (HIDDEN.has(headOf(name))) return [];
	const path = name.split(".");
	const own = valuesAt(fields, path);
	if (own.length > 0) return own;
	const elsewhere = extensionsOf(fields).map(([urn, within]) => ({ urn, values: valuesAt(within, path) }));
	const filled = elsewhere.filter(({ values }) => values.length > 0);
	const standard = filled.find(({ urn }) => urn.toLowerCase() === ENTERPRISE.toLowerCase());
	return (standard ?? (filled.length === 1 ? filled[0] : undefined))?.values ?? [];
}

const extensionsOf = (fields: Fields): readonly (readonly [string, Fields])[] =>
	[...fields].flatMap(([urn, value]) => {
		const within = isUrn(urn) ? fieldsOf(value) : undefined;
		return within === undefined ? [] : [[urn, within] as const];
	});

/** Texts of an attribute; of those with parts the part `value`, or the one that is asked for. */
function valuesAt(fields: Fields | undefined, [head = "", ...rest]: readonly string[]): readonly string[] {
	const value = fields?.get(head);
	const all = Array.isArray(value) ? value : [value];
	return all.flatMap((one) => {
		const within = fieldsOf(one);
		if (within !== undefined) return valuesAt(within, rest.length === 0 ? ["value"] : rest);
		return rest.length === 0 ? textOf(one) : [];
	});
}

function textOf(value: unknown): readonly string[] {
	if (typeof value === "string") return value === "" ? [] : [value];
	return typeof value === "number" || typeof value === "boolean" ? [String(value)] : [];
}

/**
 * Every attribute under every name that a policy may have for it, so that it finds the same here as when it is asked for
 * alone. Names are spelt as in the record.
 */
function everything(fields: Fields): Attributes {
	const names = new Set<string>();
	for (const [name, value] of fields) {
		if (!isUrn(name)) addNames(names, name, value);
		else for (const [inner, one] of fieldsOf(value) ?? []) for (const as of [inner, `${name}:${inner}`]) addNames(names, as, one);
	}
	const found = [...names].map((name) => [name, valuesOf(fields, name)] as const);
	return Object.fromEntries(found.filter(([, values]) => values.length > 0));
}

function addNames(names: Set<string>, name: string, value: unknown): void {
	if (!isUrn(name) && HIDDEN.has(headOf(name))) return;
	names.add(name);
	for (const part of Array.isArray(value) ? value : [value]) {
		for (const [inner] of fieldsOf(part) ?? []) if (!QUALIFIERS.has(inner.toLowerCase())) names.add(`${name}.${inner}`);
	}
}
