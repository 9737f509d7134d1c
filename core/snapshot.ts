import { createHash } from "node:crypto";
import { compareText, digestOfText } from "./digest.ts";
import { SyncError } from "./errors.ts";
import type { ConnectorId, Digest, Group, GroupId, Person, PersonId, Reject, Snapshot } from "./model.ts";

/** What the server itself said it holds, where it says so, and when the reading ended. */
export interface Stated {
	readonly people?: number;
	readonly groups?: number;
	readonly takenAt: Date;
}

/**
 * The only way to make a Snapshot, so that every directory is held to the same rules (law 1): a record that comes
 * twice must be the same record, a stated total must be met, and what is not understood is held instead of left out.
 */
export class SnapshotBuilder {
	readonly #connector: ConnectorId;
	readonly #people = new Map<PersonId, Person>();
	readonly #groups = new Map<GroupId, Group>();
	readonly #rejects = new Map<string, Reject>();

	constructor(connector: ConnectorId) {
		this.#connector = connector;
	}

	/** Throws `source.malformed` when the id has come before with other content: two readings of one person cannot both be right. */
	person(person: Person): void {
		const before = this.#people.get(person.id);
		if (before !== undefined) {
			if (textOfPerson(before) !== textOfPerson(person)) throw this.#twice("person", person.id, person.username);
			return;
		}
		this.#people.set(person.id, person);
	}

	/** Members and inner groups may come in any order and repeated; they are kept once. */
	group(group: Omit<Group, "held">): void {
		this.#addGroup({ ...group, people: sortedOnce(group.people), groups: sortedOnce(group.groups) });
	}

	/** The group exists; who is in it could not be proven whole. */
	holdGroup(group: Pick<Group, "id" | "name" | "path" | "groups">, because: string): void {
		this.#addGroup({ id: group.id, name: group.name, path: group.path, people: [], groups: sortedOnce(group.groups), held: because });
		this.#rejects.set(`group:${group.id}`, { kind: "group", id: group.id, label: group.name, because });
	}

	rejectPerson(id: PersonId, because: string, label?: string): void {
		this.#rejects.set(`person:${id}`, { kind: "person", id, because, ...(label === undefined ? {} : { label }) });
	}

	/** Not even its name could be read; whoever belongs to it is not known. */
	rejectGroup(id: GroupId, because: string, label?: string): void {
		this.#rejects.set(`group:${id}`, { kind: "group", id, because, ...(label === undefined ? {} : { label }) });
	}

	/** Throws `source.incomplete` when a stated total was not met, `source.malformed` when the pieces do not fit. */
	finish(stated: Stated): Snapshot {
		const rejects = [...this.#rejects.values()].sort((a, b) => compareText(a.kind + a.id, b.kind + b.id));
		const rejected = (kind: Reject["kind"]) => rejects.filter((r) => r.kind === kind && !this.#has(r)).length;
		this.#compare("people", this.#people.size + rejected("person"), stated.people);
		this.#compare("groups", this.#groups.size + rejected("group"), stated.groups);
		this.#knownInnerGroups();
		let active = 0;
		for (const person of this.#people.values()) if (person.active) active += 1;
		let memberships = 0;
		for (const group of this.#groups.values()) memberships += group.people.length;
		return {
			connector: this.#connector,
			takenAt: stated.takenAt,
			people: this.#people,
			groups: this.#groups,
			rejects,
			size: {
				people: this.#people.size,
				active,
				groups: this.#groups.size,
				memberships,
				rejects: rejects.length,
				...rejectedPeople(rejected("person")),
				...this.#heldGroups(),
			},
			digest: digestOfSnapshot(this.#connector, this.#people, this.#groups, rejects),
		};
	}

	#heldGroups(): { readonly heldGroups?: number } {
		let held = 0;
		for (const reject of this.#rejects.values()) if (reject.kind === "group") held += 1;
		return held === 0 ? {} : { heldGroups: held };
	}

	#has(reject: Reject): boolean {
		return reject.kind === "person" ? this.#people.has(reject.id as PersonId) : this.#groups.has(reject.id as GroupId);
	}

	#addGroup(group: Group): void {
		const before = this.#groups.get(group.id);
		if (before !== undefined && textOfGroup(before) !== textOfGroup(group)) throw this.#twice("group", group.id, group.path);
		this.#groups.set(group.id, group);
	}

	#twice(kind: string, id: string, label: string): SyncError {
		return new SyncError("source.malformed", `${this.#connector}: ${kind} ${id} (${label}) came twice with different content`, {
			retry: "later",
			context: { source: this.#connector, kind, id },
			todo: "The directory changed while it was read, or repeats records; the next run reads it anew. If it stays, look at this record in the directory.",
		});
	}

	#compare(what: string, found: number, stated: number | undefined): void {
		if (stated === undefined || stated === found) return;
		throw new SyncError("source.incomplete", `${this.#connector}: the directory states ${stated} ${what}, but ${found} were read`, {
			retry: "later",
			context: { source: this.#connector, stated, found },
			todo: "Nothing was changed. Usually the directory was being edited and the next run succeeds; if it stays, run `rollcall check` and look at the rights of Rollcall's account.",
		});
	}

	/** An edge to a group that was neither read nor rejected means that a group is missing: its members would look gone. */
	#knownInnerGroups(): void {
		for (const group of this.#groups.values()) {
			for (const inner of group.groups) {
				if (this.#groups.has(inner) || this.#rejects.has(`group:${inner}`)) continue;
				throw new SyncError("source.incomplete", `${this.#connector}: group ${group.path} contains group ${inner}, which was not read`, {
					retry: "later",
					context: { source: this.#connector, group: group.id, inner },
					todo: "Nothing was changed. If it stays, Rollcall's account may not be allowed to see that group.",
				});
			}
		}
	}
}

const sortedOnce = <T extends string>(ids: readonly T[]): readonly T[] => {
	const once = [...new Set(ids)];
	return once.sort(compareText);
};

const textOfPerson = (p: Person): string =>
	JSON.stringify([
		p.id,
		p.username,
		p.email,
		p.givenName,
		p.familyName,
		p.displayName,
		p.active,
		Object.entries(p.attributes).sort(([a], [b]) => compareText(a, b)),
	]);

const textOfGroup = (g: Group): string => JSON.stringify([g.id, g.name, g.path, g.people, g.groups, g.held]);

const rejectedPeople = (count: number): { readonly rejectedPeople?: number } => (count === 0 ? {} : { rejectedPeople: count });

function digestOfSnapshot(
	connector: ConnectorId,
	people: ReadonlyMap<PersonId, Person>,
	groups: ReadonlyMap<GroupId, Group>,
	rejects: readonly Reject[],
): Digest {
	const sum = createHash("sha256").update(connector);
	for (const id of [...people.keys()].sort(compareText)) sum.update(textOfPerson(people.get(id)!)).update("\n");
	for (const id of [...groups.keys()].sort(compareText)) sum.update(textOfGroup(groups.get(id)!)).update("\n");
	for (const reject of rejects) sum.update(JSON.stringify([reject.kind, reject.id, reject.because])).update("\n");
	return digestOfText(sum.digest("hex"));
}
