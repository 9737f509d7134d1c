import type { Connector, DirectoryTraits, Finding, SnapshotRequest } from "../../core/connector.ts";
import { SyncError } from "../../core/errors.ts";
import type { ConnectorId, GroupId, Person, PersonId, Snapshot } from "../../core/model.ts";
import { SnapshotBuilder } from "../../core/snapshot.ts";

/** A directory in memory, to be edited between two runs. */
export class FakeConnector implements Connector {
	readonly id: ConnectorId;
	readonly kind = "fake";
	readonly traits: DirectoryTraits = { statesTotal: true, nestedGroups: true, listsInactive: true, incremental: false };
	readonly people = new Map<string, Person>();
	/** Members by the group's name, which is its id as well. */
	readonly groups = new Map<string, string[]>();
	/** Ids of records that cannot be read. */
	readonly unreadable = new Set<string>();
	/** Names of groups whose members cannot be read. */
	readonly heldGroups = new Set<string>();
	/** Every request for a snapshot. */
	readonly asked: SnapshotRequest[] = [];
	/** Milliseconds since 1970: when snapshots are taken. */
	now = 0;
	/** Asked before each snapshot; may throw, or wait for the signal. */
	before: (signal: AbortSignal) => Promise<void> = async () => {};

	constructor(id = "staff") {
		this.id = id as ConnectorId;
	}
	put(id: string, more: Partial<Person> = {}): void {
		const known = this.people.get(id);
		this.people.set(id, {
			id: id as PersonId,
			username: id,
			email: `${id}@a.test`,
			givenName: undefined,
			familyName: undefined,
			displayName: id.toUpperCase(),
			active: true,
			attributes: {},
			...known,
			...more,
		});
	}
	async check(): Promise<readonly Finding[]> {
		return [];
	}
	async snapshot(request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
		this.asked.push(request);
		await this.before(signal);
		if (signal.aborted) throw new SyncError("run.cancelled", `${this.id}: cancelled`);
		const builder = new SnapshotBuilder(this.id);
		for (const person of this.people.values()) {
			if (this.unreadable.has(person.id)) builder.rejectPerson(person.id, "odd record", person.username);
			else builder.person(person);
		}
		for (const [name, people] of this.groups) {
			const group = { id: name as GroupId, name, path: `/${name}`, groups: [] };
			if (this.heldGroups.has(name)) builder.holdGroup(group, "its members cannot be read");
			else builder.group({ ...group, people: people as PersonId[] });
		}
		return builder.finish({ people: this.people.size, groups: this.groups.size, takenAt: new Date(this.now) });
	}
	requests(): number {
		return this.asked.length;
	}
	async close(): Promise<void> {}
}
