import { describe, expect, test } from "@jest/globals";
import { compileExpression, ExpressionError } from "../../../core/policy/expression.ts";
import type { Problem } from "../../../core/policy/place.ts";
import type { Expression } from "../../../core/policy/policy.ts";
import { person, view } from "./people.ts";

function expression<T extends "bool" | "string">(text: string, type: T) {
	const problems: Problem[] = [];
	const compiled = compileExpression({ text }, { setting: "test", type }, problems);
	expect(problems).toEqual([]);
	return compiled!;
}
const zoe = view(
	person({
		username: "Zoë.Łukasz",
		email: "Zoe@Example.org",
		givenName: "Zoë",
		familyName: "Ørsted-Straße",
		attributes: { site: ["Berlin", "Oslo"], 'odd "name"': ["1"] },
	}),
	["engineering", "ops-berlin"],
	["/Company/engineering", "/ops-berlin"],
);

describe("functions", () => {
	test.each([
		['person.attribute("site")', "Berlin"],
		['person.attribute("nothing")', ""],
		['person.attribute("constructor")', ""],
		["person.attribute('odd \"name\"')", "1"],
		["person.username.lowerAscii()", "zoë.Łukasz"],
		["person.email.upperAscii()", "ZOE@EXAMPLE.ORG"],
		["(person.givenName + person.familyName).ascii()", "ZoeOrsted-Strasse"],
		['"  x ".trim()', "x"],
		['"a.b.c".replace(".", "$&")', "a$&b$&c"],
		['person.email.split("@")[0]', "Zoe"],
		['"a,b,c".split(",", 2).join("|")', "a|b,c"],
		['"😀ab".substring(1)', "ab"],
		['"😀ab".substring(0, 1)', "😀"],
		['string("😀ab".indexOf("a"))', "1"],
		['string("abab".lastIndexOf("b"))', "3"],
		['string("x".indexOf("y"))', "-1"],
		['string(int("41") + 1)', "42"],
		['person.groups.filter(g, g.startsWith("ops")).map(g, g.upperAscii()).join(",")', "OPS-BERLIN"],
		["cel.bind(x, person.email, x + x.substring(3))", "Zoe@Example.org@Example.org"],
		['person["email"]', "Zoe@Example.org"],
	])("%s = %s", (text, value) => {
		expect(expression(text, "string").evaluate(zoe)).toBe(value);
	});
	test.each([
		['"engineering" in person.groups && !("ops" in person.groups)', true],
		['person.groups.exists(g, g.matches("^ops-"))', true],
		['person.groupPaths.all(p, p.startsWith("/"))', true],
		['"Oslo" in person.attributes["site"]', true],
		["has(person.attributes.site) && !has(person.attributes.other)", true],
		['"site" in person.attributes', true],
		["person.groups.size() == 2 && size(person.groups) < 3", true],
		['person.email.matches("(?i)^ZOE@")', true],
		['person.username.matches(person.attribute("site"))', false],
		['bool("true")', true],
	])("%s = %s", (text, value) => {
		expect(expression(text, "bool").evaluate(zoe)).toBe(value);
	});
	test("a pattern that takes JavaScript's RegExp exponential time ends", () => {
		// 2^5000 steps for a backtracking engine: with the library's own `matches` this test would never end.
		const victim = view(person({ username: `${"a".repeat(5000)}!`, attributes: { re: ["(a|a)*$"] } }));
		expect(expression('person.username.matches("(a+)+$")', "bool").evaluate(victim)).toBe(false);
		expect(expression('person.username.matches(person.attribute("re") + "x")', "bool").evaluate(victim)).toBe(false);
		expect(expression('[person.username].exists(u, u.matches("(a+)+$"))', "bool").evaluate(victim)).toBe(false);
		expect(expression('cel.bind(u, person.username, u.matches("(a+)+$"))', "bool").evaluate(victim)).toBe(false);
	});
	test("any object with the fields of a person will do", () => {
		expect(expression("person.email", "string").evaluate({ ...zoe })).toBe("Zoe@Example.org");
	});
});

describe("an expression that fails for somebody's data", () => {
	test.each([
		["person.attributes.other[0]", 'there is no attribute "other"'],
		["person.attributes.site[7]", "there is no element [7]; the list has 2"],
		['person.email.split("@")[2]', "the list has 2"],
		['"Иван".ascii()', 'no plain spelling for "И" (U+0418)'],
		['"".substring(0, 1)', "does not fit"],
		['string(int(""))', '"" is not a whole number'],
		['string(int("0x10"))', "not a whole number"],
		['string(int("9223372036854775808"))', "not a whole number"],
		['"x".matches(person.attribute("site") + "(") ? "a" : "b"', '"Berlin(" is not a regular expression'],
	])("%s: %s", (text, message) => {
		const failing = expression(text, "string");
		expect(() => failing.evaluate(zoe)).toThrow(ExpressionError);
		expect(() => failing.evaluate(zoe)).toThrow(message);
		expect(() => failing.evaluate(zoe)).not.toThrow(/rollcall_/);
	});
	test("a failing operand does no harm where the other one decides", () => {
		expect(expression('person.attributes.other[0] == "x" || person.active', "bool").evaluate(zoe)).toBe(true);
		expect(expression('person.attributes.other[0] == "x" && !person.active', "bool").evaluate(zoe)).toBe(false);
	});
});

describe("what an expression reads", () => {
	const reads = ({ needs, groupsRead }: Expression<unknown>) => [
		needs === "all" ? needs : [...needs],
		groupsRead === "all" ? groupsRead : [...groupsRead],
	];
	test.each<[string, string[] | "all", string[] | "all"]>([
		["person.active", [], []],
		['"a" in person.groups || ("b" in person["groups"])', [], ["a", "b"]],
		['person.attributes.a[0] == person.attributes["b"][0]', ["a", "b"], []],
		['has(person.attributes.a) || "b" in person.attributes || person.attribute("c") == ""', ["a", "b", "c"], []],
		["person.attributes.a.exists(v, v in person.groups)", ["a"], "all"],
		["person.attribute(person.username) == ''", "all", []],
		["person.attributes[person.username][0] == ''", "all", []],
		['person.groups.exists(g, g == "x")', [], "all"],
		['"/x" in person.groupPaths', [], "all"],
		['person.groups == ["x"]', [], "all"],
		["person.username in person.groups", [], "all"],
		['[person].exists(p, "x" in p.groups)', "all", "all"],
		['cel.bind(p, person, p.attributes.x[0] == "y")', "all", "all"],
	])("%s", (text, needs, groups) => {
		expect(reads(expression(text, "bool"))).toEqual([needs, groups]);
	});
});

describe("explain", () => {
	const tree = (text: string) => expression(text, "bool").explain(zoe);
	test("takes an expression apart, with texts that stand by themselves", () => {
		const clause = tree('(person.active || "x" in person.groups) && !(person.email == ")" && person.active) && true');
		expect(clause.parts.map((part) => [part.text, part.value, part.decisive])).toEqual([
			['person.active || "x" in person.groups', "true", true],
			['!(person.email == ")" && person.active)', "true", true],
			["true", "true", true],
		]);
		expect(clause.parts[0]!.parts.map((part) => [part.text, part.value, part.decisive])).toEqual([
			["person.active", "true", true],
			['"x" in person.groups', "false", false],
		]);
		expect(clause.parts[1]!.parts[0]!.parts.map((part) => [part.text, part.decisive])).toEqual([
			['person.email == ")"', true],
			["person.active", false],
		]);
	});
	test("a false conjunction hangs on the first operand that is false, and what is below the others is not decisive", () => {
		const clause = tree('person.active && "x" in person.groups && (1 == 2 || false)');
		expect(clause.value).toBe("false");
		expect(clause.parts.map((part) => part.decisive)).toEqual([false, true, false]);
		expect(clause.parts[2]!.parts.map((part) => part.decisive)).toEqual([false, false]);
	});
	test("a condition and the branch that was taken", () => {
		const clause = tree("person.active ? 1 == 1 : 1 == 2");
		expect(clause.parts.map((part) => [part.text, part.decisive])).toEqual([
			["person.active", true],
			["1 == 1", true],
			["1 == 2", false],
		]);
	});
	test("a failing clause says so, and so does what hangs on it", () => {
		const clause = tree('person.active && person.attributes.nope[0] == "x"');
		expect([clause.failed, clause.parts.map((part) => [part.failed, part.decisive])]).toEqual([
			true,
			[
				[false, false],
				[true, true],
			],
		]);
		expect(clause.parts[1]!.value).toContain('no attribute "nope"');
	});
	test("texts, numbers and lists are shown as they are written, long ones cut", () => {
		expect(expression("person.email", "string").explain(zoe).value).toBe('"Zoe@Example.org"');
		expect(expression(`"${"x".repeat(300)}"`, "string").explain(zoe).value.length).toBeLessThan(210);
	});
	test("strings and comments with parentheses do not confuse the ranges", () => {
		const clause = tree("(person.email != \"\\\")(\" || r\"(\" == ''')''') // (\n && (true)");
		expect(clause.parts.map((part) => part.text)).toEqual(["person.email != \"\\\")(\" || r\"(\" == ''')'''", "true"]);
	});
});
