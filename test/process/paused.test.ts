import { writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Program } from "./support/program.ts";
import { Before, type Picture, type Site } from "./support/site.ts";

const CLOCK = new URL("./support/late-clock.mjs", import.meta.url).href;
const TEN_MINUTES = "600000";

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
	// One at a time, so that it is never stopped in the middle of a transaction, where nobody else could write either.
	await site.edit((text) => text.replace("    posture:", "    network: { concurrency: 1 }\n    posture:"));
});
afterEach(() => site.close());

const sleeper = (): Program => site.start(["sync", "--yes"], { preload: CLOCK, env: { CLOCK: site.path("clock") } });

/** Everything in the store but the names of who held a lease. */
function contents(): string {
	const raw = new DatabaseSync(site.store, { readOnly: true });
	const tables = ["lease", "link", "absence", "snapshot", "run", "entry"];
	const rows = tables.map((table) => [table, raw.prepare(`select * from ${table} order by 1, 2`).all()]);
	raw.close();
	return JSON.stringify(rows, null, 1);
}

/** Stops the process, lets ten minutes go by for it and for the store, and lets another run do everything meanwhile. */
async function overtake(child: Program): Promise<void> {
	child.child.kill("SIGSTOP");
	await writeFile(site.path("clock"), TEN_MINUTES);
	const raw = new DatabaseSync(site.store);
	raw.exec("update lease set until = 1");
	raw.close();
	await site.settle();
}

describe("a process that was stopped past its lease, while another one took over", () => {
	test.each([
		["and whose request was lost", false],
		["and whose request had been done", true],
	])("in the middle of writing, %s: writes nothing when it wakes, neither to the store nor to Jira", async (_, done) => {
		const child = sleeper();
		const overtaken = Promise.withResolvers<void>();
		const woken = Promise.withResolvers<void>();
		site.door.keeper = async (passing) => {
			if (passing.number !== 5) return "pass";
			if (done) await passing.through();
			await overtake(child);
			overtaken.resolve();
			await woken.promise;
			return "drop";
		};
		await Promise.race([overtaken.promise, child.ended.then(({ err }) => Promise.reject(new Error(err)))]);
		const [writes, store] = [site.door.writes, contents()];
		expect(await site.picture()).toEqual(undisturbed);
		child.child.kill("SIGCONT");
		woken.resolve();
		const { code, err } = await child.ended;
		expect({ code, err }).toEqual({
			code: 67,
			err: expect.stringMatching(/Store \(store\.lease-lost\): the lease "jira" \(grant \d+\) is no longer ours: nothing was written/),
		});
		expect(site.door.writes).toBe(writes);
		expect(contents()).toBe(store);
		expect(await site.picture()).toEqual(undisturbed);
	});

	test("before it had written anything", async () => {
		site.jira.faults.add({ path: /user\/list/, times: 1, effect: { kind: "slow", ms: 2_000 } });
		const child = sleeper();
		await child.says(/members: \d+ of \d+/);
		await overtake(child);
		const [writes, store] = [site.door.writes, contents()];
		child.child.kill("SIGCONT");
		const { code, err } = await child.ended;
		expect({ code, err }).toEqual({ code: 67, err: expect.stringContaining("Store (store.lease-lost): ") });
		expect(site.door.writes).toBe(writes);
		expect(contents()).toBe(store);
	});

	test("that nobody overtook goes on where it was", async () => {
		const child = sleeper();
		site.door.keeper = async ({ number }) => {
			if (number === 5) {
				child.child.kill("SIGSTOP");
				await writeFile(site.path("clock"), TEN_MINUTES);
				child.child.kill("SIGCONT");
			}
			return "pass";
		};
		expect((await child.ended).code).toBe(0);
		expect(await site.picture()).toEqual(undisturbed);
	});
});
