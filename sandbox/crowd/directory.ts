import { type CrowdGroup, type CrowdUser, type DirectoryState, fold, PERMISSIONS, type Permission } from "./records.ts";

export interface NewUser extends Partial<Omit<CrowdUser, "externalId">> {
	readonly name: string;
	readonly externalId?: string;
}

/** A directory as the protocol meets it. Records are alive: what is written into one is kept. Nothing here asks for permissions. */
export interface Directory {
	readonly id: number;
	readonly name: string;
	readonly permissions: ReadonlySet<Permission>;
	/** Does not answer just now. */
	readonly down: boolean;
	users(): readonly CrowdUser[];
	groups(): readonly CrowdGroup[];
	user(name: string): CrowdUser | undefined;
	group(name: string): CrowdGroup | undefined;
	keyOf(user: CrowdUser): string;
	addUser(user: NewUser): CrowdUser;
	removeUser(name: string): void;
	rename(user: CrowdUser, name: string): void;
	addGroup(name: string, more?: Partial<Omit<CrowdGroup, "name">>): CrowdGroup;
	removeGroup(name: string): void;
	/** Something inside a record was changed. */
	touch(): void;
}

/** One directory that Crowd has, with users and groups of its own. */
export class CrowdDirectory implements Directory {
	readonly id: number;
	readonly name: string;
	permissions: ReadonlySet<Permission>;
	down = false;
	readonly #changed: () => void;
	readonly #users = new Map<string, CrowdUser>();
	readonly #groups = new Map<string, CrowdGroup>();
	#last = 0;

	constructor(state: Pick<DirectoryState, "id" | "name"> & Partial<DirectoryState>, changed: () => void) {
		this.id = state.id;
		this.name = state.name;
		this.permissions = new Set(state.permissions ?? PERMISSIONS);
		this.#changed = changed;
		this.replace(state.users ?? [], state.groups ?? []);
	}

	state(): DirectoryState {
		const { id, name, permissions } = this;
		return { id, name, permissions: [...permissions], users: this.users(), groups: this.groups() };
	}

	replace(users: readonly CrowdUser[], groups: readonly CrowdGroup[]): void {
		this.#users.clear();
		this.#groups.clear();
		for (const user of users) this.#users.set(fold(user.name), user);
		for (const group of groups) this.#groups.set(fold(group.name), group);
		this.#changed();
	}

	users(): readonly CrowdUser[] {
		return [...this.#users.values()];
	}
	groups(): readonly CrowdGroup[] {
		return [...this.#groups.values()];
	}
	user(name: string): CrowdUser | undefined {
		return this.#users.get(fold(name));
	}
	group(name: string): CrowdGroup | undefined {
		return this.#groups.get(fold(name));
	}
	keyOf(user: CrowdUser): string {
		return `${this.id}:${user.externalId}`;
	}

	addUser(user: NewUser): CrowdUser {
		this.#last += 1;
		const { name } = user;
		const externalId =
			user.externalId ?? `00000000-0000-4000-8000-${String(this.id * 1_000_000 + this.#last + this.#users.size).padStart(12, "0")}`;
		const plain = { firstName: "", lastName: "", displayName: name, email: "", active: true, attributes: {} };
		const added: CrowdUser = { ...plain, ...user, name, externalId };
		this.#users.set(fold(name), added);
		this.#changed();
		return added;
	}

	removeUser(name: string): void {
		this.#users.delete(fold(name));
		for (const group of this.#groups.values()) group.users = group.users.filter((member) => member !== fold(name));
		this.#changed();
	}

	rename(user: CrowdUser, name: string): void {
		const before = fold(user.name);
		this.#users.delete(before);
		user.name = name;
		this.#users.set(fold(name), user);
		for (const group of this.#groups.values()) group.users = group.users.map((member) => (member === before ? fold(name) : member));
		this.#changed();
	}

	addGroup(name: string, more: Partial<Omit<CrowdGroup, "name">> = {}): CrowdGroup {
		const group: CrowdGroup = { description: "", active: true, users: [], groups: [], attributes: {}, ...more, name };
		this.#groups.set(fold(name), group);
		this.#changed();
		return group;
	}

	removeGroup(name: string): void {
		this.#groups.delete(fold(name));
		for (const group of this.#groups.values()) group.groups = group.groups.filter((inner) => inner !== fold(name));
		this.#changed();
	}

	touch(): void {
		this.#changed();
	}
}
