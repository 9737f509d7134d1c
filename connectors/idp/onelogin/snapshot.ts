import { z } from "zod";
import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";
import { together } from "../../http/together.ts";
import { groupsListing, peopleListing, rolesListing } from "./lists.ts";
import { type MembersByRole, membersOf, type Reading } from "./members.ts";
import { type Begun, begin, type Rows, readCursors, readRest } from "./paging.ts";
import type { Talk } from "./talk.ts";
import type { FoundGroup, FoundPerson, FoundRole } from "./translate.ts";

interface Run {
	readonly request: SnapshotRequest;
	readonly signal: AbortSignal;
}

/**
 * The first pages say how many requests the rest takes. Those must fit into what is left of the account's hour before the
 * rest is asked for: a reading that would run dry in the middle is not begun.
 */
export async function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	const { read } = talk.settings.groups;
	const run = { request, signal };
	await talk.budget.require(1 + read.length, "beginning to read", signal);
	const [people, roles, groups] = await beginAll(talk, run);
	const left = people.left + (roles?.left ?? 0);
	if (left > 0) await talk.budget.require(left, `reading ${people.total} people and ${roles?.total ?? 0} roles`, signal);
	const [allPeople, allRoles] = await restOf(talk, { people, roles }, signal);
	if (allPeople.size === 0)
		throw new SyncError("source.incomplete", `OneLogin on ${talk.host} lists nobody, not even the account's owner`, {
			todo: "Run `rollcall check`, and see that the API credential is of the right account.",
		});
	const reading: Reading = { people: new Map(allPeople), roles: allRoles };
	const members = await membersOf(talk, reading, run);
	const ofGroups = groups === undefined ? undefined : await wholeGroups(talk, { reading, groups }, run);
	return build(talk, { reading, members, groups: ofGroups });
}

type Beginnings = readonly [Begun<FoundPerson>, Begun<FoundRole> | undefined, Rows<FoundGroup> | undefined];

/** Groups are few, come 50 at a time, and state no total: they are read at once. */
async function beginAll(talk: Talk, { request, signal }: Run): Promise<Beginnings> {
	const { settings } = talk;
	const reads = (what: "roles" | "groups") => settings.groups.read.includes(what);
	const items: readonly ((stop: AbortSignal) => Promise<unknown>)[] = [
		(stop) => begin(talk, peopleListing(settings, request), stop),
		async (stop) => (reads("roles") ? await begin(talk, rolesListing(settings, request), stop) : undefined),
		async (stop) => (reads("groups") ? await readCursors(talk, groupsListing(settings, request), stop) : undefined),
	];
	const width = settings.network.concurrency;
	return (await together({ items, width }, (work, stop) => work(stop), signal)) as unknown as Beginnings;
}

/** Both lists at the same time, each of them page after page: their order is what makes them whole (paging.ts). */
async function restOf(
	talk: Talk,
	begun: { readonly people: Begun<FoundPerson>; readonly roles: Begun<FoundRole> | undefined },
	signal: AbortSignal,
): Promise<readonly [Rows<FoundPerson>, Rows<FoundRole>]> {
	const items: readonly ((stop: AbortSignal) => Promise<unknown>)[] = [
		(stop) => readRest(talk, begun.people, stop),
		async (stop) => (begun.roles === undefined ? new Map() : await readRest(talk, begun.roles, stop)),
	];
	const width = talk.settings.network.concurrency;
	return (await together({ items, width }, (work, stop) => work(stop), signal)) as [Rows<FoundPerson>, Rows<FoundRole>];
}

/** A group that people are in and that the list lacks is either new, or gone, or the list is not whole. */
async function wholeGroups(
	talk: Talk,
	read: { readonly reading: Reading; readonly groups: Rows<FoundGroup> },
	{ request, signal }: Run,
): Promise<Rows<FoundGroup>> {
	const used = new Set<string>();
	for (const row of read.reading.people.values()) if (row.kind === "good" && row.value.group !== undefined) used.add(row.value.group);
	const unknown = (groups: Rows<FoundGroup>) => [...used].filter((id) => !groups.has(id));
	if (unknown(read.groups).length === 0) return read.groups;
	const groups = await readCursors(talk, groupsListing(talk.settings, request), signal);
	for (const id of unknown(groups)) {
		if ((await talk.record({ path: `/api/1/groups/${id}` }, z.unknown(), signal)) === undefined) continue;
		throw new SyncError("source.incomplete", `group ${id}, which people are in, is not in OneLogin's list of groups`, {
			retry: "later",
			context: { group: id },
			todo: "Nothing was changed. The next run reads it anew; if it stays, see whether two groups have the same name, which OneLogin's pages cannot tell apart.",
		});
	}
	return groups;
}

function build(
	talk: Talk,
	read: { readonly reading: Reading; readonly members: MembersByRole; readonly groups: Rows<FoundGroup> | undefined },
): Snapshot {
	const { id: source, groups: named } = talk.settings;
	const { people, roles } = read.reading;
	const builder = new SnapshotBuilder(source);
	const ofGroup = new Map<string, PersonId[]>();
	for (const row of people.values()) {
		if (row.kind === "bad") {
			builder.rejectPerson(row.id as PersonId, row.because, row.label);
			continue;
		}
		builder.person(row.value.person);
		const { group } = row.value;
		if (group === undefined) continue;
		const members = ofGroup.get(group);
		if (members === undefined) ofGroup.set(group, [row.value.person.id]);
		else members.push(row.value.person.id);
	}
	for (const row of roles.values()) {
		const id = `role:${row.id}` as GroupId;
		if (row.kind === "bad") {
			builder.rejectGroup(id, row.because, row.label);
			continue;
		}
		const found = read.members.get(row.id);
		if (found === undefined) throw new SyncError("bug", `the people of role ${row.value.name} were not read`);
		const group = { id, name: named.rolePrefix + row.value.name, path: `/roles/${row.value.name}`, groups: [] };
		if ("held" in found) builder.holdGroup(group, found.held);
		else builder.group({ ...group, people: found.people as PersonId[] });
	}
	for (const row of read.groups?.values() ?? []) {
		const id = `group:${row.id}` as GroupId;
		if (row.kind === "bad") {
			builder.rejectGroup(id, row.because, row.label);
			continue;
		}
		const { name } = row.value;
		builder.group({ id, name: named.groupPrefix + name, path: `/groups/${name}`, groups: [], people: ofGroup.get(row.id) ?? [] });
	}
	return builder.finish({ takenAt: new Date() });
}
