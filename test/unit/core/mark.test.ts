import { describe, expect, test } from "@jest/globals";
import { ownershipMark } from "../../../core/mark.ts";
import type { PersonKey, ProductId } from "../../../core/model.ts";
import { Secret } from "../../../core/secret.ts";

const key = (text: string) => new Secret(text, "credential:mark");
const SECRET = "sixteen letters!";
const JIRA = "jira" as ProductId;
const anna = "staff:5f3e 7:ä" as PersonKey;

describe("an ownership mark", () => {
	const mark = ownershipMark("rollcall", JIRA, key(SECRET));
	const text = mark.write(anna, "anna");

	test("names its person to whoever has the key, whatever the case of the username", () => {
		expect(mark.attribute).toBe("rollcall");
		expect(mark.read(text, "anna")).toBe(anna);
		expect(mark.read(text, "ANNA")).toBe(anna);
		expect(text).toContain(anna);
		expect(text).not.toContain(SECRET);
	});
	test("is the same every time, so that it is not written again and again", () => {
		expect(ownershipMark("other", JIRA, key(SECRET)).write(anna, "Anna")).toBe(text);
	});
	test.each([
		["copied to another account", text, "ben"],
		["changed to another person", text.replace("5f3e", "5f3f"), "anna"],
		["with a signature of somebody's own", text.replace(/^1 .{22}/, `1 ${"A".repeat(22)}`), "anna"],
		["of another version", text.replace(/^1/, "2"), "anna"],
		["without a person", text.slice(0, 25), "anna"],
		["that is something else", "engineering", "anna"],
		["that is empty", "", "anna"],
	])("%s is not believed", (_what, found, username) => {
		expect(mark.read(found, username)).toBeUndefined();
	});
	test("with another key, or for another product, is not believed", () => {
		expect(ownershipMark("rollcall", JIRA, key("sixteen letters?")).read(text, "anna")).toBeUndefined();
		expect(ownershipMark("rollcall", "jira2" as ProductId, key(SECRET)).read(text, "anna")).toBeUndefined();
	});
	test("takes no key that could be guessed", () => {
		expect(() => ownershipMark("rollcall", JIRA, key("x".repeat(15)))).toThrow(/credential:mark.* fewer than 16 characters/);
		expect(() => ownershipMark("rollcall", JIRA, key("x".repeat(16)))).not.toThrow();
	});
});
