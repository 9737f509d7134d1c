import { compareText } from "../../../core/digest.ts";
import { SyncError } from "../../../core/errors.ts";
import { together } from "../../http/together.ts";
import { MOST_ROWS } from "./settings.ts";

/** A row as far as paging looks at it. */
export interface Row {
	readonly id: string;
}
export interface Span {
	readonly skip: number;
	readonly limit: number;
}
/** `total`: what the server states in this very answer; undefined: nothing. */
export interface Page<R> {
	readonly rows: readonly R[];
	readonly total: number | undefined;
}

/** A list that is read by `skip` and `limit`. */
export interface Listing<R extends Row> {
	/** For messages: `people`, `members of group "x"`. */
	readonly what: string;
	/** New rows a page. */
	readonly size: number;
	/**
	 * That this list can be sorted by id, and what its total means, is documented: rows in another order are not believed, and a full
	 * page ends the list when the total says so. Otherwise the page behind a full one is asked for whatever is stated.
	 */
	readonly documented: boolean;
	/** Where no total is stated: the end is proven by one request more. */
	readonly proveEnd: boolean;
	/** More rows than this cannot be. */
	readonly atMost: (total: number | undefined) => number;
	page(span: Span, signal: AbortSignal): Promise<Page<R>>;
}

/** How often a list that changed while it was read is read again. */
export const TRIES = 3;

/**
 * The whole list, proven. Every page is asked for with the last row of the page before in it, so that one removal between two
 * requests, which moves everybody behind it up by one place, is noticed: pages that join are one unbroken chain, and whoever was there
 * all the time is in it, whatever came or went. A page that states the total must hold exactly the rows that it has room for. Where
 * nothing is stated, the page after the last one must hold that one row and no other.
 *
 * Read anew when the pages do not fit; `source.incomplete` after three times.
 */
export async function readWhole<R extends Row>(listing: Listing<R>, signal: AbortSignal): Promise<ReadonlyMap<string, R>> {
	for (let attempt = 1; ; attempt += 1) {
		const read = await readOnce(listing, signal);
		if (typeof read !== "string") return read;
		if (attempt < TRIES) continue;
		throw new SyncError("source.incomplete", `JumpCloud's list of ${listing.what} could not be read whole, ${TRIES} times over: ${read}`, {
			retry: "spent",
			context: { what: listing.what },
			todo: "Nothing was changed. Either the organisation is being edited heavily just now, or something between Rollcall and JumpCloud changes its answers.",
		});
	}
}

/** The rows, or what is wrong with them. */
async function readOnce<R extends Row>(listing: Listing<R>, signal: AbortSignal): Promise<ReadonlyMap<string, R> | string> {
	const limit = Math.min(MOST_ROWS, listing.size + 1);
	const chain = new Chain(listing);
	const first = { skip: 0, limit };
	const page = await listing.page(first, signal);
	const fault =
		chain.add(first, page) ?? (page.total === undefined ? await onwards(chain, first, signal) : await counted(chain, page.total, signal));
	return fault ?? chain.rows;
}

/** The pages of a stated total at once, and then those that have come to be meanwhile. */
async function counted<R extends Row>(chain: Chain<R>, total: number, signal: AbortSignal): Promise<string | undefined> {
	const { listing } = chain;
	const limit = Math.min(MOST_ROWS, listing.size + 1);
	const spans: Span[] = [];
	for (let skip = 0; skip + limit < total; ) {
		skip += limit - 1;
		spans.push({ skip, limit });
	}
	const pages = await together({ items: spans, width: spans.length }, (span, stop) => listing.page(span, stop), signal);
	for (const [at, page] of pages.entries()) {
		const fault = chain.add(spans[at] as Span, page);
		if (fault !== undefined) return fault;
	}
	let skip = spans.at(-1)?.skip ?? 0;
	while (skip + limit < chain.total || (!listing.documented && chain.latest === limit)) {
		skip += limit - 1;
		const fault = chain.add({ skip, limit }, await listing.page({ skip, limit }, signal));
		if (fault !== undefined) return fault;
	}
	return chain.settled();
}

/** One page after the other, until one is short. */
async function onwards<R extends Row>(chain: Chain<R>, from: Span, signal: AbortSignal): Promise<string | undefined> {
	const { listing } = chain;
	const { limit } = from;
	let { skip } = from;
	while (chain.latest === limit) {
		skip += limit - 1;
		const fault = chain.add({ skip, limit }, await listing.page({ skip, limit }, signal));
		if (fault !== undefined) return fault;
	}
	if (!listing.proveEnd) return undefined;
	// Another question than before, lest the same answer comes out of something's memory.
	const probe = { skip: skip + Math.max(0, chain.latest - 1), limit: limit === 2 ? 3 : 2 };
	const { rows } = await listing.page(probe, signal);
	const last = chain.last === undefined ? [] : [chain.last];
	const same = rows.length === last.length && rows.every(({ id }) => id === last[0]);
	return same ? undefined : `it goes on behind its last page, or what was its last row has moved (${rows.length} rows there)`;
}

/** Joins pages, and notices where they do not fit. */
class Chain<R extends Row> {
	readonly rows = new Map<string, R>();
	readonly listing: Listing<R>;
	readonly #totals = new Set<number>();
	/** The id of the row that the next page has to hold. */
	last: string | undefined;
	/** Rows of the latest page. */
	latest = 0;
	/** Stated latest. */
	total = 0;

	constructor(listing: Listing<R>) {
		this.listing = listing;
	}

	/** What is wrong with this page, if anything is. */
	add({ skip, limit }: Span, { rows, total }: Page<R>): string | undefined {
		const ids = rows.map(({ id }) => id);
		const fault = this.#unlike({ skip, limit }, rows.length, total) ?? this.#unordered(ids) ?? this.#apart(ids);
		if (fault !== undefined) return fault;
		const before = this.rows.size;
		for (const row of rows) if (!this.rows.has(row.id)) this.rows.set(row.id, row);
		if (before > 0 && rows.length > 1 && this.rows.size === before) return `the page from ${skip} on repeats earlier ones`;
		const most = this.listing.atMost(total);
		if (this.rows.size > most) return `it has more than ${most} rows, and does not end`;
		this.last = ids.at(-1) ?? this.last;
		this.latest = rows.length;
		if (total !== undefined) {
			this.total = total;
			this.#totals.add(total);
		}
		return undefined;
	}

	/** While nothing came or went, there are as many rows as were stated. */
	settled(): string | undefined {
		const [stated] = this.#totals;
		if (this.#totals.size !== 1 || stated === this.rows.size) return undefined;
		return `${stated} are stated, but ${this.rows.size} came`;
	}

	#unlike({ skip, limit }: Span, found: number, total: number | undefined): string | undefined {
		if (found > limit) return `${found} rows came where at most ${limit} were asked for`;
		if (total === undefined) return undefined;
		const due = Math.min(limit, Math.max(0, total - skip));
		return found === due ? undefined : `${total} are stated, and the page from ${skip} on holds ${found} rows instead of ${due}`;
	}

	#unordered(ids: readonly string[]): string | undefined {
		if (new Set(ids).size < ids.length) return "one page holds a row twice";
		if (!this.listing.documented) return undefined;
		const wrong = ids.findIndex((id, at) => at > 0 && compareText(ids[at - 1] as string, id) > 0);
		return wrong < 0 ? undefined : "its rows are not sorted by id, as was asked for";
	}

	#apart(ids: readonly string[]): string | undefined {
		return this.last === undefined || ids.includes(this.last) ? undefined : "its pages do not join";
	}
}
