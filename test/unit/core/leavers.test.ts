import { describe, expect, test } from "@jest/globals";
import type { DiffRules } from "../../../core/diff/input.ts";
import type { AccountId, PersonKey } from "../../../core/model.ts";
import type { Absence } from "../../../core/store/store.ts";
import { testRows } from "./rows.ts";
import { account, groups, key, planFor, type Scene, wish } from "./scene.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const asked = (sightings: number, periodMs: number, more: Partial<DiffRules["leavers"]> = {}): Partial<DiffRules> => ({
	leavers: { action: "disable", after: { sightings, periodMs }, stripGroups: false, ...more },
});
const missing = (...rows: readonly (readonly [PersonKey, number, number])[]) => ({
	absences: new Map<PersonKey, Absence>(rows.map(([who, sightings, since]) => [who, { sightings, since: new Date(since) }])),
});
const other = (n: number) => `crew:${n}` as PersonKey;
const one: Scene = { accounts: [account(1, { groups: groups("devs", "wiki") })], links: [[1, 1]], takenAt: 100 * HOUR };
const both: Scene = {
	...one,
	links: [
		[1, 1],
		[other(1), 1],
	],
	readSources: ["idp", "crew"],
};

describe("a leaver", () => {
	testRows([
		{
			rule: "is disabled at once where nothing else is asked, and keeps the groups",
			scene: { ...one, rules: asked(1, 0) },
			plan: ["disable user1"],
			says: ["the person left the directory"],
		},
		{
			rule: "is disabled at once even when the clocks of two runs disagree",
			scene: { ...one, rules: asked(1, 0), ownership: missing([key(1), 1, 101 * HOUR]) },
			plan: ["disable user1"],
		},
		{
			rule: "who is disabled already needs nothing",
			scene: { ...one, accounts: [account(1, { active: false })], rules: asked(1, 0) },
			plan: [],
		},
		{ rule: "is kept with action: keep", scene: { ...one, rules: asked(1, 0, { action: "keep" }) }, plan: [] },
		{ rule: "whose account is gone needs nothing", scene: { ...one, accounts: [], rules: asked(1, 0) }, plan: [] },
		{
			rule: "loses the managed groups with stripGroups, others never",
			scene: { ...one, rules: asked(1, 0, { stripGroups: true }) },
			plan: ["disable user1", "remove user1 from devs"],
		},
		{
			rule: "loses the managed groups with stripGroups though action: keep",
			scene: { ...one, rules: asked(1, 0, { action: "keep", stripGroups: true }) },
			plan: ["remove user1 from devs"],
		},
		{
			rule: "keeps a group that could not be read whole",
			scene: { ...one, managed: [["devs", "page 2 failed"]], rules: asked(1, 0, { stripGroups: true }) },
			plan: ["disable user1", "rejected-at-source: member.remove devs user1"],
			says: ["a directory group that feeds devs could not be read whole: page 2 failed"],
		},
	]);
});

describe("a leaver who has not been missing long enough", () => {
	testRows([
		{
			rule: "for the first time, with two sightings asked: waits",
			scene: { ...one, rules: asked(2, 0) },
			plan: ["waiting: account.disable user1"],
			says: ["missing in 1 of 2 snapshots, for 0 min of 0 min (leavers.after)"],
		},
		{
			rule: "in the second snapshot of two: is disabled",
			scene: { ...one, rules: asked(2, 0), ownership: missing([key(1), 1, 100 * HOUR]) },
			plan: ["disable user1"],
		},
		{
			rule: "in the second snapshot of three: waits",
			scene: { ...one, rules: asked(3, 0), ownership: missing([key(1), 1, 0]) },
			plan: ["waiting: account.disable user1"],
			says: ["missing in 2 of 3 snapshots, for 100 h of 0 min"],
		},
		{
			rule: "for less than the period: waits, however often it was seen",
			scene: { ...one, rules: asked(1, HOUR), ownership: missing([key(1), 9, 100 * HOUR - 59 * MINUTE]) },
			plan: ["waiting: account.disable user1"],
			says: ["missing in 10 of 1 snapshots, for 59 min of 60 min"],
		},
		{
			rule: "for the first time, with a period and one sighting asked: waits",
			scene: { ...one, rules: asked(1, 3 * HOUR) },
			plan: ["waiting: account.disable user1"],
			says: ["for 0 min of 3 h"],
		},
		{
			rule: "for exactly the period: is disabled",
			scene: { ...one, rules: asked(1, HOUR), ownership: missing([key(1), 1, 99 * HOUR]) },
			plan: ["disable user1"],
		},
		{
			rule: "for the first time, with a period of a millisecond asked: waits",
			scene: { ...one, rules: asked(1, 1) },
			plan: ["waiting: account.disable user1"],
		},
		{
			rule: "says the period in minutes below two hours",
			scene: { ...one, rules: asked(2, 2 * HOUR - 1) },
			plan: ["waiting: account.disable user1"],
			says: ["of 119 min"],
		},
		{
			rule: "says the period in hours from two hours on",
			scene: { ...one, rules: asked(2, 2 * HOUR) },
			plan: ["waiting: account.disable user1"],
			says: ["of 2 h"],
		},
		{ rule: "waits without a word with action: keep", scene: { ...one, rules: asked(2, 0, { action: "keep" }) }, plan: [] },
		{
			rule: "keeps the groups while waiting",
			scene: { ...one, rules: asked(2, 0, { stripGroups: true }) },
			plan: ["waiting: account.disable user1", "waiting: member.remove devs user1"],
		},
		{
			rule: "known from two sources: the one seen last decides",
			scene: { ...both, rules: asked(2, 0), ownership: missing([key(1), 50, 0]) },
			plan: ["waiting: account.disable user1"],
			says: ["missing in 1 of 2 snapshots, for 0 min of 0 min"],
		},
		{
			rule: "known from two sources, missing in one for long and in the other for a short time: waits",
			scene: { ...both, rules: asked(2, HOUR), ownership: missing([key(1), 50, 0], [other(1), 3, 100 * HOUR - MINUTE]) },
			plan: ["waiting: account.disable user1"],
			says: ["missing in 4 of 2 snapshots, for 1 min of 60 min"],
		},
		{
			rule: "known from two sources and missing in both long enough: is disabled",
			scene: { ...both, rules: asked(2, HOUR), ownership: missing([key(1), 50, 0], [other(1), 1, 99 * HOUR]) },
			plan: ["disable user1"],
		},
	]);
});

test("a leaver is named by the first key in order, however the link book is ordered", () => {
	for (const links of [both.links!, [...both.links!].reverse()])
		expect(planFor({ ...both, links, rules: asked(1, 0) }).operations).toMatchObject([{ subject: { person: "crew:1", account: "acc1" } }]);
});

describe("somebody who is no leaver", () => {
	testRows([
		{
			rule: "and no stranger either: one of two keys of the account is held, the other is missing",
			scene: { ...both, held: [[other(1), {}]], rules: { ...asked(1, 0, { stripGroups: true }), strangers: "remove" } },
			plan: ["rejected-at-source: any change"],
		},
		{
			rule: "because one of two sources still knows them",
			scene: {
				...both,
				people: [wish(7, { person: other(1), username: "user1", email: "u1@a.test", displayName: "U 1", groups: groups("devs") })],
			},
			plan: [],
		},
		{ rule: "because a record of theirs is held", scene: { ...one, held: [[key(1), {}]] }, plan: ["rejected-at-source: any change"] },
	]);
});

describe("somebody whom the policy no longer selects", () => {
	testRows([
		{
			rule: "is disabled at once, with the filter's words: they were seen",
			scene: { ...one, excluded: [[key(1), "the filter says no: person.active is false"]], rules: asked(5, HOUR, { stripGroups: true }) },
			plan: ["disable user1", "remove user1 from devs"],
			says: ["the filter says no: person.active is false"],
		},
		{
			rule: "in one source waits while missing in the other: what is missing may be what the filter looks for",
			scene: { ...both, excluded: [[other(1), "the filter says no"]], rules: asked(5, HOUR) },
			plan: ["waiting: account.disable user1"],
			says: ["missing in 1 of 5 snapshots"],
		},
	]);
});

describe("a source taken out of the policy", () => {
	testRows([
		{
			rule: "makes nobody a leaver",
			scene: { ...one, readSources: ["crew"], rules: asked(1, 0, { stripGroups: true }) },
			plan: ["source-not-read: account.disable user1", "source-not-read: member.remove devs user1"],
			says: ["linked as idp:1, but this product's policy no longer reads that source; put it back into people.from"],
		},
		{
			rule: "makes nobody a leaver who is missing in the other as well",
			scene: { ...both, readSources: ["crew"], rules: asked(1, 0) },
			plan: ["source-not-read: account.disable user1"],
		},
		{
			rule: "is not taken for one whose name begins alike",
			scene: { ...one, readSources: ["id"], rules: asked(1, 0) },
			plan: ["source-not-read: account.disable user1"],
		},
	]);
});

describe("a leaver in a product that cannot switch accounts off", () => {
	const unlicense = (more: Partial<DiffRules["leavers"]> = {}, after: readonly [number, number] = [1, 0]): Partial<DiffRules> =>
		asked(after[0], after[1], { action: "unlicense", ...more });
	const seats = [{ name: "Seats", total: undefined, used: 1, groups: new Set(groups("Users")), givenToNewAccounts: false }];
	const licensed: Scene = { ...one, seats, accounts: [account(1, { groups: groups("devs", "users", "wiki") })], rules: unlicense() };
	const released = (...names: string[]) => ({ released: new Map([[key(1), { open: groups(...names), ours: groups() }]]) });
	testRows([
		{
			rule: "loses the groups that give a seat, before anybody else gets anything",
			scene: { ...licensed, people: [wish(2, { username: "ben" })] },
			plan: ["remove user1 from users", "create ben <u2@a.test> U 2"],
			says: ["the person left the directory"],
		},
		{
			rule: "and has none of them any more needs nothing",
			scene: { ...licensed, accounts: [account(1, { groups: groups("devs") })] },
			plan: [],
		},
		{
			rule: "loses the groups that the configuration names, instead of the product's own",
			scene: { ...licensed, rules: unlicense({ licenceGroups: ["WIKI"] }) },
			plan: ["remove user1 from wiki"],
		},
		{
			rule: "is held where nobody knows which groups give a seat",
			scene: { ...one, rules: unlicense() },
			plan: ["unsupported: member.remove user1"],
			says: ["name them in leavers.licenceGroups"],
		},
		{
			rule: "is held where the product knows seats but no groups that give them",
			scene: { ...one, seats: [{ name: "Seats", total: 5, used: 1, givenToNewAccounts: true }], rules: unlicense() },
			plan: ["unsupported: member.remove user1"],
		},
		{
			rule: "is not what somebody is who only lost a mapped group that gives a seat",
			scene: { ...licensed, managed: [["users"]], people: [wish(1)], accounts: [account(1, { groups: groups("users") })] },
			plan: ["remove user1 from users"],
			says: ["not a member of"],
		},
		{
			rule: "who is only switched off loses a mapped group that gives a seat once only",
			scene: {
				...licensed,
				managed: [["users"]],
				people: [wish(1, { active: false })],
				accounts: [account(1, { groups: groups("users") })],
				rules: unlicense({ stripGroups: true }),
			},
			plan: ["remove user1 from users"],
		},
		{
			rule: "gets back each group once, and none that somebody is in already",
			scene: {
				...licensed,
				people: [wish(1)],
				groups: ["users", "wiki", "devs", "ops"],
				accounts: [account(1, { groups: groups("wiki") })],
				ownership: released("Users", "users", "wiki"),
			},
			plan: ["add user1 to users"],
		},
		{
			rule: "is asked for in the same plan once only, whatever else strips groups",
			scene: { ...licensed, managed: [["users"], ["devs"]], rules: unlicense({ stripGroups: true }) },
			plan: ["remove user1 from users", "remove user1 from devs"],
		},
		{
			rule: "waits like any other",
			scene: { ...licensed, rules: unlicense({}, [3, 0]) },
			plan: ["waiting: member.remove users user1"],
			says: ["missing in 1 of 3 snapshots"],
		},
		{
			rule: "keeps a protected group",
			scene: { ...licensed, rules: { ...unlicense(), protectGroups: ["users"] } },
			plan: ["protected: member.remove users user1"],
		},
		{
			rule: "keeps all of them while one is protected or ignored: half of it would shut nobody out",
			scene: {
				...licensed,
				seats: [{ ...seats[0]!, groups: new Set(groups("users", "wiki")) }],
				ignored: ["WIKI"],
			},
			plan: ["protected: member.remove users user1", "protected: member.remove wiki user1"],
			says: ["wiki gives a licence too and is out of bounds"],
		},
		{
			rule: "who is only switched off in the directory loses them too",
			scene: { ...licensed, people: [wish(1, { active: false })] },
			plan: ["remove user1 from users"],
			says: ["the person is switched off in the directory"],
		},
		{
			rule: "gets back on return what was taken",
			scene: {
				...licensed,
				people: [wish(1, { groups: groups("devs") })],
				groups: ["devs", "ops", "users"],
				accounts: [account(1, { groups: groups("devs") })],
				ownership: released("Users", "gone"),
			},
			plan: ["add user1 to users"],
			says: ["returned: Rollcall had taken it away when the person left"],
		},
		{
			rule: "gets nothing back on return whom somebody has given a seat meanwhile",
			scene: {
				...licensed,
				people: [wish(1, { groups: groups("devs") })],
				groups: ["devs", "ops", "users", "wiki"],
				seats: [{ ...seats[0]!, groups: new Set(groups("users", "wiki")) }],
				ownership: released("wiki"),
				accounts: [account(1, { groups: groups("devs", "users") })],
			},
			plan: [],
		},
		{
			rule: "gets no managed group back on return that the directory no longer gives",
			scene: { ...licensed, people: [wish(1)], accounts: [account(1)], ownership: released("devs") },
			plan: [],
		},
	]);
});

describe("somebody who left, and a newcomer with the very username and address", () => {
	const newcomer = { ...wish(7), fields: { username: "USER1", email: "U1@a.test", displayName: "U 1" } };
	testRows([
		{
			rule: "are both held: it may be the same human being with a new id",
			scene: { ...one, rules: asked(1, 0, { stripGroups: true }), people: [newcomer] },
			plan: ["username-taken: account.create USER1", "ambiguous: account.disable user1", "ambiguous: member.remove devs user1"],
			says: ["idp:7 has the very username", "rollcall unlink idp:1"],
		},
		{
			rule: "are two where the address is another one",
			scene: { ...one, rules: asked(1, 0), people: [{ ...newcomer, fields: { ...newcomer.fields, email: "other@a.test" } }] },
			plan: ["disable user1", "username-taken: account.create USER1"],
		},
		{
			rule: "are two where neither has an address",
			scene: {
				...one,
				accounts: [account(1, { email: "" })],
				rules: asked(1, 0),
				people: [{ ...newcomer, fields: { ...newcomer.fields, email: "" } }],
			},
			plan: ["disable user1", "username-taken: account.create USER1"],
		},
		{
			rule: "are held by the username alone where the product does not tell addresses",
			scene: {
				...one,
				accounts: [account(1, { email: "" })],
				can: { readableFields: new Set(["username", "displayName"]) },
				rules: asked(1, 0),
				people: [newcomer],
			},
			plan: ["username-taken: account.create USER1", "ambiguous: account.disable user1"],
		},
		{
			rule: "are held too while the newcomer's record cannot be read, with its name or without one",
			scene: { ...one, accounts: [account(1), account(2)], links: [[1, 1]], rules: asked(1, 0), held: [[key(7), { username: "USER1" }]] },
			plan: ["rejected-at-source: any change USER1", "ambiguous: account.disable user1"],
			says: ["idp:7 is new and could not be read"],
		},
		{
			rule: "may be anybody who is new and whose record shows no name; the first by key is named",
			scene: {
				...one,
				rules: asked(1, 0),
				held: [
					[key(9), { username: "" }],
					[key(8), { username: "" }],
				],
			},
			plan: ["rejected-at-source: any change", "rejected-at-source: any change", "ambiguous: account.disable user1"],
			says: ["idp:8 is new and could not be read"],
		},
		{
			rule: "are nobody's matter where the unreadable record has another name, or an account by one of its keys",
			scene: {
				...one,
				accounts: [...one.accounts!, account(8, { username: "other" })],
				links: [
					[1, 1],
					[other(7), 8],
				],
				readSources: ["idp", "crew"],
				rules: asked(1, 0),
				held: [
					[key(6), { username: "somebody" }],
					[key(7), { username: "", aliases: [other(7)] }],
				],
			},
			plan: ["disable user1", "rejected-at-source: any change", "rejected-at-source: any change somebody"],
		},
		{
			rule: "are no matter where the newcomer has an account by another key",
			scene: {
				...one,
				accounts: [...one.accounts!, account(8, { username: "other" })],
				links: [
					[1, 1],
					[other(7), 8],
				],
				rules: asked(1, 0),
				people: [{ ...newcomer, aliases: [other(7)] }],
				readSources: ["idp", "crew"],
			},
			plan: [
				"adopt other for idp:7 by merge",
				"disable user1",
				'update other {"email":"u8@a.test","displayName":"U 8"} to {"email":"U1@a.test","displayName":"U 1"}',
				"username-taken: account.rename USER1 other",
			],
		},
		{
			rule: "are no matter where the newcomer is switched off, or has an account",
			scene: {
				...one,
				accounts: [...one.accounts!, account(8)],
				links: [
					[1, 1],
					[8, 8],
				],
				rules: asked(1, 0),
				people: [{ ...newcomer, active: false }, wish(8)],
			},
			plan: ["disable user1"],
		},
	]);
});

describe("a leaver whom the product refuses to switch off", () => {
	testRows([
		{
			rule: "is held with the product's reason, and keeps nobody else",
			scene: {
				accounts: [account(1), account(2)],
				links: [
					[1, 1],
					[2, 2],
				],
				rules: asked(1, 0),
				blockers: new Map([["acc1" as AccountId, "leads the project KEY"]]),
			},
			plan: ["disable user2", "blocked: account.disable user1"],
			says: ["leads the project KEY"],
		},
		{
			rule: "is held too where leavers lose groups, since they would keep access in spite of it",
			scene: {
				accounts: [account(1, { groups: groups("users", "devs") })],
				links: [[1, 1]],
				rules: asked(1, 0, { action: "unlicense", licenceGroups: ["users"] }),
				blockers: new Map([["acc1" as AccountId, "has a licence of their own"]]),
			},
			plan: ["blocked: member.remove users user1"],
			says: ["has a licence of their own"],
		},
	]);
});

test("what is taken from a leaver, and given back, is marked for the journal", () => {
	const seats = [{ name: "Seats", total: undefined, used: 1, groups: new Set(groups("devs")), givenToNewAccounts: false }];
	const rules = asked(1, 0, { action: "unlicense" });
	const taken = planFor({ accounts: [account(1, { groups: groups("devs") })], links: [[1, 1]], seats, rules });
	expect(taken.operations).toMatchObject([{ kind: "member.remove", leaver: true }]);
	const ownership = { released: new Map([[key(1), { open: groups("users"), ours: groups() }]]) };
	const given = planFor({
		people: [wish(1)],
		accounts: [account(1)],
		links: [[1, 1]],
		groups: ["devs", "ops", "users"],
		seats,
		rules,
		ownership,
	});
	expect(given.operations).toMatchObject([{ kind: "member.add", returned: true }]);
});

test("what is remembered of a removal is part of what it is: an approved one never becomes the other", () => {
	const seats = [{ name: "Seats", total: undefined, used: 1, groups: new Set(groups("devs")), givenToNewAccounts: false }];
	const scene: Scene = { accounts: [account(1, { groups: groups("devs") })], links: [[1, 1]], seats };
	const leaver = planFor({ ...scene, rules: asked(1, 0, { action: "unlicense" }) }).operations;
	const mover = planFor({ ...scene, people: [wish(1)] }).operations;
	expect([leaver, mover]).toMatchObject([[{ kind: "member.remove", group: "devs" }], [{ kind: "member.remove", group: "devs" }]]);
	expect(leaver[0]!.id).not.toBe(mover[0]!.id);
	expect(mover[0]!.id).toBe(planFor({ ...scene, people: [wish(1)] }).operations[0]!.id);
	const rules = asked(1, 0, { action: "unlicense" });
	const back: Scene = {
		people: [wish(1, { groups: groups("ops") })],
		accounts: [account(1)],
		links: [[1, 1]],
		groups: ["devs", "ops"],
		managed: [["ops"]],
		seats,
		rules,
	};
	const returned = planFor({ ...back, ownership: { released: new Map([[key(1), { open: groups("devs"), ours: groups() }]]) } }).operations;
	const mapped = planFor({ ...back, people: [wish(1, { groups: groups("devs", "ops") })], managed: [["devs"], ["ops"]] }).operations;
	const idOf = (list: typeof returned) => list.find((one) => one.kind === "member.add" && one.group === "devs")!.id;
	expect(idOf(returned)).not.toBe(idOf(mapped));
});
