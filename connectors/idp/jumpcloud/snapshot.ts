import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";
import { together } from "../../http/together.ts";
import { type Groups, type People, readGroups, readPeople } from "./lists.ts";
import { type Members, readMembers } from "./members.ts";
import { assertGone } from "./strangers.ts";
import type { Talk } from "./talk.ts";

/**
 * People and groups, then the members of each group: JumpCloud has no list of all memberships. Members who are in no list
 * of people came into being after it was read, so it is read again; who is still in none must be gone. Whatever else changes meanwhile is as it
 * was when its page came, and the next run sees the rest: JumpCloud offers no reading at one moment.
 */
export async function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	const [first, groups] = await readLists(talk, request, signal);
	const strangers = new Set<PersonId>();
	const good = [...groups.values()].flatMap((row) => (row.kind === "good" ? [row.value] : []));
	const members = await readMembers(talk, { groups: good, people: first, strangers }, { request, signal });
	const people = strangers.size === 0 ? first : await readPeople(talk, request, signal);
	const unknown = [...strangers].filter((id) => !people.has(id));
	if (unknown.length > 0) await assertGone(talk, unknown, signal);
	return build(talk, { people, groups, members });
}

/** At the same time, or the server would be idle while it is asked for the last pages of one. */
async function readLists(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<readonly [People, Groups]> {
	const items = [readPeople, readGroups];
	const [people, groups] = await together<(typeof items)[number], People | Groups>(
		{ items, width: items.length },
		(read, stop) => read(talk, request, stop),
		signal,
	);
	return [people as People, groups as Groups];
}

function build(
	talk: Talk,
	{ people, groups, members }: { readonly people: People; readonly groups: Groups; readonly members: ReadonlyMap<string, Members> },
): Snapshot {
	const builder = new SnapshotBuilder(talk.settings.id);
	for (const row of people.values()) {
		if (row.kind === "good") builder.person(row.value);
		else builder.rejectPerson(row.id as PersonId, row.because, row.label);
	}
	for (const row of groups.values()) {
		if (row.kind === "bad") {
			builder.rejectGroup(row.id as GroupId, row.because, row.label);
			continue;
		}
		const { id, name } = row.value;
		const found = members.get(id);
		if (found === undefined) throw new SyncError("bug", `the members of group "${name}" were not read`);
		const group = { id, name, path: name, groups: [] };
		if ("held" in found) builder.holdGroup(group, found.held);
		else builder.group({ ...group, people: found.people.filter((person) => people.has(person)) });
	}
	return builder.finish({ people: people.size, groups: groups.size, takenAt: new Date() });
}
