import { compareText } from "../digest.ts";
import { SyncError } from "../errors.ts";
import type { ConnectorId, Person, PersonId, PersonKey, Reject, Snapshot } from "../model.ts";
import { personKey } from "../model.ts";
import type { Policy } from "../policy/policy.ts";
import { type FlatGroups, flattenGroups } from "./flatten.ts";

/** One directory, put in an order of its own (by id), so that nothing depends on the order of pages. */
export interface Source {
	readonly connector: ConnectorId;
	/** Readable people; a person's number is the place in this list. */
	readonly people: readonly Person[];
	readonly rejectedPeople: readonly Reject[];
	readonly flat: FlatGroups;
}

/** In order of precedence. Throws `bug` when a source of the policy was not read: its people would look gone. */
export function readSources(policy: Policy, snapshots: readonly Snapshot[]): readonly Source[] {
	return policy.from.map((connector) => {
		const snapshot = snapshots.find((s) => s.connector === connector);
		if (snapshot === undefined)
			throw new SyncError("bug", `no snapshot of source "${connector}" was given, though the policy takes people from it`);
		return sourceOf(snapshot, policy.groups.nested);
	});
}

function sourceOf(snapshot: Snapshot, nested: boolean): Source {
	const rejectedPeople = snapshot.rejects.filter((reject) => reject.kind === "person");
	const rejected = new Set(rejectedPeople.map((reject) => reject.id));
	const ids = [...snapshot.people.keys()].filter((id) => !rejected.has(id)).sort(compareText);
	const numbers = new Map<PersonId, number>();
	for (const id of ids) numbers.set(id, numbers.size);
	return {
		connector: snapshot.connector,
		people: ids.map((id) => snapshot.people.get(id)!),
		rejectedPeople,
		flat: flattenGroups(snapshot, numbers, nested),
	};
}

/** A person's record in one source. */
export interface PersonRef {
	readonly source: Source;
	/** Precedence of the source, from 0. */
	readonly rank: number;
	readonly number: number;
}
export const personOf = (ref: PersonRef): Person => ref.source.people[ref.number]!;
export const keyOf = (ref: PersonRef): PersonKey => personKey(ref.source.connector, personOf(ref).id);
/** `anna (staff:5f3e…)` */
export const nameOf = (ref: PersonRef): string => `${personOf(ref).username} (${keyOf(ref)})`;
