import { SyncError } from "../../../core/errors.ts";
import type { WirePage } from "./translate.ts";

export interface PageRequest {
	readonly start: number;
	readonly limit: number;
}
/** One paged call. */
export interface Listing<Row> {
	/** For messages: `GET /rest/api/user/list`. */
	readonly what: string;
	readonly ask: (page: PageRequest) => Promise<WirePage<Row>>;
	/** What tells rows apart. */
	readonly key: (row: Row) => string;
	readonly pageSize: number;
	readonly progress?: (rows: number) => void;
}

/** Confluence gives no more at once ("may be restricted by fixed system limits"); the pages themselves say what they hold. */
export const LARGEST_PAGE = 200;
/** How often a listing that moved under our hands is begun anew. */
const TRIES = 3;
/** So many pages in a row without a row: the listing has no end. */
const MOST_EMPTY = 100;

/**
 * All rows, each once, or `target.incomplete`. Pages overlap by one row: where the last row of a page is not the first of the
 * next, rows came or went meanwhile, and the listing is begun anew. Where the server hides rows (the next page starts further on
 * than the rows that came), nothing can be laid over, and only double rows show that the listing moved.
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
	let empty = 0;
	for (let at = 0; ; ) {
		const overlap = last === undefined ? 0 : 1;
		const start = at - overlap;
		const page = await listing.ask({ start, limit: pageSize + overlap });
		assertSound(listing, page);
		const [first] = page.results;
		if (last !== undefined && (first === undefined || key(first) !== last)) return undefined;
		for (const row of page.results.slice(overlap)) {
			if (rows.has(key(row))) return undefined;
			rows.set(key(row), row);
		}
		progress?.(rows.size);
		const next = nextOf(listing, page, start);
		if (next === undefined) return [...rows.values()];
		if (next <= at) throw broken(listing, `after the page at ${at} comes the one at ${next}`);
		const final = page.results.at(-1);
		last = final !== undefined && next === start + page.results.length ? key(final) : undefined;
		empty = page.results.length > overlap ? 0 : empty + 1;
		if (empty > MOST_EMPTY) throw broken(listing, `${MOST_EMPTY} pages in a row were empty, and none was the last`);
		at = next;
	}
}

function assertSound<Row>(listing: Listing<Row>, page: WirePage<Row>): void {
	if (page.size === page.results.length) return;
	throw broken(listing, `a page states ${page.size} rows and holds ${page.results.length}`);
}

/**
 * Where the next page starts, from the link to it; undefined after the last one. The link is read and never followed (it may be
 * relative, absolute, or name a host that only a proxy knows), so no credential goes where it points to.
 */
function nextOf<Row>(listing: Listing<Row>, page: WirePage<Row>, start: number): number | undefined {
	const link = page._links?.next;
	if (link === undefined || link === null || link === "") return undefined;
	const stated = URL.parse(link, "http://confluence.invalid")?.searchParams.get("start") ?? "";
	if (/^\d{1,9}$/.test(stated)) return Number(stated);
	if (page.results.length > 0) return start + page.results.length;
	throw broken(listing, "a page without rows is not the last one and does not say where the next one starts");
}

const broken = (listing: Pick<Listing<never>, "what">, what: string, todo?: string): SyncError =>
	new SyncError("target.incomplete", `${listing.what}: ${what}; nothing is planned on such a list`, {
		todo: todo ?? "Run again; if it stays, look at Confluence's log and at what stands before it.",
	});
