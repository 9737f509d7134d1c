import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, Person, PersonId, Snapshot } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";
import { type Groups, readGroups } from "./groups.ts";
import { type Members, readMembers } from "./members.ts";
import { TRIES } from "./paging.ts";
import { type Known, type People, readPeople } from "./people.ts";
import { assertSeesEverybody } from "./rights.ts";
import { lookUp, notWhole } from "./strangers.ts";
import type { Talk } from "./talk.ts";
import type { FoundGroup } from "./translate.ts";

interface Run {
	readonly request: SnapshotRequest;
	readonly signal: AbortSignal;
}
interface Read {
	readonly people: People;
	readonly groups: Groups;
	readonly members: ReadonlyMap<string, Members>;
	/** People whom the list did not have yet. */
	readonly late: readonly Known<Person>[];
}

/**
 * People, groups and members; then whoever is a member and in no list is looked up. New people are taken in. Somebody who
 * has long been there proves that a list was not whole: both lists are read anew, and the members of groups that are new.
 * Somebody who moves from a group not yet read into one that has been can be seen in neither: Graph offers no reading at
 * one moment.
 */
export async function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	const run = { request, signal };
	assertSeesEverybody(await talk.rights(signal), talk.wire.settings.id);
	const members = new Map<string, Members>();
	for (let attempt = 1; ; attempt += 1) {
		const { people, groups } = await readLists(talk, run);
		const unread = goodGroups(groups).filter((group) => !members.has(group.id));
		for (const [id, one] of await readMembers(talk, unread, run)) members.set(id, one);
		const unknown = unknownIn({ people, groups, members });
		const found = await lookUp(talk, unknown.people, run);
		const lacking = found.missing.length + unknown.groups;
		if (lacking === 0) return build(talk, { people, groups, members, late: found.late });
		if (attempt === TRIES) throw found.missing.length > 0 ? notWhole("people", found.missing.length) : notWhole("groups", unknown.groups);
	}
}

async function readLists(talk: Talk, run: Run) {
	// One after the other would leave the server idle; a failure of one stops the other.
	const stop = new AbortController();
	const both = AbortSignal.any([run.signal, stop.signal]);
	const people = readPeople(talk, run.request, both);
	const groups = readGroups(talk, run.request, both);
	const done = await Promise.allSettled([stopping(people, stop), stopping(groups, stop)]);
	const failed = done.filter((d) => d.status === "rejected").map((d) => d.reason as unknown);
	const first = failed.find((reason) => !(reason instanceof SyncError && reason.code === "run.cancelled")) ?? failed[0];
	if (first !== undefined) throw first;
	return { people: await people, groups: await groups };
}
async function stopping(work: Promise<unknown>, stop: AbortController): Promise<void> {
	try {
		await work;
	} catch (error) {
		stop.abort();
		throw error;
	}
}

const goodGroups = (groups: Groups): readonly FoundGroup[] =>
	[...groups.rows.values()].flatMap((row) => (row.kind === "good" ? [row.value] : []));

/** Members that no list has. Where only some kinds of people were asked for, the others are in no list for a reason. */
function unknownIn(read: Omit<Read, "late">): { readonly people: readonly string[]; readonly groups: number } {
	const people = new Set<string>();
	const groups = new Set<string>();
	for (const [id, found] of read.members) {
		if ("held" in found || !read.groups.rows.has(id)) continue;
		for (const person of found.people) if (read.people.everybody?.has(person) === false) people.add(person);
		for (const group of found.groups) if (!read.groups.rows.has(group)) groups.add(group);
	}
	return { people: [...people].sort(), groups: groups.size };
}

function build(talk: Talk, read: Read): Snapshot {
	const { groups, members } = read;
	const people = new Map([...read.people.rows, ...read.late.map((row) => [row.id, row] as const)]);
	const builder = new SnapshotBuilder(talk.wire.settings.id);
	for (const row of people.values()) {
		if (row.kind === "good") builder.person(row.value);
		else builder.rejectPerson(row.id as PersonId, row.because, row.label);
	}
	for (const row of groups.rows.values()) {
		if (row.kind === "bad") {
			builder.rejectGroup(row.id as GroupId, row.because, row.label);
			continue;
		}
		const { id, name } = row.value;
		const found = members.get(id);
		if (found === undefined) throw new SyncError("bug", `the members of group ${name} were not read`);
		// Entra's groups have no place; the id tells apart those of one name, and can be written as `path` in the policy.
		const group = { id, name, path: `/${id}/${name}` };
		if ("held" in found) builder.holdGroup({ ...group, groups: [] }, found.held);
		// The list's own text of the id, so that one text serves all memberships of a person. Who is in no list is gone or not wanted.
		else builder.group({ ...group, groups: found.groups, people: found.people.flatMap((one) => (people.get(one)?.id ?? []) as PersonId) });
	}
	return builder.finish({ people: people.size, groups: groups.rows.size, takenAt: new Date() });
}
