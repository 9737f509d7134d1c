import { describe, expect, test } from "@jest/globals";
import { PLAIN_LETTERS, toAscii } from "../../../core/policy/ascii.ts";
import { nearest, nearestFew } from "../../../core/policy/nearest.ts";

describe("plain letters", () => {
	test.each([
		["José Ñandú", "Jose Nandu"],
		["Müller-Weiß", "Muller-Weiss"],
		["Ørsted Łukasz Đorđe", "Orsted Lukasz Dorde"],
		["Þór Æsir", "Thor AEsir"],
		["Nguyễn Thị Ái", "Nguyen Thi Ai"],
		["ﬁn Ⅳ", "fin IV"],
		["O’Neill", "O'Neill"],
		["", ""],
	])("%s is %s", (text, plain) => {
		expect(toAscii(text)).toBe(plain);
	});
	test("what has no plain spelling is an error, never left out", () => {
		expect(() => toAscii("a李b")).toThrow('"李" (U+674E)');
	});
	test("the table holds only what Unicode does not take apart, and spells it plainly", () => {
		for (const [letter, plain] of Object.entries(PLAIN_LETTERS)) {
			expect(letter.normalize("NFKD")).toBe(letter);
			expect(plain).toMatch(/^[\x20-\x7e]+$/);
		}
	});
});

describe("did you mean", () => {
	const names = ["username", "email", "givenName", "groups", "groupPaths"];
	test.each([
		["usernam", "username"],
		["emial", "email"],
		["GROUPS", "groups"],
		["mail", "email"],
		["xyzzy", undefined],
	])("%s: %s", (name, expected) => {
		expect(nearest(name, names)).toBe(expected);
	});
	test("several, the likest first", () => {
		expect(nearestFew("engineering", ["engineerings", "sales", "enginering", "engineering-berlin"], 3)).toEqual([
			"engineerings",
			"enginering",
			"engineering-berlin",
		]);
	});
});
