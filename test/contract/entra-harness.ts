import { type EntraSettings, entra } from "../../connectors/idp/entra/connector.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import { type EntraSandbox, startEntra } from "../../sandbox/entra/server.ts";
import type { ConnectorHarness, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once: failures that stay are told from those that pass without waiting. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };

/** `guests`: there are guests too, and only members are asked for. */
export function entraStandIn(name: string, world: { readonly guests: boolean }): ConnectorHarness {
	return {
		name,
		traits: { statesTotal: true, nestedGroups: true, listsInactive: true, incremental: false },
		open: () => openStandIn({ ...world, reversed: false }),
		reordered: () => openStandIn({ ...world, reversed: true }),
		faultPageSize: 3,
	};
}

async function openStandIn(world: { readonly guests: boolean; readonly reversed: boolean }): Promise<OpenDirectory> {
	// Hundreds of readings one after the other are no tenant's day: its allowance would end some of them with 429.
	const sandbox = await startEntra({ limit: { units: 10_000_000, seconds: 10 } });
	const truth = fill(sandbox, world);
	const more = world.guests ? ({ people: "members" } as const) : {};
	/** The first page of a list as it is, with another count. */
	const miscounted = (path: RegExp, rows: readonly object[], count: number) =>
		({ path, effect: { kind: "wrong-json", body: { "@odata.count": count, value: rows } } }) as const;
	const people = truth.people.map((p) => ({ ...sandbox.tenant.users.get(p.id) }));
	const groups = truth.groups.map((g) => ({ ...sandbox.tenant.groups.get(g.id) }));
	const users = world.guests ? /\/users\?.*accountEnabled/ : /\/users\?/;
	return {
		truth,
		connector: (tuning: Tuning = {}) => entra({ ...settingsFor(sandbox, tuning), ...more }),
		shortTokens: () => {
			sandbox.tokens.settings.uses = 3;
			const before = sandbox.tokens.issued;
			// One at a time, or several requests would use up a new token before the one that asked for it.
			return { tuning: { concurrency: 1 }, logIns: () => Promise.resolve(sandbox.tokens.issued - before) };
		},
		server: {
			faults: sandbox.faults,
			exchanges: sandbox.exchanges,
			wrongTotals: [
				miscounted(users, people, people.length + 1),
				miscounted(users, people, people.length - 1),
				miscounted(/\/groups\?/, groups, groups.length + 1),
				miscounted(/\/groups\?/, groups, groups.length - 1),
				{ path: users, effect: { kind: "wrong-json", body: { value: people } } },
			],
			// The client's secret; every JSON Web Token.
			secrets: [sandbox.credentials.clientSecret, /Bearer \w/, /eyJ[\w-]{8}/],
			endless: () => {
				sandbox.quirks.nextLinks = "endless";
			},
			cycle: () => {
				const [outer, inner] = ["Company", "Berlin"].map((name) => truth.groups.find((g) => g.name === name)!.id);
				sandbox.tenant.addMember(inner!, outer!, "group");
			},
		},
		close: () => sandbox.close(),
	};
}

export function settingsFor(sandbox: EntraSandbox, tuning: Tuning = {}): EntraSettings {
	const { tenant, clientId, clientSecret } = sandbox.credentials;
	return {
		id: "staff" as ConnectorId,
		login: { kind: "secret", tenant, clientId, secret: new Secret(clientSecret, "test") },
		url: sandbox.url,
		authority: sandbox.url,
		network: { timeoutMs: 10_000, concurrency: tuning.concurrency ?? 4, ca: sandbox.ca },
		retry: QUICK,
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

interface PlannedGroup {
	readonly id: string;
	readonly name: string;
	readonly inside?: string;
	readonly has: (index: number) => boolean;
}
const uuid = (kind: number, index: number): string => `00000000-0000-4000-8${kind}00-${String(index).padStart(12, "0")}`;
const PLANNED: readonly Omit<PlannedGroup, "id">[] = [
	{ name: "everybody", has: () => true },
	{ name: "nobody", has: () => false },
	{ name: "Company", has: (i) => i === 0 },
	{ name: "Berlin", inside: "Company", has: (i) => i % 2 === 0 },
	{ name: "Developers", inside: "Berlin", has: (i) => i < 6 },
	{ name: "R&D/Labs + 50% of 工程部", has: (i) => i === 3 },
];
const GROUPS: readonly PlannedGroup[] = PLANNED.map((group, index) => ({ ...group, id: uuid(2, index) }));
const MADE = "2024-02-29T08:00:00Z";

/** Thirteen people and six groups, the same ids every time; three guests who belong to groups too, where there are guests. */
function fill(sandbox: EntraSandbox, world: { readonly guests: boolean; readonly reversed: boolean }): DirectoryTruth {
	const { tenant } = sandbox;
	const inOrder = <T>(list: readonly T[]): readonly T[] => (world.reversed ? list.toReversed() : list);
	const people = Array.from({ length: 13 }, (_, i) => ({
		id: uuid(1, i),
		userPrincipalName: `${i === 4 ? "sinéad.o'brien" : `person-${String(i).padStart(2, "0")}`}@acme.example`,
		accountEnabled: i % 5 !== 2,
		createdDateTime: MADE,
		...(i === 7 ? {} : { mail: `p${i}@example.com`, givenName: `First ${i}`, surname: "Łast" }),
		officeLocation: "Köln",
		...(i % 3 === 0
			? { businessPhones: ["1", "2"], onPremisesExtensionAttributes: { extensionAttribute1: "x", extensionAttribute2: null } }
			: {}),
	}));
	for (const person of inOrder(people)) tenant.addUser(person);
	for (const { id, name } of inOrder(GROUPS)) tenant.addGroup({ id, displayName: name });
	for (const { id, inside } of GROUPS) if (inside !== undefined) tenant.addMember(GROUPS.find((g) => g.name === inside)!.id, id);
	for (const group of inOrder(GROUPS))
		for (const [i, person] of inOrder([...people.entries()])) if (group.has(i)) tenant.addMember(group.id, person.id);
	// Neither devices nor service principals must come out as people.
	tenant.addMember(GROUPS[0]!.id, uuid(4, 0), "device");
	tenant.addMember(GROUPS[0]!.id, uuid(4, 1), "servicePrincipal");
	sandbox.quirks.countsServicePrincipals = world.guests;
	for (let i = 0; world.guests && i < 3; i += 1) {
		const userPrincipalName = `guest${i}_partner.example#EXT#@acme.example`;
		tenant.addUser({ id: uuid(3, i), userPrincipalName, userType: "Guest", createdDateTime: MADE });
		tenant.addMember(GROUPS[i]!.id, uuid(3, i));
	}
	const truthGroups = GROUPS.map((g) => ({
		id: g.id,
		name: g.name,
		people: people.filter((_, i) => g.has(i)).map((p) => p.id),
		groups: GROUPS.filter((c) => c.inside === g.name).map((c) => c.id),
	}));
	return {
		people: people.map((p) => ({ id: p.id, username: p.userPrincipalName, active: p.accountEnabled, attributes: attributesOf(p) })),
		groups: truthGroups,
	};
}

const attributesOf = (p: { businessPhones?: readonly string[] }): Record<string, readonly string[]> => ({
	createdDateTime: [MADE],
	officeLocation: ["Köln"],
	userType: ["Member"],
	...(p.businessPhones === undefined ? {} : { businessPhones: p.businessPhones, extensionAttribute1: ["x"] }),
});
