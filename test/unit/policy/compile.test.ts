import { describe, expect, test } from "@jest/globals";
import { SyncError } from "../../../core/errors.ts";
import type { ConnectorId } from "../../../core/model.ts";
import { compilePolicy } from "../../../core/policy/compile.ts";
import type { PolicyText } from "../../../core/policy/policy.ts";
import { person, policyText, view } from "./people.ts";

const at = (text: string, line = 14) => ({ text, file: "rollcall.yaml", line, column: 12 });

function refused(text: PolicyText): SyncError {
	try {
		compilePolicy(text);
	} catch (error) {
		if (error instanceof SyncError) return error;
		throw error;
	}
	throw new Error("the policy was accepted");
}
const refusedWhere = (text: string): string => refused(policyText({ where: at(text) })).message;

describe("a policy that is wrong", () => {
	test("names file, line, column, the place in the expression, the nearest field, and shows it", () => {
		const error = refused(policyText({ where: at('person.active && person.usernam == "x"') }));
		expect(error.code).toBe("config.invalid");
		expect(error.context).toEqual({ problems: 1, file: "rollcall.yaml", line: 14, column: 12, offset: 24 });
		expect(error.todo).toContain("docs/guides/policy.md");
		expect(error.message).toBe(
			[
				'rollcall.yaml:14:12: where: person has no field "usernam" (at character 25); did you mean person.username? (a custom attribute is person.attribute("usernam"))',
				'    person.active && person.usernam == "x"',
				`    ${" ".repeat(24)}^`,
			].join("\n"),
		);
	});

	test("points into the right line of several", () => {
		const message = refusedWhere('person.active &&\n\t"x" in person.group\n');
		expect(message).toContain("(at line 2, character 16)");
		expect(message).toContain('     "x" in person.group\n');
		expect(message.split("\n").at(-1)).toBe(`    ${" ".repeat(15)}^`);
	});

	test("cuts a very long line around the place", () => {
		const message = refusedWhere(`${'person.username != "somebody" && '.repeat(20)}person.nope`);
		const [shown, caret] = message.split("\n").slice(-2);
		expect(shown!.length).toBeLessThan(130);
		expect(shown!.slice(caret!.indexOf("^"), caret!.indexOf("^") + 4)).toBe("nope");
	});

	test.each([
		["person.username", "the result must be true or false (bool), but it is string"],
		["person.active and true", 'CEL writes "&&"'],
		['person.email = "x"', 'compare with "=="'],
		["(person.active", "the expression ends too early"],
		["", "the expression is empty"],
		['persn.email == "x"', "did you mean person?"],
		['email == "x"', "write person.email"],
		['person.username.startswith("x")', 'did you mean x.startsWith("svc-")?'],
		["person.username.matches()", "matches() takes 1 arguments, not 0"],
		['startsWith(person.username, "x")', "not called this way"],
		["person.username == 3", "string == int"],
		['person.username.matches("(?=x)")', "RE2"],
		["has(person.email)", 'write person.email != ""'],
		["person[person.username] == 1", "named literally"],
		["person.groups.exists(person, true)", '"person" cannot be the name of a variable'],
		['dyn(person.username) == "x"', 'no function "dyn"'],
		['person.attributes.site == "Berlin"', '"Berlin" in person.attributes.site'],
		["person.active ? person.username : 3", "same type"],
	])("%s: %s", (text, message) => {
		expect(refusedWhere(text)).toContain(message);
	});

	test("reports everything that is wrong at once", () => {
		const error = refused(
			policyText({
				where: at("person.usernam != person.emial", 10),
				username: at("person.active", 11),
				attributes: { site: at("person.attribute(", 12) },
				groups: { map: [{ match: at("/(/", 13), to: at("x", 13) }] },
			}),
		);
		expect(error.message).toContain("the policy has 5 problems:");
		for (const line of [10, 11, 12, 13]) expect(error.message).toContain(`rollcall.yaml:${line}:12: `);
		expect(error.message).toContain("did you mean person.email?");
		expect(error.message).toContain("attributes.site: ");
		expect(error.message).toContain("groups.map[0].match: ");
	});

	test("several sources need to be told apart from several people", () => {
		const from = ["a", "b"] as ConnectorId[];
		expect(refused(policyText({ from })).message).toContain("add samePerson");
		expect(refused(policyText({ from: [] })).message).toContain("no source is named");
		expect(refused(policyText({ from: ["a", "a"] as ConnectorId[] })).message).toContain('"a" is named twice');
	});
});

describe("what a policy means where it says nothing", () => {
	const policy = compilePolicy(policyText({}));
	test.each([
		[{ displayName: "Dr. Anna Berg" }, "Dr. Anna Berg"],
		[{}, "Anna Berg"],
		[{ givenName: undefined }, "Berg"],
		[{ givenName: undefined, familyName: undefined }, "anna"],
	])("display name of %j", (rest, name) => {
		expect(policy.displayName.evaluate(view(person(rest)))).toBe(name);
	});
	test("username and e-mail are the directory's, and nothing else is needed", () => {
		expect(policy.username.evaluate(view())).toBe("anna");
		expect(policy.email.evaluate(view(person({ email: undefined })))).toBe("");
		expect(policy.where).toBeUndefined();
		expect(policy.needs).toEqual(new Set());
	});
	test("needs are those of all expressions", () => {
		const text = {
			where: at('person.attribute("a") != ""'),
			email: at("person.attributes.b[0]"),
			attributes: { c: at('person.attributes["c"][0]') },
		};
		expect(compilePolicy(policyText(text)).needs).toEqual(new Set(["a", "b", "c"]));
		expect(compilePolicy(policyText({ where: at("size(person.attributes) > 1") })).needs).toBe("all");
	});
});
