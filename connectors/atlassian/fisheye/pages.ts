import { SyncError } from "../../../core/errors.ts";
import { fold, type WirePage } from "./translate.ts";

export interface PageRequest {
	readonly start: number;
	readonly limit: number;
}
/** One paged call. */
export interface Listing<Row> {
	/** For messages: `GET /rest-service-fecru/admin/users`. */
	readonly what: string;
	readonly ask: (page: PageRequest) => Promise<WirePage<Row>>;
	readonly pageSize: number;
	readonly progress?: (rows: number) => void;
}

/** A server may apply less; whatever comes is counted. */
export const PAGE_SIZE = 500;
/** How often a listing that moved under our hands is begun anew. */
const TRIES = 3;

/**
 * All rows, each once, or `target.incomplete`. Every page states its start, its number of rows and whether it is the last one;
 * one that holds others is refused. Pages overlap by one row: where the last row of a page is not the first of the next, rows
 * came or went meanwhile, and the listing is begun anew.
 */
export async function readAll<Row extends { readonly name: string }>(listing: Listing<Row>): Promise<readonly Row[]> {
	for (let tried = 1; tried <= TRIES; tried += 1) {
		const rows = await readOnce(listing);
		if (rows !== undefined) return rows;
	}
	throw broken(listing, `rows came and went while it was read, or two differ in case only, ${TRIES} times in a row`);
}

/** Undefined: the list moved. */
async function readOnce<Row extends { readonly name: string }>(listing: Listing<Row>): Promise<readonly Row[] | undefined> {
	const rows = new Map<string, Row>();
	for (let last: string | undefined; ; ) {
		const overlap = last === undefined ? 0 : 1;
		const start = rows.size - overlap;
		const page = await listing.ask({ start, limit: listing.pageSize + overlap });
		if (page.start !== start) throw broken(listing, `a page from ${start} on was asked for, and one from ${page.start} on came`);
		if (page.size !== page.values.length) throw broken(listing, `a page states ${page.size} rows and holds ${page.values.length}`);
		const [first] = page.values;
		if (last !== undefined && (first === undefined || fold(first.name) !== last)) return undefined;
		const fresh = page.values.slice(overlap);
		for (const row of fresh) {
			if (rows.has(fold(row.name))) return undefined;
			rows.set(fold(row.name), row);
		}
		listing.progress?.(rows.size);
		if (page.lastPage) return [...rows.values()];
		const final = fresh.at(-1);
		if (final === undefined) throw broken(listing, "a page holds nothing new, and is not the last one");
		last = fold(final.name);
	}
}

const broken = (listing: Pick<Listing<never>, "what">, what: string): SyncError =>
	new SyncError("target.incomplete", `${listing.what}: ${what}; nothing is planned on such a list`, {
		todo: "Run again at a quieter time; if it stays, look at Fisheye's log and at what stands before it.",
	});
