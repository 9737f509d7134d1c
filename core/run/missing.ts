import type { Desired } from "../desired/desired.ts";
import type { AccountId, PersonKey } from "../model.ts";

/** Linked people whom no source knows any more: neither wished, nor held, nor merely not selected. */
export function missingPeople(desired: Desired, links: ReadonlyMap<PersonKey, AccountId>): readonly PersonKey[] {
	const known = new Set<PersonKey>(desired.excluded.keys());
	for (const wish of desired.people.values()) for (const key of [wish.person, ...wish.aliases]) known.add(key);
	for (const [key, held] of desired.held) for (const each of [key, ...held.aliases]) known.add(each);
	return [...links.keys()].filter((key) => !known.has(key));
}
