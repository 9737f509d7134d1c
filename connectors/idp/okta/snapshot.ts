import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";
import { type GroupRows, readGroups, readGroupsAgain } from "./groups.ts";
import { type Members, readMembers, withMembers } from "./members.ts";
import { type PeopleRows, readPeople } from "./people.ts";
import { existing } from "./strangers.ts";
import type { Talk } from "./talk.ts";

interface Lists {
	readonly people: PeopleRows;
	readonly groups: GroupRows;
}

/** How often lists that do not fit together are read again. */
const TRIES = 3;

/**
 * People, groups, members, and the groups once more. Okta states no totals, so the pieces prove each other: every member,
 * and Okta's own group Everyone has everybody, must be in the list of people or turn out to be gone; every group of the
 * second list must be in the first. Otherwise both lists are read anew, and the members of groups that are new; at the
 * third time it is `source.incomplete`.
 */
export async function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	const members = new Map<string, Members>();
	for (let attempt = 1; ; attempt += 1) {
		const lists = await readLists(talk, request, signal);
		const all = [...lists.groups.values()].flatMap((row) => (row.kind === "good" && !row.value.closed ? [row.value] : []));
		const { empty, others } = withMembers(all.filter((group) => !members.has(group.id)));
		for (const group of empty) members.set(group.id, { people: [] });
		for (const [id, one] of await readMembers(talk, others, { request, signal })) members.set(id, one);
		const missing = await whatIsMissing(talk, { ...lists, members }, signal);
		if (missing === undefined) return build(talk, lists, members);
		if (attempt === TRIES) throw missing;
	}
}

async function readLists(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Lists> {
	// They count against different limits; a failure of one stops the other.
	const stop = new AbortController();
	const both = AbortSignal.any([signal, stop.signal]);
	const people = readPeople(talk, request, both);
	const groups = readGroups(talk, request, both);
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

async function whatIsMissing(
	talk: Talk,
	read: Lists & { readonly members: ReadonlyMap<string, Members> },
	signal: AbortSignal,
): Promise<SyncError | undefined> {
	const again = await readGroupsAgain(talk, signal);
	const fresh = [...again.keys()].filter((id) => !read.groups.has(id));
	if (fresh.length > 0) return incomplete(`${fresh.length} groups of its second list are not in the first`, { groups: fresh.length });
	const strangers = new Set<PersonId>();
	for (const one of read.members.values()) if ("people" in one) for (const id of one.people) if (!read.people.has(id)) strangers.add(id);
	const there = await existing(talk, [...strangers], signal);
	if (there === 0) return undefined;
	return incomplete(`${there} members of groups are not in its list of people`, { strangers: there });
}

const incomplete = (what: string, numbers: Readonly<Record<string, number>>): SyncError =>
	new SyncError("source.incomplete", `Okta could not be read whole, ${TRIES} times over: ${what}`, {
		retry: "spent",
		context: numbers,
		todo: "Nothing was changed. Either the organisation is being edited heavily just now, or Rollcall's account does not see everything: run `rollcall check`.",
	});

function build(talk: Talk, lists: Lists, members: ReadonlyMap<string, Members>): Snapshot {
	const { people, groups } = lists;
	const builder = new SnapshotBuilder(talk.wire.settings.id);
	for (const row of people.values()) {
		if (row.kind === "good") builder.person(row.value);
		else builder.rejectPerson(row.id as PersonId, row.because, row.label);
	}
	for (const row of groups.values()) {
		if (row.kind === "bad") {
			builder.rejectGroup(row.id as GroupId, row.because, row.label);
			continue;
		}
		const { id, name, path, closed } = row.value;
		if (closed) continue;
		const found = members.get(id);
		if (found === undefined) throw new SyncError("bug", `the members of group ${path} were not read`);
		if ("held" in found) builder.holdGroup({ id, name, path, groups: [] }, found.held);
		// Whoever is in no list of people has been deleted since.
		else builder.group({ id, name, path, groups: [], people: found.people.filter((person) => people.has(person)) });
	}
	return builder.finish({ takenAt: new Date() });
}
