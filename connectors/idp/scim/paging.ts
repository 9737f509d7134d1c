import type { Query } from "../../http/address.ts";
import type { Provider } from "./provider.ts";
import type { Talk } from "./talk.ts";
import type { Page } from "./wire.ts";

/** A row as far as paging looks at it. */
export interface Row {
	readonly id: string;
}

/** A list of one endpoint. */
export interface Listing<R extends Row> {
	/** For messages: `people`, `groups`. */
	readonly what: string;
	readonly path: string;
	/** Everything but paging. */
	readonly query: Query;
	row(raw: unknown): R;
	readonly seen?: (rows: number, total: number | undefined) => void;
}

/** What one walk through the pages brought. */
export interface Walk<R extends Row> {
	readonly rows: ReadonlyMap<string, R>;
	/** As the latest page has it; undefined: not stated, or found out to be the number of rows of a page. */
	readonly total: number | undefined;
	/** Each page held the last row of the page before, or was fetched by the server's own cursor. */
	readonly joined: boolean;
	/** Why the walk cannot be the whole list. */
	readonly torn: string | undefined;
	/** The server sends cursors, though it was asked by index. */
	readonly cursors: boolean;
}

/** More rows than this cannot be, where none are stated: an endless list is cut off here. */
const MOST = 5_000_000;
/** A list that has grown by more than this, and to more than twice what was stated at its start, has no end either. */
const GROWTH = 100;
/** Empty pages on end that still name a next one. */
const EMPTIES = 3;

class Gathered<R extends Row> {
	readonly rows = new Map<string, R>();
	readonly #listing: Listing<R>;
	readonly #believes: boolean;
	/** Of the latest page. */
	total: number | undefined;
	joined = true;
	#first = true;
	#most = MOST;
	#last: string | undefined;

	/** `believes`: stated totals count. */
	constructor(listing: Listing<R>, believes: boolean) {
		this.#listing = listing;
		this.#believes = believes;
	}

	/** `fresh`: how many rows were new. `met`: the last row of the page before is in this one. */
	add(page: Page): { readonly first: boolean; readonly fresh: number; readonly met: boolean } {
		const before = this.rows.size;
		const first = this.#first;
		const rows = page.rows.map((raw) => this.#listing.row(raw));
		for (const row of rows) if (!this.rows.has(row.id)) this.rows.set(row.id, row);
		const met = rows.some(({ id }) => id === this.#last);
		this.#last = rows.at(-1)?.id ?? this.#last;
		if (first && this.#believes && page.total !== undefined) this.#most = 2 * page.total + GROWTH;
		this.#first = false;
		this.total = this.#believes ? page.total : undefined;
		this.#listing.seen?.(this.rows.size, this.total);
		return { first, fresh: this.rows.size - before, met };
	}

	get tooMany(): string | undefined {
		if (this.total !== undefined && this.rows.size > this.total) return `it states ${this.total} in all, and sends more`;
		return this.rows.size > this.#most ? `it goes on after ${this.#most} rows` : undefined;
	}

	walk(more: { readonly torn?: string; readonly cursors?: boolean } = {}): Walk<R> {
		const { rows, total, joined } = this;
		return { rows, total, joined, torn: more.torn, cursors: more.cursors ?? false };
	}
}

/** `sorted`: asks for the order of ids. */
interface Way {
	readonly talk: Talk;
	readonly provider: Provider;
	readonly sorted: boolean;
}

/**
 * By index (RFC 7644 section 3.4.2.4). Servers may send fewer rows than asked for, so that the next page starts where
 * the rows ended, not where they should have. Each page is asked for from the last row of the page before: as long as it
 * holds that row, the pages form one chain, and whoever was there all the time is in it. Without that overlap one
 * deletion between two requests moves everybody up by one place, and somebody falls between two pages.
 */
export async function byIndex<R extends Row>(way: Way, listing: Listing<R>, signal: AbortSignal): Promise<Walk<R>> {
	const { talk, provider } = way;
	const count = Math.min(provider.pageSize + 1, provider.most);
	const found = new Gathered(listing, talk.settings.totals === "prove");
	let startIndex = 1;
	// A server that sends one row at a time leaves no room for an overlap.
	let overlaps = true;
	for (;;) {
		const page = await talk.page(listing.path, { ...listing.query, ...orderOf(way), startIndex, count }, signal);
		if (page.nextCursor !== undefined && talk.settings.paging === "auto") return found.walk({ cursors: true });
		const got = page.rows.length;
		const { first, fresh, met } = found.add(page);
		if (got === 0) return found.walk();
		const whole = found.rows.size === found.total;
		if (found.tooMany !== undefined) return found.walk({ torn: found.tooMany });
		if (first) overlaps = got > 1;
		else if (fresh === 0) {
			// Nothing but the last row of the page before is how a list ends.
			const end = whole || (found.total === undefined && overlaps && got === 1);
			return found.walk(end ? {} : { torn: "a page brought nobody new, as if startIndex were not heeded" });
		} else {
			if (!overlaps || !met) found.joined = false;
			if (whole) return found.walk();
		}
		// Also where the first page has as many as are stated: some servers state the rows of the page for a total.
		startIndex += overlaps ? got - 1 : got;
	}
}

/** By cursor (RFC 9865): the first one is empty, and a page without a next one is the last. */
export async function byCursor<R extends Row>(way: Way, listing: Listing<R>, signal: AbortSignal): Promise<Walk<R>> {
	const { talk, provider } = way;
	const found = new Gathered(listing, talk.settings.totals === "prove");
	const used = new Set<string>();
	let cursor = "";
	let empties = 0;
	for (;;) {
		const page = await talk.page(listing.path, { ...listing.query, ...orderOf(way), cursor, count: provider.pageSize }, signal);
		const { fresh } = found.add(page);
		if (found.tooMany !== undefined) return found.walk({ torn: found.tooMany });
		const next = page.nextCursor;
		if (next === undefined) return found.walk();
		if (used.has(next)) return found.walk({ torn: "the server repeats a cursor" });
		if (page.rows.length > 0 && fresh === 0) return found.walk({ torn: "a page brought nobody new" });
		empties = page.rows.length === 0 ? empties + 1 : 0;
		if (empties > EMPTIES) return found.walk({ torn: `${empties} pages on end are empty and name a next one` });
		used.add(next);
		cursor = next;
	}
}

const orderOf = ({ sorted }: Way): Query => (sorted ? { sortBy: "id", sortOrder: "ascending" } : {});
