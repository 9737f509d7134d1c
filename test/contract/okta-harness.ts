import { type OktaSettings, okta } from "../../connectors/idp/okta/connector.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { type OktaOptions, type OktaSandbox, startOkta } from "../../sandbox/okta/server.ts";
import type { ConnectorHarness, Deviation, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once: failures that stay are told from those that pass without waiting. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };

export type LogIn = "token" | "serviceApp";

export function oktaStandIn(name: string, how: { readonly logIn: LogIn; readonly dpop?: boolean }): ConnectorHarness {
	const options = { dpop: how.dpop ?? false };
	return {
		name,
		traits: { statesTotal: false, nestedGroups: false, listsInactive: true, incremental: false },
		open: () => openStandIn(how.logIn, options, false),
		reordered: () => openStandIn(how.logIn, options, true),
		// Thirteen people: 1, 2, n-1, n, n+1, the largest page, and the connector's own.
		pageSizes: [1, 2, 12, 13, 14, 1000, undefined],
		deviations: [DEACTIVATED],
		...(how.logIn === "token" ? { untried: { C8: "an API token has no end that falls into a reading" } } : {}),
	};
}

const losesRows = (effect: Effect): boolean => effect.kind === "short-page";
const DEACTIVATED: Deviation = {
	because:
		"Okta states no number of deactivated people; one who is in no group and whom a page of theirs lacks looks deleted instead. Okta makes no such pages",
	applies: (exchange: Exchange, effect: Effect) => losesRows(effect) && /DEPROVISIONED/.test(String(exchange.query.filter)),
};

async function openStandIn(logIn: LogIn, options: OktaOptions, reversed: boolean): Promise<OpenDirectory> {
	const sandbox = await startOkta(options);
	const truth = fill(sandbox, reversed);
	const { token, privateKey } = sandbox.credentials;
	return {
		truth,
		connector: (tuning = {}) => okta(settingsFor(sandbox, { logIn, ...tuning })),
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
			// The API token, the private half of the key, and every header and JSON Web Token.
			secrets: [token, String(JSON.parse(privateKey).d), /SSWS \w/, /Bearer \w/, /DPoP \w/, /eyJ[\w-]{8}/],
			endless: () => {
				sandbox.quirks.members = "loop";
			},
		},
		close: () => sandbox.close(),
	};
}

export function settingsFor(sandbox: OktaSandbox, tuning: Tuning & { readonly logIn?: LogIn } = {}): OktaSettings {
	const { token, clientId, privateKey } = sandbox.credentials;
	return {
		id: "staff" as ConnectorId,
		url: sandbox.url,
		auth:
			tuning.logIn === "serviceApp"
				? { kind: "serviceApp", clientId, privateKey: new Secret(privateKey, "test") }
				: { kind: "token", token: new Secret(token, "test") },
		network: { timeoutMs: 10_000, concurrency: tuning.concurrency ?? 4 },
		retry: QUICK,
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

const STATUSES = [
	"ACTIVE",
	"LOCKED_OUT",
	"SUSPENDED",
	"PASSWORD_EXPIRED",
	"DEPROVISIONED",
	"PROVISIONED",
	"STAGED",
	"RECOVERY",
	"DEPROVISIONED",
] as const;
const INACTIVE = new Set<string>(["SUSPENDED", "DEPROVISIONED", "STAGED"]);
const GROUPS: readonly { readonly name: string; readonly type?: "APP_GROUP"; readonly has: (index: number) => boolean }[] = [
	{ name: "nearly everybody", has: (i) => i !== 8 },
	{ name: "nobody", has: () => false },
	{ name: "Developers", has: (i) => i < 6 },
	{ name: "Berlin", type: "APP_GROUP", has: (i) => i % 2 === 0 && i !== 8 },
	{ name: "R&D/Labs + 50% of 工程部", has: (i) => i === 3 },
	{ name: "deactivated", has: (i) => i === 4 },
];
const id = (prefix: string, index: number): string => `${prefix}Contract${String(index).padStart(9, "0")}`;

/** Thirteen people and six groups beside Everyone, the same ids every time. */
function fill(sandbox: OktaSandbox, reversed: boolean): DirectoryTruth {
	const { org } = sandbox;
	const people = Array.from({ length: 13 }, (_, i) => {
		const attributes = { site: "Köln", ...(i % 3 === 0 ? { costCenters: ["1", "2"] } : {}), ...(i % 4 === 0 ? { desk: 17 } : {}) };
		const names = i === 7 ? {} : { email: `p${i}@example.com`, firstName: `First ${i}`, lastName: "Łast" };
		const login = i === 5 ? "sinéad.o'brien+test@example.com" : `person-${String(i).padStart(2, "0")}@example.com`;
		return { id: id("00u", i), status: STATUSES[i % STATUSES.length]!, profile: { login, ...names, mobilePhone: null, ...attributes } };
	});
	const inOrder = <T>(list: readonly T[]): readonly T[] => (reversed ? list.toReversed() : list);
	for (const person of inOrder(people)) org.addUser(person);
	const groups = GROUPS.map((group, i) => ({ ...group, id: id("00g", i) }));
	for (const { id: groupId, name, type } of inOrder(groups))
		org.addGroup({ id: groupId, profile: { name, custom: "x" }, ...(type === undefined ? {} : { type }) });
	for (const group of inOrder(groups))
		for (const [i, person] of inOrder([...people.entries()])) if (group.has(i)) org.addMember(group.id, person.id);
	const everyone = {
		id: org.everyone,
		name: "Everyone",
		people: people.filter((p) => p.status !== "DEPROVISIONED").map((p) => p.id),
		groups: [],
	};
	return {
		people: people.map(({ id: personId, status, profile }, i) => ({
			id: personId,
			username: profile.login,
			active: !INACTIVE.has(status),
			attributes: { site: ["Köln"], ...(i % 3 === 0 ? { costCenters: ["1", "2"] } : {}), ...(i % 4 === 0 ? { desk: ["17"] } : {}) },
		})),
		groups: [
			everyone,
			...groups.map((g) => ({ id: g.id, name: g.name, people: people.filter((_, i) => g.has(i)).map((p) => p.id), groups: [] })),
		],
	};
}
