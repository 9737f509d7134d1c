import { chmodSync, copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "@jest/globals";
import type { AccountId, PersonKey, ProductId } from "../../../core/model.ts";
import { openSqliteStore } from "../../../core/store/sqlite/open.ts";
import { freshDirectory } from "./directory.ts";

const place = freshDirectory();
const JIRA = "jira" as ProductId;
const PEOPLE = 2_000;
const PAGE = 4096;

async function filled(): Promise<void> {
	const store = await openSqliteStore({ path: place.path });
	const lease = (await store.acquire("jira", "me", 60_000))!;
	const links = Array.from({ length: PEOPLE }, (_, n) =>
		store.link(lease, JIRA, `staff:${String(n).padStart(36, "0")}` as PersonKey, `JIRAUSER${n}` as AccountId, "created"),
	);
	await Promise.all(links);
	await store.shut();
}

async function readAll(): Promise<number> {
	const store = await openSqliteStore({ path: place.path });
	try {
		return (await store.links(JIRA)).size;
	} finally {
		await store.shut();
	}
}
const told = (words: string) => ({
	code: "store.unavailable",
	message: expect.stringContaining(words),
	todo: expect.stringMatching(/.{20}/),
});

describe("a file that is not what it should be", () => {
	test("text", async () => {
		writeFileSync(place.path, `not a database at all\n${"x".repeat(5_000)}`, { mode: 0o644 });
		chmodSync(place.path, 0o644);
		await expect(readAll()).rejects.toMatchObject(told(`${place.path} is not a Rollcall store`));
		await expect(openSqliteStore({ path: place.path, readOnly: true })).rejects.toMatchObject(told(place.path));
		expect(readFileSync(place.path, "utf8")).toMatch(/^not a database at all/);
		// Nor is its mode touched: the path may be a mistyped one.
		expect(statSync(place.path).mode & 0o777).toBe(0o644);
	});

	test("somebody else's SQLite database is left alone", async () => {
		const raw = new DatabaseSync(place.path);
		raw.exec("create table bookmarks (url text); insert into bookmarks values ('https://example.org')");
		raw.close();
		for (const readOnly of [true, false]) {
			await expect(openSqliteStore({ path: place.path, readOnly })).rejects.toMatchObject(told("not a Rollcall store"));
		}
		const again = new DatabaseSync(place.path);
		expect(
			again
				.prepare("select name from sqlite_schema")
				.all()
				.map(({ name }) => name),
		).toEqual(["bookmarks"]);
		again.close();
	});

	test("another program's database that Kysely migrated is left alone too", async () => {
		const raw = new DatabaseSync(place.path);
		raw.exec("create table kysely_migration (name text, timestamp text); insert into kysely_migration values ('0001-first', '')");
		raw.close();
		await expect(readAll()).rejects.toMatchObject(told("not a Rollcall store"));
	});

	test("the first page overwritten", async () => {
		await filled();
		const bytes = readFileSync(place.path);
		bytes.fill(0xff, 0, 64);
		writeFileSync(place.path, bytes);
		await expect(readAll()).rejects.toMatchObject(told("is not a Rollcall store"));
	});

	test("cut off in the middle", async () => {
		await filled();
		truncateSync(place.path, Math.floor(statSync(place.path).size / 2 / PAGE) * PAGE);
		await expect(readAll()).rejects.toMatchObject(told("is damaged"));
	});

	test("any page overwritten with rubbish: an error, or every link; never fewer", async () => {
		await filled();
		const whole = `${place.path}.whole`;
		copyFileSync(place.path, whole);
		const pages = statSync(whole).size / PAGE;
		let refused = 0;
		for (let page = 1; page < pages; page++) {
			const bytes = readFileSync(whole);
			bytes.fill(0xa5, page * PAGE, (page + 1) * PAGE);
			writeFileSync(place.path, bytes);
			const outcome = await readAll().catch((error: { code?: string }) => error.code);
			expect(["store.unavailable", PEOPLE]).toContain(outcome);
			if (outcome !== PEOPLE) refused += 1;
		}
		expect(refused).toBeGreaterThan(pages / 4);
	}, 60_000);
});
