import { describe, expect, test } from "@jest/globals";
import { EXIT, exitCode, type SyncError } from "../../../core/errors.ts";
import type { ProductId } from "../../../core/model.ts";
import { type Plan, planDigest } from "../../../core/plan.ts";
import { decodePlan, encodePlan } from "../../../core/plan-file.ts";
import { account, groups, key, planFor, wish } from "./scene.ts";

const plan = planFor({
	accounts: [account(1), account(2)],
	links: [
		[1, 1],
		[2, 2],
	],
	people: [wish(1, { username: "anna", groups: groups("devs") }), wish(3, { displayName: 'Zoë "Z" \u2028' })],
	held: [[key(9), { username: "nine" }]],
});
const text = [...encodePlan(plan)].join("");
const jira = { path: "plan.json", product: "jira" as ProductId };
const refused = (changed: string, from: Parameters<typeof decodePlan>[1] = jira): SyncError => {
	try {
		decodePlan(changed, from);
	} catch (error) {
		return error as SyncError;
	}
	throw new Error("the plan was taken");
};

describe("a plan file", () => {
	test("gives back the plan, as it was", () => {
		expect(plan.operations.length).toBeGreaterThan(3);
		expect(decodePlan(text, jira)).toEqual(JSON.parse(JSON.stringify(plan)));
		expect(decodePlan(text, { path: "plan.json" }).digest).toBe(plan.digest);
	});
	test("has one operation a line, and one hold a line", () => {
		const lines = text.trimEnd().split("\n");
		expect(lines.length).toBe(4 + plan.operations.length + plan.holds.length);
		expect(lines.filter((line) => line.includes('"kind":')).length).toBe(plan.operations.length);
	});
	test("of a plan with nothing to do is a plan as well", () => {
		const nothing = planFor({});
		expect(decodePlan([...encodePlan(nothing)].join(""), jira)).toEqual(nothing);
	});
	test.each([
		[
			"is cut off",
			text.slice(0, -20),
			/^plan file plan\.json is not JSON: .*/,
			"The file may be cut off; make a new one with `rollcall diff --out FILE`.",
		],
		["is empty", "", /^plan file plan\.json is not JSON: /, "cut off"],
		[
			"is something else",
			"[]",
			/^plan file plan\.json is not a Rollcall plan \(document: /,
			"Make a new one with `rollcall diff --out FILE`.",
		],
		[
			"is another document of ours",
			text.replace('"rollcall":"plan"', '"rollcall":"report"'),
			/is not a Rollcall plan \(rollcall: /,
			"Make a new one",
		],
		["was written by another version", text.replace('"format":1', '"format":2'), /is not a Rollcall plan \(format: /, "Make a new one"],
		[
			"has an unknown operation",
			text.replace('"kind":"member.add"', '"kind":"account.delete"'),
			/is not a Rollcall plan \(operations\.\d\.kind: /,
			"Make a new one",
		],
		[
			"was edited: a name",
			text.replaceAll('"anna"', '"admin"'),
			/was changed after it was written: its digest does not fit its content$/,
			"A plan is applied exactly as it was made.",
		],
		[
			"was edited: a group",
			text.replace('"group":"devs"', '"group":"admins"'),
			/was changed after it was written/,
			"make a new plan with `rollcall diff --out FILE`",
		],
		[
			"was edited: the posture",
			text.replace('"posture":"mirror"', '"posture":"additive"'),
			/was changed after it was written/,
			"exactly as it was made",
		],
		[
			"was edited: the first run",
			text.replace('"firstRun":false', '"firstRun":true'),
			/was changed after it was written/,
			"exactly as it was made",
		],
		[
			"was edited: a hold",
			text.replace('"wanted":"any change"', '"wanted":"nothing"'),
			/was changed after it was written/,
			"exactly as it was made",
		],
		[
			"was edited: the product",
			text.replace('"product":"jira"', '"product":"wiki"'),
			/was changed after it was written/,
			"exactly as it was made",
		],
		[
			"was edited: an operation fewer",
			text.replace(/\n\{"id"[^\n]*,\n/, "\n"),
			/was changed after it was written/,
			"exactly as it was made",
		],
	])("that %s is refused", (_what, changed, message, todo) => {
		expect(changed).not.toBe(text);
		const error = refused(changed);
		expect([error.code, exitCode(error.code), error.context]).toEqual(["config.invalid", EXIT.config, { path: "plan.json" }]);
		expect(error.message).toMatch(message);
		expect(error.todo).toContain(todo);
	});
	test("for another product is refused, and says which", () => {
		const error = refused(text, { path: "plan.json", product: "wiki" as ProductId });
		expect(error.message).toBe('plan file plan.json is a plan for the product "jira", not for "wiki"');
		expect(error.todo).toBe("Run it with --product jira, if that is what you want.");
	});
});

describe("the digest of a plan", () => {
	const waiting = (minutes: number): Plan =>
		planFor({
			accounts: [account(1)],
			links: [[1, 1]],
			takenAt: minutes * 60_000,
			ownership: { absences: new Map([[key(1), { since: new Date(0), sightings: 1 }]]) },
			rules: { leavers: { action: "disable", after: { sightings: 1, periodMs: 3_600_000 }, stripGroups: false } },
		});
	test("is the plan's own", () => {
		expect(planDigest(plan)).toBe(plan.digest);
		expect(plan.digest).toMatch(/^[0-9a-f]{32}$/);
	});
	test("does not change while somebody waits, so that an override still fits some minutes later", () => {
		expect(waiting(3).holds).not.toEqual(waiting(7).holds);
		expect(waiting(3).digest).toBe(waiting(7).digest);
		expect(waiting(60).digest).not.toBe(waiting(7).digest);
	});
	test("covers who waits and for what", () => {
		const held = waiting(3);
		const [hold] = held.holds;
		for (const other of [
			{ ...hold!, wanted: "x" },
			{ ...hold!, subject: { username: "x" } },
			{ ...hold!, because: "posture" as const },
		])
			expect(planDigest({ ...held, holds: [other] })).not.toBe(held.digest);
	});
	test("does not cover the readings, which change with people not concerned", () => {
		expect(planDigest({ ...plan, sources: [], population: { ...plan.population, accounts: 9 } })).toBe(plan.digest);
	});
	test("tells an operation from a hold", () => {
		const { operations, holds } = plan;
		expect(planDigest({ ...plan, operations: [], holds: [...operations, ...holds] as never })).not.toBe(plan.digest);
	});
});
