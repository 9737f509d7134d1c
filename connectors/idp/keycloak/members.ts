import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { PersonId } from "../../../core/model.ts";
import { type Held, readEachGroup } from "../../http/each-group.ts";
import { readPages } from "./paging.ts";
import { known, type People, personId, TRIES } from "./people.ts";
import { seesEverybody } from "./rights.ts";
import { PAGE_SIZE } from "./settings.ts";
import type { Talk } from "./talk.ts";
import { type FoundGroup, type Member, memberFrom } from "./translate.ts";

/** The direct members of one group, or why they could not be read whole. */
export type Members = { readonly people: readonly PersonId[] } | Held;

/** Rows a page where none are asked for (org.keycloak.services.resources.admin: Constants.DEFAULT_MAX_RESULTS). */
const DEFAULT_PAGE = 100;

/** Reads the members of these groups. `strangers` collects members that the list of people does not name, service accounts left out. */
export interface MemberReading {
	readonly groups: readonly FoundGroup[];
	readonly people: People;
	readonly strangers: Set<PersonId>;
}

export async function readMembers(
	talk: Talk,
	reading: MemberReading,
	run: { readonly request: SnapshotRequest; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Members>> {
	const { groups, people } = reading;
	const provenBelow = (await nothingIsTakenOut(talk, people, run.signal)) ? DEFAULT_PAGE : 0;
	return await readEachGroup(
		groups,
		async (group, signal) => ({ people: await membersOf(talk, { group, reading, provenBelow }, signal) }),
		{ width: talk.wire.settings.network.concurrency, progress: run.request.progress, signal: run.signal },
	);
}

/**
 * Keycloak states no number of members, so a page shorter than asked for must prove itself to be the last one.
 * It is when nothing is taken out of a page after the database has cut it, and there are two reasons for which
 * Keycloak takes something out: permissions judged record by record, which the role view-users (or one above it)
 * switches off for the account; and people of a user federation who turn out to be gone there. Without such people,
 * and with such a role in the token, a short page has everybody. (A body that breaks off is no JSON, and is never
 * taken for a page.) Otherwise the page after a short one is asked for, and has to be empty. So it is in any case when
 * a page has as many rows as Keycloak gives unasked, or more: `max` may have been lost or capped on the way.
 */
async function nothingIsTakenOut(talk: Talk, people: People, signal: AbortSignal): Promise<boolean> {
	if (talk.wire.settings.proveMembers === "always" || people.federated) return false;
	return seesEverybody(await talk.rights(signal));
}

interface OneGroup {
	readonly group: FoundGroup;
	readonly reading: MemberReading;
	/** A short page of fewer rows than this is the last one. */
	readonly provenBelow: number;
}

async function membersOf(talk: Talk, one: OneGroup, signal: AbortSignal): Promise<readonly PersonId[]> {
	const { group, reading, provenBelow } = one;
	const { id } = group;
	const path = `/groups/${encodeURIComponent(id)}/members`;
	const listing = {
		what: `members of ${group.path}`,
		size: talk.wire.settings.pageSize ?? PAGE_SIZE,
		shortIsLast: (rows: number) => rows < provenBelow,
		atMost: reading.people.counted + 100_000,
		page: async (span: object, stop: AbortSignal) => {
			const ask = { id, briefRepresentation: true, ...span };
			const rows = await talk.page({ path, about: `group ${group.path}`, ask: (client) => client.groups.listMembers(ask) }, stop);
			return rows.map((row) => known(memberFrom(row), path));
		},
	};
	for (let attempt = 1; attempt <= TRIES; attempt += 1) {
		const { rows, torn } = await readPages(listing, signal);
		if (!torn) return people(rows, reading);
	}
	throw new SyncError(
		"source.incomplete",
		`the members of group ${group.path} could not be read whole, ${TRIES} times over: their pages did not join`,
		{
			retry: "spent",
			context: { group: id },
		},
	);
}

function people(rows: ReadonlyMap<string, ReturnType<typeof known<Member>>>, reading: MemberReading): readonly PersonId[] {
	const ids: PersonId[] = [];
	for (const row of rows.values()) {
		// The list's own text of the id, so that one text serves all memberships of a person.
		const listed = reading.people.rows.get(row.id)?.id;
		if (listed !== undefined) ids.push(personId(listed));
		else if (row.kind !== "good" || !row.value.service) {
			ids.push(personId(row.id));
			reading.strangers.add(personId(row.id));
		}
	}
	return ids;
}
