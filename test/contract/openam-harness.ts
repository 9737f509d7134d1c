import { type OpenAmSettings, openam } from "../../connectors/idp/openam/connector.ts";
import { ATTRIBUTES } from "../../connectors/idp/openam/settings.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import { type OpenAmSandbox, startOpenam } from "../../sandbox/openam/server.ts";
import type { ConnectorHarness, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once: failures that stay are told from those that pass without waiting. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };

/** Two realms are read, the second of which repeats the people of the first. Pages there are none: their size is the server's limit. */
export function openamStandIn(): ConnectorHarness {
	return {
		name: "OpenAM stand-in",
		traits: { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false },
		open: () => openStandIn({ reversed: false }),
		reordered: () => openStandIn({ reversed: true }),
		faultPageSize: 9,
	};
}

async function openStandIn(world: { readonly reversed: boolean }): Promise<OpenDirectory> {
	const sandbox = await startOpenam({ quirks: { unsteady: true } });
	const truth = fill(sandbox, world);
	return {
		truth,
		connector: (tuning: Tuning = {}) => {
			sandbox.quirks.maxResult = tuning.pageSize ?? 1000;
			return openam(settingsFor(sandbox, tuning));
		},
		shortTokens: () => {
			sandbox.quirks.sessionUses = 3;
			const before = sandbox.sessions.opened;
			// One at a time, or several requests would use up a new session before the one that asked for it.
			return { tuning: { concurrency: 1 }, logIns: () => Promise.resolve(sandbox.sessions.opened - before) };
		},
		server: {
			faults: sandbox.faults,
			exchanges: sandbox.exchanges,
			wrongTotals: [
				{ path: /\/users\?/, effect: { kind: "wrong-json", body: { result: [], resultCount: 1 } } },
				{ path: /\/groups\?/, skip: 2, effect: { kind: "wrong-json", body: { result: [], resultCount: 5 } } },
				{ path: /\/users\?/, effect: { kind: "short-page", drop: 2 } },
			],
			// The account's password, in plain and as encoded word; every session.
			secrets: [sandbox.credentials.password, Buffer.from(sandbox.credentials.password).toString("base64"), /AQIC[\w.*-]{8}/],
			endless: () => {
				sandbox.quirks.ignoresFilters = true;
			},
			cycle: () => sandbox.store("/").setMembers("Developers", (members) => [...members, sandbox.store("/").groupDn("Company")]),
		},
		close: () => sandbox.close(),
	};
}

export function settingsFor(sandbox: OpenAmSandbox, tuning: Tuning = {}): OpenAmSettings {
	const { username, password } = sandbox.credentials;
	return {
		id: "staff" as ConnectorId,
		url: sandbox.url,
		realms: ["/", "/twin"],
		authRealm: "/",
		username,
		password: new Secret(password, "test"),
		attributes: ATTRIBUTES,
		network: { timeoutMs: 10_000, concurrency: tuning.concurrency ?? 2 },
		retry: QUICK,
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

const uuid = (kind: number, index: number): string => `00000000-0000-4000-8${kind}00-${String(index).padStart(12, "0")}`;
/** Odd ones, of which two differ in accents and case only. */
const NAMES: Readonly<Record<number, string>> = { 1: "ÅSA", 4: "sinéad.o'brien+test", 6: 'quo"te, back\\slash', 9: "star*uid", 11: "李雷" };
const COUNT = 13;
/** What OpenAM makes of them: `Deleted` and `inactive` are Inactive, and nothing is active. */
const STATUS: Readonly<Record<number, { readonly stored?: string; readonly active: boolean }>> = {
	2: { stored: "Inactive", active: false },
	5: { active: true },
	7: { stored: "Deleted", active: false },
	8: { stored: "inactive", active: false },
};

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
	{ name: "R&D/Labs, 50% of 工程部", inner: [], has: (i) => i === 6 || i === 11 },
];

export const nameOf = (index: number): string => NAMES[index] ?? `person-${String(index).padStart(2, "0")}`;

/** Thirteen people and six groups, the same ids every time. */
export function fill(sandbox: OpenAmSandbox, world: { readonly reversed: boolean }): DirectoryTruth {
	const store = sandbox.store("/");
	sandbox.addRealm("/twin", "inherited");
	const inOrder = <T>(list: readonly T[]): readonly T[] => (world.reversed ? list.toReversed() : list);
	const people = Array.from({ length: COUNT }, (_, i) => {
		const { stored, active } = STATUS[i] ?? { stored: "Active", active: true };
		const further = { telephoneNumber: ["+49 30 1"], ...(i % 3 === 0 ? { employeeNumber: [String(i), `E${i}`] } : {}) };
		return { id: uuid(1, i), uid: nameOf(i), stored, active, further };
	});
	for (const { id, uid, stored, further } of inOrder(people)) {
		const mail = uid === nameOf(3) ? {} : { mail: [`${id.slice(-2)}@example.com`], givenName: ["First"] };
		store.addPerson({
			entryUUID: id,
			uid,
			...(stored === undefined ? {} : { inetUserStatus: stored }),
			attributes: {
				cn: [`Person ${uid}`],
				sn: ["Łast"],
				objectClass: ["top", "person"],
				createTimestamp: ["20261122093749Z"],
				...mail,
				...further,
			},
		});
	}
	for (const [at, { name, inner, has }] of inOrder([...GROUPS.entries()])) {
		const members = [...inner.map((cn) => store.groupDn(cn)), ...people.filter((_, i) => has(i)).map(({ uid }) => store.personDn(uid))];
		// As deletions leave them behind.
		if (name === "everybody") members.push(store.personDn("ghost"));
		store.addGroup({ entryUUID: uuid(2, at), cn: name, members: inOrder(members) });
	}
	return {
		people: people.map(({ id, uid, active, further }) => ({ id, username: uid, active, attributes: further })),
		groups: GROUPS.map(({ name, inner, has }, at) => ({
			id: uuid(2, at),
			name,
			people: people.filter((_, i) => has(i)).map(({ id }) => id),
			groups: inner.map((cn) =>
				uuid(
					2,
					GROUPS.findIndex((group) => group.name === cn),
				),
			),
		})),
	};
}
