import { uuidOf } from "../kit/random.ts";
import type { Company, CompanyGroup, CompanyPerson } from "../world/company.ts";
import { type DomainName, guidOctets, sidOctets } from "./active-directory.ts";
import { escapedInName, type NewEntry, type Tree, type Value } from "./tree.ts";
import type { LdapVendor } from "./vendors.ts";

/** Where a vendor's directory keeps what, and how it writes a person and a group. */
interface Layout {
	readonly suffix: string;
	readonly containers: readonly NewEntry[];
	readonly people: string;
	readonly groups: string;
	readonly accounts: string;
}

export function layoutOf(vendor: LdapVendor, suffix: string): Layout {
	if (vendor === "activedirectory") {
		const unit = (name: string): NewEntry => ({
			dn: `OU=${name},${suffix}`,
			attributes: { objectClass: ["top", "organizationalUnit"], ou: name },
		});
		const container = (name: string): NewEntry => ({
			dn: `CN=${name},${suffix}`,
			attributes: { objectClass: ["top", "container"], cn: name },
		});
		return {
			suffix,
			containers: [
				{ dn: suffix, attributes: { objectClass: ["top", "domain", "domainDNS"] } },
				container("Users"),
				container("ForeignSecurityPrincipals"),
				unit("People"),
				unit("Teams"),
			],
			people: `OU=People,${suffix}`,
			groups: `OU=Teams,${suffix}`,
			accounts: `CN=Users,${suffix}`,
		};
	}
	if (vendor === "freeipa") {
		const container = (dn: string): NewEntry => ({
			dn,
			attributes: { objectClass: ["top", "nsContainer"], cn: dn.slice(3, dn.indexOf(",")) },
		});
		const accounts = `cn=accounts,${suffix}`;
		return {
			suffix,
			containers: [
				{ dn: suffix, attributes: { objectClass: ["top", "domain"] } },
				container(accounts),
				container(`cn=users,${accounts}`),
				container(`cn=groups,${accounts}`),
				container(`cn=sysaccounts,${suffix}`),
			],
			people: `cn=users,${accounts}`,
			groups: `cn=groups,${accounts}`,
			accounts: `cn=sysaccounts,${suffix}`,
		};
	}
	const unit = (name: string): NewEntry => ({
		dn: `ou=${name},${suffix}`,
		attributes: { objectClass: ["top", "organizationalUnit"], ou: name },
	});
	const top = suffix.startsWith("o=") ? { objectClass: ["top", "organization"], o: suffix.slice(2) } : { objectClass: ["top", "domain"] };
	return {
		suffix,
		containers: [{ dn: suffix, attributes: top }, unit("people"), unit("groups"), unit("system")],
		people: `ou=people,${suffix}`,
		groups: `ou=groups,${suffix}`,
		accounts: `ou=system,${suffix}`,
	};
}

/** Fills a tree with an invented company; ids stay those of the company, in the vendor's form. */
export class Population {
	readonly #tree: Tree;
	readonly #vendor: LdapVendor;
	readonly #layout: Layout;
	readonly #domain: DomainName | undefined;
	/** Identifiers once given stay with their owner. */
	readonly #numbers = new Map<string, number>();

	constructor(tree: Tree, vendor: LdapVendor, place: { readonly suffix: string; readonly domain?: DomainName }) {
		this.#tree = tree;
		this.#vendor = vendor;
		this.#layout = layoutOf(vendor, place.suffix);
		this.#domain = place.domain;
	}

	load(company: Company): void {
		this.#tree.clear();
		this.containers();
		const people = this.#named(company.people, (person) => ownName(person, this.#vendor));
		const groups = this.#named(company.groups, (group) => group.name);
		const dnOfGroup = new Map(groups.map(([group, cn]) => [group.id, `${this.#groupKey(cn)},${this.#layout.groups}`]));
		const dnOfPerson = new Map(people.map(([person, name]) => [person.id, `${this.#personKey(name)},${this.#layout.people}`]));
		const members = new Map<string, string[]>(company.groups.map((group) => [group.id, []]));
		for (const person of company.people) for (const group of person.groups) members.get(group)?.push(dnOfPerson.get(person.id) as string);
		for (const group of company.groups)
			if (group.parentId !== undefined) members.get(group.parentId)?.push(dnOfGroup.get(group.id) as string);
		for (const [person, name] of people) this.#tree.put(this.#person(person, name, dnOfPerson.get(person.id) as string));
		for (const [group, cn] of groups)
			this.#tree.put(this.#group(group, cn, { dn: dnOfGroup.get(group.id) as string, members: members.get(group.id) ?? [] }));
	}

	/** The empty directory, with the groups that every domain has. */
	containers(): void {
		for (const container of this.#layout.containers) this.#tree.put(container);
		if (this.#domain === undefined) return;
		for (const [name, rid] of [
			["Domain Users", 513],
			["Domain Admins", 512],
		] as const)
			this.#tree.put({
				dn: `CN=${name},CN=Users,${this.#layout.suffix}`,
				attributes: {
					...directoryGroup(name),
					objectSid: sidOctets(`${this.#domain.sid}-${rid}`),
					objectGUID: guidOctets(uuidOf(this.#domain.dns, name)),
				},
			});
	}

	/** Names are unique within a container: the second of the same name gets a number that nobody has. */
	#named<T>(items: readonly T[], name: (item: T) => string): readonly (readonly [T, string])[] {
		const taken = new Set<string>();
		return items.map((item) => {
			const wanted = name(item);
			let free = wanted;
			for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${wanted} ${number}`;
			taken.add(free.toLowerCase());
			return [item, free] as const;
		});
	}

	#personKey(name: string): string {
		return `${this.#vendor === "activedirectory" ? "CN" : this.#vendor === "edirectory" ? "cn" : "uid"}=${escapedInName(name)}`;
	}
	#groupKey(name: string): string {
		return `${this.#vendor === "activedirectory" ? "CN" : "cn"}=${escapedInName(name)}`;
	}

	#sid(id: string): Buffer {
		const number = this.#numbers.get(id) ?? 1_104 + this.#numbers.size;
		this.#numbers.set(id, number);
		return sidOctets(`${this.#domain?.sid ?? "S-1-5-21-1-1-1"}-${number}`);
	}

	#person(person: CompanyPerson, name: string, dn: string): NewEntry {
		const shown = person.givenName === undefined ? person.username : `${person.givenName} ${person.familyName}`;
		const own = {
			givenName: person.givenName,
			sn: person.familyName ?? person.username,
			mail: person.email,
			title: person.title,
			l: person.site,
		};
		if (this.#domain !== undefined) {
			return {
				dn,
				attributes: {
					...{
						objectClass: ["top", "person", "organizationalPerson", "user"],
						objectCategory: `CN=Person,CN=Schema,CN=Configuration,${this.#domain.base}`,
						cn: name,
					},
					...own,
					sAMAccountName: person.username,
					userPrincipalName: `${person.username}@${this.#domain.dns}`,
					displayName: shown,
					employeeID: person.employeeId,
					department: person.department,
					userAccountControl: person.active ? "512" : "514",
					accountExpires: "9223372036854775807",
					primaryGroupID: "513",
					objectGUID: guidOctets(person.id),
					objectSid: this.#sid(person.id),
					uSNChanged: "4000",
				},
			};
		}
		return {
			dn,
			attributes: {
				objectClass: ["top", "person", "organizationalPerson", "inetOrgPerson"],
				uid: person.username,
				cn: shown,
				...own,
				employeeNumber: person.employeeId,
				departmentNumber: person.department,
				employeeType: person.robot ? "robot" : undefined,
				userPassword: "{SSHA}bm90IGEgcGFzc3dvcmQ=",
				...idOf(this.#vendor, person.id).visible,
			},
			operational: { ...idOf(this.#vendor, person.id).hidden, ...(person.active ? {} : SWITCHED_OFF[this.#vendor]) },
		};
	}

	#group(group: CompanyGroup, cn: string, more: { readonly dn: string; readonly members: readonly string[] }): NewEntry {
		if (this.#domain !== undefined)
			return {
				dn: more.dn,
				attributes: {
					...directoryGroup(cn),
					sAMAccountName: cn,
					member: more.members,
					description: group.kind,
					objectGUID: guidOctets(group.id),
					objectSid: this.#sid(group.id),
				},
			};
		// OpenLDAP's schema demands a member; by custom it is somebody who does not exist.
		const members = more.members.length === 0 && this.#vendor === "openldap" ? [`cn=nobody,${this.#layout.accounts}`] : more.members;
		return {
			dn: more.dn,
			attributes: {
				objectClass: ["top", "groupOfNames"],
				cn,
				member: members,
				description: group.kind,
				...idOf(this.#vendor, group.id).visible,
			},
			operational: idOf(this.#vendor, group.id).hidden,
		};
	}
}

const directoryGroup = (name: string) => ({
	objectClass: ["top", "group"],
	objectCategory: "CN=Group,CN=Schema,CN=Configuration",
	cn: name,
	sAMAccountName: name,
	groupType: "-2147483646",
	uSNChanged: "4100",
});

/** In Active Directory people are called as they are shown; elsewhere by their username. */
const ownName = (person: CompanyPerson, vendor: LdapVendor): string =>
	vendor === "activedirectory" && person.givenName !== undefined ? `${person.givenName} ${person.familyName}` : person.username;

/** An id in the vendor's attribute and form. */
export function idOf(
	vendor: LdapVendor,
	id: string,
): { readonly visible: Readonly<Record<string, Value>>; readonly hidden: Readonly<Record<string, Value>> } {
	const hex = id.replaceAll("-", "");
	if (vendor === "389ds")
		return { visible: {}, hidden: { nsUniqueId: [hex.slice(0, 8), hex.slice(8, 16), hex.slice(16, 24), hex.slice(24)].join("-") } };
	if (vendor === "freeipa") return { visible: { ipaUniqueID: id }, hidden: {} };
	if (vendor === "edirectory") return { visible: { GUID: Buffer.from(hex, "hex") }, hidden: {} };
	return { visible: {}, hidden: { entryUUID: id } };
}

/** How each marks an account that is switched off. */
export const SWITCHED_OFF: Readonly<Record<LdapVendor, Readonly<Record<string, string>>>> = {
	openldap: { pwdAccountLockedTime: "000001010000Z" },
	"389ds": { nsAccountLock: "true" },
	freeipa: { nsAccountLock: "TRUE" },
	opendj: { "ds-pwp-account-disabled": "true" },
	edirectory: { loginDisabled: "TRUE" },
	activedirectory: { userAccountControl: "514" },
};
