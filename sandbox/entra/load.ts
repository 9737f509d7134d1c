import type { Company, CompanyPerson } from "../world/company.ts";
import type { EntraGroup, EntraUser, Member, TenantState } from "./records.ts";

/** A company as the tenant of a hybrid directory would hold it: ids are the company's, group trees are groups inside groups. */
export function stateOf(company: Company, domain: string): TenantState {
	const members = new Map<string, Member[]>(company.groups.map((group) => [group.id, []]));
	for (const group of company.groups) if (group.parentId !== undefined) members.get(group.parentId)?.push({ type: "group", id: group.id });
	for (const person of company.people) for (const group of person.groups) members.get(group)?.push({ type: "user", id: person.id });
	return {
		created: 0,
		users: company.people.map((person) => userOf(person, domain)),
		groups: company.groups.map(
			(group): EntraGroup => ({
				id: group.id,
				displayName: group.name,
				visibility: null,
				groupTypes: [],
				securityEnabled: true,
				mailEnabled: false,
				mailNickname: group.id.slice(0, 8),
				createdDateTime: "2015-01-05T00:00:00Z",
				description: group.kind,
			}),
		),
		members: [...members],
	};
}

function userOf(person: CompanyPerson, domain: string): EntraUser {
	const full = `${person.givenName ?? ""} ${person.familyName ?? ""}`.trim();
	return {
		id: person.id,
		// A userPrincipalName takes neither plus signs nor letters beyond ASCII.
		userPrincipalName: `${/^[\w.'-]+$/.test(person.username) ? person.username : person.employeeId.toLowerCase()}@${domain}`,
		displayName: full === "" ? person.username : full,
		accountEnabled: person.active,
		userType: "Member",
		createdDateTime: new Date(person.hiredAt).toISOString().replace(/\.\d+Z$/, "Z"),
		...(person.givenName === undefined ? {} : { givenName: person.givenName }),
		...(person.familyName === undefined ? {} : { surname: person.familyName }),
		...(person.email === undefined ? {} : { mail: person.email }),
		onPremisesSamAccountName: person.username,
		onPremisesSyncEnabled: true,
		mailNickname: person.employeeId.toLowerCase(),
		employeeId: person.employeeId,
		department: person.department,
		officeLocation: person.site,
		jobTitle: person.title,
		...(person.robot ? { onPremisesExtensionAttributes: { extensionAttribute1: "robot" } } : {}),
	};
}
