import { SyncError } from "../../../core/errors.ts";
import type { List, Page, Talk } from "./talk.ts";
import { type Known, known, type Translated } from "./translate.ts";

export interface Listing<T> {
	readonly list: List;
	/** Rows a page that are asked for. */
	readonly size: number;
	readonly translate: (row: unknown) => Translated<T>;
	readonly found?: (rows: number, total: number) => void;
}
export type Rows<T> = ReadonlyMap<string, Known<T>>;

/** A list that does not hold still is begun anew so often. */
const TRIES = 3;

/** The list's beginning: enough to know what the rest takes. */
export interface Begun<T> {
	readonly listing: Listing<T>;
	readonly sort: string | undefined;
	/** What OneLogin sends at most at once; not more than was asked for. */
	readonly size: number;
	readonly total: number;
	readonly pages: number;
	readonly first: readonly Known<T>[];
	/** Requests for the rest. */
	readonly left: number;
}

/**
 * OneLogin's pages are cut out of the list anew for each request, by their number (its cursors are such numbers in
 * disguise), so that somebody who is deleted moves everybody behind by one place. Read forwards, somebody falls between
 * two pages, and a total that agrees again after the next joiner does not show it. So pages are read from the last to the
 * first, in the order of ids: then a deletion makes a row come twice and never not at all, and whoever is created, having
 * the highest id, stands behind what has been read. The total must stay the same; where it does not, all begins anew.
 * The first page, which is needed to know how many there are, is read again at the end.
 */
export async function readRest<T>(talk: Talk, begun: Begun<T>, signal: AbortSignal): Promise<Rows<T>> {
	let at = begun;
	let before: Rows<T> | undefined;
	for (let attempt = 1; ; attempt += 1) {
		const { rows, ordered, moved } = await backwards(talk, at, signal);
		if (moved === undefined && (ordered || (before !== undefined && sameIds(before, rows)))) return rows;
		// Without an order nothing can be said about one reading; two that agree are as good.
		before = moved === undefined ? rows : undefined;
		if (attempt >= TRIES) throw unsettled(begun.listing.list.what, moved ?? "two readings of it, which come in no order, do not agree");
		at = await begin(talk, begun.listing, signal);
		await talk.budget.require(at.left, `reading the rest of the ${begun.listing.list.what}`, signal);
	}
}

/** The first page. A list that is not in the order of ids by itself is asked for in that order. */
export async function begin<T>(talk: Talk, listing: Listing<T>, signal: AbortSignal): Promise<Begun<T>> {
	const plain = await beginSorted(talk, listing, undefined, signal);
	if (plain.pages === 1 || isAscending(plain.first)) return plain;
	const sorted = await beginSorted(talk, listing, "+id", signal);
	return isAscending(sorted.first) ? sorted : plain;
}

async function beginSorted<T>(talk: Talk, listing: Listing<T>, sort: string | undefined, signal: AbortSignal): Promise<Begun<T>> {
	const { list, size: wanted } = listing;
	const page = await talk.page(list, { page: 1, limit: wanted, ...(sort === undefined ? {} : { sort }) }, signal);
	const first = translated(listing, page);
	const { total } = page;
	if (first.length > wanted) throw malformed(list, `${first.length} rows came where at most ${wanted} were asked for`);
	if (first.length === 0 && total > 0) throw short(list, { total, found: 0 });
	// Fewer than asked for, and not the end: that is what OneLogin sends at most.
	const size = first.length < total ? first.length : wanted;
	const pages = Math.max(1, Math.ceil(total / size));
	if (page.pages !== undefined && Math.max(1, page.pages) !== pages)
		throw short(list, { total, found: first.length, more: ` in ${page.pages} pages, the first of which has ${first.length}` });
	if (first.length > total) throw short(list, { total, found: first.length });
	return { listing, sort, size, total, pages, first, left: pages === 1 ? 0 : pages };
}

interface Pass<T> {
	readonly rows: Map<string, Known<T>>;
	readonly ordered: boolean;
	/** How the list changed meanwhile. */
	readonly moved: string | undefined;
}

async function backwards<T>(talk: Talk, begun: Begun<T>, signal: AbortSignal): Promise<Pass<T>> {
	const { listing, sort, size, total, pages, first } = begun;
	const rows = new Map<string, Known<T>>();
	if (pages === 1) {
		for (const row of first) rows.set(row.id, row);
		listing.found?.(rows.size, total);
		return { rows, ordered: true, moved: rows.size === total ? undefined : `it states ${total}, and ${rows.size} came` };
	}
	let ordered = true;
	let lowest: string | undefined;
	for (let number = pages; number >= 1; number -= 1) {
		const page = await talk.page(listing.list, { page: number, limit: size, ...(sort === undefined ? {} : { sort }) }, signal);
		if (page.total !== total) return { rows, ordered, moved: `it states ${total}, and then ${page.total}` };
		const found = translated(listing, page);
		const due = number === pages ? total - size * (pages - 1) : size;
		if (found.length !== due) return { rows, ordered, moved: `page ${number} of ${pages} has ${found.length} rows instead of ${due}` };
		// A row that was pushed back since is on this page once more.
		const last = found.findLast((row) => !rows.has(row.id));
		ordered &&= isAscending(found) && (lowest === undefined || last === undefined || below(last.id, lowest));
		for (const row of found) if (!rows.has(row.id)) rows.set(row.id, row);
		lowest = found[0]?.id ?? lowest;
		listing.found?.(rows.size, total);
	}
	return { rows, ordered, moved: rows.size === total ? undefined : `it states ${total}, and ${rows.size} came` };
}

const translated = <T>(listing: Listing<T>, page: Page): readonly Known<T>[] =>
	page.rows.map((row) => known(listing.translate(row), listing.list.path));

/** Ids are whole numbers of any length. */
const below = (a: string, b: string): boolean => BigInt(a) < BigInt(b);
const isAscending = (rows: readonly { readonly id: string }[]): boolean =>
	rows.every((row, at) => at === 0 || below((rows[at - 1] as { readonly id: string }).id, row.id));
const sameIds = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean =>
	a.size === b.size && [...a.keys()].every((id) => b.has(id));

/**
 * A whole list of version 1, by its cursors. It states no total; a list whose pages bring nothing new never ends, as one
 * whose cursor leads back: `source.malformed`.
 */
export async function readCursors<T>(talk: Talk, listing: Listing<T>, signal: AbortSignal): Promise<Rows<T>> {
	const { list, size } = listing;
	const rows = new Map<string, Known<T>>();
	let after: string | undefined;
	for (;;) {
		const page = await talk.cursorPage(list, { limit: size, ...(after === undefined ? {} : { after }) }, signal);
		const before = rows.size;
		for (const raw of page.rows) {
			const row = known(listing.translate(raw), list.path);
			rows.set(row.id, row);
		}
		listing.found?.(rows.size, rows.size);
		after = page.next;
		if (after === undefined) return rows;
		if (rows.size === before) throw malformed(list, "a page repeats what came before, so that the list has no end");
	}
}

const malformed = (list: List, what: string): SyncError =>
	new SyncError("source.malformed", `OneLogin's pages of ${list.what} do not add up: ${what}`, {
		todo: "Is something between Rollcall and OneLogin dropping the query (page, limit, after_cursor) or answering from a cache?",
	});

function short(list: List, seen: { readonly total: number; readonly found: number; readonly more?: string }): SyncError {
	const { total, found, more = `, but ${found} came` } = seen;
	return new SyncError("source.incomplete", `OneLogin states ${total} ${list.what}${more}`, {
		retry: "later",
		context: { what: list.what, total, found },
		todo: "Nothing was changed. If it stays: is something between Rollcall and OneLogin changing its answers?",
	});
}

const unsettled = (what: string, because: string): SyncError =>
	new SyncError("source.incomplete", `OneLogin's list of ${what} could not be read whole, ${TRIES} times over: ${because}`, {
		retry: "spent",
		context: { what },
		todo: "Nothing was changed. The account is being edited heavily just now (an import?): the next run reads it anew.",
	});
