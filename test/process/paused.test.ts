import { writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Program } from "./support/program.ts";
import { Before, type Picture, type Site } from "./support/site.ts";

const CLOCK = new URL("./support/late-clock.mjs", import.meta.url).href;
const AT_COMMIT = new URL("./support/kill-at-commit.mjs", import.meta.url).href;
const onLinux = process.platform === "linux" ? test : test.skip;
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
function contents(site: Site): string {
	const raw = new DatabaseSync(site.store, { readOnly: true });
	const tables = ["lease", "link", "absence", "snapshot", "run", "entry"];
	const rows = tables.map((table) => [table, raw.prepare(`select * from ${table} order by 1, 2`).all()]);
	raw.close();
	return JSON.stringify(rows, null, 1);
}

/** Stops the process, lets ten minutes go by for it and for the store, and lets another run do everything meanwhile. */
async function overtake(child: Program, site: Site): Promise<void> {
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
			await overtake(child, site);
			overtaken.resolve();
			await woken.promise;
			return "drop";
		};
		await Promise.race([overtaken.promise, child.ended.then(({ err }) => Promise.reject(new Error(err)))]);
		const [writes, store] = [site.door.writes, contents(site)];
		expect(await site.picture()).toEqual(undisturbed);
		child.child.kill("SIGCONT");
		woken.resolve();
		const { code, err } = await child.ended;
		expect({ code, err }).toEqual({
			code: 67,
			err: expect.stringMatching(/Store \(store\.lease-lost\): the lease "jira" \(grant \d+\) is no longer ours: nothing was written/),
		});
		expect(site.door.writes).toBe(writes);
		expect(contents(site)).toBe(store);
		expect(await site.picture()).toEqual(undisturbed);
	});

	// Between the flush of an intention and its request nothing but the lease itself can hold the request back.
	onLinux(
		"directly after each of some flushes of the store: no request leaves afterwards",
		async () => {
			for (const number of [8, 9, 10, 11, 12, 13]) {
				const other = await before.site();
				await other.edit((text) => text.replace("    posture:", "    network: { concurrency: 1 }\n    posture:"));
				const env = { CLOCK: other.path("clock"), STOP_AFTER_COMMIT: String(number) };
				const child = other.start(["sync", "--yes"], { preload: [CLOCK, AT_COMMIT], env });
				await child.stands();
				await overtake(child, other);
				const [writes, store] = [other.door.writes, contents(other)];
				child.child.kill("SIGCONT");
				const { code, err } = await child.ended;
				expect({ number, code, err }).toEqual({ number, code: 67, err: expect.stringContaining("Store (store.lease-lost): ") });
				expect([number, other.door.writes]).toEqual([number, writes]);
				expect(contents(other)).toBe(store);
				expect(await other.picture()).toEqual(undisturbed);
				await other.close();
			}
		},
		120_000,
	);

	test("before it had written anything", async () => {
		site.jira.faults.add({ path: /user\/list/, times: 1, effect: { kind: "slow", ms: 2_000 } });
		const child = sleeper();
		await child.says(/members: \d+ of \d+/);
		await overtake(child, site);
		const [writes, store] = [site.door.writes, contents(site)];
		child.child.kill("SIGCONT");
		const { code, err } = await child.ended;
		expect({ code, err }).toEqual({ code: 67, err: expect.stringContaining("Store (store.lease-lost): ") });
		expect(site.door.writes).toBe(writes);
		expect(contents(site)).toBe(store);
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
