import { activedirectory } from "../../connectors/idp/activedirectory/connector.ts";
import { ldap } from "../../connectors/idp/ldap/connector.ts";
import type { Connector } from "../../core/connector.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import { startActivedirectory } from "../../sandbox/activedirectory/server.ts";
import { uuidOf } from "../../sandbox/kit/random.ts";
import { guidOctets, sidOctets } from "../../sandbox/ldap/active-directory.ts";
import { idOf, SWITCHED_OFF } from "../../sandbox/ldap/population.ts";
import { type LdapSandbox, startLdap } from "../../sandbox/ldap/server.ts";
import type { StoredEntry, Value } from "../../sandbox/ldap/tree.ts";
import type { LdapVendor } from "../../sandbox/ldap/vendors.ts";
import type { ConnectorHarness, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once: failures that stay are told from those that pass without waiting. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };

/** The same suite as for everybody: an operation's name stands for the method, the base for the path. */
export const ldapStandIn = (vendor: LdapVendor): ConnectorHarness => ({
	name: `${vendor} stand-in`,
	traits: { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false },
	open: () => openLdap(vendor, false),
	reordered: () => openLdap(vendor, true),
	// Thirteen people: 1, 2, n-1, n, n+1, the connector's own, which is OpenLDAP's largest, and the largest that can be configured.
	pageSizes: [1, 2, 12, 13, 14, undefined, ...(vendor === "openldap" ? [] : [5_000])],
	untried: { C9: "LDAP has no way to state a wait; busy (51) is tried again, see test/unit/ldap" },
});

export async function openLdap(vendor: LdapVendor, reversed: boolean): Promise<OpenDirectory & { readonly sandbox: LdapSandbox }> {
	const sandbox = vendor === "activedirectory" ? await startActivedirectory({ quirks: { range: 4 } }) : await startLdap({ vendor });
	const truth = fill(sandbox, reversed);
	const id =
		{ "389ds": "nsUniqueId", freeipa: "ipaUniqueID", edirectory: "GUID", activedirectory: "objectGUID" }[vendor as string] ?? "entryUUID";
	const again = new RegExp(`attributes=${id}&`);
	return {
		sandbox,
		truth,
		connector: (tuning: Tuning = {}) => connect(sandbox, tuning),
		shortTokens: () => {
			sandbox.quirks.searchesPerConnection = 1;
			const before = sandbox.logIns;
			return { logIns: () => Promise.resolve(sandbox.logIns - before) };
		},
		server: {
			faults: sandbox.faults,
			exchanges: sandbox.exchanges,
			// LDAP states no totals; the second reading takes their place.
			wrongTotals: [
				{ method: "SEARCH", path: new RegExp(`/${sandbox.peopleBase}.*${again.source}`), effect: { kind: "short-page", drop: 1 } },
				{ method: "SEARCH", path: new RegExp(`/${sandbox.groupBase}.*${again.source}`), effect: { kind: "short-page", drop: 1 } },
			].map((fault) => (vendor === "activedirectory" ? { ...fault, path: again } : fault)) as never,
			secrets: [sandbox.credentials.password],
			endless: () => {
				sandbox.quirks.paging = "endless";
			},
			cycle: () => {
				const [company, developers] = ["Company", "Developers"].map(
					(name) => sandbox.tree.all().find((entry) => entry.attributes.get("cn")?.values[0] === name)!,
				);
				const before = developers!.attributes.get("member")!.values;
				sandbox.tree.change(developers!.dn, { member: [...before, company!.dn] });
			},
		},
		close: () => sandbox.close(),
	};
}

export function connect(sandbox: LdapSandbox, tuning: Tuning = {}, more: object = {}): Connector {
	const server = {
		id: "staff" as ConnectorId,
		url: sandbox.url,
		startTls: false,
		account: sandbox.credentials.account,
		password: new Secret(sandbox.credentials.password, "test"),
		network: { timeoutMs: 10_000, concurrency: tuning.concurrency ?? 4 },
		retry: QUICK,
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
		...more,
	};
	return sandbox.vendor === "activedirectory"
		? activedirectory(server)
		: ldap({ peopleBases: [sandbox.peopleBase], groupBases: [sandbox.groupBase], ...server });
}

interface PlannedGroup {
	readonly name: string;
	readonly inside?: string;
	readonly has: (index: number) => boolean;
}
const uuid = (kind: number, index: number): string => `00000000-0000-4000-8${kind}00-${String(index).padStart(12, "0")}`;
const GROUPS: readonly PlannedGroup[] = [
	{ name: "everybody", has: () => true },
	{ name: "nobody", has: () => false },
	{ name: "Company", has: (i) => i === 0 },
	{ name: "Berlin", inside: "Company", has: (i) => i % 2 === 0 },
	{ name: "Developers", inside: "Berlin", has: (i) => i < 6 },
	{ name: 'R&D/Labs, 50% of "工程部" + more', has: (i) => i === 3 },
];

/** Thirteen people and six groups, the same ids every time; in Active Directory also the groups that every domain has. */
function fill(sandbox: LdapSandbox, reversed: boolean): DirectoryTruth {
	const { vendor, tree } = sandbox;
	const escaped = (name: string) => name.replace(/[,+"]/g, "\\$&");
	const groupDn = (name: string) => `cn=${escaped(name)},${sandbox.groupBase}`;
	const people = Array.from({ length: 13 }, (_, i) => personEntry(sandbox, i));
	const inOrder = <T>(list: readonly T[]): readonly T[] => (reversed ? list.toReversed() : list);
	for (const person of inOrder(people)) tree.put(person.entry);
	for (const [index, group] of inOrder([...GROUPS.entries()])) {
		const inner = GROUPS.filter((one) => one.inside === group.name).map((one) => groupDn(one.name));
		const direct = [...people.entries()].filter(([i]) => group.has(i)).map(([, person]) => person.entry.dn);
		const members = inOrder([...direct, ...inner]);
		const none = vendor === "openldap" ? [`cn=nobody,ou=system,${sandbox.suffix}`] : [];
		const id = idIn(vendor, uuid(2, index));
		tree.put({
			dn: groupDn(group.name),
			attributes: {
				...groupClass(vendor),
				cn: group.name,
				member: members.length === 0 ? none : members,
				...id.visible,
				...(vendor === "activedirectory" ? { objectSid: sidOctets(`${sandbox.domain!.sid}-${2_000 + index}`), uSNChanged: "77" } : {}),
			},
			operational: id.hidden,
		});
	}
	const groups = GROUPS.map((group, index) => ({
		id: shownId(vendor, uuid(2, index)),
		name: group.name,
		people: people.filter((_, i) => group.has(i)).map((person) => person.id),
		groups: GROUPS.flatMap((one, at) => (one.inside === group.name ? [shownId(vendor, uuid(2, at))] : [])),
	}));
	const everyDomain = [
		{ id: uuidOf("ad.example.com", "Domain Users"), name: "Domain Users", people: people.map((person) => person.id), groups: [] },
		{ id: uuidOf("ad.example.com", "Domain Admins"), name: "Domain Admins", people: [], groups: [] },
	];
	return {
		people: people.map(({ id, username, active, entry }) => ({ id, username, active, attributes: attributesOf(tree.get(entry.dn)!) })),
		groups: vendor === "activedirectory" ? [...groups, ...everyDomain] : groups,
	};
}

const groupClass = (vendor: LdapVendor) =>
	vendor === "activedirectory"
		? { objectClass: ["top", "group"], objectCategory: "CN=Group,CN=Schema,CN=Configuration,DC=ad" }
		: { objectClass: ["top", "groupOfNames"] };

const idIn = (vendor: LdapVendor, id: string) =>
	vendor === "activedirectory" ? { visible: { objectGUID: guidOctets(id) }, hidden: {} } : idOf(vendor, id);

/** As a snapshot has it. */
function shownId(vendor: LdapVendor, id: string): string {
	const hex = id.replaceAll("-", "");
	if (vendor === "edirectory") return hex;
	return vendor === "389ds" ? [hex.slice(0, 8), hex.slice(8, 16), hex.slice(16, 24), hex.slice(24)].join("-") : id;
}

function personEntry(sandbox: LdapSandbox, i: number) {
	const { vendor, suffix, domain } = sandbox;
	const username = i === 4 ? "sinéad.o'brien+test" : `person-${String(i).padStart(2, "0")}`;
	const active = i % 5 !== 2;
	const id = idIn(vendor, uuid(1, i));
	const shown = i === 4 ? "O'Brien, Sinéad" : `Person ${i}`;
	const names = { cn: shown, sn: "Łast", ...(i === 7 ? {} : { givenName: `First ${i}`, mail: `p${i}@example.com` }) };
	const own = { ...names, l: "Köln", ...(i % 3 === 0 ? { departmentNumber: ["1", "2"] } : {}), ...id.visible };
	const directory = {
		...{ objectClass: ["top", "person", "organizationalPerson", "user"], objectCategory: `CN=Person,CN=Schema,CN=Configuration,${suffix}` },
		...{ sAMAccountName: username, userAccountControl: active ? "512" : "514", primaryGroupID: "513" },
		objectSid: sidOctets(`${domain?.sid ?? "S-1-5-21-1-1-1"}-${1_200 + i}`),
	};
	const plain = {
		objectClass: ["top", "person", "organizationalPerson", "inetOrgPerson"],
		uid: username,
		userPassword: "{SSHA}bm90aGluZw==",
	};
	const rdn = vendor === "activedirectory" ? `CN=${shown.replace(",", "\\,")}` : `uid=${username.replace("+", "\\+")}`;
	return {
		id: shownId(vendor, uuid(1, i)),
		username,
		active,
		entry: {
			dn: `${rdn},${sandbox.peopleBase}`,
			attributes: { ...(vendor === "activedirectory" ? directory : plain), ...own } as Record<string, Value | readonly Value[]>,
			operational: { ...id.hidden, ...(active || vendor === "activedirectory" ? {} : SWITCHED_OFF[vendor]) },
		},
	};
}

/** All that a reader may see, as text. */
function attributesOf(entry: StoredEntry): Readonly<Record<string, readonly string[]>> {
	const shown = [...entry.attributes.values()].filter(({ name }) => name !== "userPassword" && name !== "GUID");
	return Object.fromEntries(
		shown.map(({ name, values }) => [name, values.map((value) => (typeof value === "string" ? value : decoded(name, value)))]),
	);
}
function decoded(name: string, value: Buffer): string {
	if (name === "objectGUID") {
		const hex = (from: number, to: number) => value.subarray(from, to).toString("hex");
		const swapped = (from: number, to: number) => Buffer.from(value.subarray(from, to)).reverse().toString("hex");
		return `${swapped(0, 4)}-${swapped(4, 6)}-${swapped(6, 8)}-${hex(8, 10)}-${hex(10, 16)}`;
	}
	const parts = Array.from({ length: value[1]! }, (_, at) => value.readUInt32LE(8 + at * 4));
	return `S-1-5-${parts.join("-")}`;
}
