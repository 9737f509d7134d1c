import { describe, expect, test } from "@jest/globals";
import type { PersonKey } from "../../../core/model.ts";
import { EVERYTHING } from "../../support/memory-product.ts";
import { testRows } from "./rows.ts";
import { account, groups, key, planFor, wish } from "./scene.ts";

const other = (n: number): PersonKey => `crew:${n}` as PersonKey;
const never = { adopt: "never" } as const;
const byEmail = { adopt: "email" } as const;
const lost = (n: number) => ({ openCreates: new Map([[key(n), { username: `user${n}`, email: `u${n}@a.test`, displayName: "" }]]) });

/** What the other person's account would need, in a product that can change none of it. */
const HELD_FIELDS = ["unsupported: account.update displayName user1", "unsupported: account.update email user1"];

describe("a linked person", () => {
	testRows([
		{
			rule: "keeps the account by id, whatever the name",
			scene: { people: [wish(1, { username: "anna" })], accounts: [account(1)], links: [[1, 1]] },
			plan: ["rename user1 to anna"],
		},
		{
			rule: "is known by an alias: the link is taken over by the key that has the say",
			scene: { people: [wish(1, { aliases: [other(7)] })], accounts: [account(1)], links: [[other(7), 1]] },
			plan: ["adopt user1 for idp:1 by merge"],
			says: ["the same person is known from another source already"],
		},
		{
			rule: "whose account came by a merge may lose memberships at once: it was ours before",
			scene: { people: [wish(1, { aliases: [other(7)] })], accounts: [account(1, { groups: groups("ops") })], links: [[other(7), 1]] },
			plan: ["adopt user1 for idp:1 by merge", "remove user1 from ops"],
		},
		{
			rule: "with an alias linked to the same account needs no adoption",
			scene: {
				people: [wish(1, { aliases: [other(7)] })],
				accounts: [account(1)],
				links: [
					[1, 1],
					[other(7), 1],
				],
			},
			plan: [],
		},
		{
			rule: "with links to two accounts is held, and both accounts are left alone",
			scene: {
				people: [wish(1, { aliases: [other(7)] })],
				accounts: [account(1, { groups: groups("ops") }), account(2, { groups: groups("ops") })],
				links: [
					[1, 1],
					[other(7), 2],
				],
				rules: { strangers: "remove" },
			},
			plan: ["ambiguous: match user1"],
			says: ["linked to several accounts: user1, user2; decide which one stays"],
		},
		{
			rule: "whose account serves a second wished person is held, and so is the other: neither overwrites",
			scene: {
				people: [wish(1, { username: "anna" }), wish(2, { username: "ben", active: false })],
				accounts: [account(1, { groups: groups("ops") })],
				links: [
					[1, 1],
					[2, 1],
				],
			},
			plan: ["ambiguous: match anna", "ambiguous: match ben"],
			says: ["2 people match one account: idp:1, idp:2"],
		},
		{
			rule: "whose account is linked to somebody held as well is left alone",
			scene: {
				people: [wish(1, { active: false })],
				held: [[other(7), {}]],
				accounts: [account(1, { groups: groups("ops") })],
				links: [
					[1, 1],
					[other(7), 1],
				],
			},
			plan: ["rejected-at-source: any change", "rejected-at-source: match user1"],
			says: ['the account "user1" is also linked to crew:7, who is held'],
		},
		{
			rule: "whose account was deleted in the product gets a new one",
			scene: { people: [wish(1)], links: [[1, 9]] },
			plan: ["create user1 <u1@a.test> U 1"],
			says: ["the person has no account"],
		},
		{
			rule: "whose account is not listed by a product that hides disabled accounts is held",
			scene: { people: [wish(1)], links: [[1, 9]], can: { readsDisabledAccounts: false } },
			plan: ["not-owned: match user1"],
			says: ["does not list disabled accounts, so it may still exist"],
		},
		{
			rule: "whose account is listed by a product that hides disabled accounts is matched",
			scene: { people: [wish(1)], accounts: [account(1)], links: [[1, 1]], can: { readsDisabledAccounts: false } },
			plan: [],
		},
		{
			rule: "whose alias was linked to an account that is gone keeps the other, by both keys",
			scene: {
				people: [wish(1, { aliases: [other(7)] })],
				accounts: [account(1)],
				links: [
					[1, 1],
					[other(7), 9],
				],
			},
			plan: ["adopt user1 for idp:1 by merge (also crew:7)"],
		},
		{
			rule: "found in a further source is linked by that key too, once and for all keys together",
			scene: {
				people: [wish(1, { aliases: [other(7), other(8), other(9)] })],
				accounts: [account(1, { groups: groups("ops") })],
				links: [
					[1, 1],
					[other(8), 1],
				],
			},
			plan: ["adopt user1 for idp:1 by merge (also crew:7, crew:9)", "remove user1 from ops"],
			says: ["the same person is known from another source already"],
		},
		{
			rule: "found in a further source while the account is protected: nothing is linked, and everything else is held as before",
			scene: {
				people: [wish(1, { username: "anna", aliases: [other(7)] })],
				accounts: [account(1)],
				links: [[1, 1]],
				rules: { protectAccounts: ["user1"] },
			},
			plan: ["protected: account.rename anna user1", "protected: link.adopt user1"],
		},
		{
			rule: "who has left the source with the say is still known by the other",
			scene: {
				people: [wish(7, { person: other(7) })],
				accounts: [account(1)],
				links: [
					[1, 1],
					[other(7), 1],
				],
				readSources: ["idp", "crew"],
			},
			plan: [
				"rename user1 to user7",
				'update user1 {"email":"u1@a.test","displayName":"U 1"} to {"email":"u7@a.test","displayName":"U 7"}',
			],
		},
		{
			rule: "keeps the account against a newcomer with the same username",
			scene: { people: [wish(1), wish(2, { username: "user1" })], accounts: [account(1)], links: [[1, 1]] },
			plan: ["ambiguous: match user1"],
			says: ['2 people claim the username "user1": idp:1, idp:2'],
		},
	]);
});

describe("a creation whose answer was lost", () => {
	testRows([
		{
			rule: "is claimed where adoption is off",
			scene: { people: [wish(1)], accounts: [account(1)], ownership: lost(1), rules: never },
			plan: ["adopt user1 for idp:1 by journal"],
			says: ["created by Rollcall in an earlier run whose answer was lost"],
		},
		{
			rule: "is claimed for somebody who has been switched off since, and disabled at once: it was ours",
			scene: { people: [wish(1, { active: false })], accounts: [account(1)], ownership: lost(1), rules: never },
			plan: ["adopt user1 for idp:1 by journal", "disable user1"],
		},
		{
			rule: "is not claimed when the account has another e-mail address",
			scene: { people: [wish(1)], accounts: [account(1, { email: "x@a.test" })], ownership: lost(1), rules: never },
			plan: ["not-owned: match user1"],
		},
		{
			rule: "is not claimed when the account has another username than was asked for",
			scene: {
				people: [wish(1, { username: "anna" })],
				accounts: [account(1, { username: "anna" })],
				ownership: lost(1),
				rules: never,
			},
			plan: ["not-owned: match anna"],
		},
		{
			rule: "is not claimed when the account is somebody else's",
			scene: {
				people: [wish(1)],
				accounts: [account(1)],
				links: [["idp:77" as PersonKey, 1]],
				ownership: lost(1),
				rules: { ...never, leavers: { action: "keep", after: { sightings: 1, periodMs: 0 }, stripGroups: false } },
			},
			plan: ["username-taken: account.create user1"],
		},
		{
			rule: "is claimed by the name the product made of it",
			scene: {
				people: [wish(1, { username: "Anna" })],
				accounts: [account(1, { username: "anna" })],
				ownership: { openCreates: new Map([[key(1), { username: "Anna", email: "U1@a.test", displayName: "" }]]) },
				canonical: (fields) => ({ ...fields, username: fields.username.toLowerCase() }),
				can: { names: { usernames: "exact", groups: "exact" } },
				rules: never,
			},
			plan: ["adopt anna for idp:1 by journal"],
		},
		{
			rule: "is made again when no such account is there",
			scene: { people: [wish(1)], ownership: lost(1), rules: never },
			plan: ["create user1 <u1@a.test> U 1"],
		},
	]);
});

describe("adopt: never", () => {
	testRows([
		{
			rule: "holds somebody whose username is an unmanaged account",
			scene: { people: [wish(1)], accounts: [account(1)], rules: never },
			plan: ["not-owned: match user1"],
			says: ['an account "user1" exists already and is not managed; set adopt: username'],
		},
		{
			rule: "creates where the name is free",
			scene: { people: [wish(1)], accounts: [account(2)], rules: never },
			plan: ["create user1 <u1@a.test> U 1"],
		},
		{
			rule: "leaves the account of somebody switched off alone",
			scene: { people: [wish(1, { active: false })], accounts: [account(1)], rules: never },
			plan: [],
		},
	]);
});

describe("adopt: username", () => {
	testRows([
		{
			rule: "gives the account of somebody who left years ago to no newcomer of the same name",
			scene: { people: [wish(1)], accounts: [account(1, { active: false, groups: groups("finance") })] },
			plan: ["not-owned: match user1"],
			says: ['an account "user1" exists, is switched off and not managed; if it is this person\'s, activate it'],
		},
		{
			rule: "takes the account of the same name over, by the product's case rule",
			scene: { people: [wish(1, { username: "USER1" })], accounts: [account(1)] },
			plan: ["adopt user1 for idp:1 by username"],
			says: ["has the same username and is not managed yet"],
		},
		{
			rule: "tells names that differ in case apart where the product does",
			scene: {
				people: [wish(1, { username: "USER1" })],
				accounts: [account(1)],
				can: { names: { usernames: "exact", groups: "exact" } },
			},
			plan: ["create USER1 <u1@a.test> U 1"],
		},
		{
			rule: "does not take an account that is another person's",
			scene: {
				people: [wish(1), wish(2, { username: "ben" })],
				accounts: [account(1)],
				links: [[2, 1]],
				can: { updatableFields: new Set() },
			},
			plan: ["username-taken: account.create user1", "unsupported: account.rename ben user1", ...HELD_FIELDS],
			says: ['the username "user1" belongs to another person (idp:2)'],
		},
		{
			rule: "gives a name that two people claim to neither",
			scene: { people: [wish(1), wish(2, { username: "user1" })], accounts: [account(1)] },
			plan: ["ambiguous: match user1", "ambiguous: match user1"],
			says: ['2 people claim the username "user1": idp:1, idp:2; give them different usernames'],
		},
		{
			rule: "gives a name that somebody held claims as well to nobody",
			scene: { people: [wish(1)], held: [[key(2), { username: "User1" }]], accounts: [account(1)] },
			plan: ["rejected-at-source: any change User1", "ambiguous: match user1"],
			says: ['2 people claim the username "user1": idp:1, idp:2'],
		},
		{
			rule: "takes the account of somebody switched off over, and disables it in the next run only",
			scene: { people: [wish(1, { active: false })], accounts: [account(1)], links: [[5, 5]], excluded: [[key(5), "x"]] },
			plan: ["adopt user1 for idp:1 by username", "adopted-this-run: account.disable user1"],
			says: ["the account is taken over in this run; the next run may take things away"],
		},
		{
			rule: "takes nothing over by a value that no expression made (a transform failed for somebody switched off)",
			scene: { people: [wish(1, { active: false, raw: true })], accounts: [account(1)] },
			plan: [],
		},
		{
			rule: "leaves a disabled account of somebody switched off alone",
			scene: { people: [wish(1, { active: false })], accounts: [account(1, { active: false })] },
			plan: [],
		},
		{
			rule: "leaves the account of somebody else alone who has the name of somebody switched off",
			scene: {
				people: [wish(1, { active: false }), wish(2, { username: "ben" })],
				accounts: [account(1)],
				links: [[2, 1]],
				can: { updatableFields: new Set() },
			},
			plan: ["unsupported: account.rename ben user1", ...HELD_FIELDS],
		},
		{
			rule: "lets a newcomer have the account of a namesake who is switched off",
			scene: {
				people: [wish(1, { active: false }), wish(2, { username: "user1", email: "u1@a.test", displayName: "U 1" })],
				accounts: [account(1)],
			},
			plan: ["adopt user1 for idp:2 by username"],
		},
		{
			rule: "gives the account of two namesakes who are both switched off to neither",
			scene: { people: [wish(1, { active: false }), wish(2, { username: "user1", active: false })], accounts: [account(1)] },
			plan: ["ambiguous: match user1", "ambiguous: match user1"],
			says: ["2 people match one account: idp:1, idp:2"],
		},
		{
			rule: "does not look at e-mail addresses",
			scene: { people: [wish(1, { username: "anna", email: "u2@a.test" })], accounts: [account(2)] },
			plan: ["create anna <u2@a.test> U 1"],
		},
	]);
});

describe("adopt: email", () => {
	testRows([
		{
			rule: "gives a switched-off account to nobody either",
			scene: { people: [wish(1)], accounts: [account(1, { active: false })], rules: byEmail },
			plan: ["not-owned: match user1"],
		},
		{
			rule: "takes the one account with the address over, whatever its name",
			scene: {
				people: [wish(1, { username: "anna" })],
				accounts: [account(1, { email: " U1@A.test " })],
				rules: byEmail,
				can: { updatableFields: new Set() },
			},
			plan: ["adopt user1 for idp:1 by email", "unsupported: account.rename anna user1"],
			says: ["has the same e-mail address and is not managed yet"],
		},
		{
			rule: "holds somebody whose address two accounts have",
			scene: { people: [wish(1)], accounts: [account(1), account(2, { email: "u1@a.test" })], rules: byEmail },
			plan: ["ambiguous: match user1"],
			says: ["2 accounts have this person's e-mail address: user1, user2; adopt: email needs exactly one"],
		},
		{
			rule: "holds two people who share the address of an account",
			scene: { people: [wish(1), wish(2, { email: "u1@a.test" })], accounts: [account(3, { email: "u1@a.test" })], rules: byEmail },
			plan: ["ambiguous: match user1", "ambiguous: match user2"],
			says: ["2 people have the e-mail address by which an account would be taken over: idp:1, idp:2"],
		},
		{
			rule: "creates two people who share an address that no account has",
			scene: { people: [wish(1), wish(2, { email: "u1@a.test" })], rules: byEmail },
			plan: ["create user1 <u1@a.test> U 1", "create user2 <u1@a.test> U 2"],
		},
		{
			rule: "holds somebody whose username is an unmanaged account with another address",
			scene: { people: [wish(1)], accounts: [account(1, { email: "x@a.test" })], rules: byEmail },
			plan: ["not-owned: match user1"],
			says: ['an account "user1" exists already, with another e-mail address; adopt: email does not take it over'],
		},
		{
			rule: "never matches an empty address",
			scene: { people: [wish(1, { email: "" }), wish(2, { email: "" })], accounts: [account(3, { email: "" })], rules: byEmail },
			plan: ["create user1 <> U 1", "create user2 <> U 2"],
		},
		{
			rule: "leaves accounts that are managed out of the search",
			scene: {
				people: [wish(1), wish(2, { email: "u1@a.test" })],
				accounts: [account(2, { email: "u1@a.test" })],
				links: [[2, 2]],
				rules: byEmail,
			},
			plan: ["create user1 <u1@a.test> U 1"],
		},
		{
			rule: "creates where address and name are free, and says that a name of another person is taken",
			scene: {
				people: [wish(1, { email: "new@a.test" }), wish(2, { username: "ben" })],
				accounts: [account(1, { email: "u2@a.test", displayName: "U 2" })],
				links: [[2, 1]],
				rules: byEmail,
				can: { updatableFields: new Set() },
			},
			plan: ["username-taken: account.create user1", "unsupported: account.rename ben user1"],
		},
		{
			rule: "takes the account of somebody switched off over by address",
			scene: {
				people: [wish(1, { active: false, username: "anna" })],
				accounts: [account(1)],
				rules: byEmail,
				links: [[9, 9]],
				excluded: [[key(9), ""]],
			},
			plan: ["adopt user1 for idp:1 by email", "adopted-this-run: account.disable user1"],
		},
		{
			rule: "lets somebody active have the account whose address somebody switched off has too",
			scene: {
				people: [wish(1, { active: false }), wish(2, { username: "user5", email: "U1@a.test", displayName: "U 5" })],
				accounts: [account(5, { email: "u1@a.test" })],
				rules: byEmail,
			},
			plan: ["adopt user5 for idp:2 by email"],
		},
		{
			rule: "does not guess for somebody switched off whose address two accounts have",
			scene: { people: [wish(1, { active: false })], accounts: [account(1), account(2, { email: "u1@a.test" })], rules: byEmail },
			plan: [],
		},
	]);
});

describe("an account that may not be taken over", () => {
	testRows([
		{
			rule: "is one that is protected: nothing else is planned for the person either",
			scene: { people: [wish(1, { groups: groups("devs") })], accounts: [account(1)], rules: { protectAccounts: ["User1"] } },
			plan: ["protected: link.adopt user1"],
			says: ["the account is listed in protect.accounts"],
		},
		{
			rule: "is Rollcall's own",
			scene: { people: [wish(1, { groups: groups("devs") })], accounts: [account(1)], self: 1 },
			plan: ["own-account: link.adopt user1"],
			says: ["the account Rollcall itself is logged in with; it is never touched"],
		},
	]);
});

describe("an account that may not be changed", () => {
	const changes = {
		people: [wish(1, { email: "new@a.test", groups: groups("devs") })],
		accounts: [account(1, { groups: groups("ops") })],
		links: [[1, 1]],
	} as const;
	testRows([
		{
			rule: "is one that is protected, though linked: every change is held",
			scene: { ...changes, rules: { protectAccounts: ["user1"] } },
			plan: ["protected: account.update user1", "protected: member.add devs user1", "protected: member.remove ops user1"],
		},
		{
			rule: "is Rollcall's own",
			scene: { ...changes, self: 1 },
			plan: ["own-account: account.update user1", "own-account: member.add devs user1", "own-account: member.remove ops user1"],
		},
		{
			rule: "is one that lives in a directory the product cannot write",
			scene: { ...changes, accounts: [account(1, { groups: groups("ops"), editable: false })] },
			plan: ["not-editable: account.update user1", "not-editable: member.add devs user1", "not-editable: member.remove ops user1"],
			says: ["the account lives in a directory that the product cannot write; change it there"],
		},
		{
			rule: "is any account, by an operation that the product does not offer",
			scene: {
				...changes,
				can: { operations: { ...EVERYTHING.operations, "member.add": { supported: false, because: "ask the admin" } } },
			},
			plan: [`update user1 {"email":"u1@a.test"} to {"email":"new@a.test"}`, "remove user1 from ops", "unsupported: member.add devs user1"],
			says: ["ask the admin"],
		},
	]);
});

describe("somebody held", () => {
	testRows([
		{
			rule: "is reported once with the account, and nothing about it is changed",
			scene: {
				held: [[key(1), { username: "user1", detail: "no username" }]],
				accounts: [account(1, { groups: groups("ops") })],
				links: [[1, 1]],
			},
			plan: ["rejected-at-source: any change user1"],
			says: ["no username"],
		},
		{
			rule: "is no leaver, also where an alias is what is linked",
			scene: {
				held: [[key(1), { aliases: [other(7)], because: "ambiguous" }]],
				accounts: [account(1, { groups: groups("ops") })],
				links: [[other(7), 1]],
			},
			plan: ["ambiguous: any change"],
		},
	]);
	test.each([
		["by the key", [[1, 1]], "acc1"],
		["by an alias", [[other(7), 1]], "acc1"],
		["not at all", [], undefined],
	] as const)("is shown with the account that is linked %s", (_how, links, id) => {
		const [hold] = planFor({ held: [[key(1), { aliases: [other(7)] }]], accounts: [account(1)], links }).holds;
		expect([hold!.subject.account, "account" in hold!.subject]).toEqual([id, id !== undefined]);
	});
});
