import type { ConnectorId, Group, GroupId, Person, PersonId, Snapshot } from "../../core/model.ts";

/** A made-up directory: departments of projects of teams (three levels), people in a few teams each. Same numbers, same directory. */
export function madeUpDirectory(connector: string, size: { people: number; memberships: number; groups: number }): Snapshot {
	const people = new Map<PersonId, Person>();
	for (let i = 0; i < size.people; i++) {
		const id = idOf("p", i) as PersonId;
		people.set(id, {
			id,
			username: `Person.${i}`,
			email: `person.${i}@example.org`,
			givenName: `Zoë${i % 997}`,
			familyName: `Łukasz-${i % 4999}`,
			displayName: undefined,
			active: i % 50 !== 0,
			attributes: { department: [`d${i % 40}`], site: ["Berlin", "Oslo"] },
		});
	}
	const members: PersonId[][] = Array.from({ length: size.groups }, () => []);
	const perPerson = Math.floor(size.memberships / size.people);
	for (let i = 0; i < size.people; i++)
		for (let k = 0; k < perPerson; k++) members[(i * 7 + k * 7919 + (i % 13) * k) % size.groups]!.push(idOf("p", i) as PersonId);
	const groups = new Map<GroupId, Group>();
	for (const [i, list] of members.entries()) {
		const id = idOf("g", i) as GroupId;
		const inner =
			i < size.groups / 20 ? [i * 4, i * 4 + 1, i * 4 + 2].map((k) => k + Math.floor(size.groups / 20)).filter((k) => k < size.groups) : [];
		groups.set(id, {
			id,
			name: nameOfGroup(i),
			path: `/made-up/${nameOfGroup(i)}`,
			people: [...new Set(list)],
			groups: inner.map((k) => idOf("g", k) as GroupId),
		});
	}
	let memberships = 0;
	for (const group of groups.values()) memberships += group.people.length;
	return {
		connector: connector as ConnectorId,
		takenAt: new Date(0),
		people,
		groups,
		rejects: [],
		size: { people: people.size, active: 0, groups: groups.size, memberships, rejects: 0 },
		digest: "" as Snapshot["digest"],
	};
}

const nameOfGroup = (i: number): string => (i === 0 ? "engineering" : i % 3 === 0 ? `ops-${i}` : `team-${i}`);
const idOf = (kind: string, i: number): string => `${kind}${String(i).padStart(7, "0")}-5f3e-4c1b-9a5d`;
