import type { SnapshotRequest } from "../../../core/connector.ts";
import { asSyncError, SyncError } from "../../../core/errors.ts";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";
import { Members } from "./members.ts";
import { type RealmReading, readRealm } from "./realm.ts";
import type { Talk } from "./talk.ts";
import type { FoundGroup } from "./translate.ts";

/** Realm after realm: OpenAM answers several lists at once hardly faster than one after the other. */
export async function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	const readings: RealmReading[] = [];
	for (const realm of outermostFirst(talk.settings.realms)) readings.push(await readRealm(talk, realm, { request, signal }));
	return build(talk, readings);
}

/** A realm below another one repeats its people unless it has a data store of its own: the outer one's reading counts. */
export const outermostFirst = (realms: readonly string[]): readonly string[] =>
	[...new Set(realms)].sort(
		(a, b) => a.split("/").length - b.split("/").length || (a === "/" ? -1 : b === "/" ? 1 : 0) || (a < b ? -1 : 1),
	);

function build(talk: Talk, readings: readonly RealmReading[]): Snapshot {
	const builder = new SnapshotBuilder(talk.settings.id);
	const members = new Members(readings);
	const people = new Once("people");
	const groups = new Once("groups");
	for (const { realm, ...reading } of readings) {
		for (const row of reading.people) {
			if (people.repeats(row, realm)) continue;
			if (row.kind === "good") builder.person(row.value.person);
			else builder.rejectPerson(row.id as PersonId, row.because, row.name);
		}
		for (const held of reading.heldPeople)
			if (!people.repeats(held, realm)) builder.rejectPerson(held.id as PersonId, UNREADABLE, held.name);
		for (const row of reading.groups) {
			if (groups.repeats(row, realm)) continue;
			if (row.kind === "good") addGroup(builder, { group: row.value, realm, members });
			else builder.rejectGroup(row.id as GroupId, row.because, row.name);
		}
		for (const held of reading.heldGroups) if (!groups.repeats(held, realm)) builder.rejectGroup(held.id as GroupId, UNREADABLE, held.name);
	}
	return builder.finish({ takenAt: new Date() });
}

const UNREADABLE =
	"OpenAM lists this identity and cannot read it: its data store remembers it as missing; update or restart the data store";

function addGroup(builder: SnapshotBuilder, of: { readonly group: FoundGroup; readonly realm: string; readonly members: Members }): void {
	const { group, realm } = of;
	const head = { id: group.id, name: group.title, path: `${realm === "/" ? "" : realm}/${group.title}` };
	const people: PersonId[] = [];
	const groups: GroupId[] = [];
	let because: string | undefined;
	for (const dn of group.members) {
		try {
			const member = of.members.find(realm, dn);
			if (member?.kind === "person") people.push(member.id);
			if (member?.kind === "group") groups.push(member.id);
		} catch (error) {
			because ??= asSyncError(error).message;
		}
	}
	if (because === undefined) builder.group({ ...head, people, groups });
	else builder.holdGroup({ ...head, groups }, because);
}

interface Entry {
	readonly id: string;
	readonly name: string;
	readonly dn: string | undefined;
}

/** Tells an entry that came before, in a realm that shares the data store, from another one with the same id. */
class Once {
	readonly #what: string;
	readonly #seen = new Map<string, Entry & { readonly realm: string }>();

	constructor(what: string) {
		this.#what = what;
	}

	/** Throws `source.malformed` for two entries with one id. */
	repeats(entry: Entry, realm: string): boolean {
		const before = this.#seen.get(entry.id);
		if (before === undefined) {
			this.#seen.set(entry.id, { ...entry, realm });
			return false;
		}
		if (before.realm !== realm && (before.dn === undefined || entry.dn === undefined || before.dn === entry.dn)) return true;
		throw new SyncError(
			"source.malformed",
			`two ${this.#what} have the id ${entry.id}: "${before.name}" in realm ${before.realm} and "${entry.name}" in realm ${realm}`,
			{
				retry: "later",
				todo: "Either one was renamed while they were read, or idAttribute is not what makes them different.",
				context: { id: entry.id },
			},
		);
	}
}
