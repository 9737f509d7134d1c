import type { AttributeNeeds } from "../../../core/connector.ts";
import type { Attributes } from "../../../core/model.ts";

/** Fields of a record that always come (`systemuserreturn` of the V1 description). */
const ALWAYS = "_id username email firstname lastname displayname state activated suspended account_locked organization".split(" ");

/** Further fields with one value each, reachable under their own names; what else a record holds is about devices, passwords and keys. */
const STANDARD: ReadonlySet<string> = new Set(
	(
		"account_locked alternateEmail company costCenter created creationSource department description employeeIdentifier employeeType " +
		"external_dn external_source_type jobTitle location managedAppleId manager middlename password_expired state"
	).split(" "),
);

/** Reaches a custom attribute that has the name of a standard field. */
const CUSTOM = "custom.";

/** The parameter `fields` (names with blanks between them); undefined: whole records. */
export function fieldsFor(needs: AttributeNeeds): string | undefined {
	if (needs === "all") return undefined;
	const standard = [...needs].filter((name) => STANDARD.has(name));
	const custom = [...needs].some((name) => !STANDARD.has(name)) ? ["attributes"] : [];
	return [...new Set([...ALWAYS, ...standard, ...custom])].join(" ");
}

/** What was asked for, by name. Numbers and truth values become text; what is empty is absent. */
export function attributesFrom(
	row: Readonly<Record<string, unknown>>,
	custom: readonly { readonly name: string; readonly value: unknown }[],
	needs: AttributeNeeds,
): Attributes {
	const found = new Map<string, string[]>();
	const add = (name: string, value: unknown) => {
		if (needs !== "all" && !needs.has(name)) return;
		const text = textOf(value);
		if (text === undefined) return;
		const values = found.get(name);
		if (values === undefined) found.set(name, [text]);
		else values.push(text);
	};
	for (const name of STANDARD) add(name, row[name]);
	for (const { name, value } of custom) {
		if (!STANDARD.has(name)) add(name, value);
		if (STANDARD.has(name) || needs !== "all") add(CUSTOM + name, value);
	}
	return Object.fromEntries(found);
}

function textOf(value: unknown): string | undefined {
	if (typeof value === "string") return value === "" ? undefined : value;
	return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
