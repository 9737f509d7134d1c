import { describe, expect, test } from "@jest/globals";
import { diff } from "../../../core/diff/diff.ts";
import type { ConnectorId, Digest } from "../../../core/model.ts";
import type { SourceSummary } from "../../../core/plan.ts";
import { testRows } from "./rows.ts";
import { account, groups, holdLine, inputOf, key, planFor, type Scene, wish } from "./scene.ts";

/** Something of everything: 1 moves, 2 leaves, 3 is new. */
const day: Scene = {
	accounts: [account(1, { groups: groups("devs") }), account(2)],
	links: [
		[1, 1],
		[2, 2],
	],
	people: [wish(1, { groups: groups("ops") }), wish(3)],
};
const first: Scene = {
	...day,
	links: [],
	people: [...day.people!, wish(2, { active: false })],
	rules: { strangers: "remove", allowFirstRunRemovals: false },
};

describe("posture", () => {
	testRows([
		{
			rule: "mirror takes away",
			scene: day,
			plan: ["disable user2", "create user3 <u3@a.test> U 3", "add user1 to ops", "remove user1 from devs"],
		},
		{
			rule: "additive holds whatever would be taken away",
			scene: { ...day, rules: { posture: "additive" } },
			plan: ["create user3 <u3@a.test> U 3", "add user1 to ops", "posture: member.remove devs user1", "posture: account.disable user2"],
			says: ['the posture is "additive": nothing is taken away; "mirror" would do it'],
		},
		{
			rule: "observe shows what mirror would do",
			scene: { ...day, rules: { posture: "observe" } },
			plan: ["disable user2", "create user3 <u3@a.test> U 3", "add user1 to ops", "remove user1 from devs"],
		},
	]);
});

describe("the first run of a product", () => {
	testRows([
		{
			rule: "takes nothing away",
			scene: { ...first, accounts: [account(1), account(9, { groups: groups("devs"), username: "guest" })], people: [wish(1)] },
			plan: ["adopt user1 for idp:1 by username", "first-run: member.remove devs guest"],
			says: ["a product's first run takes nothing away; the next run will (or --first-run-removals)"],
		},
		{
			rule: "takes away from strangers where it is asked for by flag, never from what it takes over",
			scene: {
				...first,
				accounts: [account(1, { groups: groups("devs") }), account(9, { groups: groups("devs"), username: "guest" })],
				people: [wish(1)],
				rules: { strangers: "remove", allowFirstRunRemovals: true },
			},
			plan: ["adopt user1 for idp:1 by username", "remove guest from devs", "adopted-this-run: member.remove devs user1"],
		},
		{
			rule: "is over as soon as one account is linked",
			scene: {
				...first,
				accounts: [account(1), account(9, { groups: groups("devs"), username: "guest" })],
				people: [wish(1)],
				links: [[1, 1]],
			},
			plan: ["remove guest from devs"],
		},
	]);
	test("is stated in the plan", () => {
		expect([planFor(first).firstRun, planFor(day).firstRun]).toEqual([true, false]);
	});
});

describe("a name in protect that the product does not have", () => {
	test("stops the plan: a mistyped protection protects nobody (accounts)", () => {
		expect(() => planFor({ ...day, rules: { protectAccounts: ["user1", "admn"] } })).toThrow(
			expect.objectContaining({
				code: "config.invalid",
				message: 'protect.accounts names "admn", but the product has no such account',
				todo: expect.stringContaining("nothing was changed"),
			}),
		);
	});
	test("stops the plan: a mistyped protection protects nobody (groups)", () => {
		expect(() => planFor({ ...day, rules: { protectGroups: ["Devs", "admns"] } })).toThrow(
			expect.objectContaining({ code: "config.invalid", message: 'protect.groups names "admns", but the product has no such group' }),
		);
	});
	test("is looked for by the product's case rule", () => {
		const can = { names: { usernames: "exact", groups: "exact" } } as const;
		expect(() => planFor({ ...day, can, rules: { protectAccounts: ["User1"] } })).toThrow('"User1"');
		expect(() => planFor({ ...day, can, rules: { protectGroups: ["Devs"] } })).toThrow('"Devs"');
	});
});

describe("a name in protect that is a default, not stated in the configuration", () => {
	const protectStated = { accounts: false, groups: false };
	test("may be missing in the product, and protects where it exists", () => {
		const plan = planFor({
			...day,
			groups: ["devs", "ops", "admins"],
			managed: [["admins"]],
			rules: { protectAccounts: ["admin", "user2"], protectGroups: ["admins", "root"], protectStated },
		});
		expect(plan.holds.map(holdLine)).toEqual(["protected: group.create admins", "protected: account.disable user2"]);
	});
	test("protects a group that this plan would make", () => {
		const plan = planFor({ managed: [["root"]], rules: { protectGroups: ["Root"], protectStated } });
		expect([plan.operations, plan.holds.map(holdLine)]).toEqual([[], ["protected: group.create root"]]);
	});
	test("is told apart: accounts stated, groups not, and the other way round", () => {
		const missing = { protectAccounts: ["admn"], protectGroups: ["admns"] };
		expect(() => planFor({ rules: { ...missing, protectStated: { accounts: true, groups: false } } })).toThrow("protect.accounts");
		expect(() => planFor({ rules: { ...missing, protectStated: { accounts: false, groups: true } } })).toThrow("protect.groups");
	});
});

describe("the population that limits are fractions of", () => {
	test("counts active accounts, ours, and their managed memberships", () => {
		const scene: Scene = {
			accounts: [
				account(1, { groups: groups("Devs", "wiki") }),
				account(2, { groups: groups("ops"), active: false }),
				account(3, { groups: groups("devs") }),
				account(4),
			],
			links: [
				[1, 1],
				[2, 2],
			],
			people: [wish(1, { groups: groups("devs", "ops") }), wish(2, { active: false }), wish(4, { groups: groups("ops") })],
		};
		expect(planFor(scene).population).toEqual({
			accounts: 3,
			linked: 2,
			memberships: 2,
			groups: 4,
			wanted: 2,
			wantedMemberships: 3,
		});
	});
	test("does not count an account whose match is held", () => {
		const scene: Scene = { accounts: [account(1)], people: [wish(1)], rules: { adopt: "never" } };
		expect(planFor(scene).population).toMatchObject({ accounts: 1, linked: 0, wanted: 1 });
	});
});

describe("a plan", () => {
	test("says which product, posture and readings it was made from, in one order", () => {
		const source = (connector: string): SourceSummary => ({
			connector: connector as ConnectorId,
			digest: "d" as Digest,
			size: { people: 1, active: 1, groups: 0, memberships: 0, rejects: 0 },
		});
		const plan = diff({ ...inputOf(day), sources: [source("b"), source("a"), source("c")] });
		expect([plan.product, plan.posture, plan.sources.map((each) => each.connector)]).toEqual(["jira", "mirror", ["a", "b", "c"]]);
	});
	test("gives the same intention the same id in every run", () => {
		const later = { ...day, people: [...day.people!, wish(4)] };
		const ids = new Set(planFor(later).operations.map((operation) => operation.id));
		for (const operation of planFor(day).operations) expect(ids).toContain(operation.id);
	});
	test("gives different intentions different ids", () => {
		const attributes = { team: "a", site: "a" };
		const scene: Scene = {
			...day,
			people: [
				wish(1, { groups: groups("ops"), attributes }),
				wish(3, { groups: groups("devs", "ops"), attributes }),
				wish(4, { aliases: [key(5)] }),
			],
			accounts: [...day.accounts!, account(4)],
			links: [...day.links!, [5, 4]],
		};
		const ids = planFor(scene).operations.map((operation) => operation.id);
		expect(new Set(ids).size).toBe(ids.length);
		const again = planFor({
			...scene,
			people: [wish(1, { groups: groups("ops"), attributes: { team: "b", site: "a" } }), ...scene.people!.slice(1)],
		});
		const changed = again.operations.filter((operation) => !ids.includes(operation.id));
		expect(changed.map((operation) => operation.kind === "attribute.set" && operation.attribute)).toEqual(["team"]);
	});
	test("takes a creation for somebody known in a further source for another intention", () => {
		const idFor = (aliases: readonly ReturnType<typeof key>[]) => planFor({ people: [wish(1, { aliases })] }).operations[0]!.id;
		expect(new Set([idFor([]), idFor([key(7)]), idFor([key(8)])]).size).toBe(3);
		expect(idFor([key(7)])).toBe(idFor([key(7)]));
	});
});
