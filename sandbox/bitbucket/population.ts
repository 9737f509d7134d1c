import { randomUUID } from "node:crypto";
import {
	type BitbucketAccount,
	type BitbucketGroup,
	type Directory,
	folded,
	higher,
	type Level,
	type Licence,
	type NewAccount,
	type PopulationState,
} from "./records.ts";

export interface PopulationOptions {
	/** Called after every change. */
	readonly changed?: () => void;
	readonly state?: PopulationState;
	/** The first that is `internal` takes new accounts. */
	readonly directories?: readonly Directory[];
	/** Default: without limit. */
	readonly seats?: number;
}

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/**
 * The accounts, groups, memberships and global permissions of one Bitbucket. Tests and the demo change it through these
 * methods without Bitbucket's rules; the HTTP side adds the rules. Names are compared without case and kept as given.
 */
export class Population {
	readonly accounts = new Map<number, BitbucketAccount>();
	readonly groups = new Map<string, BitbucketGroup>();
	readonly tokens = new Map<string, number>();
	/** By folded name. */
	readonly groupPermissions = new Map<string, Level>();
	readonly accountPermissions = new Map<number, Level>();
	directories: readonly Directory[];
	/** Undefined: none is installed. */
	licence: Licence | undefined;
	/** Counts changes; caches compare it. */
	version = 0;
	readonly #byName = new Map<string, number>();
	readonly #bySlug = new Map<string, number>();
	readonly #groupsOf = new Map<number, Set<string>>();
	readonly #changed: () => void;
	#nextId = 101;
	#sorted: { readonly version: number; readonly rows: readonly BitbucketAccount[] } | undefined;
	readonly #members = new Map<string, { readonly version: number; readonly rows: readonly BitbucketAccount[] }>();

	constructor(options: PopulationOptions = {}) {
		this.#changed = options.changed ?? (() => undefined);
		this.directories = options.directories ?? [{ name: "Bitbucket Internal Directory", kind: "internal" }];
		this.licence = { seats: options.seats ?? -1, serverId: serverId() };
		if (options.state !== undefined) this.#restore(options.state);
	}

	#restore(state: PopulationState): void {
		this.#nextId = state.nextId;
		this.directories = state.directories;
		this.licence = state.licence;
		for (const account of state.accounts) this.#keep(account);
		for (const { name, members } of state.groups) {
			this.addGroup(name);
			for (const member of members) this.addMember(name, member);
		}
		for (const [token, account] of state.tokens) this.tokens.set(token, account);
		for (const [group, level] of state.groupPermissions) this.groupPermissions.set(group, level);
		for (const [account, level] of state.accountPermissions) this.accountPermissions.set(account, level);
	}

	state(): PopulationState {
		return {
			nextId: this.#nextId,
			accounts: [...this.accounts.values()],
			groups: [...this.groups.values()].map(({ name, members }) => ({ name, members: [...members] })),
			tokens: [...this.tokens],
			groupPermissions: [...this.groupPermissions],
			accountPermissions: [...this.accountPermissions],
			directories: this.directories,
			licence: this.licence,
		};
	}

	/** @throws Error when the name is taken. */
	addAccount(account: NewAccount): BitbucketAccount {
		if (this.named(account.name) !== undefined) throw new Error(`there is an account ${account.name} already`);
		const id = this.#nextId;
		this.#nextId += 1;
		const kept: BitbucketAccount = {
			displayName: account.name,
			emailAddress: "",
			active: true,
			directory: this.writableDirectory()?.name ?? this.directories[0]?.name ?? "",
			...account,
			id,
			slug: this.#freeSlug(account.name),
		};
		this.#keep(kept);
		this.touch();
		return kept;
	}

	updateAccount(id: number, change: Partial<Omit<BitbucketAccount, "id" | "slug">>): BitbucketAccount {
		const before = this.account(id);
		this.#byName.delete(folded(before.name));
		this.#bySlug.delete(before.slug);
		const renamed = change.name !== undefined && change.name !== before.name;
		const after = { ...before, ...change, ...(renamed ? { slug: this.#freeSlug(change.name as string) } : {}) };
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
		this.#bySlug.delete(account.slug);
		this.accounts.delete(id);
		this.touch();
	}

	/** One that exists already stays as it is. */
	addGroup(name: string): BitbucketGroup {
		const known = this.groups.get(folded(name));
		if (known !== undefined) return known;
		const group: BitbucketGroup = { name, members: new Set() };
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

	grantGroup(name: string, level: Level): void {
		this.groupPermissions.set(folded(this.group(name).name), level);
		this.touch();
	}
	grantAccount(id: number, level: Level): void {
		this.accountPermissions.set(this.account(id).id, level);
		this.touch();
	}

	/** @throws Error when there is none. */
	account(id: number): BitbucketAccount {
		const account = this.accounts.get(id);
		if (account === undefined) throw new Error(`there is no account number ${id}`);
		return account;
	}
	/** @throws Error when there is none. */
	group(name: string): BitbucketGroup {
		const group = this.groups.get(folded(name));
		if (group === undefined) throw new Error(`there is no group ${name}`);
		return group;
	}
	named(name: string): BitbucketAccount | undefined {
		const id = this.#byName.get(folded(name));
		return id === undefined ? undefined : this.accounts.get(id);
	}
	slugged(slug: string): BitbucketAccount | undefined {
		const id = this.#bySlug.get(folded(slug));
		return id === undefined ? undefined : this.accounts.get(id);
	}

	/** By name, without case. */
	sorted(): readonly BitbucketAccount[] {
		if (this.#sorted?.version !== this.version) this.#sorted = { version: this.version, rows: byName(this.accounts.values()) };
		return this.#sorted.rows;
	}
	/** By name, without case. */
	membersOf(group: BitbucketGroup): readonly BitbucketAccount[] {
		const key = folded(group.name);
		const known = this.#members.get(key);
		if (known?.version === this.version) return known.rows;
		const rows = byName([...group.members].map((id) => this.account(id)));
		this.#members.set(key, { version: this.version, rows });
		return rows;
	}
	groupsOf(id: number): readonly BitbucketGroup[] {
		return [...(this.#groupsOf.get(id) ?? [])].sort(order).map((name) => this.group(name));
	}

	/** The highest global permission, by itself or through groups. */
	levelOf(id: number): Level | undefined {
		let level = this.accountPermissions.get(id);
		for (const name of this.#groupsOf.get(id) ?? []) {
			const granted = this.groupPermissions.get(name);
			if (higher(granted, level)) level = granted;
		}
		return level;
	}
	/** Active accounts with any global permission. */
	seatsTaken(): number {
		const holders = new Set(this.accountPermissions.keys());
		for (const name of this.groupPermissions.keys()) for (const id of this.group(name).members) holders.add(id);
		return [...holders].filter((id) => this.account(id).active).length;
	}
	/** Whether one more active account with a permission is one too many. */
	isFull(): boolean {
		return this.licence !== undefined && this.licence.seats >= 0 && this.seatsTaken() >= this.licence.seats;
	}

	directoryOf(account: BitbucketAccount): Directory {
		return this.directories.find((directory) => directory.name === account.directory) ?? { name: account.directory, kind: "internal" };
	}
	writableDirectory(): Directory | undefined {
		return this.directories.find((directory) => directory.kind === "internal");
	}

	touch(): void {
		this.version += 1;
		this.#changed();
	}

	#keep(account: BitbucketAccount): void {
		this.accounts.set(account.id, account);
		this.#byName.set(folded(account.name), account.id);
		this.#bySlug.set(account.slug, account.id);
	}

	/** `super@example.com` and `super_example.com` want the same slug: the later one gets a number (seen by others' clients). */
	#freeSlug(name: string): string {
		const wanted = folded(name).replace(/[^a-z0-9\-_.~]/g, "_");
		for (let number = 1; ; number += 1) {
			const slug = number === 1 ? wanted : `${wanted}${number}`;
			if (!this.#bySlug.has(slug)) return slug;
		}
	}
}

const byName = (accounts: Iterable<BitbucketAccount>): readonly BitbucketAccount[] =>
	[...accounts]
		.map((account) => [folded(account.name), account] as const)
		.sort(([a], [b]) => order(a, b))
		.map(([, account]) => account);

/** Four groups of four, as Atlassian products write it. */
const serverId = (): string => (randomUUID().replaceAll("-", "").toUpperCase().match(/.{4}/g) as string[]).slice(0, 4).join("-");
