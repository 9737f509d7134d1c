import { SyncError } from "../../core/errors.ts";
import type { Side } from "../http/failure.ts";

/** A row as far as paging looks at it. */
export interface Row {
	/** Folded name: what tells rows apart. */
	readonly id: string;
}

/** A list that is read by `start-index` and `max-results`, and states no total. */
export interface Listing<R extends Row> {
	readonly side: Side;
	/** For messages: `users`. */
	readonly what: string;
	/** New rows a page. */
	readonly size: number;
	page(span: { readonly start: number; readonly max: number }, signal: AbortSignal): Promise<readonly R[]>;
}

/** More than any directory holds: a list that makes up names for ever is cut off here. */
const ENDLESS = 5_000_000;

/**
 * Every row once, or undefined when the list moved while it was read. Each page begins with the last row of the page
 * before: where it does not, rows came or went in between, and somebody would fall between two pages. A short page is not
 * taken for the end (a server may give fewer than asked for): the end is the page that holds that one row and nothing else.
 */
export async function listOnce<R extends Row>(listing: Listing<R>, signal: AbortSignal): Promise<ReadonlyMap<string, R> | undefined> {
	const rows = new Map<string, R>();
	for (let last: string | undefined; ; ) {
		const overlap = last === undefined ? 0 : 1;
		const max = listing.size + 1;
		const page = await listing.page({ start: rows.size - overlap, max }, signal);
		if (page.length > max) throw tooLong(listing, page.length, max);
		if (last !== undefined && page[0]?.id !== last) return undefined;
		for (const row of page.slice(overlap)) {
			if (rows.has(row.id)) return undefined;
			rows.set(row.id, row);
		}
		if (page.length === overlap) return rows;
		if (rows.size > ENDLESS) throw tooLong(listing, rows.size, ENDLESS);
		last = page.at(-1)?.id;
	}
}

const tooLong = ({ side, what }: Listing<Row>, rows: number, max: number): SyncError =>
	new SyncError(`${side}.malformed`, `a page of ${what} has ${rows} rows where at most ${max} were asked for`, {
		todo: "Is something between Rollcall and the server dropping the query (start-index, max-results) or answering from a cache?",
	});
