import { keyOf } from "../../ldap/dn.ts";
import type { Kind, Whole } from "./listing.ts";
import { UUID } from "./translate.ts";
import { unproven } from "./whole.ts";

/** A record that OpenAM lists and cannot read, as far as it can be known without reading it. */
export interface HeldRecord {
	readonly name: string;
	readonly id: string;
	/** Undefined: in none of the places where others of its kind are. */
	readonly dn: string | undefined;
}

/** More places than this are not tried. */
const MOST_PLACES = 40;

/** Who the unreadable ones are. Throws `source.incomplete` when an id cannot be found out: then nobody can be held. */
export async function identify<T>(kind: Kind<T>, whole: Whole<T>, signal: AbortSignal): Promise<readonly HeldRecord[]> {
	const held: HeldRecord[] = [];
	for (const name of whole.unreadable) {
		const guesses = placesOf(whole).map((place) => `${kind.attribute}=${escaped(name)},${place}`);
		// RFC 5020: the entry's own DN, compared by the server in any spelling.
		const dn = await whole.search.valueOf(name, "entryDN", guesses, signal);
		held.push({ name, dn: dn === undefined ? undefined : keyOf(dn), id: await idOf(name, { kind, whole, dn }, signal) });
	}
	return held;
}

async function idOf<T>(
	name: string,
	of: { readonly kind: Kind<T>; readonly whole: Whole<T>; readonly dn: string | undefined },
	signal: AbortSignal,
): Promise<string> {
	const { kind, whole, dn } = of;
	const attribute = kind.idAttribute.toLowerCase();
	if (attribute === kind.attribute.toLowerCase()) return name;
	if (attribute === "dn" && dn !== undefined) return keyOf(dn);
	if (attribute !== "dn" && whole.rows.every(({ id }) => UUID.test(id))) return await whole.search.uuidOf(name, kind.idAttribute, signal);
	throw unproven(
		{ what: `${kind.word} of realm ${kind.realm}` },
		`OpenAM cannot read "${name}", and its ${kind.idAttribute} cannot be found out`,
	);
}

/** The containers of all others. */
function placesOf(whole: Whole<unknown>): readonly string[] {
	const places = new Set<string>();
	for (const { dn } of whole.rows) {
		const comma = /(?<!\\)(?:\\\\)*,/.exec(dn);
		if (comma !== null) places.add(dn.slice(comma.index + comma[0].length));
		if (places.size >= MOST_PLACES) break;
	}
	return [...places];
}

const escaped = (value: string): string => value.replace(/[,+"\\<>;=]/g, "\\$&").replace(/^[ #]| $/g, "\\$&");
