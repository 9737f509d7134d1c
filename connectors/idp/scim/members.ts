import type { GroupId, PersonId } from "../../../core/model.ts";
import type { Held } from "../../http/each-group.ts";
import type { FoundGroup, Known } from "./translate.ts";

/** Direct members of one group by kind, or why they are not known. */
export type Members = { readonly people: readonly PersonId[]; readonly groups: readonly GroupId[] } | Held;

/** Whom members are looked up among. */
export interface Roll {
	readonly people: ReadonlyMap<string, unknown>;
	readonly groups: ReadonlyMap<string, Known<FoundGroup>>;
	/** Collects members that neither list has. */
	readonly strangers: Strangers;
}
export interface Strangers {
	readonly people: Set<string>;
	readonly groups: Set<string>;
}

/**
 * Who the members of a group are. Records say so by `type`; where they do not, the lists of people and of groups do.
 * Whoever is in neither is a stranger: gone meanwhile, or proof that a list is not whole.
 */
export function membersOf(group: FoundGroup, roll: Roll, unknown: "hold" | "ignore"): Members {
	if (group.fault !== undefined) return { held: group.fault };
	const people: PersonId[] = [];
	const groups: GroupId[] = [];
	for (const member of group.members) {
		const { id } = member;
		const isPerson = roll.people.has(id);
		const isGroup = roll.groups.has(id);
		if (member.kind === "person" || (member.kind !== "group" && isPerson && !isGroup)) {
			people.push(id as PersonId);
			if (!isPerson) roll.strangers.people.add(id);
		} else if (member.kind === "group" || (isGroup && !isPerson)) {
			groups.push(id as GroupId);
			if (!isGroup) roll.strangers.groups.add(id);
		} else if (isPerson) return { held: `its member ${id} is the id of a person and of a group, and its type is not said` };
		else if (member.kind === "unsaid") {
			// Neither list has it, so that it may be either.
			people.push(id as PersonId);
			roll.strangers.people.add(id);
			roll.strangers.groups.add(id);
		} else if (unknown === "hold") return { held: `its member ${id} is of type ${member.type}, which is neither User nor Group` };
	}
	return { people, groups };
}
