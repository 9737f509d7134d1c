import { SyncError } from "../../../core/errors.ts";
import type { Talk } from "./talk.ts";
import { fieldsOf } from "./wire.ts";

/** Schemas of other resources than people. */
const NOT_OF_PEOPLE = /^urn:ietf:params:scim:(?:schemas:core:2\.0:(?!User$)|api:)/i;

/**
 * Which extension of the server's own has these attributes: URNs by lower-case name. Names that no schema has are left
 * out. Throws `config.invalid` when a name is in several.
 */
export async function urnsOf(talk: Talk, names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
	const found = new Map<string, string>();
	const schemas = (await talk.documents("/Schemas", signal)) ?? [];
	const wanted = new Set(names.map((name) => (name.split(".")[0] ?? "").toLowerCase()));
	for (const schema of schemas.map(fieldsOf)) {
		const urn = schema?.get("id");
		const attributes = schema?.get("attributes");
		if (typeof urn !== "string" || NOT_OF_PEOPLE.test(urn) || !Array.isArray(attributes)) continue;
		for (const attribute of attributes) {
			const name = String(fieldsOf(attribute)?.get("name")).toLowerCase();
			if (!wanted.has(name)) continue;
			const other = found.get(name);
			if (other !== undefined && other !== urn) throw ambiguous(name, [other, urn]);
			found.set(name, urn);
		}
	}
	for (const [name, urn] of found) if (/:schemas:core:2\.0:User$/i.test(urn)) found.delete(name);
	return found;
}

const ambiguous = (name: string, [one, other]: readonly [string, string]): SyncError =>
	new SyncError("config.invalid", `the attribute ${name} is in two of the server's schemas: ${one} and ${other}`, {
		todo: `Write it in full, like "${one}:${name}".`,
		context: { attribute: name },
	});
