import type { Progress } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import { isAtLeast, type JiraVersion } from "./capabilities.ts";
import type { JiraTalk } from "./talk.ts";
import type { WireUser } from "./translate.ts";

export interface AccountListing {
	readonly version: JiraVersion;
	/** Accounts per page; the server may give fewer. */
	readonly pageSize?: number;
	readonly progress?: Progress;
}

/** `/user/list` gives at most this many per page; `/user/search` 1,000, from Jira 10 on 100 (JRASERVER-78660). */
const LIST_PAGE = 2_000;
const SEARCH_PAGE = 1_000;
/** How often a listing that moved under our hands is begun anew. */
const TRIES = 3;

/** Everybody, active or not, each once, or an exception: `target.incomplete` when the end cannot be proven. */
export async function listAccounts(talk: JiraTalk, listing: AccountListing, signal: AbortSignal): Promise<ReadonlyMap<string, WireUser>> {
	const listed = isAtLeast(listing.version, 10, 0) ? await byUserList(talk, listing, signal) : undefined;
	const found = listed ?? (await bySearch(talk, listing, signal));
	for (const [key, user] of found) if (user.deleted === true) found.delete(key);
	return found;
}

/**
 * Those whom a listing shows, by key, even where Jira cuts it off or it moves under our hands; deleted ones are left out. For
 * callers who know from elsewhere who there is, and look up the others one by one.
 */
export async function listSome(talk: JiraTalk, listing: AccountListing, signal: AbortSignal): Promise<ReadonlyMap<string, WireUser>> {
	const listed = isAtLeast(listing.version, 10, 0) ? await byUserList(talk, listing, signal) : undefined;
	const found = listed ?? (await searchOnce(talk, listing, signal)) ?? new Map<string, WireUser>();
	for (const [key, user] of found) if (user.deleted === true) found.delete(key);
	return found;
}

/** Undefined: this Jira has no such call (it came with 10.3). */
async function byUserList(talk: JiraTalk, listing: AccountListing, signal: AbortSignal): Promise<Map<string, WireUser> | undefined> {
	const maxResults = listing.pageSize ?? LIST_PAGE;
	const found = new Map<string, WireUser>();
	const cursors = new Set<string>();
	for (let cursor: string | undefined; ; ) {
		const page = await talk.userList({ cursor, maxResults }, signal).catch((error: unknown) => {
			// The vendor: "this endpoint never returns 404", so a 404 on the first page says that there is no endpoint.
			if (cursor === undefined && error instanceof SyncError && error.context.status === 404) return undefined;
			throw error;
		});
		if (page === undefined) return undefined;
		for (const user of page.values) {
			if (found.has(user.key)) throw broken(`the account ${user.key} came twice`);
			found.set(user.key, user);
		}
		listing.progress?.({ stage: "accounts", done: found.size });
		if (page.isLast) return found;
		cursor = page.nextCursor;
		if (cursor === undefined) throw broken("a page is not the last one and names no next one");
		if (cursors.has(cursor)) throw broken(`the cursor ${cursor.slice(0, 40)} came twice`);
		cursors.add(cursor);
	}
}

const broken = (what: string): SyncError =>
	new SyncError("target.incomplete", `GET /rest/api/2/user/list: ${what}; nothing is planned on such a list`, {
		todo: "Run again; if it stays, look at Jira's log and report it.",
	});

/**
 * Pages by offset overlap by one account: when the last one of a page is not the first one of the next, accounts were
 * added or removed meanwhile and the listing is begun anew. A short page is not taken for the end; an empty one is.
 */
async function bySearch(talk: JiraTalk, listing: AccountListing, signal: AbortSignal): Promise<Map<string, WireUser>> {
	for (let tried = 1; tried <= TRIES; tried += 1) {
		const found = await searchOnce(talk, listing, signal);
		if (found === undefined) continue;
		assertNotCapped(found.size, listing.version);
		return found;
	}
	throw new SyncError("target.incomplete", `accounts came and went while GET /rest/api/2/user/search was read, ${TRIES} times in a row`, {
		todo: "Run again at a quieter time.",
	});
}

/** Undefined: the list moved. */
async function searchOnce(talk: JiraTalk, listing: AccountListing, signal: AbortSignal): Promise<Map<string, WireUser> | undefined> {
	const pageSize = Math.min(listing.pageSize ?? SEARCH_PAGE, SEARCH_PAGE);
	const found = new Map<string, WireUser>();
	for (let last: string | undefined; ; ) {
		const overlap = last === undefined ? 0 : 1;
		const page = await talk.userSearch({ startAt: found.size - overlap, maxResults: pageSize + overlap }, signal);
		if (last !== undefined && page[0]?.key !== last) return undefined;
		const fresh = page.slice(overlap);
		for (const user of fresh) {
			if (found.has(user.key)) return undefined;
			found.set(user.key, user);
		}
		listing.progress?.({ stage: "accounts", done: found.size });
		last = fresh.at(-1)?.key;
		if (last === undefined) return found;
	}
}

/** Ending exactly where a Jira of this version stops listening proves nothing. */
function assertNotCapped(count: number, version: JiraVersion): void {
	const modern = isAtLeast(version, 10, 0);
	const cap = modern && count === 100 ? 100 : count === 1_000 ? 1_000 : undefined;
	if (cap === undefined) return;
	const message = `GET /rest/api/2/user/search ended after exactly ${cap} accounts, where Jira ${version.text} cuts its answers; whether that is everybody cannot be proven`;
	throw new SyncError("target.incomplete", message, {
		todo: modern
			? "Upgrade Jira to 10.3 or later, which lists all accounts (GET /rest/api/2/user/list). If there really are 100, one account more or less ends the doubt."
			: "If there really are 1,000 accounts, one more or less ends the doubt; otherwise upgrade Jira to 10.3 or later, which lists all accounts.",
		context: { accounts: count, version: version.text },
	});
}
