import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { compareText, digestOf, digestOfText } from "../../../core/digest.ts";
import { asSyncError, type Code, exitCode, SyncError } from "../../../core/errors.ts";
import { Secret } from "../../../core/secret.ts";

describe("a secret", () => {
	const secret = new Secret("hunter2", "credential:jira");
	test("gives its value where it is asked for by name, and says where it came from", () => {
		expect([secret.reveal(), secret.origin]).toEqual(["hunter2", "credential:jira"]);
	});
	test.each([
		["String()", String(secret)],
		["a template", `${secret}`],
		["JSON", JSON.stringify({ token: secret })],
		["inspect", inspect({ token: secret }, { depth: 9, showHidden: true })],
		["Object.entries", JSON.stringify(Object.entries(secret))],
		["a spread", JSON.stringify({ ...secret })],
		["structuredClone", inspect(structuredClone({ ...secret }))],
	])("is never shown by %s", (_how, shown) => {
		expect(shown).not.toContain("hunter2");
	});
	test("is recognisable in a log", () => {
		expect([inspect(secret), JSON.stringify(secret)]).toEqual(["[secret credential:jira]", '"[secret]"']);
	});
});

describe("an error's code says whose move it is", () => {
	test.each([
		["config.invalid", 64],
		["config.secret-missing", 64],
		["source.unreachable", 65],
		["source.incomplete", 65],
		["target.denied", 66],
		["target.unsupported", 66],
		["store.lease-held", 67],
		["store.newer", 67],
		["run.cancelled", 4],
		["bug", 70],
	] as readonly (readonly [Code, number])[])("%s: exit code %i", (code, exit) => {
		expect(exitCode(code)).toBe(exit);
	});
	test("and is a bug when nobody gave one", () => {
		const cause = new TypeError("x is not a function");
		const error = asSyncError(cause);
		expect([error.code, error.message, error.cause]).toEqual(["bug", "unexpected: x is not a function", cause]);
		expect(error.todo).toContain("--log-level debug");
		expect(asSyncError("text").message).toBe("unexpected: text");
	});
	test("and stays what it is when somebody did", () => {
		const error = new SyncError("target.denied", "no");
		expect(asSyncError(error)).toBe(error);
	});
	test("and has plain defaults", () => {
		const error = new SyncError("target.denied", "no");
		expect([error.name, error.retry, error.context, error.todo, error.outcomeUnknown, "cause" in error]).toEqual([
			"SyncError",
			"never",
			{},
			undefined,
			false,
			false,
		]);
		const full = new SyncError("target.denied", "no", { retry: "spent", context: { a: 1 }, todo: "do", outcomeUnknown: true, cause: 7 });
		expect([full.retry, full.context, full.todo, full.outcomeUnknown, full.cause]).toEqual(["spent", { a: 1 }, "do", true, 7]);
	});
});

describe("digests and order", () => {
	test("a digest is 32 hexadecimal digits of the SHA-256 of the JSON", () => {
		expect(digestOf(["a", 1])).toBe(digestOfText('["a",1]'));
		expect(digestOfText("")).toBe("e3b0c44298fc1c149afbf4c8996fb924");
	});
	test("texts are ordered by code unit, the same on every machine", () => {
		expect(["b", "ä", "B", "a", "a"].sort(compareText)).toEqual(["B", "a", "a", "b", "ä"]);
		expect([compareText("a", "a"), compareText("a", "b"), compareText("b", "a")]).toEqual([0, -1, 1]);
	});
});
