import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { openSqliteStore } from "../../core/store/sqlite/open.ts";
import type { RunId } from "../../core/store/store.ts";
import { Before, type Picture, type Site } from "./support/site.ts";

let before: Before;
let undisturbed: Picture;
let site: Site;

beforeAll(async () => {
	before = await Before.prepare();
	const quiet = await before.site();
	await quiet.settle();
	undisturbed = await quiet.picture();
	await quiet.close();
}, 120_000);
afterAll(() => before.close());
beforeEach(async () => {
	site = await before.site();
});
afterEach(() => site.close());

/** The second run of the store: the first one made the world. */
async function lastRun() {
	const store = await openSqliteStore({ path: site.store, readOnly: true });
	try {
		return (await store.run("2" as RunId))!;
	} finally {
		await store.shut();
	}
}

describe("a sync that is told to stop", () => {
	test.each(["SIGINT", "SIGTERM"] as const)("by %s: what is under way ends, the rest is not run, a rerun completes", async (signal) => {
		const child = site.start(["sync", "--yes", "--format", "json"]);
		site.door.keeper = async ({ number }) => {
			if (number === 4) {
				child.child.kill(signal);
				await child.says(/finishing what is under way/);
			}
			return "pass";
		};
		const { code, out, err } = await child.ended;
		expect([code, child.child.signalCode]).toEqual([4, null]);
		expect(err).toContain(`${signal}: finishing what is under way, then stopping (once more to give it up).\n`);
		const report = JSON.parse(out) as { outcome: string; operations: { state: string; error?: string }[] };
		expect(report.outcome).toBe("stopped");
		const states = new Set(report.operations.map((operation) => operation.state));
		expect(states.has("unknown") || states.has("failed")).toBe(false);
		const run = await lastRun();
		expect(run).toMatchObject({ outcome: "stopped" });
		expect(run.finishedAt).toBeInstanceOf(Date);
		// Every request that was begun has an outcome, and there were far fewer than in a whole run.
		expect(run.entries.filter((entry) => entry.settlement === undefined)).toEqual([]);
		expect(site.door.writes).toBeLessThan(10);
		expect(
			report.operations.filter((operation) => operation.state === "not-run" && operation.error === "the run was stopped").length,
		).toBeGreaterThan(5);
		await site.settle();
		expect(await site.picture()).toEqual(undisturbed);
	});

	test("twice: what is under way is given up, counts as unknown, and the next run finds out", async () => {
		const child = site.start(["sync", "--yes", "--format", "json"]);
		site.door.keeper = async (passing) => {
			if (passing.number < 4) return "pass";
			await passing.through();
			if (passing.number === 4) {
				child.child.kill("SIGTERM");
				await child.says(/finishing what is under way/);
				child.child.kill("SIGTERM");
			}
			await child.ended;
			return "drop";
		};
		const { code, out, err } = await child.ended;
		expect(code).toBe(4);
		expect(err).toContain("SIGTERM again: giving up what is under way.\n");
		expect((JSON.parse(out) as { outcome: string }).outcome).toBe("stopped");
		expect((await lastRun()).settled.unknown).toBeGreaterThan(0);
		site.door.keeper = async () => "pass";
		await site.settle();
		expect(await site.picture()).toEqual(undisturbed);
	});

	test("while it still reads: nothing is written, and there is no run in the journal", async () => {
		site.jira.faults.add({ path: /user\/list/, effect: { kind: "slow", ms: 600_000 } });
		const child = site.start(["sync", "--yes"]);
		await child.says(/members: \d+ of \d+/);
		const { code, err } = await child.kill("SIGTERM");
		expect(code).toBe(4);
		expect(err).toMatch(/Stopped \(run\.cancelled\): .*\n[\s\S]*exit 4\n$/);
		expect([site.door.writes, await lastRun()]).toEqual([0, undefined]);
	});
});

describe("a reader that has seen enough", () => {
	test("rollcall --help | head -1 is no failure", async () => {
		const child = site.start(["--help"]);
		child.child.stdout!.destroy();
		expect((await child.ended).code).toBe(0);
	});
});
