import { type CrowdSourceSettings, crowd } from "../../connectors/idp/crowd/connector.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import { type CrowdSandbox, startCrowd } from "../../sandbox/crowd/server.ts";
import type { ConnectorHarness, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once: failures that stay are told from those that pass without waiting. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };

/** Two directories, which share a group and a name. */
export function crowdStandIn(): ConnectorHarness {
	return {
		name: "Crowd stand-in",
		traits: { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false },
		open: () => openStandIn({ reversed: false }),
		reordered: () => openStandIn({ reversed: true }),
		faultPageSize: 2,
		untried: { C8: "name and password go with each request, there is no token" },
	};
}

async function openStandIn(world: { readonly reversed: boolean }): Promise<OpenDirectory> {
	const sandbox = await openCrowd();
	const truth = fill(sandbox, world);
	return {
		truth,
		connector: (tuning: Tuning = {}) => crowd(settingsFor(sandbox, tuning)),
		shortTokens: () => {
			throw new Error("there are no tokens");
		},
		server: {
			faults: sandbox.faults,
			exchanges: sandbox.exchanges,
			// Nothing states a total; but lists and memberships must fit.
			wrongTotals: [
				{ path: /\/search\?entity-type=user/, effect: { kind: "wrong-json", body: { users: [] } } },
				{ path: /\/search\?entity-type=group/, effect: { kind: "wrong-json", body: { groups: [] } } },
				{ path: /\/search\?entity-type=user/, effect: { kind: "short-page", drop: 2 } },
			],
			secrets: [
				sandbox.credentials.password,
				Buffer.from(`${sandbox.credentials.application}:${sandbox.credentials.password}`).toString("base64"),
			],
			endless: () => {
				sandbox.quirks.ignoresStart = true;
			},
			cycle: () => {
				const developers = sandbox.directory().group("Developers");
				if (developers !== undefined) developers.groups = [...developers.groups, "company"];
			},
		},
		close: () => sandbox.close(),
	};
}

export const DIRECTORIES = [
	{ id: 32_769, name: "Staff" },
	{ id: 98_305, name: "Partners" },
] as const;
const openCrowd = (): Promise<CrowdSandbox> => startCrowd({ directories: DIRECTORIES });

export function settingsFor(sandbox: CrowdSandbox, tuning: Tuning = {}): CrowdSourceSettings {
	const { application, password } = sandbox.credentials;
	return {
		id: "staff" as ConnectorId,
		url: sandbox.url,
		application,
		password: new Secret(password, "test"),
		network: { timeoutMs: 10_000, concurrency: tuning.concurrency ?? 2 },
		retry: QUICK,
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

const uuid = (index: number): string => `00000000-0000-4000-8100-${String(index).padStart(12, "0")}`;
const NAMES: Readonly<Record<number, string>> = {
	1: "ÅSA",
	4: "sinéad.o'brien+test",
	6: 'quo"te, back\\slash',
	9: "<star>&uid",
	11: "李雷",
};
const COUNT = 13;
/** The last three are partners. */
const PARTNERS = 10;
const INACTIVE: ReadonlySet<number> = new Set([2, 7, 12]);

interface PlannedGroup {
	readonly name: string;
	readonly inner: readonly string[];
	readonly has: (index: number) => boolean;
}
const GROUPS: readonly PlannedGroup[] = [
	{ name: "everybody", inner: [], has: () => true },
	{ name: "nobody", inner: [], has: () => false },
	{ name: "Company", inner: ["Berlin"], has: (i) => i === 0 },
	{ name: "Berlin", inner: ["Developers"], has: (i) => i % 2 === 0 },
	{ name: "Developers", inner: [], has: (i) => i < 6 },
	{ name: 'R&D/Labs, "50%" of <工程部>', inner: [], has: (i) => i === 6 || i === 11 },
];

export const nameOf = (index: number): string => NAMES[index] ?? `person-${String(index).padStart(2, "0")}`;

/** Thirteen people and six groups, the same ids every time. */
export function fill(sandbox: CrowdSandbox, world: { readonly reversed: boolean }): DirectoryTruth {
	const inOrder = <T>(list: readonly T[]): readonly T[] => (world.reversed ? list.toReversed() : list);
	const people = Array.from({ length: COUNT }, (_, i) => {
		const home = DIRECTORIES[i < PARTNERS ? 0 : 1];
		const attributes: Record<string, readonly string[]> = {
			requiresPasswordChange: ["false"],
			...(i % 3 === 0 ? { employeeNumber: [String(i), `E${i}`] } : {}),
		};
		return { id: `${home.id}:${uuid(i)}`, externalId: uuid(i), directory: home.id, name: nameOf(i), active: !INACTIVE.has(i), attributes };
	});
	for (const { directory, name, externalId, active, attributes } of inOrder(people)) {
		const values = Object.fromEntries(inOrder(Object.entries(attributes)).map(([key, list]) => [key, inOrder(list)]));
		const email = name === nameOf(3) ? "" : `${externalId.slice(-2)}@example.com`;
		const more = { firstName: "First", lastName: "Łast", displayName: `Person ${name}`, email };
		sandbox.directory(directory).addUser({ name, externalId, active, attributes: values, ...more });
	}
	// Nobody sees this one: the topmost directory has the name.
	sandbox.directory(DIRECTORIES[1].id).addUser({ name: "PERSON-00", externalId: uuid(99) });
	for (const { name, inner, has } of inOrder(GROUPS)) {
		for (const { id } of DIRECTORIES) {
			const users = people.filter((person, i) => has(i) && person.directory === id).map((person) => person.name.toLowerCase());
			const first = id === DIRECTORIES[0].id;
			if (!first && users.length === 0) continue;
			const groups = first ? inner.map((each) => each.toLowerCase()) : [];
			sandbox.directory(id).addGroup(name, { users: inOrder(users), groups });
		}
	}
	return {
		people: people.map(({ id, name, active, attributes }) => ({ id, username: name, active, attributes })),
		groups: GROUPS.map(({ name, inner, has }) => ({
			id: name.toLowerCase(),
			name,
			people: people.filter((_, i) => has(i)).map(({ id }) => id),
			groups: inner.map((each) => each.toLowerCase()),
		})),
	};
}
