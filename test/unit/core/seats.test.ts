import { describe, expect, test } from "@jest/globals";
import type { AccountId } from "../../../core/model.ts";
import type { SeatPool } from "../../../core/product.ts";
import { freeSeats, usedAfter } from "../../../core/seats.ts";
import { testRows } from "./rows.ts";
import { account, groups, planFor, type Scene, wish } from "./scene.ts";

const pool = (more: Partial<SeatPool> = {}): SeatPool => ({
	name: "Seats",
	total: 10,
	used: 9,
	groups: new Set(groups("devs")),
	givenToNewAccounts: false,
	...more,
});
const newcomers = (count: number, ...names: string[]) => Array.from({ length: count }, (_, n) => wish(n + 1, { groups: groups(...names) }));

describe("seats", () => {
	testRows([
		{
			rule: "left for one of two newcomers: the second is not created, and nothing of theirs is done",
			scene: { people: newcomers(2, "devs", "ops"), seats: [pool()] },
			plan: [
				"create user1 <u1@a.test> U 1",
				"add user1 to devs [after: create user1 <u1@a.test> U 1]",
				"add user1 to ops [after: create user1 <u1@a.test> U 1]",
				"no-seat: account.create user2",
			],
			says: ["Seats has 10 seats: 9 taken, 0 freed by this plan, 2 needed, so 1 person gets none"],
		},
		{
			rule: "of leavers are counted before those of newcomers",
			scene: { people: newcomers(2, "devs"), accounts: [account(3, { groups: groups("devs") })], links: [[3, 3]], seats: [pool()] },
			plan: [
				"disable user3",
				"create user1 <u1@a.test> U 1",
				"create user2 <u2@a.test> U 2",
				"add user1 to devs [after: create user1 <u1@a.test> U 1]",
				"add user2 to devs [after: create user2 <u2@a.test> U 2]",
				"remove user3 from devs",
			],
		},
		{
			rule: "of a leaver who has none are not counted",
			scene: { people: newcomers(2, "devs"), accounts: [account(3)], links: [[3, 3]], seats: [pool()] },
			plan: [
				"disable user3",
				"create user1 <u1@a.test> U 1",
				"add user1 to devs [after: create user1 <u1@a.test> U 1]",
				"no-seat: account.create user2",
			],
		},
		{
			rule: "are not needed by an account without access",
			scene: { people: newcomers(2), seats: [pool({ used: 10 })] },
			plan: ["create user1 <u1@a.test> U 1", "create user2 <u2@a.test> U 2"],
		},
		{
			rule: "are needed by every account where creation gives access",
			scene: { people: newcomers(2), seats: [pool({ givenToNewAccounts: true })] },
			plan: ["create user1 <u1@a.test> U 1", "no-seat: account.create user2"],
		},
		{
			rule: "are needed by every active account where no group gives access",
			scene: {
				people: [wish(1), wish(2)],
				accounts: [account(1, { active: false })],
				links: [[1, 1]],
				seats: [{ name: "Seats", total: 10, used: 10, givenToNewAccounts: true }],
			},
			plan: ["no-seat: account.enable user1", "no-seat: account.create user2"],
		},
		{
			rule: "go to somebody with an account before somebody without",
			scene: {
				people: [wish(1, { username: "aaa", groups: groups("devs") }), wish(2, { groups: groups("devs") })],
				accounts: [account(2)],
				links: [[2, 2]],
				seats: [pool()],
			},
			plan: ["add user2 to devs", "no-seat: account.create aaa"],
		},
		{
			rule: "are not needed twice by one account in two groups of the pool",
			scene: {
				people: [wish(1, { groups: groups("devs", "ops") })],
				accounts: [account(1, { groups: groups("ops") })],
				links: [[1, 1]],
				seats: [pool({ used: 10, groups: new Set(groups("devs", "ops")) })],
			},
			plan: ["add user1 to devs"],
		},
		{
			rule: "are needed by the return of somebody switched off, whose other operations go on",
			scene: {
				people: [wish(1, { displayName: "New", groups: groups("devs") })],
				accounts: [account(1, { active: false })],
				links: [[1, 1]],
				seats: [pool({ used: 10 })],
			},
			plan: ['update user1 {"displayName":"U 1"} to {"displayName":"New"}', "no-seat: account.enable user1"],
		},
		{
			rule: "are not needed by the return of somebody who has no access",
			scene: { people: [wish(1)], accounts: [account(1, { active: false })], links: [[1, 1]], seats: [pool({ used: 10 })] },
			plan: ["enable user1"],
		},
		{
			rule: "are needed by the return of somebody who has access",
			scene: {
				people: [wish(1, { groups: groups("devs") })],
				accounts: [account(1, { active: false, groups: groups("devs") })],
				links: [[1, 1]],
				seats: [pool({ used: 10 })],
			},
			plan: ["no-seat: account.enable user1"],
		},
		{
			rule: "may be needed by the return of somebody while nobody knows who is in a group that was not read",
			scene: {
				people: [wish(1)],
				accounts: [account(1, { active: false })],
				links: [[1, 1]],
				seats: [pool({ used: 10, groups: new Set(groups("elsewhere")) })],
			},
			plan: ["no-seat: account.enable user1"],
		},
		{
			rule: "of everybody who is active are not freed by leaving a group",
			scene: {
				people: [wish(1), wish(2)],
				accounts: [account(1, { groups: groups("devs") })],
				links: [[1, 1]],
				seats: [{ name: "Seats", total: 10, used: 10, givenToNewAccounts: false }],
			},
			plan: ["remove user1 from devs", "no-seat: account.create user2"],
		},
		{
			rule: "of a mover are there in the next run only, since a mover gains before losing",
			scene: {
				people: [wish(1), wish(2, { groups: groups("devs") })],
				accounts: [account(1, { groups: groups("devs") })],
				links: [[1, 1]],
				seats: [pool({ used: 10 })],
			},
			plan: ["remove user1 from devs", "no-seat: account.create user2"],
		},
		{
			rule: "of a mover are not counted while a group that was not read may still give access",
			scene: {
				people: [wish(1), wish(2, { groups: groups("devs") })],
				accounts: [account(1, { groups: groups("devs") })],
				links: [[1, 1]],
				seats: [pool({ used: 10, groups: new Set(groups("devs", "elsewhere")) })],
			},
			plan: ["remove user1 from devs", "no-seat: account.create user2"],
		},
	]);

	test("of a leaver are not counted while a group that was not read may still give one", () => {
		const leavers = { action: "unlicense", licenceGroups: ["devs"], after: { sightings: 1, periodMs: 0 }, stripGroups: false } as const;
		const scene = (names: readonly string[]): Scene => ({
			people: [wish(2, { groups: groups("ops") })],
			accounts: [account(1, { groups: groups("devs") })],
			links: [[1, 1]],
			managed: [["ops"]],
			rules: { leavers },
			seats: [pool({ used: 10, groups: new Set(groups(...names)) })],
		});
		const created = (names: readonly string[]) => planFor(scene(names)).operations.filter(({ kind }) => kind === "account.create").length;
		expect([created(["devs", "ops"]), created(["devs", "ops", "elsewhere"])]).toEqual([1, 0]);
	});

	test("of several pools: who finds none in two of them is held once, and keeps nobody else from theirs in either", () => {
		const people = [
			wish(1, { groups: groups("devs", "ops") }),
			wish(2, { groups: groups("devs") }),
			wish(3, { groups: groups("ops") }),
			wish(4, { groups: groups("devs") }),
		];
		const both = planFor({ people, seats: [pool({ used: 10 }), pool({ name: "Ops", used: 10, groups: new Set(groups("ops")) })] });
		expect(both.operations).toEqual([]);
		expect(both.holds.map(({ subject }) => subject.username)).toEqual(["user1", "user2", "user3", "user4"]);
		const one = planFor({ people, seats: [pool({ used: 9 }), pool({ name: "Ops", used: 9, groups: new Set(groups("ops")) })] });
		// Both pools have one seat, and the first of the four needs both.
		expect(one.operations.filter(({ kind }) => kind === "account.create")).toMatchObject([{ subject: { username: "user1" } }]);
		const tight = planFor({ people, seats: [pool({ used: 9 }), pool({ name: "Ops", used: 10, groups: new Set(groups("ops")) })] });
		expect(tight.operations.filter(({ kind }) => kind === "account.create")).toMatchObject([{ subject: { username: "user2" } }]);
		expect(tight.seats!.map(({ name, taken, lacking }) => [name, taken, lacking])).toEqual([
			["Seats", 1, 1],
			["Ops", 0, 2],
		]);
	});

	test("are told before and after", () => {
		const scene: Scene = { people: newcomers(3, "devs"), accounts: [account(9, { groups: groups("devs") })], links: [[9, 9]] };
		const plan = planFor({ ...scene, seats: [pool(), pool({ name: "Unlimited", total: undefined })] });
		expect(plan.seats).toEqual([
			{ name: "Seats", total: 10, used: 9, freed: 1, taken: 2, lacking: 1 },
			{ name: "Unlimited", total: undefined, used: 9, freed: 1, taken: 2, lacking: 0 },
		]);
		expect(plan.seats!.map(usedAfter)).toEqual([10, 10]);
		expect(plan.seats!.map(freeSeats)).toEqual([1, undefined]);
		expect(freeSeats({ total: 5, used: 7 })).toBe(0);
	});

	test("are no part of the digest: somebody else may take one while a plan waits for approval", () => {
		const digest = (used: number) => planFor({ people: newcomers(1, "devs"), seats: [pool({ used })] }).digest;
		expect(digest(3)).toBe(digest(4));
		expect(digest(10)).not.toBe(digest(4));
	});

	test("a thousand who find none are held in one go, and nothing of theirs is left", () => {
		const plan = planFor({ people: newcomers(1000, "devs", "ops"), seats: [pool({ total: 0, used: 0 })] });
		expect(plan.operations).toEqual([]);
		expect(plan.holds).toHaveLength(1000);
		expect(new Set(plan.holds.map((hold) => hold.because))).toEqual(new Set(["no-seat"]));
		expect(plan.holds[0]!.subject.account satisfies AccountId | undefined).toBeUndefined();
	});
});
