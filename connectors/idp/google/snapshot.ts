import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";
import { together } from "../../http/together.ts";
import { type GroupRows, readGroups, readGroupsAgain } from "./groups.ts";
import { type Members, readMembers } from "./members.ts";
import { type PeopleRows, readPeople, readPeopleAgain } from "./people.ts";
import { unlistedGroups, unlistedPeople } from "./strangers.ts";
import type { Talk } from "./talk.ts";
import type { FoundUnit, Member } from "./translate.ts";
import { readUnits, readUnitsAgain, type UnitRows } from "./units.ts";

interface Lists {
	readonly people: PeopleRows;
	readonly groups: GroupRows;
	/** Empty unless organisational units are groups. */
	readonly units: UnitRows;
}
interface Reading extends Lists {
	readonly members: ReadonlyMap<string, Members>;
}

/** How often lists that do not fit together are read again. */
const TRIES = 3;

/**
 * People, groups, units, members, and then the ids of all lists once more. Google states no totals, so the pieces prove
 * each other: whoever is in a second list must be in the first, every member who is one of us must be in the list of
 * people, every unit in which somebody is must be in the list of units. Otherwise the lists are read anew, and the
 * members of groups that are new; at the third time it is `source.incomplete`.
 */
export async function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	const members = new Map<string, Members>();
	for (let attempt = 1; ; attempt += 1) {
		const lists = await readLists(talk, request, signal);
		assertSeesPeople(talk, lists.people);
		const unread = [...lists.groups.values()].flatMap((row) => (row.kind === "good" && !members.has(row.id) ? [row.value] : []));
		for (const [id, one] of await readMembers(talk, unread, { request, signal })) members.set(id, one);
		const reading = { ...lists, members };
		const found = await whatIsMissing(talk, reading, signal);
		if (!(found instanceof SyncError)) return build(talk, { ...reading, people: new Map([...lists.people, ...found]) });
		if (attempt === TRIES) throw found;
	}
}

async function readLists(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Lists> {
	// Known before three lists ask for it at once: a refused log-in is one error, and costs one request.
	await talk.loggedIn(signal);
	let people: PeopleRows = new Map();
	let groups: GroupRows = new Map();
	let units: UnitRows = new Map();
	const readings: ((stop: AbortSignal) => Promise<void>)[] = [
		async (stop) => {
			people = await readPeople(talk, request, stop);
		},
		async (stop) => {
			groups = await readGroups(talk, request, stop);
		},
	];
	if (talk.wire.settings.organizationalUnits === "groups")
		readings.push(async (stop) => {
			units = await readUnits(talk, stop);
		});
	await together({ items: readings, width: readings.length }, (read, stop) => read(stop), signal);
	return { people, groups, units };
}

/** An organisation always has an administrator, so nobody at all means nobody visible. A single domain may be empty. */
function assertSeesPeople(talk: Talk, people: PeopleRows): void {
	const { id: source, domain } = talk.wire.settings;
	if (people.size > 0 || domain !== undefined) return;
	throw new SyncError("source.denied", `${source}: Google lists nobody at all to ${talk.actor()}`, {
		context: { source },
		todo: `Give ${talk.actor()} an administrator role with Users > Read for the whole organisation.`,
	});
}

/** What proves that a list is not whole; if nothing does, people of whom it cannot be said, to be held. */
async function whatIsMissing(talk: Talk, read: Reading, signal: AbortSignal): Promise<SyncError | PeopleRows> {
	const unplaced = peopleOutsideUnits(read);
	if (unplaced > 0) return incomplete(`${unplaced} people are in organisational units that its list lacks`, { people: unplaced });
	const all = [...read.members.values()].flatMap((one) => ("members" in one ? one.members : []));
	const { there: people, refused } = await unlistedPeople(talk, read.people, all, signal);
	if (people > 0) return incomplete(`${people} members of groups are not in its list of people`, { people });
	const inner = new Set(all.flatMap((member) => (member.kind === "group" && !read.groups.has(member.id) ? [member.id] : [])));
	const groups = await unlistedGroups(talk, [...inner], signal);
	if (groups > 0) return incomplete(`${groups} inner groups are not in its list of groups`, { groups });
	return (await addedMeanwhile(talk, read, signal)) ?? refused;
}

async function addedMeanwhile(talk: Talk, read: Lists, signal: AbortSignal): Promise<SyncError | undefined> {
	const again = [
		{ what: "people", first: read.people, second: readPeopleAgain },
		{ what: "groups", first: read.groups, second: readGroupsAgain },
		...(read.units.size === 0 ? [] : [{ what: "organisational units", first: read.units, second: readUnitsAgain }]),
	];
	const fresh = await together(
		{ items: again, width: again.length },
		async ({ first, second }, stop) => [...(await second(talk, stop)).keys()].filter((id) => !first.has(id)).length,
		signal,
	);
	for (const [at, count] of fresh.entries()) {
		const what = again[at]?.what ?? "";
		if (count > 0) return incomplete(`${count} ${what} of its second list are not in the first`, { count });
	}
	return undefined;
}

function peopleOutsideUnits({ people, units }: Lists): number {
	if (units.size === 0) return 0;
	const paths = new Set(goodUnits(units).map((unit) => unit.path));
	let outside = 0;
	for (const row of people.values()) if (row.kind === "good" && row.value.unit !== undefined && !paths.has(row.value.unit)) outside += 1;
	// A unit that could not be understood may be theirs; it is held.
	return [...units.values()].some((row) => row.kind === "bad") ? 0 : outside;
}

const goodUnits = (units: UnitRows): readonly FoundUnit[] => [...units.values()].flatMap((row) => (row.kind === "good" ? [row.value] : []));

const incomplete = (what: string, numbers: Readonly<Record<string, number>>): SyncError =>
	new SyncError("source.incomplete", `Google could not be read whole, ${TRIES} times over: ${what}`, {
		retry: "spent",
		context: numbers,
		todo: "Nothing was changed. Either the organisation is being edited heavily just now, or Rollcall's administrator role does not see everything: run `rollcall check`.",
	});

function build(talk: Talk, read: Reading): Snapshot {
	const builder = new SnapshotBuilder(talk.wire.settings.id);
	const everybody: PersonId[] = [];
	for (const row of read.people.values()) {
		everybody.push(row.id as PersonId);
		if (row.kind === "good") builder.person(row.value.person);
		else builder.rejectPerson(row.id as PersonId, row.because, row.label);
	}
	for (const row of read.groups.values()) {
		if (row.kind === "bad") {
			builder.rejectGroup(row.id as GroupId, row.because, row.label);
			continue;
		}
		const { id, name, path } = row.value;
		const found = read.members.get(id);
		if (found === undefined) throw new SyncError("bug", `the members of group ${path} were not read`);
		if ("held" in found) builder.holdGroup({ id, name, path, groups: [] }, found.held);
		else builder.group({ id, name, path, ...membersIn(read, found.members, everybody) });
	}
	addUnits(builder, read);
	return builder.finish({ takenAt: new Date() });
}

/** Whoever is in no list is from outside, or has been deleted since. */
function membersIn(read: Reading, members: readonly Member[], everybody: readonly PersonId[]) {
	const everyone = members.some((member) => member.kind === "customer");
	const people = everyone
		? everybody
		: members.flatMap((member) => (member.kind === "person" && read.people.has(member.id) ? [member.id] : []));
	const groups = members.flatMap((member) => (member.kind === "group" && read.groups.has(member.id) ? [member.id] : []));
	return { people, groups };
}

/** A unit has the people in it directly; the units below are groups inside it. */
function addUnits(builder: SnapshotBuilder, { people, units }: Reading): void {
	const inside = new Map<string, PersonId[]>();
	for (const row of people.values()) {
		if (row.kind !== "good" || row.value.unit === undefined) continue;
		const there = inside.get(row.value.unit);
		if (there === undefined) inside.set(row.value.unit, [row.value.person.id]);
		else there.push(row.value.person.id);
	}
	const below = new Map<string, GroupId[]>();
	for (const unit of goodUnits(units)) {
		if (unit.parent === undefined) continue;
		if (!units.has(unit.parent))
			throw new SyncError("source.incomplete", `organisational unit ${unit.path} lies in one that Google's list lacks`, {
				retry: "later",
				context: { unit: unit.id, parent: unit.parent },
				todo: "Nothing was changed. The next run reads it anew; if it stays, run `rollcall check`.",
			});
		const siblings = below.get(unit.parent);
		if (siblings === undefined) below.set(unit.parent, [unit.id]);
		else siblings.push(unit.id);
	}
	for (const row of units.values()) {
		if (row.kind === "bad") builder.rejectGroup(row.id as GroupId, row.because, row.label);
		else {
			const { id, name, path } = row.value;
			builder.group({ id, name, path, people: inside.get(path) ?? [], groups: below.get(id) ?? [] });
		}
	}
}
