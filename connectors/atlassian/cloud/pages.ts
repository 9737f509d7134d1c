import { SyncError } from "../../../core/errors.ts";
import type { WireList } from "./wire.ts";

export interface PageRequest {
	/** From 1. */
	readonly startIndex: number;
	readonly count: number;
}
/** One paged call. */
export interface Listing<Row> {
	/** For messages: `GET /Users`. */
	readonly what: string;
	readonly ask: (page: PageRequest) => Promise<WireList<Row>>;
	/** What tells rows apart. */
	readonly key: (row: Row) => string;
	/** New rows per page. */
	readonly pageSize: number;
	readonly progress?: (rows: number, total: number) => void;
}

/** Atlassian gives 100 rows at most, whatever is asked for (knowledge base 1107633097). */
export const LARGEST_PAGE = 100;
/** How often a listing that moved under our hands is begun anew. */
const TRIES = 3;

/**
 * All rows, each once, or `target.incomplete`. Lists are not sorted by anything that we could ask for, so pages overlap by
 * one row: where the last row of a page is not the first of the next, or the stated total changes, rows came or went
 * meanwhile, and the listing is begun anew. The next page starts behind the rows that came, not behind those asked for.
 */
export async function readAll<Row>(listing: Listing<Row>): Promise<readonly Row[]> {
	for (let tried = 1; tried <= TRIES; tried += 1) {
		const rows = await readOnce(listing);
		if (rows !== undefined) return rows;
	}
	throw broken(listing, `rows came and went while it was read, ${TRIES} times in a row`, "Run again at a quieter time.");
}

/** Undefined: the list moved. */
async function readOnce<Row>(listing: Listing<Row>): Promise<readonly Row[] | undefined> {
	const { key, ask, progress } = listing;
	const pageSize = Math.max(1, Math.min(listing.pageSize, LARGEST_PAGE - 1));
	const rows = new Map<string, Row>();
	let total: number | undefined;
	let last: string | undefined;
	for (;;) {
		const overlap = last === undefined ? 0 : 1;
		const startIndex = rows.size + 1 - overlap;
		const page = await ask({ startIndex, count: pageSize + overlap });
		if (typeof page.startIndex === "number" && page.startIndex !== startIndex && page.totalResults > 0)
			throw broken(listing, `asked for the rows from ${startIndex} on, it answered with those from ${page.startIndex} on`);
		total ??= page.totalResults;
		const came = page.Resources ?? [];
		const [first] = came;
		if (page.totalResults !== total || (overlap === 1 && (first === undefined || key(first) !== last))) return undefined;
		for (const row of came.slice(overlap)) {
			if (rows.has(key(row))) return undefined;
			rows.set(key(row), row);
			last = key(row);
		}
		if (rows.size > total) return undefined;
		progress?.(rows.size, total);
		if (rows.size === total) return [...rows.values()];
		if (came.length <= overlap) throw broken(listing, `it states ${total} rows and ends after ${rows.size}`);
	}
}

const broken = (listing: Pick<Listing<never>, "what">, what: string, todo?: string): SyncError =>
	new SyncError("target.incomplete", `${listing.what}: ${what}; nothing is planned on such a list`, {
		todo: todo ?? "Run again; if it stays, look at what stands before api.atlassian.com, and at https://status.atlassian.com.",
	});
