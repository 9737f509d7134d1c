import { describe, expect, test } from "@jest/globals";
import { type ClearedPlan, type GuardRules, judge, type Limits, narrow } from "../../../core/guard.ts";
import type { AccountId, ConnectorId, Digest, GroupName, SnapshotSize } from "../../../core/model.ts";
import type { Operation } from "../../../core/operation.ts";
import type { Plan, Posture } from "../../../core/plan.ts";

const population = { accounts: 900, linked: 100, memberships: 200, groups: 30, wanted: 400, wantedMemberships: 500 };
const subject = (n: number) => ({ username: `user${n}`, account: `acc${n}` as AccountId });
const op = (n: number, more: object): Operation => ({ id: `op${n}` as Digest, because: "", ...more }) as Operation;
const disable = (n: number) => op(n, { kind: "account.disable", subject: subject(n) });
const times = (count: number, make: (n: number) => Operation): Operation[] => Array.from({ length: count }, (_, n) => make(n));

const size = (people: number, groups = 10, memberships = 50): SnapshotSize => ({ people, active: people, groups, memberships, rejects: 0 });
const planOf = (operations: readonly Operation[], more: Partial<Plan> = {}): Plan => ({
	product: "jira" as Plan["product"],
	posture: "mirror",
	firstRun: false,
	sources: [{ connector: "staff" as ConnectorId, digest: "s" as Digest, size: size(100) }],
	population,
	operations,
	holds: [],
	digest: "d1" as Digest,
	...more,
});
const rulesOf = (more: Partial<GuardRules> = {}): GuardRules => ({
	limits: {},
	shrink: { people: 0.1, groups: 0.2, memberships: 0.25 },
	protection: { accounts: new Set(), groups: new Set(), groupCase: "fold", self: undefined },
	lastGood: new Map(),
	...more,
});
const messages = (plan: Plan, rules: GuardRules) => judge(plan, rules).breaches.map((breach) => breach.message);
const staff = (people: number, groups?: number, memberships?: number) => [
	{ connector: "staff" as ConnectorId, digest: "s" as Digest, size: size(people, groups, memberships) },
];
const last = (...sizes: readonly (readonly [string, SnapshotSize])[]): GuardRules["lastGood"] =>
	new Map(sizes.map(([name, each]) => [name, { digest: "l" as Digest, size: each, takenAt: new Date(0) }]));

describe("limits: max(floor, fraction × population)", () => {
	const limit = (floor: number, fraction: number): Limits => ({ "account.disable": { floor, fraction } });
	test.each([
		["the floor, where the fraction is less", 5, limit(5, 0.01), "clear"],
		["one above the floor", 6, limit(5, 0.01), "refused"],
		["the fraction, where the floor is less", 7, limit(2, 0.07), "clear"],
		["one above the fraction", 8, limit(2, 0.07), "refused"],
		["a fraction rounded down", 7, limit(0, 0.079), "clear"],
		["a fraction rounded down, and one more", 8, limit(0, 0.079), "refused"],
		["none at all allowed and none planned", 0, limit(0, 0), "clear"],
		["none at all allowed and one planned", 1, limit(0, 0), "refused"],
		["no limit set for the kind", 90, {}, "clear"],
	] as const)("%s", (_name, count, limits, state) => {
		const verdict = judge(planOf(times(count, disable)), rulesOf({ limits }));
		expect([verdict.state, verdict.breaches.length]).toEqual([state, state === "clear" ? 0 : 1]);
	});
	test("the message has the numbers and the setting", () => {
		expect(messages(planOf(times(8, disable)), rulesOf({ limits: limit(2, 0.075) }))).toEqual([
			'8 times "disable" planned, 7 allowed (limits.account.disable: at least 2, or 7.5% of 100 managed accounts)',
		]);
		expect(judge(planOf(times(8, disable)), rulesOf({ limits: limit(2, 0.075) })).breaches).toMatchObject([
			{ rule: "limit", what: "account.disable", planned: 8, allowed: 7 },
		]);
	});
	test.each([
		["member.add", "500 memberships wanted", 250],
		["member.remove", "200 managed memberships", 100],
		["group.create", "30 groups", 15],
		["group.delete", "30 groups", 15],
		["account.create", "400 people selected", 200],
		["link.adopt", "400 people selected", 200],
		["account.disable", "100 managed accounts", 50],
		["account.rename", "100 managed accounts", 50],
		["account.update", "100 managed accounts", 50],
		["account.enable", "100 managed accounts", 50],
		["attribute.set", "100 managed accounts", 50],
	] as const)("%s is a fraction of %s", (kind, of, allowed) => {
		const breaches = judge(
			planOf(times(allowed + 1, (n) => op(n, { kind, subject: subject(n) }))),
			rulesOf({ limits: { [kind]: { floor: 0, fraction: 0.5 } } }),
		).breaches;
		expect(breaches).toMatchObject([{ allowed, planned: allowed + 1, message: expect.stringContaining(`50% of ${of})`) }]);
	});
	test("each kind is counted for itself", () => {
		const operations = [...times(3, disable), ...times(2, (n) => op(10 + n, { kind: "account.enable", subject: subject(n) }))];
		const limits: Limits = { "account.disable": { floor: 3, fraction: 0 }, "account.enable": { floor: 1, fraction: 0 } };
		expect(judge(planOf(operations), rulesOf({ limits })).breaches.map((b) => b.what)).toEqual(["account.enable"]);
	});
});

describe("a directory that shrank", () => {
	test.each([
		["by no more than allowed: people", staff(90), size(100), 0],
		["by one too many: people", staff(89), size(100), 1],
		["by one, in a directory of five", staff(4), size(5), 0],
		["by two, in a directory of five", staff(3), size(5), 1],
		["by no more than allowed: groups", staff(100, 8), size(100, 10), 0],
		["by one too many: groups", staff(100, 7), size(100, 10), 1],
		["by no more than allowed: memberships", staff(100, 10, 38), size(100, 10, 50), 0],
		["by one too many: memberships", staff(100, 10, 37), size(100, 10, 50), 1],
		["by ten memberships of few: always allowed", staff(4, 1, 0), size(4, 1, 10), 0],
		["by eleven memberships of few", staff(4, 1, 0), size(4, 1, 11), 1],
		["in everything at once", staff(1, 1, 1), size(100, 10, 50), 3],
		["not at all: it grew", staff(200, 20, 90), size(100, 10, 50), 0],
	] as const)("%s", (_name, sources, before, breaches) => {
		const verdict = judge(planOf([], { sources }), rulesOf({ lastGood: last(["staff", before]) }));
		expect([verdict.breaches.length, verdict.state]).toEqual([breaches, breaches === 0 ? "clear" : "refused"]);
	});
	test("is told with the numbers and the setting", () => {
		const plan = planOf([], { sources: staff(80) });
		expect(judge(plan, rulesOf({ lastGood: last(["staff", size(100)]) })).breaches).toEqual([
			{
				rule: "shrink",
				what: "staff: people",
				planned: 20,
				allowed: 10,
				message:
					'the directory "staff" has 80 people, 20 fewer than in the last good snapshot (100); at most 10 may vanish at once (shrink.people: 10%)',
			},
		]);
	});
	test("a limit of nothing is not broken by nothing", () => {
		const none = { floor: 0, fraction: 0 };
		const limits = { "account.disable": none, "member.remove": none, "account.create": none };
		expect(judge(planOf([]), rulesOf({ limits })).breaches).toEqual([]);
	});
	test("does not take people for gone who are there and could not be understood; groups are another matter", () => {
		const rules = rulesOf({ lastGood: last(["staff", size(100, 10)]) });
		const rejecting = (people: number, groups: number) =>
			staff(people, groups).map((s) => ({ ...s, size: { ...s.size, rejectedPeople: 15 } }));
		expect(judge(planOf([], { sources: rejecting(80, 10) }), rules).breaches).toEqual([]);
		expect(judge(planOf([], { sources: rejecting(70, 10) }), rules).breaches.map(({ message }) => message)).toEqual([
			expect.stringContaining("has 85 people, 15 fewer"),
		]);
		expect(judge(planOf([], { sources: rejecting(80, 5) }), rules).breaches.map(({ what }) => what)).toEqual(["staff: groups"]);
	});
	test("does not take members of held groups for gone, and still looks at people and groups", () => {
		const held = (people: number) => staff(people, 10, 0).map((s) => ({ ...s, size: { ...s.size, heldGroups: 1 } }));
		const rules = rulesOf({ lastGood: last(["staff", size(100, 10, 50)]) });
		expect(judge(planOf([], { sources: held(100) }), rules).state).toBe("clear");
		expect(judge(planOf([], { sources: held(50) }), rules).breaches.map(({ what }) => what)).toEqual(["staff: people"]);
	});
	const besideHeld = (members: number) => staff(100, 10, members).map((s) => ({ ...s, size: { ...s.size, heldGroups: 2 } }));
	const remove = (n: number) =>
		op(n, { kind: "member.remove", group: `g${n}` as GroupName, subject: { username: `u${n}`, account: `a${n}` } });
	test.each([
		["ten are always allowed", 10, 8, "clear"],
		["eleven of few are too many", 11, 8, "refused"],
		["as many as the setting allows", 15, 20, "clear"],
		["one more than that", 16, 20, "refused"],
	] as const)("beside held groups what the plan removes is compared: %s", (_name, count, before, state) => {
		const rules = rulesOf({ shrink: { people: 1, groups: 1, memberships: 0.75 }, lastGood: last(["staff", size(100, 10, before)]) });
		const others = times(30, (n) => op(1000 + n, { kind: "group.create", group: `new${n}` as GroupName }));
		const verdict = judge(planOf([...times(count, remove), ...others], { sources: besideHeld(0) }), rules);
		expect(verdict.state).toBe(state);
		if (before === 20 && state === "refused")
			expect(verdict.breaches).toEqual([
				{
					rule: "shrink",
					what: "staff: memberships",
					planned: 16,
					allowed: 15,
					message:
						'16 memberships would be removed while the members of 2 groups of the directory "staff" could not be read; at most 15 may be (shrink.memberships: 75% of 20)',
				},
			]);
	});
	test("of a few groups one may vanish, two may not", () => {
		const rules = rulesOf({ lastGood: last(["staff", size(100, 3)]) });
		expect([2, 1].map((groups) => judge(planOf([], { sources: staff(100, groups) }), rules).state)).toEqual(["clear", "refused"]);
	});
	test("is told with the limit to a tenth of a percent", () => {
		const rules = rulesOf({ shrink: { people: 0.75, groups: 1, memberships: 1 }, lastGood: last(["staff", size(100)]) });
		expect(messages(planOf([], { sources: staff(1) }), rules)).toEqual([expect.stringContaining("(shrink.people: 75%)")]);
	});
	test("is compared with itself, and never seen before is fine", () => {
		const plan = planOf([], { sources: staff(5) });
		expect(judge(plan, rulesOf({ lastGood: last(["crew", size(100)]) })).state).toBe("clear");
	});
});

describe("an empty directory", () => {
	test("is never followed, whatever the limits", () => {
		const sources = [...staff(0), { ...staff(7)[0]!, connector: "crew" as ConnectorId }];
		expect(judge(planOf([], { sources }), rulesOf()).breaches).toEqual([
			{
				rule: "empty",
				what: "staff: people",
				planned: 0,
				allowed: 1,
				message: 'the directory "staff" has no people at all; an empty directory is never followed',
			},
		]);
	});
});

describe("what is protected", () => {
	const protection = {
		accounts: new Set(["acc1" as AccountId]),
		groups: new Set(["admins"]),
		groupCase: "fold",
		self: "acc9" as AccountId,
	} as const;
	const member = (n: number, group: string, more: object = {}) =>
		op(n, { kind: "member.add", group: group as GroupName, subject: { username: `user${n}`, ...more } });
	test.each([
		["a protected account", disable(1), '"disable" would touch the protected account user1'],
		["Rollcall's own account", op(9, { kind: "account.update", subject: subject(9) }), `"update" would touch Rollcall's own account user9`],
		["a protected group, by the product's case rule", member(2, "Admins"), '"add to group" would touch the protected group Admins'],
		["a protected account, joining a group", member(1, "devs", subject(1)), '"add to group" would touch the protected account user1'],
		["a protected group itself", op(3, { kind: "group.delete", group: "admins" }), '"delete group" would touch the protected group admins'],
	])("%s", (_name, operation, message) => {
		expect(judge(planOf([operation]), rulesOf({ protection })).breaches).toEqual([
			{ rule: "protected", what: operation.kind, planned: 1, allowed: 0, message },
		]);
	});
	test.each([
		["another account", disable(2)],
		["another group", member(2, "admins2", subject(2))],
		["taking over in our own book", op(1, { kind: "link.adopt", subject: { ...subject(1), person: "p" }, matchedOn: "username" })],
		["a new account in another group", member(2, "devs")],
	])("not: %s", (_name, operation) => {
		expect(judge(planOf([operation]), rulesOf({ protection })).state).toBe("clear");
	});
	test("is compared by case where the product does", () => {
		expect(judge(planOf([member(2, "Admins")]), rulesOf({ protection: { ...protection, groupCase: "exact" } })).state).toBe("clear");
	});
	test("is not everything when our own account is not known", () => {
		const nobody = { ...protection, self: undefined };
		expect(judge(planOf([member(2, "devs")]), rulesOf({ protection: nobody })).state).toBe("clear");
	});
});

describe("posture", () => {
	test.each([
		["additive", 1],
		["mirror", 0],
		["observe", 0],
	] as const)("%s", (posture: Posture, breaches) => {
		expect(judge(planOf([disable(1), disable(2)], { posture }), rulesOf()).breaches.length).toBe(breaches);
	});
	test("additive: the message has the number", () => {
		expect(judge(planOf([disable(1), disable(2)], { posture: "additive" }), rulesOf()).breaches).toEqual([
			{
				rule: "posture",
				what: "additive",
				planned: 2,
				allowed: 0,
				message: 'the posture is "additive", which takes nothing away, but 2 operations would',
			},
		]);
	});
	test("additive: giving is clear", () => {
		const plan = planOf([op(1, { kind: "account.enable", subject: subject(1) })], { posture: "additive" });
		expect(judge(plan, rulesOf()).state).toBe("clear");
	});
});

describe("--override", () => {
	const limits: Limits = { "account.disable": { floor: 0, fraction: 0 } };
	const shrunk = { sources: staff(10), operations: [disable(1)] };
	const override = "d1" as Digest;
	const lastGood = last(["staff", size(100)]);
	test("passes the limits and the shrink check of its own plan, and still tells the breaches", () => {
		const verdict = judge(planOf([], shrunk), rulesOf({ limits, lastGood, override }));
		expect([verdict.state, verdict.breaches.map((b) => b.rule)]).toEqual(["overridden", ["limit", "shrink"]]);
		expect(verdict.state === "overridden" && verdict.plan.operations.length).toBe(1);
	});
	test("passes no other plan", () => {
		expect(judge(planOf([], { ...shrunk, digest: "d2" as Digest }), rulesOf({ limits, lastGood, override })).state).toBe("refused");
	});
	test("is not needed by a clear plan, and does no harm to it", () => {
		expect(judge(planOf([]), rulesOf({ override })).state).toBe("clear");
	});
	test.each([
		["an empty directory", { sources: staff(0) }, {}],
		["a protected account", {}, { protection: { ...rulesOf().protection, accounts: new Set(["acc1" as AccountId]) } }],
		["the posture", { posture: "additive" as const }, {}],
	])("never passes %s", (_name, plan, rules) => {
		expect(judge(planOf([disable(1)], plan), rulesOf({ ...rules, limits, override })).state).toBe("refused");
	});
});

describe("a narrowed plan", () => {
	const [a, b, c] = [disable(1), { ...disable(2), requires: ["op1", "op3"] as Digest[] }, disable(3)];
	const cleared = planOf([a, b, c]) as ClearedPlan;
	test("has only what is kept, in its order, and everything else as it was", () => {
		const narrowed = narrow(cleared, (operation) => operation.id !== "op2");
		expect(narrowed).toEqual({ ...cleared, operations: [a, c] });
	});
	test("no longer waits for what is not done", () => {
		expect(narrow(cleared, (operation) => operation.id !== "op1").operations).toEqual([{ ...b, requires: ["op3"] }, c]);
	});
	test("no longer waits for anything when nothing of it is done", () => {
		expect(narrow(cleared, (operation) => operation.id === "op2").operations).toEqual([{ ...b, requires: [] }]);
	});
	test("is the same plan when everything is kept", () => {
		expect(narrow(cleared, () => true)).toEqual(cleared);
	});
});
