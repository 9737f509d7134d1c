import { randomUUID } from "node:crypto";
import {
	type Application,
	type Directory,
	folded,
	type JiraAccount,
	type JiraGroup,
	type NewAccount,
	type PopulationState,
} from "./records.ts";

export interface PopulationOptions {
	readonly keys?: "numbered" | "username";
	/** Called after every change. */
	readonly changed?: () => void;
	readonly state?: PopulationState;
	/** The first that is `internal` takes new accounts. */
	readonly directories?: readonly Directory[];
	readonly applications?: readonly Application[];
}

const standardApplication: Application = {
	key: "jira-software",
	name: "Jira Software",
	groups: ["jira-software-users"],
	defaultGroups: ["jira-software-users"],
	seats: -1,
	selectedByDefault: true,
};

export const administrators = "jira-administrators";

/**
 * The accounts, groups and memberships of one Jira. Tests and the demo change it through these methods without Jira's rules;
 * the HTTP side adds the rules. Names are compared without case and kept as given.
 */
export class Population {
	readonly accounts = new Map<number, JiraAccount>();
	readonly groups = new Map<string, JiraGroup>();
	/** Deleted accounts, by key: `includeDeleted=true` shows them. */
	readonly deleted = new Map<string, JiraAccount>();
	readonly tokens = new Map<string, number>();
	directories: readonly Directory[];
	applications: readonly Application[];
	/** What the administrator has set as Jira's base URL; it stays the same wherever the server is reached. */
	baseUrl: string;
	/** Counts changes; caches compare it. */
	version = 0;
	readonly #byName = new Map<string, number>();
	readonly #byKey = new Map<string, number>();
	readonly #directGroups = new Map<number, Set<string>>();
	readonly #keys: "numbered" | "username";
	readonly #changed: () => void;
	#nextId = 10_000;

	constructor(options: PopulationOptions = {}) {
		this.#keys = options.keys ?? "numbered";
		this.#changed = options.changed ?? (() => undefined);
		this.directories = options.directories ?? [{ name: "Jira Internal Directory", kind: "internal" }];
		this.applications = options.applications ?? [standardApplication];
		this.baseUrl = options.state?.baseUrl ?? `https://jira-${randomUUID().slice(0, 8)}.example.com`;
		if (options.state !== undefined) this.#restore(options.state);
	}

	#restore(state: PopulationState): void {
		this.#nextId = state.nextId;
		this.directories = state.directories;
		this.applications = state.applications;
		for (const account of state.accounts) this.#keep(account);
		for (const account of state.deleted) this.deleted.set(account.key, account);
		for (const group of state.groups) {
			this.addGroup(group.name);
			for (const child of group.subgroups) this.group(group.name).subgroups.add(child);
			for (const member of group.members) this.#join(group.name, member);
		}
		for (const [token, account] of state.tokens) this.tokens.set(token, account);
	}

	state(): PopulationState {
		return {
			nextId: this.#nextId,
			accounts: [...this.accounts.values()],
			deleted: [...this.deleted.values()],
			groups: [...this.groups.values()].map(({ name, members, subgroups }) => ({ name, members: [...members], subgroups: [...subgroups] })),
			tokens: [...this.tokens],
			applications: this.applications,
			directories: this.directories,
			baseUrl: this.baseUrl,
		};
	}

	/** @throws Error when the name is taken. */
	addAccount(account: NewAccount): JiraAccount {
		if (this.named(account.name) !== undefined) throw new Error(`there is an account ${account.name} already`);
		const { key, ...rest } = account;
		const id = this.#nextId;
		this.#nextId += 1;
		const kept: JiraAccount = {
			displayName: account.name,
			emailAddress: "",
			active: true,
			directory: this.writableDirectory()?.name ?? this.directories[0]?.name ?? "",
			...rest,
			id,
			key: key ?? (this.#keys === "numbered" ? `JIRAUSER${id}` : this.#freeKey(folded(account.name), id)),
		};
		this.#keep(kept);
		this.touch();
		return kept;
	}

	updateAccount(id: number, change: Partial<Omit<JiraAccount, "id" | "key">>): JiraAccount {
		const before = this.account(id);
		const after = { ...before, ...change };
		this.#byName.delete(folded(before.name));
		this.#keep(after);
		this.touch();
		return after;
	}

	removeAccount(id: number): void {
		const account = this.account(id);
		for (const group of this.#directGroups.get(id) ?? []) this.groups.get(group)?.members.delete(id);
		this.#directGroups.delete(id);
		this.#byName.delete(folded(account.name));
		this.#byKey.delete(account.key);
		this.accounts.delete(id);
		this.deleted.set(account.key, { ...account, active: false });
		this.touch();
	}

	/** One that exists already stays as it is. */
	addGroup(name: string): JiraGroup {
		const known = this.groups.get(folded(name));
		if (known !== undefined) return known;
		const group: JiraGroup = { name, members: new Set(), subgroups: new Set() };
		this.groups.set(folded(name), group);
		this.touch();
		return group;
	}

	removeGroup(name: string): void {
		for (const member of this.group(name).members) this.#directGroups.get(member)?.delete(folded(name));
		for (const group of this.groups.values()) group.subgroups.delete(folded(name));
		this.groups.delete(folded(name));
		this.touch();
	}

	/** Puts one group into another: its members count as members of the outer one. */
	nest(outer: string, inner: string): void {
		this.group(outer).subgroups.add(folded(this.group(inner).name));
		this.touch();
	}

	addMember(group: string, id: number): void {
		this.#join(group, this.account(id).id);
		this.touch();
	}

	removeMember(group: string, id: number): void {
		this.group(group).members.delete(id);
		this.#directGroups.get(id)?.delete(folded(group));
		this.touch();
	}

	/** @throws Error when there is none. */
	account(id: number): JiraAccount {
		const account = this.accounts.get(id);
		if (account === undefined) throw new Error(`there is no account number ${id}`);
		return account;
	}

	/** @throws Error when there is none. */
	group(name: string): JiraGroup {
		const group = this.groups.get(folded(name));
		if (group === undefined) throw new Error(`there is no group ${name}`);
		return group;
	}

	named(name: string): JiraAccount | undefined {
		const id = this.#byName.get(folded(name));
		return id === undefined ? undefined : this.accounts.get(id);
	}

	keyed(key: string): JiraAccount | undefined {
		const id = this.#byKey.get(key);
		return id === undefined ? undefined : this.accounts.get(id);
	}

	directoryOf(account: JiraAccount): Directory {
		return this.directories.find((directory) => directory.name === account.directory) ?? { name: account.directory, kind: "internal" };
	}

	/** New accounts go into the first directory that can be written (CWD-4608). */
	writableDirectory(): Directory | undefined {
		return this.directories.find((directory) => directory.kind === "internal");
	}

	/** Folded names of the groups that the account is in directly. */
	directGroupsOf(id: number): ReadonlySet<string> {
		return this.#directGroups.get(id) ?? new Set();
	}

	touch(): void {
		this.version += 1;
		this.#changed();
	}

	#keep(account: JiraAccount): void {
		this.accounts.set(account.id, account);
		this.#byName.set(folded(account.name), account.id);
		this.#byKey.set(account.key, account.id);
	}

	#join(group: string, id: number): void {
		this.group(group).members.add(id);
		const groups = this.#directGroups.get(id) ?? new Set();
		this.#directGroups.set(id, groups.add(folded(group)));
	}

	/** A key stays with its account when the account is renamed; a later owner of the name gets another key. */
	#freeKey(name: string, id: number): string {
		return this.#byKey.has(name) || this.deleted.has(name) ? `ID${id}` : name;
	}
}
