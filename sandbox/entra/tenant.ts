import { uuidOf } from "../kit/random.ts";
import type { EntraGroup, EntraUser, Member, MemberType, NewGroup, NewUser, TenantState, Value } from "./records.ts";

export interface TenantOptions {
	readonly clock?: () => number;
	/** Called after every change. */
	readonly changed?: () => void;
	/** What an earlier run left. */
	readonly state?: TenantState;
}

/** The people, groups and memberships of one tenant. Tests and the demo change it through these methods; the HTTP side reads it. */
export class Tenant {
	readonly id: string;
	readonly users = new Map<string, EntraUser>();
	readonly groups = new Map<string, EntraGroup>();
	/** Full names of directory extensions: `extension_` + the application's id without dashes + `_` + name. */
	readonly extensions = new Set<string>();
	readonly #members = new Map<string, Map<string, Member>>();
	readonly #clock: () => number;
	readonly #changed: () => void;
	#created = 0;

	constructor(id: string, options: TenantOptions = {}) {
		this.id = id;
		this.#clock = options.clock ?? Date.now;
		this.#changed = options.changed ?? (() => undefined);
		if (options.state !== undefined) this.restore(options.state);
	}

	state(): TenantState {
		const members = [...this.#members].map(([group, rows]) => [group, [...rows.values()]] as const);
		return { created: this.#created, users: [...this.users.values()], groups: [...this.groups.values()], members };
	}

	/** Replaces everything. */
	restore(state: TenantState): void {
		this.users.clear();
		this.groups.clear();
		this.#members.clear();
		this.#created = state.created;
		for (const user of state.users) this.users.set(user.id, user);
		for (const group of state.groups) this.groups.set(group.id, group);
		for (const [group, members] of state.members) this.#members.set(group, new Map(members.map((member) => [member.id, member])));
		this.#changed();
	}

	/** @throws Error when the userPrincipalName is taken. */
	addUser(user: NewUser): EntraUser {
		if (this.userNamed(user.userPrincipalName) !== undefined) throw new Error(`userPrincipalName ${user.userPrincipalName} is taken`);
		const kept: EntraUser = {
			id: this.#newId("user"),
			displayName: user.userPrincipalName,
			accountEnabled: true,
			userType: "Member",
			createdDateTime: this.#now(),
			...user,
		};
		this.users.set(kept.id, kept);
		this.#changed();
		return kept;
	}

	/** Only the properties named change; `null` takes a value away. */
	updateUser(id: string, change: Readonly<Record<string, Value>>): EntraUser {
		const before = this.users.get(id);
		if (before === undefined) throw new Error(`the tenant has no user ${id}`);
		const after = { ...before, ...change } as EntraUser;
		this.users.set(id, after);
		this.#changed();
		return after;
	}

	/** Memberships go with the user. */
	removeUser(id: string): void {
		this.users.delete(id);
		for (const rows of this.#members.values()) rows.delete(id);
		this.#changed();
	}

	/** Names need not be unique, as in Entra ID. */
	addGroup(group: NewGroup): EntraGroup {
		const kept: EntraGroup = {
			id: this.#newId("group"),
			visibility: null,
			groupTypes: [],
			securityEnabled: true,
			mailEnabled: false,
			mailNickname: "group",
			createdDateTime: this.#now(),
			...group,
		};
		this.groups.set(kept.id, kept);
		this.#changed();
		return kept;
	}

	updateGroup(id: string, change: Readonly<Record<string, Value>>): void {
		const before = this.groups.get(id);
		if (before === undefined) throw new Error(`the tenant has no group ${id}`);
		this.groups.set(id, { ...before, ...change } as EntraGroup);
		this.#changed();
	}

	removeGroup(id: string): void {
		this.groups.delete(id);
		this.#members.delete(id);
		for (const rows of this.#members.values()) rows.delete(id);
		this.#changed();
	}

	addMember(groupId: string, id: string, type: MemberType = this.groups.has(id) ? "group" : "user"): void {
		if (!this.groups.has(groupId)) throw new Error(`the tenant has no group ${groupId}`);
		const rows = this.#members.get(groupId) ?? new Map<string, Member>();
		rows.set(id, { type, id });
		this.#members.set(groupId, rows);
		this.#changed();
	}

	removeMember(groupId: string, id: string): void {
		this.#members.get(groupId)?.delete(id);
		this.#changed();
	}

	/** Direct members, in the order in which they joined. */
	membersOf(groupId: string): readonly Member[] {
		return [...(this.#members.get(groupId)?.values() ?? [])];
	}

	userNamed(userPrincipalName: string): EntraUser | undefined {
		const wanted = userPrincipalName.toLowerCase();
		return [...this.users.values()].find((user) => user.userPrincipalName.toLowerCase() === wanted);
	}

	#now(): string {
		return new Date(this.#clock()).toISOString().replace(/\.\d+Z$/, "Z");
	}

	#newId(kind: string): string {
		this.#created += 1;
		return uuidOf(this.id, kind, this.#created);
	}
}
