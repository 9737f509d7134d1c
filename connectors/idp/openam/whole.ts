import { compareText } from "../../../core/digest.ts";
import { SyncError } from "../../../core/errors.ts";
import { together } from "../../http/together.ts";
import { ALL, and, eq, type Filter, ge, not } from "./filter.ts";

/** A row as far as the proof looks at it. */
export interface Named {
	/** The value of the naming attribute, as OpenAM writes it. */
	readonly name: string;
}

/** A list that the server cuts where it likes. */
export interface Listing<R extends Named> {
	/** For messages: `people of realm /staff`. */
	readonly what: string;
	/** The naming attribute, by which the list is split. */
	readonly attribute: string;
	rows(filter: Filter, signal: AbortSignal): Promise<readonly R[]>;
}

/** A piece of the list, and what the server sent for it. */
interface Piece<R> {
	readonly range: Filter;
	readonly rows: readonly R[];
	readonly depth: number;
}

/**
 * Splits of splits. In the worst order of rows (by name) each split sets only half a limit apart: with a limit of 1,000
 * rows this is enough for 250,000 people.
 */
const DEEPEST = 500;
/** So many places are tried before a list is said not to be splittable. */
const PLACES = 8;
/** So many names fit into one filter, which travels in the address (Tomcat takes 8 KiB by default). */
const FEW = 20;

/**
 * The whole list, proven. OpenAM cuts lists at a number of rows that it never states, without a sign, and knows no
 * pages. So a list R with N rows is split in two by a name in its middle: R and name >= m, R and not name >= m. Let T be
 * how many there really are, and L the limit. Were T > L, then N = L, and two halves with somebody in each would
 * together have more than L rows: at least L + 1 if one of them is cut as well, and T if none is. So when the halves
 * together are the N rows, nothing was cut; otherwise each half must prove itself in the same way. It needs at least
 * two rows; for a single one the server is asked for everybody else.
 *
 * Throws `source.incomplete` when the server does not split the list as it was asked to.
 */
export async function readWhole<R extends Named>(listing: Listing<R>, signal: AbortSignal): Promise<readonly R[]> {
	const rows = await listing.rows(ALL, signal);
	return rows.length === 0 ? rows : await proven(listing, { range: ALL, rows, depth: 0 }, signal);
}

async function proven<R extends Named>(listing: Listing<R>, piece: Piece<R>, signal: AbortSignal): Promise<readonly R[]> {
	const { range, rows, depth } = piece;
	if (depth > DEEPEST) throw unproven(listing, `it was split ${DEEPEST} times over and did not come to an end`);
	const known = rows.length > 1 ? rows : [...rows, ...(await others(listing, piece, signal))];
	if (known.length === 1) return known;
	for (const place of placesToSplit(known)) {
		const ranges = [and(range, ge(listing.attribute, place)), and(range, not(ge(listing.attribute, place)))];
		const [upper = [], lower = []] = await together({ items: ranges, width: 2 }, (half, stop) => listing.rows(half, stop), signal);
		assertApart(listing, upper, lower);
		// The server orders names otherwise than we do: this is no split.
		if (upper.length === 0 || lower.length === 0) continue;
		if (rows.length > 1 && sameNames(rows, [...upper, ...lower])) return [...upper, ...lower];
		const halves = [upper, lower].map((half, i) => ({ range: ranges[i] as Filter, rows: half, depth: depth + 1 }));
		const found: R[] = [];
		// One after the other, so that a server that goes on making up names is found out in bounded time.
		for (const half of halves) found.push(...(await proven(listing, half, signal)));
		return found;
	}
	if (rows.length > 1 && rows.length <= FEW && (await others(listing, piece, signal)).length === 0) return rows;
	throw unproven(listing, `its data store does not compare ${listing.attribute} by "greater or equal"`);
}

/** Who is in the range beside those that are known. */
const others = <R extends Named>({ attribute, rows }: Listing<R>, piece: Piece<R>, signal: AbortSignal): Promise<readonly R[]> =>
	rows(and(piece.range, ...piece.rows.map(({ name }) => not(eq(attribute, name)))), signal);

/** The middle first, then further and further away from it. The server's order may be another than ours (it folds accents). */
function placesToSplit(rows: readonly Named[]): readonly string[] {
	const names = rows.map(({ name }) => name).sort((a, b) => compareText(a.toLowerCase(), b.toLowerCase()));
	const middle = names.length >> 1;
	const places = new Set<string>();
	for (let step = 0; step <= names.length && places.size < PLACES; step += 1) {
		for (const name of [names[middle + step], names[middle - step]]) if (name !== undefined) places.add(name);
	}
	return [...places];
}

function sameNames(some: readonly Named[], others: readonly Named[]): boolean {
	const names = new Set(some.map(({ name }) => name));
	return others.length === names.size && others.every(({ name }) => names.has(name));
}

/** A server that does not heed filters sends the same people for both halves. */
function assertApart(listing: Listing<Named>, upper: readonly Named[], lower: readonly Named[]): void {
	const names = new Set(upper.map(({ name }) => name));
	if (names.size < upper.length) throw unproven(listing, "the same name came twice in one answer");
	const both = lower.find(({ name }) => names.has(name));
	if (both !== undefined) throw unproven(listing, `"${both.name}" is on both sides of a split, as if filters were not heeded`);
}

export const unproven = (listing: Pick<Listing<Named>, "what">, because: string): SyncError =>
	new SyncError("source.incomplete", `whether OpenAM's list of ${listing.what} is whole could not be proven: ${because}`, {
		todo: "Nothing was changed. Read the directory behind this OpenAM itself instead (kind: ldap); see docs/guides/openam.md.",
		context: { what: listing.what },
	});
