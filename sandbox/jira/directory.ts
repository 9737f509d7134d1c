import type { NewUser, Directory as ServedDirectory } from "../crowd/directory.ts";
import { type CrowdGroup, type CrowdUser, PERMISSIONS, type Permission } from "../crowd/records.ts";
import type { Population } from "./population.ts";
import { type Directory, folded, type JiraAccount, type JiraGroup } from "./records.ts";

const OF_GROUPS: ReadonlySet<Permission> = new Set(["create group", "update group", "delete group"]);

/**
 * One directory of a Jira as its user server shows it: the same accounts and groups as over REST v2, under keys of another
 * kind (`1:uuid`), with direct members only, and without any of Jira's rules for changes.
 */
export class JiraDirectory implements ServedDirectory {
	readonly id: number;
	readonly name: string;
	readonly down = false;
	readonly #population: Population;
	readonly #users = new Map<number, JiraUser>();
	readonly #groups = new Map<JiraGroup, JiraUserGroup>();
	#listed: { readonly version: number; readonly users: readonly CrowdUser[] } | undefined;

	constructor(population: Population, { id, name }: { readonly id: number; readonly name: string }) {
		this.#population = population;
		this.id = id;
		this.name = name;
	}

	/** Accounts of an LDAP connector are only read, and groups kept beside them. */
	get permissions(): ReadonlySet<Permission> {
		const kind = this.#population.directories.find(({ name }) => name === this.name)?.kind;
		if (kind === "internal") return new Set(PERMISSIONS);
		return kind === "ldap" ? OF_GROUPS : new Set();
	}

	/** By name, which the protocol sorts by; kept until something changes, so that pages of a long list stay quick. */
	users(): readonly CrowdUser[] {
		const { version, accounts } = this.#population;
		if (this.#listed?.version === version) return this.#listed.users;
		const own = [...accounts.values()].filter((account) => this.#has(account)).map(({ id, name }) => ({ id, name: folded(name) }));
		const users = own.sort((left, right) => (left.name < right.name ? -1 : 1)).map(({ id }) => this.#user(id));
		this.#listed = { version, users };
		return users;
	}
	user(name: string): CrowdUser | undefined {
		const account = this.#population.named(name);
		return account === undefined || !this.#has(account) ? undefined : this.#user(account.id);
	}
	keyOf(user: CrowdUser): string {
		return `${this.id}:${user.externalId}`;
	}
	addUser({ name, displayName, email, active, password, firstName, lastName }: NewUser): CrowdUser {
		const account = this.#population.addAccount({
			name,
			displayName: displayName ?? name,
			emailAddress: email ?? "",
			active: active ?? true,
			directory: this.name,
			...(password === undefined ? {} : { password }),
		});
		this.#population.updateAccount(account.id, { nameParts: [firstName ?? "", lastName ?? ""] });
		return this.#user(account.id);
	}
	removeUser(name: string): void {
		const account = this.#population.named(name);
		if (account !== undefined) this.#population.removeAccount(account.id);
	}
	rename(user: CrowdUser, name: string): void {
		const account = this.#population.named(user.name);
		if (account !== undefined) this.#population.updateAccount(account.id, { name });
	}

	groups(): readonly CrowdGroup[] {
		return [...this.#population.groups.values()].map((group) => this.#group(group));
	}
	group(name: string): CrowdGroup | undefined {
		const group = this.#population.groups.get(folded(name));
		return group === undefined ? undefined : this.#group(group);
	}
	addGroup(name: string, more: Partial<Omit<CrowdGroup, "name">> = {}): CrowdGroup {
		return Object.assign(this.#group(this.#population.addGroup(name)), more);
	}
	removeGroup(name: string): void {
		if (this.#population.groups.has(folded(name))) this.#population.removeGroup(name);
	}
	touch(): void {
		this.#population.touch();
	}

	#has(account: JiraAccount): boolean {
		return this.#population.directoryOf(account).name === this.name;
	}
	#user(id: number): JiraUser {
		const known = this.#users.get(id) ?? new JiraUser(this.#population, id);
		this.#users.set(id, known);
		return known;
	}
	#group(group: JiraGroup): JiraUserGroup {
		const known = this.#groups.get(group) ?? new JiraUserGroup(this.#population, { group, has: (account) => this.#has(account) });
		this.#groups.set(group, known);
		return known;
	}
}

/** The directories of a Jira, topmost first; the internal one that Jira comes with has the id 1. */
export function directoriesOf(population: Population): () => readonly JiraDirectory[] {
	const known = new Map<string, JiraDirectory>();
	const directoryOf = ({ name }: Directory, at: number): JiraDirectory => {
		const directory = known.get(name) ?? new JiraDirectory(population, { id: at === 0 ? 1 : 9_900 + 100 * at, name });
		known.set(name, directory);
		return directory;
	};
	return () => population.directories.map(directoryOf);
}

class JiraUser implements CrowdUser {
	readonly #population: Population;
	readonly #id: number;

	constructor(population: Population, id: number) {
		this.#population = population;
		this.#id = id;
	}
	get #account(): JiraAccount {
		return this.#population.account(this.#id);
	}
	#change(change: Parameters<Population["updateAccount"]>[1]): void {
		this.#population.updateAccount(this.#id, change);
	}

	get externalId(): string {
		return `5f9c1d2e-0000-4000-8000-${String(this.#id).padStart(12, "0")}`;
	}
	get name(): string {
		return this.#account.name;
	}
	get displayName(): string {
		return this.#account.displayName;
	}
	set displayName(displayName: string) {
		this.#change({ displayName });
	}
	get #parts(): readonly [string, string] {
		const words = this.displayName.split(/\s+/);
		return this.#account.nameParts ?? [words.slice(0, -1).join(" "), words.at(-1) ?? ""];
	}
	get firstName(): string {
		return this.#parts[0];
	}
	set firstName(firstName: string) {
		this.#change({ nameParts: [firstName, this.lastName] });
	}
	get lastName(): string {
		return this.#parts[1];
	}
	set lastName(lastName: string) {
		this.#change({ nameParts: [this.firstName, lastName] });
	}
	get email(): string {
		return this.#account.emailAddress;
	}
	set email(emailAddress: string) {
		this.#change({ emailAddress });
	}
	get active(): boolean {
		return this.#account.active;
	}
	set active(active: boolean) {
		this.#change({ active });
	}
	get password(): string {
		return this.#account.password ?? "";
	}
	set password(password: string) {
		this.#change({ password });
	}
	get attributes(): Record<string, readonly string[]> {
		return { ...this.#account.attributes };
	}
	set attributes(attributes: Record<string, readonly string[]>) {
		this.#change({ attributes });
	}
}

class JiraUserGroup implements CrowdGroup {
	description = "";
	active = true;
	attributes: Record<string, readonly string[]> = {};
	readonly #population: Population;
	readonly #group: JiraGroup;
	readonly #has: (account: JiraAccount) => boolean;

	constructor(population: Population, of: { readonly group: JiraGroup; readonly has: (account: JiraAccount) => boolean }) {
		this.#population = population;
		this.#group = of.group;
		this.#has = of.has;
	}

	get name(): string {
		return this.#group.name;
	}
	get #members(): readonly JiraAccount[] {
		return [...this.#group.members].map((id) => this.#population.account(id)).filter(this.#has);
	}
	get users(): readonly string[] {
		return this.#members.map(({ name }) => folded(name));
	}
	set users(names: readonly string[]) {
		const wanted = new Set(names);
		for (const { id, name } of this.#members) if (!wanted.delete(folded(name))) this.#population.removeMember(this.name, id);
		for (const name of wanted) {
			const account = this.#population.named(name);
			if (account !== undefined) this.#population.addMember(this.name, account.id);
		}
	}
	get groups(): readonly string[] {
		return [...this.#group.subgroups];
	}
	set groups(names: readonly string[]) {
		this.#group.subgroups.clear();
		for (const name of names) this.#group.subgroups.add(folded(name));
		this.#population.touch();
	}
}
