import type { Company, CompanyPerson } from "../world/company.ts";
import { type JumpCloudGroup, type JumpCloudPerson, type NewGroup, type NewPerson, type OrganizationState, objectId } from "./records.ts";

/** The people, groups and memberships of one organisation, in the order in which they came. */
export class Organization {
	readonly people = new Map<string, JumpCloudPerson>();
	readonly groups = new Map<string, JumpCloudGroup>();
	readonly #members = new Map<string, Set<string>>();
	readonly #changed: () => void;
	#made = 0;

	constructor(changed: () => void, state?: OrganizationState) {
		this.#changed = changed;
		if (state === undefined) return;
		this.#made = state.made;
		for (const person of state.people) this.people.set(person._id, person);
		for (const group of state.groups) this.groups.set(group.id, group);
		for (const [group, people] of state.members) this.#members.set(group, new Set(people));
	}

	state(): OrganizationState {
		const members = [...this.#members].map(([group, people]) => [group, [...people]] as const);
		return { made: this.#made, people: [...this.people.values()], groups: [...this.groups.values()], members };
	}

	addPerson(person: NewPerson): JumpCloudPerson {
		const kept: JumpCloudPerson = {
			_id: this.#newId(),
			email: `${person.username}@example.com`,
			state: "ACTIVATED",
			activated: true,
			suspended: false,
			account_locked: false,
			password_expired: false,
			created: "2024-01-02T03:04:05.000Z",
			attributes: [],
			...person,
		};
		this.people.set(kept._id, kept);
		this.#changed();
		return kept;
	}

	updatePerson(id: string, change: Partial<JumpCloudPerson>): void {
		this.people.set(id, { ...this.#person(id), ...change, _id: id });
		this.#changed();
	}

	removePerson(id: string): void {
		this.people.delete(this.#person(id)._id);
		for (const members of this.#members.values()) members.delete(id);
		this.#changed();
	}

	addGroup(group: NewGroup): JumpCloudGroup {
		const kept: JumpCloudGroup = { id: this.#newId(), membershipMethod: "STATIC", memberQueryErrorFlags: [], ...group };
		this.groups.set(kept.id, kept);
		this.#changed();
		return kept;
	}

	removeGroup(id: string): void {
		this.groups.delete(id);
		this.#members.delete(id);
		this.#changed();
	}

	addMember(groupId: string, personId: string): void {
		const members = this.#members.get(groupId) ?? new Set();
		this.#members.set(groupId, members.add(this.#person(personId)._id));
		this.#changed();
	}

	removeMember(groupId: string, personId: string): void {
		this.#members.get(groupId)?.delete(personId);
		this.#changed();
	}

	membersOf(groupId: string): readonly string[] {
		return [...(this.#members.get(groupId) ?? [])];
	}

	/**
	 * The company takes the place of everybody and every group. JumpCloud has no groups inside groups: whoever is in an inner one
	 * is a member of those around it too.
	 */
	load(company: Company): void {
		this.people.clear();
		this.groups.clear();
		this.#members.clear();
		for (const person of company.people) this.addPerson(recordOf(person));
		for (const { id, name } of company.groups) this.addGroup({ id: objectId("group", id), name });
		const around = new Map(company.groups.map((group) => [group.id, group.parentId]));
		for (const person of company.people)
			for (const direct of person.groups)
				for (let at: string | undefined = direct; at !== undefined; at = around.get(at))
					this.addMember(objectId("group", at), objectId("person", person.id));
	}

	#person(id: string): JumpCloudPerson {
		const person = this.people.get(id);
		if (person === undefined) throw new Error(`the organisation has nobody with the id ${id}`);
		return person;
	}

	/** Ids grow, as MongoDB's do: whoever comes later sorts behind everybody. */
	#newId(): string {
		this.#made += 1;
		return `ffff${this.#made.toString(16).padStart(20, "0")}`;
	}
}

/** Of those switched off, half are staged and half suspended; of the others, a few are locked out or have let their password run out. */
function recordOf(person: CompanyPerson): NewPerson {
	const _id = objectId("person", person.id);
	const mark = Number.parseInt(_id.slice(-2), 16);
	const { givenName, familyName, username } = person;
	const off = mark % 2 === 0 ? ({ state: "SUSPENDED", suspended: true } as const) : ({ state: "STAGED", activated: false } as const);
	return {
		_id,
		username,
		email: person.email ?? "",
		...(givenName === undefined ? {} : { firstname: givenName }),
		...(familyName === undefined ? {} : { lastname: familyName }),
		...(person.active ? { account_locked: mark % 32 === 1, password_expired: mark % 32 === 2 } : off),
		created: new Date(person.hiredAt).toISOString(),
		department: person.department,
		jobTitle: person.title,
		employeeIdentifier: person.employeeId,
		attributes: [{ name: "site", value: person.site }, ...(person.robot ? [{ name: "kind", value: "robot" }] : [])],
	};
}
