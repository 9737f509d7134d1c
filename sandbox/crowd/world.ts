import type { Company, CompanyPerson } from "../world/company.ts";
import { type CrowdGroup, type CrowdUser, fold } from "./records.ts";

/** A company as one directory; a group holds the groups inside. Names of groups must differ. */
export function recordsOf(company: Company): { readonly users: readonly CrowdUser[]; readonly groups: readonly CrowdGroup[] } {
	const names = new Map<string, string>();
	const taken = new Set<string>();
	for (const { id, name } of company.groups) {
		let free = name;
		for (let count = 2; taken.has(fold(free)); count += 1) free = `${name} (${count})`;
		taken.add(fold(free));
		names.set(id, free);
	}
	const users = new Map<string, string[]>(company.groups.map(({ id }) => [id, []]));
	const inner = new Map<string, string[]>(company.groups.map(({ id }) => [id, []]));
	for (const { id, parentId } of company.groups) if (parentId !== undefined) inner.get(parentId)?.push(fold(names.get(id) ?? ""));
	for (const person of company.people) for (const group of person.groups) users.get(group)?.push(fold(person.username));
	return {
		users: company.people.map(userOf),
		groups: company.groups.map(({ id }) => ({
			name: names.get(id) ?? "",
			description: "",
			active: true,
			users: users.get(id) ?? [],
			groups: inner.get(id) ?? [],
			attributes: {},
		})),
	};
}

function userOf(person: CompanyPerson): CrowdUser {
	const { givenName = "", familyName = "", email = "" } = person;
	const displayName = [givenName, familyName].filter((part) => part !== "").join(" ");
	return {
		externalId: person.id,
		name: person.username,
		firstName: givenName,
		lastName: familyName,
		displayName: displayName === "" ? person.username : displayName,
		email,
		active: person.active,
		attributes: {
			employeeNumber: [person.employeeId],
			department: [person.department],
			title: [person.title],
			site: [person.site],
			requiresPasswordChange: ["false"],
		},
	};
}
