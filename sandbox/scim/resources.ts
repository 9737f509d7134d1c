/** A resource as it is kept: JSON by RFC 7643, without `meta` and without what follows from other resources (`groups` of people). */
export interface ScimResource {
	readonly id: string;
	readonly [attribute: string]: unknown;
}
export type ResourceKind = "User" | "Group";

/** A member of a group as it is kept. */
export interface ScimMember {
	readonly value: string;
	/** `User`, `Group`, or a type of the server's own. */
	readonly type: string;
	readonly display?: string;
}

export interface ResourceState {
	readonly people: readonly ScimResource[];
	readonly groups: readonly ScimResource[];
}

/** People and groups of one service provider, in the order in which they were entered. Knows nothing of HTTP, pages or rights. */
export class ResourceStore {
	readonly people = new Map<string, ScimResource>();
	readonly groups = new Map<string, ScimResource>();
	readonly #changed: () => void;
	#memberships: ReadonlyMap<string, ReadonlyMap<string, "direct" | "indirect">> | undefined;

	constructor(changed: () => void = () => undefined, state: ResourceState = { people: [], groups: [] }) {
		this.#changed = changed;
		for (const person of state.people) this.people.set(person.id, person);
		for (const group of state.groups) this.groups.set(group.id, group);
	}

	of(kind: ResourceKind): Map<string, ScimResource> {
		return kind === "User" ? this.people : this.groups;
	}

	/** Adds it, or takes the place of the one with its id. */
	put(kind: ResourceKind, resource: ScimResource): void {
		this.of(kind).set(resource.id, resource);
		this.#touch();
	}

	/** False: there was none. Memberships of whoever goes stay behind unless `tidy`. */
	remove(kind: ResourceKind, id: string, tidy = true): boolean {
		const was = this.of(kind).delete(id);
		if (tidy) {
			for (const group of this.groups.values()) {
				const members = membersIn(group);
				if (members.some(({ value }) => value === id))
					this.groups.set(group.id, { ...group, members: members.filter(({ value }) => value !== id) });
			}
		}
		this.#touch();
		return was;
	}

	setMembers(id: string, change: (members: readonly ScimMember[]) => readonly ScimMember[]): void {
		const group = this.groups.get(id);
		if (group === undefined) throw new Error(`there is no group ${id}`);
		this.put("Group", { ...group, members: change(membersIn(group)) });
	}

	replace(state: ResourceState): void {
		this.people.clear();
		this.groups.clear();
		for (const person of state.people) this.people.set(person.id, person);
		for (const group of state.groups) this.groups.set(group.id, group);
		this.#touch();
	}

	state(): ResourceState {
		return { people: [...this.people.values()], groups: [...this.groups.values()] };
	}

	/** The groups that somebody is in, those above included (RFC 7643 section 4.1.2). */
	groupsOf(id: string): ReadonlyMap<string, "direct" | "indirect"> {
		this.#memberships ??= this.#allMemberships();
		return this.#memberships.get(id) ?? new Map();
	}

	#allMemberships(): ReadonlyMap<string, ReadonlyMap<string, "direct" | "indirect">> {
		const direct = new Map<string, string[]>();
		for (const group of this.groups.values())
			for (const { value } of membersIn(group)) direct.set(value, [...(direct.get(value) ?? []), group.id]);
		const all = new Map<string, ReadonlyMap<string, "direct" | "indirect">>();
		for (const id of this.people.keys()) {
			const found = new Map<string, "direct" | "indirect">((direct.get(id) ?? []).map((group) => [group, "direct"]));
			const queue = [...found.keys()];
			for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
				for (const above of direct.get(at) ?? []) {
					if (found.has(above)) continue;
					found.set(above, "indirect");
					queue.push(above);
				}
			}
			all.set(id, found);
		}
		return all;
	}

	#touch(): void {
		this.#memberships = undefined;
		this.#changed();
	}
}

export const membersIn = (group: ScimResource): readonly ScimMember[] => (group.members ?? []) as readonly ScimMember[];
