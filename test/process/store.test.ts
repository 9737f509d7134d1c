import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { ProductId } from "../../core/model.ts";
import { openSqliteStore } from "../../core/store/sqlite/open.ts";
import type { Store } from "../../core/store/store.ts";
import { takenOver } from "../contract/store.ts";
import { forkWorker, type Worker } from "./store-worker.ts";

const JIRA = "jira" as ProductId;
const TEN_MINUTES = 600_000;
/** That a process is dead is proven from Linux's /proc; elsewhere its lease runs out. */
const onLinux = process.platform === "linux" ? test : test.skip;

let directory: string;
let path: string;
let children: Worker[];
let opened: Store[];

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), "rollcall-process-"));
	path = join(directory, "state.db");
	children = [];
	opened = [];
});
afterEach(async () => {
	for (const child of children) await child.kill();
	for (const store of opened) await store.shut();
	await rm(directory, { recursive: true, force: true });
});

describe("several processes on one store", () => {
	test("six that ask for one lease at once: one gets it", async () => {
		const workers = await Promise.all(Array.from({ length: 6 }, () => worker()));
		const tokens = await Promise.all(workers.map((each) => each.say("acquire", TEN_MINUTES)));
		expect(tokens.filter((token) => token !== undefined)).toEqual([1]);
	});

	test("all make and migrate a fresh store at the same time", async () => {
		const workers = await Promise.all(Array.from({ length: 4 }, () => worker({ open: false })));
		await Promise.all(workers.map((each) => each.say("open", path)));
		const tokens = await Promise.all(workers.map((each) => each.say("acquire", TEN_MINUTES)));
		expect(tokens.filter((token) => token !== undefined)).toHaveLength(1);
	});

	test("two migrate an older store at once: one works, one waits, and the backup is from before", async () => {
		const first = await worker();
		await first.say("acquire", 1);
		await first.say("link", 1);
		await first.say("shut");
		const workers = await Promise.all([worker({ open: false }), worker({ open: false })]);
		const logs = await Promise.all(workers.map((each) => each.say("openWithMigration", path)));
		expect(logs.flat().filter((line) => line.includes("migrated (0002-second)"))).toHaveLength(1);
		expect(await readdir(directory)).toContain("state.db.before-0002-second.bak");
		const copy = new DatabaseSync(`${path}.before-0002-second.bak`, { readOnly: true });
		expect(copy.prepare("select name from sqlite_schema where name in ('half', 'whole')").all()).toEqual([]);
		expect(copy.prepare("select count(*) as links from link").get()!.links).toBe(1);
		copy.close();
	});
});

describe("a process stopped (SIGSTOP) past its lease", () => {
	test("writes nothing and is told so when it wakes", async () => {
		const sleeper = await worker();
		const store = await open();
		expect(await sleeper.say("acquire", 50)).toBe(1);
		const run = await sleeper.say("openRun", 3);
		await sleeper.say("intend", 0);
		sleeper.child.kill("SIGSTOP");
		const successor = await takenOver(store, "jira");
		expect(successor.token).toBe(2);
		const late = [
			sleeper.say("assertHeld", 10),
			sleeper.say("settle", 0),
			sleeper.say("intend", 1),
			sleeper.say("link", 0),
			sleeper.say("close"),
		];
		sleeper.child.kill("SIGCONT");
		for (const each of late) await expect(each).rejects.toMatchObject({ code: "store.lease-lost" });
		expect(await store.links(JIRA)).toEqual(new Map());
		expect((await store.run(run as never))!).toMatchObject({ outcome: "running", entries: [{ settlement: undefined }] });
		expect(await store.recover(successor, JIRA)).toEqual([run]);
		await expect(successor.assertHeld(1_000)).resolves.toBeUndefined();
	});

	test("is not taken for dead while its lease lasts", async () => {
		const sleeper = await worker();
		const store = await open();
		await sleeper.say("acquire", TEN_MINUTES);
		sleeper.child.kill("SIGSTOP");
		expect(await store.acquire("jira", "rival", TEN_MINUTES)).toBeUndefined();
		sleeper.child.kill("SIGCONT");
		await sleeper.say("assertHeld", 1_000);
	});
});

describe("a process killed (SIGKILL)", () => {
	onLinux("between intend and settle: the next one takes over at once, and knows what is unknown", async () => {
		const victim = await worker();
		await victim.say("acquire", TEN_MINUTES);
		const run = await victim.say("openRun", 2);
		await victim.say("intend", 0);
		await victim.say("settle", 0);
		await victim.say("link", 0);
		await victim.say("intend", 1);
		await victim.kill();
		const lines: string[] = [];
		const store = await open((line) => lines.push(line));
		const successor = (await store.acquire("jira", "successor", TEN_MINUTES))!;
		expect(successor.token).toBe(2);
		expect(lines.join()).toMatch(/took the lease "jira" from process \d+, whose process has ended/);
		expect([...(await store.openCreates(JIRA)).keys()]).toEqual(["staff:1"]);
		expect(await store.recover(successor, JIRA)).toEqual([run]);
		expect(await store.run(run as never)).toMatchObject({ outcome: "crashed", settled: { done: 1, unknown: 1 } });
		expect([...(await store.openCreates(JIRA)).keys()]).toEqual(["staff:1"]);
	});

	test("whose death cannot be proven keeps the lease until it runs out", async () => {
		const victim = await worker();
		await victim.say("acquire", TEN_MINUTES);
		await victim.kill();
		const raw = new DatabaseSync(path);
		raw.exec("update lease set born = ''");
		const store = await open();
		expect(await store.acquire("jira", "successor", TEN_MINUTES)).toBeUndefined();
		raw.exec("update lease set until = 1");
		raw.close();
		expect(await store.acquire("jira", "successor", TEN_MINUTES)).toMatchObject({ token: 2 });
	});

	test.each([1, 20, 60])("in the middle of writing, after %d acknowledged: everything acknowledged is there", async (count) => {
		const victim = await worker();
		await victim.say("acquire", TEN_MINUTES);
		const run = await victim.say("openRun", 1);
		const acknowledged = await victim.flooded(count);
		const store = await open();
		const { entries } = (await store.run(run as never))!;
		expect(entries.length).toBeGreaterThanOrEqual(acknowledged);
		expect(entries.slice(0, acknowledged - 1).map(({ settlement }) => settlement)).toEqual(Array(acknowledged - 1).fill({ state: "done" }));
		const raw = new DatabaseSync(path);
		expect(Object.values(raw.prepare("pragma integrity_check").get()!)).toEqual(["ok"]);
		raw.close();
	});
});

async function open(log?: (line: string) => void): Promise<Store> {
	const store = await openSqliteStore({ path, ...(log === undefined ? {} : { log }) });
	opened.push(store);
	return store;
}

async function worker(options: { readonly open: boolean } = { open: true }): Promise<Worker> {
	const made = forkWorker();
	children.push(made);
	if (options.open) await made.say("open", path);
	return made;
}
