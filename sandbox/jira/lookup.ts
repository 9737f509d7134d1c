import type { Population } from "./population.ts";
import { type Application, folded, type JiraAccount, type JiraGroup } from "./records.ts";

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

interface Kept<T> {
	readonly version: number;
	readonly rows: T;
}

/** Questions about a population, with the answers kept until something changes: lists stay quick with 100,000 accounts. */
export class Lookup {
	readonly #population: Population;
	#sorted: Kept<readonly JiraAccount[]> | undefined;
	#byId: Kept<readonly JiraAccount[]> | undefined;
	#hits: (Kept<readonly JiraAccount[]> & { readonly question: string }) | undefined;
	readonly #members = new Map<string, Kept<readonly JiraAccount[]>>();
	#parents: Kept<ReadonlyMap<string, readonly string[]>> | undefined;

	constructor(population: Population) {
		this.#population = population;
	}

	/** By username, without case. */
	sorted(): readonly JiraAccount[] {
		this.#sorted = this.#fresh(this.#sorted, () =>
			[...this.#population.accounts.values()].sort((left, right) => order(folded(left.name), folded(right.name))),
		);
		return this.#sorted.rows;
	}

	/** In the order of creation. */
	byId(): readonly JiraAccount[] {
		this.#byId = this.#fresh(this.#byId, () => [...this.#population.accounts.values()].sort((left, right) => left.id - right.id));
		return this.#byId.rows;
	}

	/** Accounts whose username, e-mail or a word of the display name begins with the text. */
	found(text: string, wanted: { readonly active: boolean; readonly inactive: boolean; readonly dot: boolean }): readonly JiraAccount[] {
		const start = folded(text);
		const all = start === "." && wanted.dot;
		const question = JSON.stringify([start, wanted]);
		if (this.#hits?.question !== question) this.#hits = undefined;
		const hits = this.#fresh(this.#hits, () =>
			this.sorted().filter((account) => (account.active ? wanted.active : wanted.inactive) && (all || beginsWith(account, start))),
		);
		this.#hits = { ...hits, question };
		return hits.rows;
	}

	/** Members of the group and of the groups inside it, by username. */
	members(group: JiraGroup, inactive = true): readonly JiraAccount[] {
		const key = `${inactive} ${folded(group.name)}`;
		const kept = this.#fresh(this.#members.get(key), () => {
			if (!inactive) return this.members(group).filter((account) => account.active);
			const ids = new Set<number>();
			for (const inner of this.#within(group)) for (const id of inner.members) ids.add(id);
			return [...ids].map((id) => this.#population.account(id)).sort((left, right) => order(folded(left.name), folded(right.name)));
		});
		this.#members.set(key, kept);
		return kept.rows;
	}

	/** Is a member, directly or through a subgroup. */
	isMember(group: JiraGroup, id: number): boolean {
		return this.#within(group).some((inner) => inner.members.has(id));
	}

	/** Groups of an account with the groups around them, by name. */
	groupsOf(id: number): readonly JiraGroup[] {
		this.#parents = this.#fresh(this.#parents, () => this.#outerGroups());
		const seen = new Set<string>();
		const open = [...this.#population.directGroupsOf(id)];
		for (let name = open.pop(); name !== undefined; name = open.pop()) {
			if (seen.has(name)) continue;
			seen.add(name);
			open.push(...(this.#parents.rows.get(name) ?? []));
		}
		return [...seen].sort(order).map((name) => this.#population.group(name));
	}

	/** Active accounts that may use the application. */
	seatsTaken(application: Application): number {
		const ids = new Set<number>();
		for (const name of application.groups) {
			const group = this.#population.groups.get(folded(name));
			for (const inner of group === undefined ? [] : this.#within(group)) for (const id of inner.members) ids.add(id);
		}
		return [...ids].filter((id) => this.#population.account(id).active).length;
	}

	/** The application whose last seat is gone and that this account would newly use by joining the group. */
	fullFor(group: JiraGroup, account: JiraAccount): Application | undefined {
		if (!account.active) return undefined;
		return this.#population.applications.find((application) => {
			if (application.seats < 0) return false;
			const doors = application.groups.flatMap((name) => this.#population.groups.get(folded(name)) ?? []);
			const opens = doors.some((door) => this.#within(door).includes(group));
			return opens && !doors.some((door) => this.isMember(door, account.id)) && this.seatsTaken(application) >= application.seats;
		});
	}

	#within(group: JiraGroup): readonly JiraGroup[] {
		if (group.subgroups.size === 0) return [group];
		const seen = new Set([group]);
		for (const outer of seen) for (const inner of outer.subgroups) seen.add(this.#population.group(inner));
		return [...seen];
	}

	#outerGroups(): ReadonlyMap<string, readonly string[]> {
		const outer = new Map<string, string[]>();
		for (const group of this.#population.groups.values()) {
			for (const inner of group.subgroups) outer.set(inner, [...(outer.get(inner) ?? []), folded(group.name)]);
		}
		return outer;
	}

	#fresh<T>(kept: Kept<T> | undefined, make: () => T): Kept<T> {
		const version = this.#population.version;
		return kept?.version === version ? kept : { version, rows: make() };
	}
}

function beginsWith(account: JiraAccount, start: string): boolean {
	if (folded(account.name).startsWith(start) || folded(account.emailAddress).startsWith(start)) return true;
	const name = folded(account.displayName);
	return name.startsWith(start) || name.includes(` ${start}`);
}
