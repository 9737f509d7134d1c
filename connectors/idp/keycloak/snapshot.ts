import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";
import { together } from "../../http/together.ts";
import { countGroups, type Groups, readGroups } from "./groups.ts";
import { type Members, readMembers } from "./members.ts";
import { countPeople, type People, readPeople, TRIES } from "./people.ts";
import { assertSeesEverybody, howToGrant } from "./rights.ts";
import { knownStrangers } from "./strangers.ts";
import type { Talk } from "./talk.ts";
import type { FoundGroup } from "./translate.ts";

interface Reading {
	readonly people: People;
	readonly groups: Groups;
	readonly members: ReadonlyMap<string, Members>;
}

/**
 * People, groups and members, and then the counts again: when they have moved meanwhile, both lists are read anew, and
 * the members of groups that are new. A group that was renamed, or somebody who changed, is as it was when its page
 * came; the next run sees the rest. Somebody who moves from a group not yet read into one that has been can be seen in
 * neither: Keycloak offers no reading at one moment.
 */
export async function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	try {
		return await read(talk, request, signal);
	} catch (error) {
		if (!(error instanceof SyncError) || error.context.status !== 403) throw error;
		// Keycloak does not say which role is wanting; we know.
		const todo = howToGrant(await talk.rights(signal), talk.wire.settings.clientId);
		throw new SyncError(error.code, error.message, { retry: error.retry, context: error.context, cause: error, todo });
	}
}

async function read(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	const { id: source, clientId } = talk.wire.settings;
	assertSeesEverybody(await talk.rights(signal), { source, clientId });
	const members = new Map<string, Members>();
	const strangers = new Set<PersonId>();
	for (let attempt = 1; ; attempt += 1) {
		const { people, groups } = await readLists(talk, request, signal);
		await assertNotHidden(talk, people, signal);
		const unread = goodGroups(groups).filter((group) => !members.has(group.id));
		const read = await readMembers(talk, { groups: unread, people, strangers }, { request, signal });
		for (const [id, one] of read) members.set(id, one);
		const moved = await movedMeanwhile(talk, { people, groups }, signal);
		const unknown = [...strangers].filter((id) => !people.rows.has(id));
		if (moved === undefined && unknown.length === 0) return build(talk, { people, groups, members });
		if (attempt < TRIES) continue;
		if (moved !== undefined) throw moved;
		await knownStrangers(talk, unknown, signal);
		return build(talk, { people, groups, members });
	}
}

/** At the same time, or the server would be idle while it is asked for the last pages of one. */
async function readLists(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Pick<Reading, "people" | "groups">> {
	const items = [readPeople, readGroups];
	const [people, groups] = await together<(typeof items)[number], People | Groups>(
		{ items, width: items.length },
		(read, stop) => read(talk, request, stop),
		signal,
	);
	return { people: people as People, groups: groups as Groups };
}

/** An empty list is believed only of an account that is known to see everybody. */
async function assertNotHidden(talk: Talk, people: People, signal: AbortSignal): Promise<void> {
	const rights = await talk.rights(signal);
	if (people.rows.size > 0 || rights.known) return;
	const { id: source, clientId } = talk.wire.settings;
	throw new SyncError(
		"source.denied",
		`${source}: Keycloak lists nobody, and the token of client ${clientId} does not say whether it may see anybody`,
		{
			todo: `${howToGrant(rights, clientId)} If it has that role: switch "Full scope allowed" on, and lightweight access tokens off, for this client.`,
			context: { source, clientId },
		},
	);
}

async function movedMeanwhile(talk: Talk, read: Pick<Reading, "people" | "groups">, signal: AbortSignal): Promise<SyncError | undefined> {
	const [people, groups] = await Promise.all([countPeople(talk, signal), countGroups(talk, signal)]);
	if (people === read.people.counted && groups === read.groups.counted) return undefined;
	const before = `${read.people.counted} people and ${read.groups.counted} groups`;
	return new SyncError(
		"source.incomplete",
		`Keycloak did not hold still: ${before} before the reading, ${people} and ${groups} after it, ${TRIES} times over`,
		{
			retry: "spent",
			todo: "Nothing was changed. The realm is being edited heavily just now (an import?): the next run reads it anew.",
		},
	);
}

const goodGroups = (groups: Groups): readonly FoundGroup[] =>
	[...groups.rows.values()].flatMap((row) => (row.kind === "good" ? [row.value] : []));

function build(talk: Talk, reading: Reading): Snapshot {
	const { people, groups, members } = reading;
	const builder = new SnapshotBuilder(talk.wire.settings.id);
	for (const row of people.rows.values()) {
		if (row.kind === "good") builder.person(row.value.person);
		else builder.rejectPerson(row.id as PersonId, row.because, row.label);
	}
	const children = childrenOf(groups);
	for (const row of groups.rows.values()) {
		if (row.kind === "bad") {
			builder.rejectGroup(row.id as GroupId, row.because, row.label);
			continue;
		}
		const { id, name, path } = row.value;
		const group = { id, name, path, groups: children.get(id) ?? [] };
		const found = members.get(id);
		if (found === undefined) throw new SyncError("bug", `the members of group ${path} were not read`);
		if ("held" in found) builder.holdGroup(group, found.held);
		// Whoever is in no list of people came into being after it was read, or is gone: the next run knows.
		else builder.group({ ...group, people: found.people.filter((person) => people.rows.has(person)) });
	}
	return builder.finish({ people: people.rows.size, groups: groups.counted, takenAt: new Date() });
}

/** A child's members count as members of its parent here. Throws `source.incomplete` when a parent is in no list. */
function childrenOf(groups: Groups): ReadonlyMap<string, readonly GroupId[]> {
	const children = new Map<string, GroupId[]>();
	for (const group of goodGroups(groups)) {
		if (group.parent === undefined) continue;
		if (!groups.rows.has(group.parent)) {
			throw new SyncError("source.incomplete", `group ${group.path} lies in group ${group.parent}, which Keycloak's list of groups lacks`, {
				retry: "later",
				context: { group: group.id, parent: group.parent },
				todo: "Nothing was changed. The next run reads it anew; if it stays, run `rollcall check`.",
			});
		}
		const siblings = children.get(group.parent);
		if (siblings === undefined) children.set(group.parent, [group.id]);
		else siblings.push(group.id);
	}
	return children;
}
