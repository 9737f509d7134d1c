import { uuidOf } from "../kit/random.ts";
import {
	type KeycloakGroup,
	type KeycloakUser,
	keptOf,
	type NewGroup,
	type NewUser,
	type RealmState,
	type UserChange,
	withChange,
} from "./records.ts";

/** Says no to a change, with the text that Keycloak answers. */
export class RealmConflict extends Error {}

export interface RealmOptions {
	readonly clock?: () => number;
	/** Called after every change. */
	readonly changed?: () => void;
	/** What an earlier run left. */
	readonly state?: RealmState;
	/** The realm setting of that name; Keycloak's default is false. */
	readonly duplicateEmails?: boolean;
}

/**
 * The people, groups and memberships of one realm. Tests and the demo change it through these methods; the HTTP side reads it.
 * Ids depend on the realm's name and the order of creation only, so the same story gives the same ids.
 */
export class Realm {
	readonly name: string;
	readonly users = new Map<string, KeycloakUser>();
	readonly groups = new Map<string, KeycloakGroup>();
	/** Counts changes; caches compare it. */
	version = 0;
	readonly #idOf = new Map<string, string>();
	readonly #membersOf = new Map<string, Set<string>>();
	readonly #groupsOf = new Map<string, Set<string>>();
	readonly #childrenOf = new Map<string | undefined, Set<string>>();
	readonly #mailOwners = new Map<string, Set<string>>();
	readonly #duplicateEmails: boolean;
	readonly #clock: () => number;
	readonly #changed: () => void;
	#created = 0;

	constructor(name: string, options: RealmOptions = {}) {
		this.name = name;
		this.#duplicateEmails = options.duplicateEmails ?? false;
		this.#clock = options.clock ?? Date.now;
		this.#changed = options.changed ?? (() => undefined);
		const state = options.state;
		if (state === undefined) return;
		this.#created = state.created;
		for (const user of state.users) this.#keepUser(user);
		for (const group of state.groups) this.#keepGroup(group);
		for (const [group, members] of state.members) for (const user of members) this.#join(user, group);
	}

	state(): RealmState {
		const members = [...this.#membersOf].map(([group, users]) => [group, [...users]] as const);
		return { created: this.#created, users: [...this.users.values()], groups: [...this.groups.values()], members };
	}

	/** @throws RealmConflict when the username or the e-mail address is taken. */
	addUser(user: NewUser): KeycloakUser {
		const id = user.id ?? this.#newId("user");
		const kept = keptOf(user, { id, now: this.#clock() });
		this.#refuseDoubles(kept);
		this.#keepUser(kept);
		this.#touch();
		return kept;
	}

	/** Only the members named change; `null` takes a value away. @throws RealmConflict, or Error for an unknown id. */
	updateUser(id: string, change: UserChange): KeycloakUser {
		const before = this.user(id);
		const after = withChange(before, change);
		this.#refuseDoubles(after);
		this.#forgetUser(before);
		this.#keepUser(after);
		this.#touch();
		return after;
	}

	removeUser(id: string): void {
		const user = this.user(id);
		for (const group of this.#groupsOf.get(id) ?? []) this.#membersOf.get(group)?.delete(id);
		this.#groupsOf.delete(id);
		this.#forgetUser(user);
		this.#touch();
	}

	/** @throws RealmConflict when the parent already has a group of that name. */
	addGroup(group: NewGroup): KeycloakGroup {
		if (group.parentId !== undefined) this.group(group.parentId);
		this.#refuseSameName(group.name, group.parentId, undefined);
		const kept: KeycloakGroup = {
			id: group.id ?? this.#newId("group"),
			name: group.name,
			...(group.parentId === undefined ? {} : { parentId: group.parentId }),
			...(group.description === undefined ? {} : { description: group.description }),
			attributes: group.attributes ?? {},
		};
		this.#keepGroup(kept);
		this.#touch();
		return kept;
	}

	/** Renames, or changes description or attributes. */
	updateGroup(id: string, change: Partial<Pick<KeycloakGroup, "name" | "description" | "attributes">>): KeycloakGroup {
		const before = this.group(id);
		if (change.name !== undefined) this.#refuseSameName(change.name, before.parentId, id);
		const after = { ...before, ...change };
		this.#keepGroup(after);
		this.#touch();
		return after;
	}

	/** Under another parent, or to the top. */
	moveGroup(id: string, parentId: string | undefined): void {
		const { parentId: before, ...rest } = this.group(id);
		this.#refuseSameName(rest.name, parentId, id);
		this.#childrenOf.get(before)?.delete(id);
		this.#keepGroup(parentId === undefined ? rest : { ...rest, parentId });
		this.#touch();
	}

	/** With everything below it. */
	removeGroup(id: string): void {
		const group = this.group(id);
		for (const child of this.childrenOf(id)) this.removeGroup(child.id);
		this.#childrenOf.get(group.parentId)?.delete(id);
		for (const user of this.#membersOf.get(id) ?? []) this.#groupsOf.get(user)?.delete(id);
		this.#membersOf.delete(id);
		this.groups.delete(id);
		this.#touch();
	}

	/** Joining again changes nothing. */
	addMember(groupId: string, userId: string): void {
		this.group(groupId);
		this.user(userId);
		this.#join(userId, groupId);
		this.#touch();
	}

	removeMember(groupId: string, userId: string): void {
		this.#membersOf.get(groupId)?.delete(userId);
		this.#groupsOf.get(userId)?.delete(groupId);
		this.#touch();
	}

	/** @throws Error when there is none. */
	user(id: string): KeycloakUser {
		const user = this.users.get(id);
		if (user === undefined) throw new Error(`realm ${this.name} has no user ${id}`);
		return user;
	}

	/** @throws Error when there is none. */
	group(id: string): KeycloakGroup {
		const group = this.groups.get(id);
		if (group === undefined) throw new Error(`realm ${this.name} has no group ${id}`);
		return group;
	}

	userNamed(username: string): KeycloakUser | undefined {
		const id = this.#idOf.get(username.toLowerCase());
		return id === undefined ? undefined : this.users.get(id);
	}

	/** `/Company/Berlin`; a slash inside a name is not escaped, as in Keycloak. */
	groupAt(path: string): KeycloakGroup | undefined {
		return [...this.groups.values()].find((group) => this.pathOf(group) === path);
	}

	pathOf(group: KeycloakGroup): string {
		const parent = group.parentId === undefined ? undefined : this.groups.get(group.parentId);
		return `${parent === undefined ? "" : this.pathOf(parent)}/${group.name}`;
	}

	childrenOf(id: string | undefined): KeycloakGroup[] {
		return [...(this.#childrenOf.get(id) ?? [])].map((child) => this.group(child));
	}

	/** Ids of the direct members. */
	membersOf(groupId: string): ReadonlySet<string> {
		return this.#membersOf.get(groupId) ?? new Set();
	}

	/** Ids of the groups that the user is in directly. */
	groupsOf(userId: string): ReadonlySet<string> {
		return this.#groupsOf.get(userId) ?? new Set();
	}

	#touch(): void {
		this.version += 1;
		this.#changed();
	}

	#newId(kind: string): string {
		this.#created += 1;
		return uuidOf(this.name, kind, this.#created);
	}

	#keepUser(user: KeycloakUser): void {
		this.users.set(user.id, user);
		this.#idOf.set(user.username, user.id);
		const owners = this.#ownersOf(user.email);
		if (user.email !== undefined) this.#mailOwners.set(user.email.toLowerCase(), owners.add(user.id));
	}

	#forgetUser(user: KeycloakUser): void {
		this.users.delete(user.id);
		this.#idOf.delete(user.username);
		this.#ownersOf(user.email).delete(user.id);
	}

	#ownersOf(email: string | undefined): Set<string> {
		return (email === undefined ? undefined : this.#mailOwners.get(email.toLowerCase())) ?? new Set();
	}

	#keepGroup(group: KeycloakGroup): void {
		this.groups.set(group.id, group);
		const siblings = this.#childrenOf.get(group.parentId) ?? new Set();
		this.#childrenOf.set(group.parentId, siblings.add(group.id));
	}

	#join(user: string, group: string): void {
		const members = this.#membersOf.get(group) ?? new Set();
		this.#membersOf.set(group, members.add(user));
		const groups = this.#groupsOf.get(user) ?? new Set();
		this.#groupsOf.set(user, groups.add(group));
	}

	#refuseDoubles(user: KeycloakUser): void {
		const named = this.#idOf.get(user.username);
		if (named !== undefined && named !== user.id) throw new RealmConflict("User exists with same username");
		if (this.#duplicateEmails) return;
		const others = [...this.#ownersOf(user.email)].some((owner) => owner !== user.id);
		if (others) throw new RealmConflict("User exists with same email");
	}

	#refuseSameName(name: string, parentId: string | undefined, self: string | undefined): void {
		const taken = this.childrenOf(parentId).some((group) => group.name === name && group.id !== self);
		if (!taken) return;
		throw new RealmConflict(
			parentId === undefined ? `Top level group named '${name}' already exists.` : `Sibling group named '${name}' already exists.`,
		);
	}
}
