import type { GroupId, PersonId } from "../../core/model.ts";
import { keyOf, withoutUid } from "./dn.ts";

/** Who is known under which name. */
export class Names {
	readonly #people = new Map<string, PersonId | "several">();
	readonly #groups = new Map<string, GroupId | "several">();

	person(key: string, id: PersonId): void {
		add(this.#people, key, id);
	}
	group(key: string, id: GroupId): void {
		add(this.#groups, key, id);
	}
	find(key: string): Member {
		const person = this.#people.get(key);
		const group = this.#groups.get(key);
		if (person === "several" || group === "several") return { kind: "several" };
		if (person !== undefined) return { kind: "person", id: person, ...(group === undefined ? {} : { group }) };
		if (group !== undefined) return { kind: "group", id: group };
		return { kind: "stranger" };
	}
}

function add<Id extends string>(to: Map<string, Id | "several">, key: string, id: Id): void {
	const before = to.get(key);
	to.set(key, before === undefined || before === id ? id : "several");
}

type Member =
	| { readonly kind: "person"; readonly id: PersonId; readonly group?: GroupId }
	| { readonly kind: "group"; readonly id: GroupId }
	| { readonly kind: "several" | "stranger" };

/** What a group's values come to. `strangers` are names that no list held. */
export interface Members {
	readonly people: readonly PersonId[];
	readonly groups: readonly GroupId[];
	/** By key, as the group spells them. */
	readonly strangers: ReadonlyMap<string, string>;
	/** Two entries answer to this value. */
	readonly ambiguous: string | undefined;
}

/** Values of `member` and its like are distinguished names; values of memberUid are usernames (`uid`). */
export function membersOf(values: { readonly names: readonly string[]; readonly uids: readonly string[] }, known: Names): Members {
	const people = new Set<PersonId>();
	const groups = new Set<GroupId>();
	const strangers = new Map<string, string>();
	let ambiguous: string | undefined;
	const look = (key: string, value: string, isName: boolean) => {
		const found = known.find(key);
		if (found.kind === "person") {
			people.add(found.id);
			if (found.group !== undefined) groups.add(found.group);
		} else if (found.kind === "group") groups.add(found.id);
		else if (found.kind === "several") ambiguous = value;
		// A name in memberUid that nobody bears is that of a machine's own account; there is no entry to look for.
		else if (found.kind === "stranger" && isName) strangers.set(key, value);
	};
	for (const value of values.names) {
		const name = withoutUid(value);
		if (name.trim() !== "") look(keyOf(name), value, true);
	}
	for (const uid of values.uids) look(uidKey(uid), uid, false);
	return { people: [...people], groups: [...groups], strangers, ambiguous };
}

/** Distinguished names never look like this. */
export const uidKey = (uid: string): string => `uid:${uid.toLowerCase()}`;
