/**
 * How fast the SQLite store is. Run: node bench/store/store.ts [DIRECTORY]
 * DIRECTORY is on the disk to measure (default: the temporary directory); the flush of that disk decides most of it.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountId, PersonKey, ProductId } from "../../core/model.ts";
import { openSqliteStore } from "../../core/store/sqlite/open.ts";
import type { Lease, Store } from "../../core/store/store.ts";
import { creationOf, startWith } from "../../test/support/store-operations.ts";

const JIRA = "jira" as ProductId;
const PAIRS = 3_000;
const LINKS = 500_000;
const ENTRIES = 100_000;

async function timed<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly value: T }> {
	const start = performance.now();
	const value = await work();
	return { seconds: (performance.now() - start) / 1000, value };
}
const row = (what: string, result: string): void => console.log(`| ${what} | ${result} |`);
const rate = (count: number, seconds: number): string => `${Math.round(count / seconds).toLocaleString("en")} a second`;

async function journalling(store: Store, lease: Lease, concurrency: number): Promise<void> {
	const run = await store.open(lease, startWith([]));
	let next = 0;
	const work = async (): Promise<void> => {
		for (let n = next++; n < PAIRS; n = next++) {
			const operation = creationOf(`${concurrency}-${n}`);
			await store.intend(lease, run, operation);
			await store.settle(lease, run, operation.id, { state: "done" });
		}
	};
	const { seconds } = await timed(() => Promise.all(Array.from({ length: concurrency }, work)));
	await store.close(lease, run, "done");
	row(`intend + settle, ${concurrency} at once`, rate(PAIRS, seconds));
}

async function linking(store: Store, lease: Lease): Promise<void> {
	const keyOf = (n: number) => `staff:${n.toString(16).padStart(8, "0")}-5f3e-4c0a-9d1e-aabbccddeeff` as PersonKey;
	const written = await timed(async () => {
		for (let from = 0; from < LINKS; from += 5_000) {
			const chunk = Array.from({ length: 5_000 }, (_, n) => keyOf(from + n));
			await Promise.all(chunk.map((person, n) => store.link(lease, JIRA, person, `JIRAUSER${from + n}` as AccountId, "created")));
		}
	});
	row(`${LINKS.toLocaleString("en")} links written, 5,000 at once`, rate(LINKS, written.seconds));
	const loaded = await timed(() => store.links(JIRA));
	row(`${loaded.value.size.toLocaleString("en")} links loaded`, `${loaded.seconds.toFixed(2)} s`);
	const missing = Array.from({ length: 50_000 }, (_, n) => keyOf(n * 7));
	for (const what of ["50,000 absences recorded", "the same again"]) {
		const { seconds } = await timed(() => store.recordAbsences(lease, JIRA, missing, new Date()));
		row(what, `${seconds.toFixed(2)} s`);
	}
}

async function history(store: Store, lease: Lease): Promise<void> {
	const operations = Array.from({ length: ENTRIES }, (_, n) => creationOf(n));
	const run = await store.open(lease, startWith(operations));
	const leftOut = await timed(async () => {
		for (const { id } of operations) await store.settle(lease, run, id, { state: "not-run", because: "stopped" });
		await store.close(lease, run, "stopped");
	});
	row(`${ENTRIES.toLocaleString("en")} operations left out (a run stopped early)`, rate(ENTRIES, leftOut.seconds));
	row(`run with ${ENTRIES.toLocaleString("en")} entries read`, `${(await timed(() => store.run(run))).seconds.toFixed(2)} s`);
	row("the last 20 runs listed", `${((await timed(() => store.runs(undefined, 20))).seconds * 1000).toFixed(0)} ms`);
	row("open creates", `${((await timed(() => store.openCreates(JIRA))).seconds * 1000).toFixed(1)} ms`);
}

const directory = await mkdtemp(join(process.argv[2] ?? tmpdir(), "rollcall-bench-"));
const path = join(directory, "state.db");
try {
	console.log("| what | result |\n|---|---|");
	const fresh = await timed(() => openSqliteStore({ path }));
	row("open, fresh (modules loaded, file made, migrated)", `${(fresh.seconds * 1000).toFixed(0)} ms`);
	const store = fresh.value;
	const lease = (await store.acquire("jira", "bench", 3_600_000))!;
	for (const concurrency of [1, 8]) await journalling(store, lease, concurrency);
	await linking(store, lease);
	await history(store, lease);
	const asserted = await timed(async () => {
		for (let n = 0; n < 100_000; n++) await lease.assertHeld(30_000);
	});
	row("assertHeld", rate(100_000, asserted.seconds));
	await store.shut();
	const again = await timed(() => openSqliteStore({ path }));
	row("open, existing", `${(again.seconds * 1000).toFixed(0)} ms`);
	await again.value.shut();
	row("file at the end", `${((await stat(path)).size / 1e6).toFixed(0)} MB`);
	row("peak memory", `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
} finally {
	await rm(directory, { recursive: true, force: true });
}
