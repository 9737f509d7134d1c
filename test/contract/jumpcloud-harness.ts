import { type JumpCloudSettings, jumpcloud } from "../../connectors/idp/jumpcloud/connector.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import type { JumpCloudPerson } from "../../sandbox/jumpcloud/records.ts";
import { type JumpCloudSandbox, startJumpcloud } from "../../sandbox/jumpcloud/server.ts";
import type { Effect } from "../../sandbox/kit/faults.ts";
import type { ConnectorHarness, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once: failures that stay are told from those that pass without waiting. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };

export type LogIn = JumpCloudSettings["auth"]["kind"];
interface How {
	readonly logIn: LogIn;
	/** Lists of groups and members state their total. */
	readonly counts: boolean;
}

export function jumpcloudStandIn(name: string, how: How): ConnectorHarness {
	return {
		name,
		traits: { statesTotal: true, nestedGroups: false, listsInactive: true, incremental: false },
		open: () => openStandIn(how, false),
		reordered: () => openStandIn(how, true),
		// Thirteen people: 1, 2, n-1, n, n+1, the largest page, and the connector's own.
		pageSizes: [1, 2, 12, 13, 14, 99, 100, undefined],
		...(how.logIn === "apiKey" ? { untried: { C8: "an API key has no end that falls into a reading" } } : {}),
	};
}

async function openStandIn(how: How, reversed: boolean): Promise<OpenDirectory> {
	const sandbox = await startJumpcloud({ quirks: { counts: how.counts } });
	const truth = fill(sandbox, reversed);
	const { apiKey, clientId, clientSecret } = sandbox.credentials;
	const n = truth.people.length;
	return {
		truth,
		connector: (tuning = {}) => jumpcloud(settingsFor(sandbox, { logIn: how.logIn, ...tuning })),
		shortTokens: () => {
			sandbox.access.settings.uses = 3;
			const before = sandbox.access.issued;
			// One at a time, or several requests would use up a new token before the one that asked for it.
			return { tuning: { concurrency: 1 }, logIns: () => Promise.resolve(sandbox.access.issued - before) };
		},
		server: {
			faults: sandbox.faults,
			exchanges: sandbox.exchanges,
			wrongTotals: [
				...[n - 1, n + 1, 0, 5_000].map((total) => ({ path: /\/systemusers\?/, effect: wrongTotal(sandbox, total) })),
				{ path: /\/systemusers\?/, effect: { kind: "short-page", drop: 2 } },
			],
			// Key and secret, in plain and as HTTP Basic; every token.
			secrets: [
				apiKey,
				clientSecret,
				Buffer.from(`${clientId}:${clientSecret}`).toString("base64").slice(0, 60),
				/Basic \w/,
				/Bearer \w/,
				/ory_at_[\w-]{8}/,
			],
			endless: () => {
				sandbox.quirks.members = "repeat";
			},
		},
		close: () => sandbox.close(),
	};
}

const wrongTotal = (sandbox: JumpCloudSandbox, totalCount: number): Effect => ({
	kind: "wrong-json",
	body: { totalCount, results: [...sandbox.organization.people.values()].toSorted((a, b) => (a._id < b._id ? -1 : 1)) },
});

export function settingsFor(sandbox: JumpCloudSandbox, tuning: Tuning & { readonly logIn?: LogIn } = {}): JumpCloudSettings {
	const { apiKey, clientId, clientSecret } = sandbox.credentials;
	return {
		id: "staff" as ConnectorId,
		region: "us",
		url: sandbox.url,
		tokenUrl: sandbox.tokenUrl,
		auth:
			tuning.logIn === "serviceAccount"
				? { kind: "serviceAccount", clientId, clientSecret: new Secret(clientSecret, "test") }
				: { kind: "apiKey", key: new Secret(apiKey, "test") },
		requestsPerMinute: 60_000,
		network: { timeoutMs: 10_000, concurrency: tuning.concurrency ?? 4 },
		retry: QUICK,
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

const STATES: readonly (Partial<JumpCloudPerson> & { readonly active: boolean })[] = [
	{ active: true },
	{ active: false, state: "STAGED", activated: false },
	{ active: false, state: "SUSPENDED", suspended: true },
	{ active: true, account_locked: true },
	// Waits for a first password.
	{ active: true, activated: false },
	{ active: true, password_expired: true },
	// A flag that contradicts the state: nobody who is suspended in any way is active.
	{ active: false, suspended: true },
];
const GROUPS: readonly { readonly name: string; readonly method?: "DYNAMIC_AUTOMATED"; readonly has: (index: number) => boolean }[] = [
	{ name: "everybody", has: () => true },
	{ name: "nobody", has: () => false },
	{ name: "Developers", has: (i) => i < 6 },
	{ name: "Berlin", method: "DYNAMIC_AUTOMATED", has: (i) => i % 2 === 0 },
	{ name: "R&D/Labs + 50% of 工程部", has: (i) => i === 3 },
	{ name: "a pair", has: (i) => i === 8 || i === 1 },
];
/** Not in the order in which they are entered. */
const objectIdOf = (kind: "person" | "group", index: number): string =>
	`${kind === "person" ? "5f0c" : "60a1"}${((index * 7) % 13).toString(16)}${"b2a3d4e5f607182".slice(0, 11)}${String(index).padStart(8, "0")}`;

/** Thirteen people and six groups, the same ids every time. */
function fill(sandbox: JumpCloudSandbox, reversed: boolean): DirectoryTruth {
	const { organization } = sandbox;
	const people = Array.from({ length: 13 }, (_, i) => {
		const { active, ...state } = STATES[i % STATES.length]!;
		const _id = objectIdOf("person", i);
		const username = i === 5 ? "sinéad.o'brien+test" : `person-${String(i).padStart(2, "0")}`;
		const custom = [{ name: "site", value: "Köln" }, ...(i % 3 === 0 ? ["1", "2"].map((value) => ({ name: "costCenters", value })) : [])];
		const names = i === 7 ? { email: "" } : { email: `p${i}@example.com`, firstname: `First ${i}`, lastname: "Łast" };
		return { active, record: { _id, username, ...names, ...state, ...(i % 4 === 0 ? { department: "R&D" } : {}), attributes: custom } };
	});
	const groups = GROUPS.map((group, i) => ({ ...group, id: objectIdOf("group", i) }));
	const inOrder = <T>(list: readonly T[]): readonly T[] => (reversed ? list.toReversed() : list);
	for (const { record } of inOrder(people)) organization.addPerson(record);
	for (const { id, name, method } of inOrder(groups)) organization.addGroup({ id, name, ...(method ? { membershipMethod: method } : {}) });
	for (const group of inOrder(groups))
		for (const [i, { record }] of inOrder([...people.entries()])) if (group.has(i)) organization.addMember(group.id, record._id);
	return {
		people: people.map(({ active, record }, i) => {
			const kept = organization.people.get(record._id)!;
			return {
				id: record._id,
				username: record.username,
				active,
				attributes: {
					site: ["Köln"],
					...(i % 3 === 0 ? { costCenters: ["1", "2"] } : {}),
					...(i % 4 === 0 ? { department: ["R&D"] } : {}),
					account_locked: [String(kept.account_locked)],
					created: [kept.created],
					password_expired: [String(kept.password_expired)],
					state: [kept.state!],
				},
			};
		}),
		groups: groups.map(({ id, name, has }) => ({
			id,
			name,
			people: people.filter((_, i) => has(i)).map(({ record }) => record._id),
			groups: [],
		})),
	};
}
