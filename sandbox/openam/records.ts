/** A person's entry in a data store. Attributes as LDAP has them; absent ones are absent. */
export interface OpenAmPerson {
	readonly entryUUID: string;
	readonly uid: string;
	readonly attributes: Readonly<Record<string, readonly string[]>>;
	/** As stored; OpenAM shows `Active` or `Inactive`, or nothing when it is absent. */
	readonly inetUserStatus?: string;
}

/** Members are DNs: of people, of groups, of nobody. */
export interface OpenAmGroup {
	readonly entryUUID: string;
	readonly cn: string;
	readonly members: readonly string[];
}

export interface StoreState {
	readonly people: readonly OpenAmPerson[];
	readonly groups: readonly OpenAmGroup[];
}
/** A realm without a store of its own uses that of the realm above it. */
export interface RealmState {
	readonly path: string;
	readonly store?: StoreState;
}

const escaped = (value: string): string => value.replace(/[,+"\\<>;=#]/g, "\\$&");

/** One data store: a tree with people and groups, in the order in which they were entered. */
export class DataStore {
	readonly #base: string;
	readonly #changed: () => void;
	readonly people: OpenAmPerson[];
	readonly groups: OpenAmGroup[];

	constructor(base: string, changed: () => void, state: StoreState = { people: [], groups: [] }) {
		this.#base = base;
		this.#changed = changed;
		this.people = [...state.people];
		this.groups = [...state.groups];
	}

	personDn(uid: string): string {
		return `uid=${escaped(uid)},ou=people,${this.#base}`;
	}

	groupDn(cn: string): string {
		return `cn=${escaped(cn)},ou=groups,${this.#base}`;
	}

	addPerson(person: OpenAmPerson): void {
		if (this.people.some(({ uid }) => uid === person.uid)) throw new Error(`there is a ${person.uid} already`);
		this.people.push(person);
		this.#changed();
	}

	addGroup(group: OpenAmGroup): void {
		if (this.groups.some(({ cn }) => cn === group.cn)) throw new Error(`there is a group ${group.cn} already`);
		this.groups.push(group);
		this.#changed();
	}

	replace(state: StoreState): void {
		this.people.splice(0, this.people.length, ...state.people);
		this.groups.splice(0, this.groups.length, ...state.groups);
		this.#changed();
	}

	/** @param change takes the place of the group's members. */
	setMembers(cn: string, change: (members: readonly string[]) => readonly string[]): void {
		const at = this.groups.findIndex((group) => group.cn === cn);
		const group = this.groups[at];
		if (group === undefined) throw new Error(`there is no group ${cn}`);
		this.groups[at] = { ...group, members: change(group.members) };
		this.#changed();
	}

	state(): StoreState {
		return { people: this.people, groups: this.groups };
	}
}
