import type { Company, CompanyPerson } from "../world/company.ts";
import { ENTERPRISE, SITE } from "./documents.ts";
import type { ResourceState, ScimMember, ScimResource } from "./resources.ts";

/** A company as resources; its ids are theirs, and a group that is inside another one is its member. */
export function stateOf(company: Company): ResourceState {
	const members = new Map<string, ScimMember[]>(company.groups.map(({ id }) => [id, []]));
	for (const { id, name, parentId } of company.groups)
		if (parentId !== undefined) members.get(parentId)?.push({ value: id, type: "Group", display: name });
	for (const person of company.people)
		for (const group of person.groups) members.get(group)?.push({ value: person.id, type: "User", display: person.username });
	return {
		people: company.people.map(resourceOf),
		groups: company.groups.map(({ id, name }) => ({ id, displayName: name, members: members.get(id) ?? [] })),
	};
}

function resourceOf(person: CompanyPerson): ScimResource {
	const { givenName, familyName, email } = person;
	const name = { ...(givenName === undefined ? {} : { givenName }), ...(familyName === undefined ? {} : { familyName }) };
	const display = [givenName, familyName].filter((part) => part !== undefined).join(" ");
	return {
		id: person.id,
		externalId: person.employeeId,
		userName: person.username,
		...(display === "" ? {} : { name, displayName: display }),
		title: person.title,
		active: person.active,
		...(email === undefined ? {} : { emails: [{ value: email, type: "work", primary: true }] }),
		[ENTERPRISE]: { employeeNumber: person.employeeId, department: person.department },
		[SITE]: { site: person.site },
	};
}
