import {
	type BambooAccount,
	type BambooGroup,
	type Directory,
	folded,
	type NewAccount,
	type Permission,
	type PopulationState,
	type Role,
} from "./records.ts";

export interface PopulationOptions {
	/** Called after every change. */
	readonly changed?: () => void;
	readonly state?: PopulationState;
	/** The first that is `internal` takes new accounts. */
	readonly directories?: readonly Directory[];
}

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
const ADMINISTRATIVE: readonly Permission[] = ["ADMINISTRATION", "RESTRICTEDADMINISTRATION"];

/**
 * The accounts, groups, memberships and global permissions of one Bamboo. Tests and the demo change it through these methods
 * without Bamboo's rules; the HTTP side adds the rules. Names are compared without case.
 */
export class Population {
	readonly accounts = new Map<number, BambooAccount>();
	readonly groups = new Map<string, BambooGroup>();
	readonly tokens = new Map<string, number>();
	/** By folded name. */
	readonly groupPermissions = new Map<string, readonly Permission[]>();
	readonly accountPermissions = new Map<number, readonly Permission[]>();
	readonly rolePermissions = new Map<Role, readonly Permission[]>();
	directories: readonly Directory[];
	/** Counts changes; caches compare it. */
	version = 0;
	readonly #byName = new Map<string, number>();
	readonly #groupsOf = new Map<number, Set<string>>();
	readonly #changed: () => void;
	#nextId = 1;
	#sorted: { readonly version: number; readonly rows: readonly BambooAccount[] } | undefined;
	readonly #members = new Map<string, { readonly version: number; readonly rows: readonly BambooAccount[] }>();

	constructor(options: PopulationOptions = {}) {
		this.#changed = options.changed ?? (() => undefined);
		this.directories = options.directories ?? [{ name: "Bamboo Internal Directory", kind: "internal" }];
		if (options.state !== undefined) this.#restore(options.state);
	}

	#restore(state: PopulationState): void {
		this.#nextId = state.nextId;
		this.directories = state.directories;
		for (const account of state.accounts) this.#keep(account);
		for (const { name, members, directory } of state.groups) {
			this.addGroup(name, directory);
			for (const member of members) this.addMember(name, member);
		}
		for (const [token, account] of state.tokens) this.tokens.set(token, account);
		for (const [group, permissions] of state.groupPermissions) this.groupPermissions.set(group, permissions);
		for (const [account, permissions] of state.accountPermissions) this.accountPermissions.set(account, permissions);
		for (const [role, permissions] of state.rolePermissions) this.rolePermissions.set(role, permissions);
	}

	state(): PopulationState {
		return {
			nextId: this.#nextId,
			accounts: [...this.accounts.values()],
			groups: [...this.groups.values()].map(({ name, members, directory }) => ({ name, members: [...members], directory })),
			tokens: [...this.tokens],
			groupPermissions: [...this.groupPermissions],
			accountPermissions: [...this.accountPermissions],
			rolePermissions: [...this.rolePermissions],
			directories: this.directories,
		};
	}

	/** @throws Error when the name is taken. */
	addAccount(account: NewAccount): BambooAccount {
		if (this.named(account.name) !== undefined) throw new Error(`there is an account ${account.name} already`);
		const { name, displayName = name, emailAddress = "", password } = account;
		const kept: BambooAccount = {
			id: this.#nextId,
			name,
			displayName,
			emailAddress,
			directory: account.directory ?? this.writableDirectory()?.name ?? this.directories[0]?.name ?? "",
			...(password === undefined ? {} : { password }),
		};
		this.#nextId += 1;
		this.#keep(kept);
		this.touch();
		return kept;
	}
	updateAccount(id: number, change: Partial<Omit<BambooAccount, "id">>): BambooAccount {
		const before = this.account(id);
		this.#byName.delete(folded(before.name));
		const after = { ...before, ...change };
		this.#keep(after);
		this.touch();
		return after;
	}
	removeAccount(id: number): void {
		const account = this.account(id);
		for (const group of this.#groupsOf.get(id) ?? []) this.groups.get(group)?.members.delete(id);
		this.#groupsOf.delete(id);
		this.accountPermissions.delete(id);
		this.#byName.delete(folded(account.name));
		this.accounts.delete(id);
		this.touch();
	}

	/** One that exists already stays as it is. */
	addGroup(name: string, directory?: string): BambooGroup {
		const known = this.groups.get(folded(name));
		if (known !== undefined) return known;
		const group: BambooGroup = { name, members: new Set(), directory: directory ?? this.writableDirectory()?.name ?? "" };
		this.groups.set(folded(name), group);
		this.touch();
		return group;
	}
	removeGroup(name: string): void {
		for (const member of this.group(name).members) this.#groupsOf.get(member)?.delete(folded(name));
		this.groups.delete(folded(name));
		this.groupPermissions.delete(folded(name));
		this.touch();
	}
	addMember(group: string, id: number): void {
		this.group(group).members.add(this.account(id).id);
		const groups = this.#groupsOf.get(id) ?? new Set();
		this.#groupsOf.set(id, groups.add(folded(group)));
		this.touch();
	}
	removeMember(group: string, id: number): void {
		this.group(group).members.delete(id);
		this.#groupsOf.get(id)?.delete(folded(group));
		this.touch();
	}

	/** In the place of what the group had; none takes them all away. */
	grantGroup(name: string, permissions: readonly Permission[]): void {
		this.#grant(this.groupPermissions, folded(this.group(name).name), permissions);
	}
	grantAccount(id: number, permissions: readonly Permission[]): void {
		this.#grant(this.accountPermissions, this.account(id).id, permissions);
	}
	grantRole(role: Role, permissions: readonly Permission[]): void {
		this.#grant(this.rolePermissions, role, permissions);
	}
	#grant<Key>(map: Map<Key, readonly Permission[]>, key: Key, permissions: readonly Permission[]): void {
		if (permissions.length === 0) map.delete(key);
		else map.set(key, permissions);
		this.touch();
	}
	isAdministrator(id: number): boolean {
		const own = this.accountPermissions.get(id) ?? [];
		const through = [...(this.#groupsOf.get(id) ?? [])].flatMap((name) => this.groupPermissions.get(name) ?? []);
		return [...own, ...through].some((permission) => ADMINISTRATIVE.includes(permission));
	}

	/** @throws Error when there is none. */
	account(id: number): BambooAccount {
		const account = this.accounts.get(id);
		if (account === undefined) throw new Error(`there is no account number ${id}`);
		return account;
	}
	/** @throws Error when there is none. */
	group(name: string): BambooGroup {
		const group = this.groups.get(folded(name));
		if (group === undefined) throw new Error(`there is no group ${name}`);
		return group;
	}
	named(name: string): BambooAccount | undefined {
		const id = this.#byName.get(folded(name));
		return id === undefined ? undefined : this.accounts.get(id);
	}
	/** By name, without case. */
	sorted(): readonly BambooAccount[] {
		if (this.#sorted?.version !== this.version) this.#sorted = { version: this.version, rows: byName(this.accounts.values()) };
		return this.#sorted.rows;
	}
	/** By name, without case. */
	membersOf(group: BambooGroup): readonly BambooAccount[] {
		const key = folded(group.name);
		const known = this.#members.get(key);
		if (known?.version === this.version) return known.rows;
		const rows = byName([...group.members].map((id) => this.account(id)));
		this.#members.set(key, { version: this.version, rows });
		return rows;
	}
	groupsOf(id: number): readonly BambooGroup[] {
		return [...(this.#groupsOf.get(id) ?? [])].sort(order).map((name) => this.group(name));
	}

	isExternal(directory: string): boolean {
		return this.directories.find(({ name }) => name === directory)?.kind === "external";
	}
	writableDirectory(): Directory | undefined {
		return this.directories.find((directory) => directory.kind === "internal");
	}
	touch(): void {
		this.version += 1;
		this.#changed();
	}
	#keep(account: BambooAccount): void {
		this.accounts.set(account.id, account);
		this.#byName.set(folded(account.name), account.id);
	}
}

const byName = (accounts: Iterable<BambooAccount>): readonly BambooAccount[] =>
	[...accounts]
		.map((account) => [folded(account.name), account] as const)
		.sort(([a], [b]) => order(a, b))
		.map(([, account]) => account);
