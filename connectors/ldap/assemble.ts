import { SyncError } from "../../core/errors.ts";
import type { ConnectorId, GroupId, Person, PersonId, Snapshot } from "../../core/model.ts";
import { SnapshotBuilder } from "../../core/snapshot.ts";
import type { Entry } from "./entry.ts";
import { type Members, membersOf, Names, uidKey } from "./members.ts";
import type { Translated } from "./person.ts";

export interface FoundPerson {
	readonly entry: Entry;
	readonly found: Exclude<Translated<Person>, { readonly kind: "unusable" }>;
}
export interface FoundGroup {
	readonly entry: Entry;
	readonly id: GroupId;
	readonly name: string;
	/** Distinguished names of the direct members, and usernames (memberUid). */
	readonly members: { readonly names: readonly string[]; readonly uids: readonly string[] };
	/** Members that the group's own entry does not name (Active Directory's primary group). */
	readonly further?: readonly PersonId[];
	/** Why the member list is not to be trusted. */
	readonly held?: string;
}
export interface Pieces {
	readonly connector: ConnectorId;
	readonly people: readonly FoundPerson[];
	readonly groups: readonly FoundGroup[];
	/** Further names that a member may go by (a foreign security principal). */
	readonly aliases?: ReadonlyMap<string, { readonly person: PersonId } | { readonly group: GroupId }>;
	/** For names that no list held (key, and as written): why a group that names them must be held. Names without a reason are nobody's. */
	readonly judge: (strangers: ReadonlyMap<string, string>) => Promise<ReadonlyMap<string, string>>;
}

const idOf = ({ found }: FoundPerson): PersonId => (found.kind === "good" ? found.value.id : found.id) as PersonId;

/** From entries to a snapshot: names become ids, and what cannot be told is held. */
export async function assemble(pieces: Pieces): Promise<Snapshot> {
	const known = namesOf(pieces);
	const read = pieces.groups.map((group) => ({ group, members: membersOf(group.members, known) }));
	const strangers = new Map(read.flatMap(({ members }) => [...members.strangers]));
	const reasons = strangers.size === 0 ? new Map<string, string>() : await pieces.judge(strangers);
	const builder = new SnapshotBuilder(pieces.connector);
	for (const { found } of pieces.people) {
		if (found.kind === "good") builder.person(found.value);
		else builder.rejectPerson(found.id as PersonId, found.because, found.label);
	}
	for (const { group, members } of read) {
		const head = { id: group.id, name: group.name, path: group.entry.dn, groups: members.groups };
		const because = group.held ?? doubt(members, reasons);
		if (because === undefined) builder.group({ ...head, people: [...members.people, ...(group.further ?? [])] });
		else builder.holdGroup(head, because);
	}
	return builder.finish({ takenAt: new Date() });
}

function namesOf(pieces: Pieces): Names {
	const known = new Names();
	for (const person of pieces.people) {
		known.person(person.entry.key, idOf(person));
		for (const uid of person.entry.texts("uid") ?? []) known.person(uidKey(uid), idOf(person));
	}
	for (const group of pieces.groups) known.group(group.entry.key, group.id);
	for (const [key, alias] of pieces.aliases ?? []) {
		if ("person" in alias) known.person(key, alias.person);
		else known.group(key, alias.group);
	}
	assertOneEach(pieces);
	return known;
}

/** Two entries with one id: the attribute does not identify anybody. */
function assertOneEach(pieces: Pieces): void {
	for (const [what, entries] of [
		["people", pieces.people.map((person) => [idOf(person), person.entry] as const)],
		["groups", pieces.groups.map((group) => [group.id, group.entry] as const)],
	] as const) {
		const seen = new Map<string, Entry>();
		for (const [id, entry] of entries) {
			const before = seen.get(id);
			if (before !== undefined && before.key !== entry.key)
				throw new SyncError("source.malformed", `${pieces.connector}: two ${what} have the id ${id}: ${before.dn} and ${entry.dn}`, {
					context: { source: pieces.connector, id },
					todo: "Name as idAttribute what is different for every entry and never changes.",
				});
			seen.set(id, entry);
		}
	}
}

function doubt(members: Members, reasons: ReadonlyMap<string, string>): string | undefined {
	if (members.ambiguous !== undefined) return `two entries answer to its member ${members.ambiguous}`;
	for (const key of members.strangers.keys()) {
		const because = reasons.get(key);
		if (because !== undefined) return because;
	}
	return undefined;
}
