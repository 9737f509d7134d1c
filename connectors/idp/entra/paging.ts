import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { type Talk, targetOf } from "./talk.ts";

/** A page of any list. */
export const pageSchema = z.object({
	value: z.array(z.unknown()),
	"@odata.count": z.number().int().nonnegative().optional(),
	"@odata.nextLink": z.string().optional(),
});
export type Page = z.output<typeof pageSchema>;

/** How often a list that does not add up is read again, and a listing whose page token has run out is begun anew. */
export const TRIES = 3;
/** Pages in a row that bring nobody new; one or two empty ones are Graph's way. */
const IDLE_PAGES = 10;

/** A list that Graph counts, read page by page. */
export interface Listing {
	/** For messages: `people`, `groups`. */
	readonly what: string;
	readonly path: string;
	readonly query: Readonly<Record<string, string | number | undefined>>;
	readonly units: number;
	readonly progress?: (done: number, total: number) => void;
}
export interface Listed {
	/** By id, each once. */
	readonly rows: ReadonlyMap<string, unknown>;
	readonly counted: number;
}

/**
 * The whole list: pages until one has no link to a next, and as many rows as Graph counted when the first came. Count and
 * pages come from the same index (ConsistencyLevel: eventual), so that they agree although it lags behind by moments.
 * Read again when they do not, then `source.incomplete`.
 */
export async function readList(talk: Talk, listing: Listing, signal: AbortSignal): Promise<Listed> {
	for (let attempt = 1; ; attempt += 1) {
		const list = await walk(talk, listing, signal);
		if (list === "expired") {
			if (attempt < TRIES) continue;
			throw incomplete(listing, `page tokens ran out while it was read`);
		}
		if (list.rows.size === list.counted) return list;
		if (attempt === TRIES) throw incomplete(listing, `it counts ${list.counted} ${listing.what}, but lists ${list.rows.size}`, list);
	}
}

async function walk(talk: Talk, listing: Listing, signal: AbortSignal): Promise<Listed | "expired"> {
	const rows = new Map<string, unknown>();
	const chain = new Chain(listing.what);
	let target = targetOf(listing.path, { ...listing.query, $count: "true" });
	let counted: number | undefined;
	for (;;) {
		const page = await ask(talk, { listing, target, first: counted === undefined }, signal);
		if (page === "expired") return "expired";
		counted ??= page["@odata.count"];
		if (counted === undefined) throw uncounted(listing);
		const before = rows.size;
		for (const row of page.value) rows.set(idOf(row, listing.path), row);
		listing.progress?.(Math.min(rows.size, counted), counted);
		const next = page["@odata.nextLink"];
		if (next === undefined) return { rows, counted };
		chain.add(next, rows.size > before);
		target = talk.below(next, talk.where({ target }));
	}
}

async function ask(
	talk: Talk,
	at: { readonly listing: Listing; readonly target: string; readonly first: boolean },
	signal: AbortSignal,
): Promise<Page | "expired"> {
	const { units } = at.listing;
	try {
		return await talk.ask({ target: at.target, schema: pageSchema, units, eventual: true }, signal);
	} catch (error) {
		// Only a page after the first has a token that can run out.
		if (!at.first && isExpired(error)) return "expired";
		throw error;
	}
}

/** A listing that takes too long, or nobody knows why: the beginning of it still works. */
export const isExpired = (error: unknown): boolean => error instanceof SyncError && error.context.graph === "Directory_ExpiredPageToken";

/** Pages that lead in a circle, or on and on without anybody new. */
export class Chain {
	readonly #seen = new Set<string>();
	readonly #what: string;
	#idle = 0;

	constructor(what: string) {
		this.#what = what;
	}

	/** Throws `source.malformed`. */
	add(next: string, broughtNew: boolean): void {
		this.#idle = broughtNew ? 0 : this.#idle + 1;
		const endless = this.#idle > IDLE_PAGES ? `${this.#idle} pages in a row brought nothing new` : undefined;
		const wrong = this.#seen.has(next) ? "a page names one as the next that has been read already" : endless;
		if (wrong === undefined) {
			this.#seen.add(next);
			return;
		}
		throw new SyncError("source.malformed", `Graph's pages of ${this.#what} do not add up: ${wrong}`, {
			todo: "Is something between Rollcall and Graph dropping the query ($skiptoken) or answering from a cache?",
		});
	}
}

/** A record without an id cannot be held: nobody would know whom to leave alone. */
export function idOf(row: unknown, where: string): string {
	const id = row instanceof Object && "id" in row ? row.id : undefined;
	if (typeof id === "string" && id !== "") return id;
	throw new SyncError("source.malformed", `a record of ${where} has no id`, {
		todo: "Is something in between (a gateway) changing answers? Otherwise please report it.",
	});
}

const uncounted = (listing: Listing): SyncError =>
	new SyncError("source.incomplete", `Graph does not say how many ${listing.what} there are, so that the list cannot be proven whole`, {
		todo: "Azure AD B2C tenants have no such counts and cannot be read by Rollcall; in any other, is something in between dropping the query or the header ConsistencyLevel?",
	});

const incomplete = (listing: Listing, because: string, list?: Listed): SyncError =>
	new SyncError("source.incomplete", `Graph's list of ${listing.what} could not be read whole, ${TRIES} times over: ${because}`, {
		retry: "spent",
		context: { what: listing.what, ...(list === undefined ? {} : { counted: list.counted, found: list.rows.size }) },
		todo: "Nothing was changed. Usually the tenant is being edited heavily just now, and the next run succeeds.",
	});
