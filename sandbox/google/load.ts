import type { Company, CompanyGroup, CompanyPerson } from "../world/company.ts";
import {
	type GoogleGroup,
	type GoogleMember,
	type GoogleUnit,
	type GoogleUser,
	groupId,
	unitId,
	userId,
	type WorkspaceState,
} from "./records.ts";

/**
 * A company as Google Workspace would hold it: ids are derived from the company's, since Google's have another form; inner
 * groups are members of those around them; everybody's place in the tree of organisational units is their department.
 */
export function stateOf(company: Company, domain: string): WorkspaceState {
	const emails = addresses(company.groups, domain);
	const users = new Map(company.people.map((person) => [person.id, userOf(person, domain)]));
	const members = new Map<string, GoogleMember[]>(company.groups.map((group) => [group.id, []]));
	for (const group of company.groups) {
		if (group.parentId === undefined) continue;
		members.get(group.parentId)?.push({ type: "GROUP", id: groupId(group.id), email: emails.get(group.id) ?? "", role: "MEMBER" });
	}
	for (const person of company.people) {
		const { id, primaryEmail: email } = users.get(person.id) as GoogleUser;
		for (const group of person.groups) members.get(group)?.push({ type: "USER", id, email, role: "MEMBER" });
	}
	const groups = company.groups.map((group): GoogleGroup => {
		const email = emails.get(group.id) ?? "";
		return { id: groupId(group.id), email, name: group.name, description: group.kind, adminCreated: true };
	});
	return {
		created: 0,
		users: [...users.values()],
		groups,
		members: [...members].map(([id, list]) => [groupId(id), list] as const),
		units: unitsOf(company, domain),
		schemas: [{ schemaId: "schema-HR", schemaName: "HR", fields: [field("site"), field("robot")] }],
	};
}

const field = (fieldName: string) => ({ fieldId: `HR-${fieldName}`, fieldName, fieldType: "STRING", multiValued: false });

/** Letters, digits and dashes; the second group of a name gets a number. */
function addresses(groups: readonly CompanyGroup[], domain: string): ReadonlyMap<string, string> {
	const taken = new Set<string>();
	const emails = new Map<string, string>();
	for (const group of groups) {
		const plain =
			group.name
				.toLowerCase()
				.replace(/[^a-z0-9]+/g, "-")
				.replace(/^-|-$/g, "") || "group";
		let local = plain;
		for (let count = 2; taken.has(local); count += 1) local = `${plain}-${count}`;
		taken.add(local);
		emails.set(group.id, `${local}@${domain}`);
	}
	return emails;
}

const ROOT = "/";

function unitsOf(company: Company, domain: string): readonly GoogleUnit[] {
	const root: GoogleUnit = { orgUnitId: unitId(""), name: domain, orgUnitPath: ROOT };
	const names = [...new Set(company.people.map((person) => unitName(person)))].sort();
	const below = { parentOrgUnitId: root.orgUnitId, parentOrgUnitPath: ROOT };
	return [root, ...names.map((name) => ({ orgUnitId: unitId(`/${name}`), name, orgUnitPath: `/${name}`, ...below }))];
}

const unitName = (person: CompanyPerson): string => person.department.replaceAll("/", "-");

/** What Google takes before the @: no plus, and no letters beyond ASCII. */
const LOCAL = /^[\w.'-]+$/;

function userOf(person: CompanyPerson, domain: string): GoogleUser {
	const local = person.email?.split("@")[0] ?? person.username;
	const id = userId(person.id);
	const primaryEmail = `${LOCAL.test(local) ? local : person.employeeId.toLowerCase()}@${domain}`;
	const givenName = person.givenName ?? person.username;
	const familyName = person.familyName ?? "-";
	const archived = !person.active && Number(id.at(-1)) % 3 === 0;
	return {
		id,
		primaryEmail,
		name: { givenName, familyName, fullName: `${givenName} ${familyName}` },
		isAdmin: false,
		isDelegatedAdmin: false,
		suspended: !person.active && !archived,
		...(!person.active && !archived ? { suspensionReason: "ADMIN" } : {}),
		archived,
		creationTime: new Date(person.hiredAt).toISOString(),
		emails: [{ address: primaryEmail, primary: true }],
		orgUnitPath: `/${unitName(person)}`,
		externalIds: [{ value: person.employeeId, type: "organization" }],
		organizations: [{ title: person.title, department: person.department, primary: true, customType: "" }],
		locations: [{ type: "desk", area: "desk", buildingId: person.site }],
		customSchemas: { HR: { site: person.site, ...(person.robot ? { robot: "true" } : {}) } },
	};
}
