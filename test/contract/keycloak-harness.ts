import { type KeycloakSettings, keycloak } from "../../connectors/idp/keycloak/connector.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import { type KeycloakSandbox, startKeycloak } from "../../sandbox/keycloak/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import type { Effect } from "../../sandbox/kit/faults.ts";
import type { ConnectorHarness, Deviation, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once: failures that stay are told from those that pass without waiting. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };

export function keycloakStandIn(name: string, world: { readonly federated: boolean }): ConnectorHarness {
	return {
		name,
		traits: { statesTotal: true, nestedGroups: true, listsInactive: true, incremental: false },
		open: () => openStandIn({ ...world, reversed: false }),
		reordered: () => openStandIn({ ...world, reversed: true }),
		// Thirteen people: 1, 2, n-1, n, n+1, the largest page that a configuration may ask for, and the connector's own.
		pageSizes: [1, 2, 12, 13, 14, 5_000, undefined],
		deviations: world.federated ? [LAST_ROW] : [WELL_FORMED],
	};
}

const isMembers = (exchange: Exchange): boolean => exchange.path.endsWith("/members");
const losesRows = (effect: Effect): boolean => effect.kind === "short-page" || (effect.kind === "wrong-json" && Array.isArray(effect.body));

const WELL_FORMED: Deviation = {
	because:
		"Keycloak states no number of members, so a page that lacks rows and is whole JSON cannot be told from a shorter list; the real server makes no such pages while the account has view-users and nobody is federated",
	applies: (exchange, effect) => isMembers(exchange) && losesRows(effect),
};
const LAST_ROW: Deviation = {
	because: "a list of members whose first page came without any row is the same as an empty one",
	applies: (exchange, effect) =>
		isMembers(exchange) &&
		exchange.query.first === "0" &&
		losesRows(effect) &&
		(effect.kind === "wrong-json" || (exchange.responseBody as readonly unknown[]).length === 1),
};

async function openStandIn(world: { readonly federated: boolean; readonly reversed: boolean }): Promise<OpenDirectory> {
	const sandbox = await startKeycloak();
	const truth = fill(sandbox, world);
	const connector = (tuning: Tuning = {}) => keycloak(settingsFor(sandbox, tuning));
	return {
		truth,
		connector,
		shortTokens: () => {
			sandbox.tokens.settings = { ...sandbox.tokens.settings, uses: 3 };
			const before = sandbox.tokens.issued;
			// One at a time, or several requests would use up a new token before the one that asked for it.
			return { tuning: { concurrency: 1 }, logIns: () => Promise.resolve(sandbox.tokens.issued - before) };
		},
		server: {
			faults: sandbox.faults,
			exchanges: sandbox.exchanges,
			wrongTotals: [
				{ path: /\/users\/count/, effect: { kind: "wrong-json", body: truth.people.length + 1 } },
				{ path: /\/users\/count/, effect: { kind: "wrong-json", body: truth.people.length - 1 } },
				{ path: /\/groups\/count/, effect: { kind: "wrong-json", body: { count: truth.groups.length + 1 } } },
				{ path: /\/groups\/count/, effect: { kind: "wrong-json", body: { count: truth.groups.length - 1 } } },
				// Only the count afterwards: the lists agreed with the one before.
				{ path: /\/users\/count/, skip: 1, effect: { kind: "wrong-json", body: truth.people.length + 1 } },
			],
			// The client's secret, in plain and as HTTP Basic; every JSON Web Token.
			secrets: [sandbox.credentials.clientSecret, /Basic \w/, /Bearer \w/, /eyJ[\w-]{8}/],
			endless: () => {
				sandbox.quirks.members = "endless";
			},
			cycle: () => {
				const [outer, inner] = ["Company", "Berlin"].map((name) => truth.groups.find((g) => g.name === name)!.id);
				const rows = [...sandbox.realm.groups.values()].map((g) => ({
					id: g.id,
					name: g.name,
					path: `/${g.name}`,
					parentId: g.id === outer ? inner : g.parentId,
				}));
				sandbox.faults.add({ path: /\/groups\/?\?/, effect: { kind: "wrong-json", body: rows } });
			},
		},
		close: () => sandbox.close(),
	};
}

export function settingsFor(sandbox: KeycloakSandbox, tuning: Tuning = {}): KeycloakSettings {
	const { realm, clientId, clientSecret } = sandbox.credentials;
	return {
		id: "staff" as ConnectorId,
		url: sandbox.url,
		realm,
		clientId,
		clientSecret: new Secret(clientSecret, "test"),
		network: { timeoutMs: 10_000, concurrency: tuning.concurrency ?? 4 },
		retry: QUICK,
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

interface PlannedGroup {
	readonly id: string;
	readonly name: string;
	readonly parent?: string;
	readonly has: (index: number) => boolean;
}
const uuid = (kind: number, index: number): string => `00000000-0000-4000-8${kind}00-${String(index).padStart(12, "0")}`;
const PLANNED: readonly Omit<PlannedGroup, "id">[] = [
	{ name: "everybody", has: () => true },
	{ name: "nobody", has: () => false },
	{ name: "Company", has: (i) => i === 0 },
	{ name: "Berlin", parent: "Company", has: (i) => i % 2 === 0 },
	{ name: "Developers", parent: "Berlin", has: (i) => i < 6 },
	{ name: "R&D/Labs + 50% of 工程部", has: (i) => i === 3 },
];
const GROUPS: readonly PlannedGroup[] = PLANNED.map((group, index) => ({ ...group, id: uuid(2, index) }));

/** Thirteen people and six groups, the same ids every time. */
function fill(sandbox: KeycloakSandbox, world: { readonly federated: boolean; readonly reversed: boolean }): DirectoryTruth {
	const { realm } = sandbox;
	const people = Array.from({ length: 13 }, (_, i) => ({
		id: uuid(1, i),
		username: i === 4 ? "sinéad.o'brien+test" : `person-${String(i).padStart(2, "0")}`,
		enabled: i % 5 !== 2,
		...(i === 7 ? {} : { email: `p${i}@example.com`, firstName: `First ${i}`, lastName: "Łast" }),
		attributes: { site: ["Köln"], ...(i % 3 === 0 ? { costCenter: ["1", "2"] } : {}) },
		...(world.federated ? { federationLink: "ldap-1" } : {}),
	}));
	const inOrder = <T>(list: readonly T[]): readonly T[] => (world.reversed ? list.toReversed() : list);
	for (const person of inOrder(people)) realm.addUser(person);
	// Parents come before their children in any case.
	for (const { id, name, parent } of GROUPS)
		realm.addGroup({ id, name, ...(parent === undefined ? {} : { parentId: GROUPS.find((g) => g.name === parent)!.id }) });
	for (const group of inOrder(GROUPS))
		for (const [i, person] of inOrder([...people.entries()])) if (group.has(i)) realm.addMember(group.id, person.id);
	// A service account is a member like anybody, and must not come out as a person.
	realm.addMember(GROUPS[0]!.id, realm.userNamed("service-account-rollcall")!.id);
	return {
		people: people.map((p) => ({ id: p.id, username: p.username, active: p.enabled, attributes: p.attributes })),
		groups: GROUPS.map((g) => ({
			id: g.id,
			name: g.name,
			people: people.filter((_, i) => g.has(i)).map((p) => p.id),
			groups: GROUPS.filter((c) => c.parent === g.name).map((c) => c.id),
		})),
	};
}
