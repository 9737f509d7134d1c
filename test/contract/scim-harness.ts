import { type ScimSettings, scim } from "../../connectors/idp/scim/connector.ts";
import { DEFAULTS } from "../../connectors/idp/scim/settings.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import type { ScimAccount } from "../../sandbox/scim/access.ts";
import { ENTERPRISE, SITE } from "../../sandbox/scim/documents.ts";
import type { ScimQuirks } from "../../sandbox/scim/quirks.ts";
import type { ResourceState, ScimMember } from "../../sandbox/scim/resources.ts";
import { type ScimSandbox, startScim } from "../../sandbox/scim/server.ts";
import type { ConnectorHarness, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once: failures that stay are told from those that pass without waiting. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };

/** One kind of server; each is held to the whole contract. */
export function scimStandIn(name: string, quirks: Partial<ScimQuirks>, more: Partial<ScimSettings> = {}): ConnectorHarness {
	return {
		name: `SCIM stand-in ${name}`,
		traits: { statesTotal: true, nestedGroups: true, listsInactive: true, incremental: false },
		open: () => openStandIn({ quirks, more, reversed: false }),
		reordered: () => openStandIn({ quirks, more, reversed: true }),
	};
}

export const CLIENT = {
	kind: "oauth",
	clientId: "rollcall",
	clientSecret: "scim client+secret",
	people: true,
	groups: true,
	scopes: ["scim.read"],
} as const;
export const BEARER = { kind: "bearer", token: "scim-bearer-token-1", people: true, groups: true, scopes: [] } as const;
export const BASIC = { kind: "basic", username: "rollcall", password: "scim:pässword", people: true, groups: true, scopes: [] } as const;
const ACCOUNTS: readonly ScimAccount[] = [CLIENT, BEARER, BASIC];

interface World {
	readonly quirks: Partial<ScimQuirks>;
	readonly more: Partial<ScimSettings>;
	readonly reversed: boolean;
}

async function openStandIn({ quirks, more, reversed }: World): Promise<OpenDirectory> {
	const sandbox = await startScim({ quirks, accounts: ACCOUNTS });
	const truth = fill(sandbox, { reversed });
	const list = { schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], Resources: [] };
	return {
		truth,
		connector: (tuning: Tuning = {}) => scim({ ...settingsFor(sandbox, tuning), ...more }),
		shortTokens: () => {
			sandbox.quirks.tokenUses = 3;
			const before = sandbox.access.issued;
			return { tuning: { concurrency: 1 }, logIns: () => Promise.resolve(sandbox.access.issued - before) };
		},
		server: {
			faults: sandbox.faults,
			exchanges: sandbox.exchanges,
			wrongTotals: [
				{ path: /\/Users\?.*attributes/, effect: { kind: "wrong-json", body: { ...list, totalResults: 3 } } },
				{ path: /\/Groups\?/, effect: { kind: "wrong-json", body: { ...list, totalResults: 5 } } },
				{ path: /\/ResourceTypes/, effect: { kind: "wrong-json", body: { ...list, totalResults: 2 } } },
			],
			// The client's secret, in plain, as it travels; every token.
			secrets: [
				CLIENT.clientSecret,
				/scim(?:%20|\+)client%2Bsecret/,
				Buffer.from("rollcall:scim+client%2Bsecret").toString("base64"),
				/eyJhbGciOi[\w.-]{8}/,
			],
			endless: () => {
				sandbox.quirks.endless = true;
			},
			cycle: () => {
				const [company, developers] = [groupId("Company"), groupId("Developers")];
				sandbox.store.setMembers(developers, (members) => [...members, { value: company, type: "Group" }]);
			},
		},
		close: () => sandbox.close(),
	};
}

export function settingsFor(sandbox: ScimSandbox, tuning: Tuning = {}): ScimSettings {
	const { clientId, clientSecret } = CLIENT;
	const secret = new Secret(clientSecret, "test");
	return {
		...DEFAULTS,
		id: "staff" as ConnectorId,
		url: sandbox.url,
		auth: { kind: "oauth", tokenUrl: sandbox.tokenUrl, clientId, clientSecret: secret, clientAuthentication: "basic" },
		network: { timeoutMs: 10_000, concurrency: tuning.concurrency ?? 2 },
		retry: QUICK,
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

const uuid = (kind: number, index: number): string => `00000000-0000-4000-8${kind}00-${String(index).padStart(12, "0")}`;
const NAMES: Readonly<Record<number, string>> = {
	1: "ÅSA",
	4: "sinéad.o'brien+test",
	6: 'quo"te, back\\slash',
	9: "star*name",
	11: "李雷",
};
const COUNT = 13;
/** Nobody any more. */
export const GHOST = uuid(1, 99);
export const nameOf = (index: number): string => NAMES[index] ?? `person-${String(index).padStart(2, "0")}`;
export const personId = (index: number): string => uuid(1, index);
const INACTIVE = new Set([2, 7]);

interface PlannedGroup {
	readonly name: string;
	readonly inner: readonly string[];
	readonly has: (index: number) => boolean;
}
export const GROUPS: readonly PlannedGroup[] = [
	{ name: "everybody", inner: [], has: () => true },
	{ name: "nobody", inner: [], has: () => false },
	{ name: "Company", inner: ["Berlin"], has: (i) => i === 0 },
	{ name: "Berlin", inner: ["Developers"], has: (i) => i % 2 === 0 },
	{ name: "Developers", inner: [], has: (i) => i < 6 },
	{ name: "R&D/Labs, 50% of 工程部", inner: [], has: (i) => i === 6 || i === 11 },
];
export const groupId = (name: string): string =>
	uuid(
		2,
		GROUPS.findIndex((group) => group.name === name),
	);

/** One person as the server keeps it, and the attributes that a policy sees of it. */
function planned(i: number) {
	const [id, userName, email] = [personId(i), nameOf(i), `p${i}@example.com`];
	const badge = { badge: String(i * 100), site: i % 2 === 0 ? "Berlin" : "" };
	const enterprise = { department: "R&D", manager: { value: personId(0), displayName: nameOf(0), $ref: `../Users/${personId(0)}` } };
	const rich = i % 3 === 0;
	const resource = {
		id,
		userName,
		name: { givenName: "First", familyName: "Łast" },
		displayName: `Person ${userName}`,
		active: !INACTIVE.has(i),
		emails: [
			{ value: `home${i}@example.net`, type: "home" },
			{ value: email, type: "work", primary: true },
		],
		...(rich ? { title: "Engineer", [ENTERPRISE]: enterprise, [SITE]: badge } : {}),
	};
	const attributes: Record<string, readonly string[]> = {
		...(rich
			? { badge: [String(i * 100)], title: ["Engineer"], department: ["R&D"], manager: [personId(0)], "manager.displayName": [nameOf(0)] }
			: {}),
		...(rich ? { [`${ENTERPRISE}:department`]: ["R&D"], [`${ENTERPRISE}:manager`]: [personId(0)] } : {}),
		...(rich ? { [`${ENTERPRISE}:manager.displayName`]: [nameOf(0)], [`${SITE}:badge`]: [String(i * 100)] } : {}),
		...(rich && i % 2 === 0 ? { site: ["Berlin"], [`${SITE}:site`]: ["Berlin"] } : {}),
		userName: [userName],
		"name.givenName": ["First"],
		"name.familyName": ["Łast"],
		displayName: [`Person ${userName}`],
		active: [String(!INACTIVE.has(i))],
		emails: [`home${i}@example.net`, email],
	};
	return { resource, attributes };
}

/** Thirteen people and six groups, the same ids every time: as the server keeps them, and what is true of them. */
export function population(world: { readonly reversed: boolean }): { readonly state: ResourceState; readonly truth: DirectoryTruth } {
	const inOrder = <T>(list: readonly T[]): readonly T[] => (world.reversed ? list.toReversed() : list);
	const people = Array.from({ length: COUNT }, (_, i) => planned(i));
	const groups = GROUPS.map(({ name, inner, has }) => {
		const members: ScimMember[] = [
			...inner.map((group) => ({ value: groupId(group), type: "Group" })),
			...people.filter((_, i) => has(i)).map(({ resource }) => ({ value: resource.id, type: "User", display: resource.userName })),
		];
		// As deletions leave them behind.
		if (name === "everybody") members.push({ value: GHOST, type: "User" });
		return { id: groupId(name), displayName: name, members: inOrder(members) };
	});
	return {
		state: { people: inOrder(people.map(({ resource }) => resource)), groups: inOrder(groups) },
		truth: {
			people: people.map(({ resource, attributes }) => ({
				id: resource.id,
				username: resource.userName,
				active: resource.active,
				attributes,
			})),
			groups: GROUPS.map(({ name, inner, has }) => ({
				id: groupId(name),
				name,
				people: people.filter((_, i) => has(i)).map(({ resource }) => resource.id),
				groups: inner.map(groupId),
			})),
		},
	};
}

export function fill(sandbox: ScimSandbox, world: { readonly reversed: boolean }): DirectoryTruth {
	const { state, truth } = population(world);
	sandbox.store.replace(state);
	return truth;
}
