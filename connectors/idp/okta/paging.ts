import { SyncError } from "../../../core/errors.ts";
import type { Question, Talk } from "./talk.ts";
import { type Known, known, type Translated } from "./translate.ts";

export interface Listing<T> {
	/** For messages: `people`, `members of group x`. */
	readonly what: string;
	readonly question: Question;
	readonly size: number;
	readonly translate: (row: unknown) => Translated<T>;
	readonly found?: (rows: number) => void;
}

/** Pages without any row, one after the other, before a list is taken for endless. Okta filters after it has cut the page, so some are honest. */
const EMPTY_PAGES = 20;

/**
 * A whole list, by its cursors. A page may be empty and still have a next one: the SDK's `each` stops there, and its
 * iterator hands out nulls. A cursor that came before, or a page that brings nobody new, never ends: `source.malformed`.
 * A record that comes twice is as it was the second time.
 */
export async function readList<T>(talk: Talk, listing: Listing<T>, signal: AbortSignal): Promise<ReadonlyMap<string, Known<T>>> {
	const { question, size, what } = listing;
	const rows = new Map<string, Known<T>>();
	const cursors = new Set<string>();
	let empty = 0;
	let next: string | undefined;
	for (;;) {
		const page = await talk.page(question, { size, ...(next === undefined ? {} : { next }) }, signal);
		const before = rows.size;
		for (const raw of page.rows) {
			const row = known(listing.translate(raw), question.path);
			rows.set(row.id, row);
		}
		listing.found?.(rows.size);
		next = page.next;
		if (next === undefined) return rows;
		empty = page.rows.length === 0 ? empty + 1 : 0;
		if (cursors.has(next)) throw endless(what, "a cursor came twice");
		if (page.rows.length > 0 && rows.size === before) throw endless(what, "a page repeats what came before");
		if (empty > EMPTY_PAGES) throw endless(what, `${empty} empty pages in a row`);
		cursors.add(next);
	}
}

const endless = (what: string, because: string): SyncError =>
	new SyncError("source.malformed", `Okta's pages of ${what} do not end: ${because}`, {
		todo: "Is something between Rollcall and Okta dropping the query (after) or answering from a cache?",
	});
