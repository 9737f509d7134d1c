import { type GoogleSettings, google } from "../../connectors/idp/google/connector.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import { type GoogleSandbox, startGoogle } from "../../sandbox/google/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import type { Effect } from "../../sandbox/kit/faults.ts";
import type { ConnectorHarness, Deviation, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once: failures that stay are told from those that pass without waiting. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };

/** `keyless`: IAM signs for a federated identity. `units`: organisational units are groups too. */
interface World {
	readonly keyless: boolean;
	readonly units: boolean;
}

export function googleStandIn(name: string, world: World): ConnectorHarness {
	return {
		name,
		traits: { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false },
		open: () => openStandIn(world, false),
		reordered: () => openStandIn(world, true),
		// Thirteen people: 1, 2, n-1, n, n+1, the largest page, and the connector's own.
		pageSizes: [1, 2, 12, 13, 14, 500, undefined],
		deviations: [INNER_GROUPS],
		...(world.keyless ? { faultPageSize: 8 } : {}),
	};
}

const losesRows = (effect: Effect): boolean => effect.kind === "short-page";
const INNER_GROUPS: Deviation = {
	because:
		"Google's count of a group's members is one of people (so its description), so that a page that lacks one of as many rows as there are inner groups is not noticed. Google makes no such pages",
	applies: (exchange: Exchange, effect: Effect) =>
		losesRows(effect) && [ID.company, ID.berlin, ID.allHands].some((id) => exchange.path.endsWith(`/groups/${id}/members`)),
};

async function openStandIn(world: World, reversed: boolean): Promise<OpenDirectory> {
	const sandbox = await startGoogle();
	const truth = fill(sandbox, world, reversed);
	const { key } = sandbox.credentials;
	return {
		truth,
		connector: (tuning = {}) => google(settingsFor(sandbox, { ...world, ...tuning })),
		shortTokens: () => {
			sandbox.access.settings.uses = 3;
			const before = sandbox.access.issued;
			// One at a time, or several requests would use up a new token before the one that asked for it.
			return { tuning: { concurrency: 1 }, logIns: () => Promise.resolve(sandbox.access.issued - before) };
		},
		server: {
			faults: sandbox.faults,
			exchanges: sandbox.exchanges,
			wrongTotals: [],
			// The private key, every header, every access token and every JSON Web Token.
			secrets: [String(JSON.parse(key).private_key).slice(40, 100), /PRIVATE KEY/, /Bearer \w/, /ya29\./, /eyJ[\w-]{8}/],
			endless: () => {
				sandbox.quirks.members = "loop";
			},
			cycle: () => sandbox.workspace.addMember(ID.berlin, ID.company),
		},
		close: () => sandbox.close(),
	};
}

export function settingsFor(sandbox: GoogleSandbox, tuning: Tuning & Partial<World> = {}): GoogleSettings {
	const { key, serviceAccount, subject, federation } = sandbox.credentials;
	return {
		id: "staff" as ConnectorId,
		auth:
			tuning.keyless === true
				? { kind: "federation", serviceAccount, configuration: new Secret(federation, "test") }
				: { kind: "key", key: new Secret(key, "test") },
		subject,
		url: sandbox.url,
		tokenUrl: sandbox.url,
		iamUrl: sandbox.url,
		organizationalUnits: tuning.units === true ? "groups" : "ignore",
		network: { timeoutMs: 10_000, concurrency: tuning.concurrency ?? 4 },
		retry: QUICK,
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

const groupNumber = (index: number): string => `0contract${String(index).padStart(6, "0")}`;
const ID = { company: groupNumber(2), berlin: groupNumber(3), allHands: groupNumber(6) };
const GROUPS: readonly { readonly name: string; readonly inside?: string; readonly has: (index: number) => boolean }[] = [
	{ name: "nearly everybody", has: (i) => i !== 8 },
	{ name: "nobody", has: () => false },
	{ name: "Company", has: (i) => i === 0 },
	{ name: "Berlin", inside: ID.company, has: (i) => i % 2 === 0 },
	{ name: "Developers", inside: ID.berlin, has: (i) => i < 6 },
	{ name: "R&D/Labs + 50% of 工程部", has: (i) => i === 3 },
	{ name: "all hands", has: () => false },
];
const UNITS = ["/", "/Engineering", "/Engineering/Labs & Co", "/Empty"] as const;
const unitOf = (index: number): string => (index % 5 === 0 ? "/" : index % 2 === 0 ? "/Engineering" : "/Engineering/Labs & Co");

/** Thirteen people and seven groups, the same ids every time. */
function fill(sandbox: GoogleSandbox, world: World, reversed: boolean): DirectoryTruth {
	const { workspace } = sandbox;
	workspace.addSchema("HR", { site: "STRING", level: "INT64", skills: "STRING" });
	for (const path of UNITS) workspace.addUnit(path);
	const people = Array.from({ length: 13 }, (_, i) => {
		const custom = {
			HR: {
				site: "Köln",
				...(i % 4 === 0
					? {
							level: "3",
							skills: [
								{ type: "work", value: "a" },
								{ type: "work", value: "b" },
							],
						}
					: {}),
			},
		};
		return {
			id: `1000000000000000000${String(i).padStart(2, "0")}`,
			primaryEmail:
				i === 5 ? "sinead.o'brien@example.com" : `person-${String(i).padStart(2, "0")}@${i === 9 ? "branch.example" : "example.com"}`,
			name: { givenName: `First ${i}`, familyName: "Łast", fullName: `First ${i} Łast` },
			suspended: i % 5 === 2,
			archived: i === 4,
			orgUnitPath: unitOf(i),
			externalIds: [{ type: "organization", value: `E${i}` }],
			customSchemas: custom,
		};
	});
	const inOrder = <T>(list: readonly T[]): readonly T[] => (reversed ? list.toReversed() : list);
	for (const person of inOrder(people)) workspace.addUser(person);
	const groups = GROUPS.map((group, i) => ({ ...group, id: groupNumber(i) }));
	for (const { id, name } of inOrder(groups)) workspace.addGroup({ id, name, email: `group-${id.slice(-1)}@example.com` });
	for (const { id, inside } of inOrder(groups)) if (inside !== undefined) workspace.addMember(inside, id);
	for (const group of inOrder(groups))
		for (const [i, person] of inOrder([...people.entries()])) if (group.has(i)) workspace.addMember(group.id, person.id);
	workspace.addRawMember(ID.allHands, { type: "CUSTOMER", id: workspace.customerId, role: "MEMBER" });
	// Outsiders are members like anybody, and must not come out as people.
	workspace.addRawMember(groupNumber(0), { type: "EXTERNAL", email: "partner@other.example", role: "MEMBER" });
	workspace.addRawMember(groupNumber(0), { type: "USER", id: "999", email: "friend@gmail.example", role: "MEMBER" });
	const units = [...workspace.units.values()].map((unit) => ({
		id: unit.orgUnitId,
		name: unit.name,
		people: people.filter((person) => person.orgUnitPath === unit.orgUnitPath).map((person) => person.id),
		groups: [...workspace.units.values()].filter((inner) => inner.parentOrgUnitId === unit.orgUnitId).map((inner) => inner.orgUnitId),
	}));
	return {
		people: people.map((person, i) => ({
			id: person.id,
			username: person.primaryEmail,
			active: !person.suspended && !person.archived,
			attributes: {
				"HR.site": ["Köln"],
				...(i % 4 === 0 ? { "HR.level": ["3"], "HR.skills": ["a", "b"] } : {}),
				employeeId: [`E${i}`],
				orgUnitPath: [person.orgUnitPath],
				suspended: [String(person.suspended)],
				archived: [String(person.archived)],
				customerId: [workspace.customerId],
			},
		})),
		groups: [
			...groups.map((g) => ({
				id: g.id,
				name: g.name,
				people: people.filter((_, i) => g.id === ID.allHands || g.has(i)).map((p) => p.id),
				groups: groups.filter((inner) => inner.inside === g.id).map((inner) => inner.id),
			})),
			...(world.units ? units : []),
		],
	};
}
