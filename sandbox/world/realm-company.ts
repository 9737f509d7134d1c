import type { Realm } from "../keycloak/realm.ts";
import type { KeycloakUser } from "../keycloak/records.ts";
import type { Company, CompanyGroup, CompanyPerson } from "./company.ts";

/** The company that a realm holds by now: after `workingDay` or `massDeletion`, for the stand-ins of other directories to load. */
export function companyOf(realm: Realm, seed: number): Company {
	const groups = [...realm.groups.values()].map((group): CompanyGroup => {
		const kind = (group.attributes.kind?.[0] ?? "project") as CompanyGroup["kind"];
		return { id: group.id, name: group.name, kind, ...(group.parentId === undefined ? {} : { parentId: group.parentId }) };
	});
	const people = [...realm.users.values()].filter((user) => user.serviceAccountOf === undefined);
	return { seed, groups, people: people.map((user) => personOf(realm, user)) };
}

function personOf(realm: Realm, user: KeycloakUser): CompanyPerson {
	const value = (name: string): string => user.attributes[name]?.[0] ?? "";
	return {
		id: user.id,
		username: user.username,
		...(user.firstName === undefined ? {} : { givenName: user.firstName }),
		...(user.lastName === undefined ? {} : { familyName: user.lastName }),
		...(user.email === undefined ? {} : { email: user.email }),
		active: user.enabled,
		employeeId: value("employeeId"),
		department: value("department"),
		site: value("site"),
		title: value("title"),
		hiredAt: user.createdTimestamp,
		groups: [...realm.groupsOf(user.id)],
		robot: value("kind") === "robot",
	};
}
