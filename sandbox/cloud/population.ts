import { randomBytes, randomUUID } from "node:crypto";
import {
	type CloudEmail,
	type CloudGroup,
	type CloudUser,
	type DirectoryBounds,
	type DirectoryState,
	folded,
	type NewAccount,
	type OrganizationAccount,
	primaryOf,
} from "./records.ts";

export interface PopulationOptions {
	readonly state?: DirectoryState;
	readonly changed?: () => void;
	readonly directoryId?: string;
	readonly bounds?: Partial<DirectoryBounds>;
	readonly clock?: () => number;
	/** Whether capital letters tell names apart. */
	readonly exactNames?: boolean;
}

/**
 * One SCIM directory and the organisation behind it. Tests and the demo change it through these methods without Atlassian's
 * rules; the HTTP side adds the rules.
 */
export class Population {
	readonly directoryId: string;
	readonly users = new Map<string, CloudUser>();
	readonly groups = new Map<string, CloudGroup>();
	readonly accounts = new Map<string, OrganizationAccount>();
	/** Names of groups that the organisation has outside the directory: the directory cannot have them. */
	readonly outsideGroups = new Set<string>();
	readonly bounds: DirectoryBounds;
	/** Domains that the organisation has verified; undefined: every domain counts as such. */
	verifiedDomains: readonly string[] | undefined;
	accountsAtOnce = true;
	/** Counts changes; caches compare it. */
	version = 0;
	readonly #byName = new Map<string, string>();
	readonly #byEmail = new Map<string, string>();
	readonly #groupsByName = new Map<string, string>();
	readonly #groupsOf = new Map<string, Set<string>>();
	readonly #accountsByEmail = new Map<string, string>();
	readonly #changed: () => void;
	readonly #clock: () => number;
	readonly #key: (name: string) => string;

	constructor(options: PopulationOptions = {}) {
		this.directoryId = options.state?.directoryId ?? options.directoryId ?? randomUUID();
		this.bounds = { users: 1_000_000, groups: 250_000, membersPerGroup: 290_000, ...options.bounds };
		this.#changed = options.changed ?? (() => undefined);
		this.#clock = options.clock ?? Date.now;
		this.#key = options.exactNames === true ? (name) => name : folded;
		for (const account of options.state?.accounts ?? []) this.#keepAccount(account);
		for (const user of options.state?.users ?? []) this.#keep(user);
		for (const { members, ...group } of options.state?.groups ?? []) {
			this.#keepGroup({ ...group, members: new Set() });
			for (const member of members) this.addMember(group.displayName, member);
		}
		for (const name of options.state?.outsideGroups ?? ["org-admins", "site-admins"]) this.outsideGroups.add(name);
	}

	state(): DirectoryState {
		return {
			directoryId: this.directoryId,
			users: [...this.users.values()],
			groups: [...this.groups.values()].map((group) => ({ ...group, members: [...group.members] })),
			accounts: [...this.accounts.values()],
			outsideGroups: [...this.outsideGroups],
		};
	}

	/** A user of the directory, linked to the organisation's account with this address or to a new one. @throws Error when the name is taken. */
	addAccount({ name, displayName, emailAddress, active = true }: NewAccount): CloudUser {
		return this.addUser({
			userName: name,
			emails: [{ value: emailAddress, type: "work", primary: true }],
			active,
			profile: {},
			...(displayName === undefined ? {} : { displayName }),
		});
	}
	addUser(user: Pick<CloudUser, "userName" | "emails" | "active" | "profile"> & { readonly displayName?: string | undefined }): CloudUser {
		if (this.named(user.userName) !== undefined) throw new Error(`there is a user ${user.userName} already`);
		const now = this.now();
		const accountId = this.accountsAtOnce ? this.#linkedAccount(user) : undefined;
		const kept: CloudUser = {
			...user,
			id: randomUUID(),
			...(accountId === undefined ? {} : { accountId }),
			created: now,
			lastModified: now,
		};
		this.#keep(kept);
		this.touch();
		return kept;
	}

	/** An account that is there without the directory; a user with its address would be linked to it. */
	addOrganizationAccount(account: Pick<OrganizationAccount, "email"> & Partial<OrganizationAccount>): OrganizationAccount {
		const kept: OrganizationAccount = {
			accountId: `712020:${randomUUID()}`,
			name: account.email.split("@")[0] as string,
			status: "active",
			managed: true,
			governedBy: "organization",
			...account,
		};
		this.#keepAccount(kept);
		this.touch();
		return kept;
	}
	updateAccount(accountId: string, change: Partial<Omit<OrganizationAccount, "accountId">>): OrganizationAccount {
		const before = this.accounts.get(accountId);
		if (before === undefined) throw new Error(`there is no account ${accountId}`);
		this.#accountsByEmail.delete(folded(before.email));
		const after = { ...before, ...change };
		this.#keepAccount(after);
		this.touch();
		return after;
	}

	updateUser(id: string, change: Partial<Omit<CloudUser, "id">>): CloudUser {
		const before = this.user(id);
		this.#forget(before);
		const after = { ...before, ...change, lastModified: this.now() };
		this.#keep(after);
		// What the directory says of somebody is true for the account that it governs.
		const account = after.accountId === undefined ? undefined : this.accounts.get(after.accountId);
		if (account?.governedBy === "scim")
			this.updateAccount(account.accountId, {
				status: after.active ? "active" : "inactive",
				email: primaryOf(after.emails),
				name: after.displayName ?? account.name,
			});
		this.touch();
		return after;
	}
	/** The record goes; the account stays, switched off. */
	removeUser(id: string): void {
		const user = this.user(id);
		for (const group of this.#groupsOf.get(id) ?? []) this.groups.get(group)?.members.delete(id);
		this.#groupsOf.delete(id);
		this.#forget(user);
		this.users.delete(id);
		if (user.accountId !== undefined) this.updateAccount(user.accountId, { status: "inactive", governedBy: "organization" });
		this.touch();
	}

	/** One that exists already stays as it is. */
	addGroup(name: string, externalId?: string): CloudGroup {
		const known = this.groupNamed(name);
		if (known !== undefined) return known;
		const now = this.now();
		const group: CloudGroup = {
			id: randomUUID(),
			displayName: name,
			...(externalId === undefined ? {} : { externalId }),
			members: new Set(),
			created: now,
			lastModified: now,
		};
		this.#keepGroup(group);
		this.touch();
		return group;
	}
	removeGroup(id: string): void {
		const group = this.group(id);
		for (const member of group.members) this.#groupsOf.get(member)?.delete(id);
		this.groups.delete(id);
		this.#groupsByName.delete(this.#key(group.displayName));
		this.touch();
	}
	/** @throws Error when there is no such group or user. */
	addMember(name: string, user: string): void {
		const group = this.groupNamed(name);
		if (group === undefined) throw new Error(`there is no group ${name}`);
		this.join(group, user);
	}
	join(group: CloudGroup, user: string): void {
		group.members.add(this.user(user).id);
		const groups = this.#groupsOf.get(user) ?? new Set();
		this.#groupsOf.set(user, groups.add(group.id));
		this.touch();
	}
	leave(group: CloudGroup, user: string): void {
		group.members.delete(user);
		this.#groupsOf.get(user)?.delete(group.id);
		this.touch();
	}

	/** @throws Error when there is none. */
	user(id: string): CloudUser {
		const user = this.users.get(id);
		if (user === undefined) throw new Error(`there is no user ${id}`);
		return user;
	}
	/** @throws Error when there is none. */
	group(id: string): CloudGroup {
		const group = this.groups.get(id);
		if (group === undefined) throw new Error(`there is no group ${id}`);
		return group;
	}
	named(userName: string): CloudUser | undefined {
		return this.users.get(this.#byName.get(this.#key(userName)) ?? "");
	}
	withEmail(email: string): CloudUser | undefined {
		return this.users.get(this.#byEmail.get(folded(email)) ?? "");
	}
	groupNamed(name: string): CloudGroup | undefined {
		return this.groups.get(this.#groupsByName.get(this.#key(name)) ?? "");
	}
	groupsOf(id: string): readonly CloudGroup[] {
		return [...(this.#groupsOf.get(id) ?? [])].map((group) => this.group(group));
	}
	now(): string {
		return new Date(this.#clock()).toISOString();
	}
	touch(): void {
		this.version += 1;
		this.#changed();
	}

	#linkedAccount(user: {
		readonly emails: readonly CloudEmail[];
		readonly active: boolean;
		readonly displayName?: string | undefined;
	}): string {
		const email = primaryOf(user.emails);
		const known = this.accounts.get(this.#accountsByEmail.get(folded(email)) ?? "");
		const domain = folded(email.split("@").at(-1) ?? "");
		const managed = this.verifiedDomains === undefined || this.verifiedDomains.includes(domain);
		const status = user.active ? "active" : "inactive";
		const governedBy = managed ? ("scim" as const) : ("organization" as const);
		if (known !== undefined) return this.updateAccount(known.accountId, { status, governedBy }).accountId;
		return this.addOrganizationAccount({
			email,
			status,
			managed,
			governedBy,
			accountId: randomBytes(12).toString("hex"),
			...(user.displayName === undefined ? {} : { name: user.displayName }),
		}).accountId;
	}

	#keep(user: CloudUser): void {
		this.users.set(user.id, user);
		this.#byName.set(this.#key(user.userName), user.id);
		for (const { value } of user.emails) this.#byEmail.set(folded(value), user.id);
	}
	#forget(user: CloudUser): void {
		this.#byName.delete(this.#key(user.userName));
		for (const { value } of user.emails) if (this.#byEmail.get(folded(value)) === user.id) this.#byEmail.delete(folded(value));
	}
	#keepGroup(group: CloudGroup): void {
		this.groups.set(group.id, group);
		this.#groupsByName.set(this.#key(group.displayName), group.id);
	}
	#keepAccount(account: OrganizationAccount): void {
		this.accounts.set(account.accountId, account);
		this.#accountsByEmail.set(folded(account.email), account.accountId);
	}
}
