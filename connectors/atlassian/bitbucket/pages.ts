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

/** Bitbucket's default for `page.max.users` and `page.max.groups`; more is cut without a word. */
export const LARGEST_PAGE = 1_000;
/** How often a listing that moved under our hands is begun anew. */
const TRIES = 3;
/** So many pages in a row without a row: the listing has no end. */
const MOST_EMPTY = 100;

/**
 * All rows, each once, or `target.incomplete`. Pages overlap by one row: where the last row of a page is not the first of
 * the next, rows came or went meanwhile, and the listing is begun anew. Where a server hides rows (the next start is further
 * on than the rows that came), nothing can be laid over, and only double rows show that the listing moved.
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
		const page = await soundPage(listing, { start, limit: pageSize + overlap });
		const [first] = page.values;
		if (last !== undefined && (first === undefined || key(first) !== last)) return undefined;
		for (const row of page.values.slice(overlap)) {
			if (rows.has(key(row))) return undefined;
			rows.set(key(row), row);
		}
		progress?.(rows.size);
		if (page.isLastPage) return [...rows.values()];
		const next = nextOf(listing, page, at);
		const final = page.values.at(-1);
		last = final !== undefined && next === start + page.values.length ? key(final) : undefined;
		empty = page.values.length > overlap ? 0 : empty + 1;
		if (empty > MOST_EMPTY) throw broken(listing, `${MOST_EMPTY} pages in a row were empty, and none was the last`);
		at = next;
	}
}

/** The first row that fits, or undefined when none does; stops reading there. */
export async function firstOf<Row>(listing: Listing<Row>, fits: (row: Row) => boolean): Promise<Row | undefined> {
	for (let at = 0; ; ) {
		const page = await soundPage(listing, { start: at, limit: listing.pageSize });
		const found = page.values.find(fits);
		if (found !== undefined || page.isLastPage) return found;
		at = nextOf(listing, page, at);
	}
}

async function soundPage<Row>(listing: Listing<Row>, request: PageRequest): Promise<WirePage<Row>> {
	const page = await listing.ask(request);
	if (page.size === page.values.length) return page;
	throw broken(listing, `a page states ${page.size} rows and holds ${page.values.length}`);
}

function nextOf<Row>(listing: Listing<Row>, page: WirePage<Row>, at: number): number {
	const next = page.nextPageStart;
	if (typeof next !== "number") throw broken(listing, "a page is not the last one and names no next one");
	if (next <= at) throw broken(listing, `after the page at ${at} comes the one at ${next}`);
	return next;
}

const broken = (listing: Pick<Listing<never>, "what">, what: string, todo?: string): SyncError =>
	new SyncError("target.incomplete", `${listing.what}: ${what}; nothing is planned on such a list`, {
		todo: todo ?? "Run again; if it stays, look at Bitbucket's log and at what stands before it.",
	});
