import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { sql } from "kysely";
import type { AccountId, PersonKey, ProductId } from "../../../core/model.ts";
import { storeOn } from "../../../core/store/sqlite/assemble.ts";
import { Connection } from "../../../core/store/sqlite/connection.ts";
import { openSqliteStore } from "../../../core/store/sqlite/open.ts";
import type { Lease, Store } from "../../../core/store/store.ts";
import { creationOf, removalOf, startWith } from "../../support/store-operations.ts";
import { freshDirectory } from "./directory.ts";

const place = freshDirectory();
const JIRA = "jira" as ProductId;
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
const synchronous = (connection: Connection) => connection.raw.prepare("pragma synchronous").get()!.synchronous;
const [NORMAL, FULL] = [1, 2];

let connection: Connection;
let store: Store;
let lease: Lease;

beforeEach(async () => {
	await (await openSqliteStore({ path: place.path })).shut();
	connection = await Connection.open({ path: place.path, readOnly: false, patienceMs: 60_000 });
	store = storeOn(connection, () => {});
	lease = (await store.acquire("jira", "me", 600_000))!;
});
afterEach(() => store.shut());

describe("locks", () => {
	test("another process's lock is waited for with the event loop running", async () => {
		const other = new DatabaseSync(place.path);
		other.exec("begin immediate");
		let written = false;
		const writing = store.link(lease, JIRA, "staff:1" as PersonKey, "J1" as AccountId, "created").then(() => {
			written = true;
		});
		// Were the thread blocked, these turns would not come and the lock would never be given back.
		for (let n = 0; n < 100; n++) await turn();
		expect(written).toBe(false);
		expect((await store.links(JIRA)).size).toBe(0);
		other.exec("rollback");
		other.close();
		await writing;
		expect((await store.links(JIRA)).size).toBe(1);
	});

	test("one that stays is named, with the file and what to do, and nothing is written later", async () => {
		const hasty = await Connection.open({ path: place.path, readOnly: false, patienceMs: 1 });
		const other = new DatabaseSync(place.path);
		other.exec("begin immediate");
		const refused = storeOn(hasty, () => {}).link(lease, JIRA, "staff:1" as PersonKey, "J1" as AccountId, "created");
		await expect(refused).rejects.toMatchObject({
			code: "store.unavailable",
			retry: "later",
			message: expect.stringContaining(`${place.path} stayed locked`),
			todo: expect.stringContaining(`fuser ${place.path}`),
		});
		other.exec("rollback");
		other.close();
		await hasty.shut();
		expect((await store.links(JIRA)).size).toBe(0);
	});

	test("a lease is still ours by its own clock while the store is locked", async () => {
		const hasty = await Connection.open({ path: place.path, readOnly: false, patienceMs: 1 });
		const wiki = (await storeOn(hasty, () => {}).acquire("wiki", "me", 4_000))!;
		const other = new DatabaseSync(place.path);
		other.exec("begin immediate");
		await wiki.assertHeld(1_000);
		await expect(wiki.assertHeld(3_999.9)).rejects.toMatchObject({ code: "store.unavailable" });
		other.exec("rollback");
		other.close();
		await hasty.shut();
	});

	test("a transaction that reads first and writes later is not refused because somebody wrote in between", async () => {
		const other = await openSqliteStore({ path: place.path });
		const wiki = (await other.acquire("wiki", "other", 600_000))!;
		let asked: Promise<void> | undefined;
		let tries = 0;
		await connection.write(async (trx) => {
			tries += 1;
			await trx.selectFrom("link").selectAll().execute();
			asked ??= other.link(wiki, "wiki" as ProductId, "staff:1" as PersonKey, "W1" as AccountId, "created");
			for (let n = 0; n < 10; n++) await turn();
			await trx.insertInto("lease").values({ name: "x", holder: "", token: 1, until: 0, born: "" }).execute();
		});
		await asked;
		expect(tries).toBe(1);
		expect((await store.links("wiki" as ProductId)).size).toBe(1);
		await other.shut();
	});
});

describe("one transaction for several writes", () => {
	test("one that is refused does not take the others with it", async () => {
		const other = (await store.acquire("wiki", "me", 600_000))!;
		await other.release();
		const run = await store.open(lease, startWith([]));
		const outcomes = await Promise.allSettled([
			store.intend(lease, run, creationOf(1)),
			store.intend(other, run, creationOf(2)),
			store.intend(lease, run, creationOf(3)),
		]);
		expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
		expect((await store.run(run))!.entries.map(({ operation }) => operation)).toEqual([creationOf(1), creationOf(3)]);
	});

	test("intentions are flushed to the disk, settlements with the next of them, the end of the run always", async () => {
		const run = await store.open(lease, startWith([]));
		await store.intend(lease, run, creationOf(1));
		expect(synchronous(connection)).toBe(FULL);
		await store.settle(lease, run, creationOf(1).id, { state: "done" });
		expect(synchronous(connection)).toBe(NORMAL);
		await store.intend(lease, run, creationOf(2));
		expect(synchronous(connection)).toBe(FULL);
		await store.settle(lease, run, creationOf(2).id, { state: "done" });
		await Promise.all([store.settle(lease, run, creationOf(2).id, { state: "done" }), store.intend(lease, run, creationOf(3))]);
		expect(synchronous(connection)).toBe(FULL);
		await store.settle(lease, run, creationOf(3).id, { state: "done" });
		await store.close(lease, run, "done");
		expect(synchronous(connection)).toBe(FULL);
	});

	test("work that fails half way leaves nothing", async () => {
		const failing = connection.write(async (trx) => {
			await trx.deleteFrom("lease").execute();
			throw new Error("half way");
		});
		await expect(failing).rejects.toThrow("half way");
		await lease.renew();
	});
});

describe("no room left", () => {
	test("the write is refused by name, what was there stays, and it goes on when there is room", async () => {
		const run = await store.open(lease, startWith([]));
		const pages = Number(connection.raw.prepare("pragma page_count").get()!.page_count);
		connection.raw.exec(`pragma max_page_count = ${pages + 2}`);
		let written = 0;
		const refusal = await (async () => {
			for (; written < 10_000; written++) await store.intend(lease, run, creationOf(written));
		})().catch((error: unknown) => error);
		expect(refusal).toMatchObject({
			code: "store.unavailable",
			retry: "later",
			message: expect.stringContaining(`no room left for the store ${place.path}`),
			todo: expect.stringContaining("df"),
		});
		expect((await store.run(run))!.entries).toHaveLength(written);
		connection.raw.exec("pragma max_page_count = 1000000");
		await store.intend(lease, run, creationOf(written));
		expect((await store.run(run))!.entries).toHaveLength(written + 1);
	});
});

describe("readings", () => {
	test("a long one sees one state, whatever is written meanwhile, and holds no writer up", async () => {
		const links = Array.from({ length: 12_000 }, (_, n) =>
			store.link(lease, JIRA, `staff:${String(n).padStart(6, "0")}` as PersonKey, `J${n}` as AccountId, "created"),
		);
		await Promise.all(links);
		const reading = store.links(JIRA);
		await turn();
		await store.link(lease, JIRA, "staff:999999" as PersonKey, "J999999" as AccountId, "created");
		expect((await reading).size).toBe(12_000);
		expect((await store.links(JIRA)).size).toBe(12_001);
	});

	test("a refusal as inherited is remembered for seven days", async () => {
		const run = await store.open(lease, startWith([removalOf(1, "devs")]));
		await store.intend(lease, run, removalOf(1, "devs"));
		await store.settle(lease, run, removalOf(1, "devs").id, { state: "failed", error: { code: "target.inherited", message: "" } });
		const aged = (days: number) =>
			connection.write((trx) => sql`update entry set settled_at = intended_at - ${days * 86_400_000}`.execute(trx));
		await aged(6.9);
		expect(await store.inherited(JIRA)).toHaveLength(1);
		await aged(7.1);
		expect(await store.inherited(JIRA)).toEqual([]);
	});

	test("the plan's questions are answered from an index, not by reading the journal", async () => {
		const details = await connection.read(async (db) => {
			const open = sql`explain query plan select body from entry where product = 'x' and kind = 'account.create' and explained = 0
				and (state is null or state not in ('failed', 'not-run')) order by run, seq`;
			const counts = sql`explain query plan select state, count(*) from entry where run = 1 and state is not null group by state`;
			return [...(await open.execute(db)).rows, ...(await counts.execute(db)).rows].map((row) => (row as { detail: string }).detail);
		});
		expect(details[0]).toContain("entry_open_create");
		expect(details.join("\n")).toContain("COVERING INDEX entry_state");
	});
});

test("used after shut, it says so", async () => {
	await store.shut();
	await expect(store.links(JIRA)).rejects.toMatchObject({ code: "bug", message: expect.stringContaining("after it was shut") });
	await store.shut();
});

test("what was waiting to be written when it is shut is written", async () => {
	const linking = store.link(lease, JIRA, "staff:1" as PersonKey, "J1" as AccountId, "created");
	await store.shut();
	await linking;
	const again = await openSqliteStore({ path: place.path, readOnly: true });
	expect((await again.links(JIRA)).size).toBe(1);
	await again.shut();
});

test("the facade loads neither SQLite nor Kysely before a store is opened", () => {
	const source = readFileSync(new URL("../../../core/store/sqlite/open.ts", import.meta.url), "utf8");
	expect(source.match(/^import (?!type )/gm)).toBeNull();
});
