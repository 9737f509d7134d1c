/** Where accounts and groups live. `external`: nothing can be written. */
export type Directory = "internal" | "external";

/** Fisheye shows no number and no key of an account: the name is all that tells it from others. */
export interface FisheyeAccount {
	/** Of the stand-in only: never sent. */
	readonly id: number;
	readonly name: string;
	readonly displayName: string;
	readonly emailAddress: string;
	readonly directory: Directory;
	readonly password?: string;
}
export type NewAccount = Pick<FisheyeAccount, "name"> & Partial<Omit<FisheyeAccount, "id">>;
export interface FisheyeGroup {
	readonly name: string;
	readonly admin: boolean;
	readonly directory: Directory;
	readonly members: Set<number>;
}

/** As it is written to the state file. */
export interface PopulationState {
	readonly nextId: number;
	readonly accounts: readonly FisheyeAccount[];
	readonly groups: readonly (Omit<FisheyeGroup, "members"> & { readonly members: readonly number[] })[];
}

export const folded = (name: string): string => name.toLowerCase();
const inOrder = <Row extends { readonly name: string }>(rows: Iterable<Row>): readonly Row[] =>
	[...rows]
		.map((row) => [folded(row.name), row] as const)
		.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
		.map(([, row]) => row);

/**
 * The accounts, groups and memberships of one Fisheye. Tests and the demo change it through these methods without Fisheye's
 * rules; the HTTP side adds the rules. Names are compared without case.
 */
export class Population {
	readonly accounts = new Map<number, FisheyeAccount>();
	/** By folded name. */
	readonly groups = new Map<string, FisheyeGroup>();
	/** False: no directory takes new accounts and groups. */
	writable = true;
	readonly #byName = new Map<string, number>();
	readonly #groupsOf = new Map<number, Set<string>>();
	readonly #changed: () => void;
	#nextId = 1;
	#sorted: readonly FisheyeAccount[] | undefined;

	/** @param changed called after every change. */
	constructor(changed: () => void = () => undefined, state?: PopulationState) {
		this.#changed = changed;
		if (state === undefined) return;
		this.#nextId = state.nextId;
		for (const account of state.accounts) this.#keep(account);
		for (const { members, ...group } of state.groups) {
			this.groups.set(folded(group.name), { ...group, members: new Set() });
			for (const member of members) this.addMember(group.name, member);
		}
	}
	state(): PopulationState {
		const groups = [...this.groups.values()].map((group) => ({ ...group, members: [...group.members] }));
		return { nextId: this.#nextId, accounts: [...this.accounts.values()], groups };
	}

	/** @throws Error when the name is taken. */
	addAccount(account: NewAccount): FisheyeAccount {
		if (this.named(account.name) !== undefined) throw new Error(`there is an account ${account.name} already`);
		const { name, displayName = name, emailAddress = "", directory = "internal", password } = account;
		const kept = { id: this.#nextId, name, displayName, emailAddress, directory, ...(password === undefined ? {} : { password }) };
		this.#nextId += 1;
		this.#keep(kept);
		return kept;
	}
	updateAccount(id: number, change: Partial<Omit<FisheyeAccount, "id" | "name">>): FisheyeAccount {
		const after = { ...this.account(id), ...change };
		this.#keep(after);
		return after;
	}
	removeAccount(id: number): void {
		for (const group of this.groupsOf(id)) group.members.delete(id);
		this.#groupsOf.delete(id);
		this.#byName.delete(folded(this.account(id).name));
		this.accounts.delete(id);
		this.#touch();
	}

	/** One that exists already stays as it is. */
	addGroup(name: string, more: { readonly admin?: boolean; readonly directory?: Directory } = {}): FisheyeGroup {
		const known = this.groups.get(folded(name));
		if (known !== undefined) return known;
		const group = { name, admin: more.admin ?? false, directory: more.directory ?? "internal", members: new Set<number>() };
		this.groups.set(folded(name), group);
		this.#touch();
		return group;
	}
	changeGroup(name: string, change: { readonly admin: boolean }): void {
		this.groups.set(folded(name), { ...this.group(name), ...change });
		this.#touch();
	}
	removeGroup(name: string): void {
		for (const member of this.group(name).members) this.#groupsOf.get(member)?.delete(folded(name));
		this.groups.delete(folded(name));
		this.#touch();
	}
	addMember(group: string, id: number): void {
		this.group(group).members.add(this.account(id).id);
		const groups = this.#groupsOf.get(id) ?? new Set();
		this.#groupsOf.set(id, groups.add(folded(group)));
		this.#touch();
	}
	removeMember(group: string, id: number): void {
		this.group(group).members.delete(id);
		this.#groupsOf.get(id)?.delete(folded(group));
		this.#touch();
	}

	/** @throws Error when there is none. */
	account(id: number): FisheyeAccount {
		const account = this.accounts.get(id);
		if (account === undefined) throw new Error(`there is no account number ${id}`);
		return account;
	}
	/** @throws Error when there is none. */
	group(name: string): FisheyeGroup {
		const group = this.groups.get(folded(name));
		if (group === undefined) throw new Error(`there is no group ${name}`);
		return group;
	}
	named(name: string): FisheyeAccount | undefined {
		const id = this.#byName.get(folded(name));
		return id === undefined ? undefined : this.accounts.get(id);
	}
	/** By name, without case. */
	sorted(): readonly FisheyeAccount[] {
		this.#sorted ??= inOrder(this.accounts.values());
		return this.#sorted;
	}
	sortedGroups(): readonly FisheyeGroup[] {
		return inOrder(this.groups.values());
	}
	membersOf(group: FisheyeGroup): readonly FisheyeAccount[] {
		return inOrder([...group.members].map((id) => this.account(id)));
	}
	groupsOf(id: number): readonly FisheyeGroup[] {
		return inOrder([...(this.#groupsOf.get(id) ?? [])].map((name) => this.group(name)));
	}
	isAdministrator(id: number): boolean {
		return this.groupsOf(id).some(({ admin }) => admin);
	}

	#keep(account: FisheyeAccount): void {
		this.accounts.set(account.id, account);
		this.#byName.set(folded(account.name), account.id);
		this.#touch();
	}
	#touch(): void {
		this.#sorted = undefined;
		this.#changed();
	}
}
