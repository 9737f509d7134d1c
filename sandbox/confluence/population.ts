import { uuidOf } from "../kit/random.ts";
import {
	type ConfluenceAccount,
	type ConfluenceGroup,
	type Directory,
	folded,
	type NewAccount,
	type Permission,
	type PopulationState,
} from "./records.ts";

export interface PopulationOptions {
	/** Called after every change. */
	readonly changed?: () => void;
	readonly state?: PopulationState;
	/** The first that is `internal` takes new accounts. */
	readonly directories?: readonly Directory[];
	/** Licensed users; below zero (default): without limit. */
	readonly seats?: number;
}

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/**
 * The accounts, groups, memberships and global permissions of one Confluence. Tests and the demo change it through these
 * methods without Confluence's rules; the HTTP side adds the rules. Names are compared without case.
 */
export class Population {
	readonly accounts = new Map<string, ConfluenceAccount>();
	readonly groups = new Map<string, ConfluenceGroup>();
	readonly tokens = new Map<string, string>();
	/** By folded name. */
	readonly groupPermissions = new Map<string, ReadonlySet<Permission>>();
	directories: readonly Directory[];
	/** Below zero: without limit. */
	seats: number;
	/** Counts changes; caches compare it. */
	version = 0;
	readonly #byName = new Map<string, string>();
	readonly #groupsOf = new Map<string, Set<string>>();
	readonly #changed: () => void;
	#nextId = 1;
	/** Whether any group is inside another. */
	#nests = false;
	#sorted: { readonly version: number; readonly rows: readonly ConfluenceAccount[] } | undefined;

	constructor(options: PopulationOptions = {}) {
		this.#changed = options.changed ?? (() => undefined);
		this.directories = options.directories ?? [{ name: "Confluence Internal Directory", kind: "internal" }];
		this.seats = options.seats ?? -1;
		if (options.state !== undefined) this.#restore(options.state);
	}

	#restore(state: PopulationState): void {
		this.#nextId = state.nextId;
		this.directories = state.directories;
		this.seats = state.seats;
		for (const account of state.accounts) this.#keep(account);
		for (const { name, members, inside } of state.groups) {
			const group = this.addGroup(name);
			for (const member of members) this.addMember(name, member);
			for (const inner of inside) group.inside.add(inner);
			this.#nests ||= inside.length > 0;
		}
		for (const [token, account] of state.tokens) this.tokens.set(token, account);
		for (const [group, permissions] of state.groupPermissions) this.groupPermissions.set(group, new Set(permissions));
	}

	state(): PopulationState {
		return {
			nextId: this.#nextId,
			accounts: [...this.accounts.values()],
			groups: [...this.groups.values()].map(({ name, members, inside }) => ({ name, members: [...members], inside: [...inside] })),
			tokens: [...this.tokens],
			groupPermissions: [...this.groupPermissions].map(([name, permissions]) => [name, [...permissions]] as const),
			directories: this.directories,
			seats: this.seats,
		};
	}

	/** @throws Error when the name is taken. */
	addAccount(account: NewAccount): ConfluenceAccount {
		if (this.named(account.name) !== undefined) throw new Error(`there is an account ${account.name} already`);
		const id = uuidOf("confluence", this.#nextId).replaceAll("-", "");
		this.#nextId += 1;
		const kept: ConfluenceAccount = {
			displayName: account.name,
			emailAddress: "",
			active: true,
			directory: this.writableDirectory()?.name ?? this.directories[0]?.name ?? "",
			...account,
			id,
		};
		this.#keep(kept);
		this.touch();
		return kept;
	}

	updateAccount(id: string, change: Partial<Omit<ConfluenceAccount, "id">>): ConfluenceAccount {
		const before = this.account(id);
		this.#byName.delete(folded(before.name));
		const after = { ...before, ...change };
		this.#keep(after);
		this.touch();
		return after;
	}

	removeAccount(id: string): void {
		const account = this.account(id);
		for (const group of this.#groupsOf.get(id) ?? []) this.groups.get(group)?.members.delete(id);
		this.#groupsOf.delete(id);
		this.#byName.delete(folded(account.name));
		this.accounts.delete(id);
		this.touch();
	}

	/** One that exists already stays as it is. */
	addGroup(name: string): ConfluenceGroup {
		const known = this.groups.get(folded(name));
		if (known !== undefined) return known;
		const group: ConfluenceGroup = { name, members: new Set(), inside: new Set() };
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
	addMember(group: string, id: string): void {
		this.group(group).members.add(this.account(id).id);
		const groups = this.#groupsOf.get(id) ?? new Set();
		this.#groupsOf.set(id, groups.add(folded(group)));
		this.touch();
	}
	removeMember(group: string, id: string): void {
		this.group(group).members.delete(id);
		this.#groupsOf.get(id)?.delete(folded(group));
		this.touch();
	}
	/** Puts a group inside another, as an outer directory may. */
	nest(inner: string, outer: string): void {
		this.#nests = true;
		this.group(outer).inside.add(folded(this.group(inner).name));
		this.touch();
	}
	/** In the place of what the group could do before. */
	grant(name: string, ...permissions: readonly Permission[]): void {
		this.groupPermissions.set(folded(this.group(name).name), new Set(permissions));
		this.touch();
	}

	/** @throws Error when there is none. */
	account(id: string): ConfluenceAccount {
		const account = this.accounts.get(id);
		if (account === undefined) throw new Error(`there is no account with the key ${id}`);
		return account;
	}
	/** @throws Error when there is none. */
	group(name: string): ConfluenceGroup {
		const group = this.groups.get(folded(name));
		if (group === undefined) throw new Error(`there is no group ${name}`);
		return group;
	}
	named(name: string): ConfluenceAccount | undefined {
		const id = this.#byName.get(folded(name));
		return id === undefined ? undefined : this.accounts.get(id);
	}

	/** By name. */
	sorted(): readonly ConfluenceAccount[] {
		if (this.#sorted?.version !== this.version) this.#sorted = { version: this.version, rows: byName(this.accounts.values()) };
		return this.#sorted.rows;
	}
	/** By name; with those of groups inside. */
	membersOf(group: ConfluenceGroup): readonly ConfluenceAccount[] {
		const ids = new Set(group.members);
		for (const inner of group.inside) for (const id of this.groups.get(inner)?.members ?? []) ids.add(id);
		return byName([...ids].map((id) => this.account(id)));
	}
	/** By name; with those that hold one of them. */
	groupsOf(id: string): readonly ConfluenceGroup[] {
		const direct = this.#groupsOf.get(id) ?? new Set<string>();
		const all = new Set(direct);
		const outer = this.#nests ? this.groups : [];
		for (const [name, { inside }] of outer) if ([...inside].some((inner) => direct.has(inner))) all.add(name);
		return [...all].sort(order).map((name) => this.group(name));
	}

	may(id: string, permission: Permission): boolean {
		return this.groupsOf(id).some(({ name }) => this.groupPermissions.get(folded(name))?.has(permission));
	}
	/** Active accounts that may use Confluence. */
	seatsTaken(): number {
		const holders = new Set<string>();
		for (const [name, permissions] of this.groupPermissions)
			if (permissions.has("application use")) for (const { id, active } of this.membersOf(this.group(name))) if (active) holders.add(id);
		return holders.size;
	}
	isFull(): boolean {
		return this.seats >= 0 && this.seatsTaken() >= this.seats;
	}

	isReadOnly(account: ConfluenceAccount): boolean {
		return this.directories.find(({ name }) => name === account.directory)?.kind === "external";
	}
	writableDirectory(): Directory | undefined {
		return this.directories.find((directory) => directory.kind === "internal");
	}

	touch(): void {
		this.version += 1;
		this.#changed();
	}
	#keep(account: ConfluenceAccount): void {
		this.accounts.set(account.id, account);
		this.#byName.set(folded(account.name), account.id);
	}
}

const byName = (accounts: Iterable<ConfluenceAccount>): readonly ConfluenceAccount[] =>
	[...accounts]
		.map((account) => [folded(account.name), account] as const)
		.sort(([a], [b]) => order(a, b))
		.map(([, account]) => account);
