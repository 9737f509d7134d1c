import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { pageSchema, readList } from "./paging.ts";
import { howToGrant, NEEDED } from "./rights.ts";
import { PAGE_SIZE, USERNAME } from "./settings.ts";
import { type Talk, targetOf } from "./talk.ts";
import { isWanted, personFrom, type Reading, selectionFor, type Translated } from "./translate.ts";

/** A record that has at least an id. */
export type Known<T> = Exclude<Translated<T>, { readonly kind: "unusable" }>;

export interface People {
	readonly rows: ReadonlyMap<string, Known<Person>>;
	/** Everybody was read, also those who are not wanted: a member of a group who is in no list is then a riddle. */
	readonly everybody: ReadonlySet<string> | undefined;
}

export const readingOf = (talk: Talk, request: SnapshotRequest): Reading => ({
	username: talk.wire.settings.username ?? USERNAME,
	needs: request.attributes,
});

/** Resource units of a page of users that are selected. */
const UNITS_USERS = 1;

/** Everybody who is wanted, disabled people included. Throws `source.denied` when the account may see names only. */
export async function readPeople(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<People> {
	const { people = "everybody", pageSize = PAGE_SIZE } = talk.wire.settings;
	const reading = readingOf(talk, request);
	const filter = await narrowing(talk, signal);
	const listed = await readList(
		talk,
		{
			what: "people",
			path: "/users",
			query: { $select: selectionFor(reading), $top: pageSize, $filter: filter },
			units: UNITS_USERS,
			progress: (done, total) => request.progress?.({ stage: "people", done, total }),
		},
		signal,
	);
	const rows = new Map<string, Known<Person>>();
	for (const [id, row] of listed.rows) if (isWanted(row, people)) rows.set(id, known(personFrom(row, reading), "/users"));
	assertSeesAccounts(rows, talk.wire.settings.id);
	return { rows, everybody: filter === undefined ? new Set(listed.rows.keys()) : undefined };
}

/**
 * The server chooses where it can do so exactly. Guests it can. Members are those who are no guests, and `ne` is not said to
 * hold for people without a userType: only when the counts of both kinds add up to everybody is "Member" all there is.
 */
async function narrowing(talk: Talk, signal: AbortSignal): Promise<string | undefined> {
	const { people = "everybody" } = talk.wire.settings;
	if (people === "everybody") return undefined;
	if (people === "guests") return "userType eq 'Guest'";
	const filters = [undefined, "userType eq 'Member'", "userType eq 'Guest'"];
	const [all, members, guests] = await Promise.all(filters.map((filter) => countOf(talk, filter, signal)));
	return all !== undefined && all === (members ?? 0) + (guests ?? 0) ? "userType eq 'Member'" : undefined;
}

async function countOf(talk: Talk, filter: string | undefined, signal: AbortSignal): Promise<number | undefined> {
	const target = targetOf("/users", { $select: "id", $top: 1, $filter: filter, $count: "true" });
	const page = await talk.ask({ target, schema: pageSchema, units: UNITS_USERS, eventual: true }, signal);
	return page["@odata.count"];
}

/** Throws `source.malformed` for a record without an id. */
export function known<T>(row: Translated<T>, where: string): Known<T> {
	if (row.kind !== "unusable") return row;
	throw new SyncError("source.malformed", `a record of ${where} could not be understood: ${row.because}`, {
		todo: "Is something in between (a gateway) changing answers? Otherwise please report it.",
	});
}

/** With User.ReadBasic.All the list is whole, and says of nobody whether the account is enabled. */
function assertSeesAccounts(rows: People["rows"], source: string): void {
	if (rows.size === 0) return;
	for (const row of rows.values()) if (row.kind === "good" || row.lacks !== "accountEnabled") return;
	throw new SyncError("source.denied", `${source}: Graph does not show of anybody whether the account is enabled`, {
		todo: howToGrant([NEEDED[0]]),
		context: { source, missing: NEEDED[0] },
	});
}
