import { describe, expect, test } from "@jest/globals";
import { EVERYTHING } from "../../support/memory-product.ts";
import { testRows } from "./rows.ts";
import { account, key, planFor, type Scene, wish } from "./scene.ts";

const linked = (...ns: number[]): Scene => ({ accounts: ns.map((n) => account(n)), links: ns.map((n) => [n, n] as const) });
const exact = { names: { usernames: "exact", groups: "exact" } } as const;

describe("a new username", () => {
	testRows([
		{
			rule: "is given where it is free",
			scene: { ...linked(1), people: [wish(1, { username: "anna" })] },
			plan: ["rename user1 to anna"],
			says: ["the username changed in the directory"],
		},
		{
			rule: "that differs in case only is no change where the product ignores case",
			scene: { ...linked(1), people: [wish(1, { username: "USER1" })] },
			plan: [],
		},
		{
			rule: "that differs in case only is a change where the product tells case apart",
			scene: { ...linked(1), people: [wish(1, { username: "USER1" })], can: exact },
			plan: ["rename user1 to USER1"],
		},
		{
			rule: "is written as the product would store it",
			scene: {
				...linked(1),
				people: [wish(1, { username: " Anna" })],
				canonical: (f) => ({ ...f, username: f.username.trim().toLowerCase() }),
			},
			plan: ["rename user1 to anna"],
		},
		{
			rule: "that the product's own spelling makes equal is no change",
			scene: { ...linked(1), people: [wish(1, { username: " User1 " })], canonical: (f) => ({ ...f, username: f.username.trim() }) },
			plan: [],
		},
		{
			rule: "is not given to somebody switched off",
			scene: { ...linked(1), people: [wish(1, { username: "anna", active: false })] },
			plan: ["disable user1"],
		},
		{
			rule: "is held where the product changes no usernames, with its way out",
			scene: {
				...linked(1),
				people: [wish(1, { username: "anna" })],
				can: { updatableFields: new Set(["email", "displayName"]), fixedFields: { username: "rename it under Users" } },
			},
			plan: ["unsupported: account.rename anna user1"],
			says: ["rename it under Users"],
		},
		{
			rule: "is held where the product changes no usernames and says no more",
			scene: { ...linked(1), people: [wish(1, { username: "anna" })], can: { updatableFields: new Set(["email", "displayName"]) } },
			plan: ["unsupported: account.rename anna user1"],
			says: ["Memory 1.0 cannot rename accounts"],
		},
		{
			rule: "is held, not asked for, where the product cannot rename",
			scene: {
				...linked(1),
				people: [wish(1, { username: "anna" })],
				can: { operations: { ...EVERYTHING.operations, "account.rename": { supported: false, because: "names are for ever" } } },
			},
			plan: ["unsupported: account.rename anna user1"],
			says: ["names are for ever"],
		},
		{
			rule: "is given after taking the account over by e-mail address",
			scene: { accounts: [account(1)], people: [wish(1, { username: "anna" })], rules: { adopt: "email" } },
			plan: ["adopt user1 for idp:1 by email", "rename user1 to anna"],
		},
	]);
});

describe("a username in use", () => {
	testRows([
		{
			rule: "by somebody who moves away: that rename comes first (chain)",
			scene: {
				...linked(1, 2, 3),
				people: [wish(1, { username: "user2" }), wish(2, { username: "user3" }), wish(3, { username: "spare" })],
			},
			plan: [
				"rename user3 to spare",
				"rename user2 to user3 [after: rename user3 to spare]",
				"rename user1 to user2 [after: rename user2 to user3]",
			],
		},
		{
			rule: "is ordered by need, not by name or id",
			scene: {
				...linked(1, 2, 3),
				people: [wish(3, { username: "user2" }), wish(2, { username: "user1" }), wish(1, { username: "spare" })],
			},
			plan: [
				"rename user1 to spare",
				"rename user2 to user1 [after: rename user1 to spare]",
				"rename user3 to user2 [after: rename user2 to user1]",
			],
		},
		{
			rule: "by each other: a swap is held for both",
			scene: { ...linked(1, 2), people: [wish(1, { username: "user2" }), wish(2, { username: "user1" })] },
			plan: ["username-cycle: account.rename user2 user1", "username-cycle: account.rename user1 user2"],
			says: ["is to be renamed in turn (a swap); rename one of them to a spare name first"],
		},
		{
			rule: "by each other: addresses and names do not change places either",
			scene: {
				...linked(1, 2),
				people: [
					wish(1, { username: "user2", email: "u2@a.test", displayName: "U 2" }),
					wish(2, { username: "user1", email: "u1@a.test", displayName: "U 1" }),
				],
			},
			plan: ["username-cycle: account.rename user2 user1", "username-cycle: account.rename user1 user2"],
			says: ["their names and addresses stay as they are"],
		},
		{
			rule: "in a ring of three: all three are held",
			scene: {
				...linked(1, 2, 3),
				people: [wish(1, { username: "user2" }), wish(2, { username: "user3" }), wish(3, { username: "user1" })],
			},
			plan: [
				"username-cycle: account.rename user2 user1",
				"username-cycle: account.rename user3 user2",
				"username-cycle: account.rename user1 user3",
			],
		},
		{
			rule: "in a ring, and wanted by a fourth: contested, so nobody in the ring moves",
			scene: {
				...linked(1, 2, 3, 4),
				people: [
					wish(1, { username: "user2" }),
					wish(2, { username: "user3" }),
					wish(3, { username: "user1" }),
					wish(4, { username: "user1" }),
				],
			},
			plan: [
				"username-taken: account.rename user2 user1",
				"username-taken: account.rename user3 user2",
				"ambiguous: account.rename user1 user3",
				"ambiguous: account.rename user1 user4",
			],
		},
		{
			rule: "in a swap: others are renamed and created all the same",
			scene: {
				...linked(1, 2, 3),
				people: [wish(1, { username: "user2" }), wish(2, { username: "user1" }), wish(3, { username: "anna" }), wish(4)],
			},
			plan: [
				"rename user3 to anna",
				"create user4 <u4@a.test> U 4",
				"username-cycle: account.rename user2 user1",
				"username-cycle: account.rename user1 user2",
			],
		},
		{
			rule: "by somebody who stays",
			scene: { ...linked(1, 2), people: [wish(1, { username: "user2" }), wish(2, { active: false })] },
			plan: ["disable user2", "username-taken: account.rename user2 user1"],
			says: ['the username "user2" belongs to another person (idp:2)'],
		},
		{
			rule: "by a leaver: held, with what to do by hand",
			scene: { ...linked(1, 2), people: [wish(1, { username: "user2" })] },
			plan: ["disable user2", "username-taken: account.rename user2 user1"],
			says: ['the username "user2" belongs to somebody who left (idp:2); rename or delete that account by hand'],
		},
		{
			rule: "by an account that is not managed",
			scene: { ...linked(1), accounts: [account(1), account(2)], people: [wish(1, { username: "user2" })] },
			plan: ["username-taken: account.rename user2 user1"],
			says: ['the username "user2" belongs to an account that is not managed'],
		},
		{
			rule: "by somebody whose own rename is held: both stay",
			scene: { ...linked(1, 2, 3), people: [wish(1, { username: "user2" }), wish(2, { username: "user3" }), wish(3)] },
			plan: ["username-taken: account.rename user2 user1", "username-taken: account.rename user3 user2"],
			says: ['the username "user2" belongs to another person (idp:2)', 'the username "user3" belongs to another person (idp:3)'],
		},
		{
			rule: "by an account that may not be renamed",
			scene: {
				...linked(1, 2),
				accounts: [account(1), account(2, { editable: false })],
				people: [wish(1, { username: "user2" }), wish(2, { username: "spare" })],
			},
			plan: ["username-taken: account.rename user2 user1", "not-editable: account.rename spare user2"],
		},
	]);
});

describe("a username that two want", () => {
	testRows([
		{
			rule: "goes to neither of two movers",
			scene: { ...linked(1, 2), people: [wish(1, { username: "anna" }), wish(2, { username: "Anna" })] },
			plan: ["ambiguous: account.rename anna user1", "ambiguous: account.rename Anna user2"],
			says: ['2 people want the username "anna": idp:1, idp:2', '2 people want the username "Anna": idp:1, idp:2'],
		},
		{
			rule: "goes neither to a mover nor to a newcomer",
			scene: { ...linked(1), people: [wish(1, { username: "anna" }), wish(2, { username: "anna" })] },
			plan: ["ambiguous: match anna", "ambiguous: account.rename anna user1"],
		},
		{
			rule: "is not given while somebody held may want it",
			scene: { ...linked(1), people: [wish(1, { username: "anna" })], held: [[key(2), { username: "Anna" }]] },
			plan: ["rejected-at-source: any change Anna", "ambiguous: account.rename anna user1"],
		},
		{
			rule: "is no matter for somebody switched off",
			scene: { ...linked(1), people: [wish(1, { username: "anna" }), wish(2, { username: "anna", active: false })] },
			plan: ["rename user1 to anna"],
		},
	]);
});

describe("a newcomer", () => {
	testRows([
		{
			rule: "waits for the rename that frees the name",
			scene: { ...linked(1), people: [wish(1, { username: "anna" }), wish(2, { username: "user1" })] },
			plan: ["rename user1 to anna", "create user1 <u2@a.test> U 2 [after: rename user1 to anna]"],
		},
		{
			rule: "is held while the name belongs to somebody who left",
			scene: { ...linked(1), people: [wish(2, { username: "user1" })] },
			plan: ["disable user1", "username-taken: account.create user1"],
			says: ["somebody who left (idp:1)"],
		},
		{
			rule: "is held while the name belongs to somebody whose own rename is contested",
			scene: {
				...linked(1, 2),
				people: [wish(1, { username: "anna" }), wish(2, { username: "anna" }), wish(3, { username: "user1" })],
			},
			plan: ["username-taken: account.create user1", "ambiguous: account.rename anna user1", "ambiguous: account.rename anna user2"],
		},
		{
			rule: "switched off is not created",
			scene: { people: [wish(1, { active: false })] },
			plan: [],
		},
	]);
});

test("a swap is told in the same words whatever the order of people", () => {
	const people = [wish(1, { username: "user2" }), wish(2, { username: "user1" })];
	for (const order of [people, [...people].reverse()]) {
		const said = planFor({ ...linked(1, 2), people: order }).holds.map((hold) => hold.detail);
		expect(said).toEqual(Array(2).fill(expect.stringMatching(/^"user1" is still in use/)));
	}
});
