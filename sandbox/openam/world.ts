import type { Company, CompanyPerson } from "../world/company.ts";
import type { DataStore, OpenAmPerson, StoreState } from "./records.ts";

/** A company as entries; the group around another one holds its DN. Names of groups lie in one container, and must differ. */
export function storeOf(company: Company, store: DataStore): StoreState {
	const names = new Map<string, string>();
	const taken = new Set<string>();
	for (const { id, name } of company.groups) {
		let cn = name;
		for (let count = 2; taken.has(cn.toLowerCase()); count += 1) cn = `${name} (${count})`;
		taken.add(cn.toLowerCase());
		names.set(id, cn);
	}
	const members = new Map<string, string[]>(company.groups.map(({ id }) => [id, []]));
	for (const { id, parentId } of company.groups)
		if (parentId !== undefined) members.get(parentId)?.push(store.groupDn(names.get(id) ?? ""));
	for (const person of company.people) for (const group of person.groups) members.get(group)?.push(store.personDn(person.username));
	return {
		people: company.people.map(entryOf),
		groups: company.groups.map(({ id }) => ({ entryUUID: id, cn: names.get(id) ?? "", members: members.get(id) ?? [] })),
	};
}

function entryOf(person: CompanyPerson): OpenAmPerson {
	const { givenName, familyName, email } = person;
	const name = [givenName, familyName].filter((part) => part !== undefined).join(" ");
	return {
		entryUUID: person.id,
		uid: person.username,
		inetUserStatus: person.active ? "Active" : "Inactive",
		attributes: {
			// An inetOrgPerson cannot be without either of them.
			cn: [name === "" ? person.username : name],
			sn: [familyName ?? person.username],
			...(givenName === undefined ? {} : { givenName: [givenName] }),
			...(email === undefined ? {} : { mail: [email] }),
			employeeNumber: [person.employeeId],
			objectClass: ["top", "person", "organizationalperson", "inetorgperson", "inetuser", "iplanet-am-user-service"],
			createTimestamp: [new Date(person.hiredAt).toISOString().replace(/[-:T]|\.\d+/g, "")],
		},
	};
}
