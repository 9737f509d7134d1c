import { describe, expect, test } from "@jest/globals";
import { diff } from "../../../core/diff/diff.ts";
import type { DiffRules } from "../../../core/diff/input.ts";
import type { AccountId, GroupName, PersonKey } from "../../../core/model.ts";
import { testRows } from "./rows.ts";
import { account, groups, inputOf, key, type Scene, wish } from "./scene.ts";

const one: Scene = { accounts: [account(1)], links: [[1, 1]] };
const inDevs: Scene = { ...one, accounts: [account(1, { groups: groups("devs") })] };
const devs = { groups: groups("devs") };
const leavers = (stripGroups: boolean): Partial<DiffRules> => ({
	leavers: { action: "disable", after: { sightings: 1, periodMs: 0 }, stripGroups },
});
const exact = { names: { usernames: "exact", groups: "exact" } } as const;

describe("a mapped group", () => {
	testRows([
		{
			rule: "gains who belongs to it in the directory",
			scene: { ...one, people: [wish(1, devs)] },
			plan: ["add user1 to devs"],
			says: ["member of /devs in the directory"],
		},
		{
			rule: "keeps who is in it already, by the product's case rule",
			scene: { ...inDevs, people: [wish(1, { groups: groups("DEVS") })], managed: [["DEVS"]] },
			plan: [],
		},
		{
			rule: "is spelled as the product spells it",
			scene: { ...one, groups: ["Devs"], people: [wish(1, devs)], managed: [["devs"]] },
			plan: ["add user1 to Devs"],
		},
		{
			rule: "that differs in case only is another group where the product tells case apart",
			scene: { ...inDevs, people: [wish(1, { groups: groups("Devs") })], managed: [["Devs"], ["devs"]], can: exact },
			plan: ["group.create Devs", "add user1 to Devs [after: group.create Devs]", "remove user1 from devs"],
		},
		{
			rule: "loses who no longer belongs to it",
			scene: { ...inDevs, people: [wish(1)] },
			plan: ["remove user1 from devs"],
			says: ["not a member of /devs in the directory"],
		},
		{
			rule: "is the only kind that is touched",
			scene: { ...one, accounts: [account(1, { groups: groups("wiki") })], people: [wish(1)] },
			plan: [],
		},
		{
			rule: "gains before another loses: a mover is never without",
			scene: { ...inDevs, people: [wish(1, { groups: groups("ops") })] },
			plan: ["add user1 to ops", "remove user1 from devs"],
		},
		{
			rule: "waits for the account of a newcomer",
			scene: { people: [wish(1, devs)] },
			plan: ["create user1 <u1@a.test> U 1", "add user1 to devs [after: create user1 <u1@a.test> U 1]"],
		},
		{
			rule: "gains nobody who is switched off",
			scene: {
				...one,
				people: [wish(1, { ...devs, active: false })],
				rules: { leavers: { action: "keep", after: { sightings: 1, periodMs: 0 }, stripGroups: false } },
			},
			plan: [],
		},
		{
			rule: "gains nobody whose match is held",
			scene: { accounts: [account(1)], people: [wish(1, devs)], rules: { adopt: "never" } },
			plan: ["not-owned: match user1"],
		},
		{
			rule: "is one group under two spellings of the policy: whoever belongs to either keeps it",
			scene: { ...inDevs, people: [wish(1, devs)], managed: [["DEVS"], ["devs"]] },
			plan: [],
		},
		{
			rule: "is fed by several directory groups: the reason counts them",
			scene: { ...inDevs, people: [wish(1)], managed: [["devs"], ["DEVS"]] },
			plan: ["remove user1 from devs"],
			says: ["not a member of /DEVS (or 1 more) in the directory"],
		},
	]);
});

describe("a mapped group that the product does not have", () => {
	testRows([
		{
			rule: "is made first, with createMissing",
			scene: { ...one, groups: [], managed: [["devs"]], people: [wish(1, devs)] },
			plan: ["group.create devs", "add user1 to devs [after: group.create devs]"],
			says: ["the policy maps to it and the product has no such group"],
		},
		{
			rule: "is made before a newcomer joins it",
			scene: { groups: [], managed: [["devs"]], people: [wish(1, devs)] },
			plan: [
				"group.create devs",
				"create user1 <u1@a.test> U 1",
				"add user1 to devs [after: group.create devs; create user1 <u1@a.test> U 1]",
			],
		},
		{
			rule: "is one hold without createMissing, not one for each member",
			scene: {
				accounts: [account(1), account(2)],
				links: [
					[1, 1],
					[2, 2],
				],
				groups: [],
				managed: [["devs"]],
				people: [wish(1, devs), wish(2, devs)],
				rules: { createMissingGroups: false },
			},
			plan: ["group-missing: group.create devs"],
			says: ["the product has no group devs; create it there, or set groups.createMissing: true"],
		},
		{
			rule: "is made once, however many ways the policy spells it",
			scene: { ...one, groups: [], managed: [["devs"], ["Devs"]], people: [wish(1, { groups: groups("devs", "Devs") })] },
			plan: ["group.create Devs", "add user1 to Devs [after: group.create Devs]"],
		},
	]);
});

describe("a protected or ignored group", () => {
	testRows([
		{
			rule: "is one hold, and its members are left alone (protect.groups)",
			scene: {
				...inDevs,
				accounts: [account(1, devs), account(2)],
				links: [
					[1, 1],
					[2, 2],
				],
				people: [wish(1), wish(2, devs)],
				rules: { protectGroups: ["Devs"] },
			},
			plan: ["protected: group.create devs"],
			says: ["the group devs is protected or ignored; its members are left alone although the policy maps to it"],
		},
		{
			rule: "is one hold, and its members are left alone (groups.ignore)",
			scene: {
				...inDevs,
				accounts: [account(1, devs), account(2)],
				links: [
					[1, 1],
					[2, 2],
				],
				people: [wish(1), wish(2, devs)],
				ignored: ["DEVS"],
			},
			plan: ["protected: group.create devs"],
		},
		{
			rule: "may be a default group in the policy: not given (protect.groups)",
			scene: { people: [wish(1)], defaults: ["devs"], managed: [], rules: { protectGroups: ["devs"] } },
			plan: ["create user1 <u1@a.test> U 1", "protected: member.add devs user1"],
			says: ["the group devs is listed in protect.groups"],
		},
		{
			rule: "may be a default group in the policy: not given (groups.ignore)",
			scene: { people: [wish(1)], defaults: ["devs"], managed: [], ignored: ["devs"] },
			plan: ["create user1 <u1@a.test> U 1", "protected: member.add devs user1"],
			says: ["the group devs is listed in groups.ignore"],
		},
	]);
});

describe("default groups", () => {
	testRows([
		{
			rule: "are given when the account is made",
			scene: { people: [wish(1)], groups: ["Staff"], managed: [], defaults: ["staff"] },
			plan: ["create user1 <u1@a.test> U 1", "add user1 to Staff [after: create user1 <u1@a.test> U 1]"],
			says: ["default group of new accounts"],
		},
		{
			rule: "are not given to an account that exists",
			scene: { ...one, people: [wish(1)], groups: ["staff"], managed: [], defaults: ["staff"] },
			plan: [],
		},
		{
			rule: "are not given to an account that is taken over",
			scene: { accounts: [account(1)], people: [wish(1)], groups: ["staff"], managed: [], defaults: ["staff"] },
			plan: ["adopt user1 for idp:1 by username"],
		},
		{
			rule: "are given once, when the policy maps to one as well or names it twice",
			scene: { people: [wish(1, devs)], groups: ["devs", "staff"], managed: [["devs"]], defaults: ["Devs", "staff", "STAFF"] },
			plan: [
				"create user1 <u1@a.test> U 1",
				"add user1 to devs [after: create user1 <u1@a.test> U 1]",
				"add user1 to staff [after: create user1 <u1@a.test> U 1]",
			],
		},
		{
			rule: "are not given where the policy maps to them and the person is no member: the next run would take them away",
			scene: { people: [wish(1)], groups: ["devs"], managed: [["devs"]], defaults: ["Devs"] },
			plan: ["create user1 <u1@a.test> U 1"],
		},
		{
			rule: "that the product does not have are held",
			scene: { people: [wish(1)], groups: [], managed: [], defaults: ["staff"] },
			plan: ["create user1 <u1@a.test> U 1", "group-missing: member.add staff user1"],
			says: ["groups.default names staff, which the product does not have; create it there or correct the name"],
		},
	]);
});

describe("strangers", () => {
	const stranger: Scene = { ...one, accounts: [account(1), account(2, { ...devs, username: "guest" })], people: [wish(1)] };
	const remove = { strangers: "remove" } as const;
	testRows([
		{ rule: "are kept where the policy keeps them", scene: stranger, plan: [] },
		{
			rule: "lose managed groups where the policy says so",
			scene: { ...stranger, rules: remove },
			plan: ["remove guest from devs"],
			says: ["nobody's managed account, and strangers: remove"],
		},
		{ rule: "keep groups that are not managed", scene: { ...stranger, managed: [["ops"]], rules: remove }, plan: [] },
		{
			rule: "are not leavers: those keep their groups without stripGroups",
			scene: { ...inDevs, rules: { ...remove, ...leavers(false) } },
			plan: ["disable user1"],
		},
		{
			rule: "are not people who are switched off: those keep their groups without stripGroups",
			scene: { ...inDevs, people: [wish(1, { active: false })], rules: { ...remove, ...leavers(false) } },
			plan: ["disable user1"],
		},
		{
			rule: "are not linked people who are held",
			scene: { ...inDevs, held: [[key(1), {}]], rules: remove },
			plan: ["rejected-at-source: any change"],
		},
		{
			rule: "keep a group that could not be read whole",
			scene: { ...stranger, managed: [["devs", "page 2 failed"]], rules: remove },
			plan: ["rejected-at-source: member.remove devs guest"],
			says: ["a directory group that feeds devs could not be read whole: page 2 failed"],
		},
		{
			rule: "may be somebody held who is not linked: kept, whatever the name",
			scene: {
				...stranger,
				held: [
					[key(9), { username: "nine" }],
					[key(8), {}],
				],
				rules: remove,
			},
			plan: ["rejected-at-source: any change", "rejected-at-source: member.remove devs guest", "rejected-at-source: any change nine"],
			says: ["may be the account of idp:8, who is held and not linked to any account yet"],
		},
		{
			rule: "are not somebody held whose account is known",
			scene: {
				...stranger,
				accounts: [...stranger.accounts!, account(3)],
				links: [
					[1, 1],
					["crew:3" as PersonKey, 3],
				],
				held: [[key(3), { aliases: ["crew:3" as PersonKey] }]],
				rules: remove,
			},
			plan: ["remove guest from devs", "rejected-at-source: any change"],
		},
		{
			rule: "may be somebody held whose account is gone: kept",
			scene: {
				...stranger,
				links: [
					[1, 1],
					[3, 3],
				],
				held: [[key(3), {}]],
				rules: remove,
			},
			plan: ["rejected-at-source: any change", "rejected-at-source: member.remove devs guest"],
		},
		{
			rule: "may be somebody wished who could not be linked yet, by name: kept",
			scene: { ...stranger, people: [wish(1), wish(2, { username: "Guest" })], rules: { ...remove, adopt: "never" } },
			plan: ["not-owned: match Guest", "rejected-at-source: member.remove devs guest"],
			says: ["has the username of somebody whom the policy selects and who is not linked yet"],
		},
		{
			rule: "may be somebody wished who could not be linked yet, by address: kept",
			scene: {
				...stranger,
				people: [wish(1), wish(2, { username: "x" }), wish(3, { username: "y", email: "U2@a.test" })],
				rules: { ...remove, adopt: "email" },
			},
			plan: ["rejected-at-source: member.remove devs guest", "ambiguous: match x", "ambiguous: match y"],
			says: ["has the e-mail address of somebody whom the policy selects and who is not linked yet"],
		},
		{
			rule: "without an address are nobody's by address",
			scene: {
				...one,
				accounts: [account(1), account(2, { ...devs, username: "guest", email: "" })],
				people: [wish(1), wish(3, { email: "", active: false })],
				rules: { ...remove, adopt: "email" },
			},
			plan: ["remove guest from devs"],
		},
		{
			rule: "are not taken for somebody by address where adoption does not go by it",
			scene: { ...stranger, people: [wish(1), wish(3, { email: "u2@a.test", active: false })], rules: remove },
			plan: ["remove guest from devs"],
		},
		{
			rule: "with the name that a linked person is to get are strangers all the same",
			scene: { ...stranger, people: [wish(1, { username: "guest" })], rules: remove },
			plan: ["remove guest from devs", "username-taken: account.rename guest user1"],
		},
		{
			rule: "that this run takes over lose nothing in it",
			scene: { ...one, accounts: [account(1), account(2, devs)], people: [wish(1), wish(2)], rules: remove },
			plan: ["adopt user2 for idp:2 by username", "adopted-this-run: member.remove devs user2"],
		},
	]);
});

describe("what could not be read whole", () => {
	testRows([
		{
			rule: "a group: whoever would lose it keeps it, whoever belongs to it gains it",
			scene: {
				...inDevs,
				accounts: [account(1, devs), account(2)],
				links: [
					[1, 1],
					[2, 2],
				],
				people: [wish(1), wish(2, devs)],
				managed: [["devs", "page 2 failed"]],
			},
			plan: ["add user2 to devs", "rejected-at-source: member.remove devs user1"],
			says: ["a directory group that feeds devs could not be read whole: page 2 failed"],
		},
		{
			rule: "a group under one of two spellings: it is one group, nobody loses it",
			scene: { ...inDevs, people: [wish(1)], managed: [["Devs", "page 2 failed"], ["devs"]] },
			plan: ["rejected-at-source: member.remove devs user1"],
		},
		{
			rule: "a group under the other of two spellings: nobody loses it",
			scene: { ...inDevs, people: [wish(1)], managed: [["Devs"], ["devs", "page 2 failed"]] },
			plan: ["rejected-at-source: member.remove devs user1"],
		},
		{
			rule: "whether one person belongs to a group: neither added nor removed",
			scene: {
				...inDevs,
				accounts: [account(1, devs), account(2)],
				links: [
					[1, 1],
					[2, 2],
				],
				people: [wish(1, { uncertain: groups("DEVS") }), wish(2, { uncertain: groups("devs") })],
			},
			plan: ["rejected-at-source: member.remove devs user1"],
			says: ["it could not be read whether this person belongs to /devs"],
		},
		{
			rule: "a group of somebody switched off keeps them with stripGroups",
			scene: { ...inDevs, people: [wish(1, { active: false })], managed: [["devs", "page 2 failed"]], rules: leavers(true) },
			plan: ["disable user1", "rejected-at-source: member.remove devs user1"],
		},
	]);
});

describe("somebody switched off", () => {
	testRows([
		{
			rule: "loses managed groups with stripGroups",
			scene: { ...inDevs, people: [wish(1, { active: false })], rules: leavers(true) },
			plan: ["disable user1", "remove user1 from devs"],
			says: ["the person is switched off in the directory"],
		},
		{
			rule: "keeps them without",
			scene: { ...inDevs, people: [wish(1, { active: false })], rules: leavers(false) },
			plan: ["disable user1"],
		},
	]);
});

describe("a membership that comes through a subgroup", () => {
	const inherited = (n: number, group: string) => ({ inherited: [{ account: `acc${n}` as AccountId, group: group as GroupName }] });
	testRows([
		{
			rule: "is held, once the product has said so",
			scene: { ...inDevs, people: [wish(1)], ownership: inherited(1, "Devs") },
			plan: ["inherited: member.remove devs user1"],
			says: ["the membership of devs comes through a subgroup; remove it there"],
		},
		{
			rule: "is this account's matter only",
			scene: { ...inDevs, people: [wish(1)], ownership: inherited(2, "devs") },
			plan: ["remove user1 from devs"],
		},
		{
			rule: "is this group's matter only",
			scene: { ...inDevs, people: [wish(1)], ownership: inherited(1, "ops") },
			plan: ["remove user1 from devs"],
		},
		{ rule: "is no hold where it is wanted", scene: { ...inDevs, people: [wish(1, devs)], ownership: inherited(1, "devs") }, plan: [] },
	]);
});

test("a group that is managed, but fed by no group that could be read, has a reason to show as well", () => {
	const input = inputOf({ ...inDevs, people: [wish(1, { uncertain: groups("devs") })] });
	const desired = {
		...input.desired,
		groups: new Map([["devs" as GroupName, { name: "devs" as GroupName, from: [], uncertain: "no name" }]]),
	};
	expect(diff({ ...input, desired }).holds.map((hold) => hold.detail)).toEqual([
		"it could not be read whether this person belongs to any mapped group",
	]);
});
