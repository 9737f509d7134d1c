import { expect, test } from "@jest/globals";
import { judge } from "../../../core/guard.ts";
import type { AccountId, GroupName, PersonKey } from "../../../core/model.ts";
import type { SeatPool } from "../../../core/product.ts";
import { account, groups, holdLine, key, linesOf, planFor, wish } from "./scene.ts";

const crew = (n: number) => `crew:${n}` as PersonKey;
const pool = (more: Partial<SeatPool> = {}): SeatPool => ({
	name: "Seats",
	total: 10,
	used: 10,
	groups: new Set(groups("devs")),
	givenToNewAccounts: false,
	...more,
});
const unlicense = {
	leavers: { action: "unlicense", licenceGroups: ["users"], after: { sightings: 1, periodMs: 0 }, stripGroups: false },
} as const;

test("guard: unlicensing everybody is not bounded like disabling them", () => {
	const MANAGED = Array.from({ length: 15 }, (_, i) => `g${i}`);
	const accounts = Array.from({ length: 1000 }, (_, n) => account(n, { groups: groups("users", ...MANAGED) }));
	const links = accounts.map((_, n) => [n, n] as const);
	const base = {
		accounts,
		links,
		managed: MANAGED.map((m) => [m] as const),
		excluded: accounts.map((_, n) => [key(n), "filter"] as const),
	};
	const limits = { "account.disable": { floor: 3, fraction: 0.05 }, "member.remove": { floor: 10, fraction: 0.1 } };
	const rules = {
		limits,
		shrink: { people: 0.1, groups: 0.1, memberships: 0.1 },
		lastGood: new Map(),
		protection: { accounts: new Set<AccountId>(), groups: new Set<string>(), groupCase: "fold", self: undefined },
	} as const;
	const off = planFor({ ...base, rules: { leavers: { action: "disable", after: { sightings: 1, periodMs: 0 }, stripGroups: false } } });
	expect(judge(off, rules).state).toBe("refused");
	const un = planFor({ ...base, rules: unlicense });
	expect(un.operations).toHaveLength(1000);
	expect(judge(un, rules).state).toBe("refused");
});

test("a mover within a pool frees no seat", () => {
	const plan = planFor({
		people: [wish(1, { groups: groups("ops") }), wish(2, { groups: groups("devs") })],
		accounts: [account(1, { groups: groups("devs") })],
		links: [[1, 1]],
		seats: [pool({ groups: new Set(groups("devs", "ops")) })],
	});
	expect(linesOf(plan)).toContain("no-seat: account.create user2");
});
test("a seat that a member.remove frees at the end is not there when a joiner needs it", () => {
	const plan = planFor({
		people: [wish(1), wish(2, { groups: groups("devs") })],
		accounts: [account(1, { groups: groups("devs") })],
		links: [[1, 1]],
		seats: [pool()],
	});
	let used = 10;
	let most = used;
	for (const o of plan.operations) {
		if (o.kind === "member.add") used += 1;
		if (o.kind === "member.remove") used -= 1;
		most = Math.max(most, used);
	}
	expect(most).toBeLessThanOrEqual(10);
});
test("a seat of one pool is not kept for somebody who finds none in the other", () => {
	const plan = planFor({
		people: [wish(1, { groups: groups("devs", "ops") }), wish(2, { groups: groups("devs") })],
		seats: [pool({ used: 9 }), pool({ name: "Other", groups: new Set(groups("ops")) })],
	});
	expect(linesOf(plan).some((l) => l.startsWith("create user2"))).toBe(true);
});

test("leavers.after holds also while the record of another key of the person is missing for the first time", () => {
	const plan = planFor({
		accounts: [account(1)],
		links: [
			[1, 1],
			[crew(1), 1],
		],
		readSources: ["idp", "crew"],
		excluded: [[key(1), 'the filter says no: "crew" in person.groups is false']],
		rules: { leavers: { action: "disable", after: { sightings: 3, periodMs: 3_600_000 }, stripGroups: false } },
	});
	expect(linesOf(plan)).toEqual(["waiting: account.disable user1"]);
});
test("the same with an excluded key and one of a source that is not read", () => {
	const plan = planFor({
		accounts: [account(1)],
		links: [
			[1, 1],
			[crew(1), 1],
		],
		readSources: ["idp"],
		excluded: [[key(1), "no"]],
	});
	expect(linesOf(plan)).toEqual(["source-not-read: account.disable user1"]);
});
test("first key is inactive, the other is missing for the first time", () => {
	const plan = planFor({
		accounts: [account(1, { groups: groups("devs") })],
		people: [wish(1, { active: false })],
		links: [
			[1, 1],
			[crew(1), 1],
		],
		readSources: ["idp", "crew"],
		rules: { leavers: { action: "disable", after: { sightings: 3, periodMs: 3_600_000 }, stripGroups: false } },
	});
	expect(linesOf(plan)).toEqual(["waiting: account.disable user1"]);
});
test("a lost creation is found by every key of the person", () => {
	const plan = planFor({
		people: [{ ...wish(1), person: crew(1), aliases: [key(1)] }],
		accounts: [account(1)],
		rules: { adopt: "never" },
		ownership: { openCreates: new Map([[key(1), { username: "user1", email: "u1@a.test", displayName: "U 1" }]]) },
	});
	expect(linesOf(plan)).toEqual(["adopt user1 for crew:1 by journal (also idp:1)"]);
});
test("a username that the product cannot change is held, not silent", () => {
	const plan = planFor({
		people: [wish(1, { username: "newname" })],
		accounts: [account(1)],
		links: [[1, 1]],
		can: { updatableFields: new Set(["email", "displayName"]), fixedFields: { username: "rename by hand" } },
	});
	expect(linesOf(plan)).toEqual(["unsupported: account.rename newname user1"]);
});
test("unlicense: an inherited licence group is held, as everywhere else", () => {
	const plan = planFor({
		accounts: [account(1, { groups: groups("users") })],
		links: [[1, 1]],
		rules: unlicense,
		ownership: { inherited: [{ account: "acc1" as AccountId, group: "users" as GroupName }] },
	});
	expect(plan.holds.map(holdLine)).toEqual(["inherited: member.remove users user1"]);
});
test("an id covers what the operation does: leaver", () => {
	const scene = { accounts: [account(1, { groups: groups("devs") })], links: [[1, 1]] as const, managed: [["devs"]] as const };
	const asLeaver = planFor({ ...scene, excluded: [[key(1), "x"]], rules: { leavers: { ...unlicense.leavers, licenceGroups: ["devs"] } } });
	const asMapping = planFor({ ...scene, people: [wish(1)] });
	expect(asLeaver.operations.map((o) => o.kind)).toEqual(["member.remove"]);
	expect(asMapping.operations.map((o) => o.kind)).toEqual(["member.remove"]);
	expect(asLeaver.operations[0]!.id).not.toBe(asMapping.operations[0]!.id);
});
