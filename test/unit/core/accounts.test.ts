import { describe } from "@jest/globals";
import type { AccountId, PersonKey } from "../../../core/model.ts";
import type { AccountFields } from "../../../core/operation.ts";
import { EVERYTHING } from "../../support/memory-product.ts";
import { testRows } from "./rows.ts";
import { account, groups, type Scene, wish } from "./scene.ts";

const one: Scene = { accounts: [account(1)], links: [[1, 1]] };

/** An account whose e-mail address the product keeps to itself. */
const untold: Scene = { ...one, accounts: [account(1, { email: "" })], can: { readableFields: new Set(["username", "displayName"]) } };
const wrote = (fields: Partial<AccountFields>) => ({ written: new Map([["acc1" as AccountId, fields]]) });

describe("an account that differs from the wish", () => {
	testRows([
		{ rule: "and one that does not: nothing to do", scene: { ...one, people: [wish(1)] }, plan: [] },
		{
			rule: "is updated in what differs only",
			scene: { ...one, people: [wish(1, { displayName: "Anna" })] },
			plan: ['update user1 {"displayName":"U 1"} to {"displayName":"Anna"}'],
			says: ["the directory says otherwise"],
		},
		{
			rule: "in both fields is updated at once",
			scene: { ...one, people: [wish(1, { email: "a@a.test", displayName: "Anna" })] },
			plan: ['update user1 {"email":"u1@a.test","displayName":"U 1"} to {"email":"a@a.test","displayName":"Anna"}'],
		},
		{
			rule: "in the case or the blanks of the e-mail address only is left alone",
			scene: { ...one, people: [wish(1, { email: " U1@A.TEST" })] },
			plan: [],
		},
		{
			rule: "in the case of the display name is updated",
			scene: { ...one, people: [wish(1, { displayName: "u 1" })] },
			plan: ['update user1 {"displayName":"U 1"} to {"displayName":"u 1"}'],
		},
		{ rule: "because the directory knows no address is left alone", scene: { ...one, people: [wish(1, { email: "" })] }, plan: [] },
		{ rule: "because the directory knows no name is left alone", scene: { ...one, people: [wish(1, { displayName: "" })] }, plan: [] },
		{
			rule: "without an address gets the one that the directory knows",
			scene: { ...one, accounts: [account(1, { email: "" })], people: [wish(1)] },
			plan: ['update user1 {"email":""} to {"email":"u1@a.test"}'],
		},
		{
			rule: "in a field that the product cannot update is held with the way out",
			scene: {
				...one,
				people: [wish(1, { email: "a@a.test", displayName: "Anna" })],
				can: { updatableFields: new Set(["displayName"]), fixedFields: { email: "ask the server for its leave" } },
			},
			plan: ['update user1 {"displayName":"U 1"} to {"displayName":"Anna"}', "unsupported: account.update email user1"],
			says: ["ask the server for its leave"],
		},
		{
			rule: "in a field that the product cannot update is held even where the product says no more",
			scene: { ...one, people: [wish(1, { email: "a@a.test" })], can: { updatableFields: new Set([]) } },
			plan: ["unsupported: account.update email user1"],
			says: ["Memory 1.0 cannot change email"],
		},
		{
			rule: "by an address that the product neither tells nor changes is left alone",
			scene: { ...untold, people: [wish(1)], can: { ...untold.can, updatableFields: new Set(["displayName"]) } },
			plan: [],
		},
		{
			rule: "in a value that the product takes from nobody is held, whatever asks for it",
			scene: {
				...one,
				people: [wish(1, { username: "o'brien", displayName: "<Anna>" }), wish(2, { username: "d'arc" })],
				unfit: ({ username = "", displayName = "" }) => (/['<]/.test(username + displayName) ? "no quotes, no brackets" : undefined),
			},
			plan: ["invalid-value: account.create d'arc", "invalid-value: account.rename o'brien user1", "invalid-value: account.update user1"],
			says: ["no quotes, no brackets"],
		},
		{
			rule: "whose memberships alone can be changed is held for the rest",
			scene: {
				...one,
				accounts: [account(1, { editable: "memberships", groups: groups("devs") })],
				people: [wish(1, { displayName: "Anna", groups: groups("ops") })],
			},
			plan: ["add user1 to ops", "remove user1 from devs", "not-editable: account.update user1"],
			says: ["memberships and nothing else"],
		},
		{
			rule: "by an address that the product does not tell is written once",
			scene: { ...untold, people: [wish(1)] },
			plan: ['update user1 {} to {"email":"u1@a.test"}'],
			says: ["the product does not tell email, and Rollcall has not written it yet"],
		},
		{
			rule: "by an address that the product does not tell is compared with what was written last",
			scene: { ...untold, people: [wish(1, { email: "New@a.test" })], ownership: wrote({ email: "old@a.test" }) },
			plan: ['update user1 {"email":"old@a.test"} to {"email":"New@a.test"}'],
			says: ["the directory says otherwise"],
		},
		{
			rule: "by nothing but the case of an address that was written last is left alone",
			scene: { ...untold, people: [wish(1, { email: "U1@A.test" })], ownership: wrote({ email: "u1@a.test" }) },
			plan: [],
		},
		{
			rule: "in what the product tells is not compared with what was written last",
			scene: { ...one, people: [wish(1)], ownership: wrote({ email: "old@a.test", displayName: "Old" }) },
			plan: [],
		},
		{
			rule: "only by the product's own normalising is left alone",
			scene: {
				...one,
				people: [wish(1, { displayName: "U  1" })],
				canonical: (f) => ({ ...f, displayName: f.displayName.replace("  ", " ") }),
			},
			plan: [],
		},
		{
			rule: "is updated to what the product would store",
			scene: {
				...one,
				people: [wish(1, { displayName: "A  B" })],
				canonical: (f) => ({ ...f, displayName: f.displayName.replace("  ", " ") }),
			},
			plan: ['update user1 {"displayName":"U 1"} to {"displayName":"A B"}'],
		},
	]);
});

describe("switching on and off", () => {
	const off = { ...one, accounts: [account(1, { active: false })] };
	testRows([
		{
			rule: "off in the directory: disabled",
			scene: { ...one, people: [wish(1, { active: false })] },
			plan: ["disable user1"],
			says: ["the person is switched off in the directory"],
		},
		{ rule: "off in the directory and disabled already: nothing", scene: { ...off, people: [wish(1, { active: false })] }, plan: [] },
		{
			rule: "off in the directory, action: keep: nothing",
			scene: {
				...one,
				people: [wish(1, { active: false })],
				rules: { leavers: { action: "keep", after: { sightings: 1, periodMs: 0 }, stripGroups: false } },
			},
			plan: [],
		},
		{
			rule: "off in the directory: fields and attributes are not touched",
			scene: { ...off, people: [wish(1, { active: false, email: "new@a.test", attributes: { team: "x" } })] },
			plan: [],
		},
		{
			rule: "on in the directory and disabled: enabled",
			scene: { ...off, people: [wish(1)] },
			plan: ["enable user1"],
			says: ["the person is active in the directory"],
		},
		{
			rule: "back on: enabled, updated and given groups in one run",
			scene: { ...off, people: [wish(1, { displayName: "Anna", groups: groups("devs"), attributes: { team: "x" } })] },
			plan: [
				"enable user1",
				'update user1 {"displayName":"U 1"} to {"displayName":"Anna"}',
				"set team of user1: undefined to x",
				"add user1 to devs",
			],
		},
	]);
});

describe("attributes", () => {
	testRows([
		{
			rule: "that differ are set, the others not",
			scene: {
				...one,
				accounts: [account(1, { attributes: { team: "a", site: "b" } })],
				people: [wish(1, { attributes: { team: "a", site: "c" } })],
			},
			plan: ["set site of user1: b to c"],
			says: ["the directory says otherwise"],
		},
		{
			rule: "that the policy does not name are left alone",
			scene: { ...one, accounts: [account(1, { attributes: { team: "a" } })], people: [wish(1)] },
			plan: [],
		},
		{
			rule: "of a new account are set after it is made, and the account is for every key of the person",
			scene: { people: [wish(1, { attributes: { team: "a" }, aliases: ["crew:7" as PersonKey, "crew:8" as PersonKey] })] },
			plan: [
				"create user1 <u1@a.test> U 1 (also crew:7, crew:8)",
				"set team of user1: undefined to a [after: create user1 <u1@a.test> U 1 (also crew:7, crew:8)]",
			],
		},
		{
			rule: "of a new account are set after it is made",
			scene: { people: [wish(1, { attributes: { team: "a" } })] },
			plan: ["create user1 <u1@a.test> U 1", "set team of user1: undefined to a [after: create user1 <u1@a.test> U 1]"],
			says: ["the account is new"],
		},
	]);
});

describe("a new account", () => {
	testRows([
		{
			rule: "is made as the product would store it",
			scene: { people: [wish(1, { username: "Anna" })], canonical: (f) => ({ ...f, username: f.username.toLowerCase() }) },
			plan: ["create anna <u1@a.test> U 1"],
		},
		{
			rule: "without a field that the product requires is held, and its attributes and groups with it",
			scene: {
				people: [wish(1, { email: "", attributes: { team: "a" }, groups: groups("devs") })],
				can: { requiredFields: new Set(["email"]) },
			},
			plan: ["invalid-value: account.create user1"],
			says: ["Memory 1.0 creates no account without email", "set people.email in the policy, or fill it in in the directory"],
		},
		{
			rule: "with the field that the product requires is made",
			scene: { people: [wish(1)], can: { requiredFields: new Set(["email", "displayName"]) } },
			plan: ["create user1 <u1@a.test> U 1"],
		},
		{
			rule: "is not held for a field that only existing accounts lack",
			scene: { ...one, people: [wish(1, { email: "" })], can: { requiredFields: new Set(["email"]) } },
			plan: [],
		},
		{
			rule: "that the product cannot make is held once; nothing waits for it",
			scene: {
				people: [wish(1, { attributes: { team: "a" }, groups: groups("devs") })],
				can: { operations: { ...EVERYTHING.operations, "account.create": { supported: false, because: "invite them" } } },
			},
			plan: ["unsupported: account.create user1"],
			says: ["invite them"],
		},
	]);
});
