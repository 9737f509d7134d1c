import type { Realm } from "../keycloak/realm.ts";
import type { NewUser } from "../keycloak/records.ts";
import type { Company, CompanyPerson } from "./company.ts";

/** Puts a company into an empty realm of the Keycloak stand-in; ids stay those of the company. */
export function fillRealm(realm: Realm, company: Company): void {
	for (const group of company.groups) {
		const parent = group.parentId === undefined ? {} : { parentId: group.parentId };
		realm.addGroup({ id: group.id, name: group.name, ...parent, attributes: { kind: [group.kind] } });
	}
	for (const person of company.people) hire(realm, person);
}

/** One person with all memberships. */
export function hire(realm: Realm, person: CompanyPerson): void {
	realm.addUser(userOf(person));
	for (const group of person.groups) realm.addMember(group, person.id);
}

function userOf(person: CompanyPerson): NewUser {
	return {
		id: person.id,
		username: person.username,
		...(person.givenName === undefined ? {} : { firstName: person.givenName }),
		...(person.familyName === undefined ? {} : { lastName: person.familyName }),
		...(person.email === undefined ? {} : { email: person.email }),
		emailVerified: person.email !== undefined,
		enabled: person.active,
		createdTimestamp: person.hiredAt,
		attributes: {
			employeeId: [person.employeeId],
			department: [person.department],
			site: [person.site],
			title: [person.title],
			...(person.robot ? { kind: ["robot"] } : {}),
		},
	};
}
