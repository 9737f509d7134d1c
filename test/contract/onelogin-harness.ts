import { type OneLoginSettings, onelogin } from "../../connectors/idp/onelogin/connector.ts";
import { GROUPS, RESERVE } from "../../connectors/idp/onelogin/settings.ts";
import { ACTIVE } from "../../connectors/idp/onelogin/status.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { type OneLoginOptions, type OneLoginSandbox, startOnelogin } from "../../sandbox/onelogin/server.ts";
import type { ConnectorHarness, Deviation, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once: failures that stay are told from those that pass without waiting. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };

export function oneloginStandIn(name = "OneLogin stand-in", options: OneLoginOptions = {}): ConnectorHarness {
	return {
		name,
		traits: { statesTotal: true, nestedGroups: false, listsInactive: true, incremental: false },
		open: () => openStandIn(options, false),
		reordered: () => openStandIn(options, true),
		// Thirteen people: 1, 2, n-1, n, n+1, the largest page, and the connector's own.
		pageSizes: [1, 2, 12, 13, 14, 1000, undefined],
		faultPageSize: 3,
		deviations: [EMPTY_GROUP],
	};
}

const EMPTY_GROUP: Deviation = {
	because:
		"version 1 states no number of groups: one that nobody is in and that a page of theirs lacks looks deleted. OneLogin makes no such pages",
	applies: (exchange: Exchange, effect: Effect) => effect.kind === "short-page" && exchange.path === "/api/1/groups",
};

async function openStandIn(options: OneLoginOptions, reversed: boolean): Promise<OpenDirectory> {
	const sandbox = await startOnelogin({ ...options, limit: { calls: 1_000_000, windowSeconds: 3_600, counts: "all" } });
	const truth = fill(sandbox, reversed);
	const { clientSecret } = sandbox.credentials;
	return {
		truth,
		connector: (tuning = {}) => onelogin(settingsFor(sandbox, tuning)),
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
				{ path: /\/api\/2\/users\?/, effect: { kind: "status", status: 200, headers: { "total-count": "1" }, body: [] } },
				{ path: /\/api\/2\/roles\?/, effect: { kind: "status", status: 200, headers: { "total-count": "7" }, body: [] } },
				{ path: /\/api\/2\/users\?/, effect: { kind: "short-page", drop: 2 } },
			],
			// The credential's secret, and every token.
			secrets: [clientSecret, /\b[0-9a-f]{64}\b/],
			endless: () => {
				sandbox.quirks.groupCursors = "loop";
			},
		},
		close: () => sandbox.close(),
	};
}

export function settingsFor(sandbox: OneLoginSandbox, tuning: Tuning = {}): OneLoginSettings {
	const { clientId, clientSecret } = sandbox.credentials;
	return {
		id: "staff" as ConnectorId,
		url: sandbox.url,
		clientId,
		clientSecret: new Secret(clientSecret, "test"),
		groups: GROUPS,
		active: ACTIVE,
		reserve: RESERVE,
		network: { timeoutMs: 10_000, concurrency: tuning.concurrency ?? 2 },
		retry: QUICK,
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

const COUNT = 13;
/** Number 2 is suspended, 5 locked, 8 unactivated, 9 unlicensed, 11 must set a new password. */
const STATUS: Readonly<Record<number, number>> = { 2: 2, 5: 3, 8: 0, 11: 5 };
const INACTIVE: ReadonlySet<number> = new Set([2, 8, 9]);
const ROLES: readonly { readonly name: string; readonly has: (index: number) => boolean }[] = [
	{ name: "everybody", has: () => true },
	{ name: "nobody", has: () => false },
	{ name: "Developers", has: (i) => i < 6 },
	{ name: "Berlin", has: (i) => i % 2 === 0 },
	{ name: "R&D/Labs + 50% of 工程部", has: (i) => i === 3 },
	{ name: "switched off", has: (i) => i === 2 },
];
/** `Berlin` is a role too. */
const GROUP_NAMES = ["Berlin", "Default", "Köln", "strict", "unused"] as const;
const groupOf = (index: number): number | undefined => (index === 7 ? undefined : index % 4);
const userId = (index: number): number => 56_781_000 + index;
const roleId = (index: number): number => 300 + index;
/** The same numbers as roles': they are counted apart. */
const groupId = (index: number): number => 300 + index;

/** Thirteen people, six roles and five groups, the same ids every time. */
function fill(sandbox: OneLoginSandbox, reversed: boolean): DirectoryTruth {
	const { account } = sandbox;
	const inOrder = <T>(list: readonly T[]): readonly T[] => (reversed ? list.toReversed() : list);
	const people = Array.from({ length: COUNT }, (_, i) => {
		const custom = i % 3 === 0 ? { cost_centre: `CC${i}`, title: "own" } : {};
		const attributes = {
			created_at: ["2026-01-02T03:04:05.000Z"],
			...(i % 4 === 0 ? { department: ["工程部"], manager_user_id: ["17"] } : {}),
		};
		const named = i % 3 === 0 ? { cost_centre: [`CC${i}`], "custom_attributes.title": ["own"] } : {};
		const username = i === 4 ? "sinéad.o'brien+test" : `person-${String(i).padStart(2, "0")}`;
		return { i, id: userId(i), username, custom, attributes: { ...attributes, ...named } };
	});
	for (const { i, id, username, custom } of inOrder(people)) {
		const group = groupOf(i);
		account.addUser({
			id,
			// Logs in by e-mail address.
			username: i === 6 ? null : username,
			email: i === 7 ? null : `p${i}@example.com`,
			...(i === 10 ? {} : { firstname: `First ${i}`, lastname: "Łast" }),
			status: STATUS[i] ?? 1,
			state: i === 9 ? 3 : 1,
			group_id: group === undefined ? null : groupId(group),
			created_at: "2026-01-02T03:04:05.000Z",
			...(i % 4 === 0 ? { department: "工程部", manager_user_id: i === 0 ? 17 : "17" } : {}),
			custom_attributes: { ...custom, empty: null },
		});
	}
	for (const [at, { name }] of inOrder([...ROLES.entries()])) account.addRole(name, roleId(at));
	for (const [at, { has }] of inOrder([...ROLES.entries()]))
		for (const { i, id } of inOrder(people)) if (has(i)) account.assign(roleId(at), id);
	for (const [at, name] of inOrder([...GROUP_NAMES.entries()])) account.addGroup(name, groupId(at));
	return {
		people: people.map(({ i, id, username, attributes }) => ({
			id: String(id),
			username: i === 6 ? "p6@example.com" : username,
			active: !INACTIVE.has(i),
			attributes,
		})),
		groups: [
			...ROLES.map(({ name, has }, at) => ({
				id: `role:${roleId(at)}`,
				name,
				people: people.filter(({ i }) => has(i)).map(({ id }) => String(id)),
				groups: [],
			})),
			...GROUP_NAMES.map((name, at) => ({
				id: `group:${groupId(at)}`,
				name: `group:${name}`,
				people: people.filter(({ i }) => groupOf(i) === at).map(({ id }) => String(id)),
				groups: [],
			})),
		],
	};
}
