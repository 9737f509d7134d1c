import { describe, expect, test } from "@jest/globals";
import { capabilitiesOf, versionOf } from "../../../connectors/atlassian/jira/capabilities.ts";
import { detailOf, refusalOf } from "../../../connectors/atlassian/jira/refusals.ts";
import {
	accountOf,
	actualOf,
	canonicalFields,
	propertyText,
	sentenceOf,
	WireAbsent,
	WireUser,
	WireUserList,
} from "../../../connectors/atlassian/jira/translate.ts";
import { failureOfStatus } from "../../../connectors/http/failure.ts";
import type { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";

/** The vendor's own example (UserBean). */
const fred = {
	self: "https://jira/rest/api/2/user?username=fred",
	key: "JIRAUSER10100",
	name: "fred",
	emailAddress: "fred@example.com",
	avatarUrls: { "48x48": "https://jira/secure/useravatar?size=large&ownerId=fred" },
	displayName: "Fred F. User",
	active: true,
	deleted: false,
	timeZone: "Australia/Sydney",
	locale: "en_AU",
	groups: { size: 1, items: [] },
	expand: "groups,applicationRoles",
};

describe("translate", () => {
	test("the vendor's example becomes an account", () => {
		expect(accountOf(WireUser.parse(fred), ["jira-users" as GroupName], { team: "R&D" })).toEqual({
			id: "JIRAUSER10100",
			username: "fred",
			email: "fred@example.com",
			displayName: "Fred F. User",
			active: true,
			editable: true,
			groups: ["jira-users"],
			attributes: { team: "R&D" },
		});
	});
	test("an address that Jira hides is empty, not missing", () => {
		const { emailAddress: _hidden, ...rest } = fred;
		expect(accountOf(WireUser.parse({ ...rest, displayName: null }), [])).toMatchObject({ email: "", displayName: "" });
		expect(accountOf(WireUser.parse(rest), [])).not.toHaveProperty("attributes");
	});
	test.each([{ key: "" }, { key: undefined }, { name: "" }, { active: "true" }, { active: undefined }])(
		"a user with %j is not understood",
		(wrong) => {
			expect(WireUser.safeParse({ ...fred, ...wrong }).success).toBe(false);
		},
	);
	test("a cursor may be a number or a text", () => {
		const page = { values: [], isLast: false };
		expect(WireUserList.parse({ ...page, nextCursor: 5 }).nextCursor).toBe("5");
		expect(WireUserList.parse({ ...page, nextCursor: "abc" }).nextCursor).toBe("abc");
		expect(WireUserList.parse({ ...page, nextCursor: null }).nextCursor).toBeUndefined();
	});
	test("the digest knows no order, and every field counts", () => {
		const a = accountOf(WireUser.parse(fred), ["g" as GroupName]);
		const b = accountOf(WireUser.parse({ ...fred, key: "JIRAUSER2", name: "b" }), []);
		const reading = { product: "jira" as ProductId, groups: ["x", "a"] as GroupName[], self: "JIRAUSER2" as AccountId };
		const one = actualOf({ ...reading, accounts: [a, b] });
		expect(actualOf({ ...reading, accounts: [b, a], groups: ["a", "x"] as GroupName[] }).digest).toBe(one.digest);
		for (const change of [
			{ active: false },
			{ email: "x" },
			{ displayName: "x" },
			{ username: "x" },
			{ groups: [] },
			{ attributes: { k: "v" } },
		]) {
			expect(actualOf({ ...reading, accounts: [{ ...a, ...change }, b] }).digest).not.toBe(one.digest);
		}
	});
	test("canonical trims and leaves the case alone", () => {
		expect(canonicalFields({ username: " Fred ", email: "F@x.org\n", displayName: "\tFred F. " })).toEqual({
			username: "Fred",
			email: "F@x.org",
			displayName: "Fred F.",
		});
	});
	test.each([
		["text", "text"],
		[{ city: "Kraków" }, '{"city":"Kraków"}'],
		[5, "5"],
		[null, "null"],
		[undefined, "null"],
	])("the property value %j reads as %j", (value, text) => {
		expect(propertyText(value)).toBe(text);
	});
	test.each([
		[{ errorMessages: ["A.", "B."], errors: { email: "C." } }, "A.; B.; email: C."],
		[{ errors: { username: "taken" } }, "username: taken"],
		[{ errorMessages: [], errors: {} }, undefined],
		["boom", undefined],
		[null, undefined],
	])("the sentence of %j", (body, sentence) => {
		expect(sentenceOf(body)).toBe(sentence);
	});
	test("only Jira's own 404 says that something is not there", () => {
		expect(WireAbsent.safeParse({ errorMessages: ["The user named 'x' does not exist"], errors: {} }).success).toBe(true);
		for (const other of [{}, { message: "null for uri", "status-code": 404 }, undefined, "Not found"])
			expect(WireAbsent.safeParse(other).success).toBe(false);
	});
});

describe("capabilities", () => {
	test.each([
		["8.3.0", true],
		["8.2.6", false],
		["7.13.1", false],
		["9.12.0-m0001", true],
		["10.3.4", true],
		["11.0.1", true],
	])("Jira %s switches accounts: %s", (text, can) => {
		const { operations, server } = capabilitiesOf(versionOf(text), { pageSize: 1, concurrency: 1 });
		expect(server).toBe(`Jira ${text}`);
		for (const kind of ["account.enable", "account.disable"] as const) {
			expect(operations[kind]).toEqual(
				can ? { supported: true } : { supported: false, because: expect.stringContaining("User management") },
			);
		}
		expect(operations["account.create"]).toEqual({ supported: true });
	});
	test.each(["", "ten", "10", "<html>"])("%j is no version", (text) => {
		expect(() => versionOf(text)).toThrow(expect.objectContaining({ code: "target.malformed" }));
	});
});

describe("refusals", () => {
	const where = { method: "PUT", path: "/rest/api/2/user", host: "jira" };
	const refused = (detail: string, status = 400) => refusalOf(failureOfStatus("target", status, where, { detail })) as SyncError;
	test.each([
		["You have exceeded the number of users allowed to use JIRA applications under your license", "target.rejected", "licence"],
		["Cannot update user 'x' because directory 'D' does not allow updates", "target.rejected", "cannot write"],
		["You cannot add user 'x' to group 'y'. The user's directory is read only.", "target.rejected", "cannot write"],
		["email: A user with that email address already exists.", "target.conflict", "e-mail address"],
		["active: You cannot deactivate 'x' because they are currently project lead of these projects: A", "target.rejected", "another lead"],
		["username: A user with that username already exists.", "target.conflict", "this username"],
		["Das Verzeichnis kann nicht beschrieben werden.", "target.rejected", "its own sentence"],
	])("%s", (detail, code, todo) => {
		const error = refused(detail);
		expect(error).toMatchObject({ code, retry: "never", todo: expect.stringContaining(todo), context: { status: 400 } });
		expect(error.message).toContain(detail);
		expect(detailOf(error)).toBe(detail);
	});
	test("403 and 409 are refusals too; other failures pass", () => {
		expect(refused("no", 403).code).toBe("target.rejected");
		expect(refused("no", 409).code).toBe("target.rejected");
		for (const other of [failureOfStatus("target", 500, where), failureOfStatus("target", 404, where), new TypeError("x")])
			expect(refusalOf(other)).toBe(other);
	});
});
