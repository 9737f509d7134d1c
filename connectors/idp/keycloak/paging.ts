import { SyncError } from "../../../core/errors.ts";
import { together } from "../../http/together.ts";

/** A row as far as paging looks at it. */
export interface Row {
	readonly id: string;
}

/** A list that is read by `first` and `max`. */
export interface Listing<R extends Row> {
	/** For messages: `people`, `members of /Company`. */
	readonly what: string;
	readonly size: number;
	page(span: { readonly first: number; readonly max: number }, signal: AbortSignal): Promise<readonly R[]>;
	/** Does a page of so many rows, fewer than asked for, end the list? If not, the page after it must turn out empty. */
	shortIsLast(rows: number): boolean;
	/** More rows than this cannot be: an endless list is cut off here. */
	readonly atMost: number;
}

/** `torn`: two neighbouring pages do not join, so the list changed (or its order did) while it was read, or the server repeats itself. */
export interface Pages<R extends Row> {
	readonly rows: ReadonlyMap<string, R>;
	readonly torn: boolean;
}

/**
 * Every page is asked for one row more than its size, so that it ends with the row that the next one begins with. As
 * long as each page holds the last row of the page before, the pages form one unbroken chain: whoever was there all the
 * time is in it, whatever came or went meanwhile. Without that overlap one deletion between two requests moves
 * everybody up by one place, somebody falls between two pages, and counts that agree do not show it.
 */
export async function readPages<R extends Row>(listing: Listing<R>, signal: AbortSignal): Promise<Pages<R>> {
	return await onwards(listing, new Chain(listing), signal);
}

/** The same with a stated total: the pages are asked for at once. Pages past the total are read too, should there be any. */
export async function readCounted<R extends Row>(listing: Listing<R>, total: number, signal: AbortSignal): Promise<Pages<R>> {
	const { size } = listing;
	const starts = Array.from({ length: Math.max(1, Math.ceil(total / size)) }, (_, i) => i * size);
	const pages = await together(
		{ items: starts, width: starts.length },
		(first, stop) => listing.page({ first, max: size + 1 }, stop),
		signal,
	);
	const chain = new Chain(listing);
	for (const page of pages) chain.add(page);
	const last = pages.at(-1)?.length ?? 0;
	return last <= size && (listing.shortIsLast(last) || chain.rows.size === total) ? chain : await onwards(listing, chain, signal);
}

async function onwards<R extends Row>(listing: Listing<R>, chain: Chain<R>, signal: AbortSignal): Promise<Pages<R>> {
	const { size } = listing;
	for (;;) {
		const page = await listing.page({ first: chain.next, max: size + 1 }, signal);
		const probing = chain.ended;
		if (page.length === 0 && (probing || chain.next === 0)) return chain;
		const fresh = chain.add(page);
		const full = page.length > size;
		// A page behind one that was short: what was taken for the end was none. Or one that should have held at least
		// the last row of the page before, or a full one that brings nobody.
		if (probing || page.length === 0 || (full && fresh === 0)) return chain.tear();
		if (!full && listing.shortIsLast(page.length)) return chain;
	}
}

/** Joins pages, and notices where they do not fit. */
class Chain<R extends Row> implements Pages<R> {
	readonly rows = new Map<string, R>();
	readonly #listing: Listing<R>;
	#last: string | undefined;
	torn = false;
	/** Where the next page starts. */
	next = 0;
	/** The latest page was shorter than asked for. */
	ended = false;

	constructor(listing: Listing<R>) {
		this.#listing = listing;
	}

	/** How many rows were new. Throws `source.malformed` for a page that is too long, and for a list without end. */
	add(page: readonly R[]): number {
		const { size, atMost } = this.#listing;
		if (page.length > size + 1) throw this.#malformed(`${page.length} rows where at most ${size + 1} were asked for`);
		const before = this.rows.size;
		let joined = this.#last === undefined;
		for (const row of page) {
			if (row.id === this.#last) joined = true;
			if (!this.rows.has(row.id)) this.rows.set(row.id, row);
		}
		if (!joined) this.torn = true;
		if (this.rows.size > atMost) throw this.#malformed(`more than ${atMost} rows`);
		this.#last = page.at(-1)?.id ?? this.#last;
		this.ended = page.length <= size;
		this.next += Math.min(page.length, size);
		return this.rows.size - before;
	}

	tear(): this {
		this.torn = true;
		return this;
	}

	#malformed(what: string): SyncError {
		return new SyncError("source.malformed", `Keycloak's pages of ${this.#listing.what} do not add up: ${what}`, {
			todo: "Is something between Rollcall and Keycloak dropping the query (first, max) or answering from a cache?",
		});
	}
}
