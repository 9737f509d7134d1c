import { SyncError } from "../../../core/errors.ts";
import type { WirePage } from "./translate.ts";

export interface PageRequest {
	readonly start: number;
	readonly limit: number;
}
/** One paged call. */
export interface Listing<Row> {
	/** For messages: `GET /rest/api/latest/admin/users`. */
	readonly what: string;
	readonly ask: (page: PageRequest) => Promise<WirePage<Row>>;
	/** What tells rows apart. */
	readonly key: (row: Row) => string;
	readonly pageSize: number;
	readonly progress?: (rows: number) => void;
}

/** The description names no bound; whatever comes is counted. */
export const PAGE_SIZE = 500;
/** How often a listing that moved under our hands is begun anew. */
const TRIES = 3;

/**
 * All rows, each once, or `target.incomplete`. Bamboo's pages state neither their number of rows nor a total, so the end is
 * proven: behind the last row there must be none. Pages overlap by one row: where the last row of a page is not the first of
 * the next, rows came or went meanwhile, and the listing is begun anew.
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
	const { key, pageSize, progress } = listing;
	const rows = new Map<string, Row>();
	let last: string | undefined;
	for (let proving = false; ; ) {
		const overlap = last === undefined ? 0 : 1;
		const page = await listing.ask({ start: rows.size - overlap, limit: proving ? overlap + 1 : pageSize + overlap });
		const [first] = page.results;
		if (last !== undefined && (first === undefined || key(first) !== last)) return undefined;
		const fresh = page.results.slice(overlap);
		for (const row of fresh) {
			if (rows.has(key(row))) return undefined;
			rows.set(key(row), row);
		}
		progress?.(rows.size);
		const more = typeof page.next === "string";
		if (fresh.length === 0 && more) throw broken(listing, "a page is empty, and names a next one");
		if (fresh.length === 0 && proving) return [...rows.values()];
		const final = fresh.at(-1);
		if (final !== undefined) last = key(final);
		proving = !more;
	}
}

/** The first row that fits, or undefined when none does; stops reading there. */
export async function firstOf<Row>(listing: Listing<Row>, fits: (row: Row) => boolean): Promise<Row | undefined> {
	for (let start = 0; ; ) {
		const { results, next } = await listing.ask({ start, limit: listing.pageSize });
		const found = results.find(fits);
		if (found !== undefined || typeof next !== "string") return found;
		if (results.length === 0) throw broken(listing, "a page is empty, and names a next one");
		start += results.length;
	}
}

const broken = (listing: Pick<Listing<never>, "what">, what: string, todo?: string): SyncError =>
	new SyncError("target.incomplete", `${listing.what}: ${what}; nothing is planned on such a list`, {
		todo: todo ?? "Run again; if it stays, look at Bamboo's log and at what stands before it.",
	});
