import { afterEach, describe, expect, test } from "@jest/globals";
import { Budget, holdBackMs } from "../../../connectors/idp/entra/budget.ts";
import { costOf } from "../../../sandbox/entra/limits.ts";
import { NOTHING, Opened, signal, staff } from "./tenants.ts";

const opened = new Opened();
afterEach(() => opened.close());

describe("resource units", () => {
	const clocked = () => {
		let now = 0;
		const pass = (ms: number) => {
			now += ms;
		};
		return { budget: new Budget({ each: 100, windowMs: 10_000 }, () => now), pass };
	};

	test("a window's worth at once, then as much as flows back", () => {
		const { budget, pass } = clocked();
		expect([budget.take(60), budget.take(40), budget.take(10), budget.take(10)]).toEqual([0, 0, 1_000, 2_000]);
		pass(2_000);
		expect(budget.take(1)).toBe(100);
		pass(60_000);
		expect([budget.take(100), budget.take(1)]).toEqual([0, 100]);
	});

	test("what the server says it cost counts", () => {
		const { budget } = clocked();
		budget.take(10);
		budget.correct(10, 100);
		expect(budget.take(1)).toBe(100);
	});

	test("near the limit everybody holds back, the nearer the longer", () => {
		const at = (share: string) => Math.round(holdBackMs({ "x-ms-throttle-limit-percentage": share }));
		expect([holdBackMs({}), at("0.7"), at("0.8"), at("0.9"), at("1"), at("1.8"), at("odd")]).toEqual([
			0, 0, 1_000, 3_000, 5_000, 10_000, 0,
		]);
	});

	test("the costs that the stand-in counts are those of the documentation", () => {
		const cost = (path: string, query = "") =>
			costOf(
				path.split("/").filter((part) => part !== ""),
				new URLSearchParams(query),
			);
		expect([
			cost("/v1.0/users"),
			cost("/v1.0/users", "$select=id"),
			cost("/v1.0/groups/a/members"),
			cost("/v1.0/groups/a/members", "$select=id"),
		]).toEqual([2, 1, 3, 2]);
		expect([cost("/v1.0/groups", "$select=id"), cost("/v1.0/groups/a/transitiveMembers"), cost("/v1.0/groups", "$expand=members")]).toEqual(
			[1, 5, 2],
		);
	});
});

test("a tenant that is near its limit is left in peace: the next request waits", async () => {
	const sandbox = await opened.tenant();
	staff(sandbox, 2);
	sandbox.quirks.limitPercentage = 0.8;
	const began = performance.now();
	await opened.connector(sandbox, { network: { timeoutMs: 5_000, concurrency: 1, ca: sandbox.ca } }).snapshot(NOTHING, signal);
	expect(performance.now() - began).toBeGreaterThan(1_900);
});

test("a limit that others have used up is waited for as the header says", async () => {
	const sandbox = await opened.tenant({ limit: { units: 3, seconds: 1 } });
	staff(sandbox, 2);
	const snapshot = await opened.connector(sandbox).snapshot(NOTHING, signal);
	expect(snapshot.size).toMatchObject({ people: 2, groups: 1, memberships: 2, rejects: 0 });
});
