import type { Company, CompanyPerson } from "../world/company.ts";
import { type AccountState, type NewUser, numberOf, type OneLoginGroup, type OneLoginRole, type OneLoginUser } from "./records.ts";

export interface AccountOptions {
	/** Milliseconds. */
	readonly clock: () => number;
	/** Called after every change. */
	readonly changed: () => void;
	/** What an earlier run left. */
	readonly state?: AccountState;
}

/** The people, roles and groups of one account. Tests and the demo change it through these methods; the HTTP side reads it. */
export class Account {
	readonly users = new Map<number, OneLoginUser>();
	readonly roles = new Map<number, OneLoginRole>();
	readonly groups = new Map<number, OneLoginGroup>();
	readonly #membersOf = new Map<number, Set<number>>();
	readonly #clock: () => number;
	readonly #changed: () => void;
	#nextId = 1_000;

	constructor({ clock, changed, state }: AccountOptions) {
		this.#clock = clock;
		this.#changed = changed;
		if (state === undefined) return;
		this.#nextId = state.nextId;
		for (const user of state.users) this.users.set(user.id, user);
		for (const role of state.roles) this.roles.set(role.id, role);
		for (const group of state.groups) this.groups.set(group.id, group);
		for (const [role, users] of state.members) this.#membersOf.set(role, new Set(users));
	}

	state(): AccountState {
		return {
			nextId: this.#nextId,
			users: [...this.users.values()],
			roles: [...this.roles.values()],
			groups: [...this.groups.values()],
			members: [...this.#membersOf].map(([role, users]) => [role, [...users]] as const),
		};
	}

	/** A new one has the highest id of all. */
	addUser(user: NewUser): OneLoginUser {
		const now = new Date(this.#clock()).toISOString();
		const kept: OneLoginUser = {
			id: this.#newId(this.users),
			email: null,
			firstname: null,
			lastname: null,
			status: 1,
			state: 1,
			group_id: null,
			custom_attributes: {},
			created_at: now,
			updated_at: now,
			invalid_login_attempts: 0,
			...user,
		};
		this.users.set(kept.id, kept);
		this.#changed();
		return kept;
	}

	updateUser(id: number, change: Partial<OneLoginUser>): void {
		this.users.set(id, { ...this.user(id), ...change, updated_at: new Date(this.#clock()).toISOString() } as OneLoginUser);
		this.#changed();
	}

	/** Gone for good; OneLogin keeps no deleted users. */
	removeUser(id: number): void {
		this.users.delete(this.user(id).id);
		for (const members of this.#membersOf.values()) members.delete(id);
		this.#changed();
	}

	addRole(name: string, id = this.#newId(this.roles)): OneLoginRole {
		const role = { id, name };
		this.roles.set(id, role);
		this.#changed();
		return role;
	}

	addGroup(name: string, id = this.#newId(this.groups)): OneLoginGroup {
		const group = { id, name, reference: null };
		this.groups.set(id, group);
		this.#changed();
		return group;
	}

	removeGroup(id: number): void {
		this.groups.delete(id);
		this.#changed();
	}

	assign(role: number, user: number): void {
		this.#membersOf.set(role, (this.#membersOf.get(role) ?? new Set()).add(user));
		this.#changed();
	}

	unassign(role: number, user: number): void {
		this.#membersOf.get(role)?.delete(user);
		this.#changed();
	}

	/** @throws Error when there is none. */
	user(id: number): OneLoginUser {
		const user = this.users.get(id);
		if (user === undefined) throw new Error(`the account has no user ${id}`);
		return user;
	}

	peopleOf(role: number): readonly number[] {
		return [...(this.#membersOf.get(role) ?? [])];
	}

	rolesOf(user: number): readonly number[] {
		return [...this.#membersOf].filter(([, members]) => members.has(user)).map(([role]) => role);
	}

	/**
	 * The company takes the place of everybody: its groups are roles, which know no nesting, so that whoever is in an inner
	 * one has those around it too; everybody's department is the one group.
	 */
	load(company: Company): void {
		this.users.clear();
		this.roles.clear();
		this.groups.clear();
		this.#membersOf.clear();
		for (const group of company.groups) this.addRole(group.name, numberOf("role", group.id));
		const policies = new Map(
			[...new Set(company.people.map((person) => person.department))].map((name) => [name, numberOf("group", name)]),
		);
		for (const [name, id] of policies) this.addGroup(name, id);
		const around = new Map(company.groups.map((group) => [group.id, group.parentId]));
		for (const person of company.people) {
			const user = this.addUser(userOf(person, policies.get(person.department) ?? null));
			for (const direct of person.groups)
				for (let at: string | undefined = direct; at !== undefined; at = around.get(at)) this.assign(numberOf("role", at), user.id);
		}
	}

	#newId(taken: ReadonlyMap<number, unknown>): number {
		this.#nextId = Math.max(this.#nextId, ...taken.keys()) + 1;
		return this.#nextId;
	}
}

/** Mostly active, with the other statuses that work in between; those switched off are suspended. */
function userOf(person: CompanyPerson, group: number | null): NewUser {
	const { username, email, employeeId, department, site, title } = person;
	const id = numberOf("user", person.id);
	const rare = [3, 4, 5, 7, 8];
	const status = !person.active ? 2 : id % 20 === 0 ? (rare[(id / 20) % rare.length] as number) : 1;
	const hired = new Date(person.hiredAt).toISOString();
	return {
		id,
		username,
		email: email ?? null,
		firstname: person.givenName ?? null,
		lastname: person.familyName ?? null,
		status,
		group_id: group,
		department,
		title,
		created_at: hired,
		custom_attributes: { site, employeeId, ...(person.robot ? { kind: "robot" } : {}) },
	};
}
