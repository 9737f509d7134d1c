import { SyncError } from "../../../core/errors.ts";
import { byCursor, byIndex, type Listing, type Row, type Walk } from "./paging.ts";
import type { Talk } from "./talk.ts";
import { idFrom, type Known, type Translated } from "./translate.ts";

/** How often a list that changed while it was read is read again. */
export const TRIES = 3;

/**
 * The whole list, proven. It is, when as many rows came as the server states and the pages form one chain. Where the
 * server states no total, or keeps no order that pages could join by, the list is read a second time, ids only, and
 * both must have the same ones. Read anew otherwise, then `source.incomplete`.
 */
export async function readWhole<R extends Row>(talk: Talk, listing: Listing<R>, signal: AbortSignal): Promise<ReadonlyMap<string, R>> {
	let because = "";
	for (let attempt = 1; attempt <= TRIES; attempt += 1) {
		const walk = await walked(talk, { listing, attempt }, signal);
		because = faultOf(walk) ?? "";
		if (because !== "") continue;
		if (walk.joined && walk.total !== undefined) return walk.rows;
		const again = await walked(talk, { listing: idsOf(listing), attempt }, signal);
		because = faultOf(again) ?? differenceOf(walk.rows, again.rows) ?? "";
		if (because === "") return walk.rows;
	}
	throw new SyncError(
		"source.incomplete",
		`${talk.host}: the list of ${listing.what} could not be read whole, ${TRIES} times over: ${because}`,
		{
			retry: "spent",
			context: { what: listing.what, path: listing.path },
			todo: "Nothing was changed. Either it is being edited heavily just now, or the server does not page or count as it says: `paging` and `totals` are for that, see docs/guides/scim.md.",
		},
	);
}

/** The same endpoint, of which only the ids count. */
function idsOf<R extends Row>(listing: Listing<R>): Listing<Row> {
	const { excludedAttributes: _without, ...query } = listing.query;
	return { what: listing.what, path: listing.path, query: { ...query, attributes: "id" }, row: (raw) => known(idFrom(raw), listing.path) };
}

/** A cursor that has run out, or that a restarted server has forgotten, is a list that has to be read from its start. */
async function walked<R extends Row>(
	talk: Talk,
	of: { readonly listing: Listing<R>; readonly attempt: number },
	signal: AbortSignal,
): Promise<Walk<R>> {
	const provider = await talk.provider(signal);
	const way = { talk, provider, sorted: provider.sorts && of.attempt > 1 };
	try {
		if (provider.paging === "cursor") return await byCursor(way, of.listing, signal);
		const walk = await byIndex(way, of.listing, signal);
		return walk.cursors ? await byCursor(way, of.listing, signal) : walk;
	} catch (error) {
		if (!isCursorLost(error) || of.attempt === TRIES) throw error;
		return { rows: new Map(), total: undefined, joined: false, torn: error.message, cursors: false };
	}
}

/** RFC 9865 section 2.1. */
const CURSOR_LOST = new Set(["expiredCursor", "invalidCursor"]);
const isCursorLost = (error: unknown): error is SyncError => error instanceof SyncError && CURSOR_LOST.has(String(error.context.scimType));

/** Some servers answer 400 to the question to pick attributes, or to leave some out. */
export async function unlessRefused<T>(work: () => Promise<T>, otherwise: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof SyncError) || error.context.status !== 400 || isCursorLost(error)) throw error;
		return await otherwise();
	}
}

function faultOf({ torn, rows, total }: Walk<Row>): string | undefined {
	if (torn !== undefined) return torn;
	return total === undefined || total === rows.size ? undefined : `the server states ${total}, but ${rows.size} were read`;
}

function differenceOf(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): string | undefined {
	let missing = 0;
	for (const id of one.keys()) if (!other.has(id)) missing += 1;
	const added = other.size - (one.size - missing);
	return missing + added === 0 ? undefined : `read twice, ${missing} were missing and ${added} new the second time`;
}

/** A record without an id cannot be held: nobody would know whom to leave alone. */
export function known<T>(row: Translated<T>, path: string): Known<T> {
	if (row.kind !== "unusable") return row;
	throw new SyncError("source.malformed", `a record of ${path} could not be understood: ${row.because}`, {
		todo: "Is url the address of a SCIM 2.0 interface? Look at what it answers there.",
	});
}
