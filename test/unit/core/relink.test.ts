import { describe, expect, test } from "@jest/globals";
import { relink } from "../../../core/diff/relink.ts";
import { ownershipMark } from "../../../core/mark.ts";
import type { PersonKey, ProductId } from "../../../core/model.ts";
import { Secret } from "../../../core/secret.ts";
import { account, groups, inputOf, key, linesOf, planFor, type Scene, wish } from "./scene.ts";

const mark = ownershipMark("rollcall", "jira" as ProductId, new Secret("sixteen letters!", "credential:mark"));
const marked = (n: number, who: PersonKey = key(n), more: Parameters<typeof account>[1] = {}) =>
	account(n, { attributes: { rollcall: mark.write(who, `user${n}`) }, ...more });
const rows: readonly (readonly [string, Scene, readonly string[], RegExp?])[] = [
	["links an account by its mark", { accounts: [marked(1)] }, ["adopt user1 for idp:1 by mark"]],
	[
		"links also whom the directory no longer knows, and whoever is switched off",
		{ accounts: [marked(1, key(7)), marked(2, key(2), { active: false })] },
		["adopt user1 for idp:7 by mark", "adopt user2 for idp:2 by mark"],
	],
	["leaves alone what carries no mark, and what is linked so already", { accounts: [account(1), marked(2)], links: [[2, 2]] }, []],
	[
		"plans nothing else, whatever differs",
		{
			people: [wish(1, { email: "new@a.test", groups: groups("ops") }), wish(5)],
			accounts: [marked(1, key(1), { groups: groups("devs") }), account(2)],
		},
		["adopt user1 for idp:1 by mark"],
	],
	[
		"holds a forged mark",
		{ accounts: [account(1, { attributes: { rollcall: mark.write(key(1), "somebody") } })] },
		["invalid-value: link.adopt user1"],
		/does not fit this account/,
	],
	[
		"holds two accounts that carry one mark",
		{ accounts: [marked(1), marked(2, key(1))] },
		["ambiguous: link.adopt user1", "ambiguous: link.adopt user2"],
		/2 accounts carry the mark of idp:1/,
	],
	[
		"holds a person who is linked to another account",
		{ accounts: [marked(1), account(2)], links: [[1, 2]] },
		["ambiguous: link.adopt user1"],
		/linked to another account already \(acc2\)/,
	],
	[
		"holds an account that is linked to another person",
		{ accounts: [marked(1)], links: [[9, 1]] },
		["ambiguous: link.adopt user1"],
		/linked to idp:9 already/,
	],
	[
		"holds a person of a source that is not read",
		{ accounts: [marked(1, "crew:1" as PersonKey)] },
		["source-not-read: link.adopt user1"],
		/does not read that source/,
	],
	["never touches the own account", { accounts: [marked(1)], self: 1 }, ["own-account: link.adopt user1"]],
	["never touches a protected account", { accounts: [marked(1)], rules: { protectAccounts: ["user1"] } }, ["protected: link.adopt user1"]],
];

describe("relink", () => {
	test.each(rows.map((row) => [row[0], row] as const))("%s", (_rule, [, scene, expected, says]) => {
		const plan = relink(inputOf(scene), mark);
		expect(linesOf(plan)).toEqual(expected);
		if (says !== undefined) expect(plan.holds.map((hold) => hold.detail).join("\n")).toMatch(says);
	});
	test("takes people of any of the sources that are read, and says in a hold whose mark it is", () => {
		const accounts = [marked(1, "crew:1" as PersonKey), marked(2)];
		const plan = relink(inputOf({ accounts, readSources: ["idp", "crew"], links: [[9, 2]] }), mark);
		expect(linesOf(plan)).toEqual(["adopt user1 for crew:1 by mark", "ambiguous: link.adopt user2"]);
		expect(plan.holds[0]!.subject).toMatchObject({ person: key(2), account: "acc2" });
	});
	test("remembers the mark that it found, so that nobody writes it again", () => {
		expect(relink(inputOf({ accounts: [marked(1)] }), mark).operations).toMatchObject([{ mark: mark.write(key(1), "user1") }]);
	});
	test("is the same plan whatever the order of the accounts", () => {
		const accounts = [marked(3), marked(1), marked(2)];
		const digest = (list: typeof accounts) => relink(inputOf({ accounts: list }), mark).digest;
		expect(digest([...accounts].reverse())).toBe(digest(accounts));
	});
});

describe("marks are written", () => {
	const rules = { mark };
	const one: Scene = { accounts: [account(1)], links: [[1, 1]], people: [wish(1)], rules };
	const wrote = (username: string) => ({ marks: new Map([[key(1), mark.write(key(1), username)]]) });
	const sets = (scene: Scene) => linesOf(planFor(scene)).map((line) => line.replace(/ \S{22} /g, " … "));

	test("into accounts that have none yet", () => {
		expect(sets(one)).toEqual(["set rollcall of user1: undefined to 1 … idp:1"]);
	});
	test("once", () => {
		expect(sets({ ...one, ownership: wrote("USER1") })).toEqual([]);
	});
	test("with the creation of an account", () => {
		expect(sets({ people: [wish(1)], rules })).toEqual([
			"create user1 <u1@a.test> U 1",
			"set rollcall of user1: undefined to 1 … idp:1 [after: create user1 <u1@a.test> U 1]",
		]);
	});
	test("anew when the account is renamed, once it is", () => {
		const [rename, set] = planFor({ ...one, people: [wish(1, { username: "anna" })], ownership: wrote("user1") }).operations;
		expect(rename).toMatchObject({ kind: "account.rename", after: { username: "anna" } });
		expect(set).toMatchObject({ kind: "attribute.set", requires: [rename!.id], after: mark.write(key(1), "anna") });
	});
	test("for the name that stays when the rename is held", () => {
		const scene: Scene = {
			...one,
			people: [wish(1, { username: "user2" })],
			accounts: [account(1), account(2)],
			ownership: wrote("user1"),
		};
		expect(sets(scene)).toEqual(["username-taken: account.rename user2 user1"]);
	});
	test("into no account of somebody switched off in the directory", () => {
		expect(sets({ ...one, people: [wish(1, { active: false })] })).toEqual(["disable user1"]);
	});
});
