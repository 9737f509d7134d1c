import { buildDesired } from "../../core/desired/build.ts";
import type { Desired } from "../../core/desired/desired.ts";
import type { DiffInput, DiffRules } from "../../core/diff/input.ts";
import type { AccountId, ConnectorId, Digest, GroupId, GroupName, PersonId, PersonKey, ProductId, Snapshot } from "../../core/model.ts";
import { compilePolicy } from "../../core/policy/compile.ts";
import type { Account, Capabilities } from "../../core/product.ts";
import { SnapshotBuilder } from "../../core/snapshot.ts";

/** nothing: the product matches. day: 0.5% of the people have changed. first: the product is empty. */
export type Case = "nothing" | "day" | "first";
export const CASES: readonly Case[] = ["nothing", "day", "first"];

/** Each person is in this many groups; there is one group for every 250 people. */
const GROUPS_EACH = 5;
const groupCount = (people: number) => Math.max(10, Math.round(people / 250));
const idOf = (n: number) => `5f3e${String(n).padStart(8, "0")}-7b1c-4d52-9c0e-${String(n).padStart(12, "0")}` as PersonId;
const groupName = (g: number) => `team-${String(g).padStart(5, "0")}` as GroupName;
const groupsOf = (n: number, count: number): readonly number[] =>
	Array.from({ length: GROUPS_EACH }, (_, k) => (n * 7 + k * 13 + (n >> 8) * k) % count);
/** 1 of 1000 each joins, leaves and is renamed; 2 of 1000 change a group. */
const changed = (n: number) => n % 1000;

export function directory(people: number, which: Case): Snapshot {
	const builder = new SnapshotBuilder("staff" as ConnectorId);
	const count = groupCount(people);
	const members: PersonId[][] = Array.from({ length: count }, () => []);
	const day = which === "day";
	for (let n = 0; n < people; n++) {
		if (day && changed(n) === 1) continue; // left
		const renamed = day && changed(n) === 2 ? ".married" : "";
		builder.person({
			id: idOf(n),
			username: `person.${n}${renamed}`,
			email: `person.${n}${renamed}@example.org`,
			givenName: `Given${n % 997}`,
			familyName: `Family${n % 4999}`,
			displayName: undefined,
			active: true,
			attributes: {},
		});
		const own = groupsOf(n, count);
		const moved = day && (changed(n) === 3 || changed(n) === 4);
		for (const g of new Set(moved ? [...own.slice(1), (own[0]! + 1) % count] : own)) members[g]!.push(idOf(n));
	}
	for (const [g, ids] of members.entries())
		builder.group({ id: `g${g}` as GroupId, name: groupName(g), path: `/Company/${groupName(g)}`, people: ids, groups: [] });
	return builder.finish({ takenAt: new Date(0) });
}

const policy = compilePolicy({
	from: ["staff" as ConnectorId],
	where: { text: 'person.active && !person.username.startsWith("svc-")' },
	groups: {
		map: [{ match: { text: "/^team-(.+)$/" }, to: { text: "jira-team-$1" } }],
		nested: true,
		createMissing: true,
		default: [],
		ignore: [],
		strangers: "keep",
	},
});
export const desiredOf = (snapshot: Snapshot): Desired => buildDesired(policy, [snapshot]);

const rules: DiffRules = {
	posture: "mirror",
	adopt: "username",
	createMissingGroups: true,
	strangers: "keep",
	leavers: { action: "disable", after: { sightings: 1, periodMs: 0 }, stripGroups: true },
	protectAccounts: [],
	protectGroups: [],
	protectStated: { accounts: true, groups: true },
	allowFirstRunRemovals: false,
};
const yes = { supported: true } as const;
const can: Capabilities = {
	server: "Bench",
	operations: {
		"group.create": yes,
		"group.delete": yes,
		"account.create": yes,
		"account.rename": yes,
		"account.update": yes,
		"account.enable": yes,
		"account.disable": yes,
		"attribute.set": yes,
		"member.add": yes,
		"member.remove": yes,
	},
	updatableFields: new Set(["username", "email", "displayName"]),
	readableFields: new Set(["username", "email", "displayName"]),
	requiredFields: new Set(["email"]),
	readsDisabledAccounts: true,
	names: { usernames: "fold", groups: "fold" },
	limits: { pageSize: 1000, concurrency: 4 },
};

/** The product as the run before left it; nobody in it before the first run. */
export function inputOf(people: number, which: Case, desired: Desired): DiffInput {
	const count = groupCount(people);
	const names = Array.from({ length: count }, (_, g) => `jira-${groupName(g)}` as GroupName);
	const accounts = new Map<AccountId, Account>();
	const links = new Map<PersonKey, AccountId>();
	for (let n = 0; which !== "first" && n < people; n++) {
		if (which === "day" && changed(n) === 0) continue; // joins today
		const id = `JIRAUSER${10000 + n}` as AccountId;
		accounts.set(id, {
			id,
			username: `person.${n}`,
			email: `person.${n}@example.org`,
			displayName: `Given${n % 997} Family${n % 4999}`,
			active: true,
			editable: true,
			groups: [...new Set(groupsOf(n, count))].map((g) => names[g]!),
		});
		links.set(`staff:${idOf(n)}` as PersonKey, id);
	}
	return {
		desired,
		actual: {
			product: "jira" as ProductId,
			takenAt: new Date(0),
			accounts,
			groups: new Set(which === "first" ? [] : names),
			self: undefined,
			digest: "" as Digest,
		},
		ownership: {
			links,
			openCreates: new Map(),
			disputed: new Set(),
			absences: new Map(),
			inherited: [],
			released: new Map(),
			written: new Map(),
			marks: new Map(),
		},
		can,
		rules,
		canonical: (fields) => fields,
		readSources: ["staff" as ConnectorId],
		sources: [],
		takenAt: new Date(0),
	};
}
