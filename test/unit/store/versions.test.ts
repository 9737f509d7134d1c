import { readdirSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "@jest/globals";
import { sql } from "kysely";
import type { AccountId, PersonKey, ProductId } from "../../../core/model.ts";
import type { Migrations } from "../../../core/store/sqlite/migrate.ts";
import { MIGRATIONS } from "../../../core/store/sqlite/migrations/all.ts";
import { openSqliteStore } from "../../../core/store/sqlite/open.ts";
import { openPrepared } from "../../../core/store/sqlite/prepared.ts";
import { freshDirectory } from "./directory.ts";

const place = freshDirectory();
const JIRA = "jira" as ProductId;

const second = (fails: boolean): Migrations[string] => ({
	up: async (db) => {
		await db.schema.createTable("half").addColumn("x", "integer").execute();
		await sql`delete from link`.execute(db);
		if (fails) throw new Error("half way");
		await db.schema.createTable("whole").addColumn("x", "integer").execute();
	},
});
const opening = (migrations: Migrations, more: { readOnly?: boolean; lines?: string[] } = {}) =>
	openPrepared({ path: place.path, readOnly: more.readOnly ?? false, log: (line) => more.lines?.push(line), migrations });

async function made(): Promise<void> {
	const store = await openSqliteStore({ path: place.path });
	const lease = (await store.acquire("jira", "me", 60_000))!;
	await store.link(lease, JIRA, "staff:1" as PersonKey, "JIRAUSER1" as AccountId, "created");
	await store.shut();
}
function tables(path: string): readonly unknown[] {
	const raw = new DatabaseSync(path);
	const names = raw.prepare("select name from sqlite_schema where type = 'table'").all();
	raw.close();
	return names.map(({ name }) => name);
}

describe("migrations", () => {
	test("one that fails leaves nothing of itself, and can be run again when mended", async () => {
		await made();
		await expect(opening({ ...MIGRATIONS, "0002-second": second(true) })).rejects.toMatchObject({
			code: "store.unavailable",
			message: expect.stringMatching(/could not be migrated and was left as it was: half way/),
		});
		expect(tables(place.path)).not.toContain("half");
		const old = await openSqliteStore({ path: place.path });
		expect((await old.links(JIRA)).size).toBe(1);
		await old.shut();
		await (await opening({ ...MIGRATIONS, "0002-second": second(false) })).shut();
		expect(tables(place.path)).toEqual(expect.arrayContaining(["half", "whole"]));
	});

	test("all pending ones are one transaction", async () => {
		await made();
		const third: Migrations[string] = { up: () => Promise.reject(new Error("no")) };
		await expect(opening({ ...MIGRATIONS, "0002-second": second(false), "0003-third": third })).rejects.toMatchObject({
			code: "store.unavailable",
		});
		expect(tables(place.path)).not.toContain("whole");
	});

	test("the first one failing leaves a file that the mended one makes good", async () => {
		await (await openSqliteStore({ path: place.path, readOnly: true })).shut();
		const raw = new DatabaseSync(place.path);
		raw.close();
		await expect(opening({ "0001-first": second(true) })).rejects.toMatchObject({ code: "store.unavailable" });
		const empty = await openSqliteStore({ path: place.path, readOnly: true });
		expect(await empty.links(JIRA)).toEqual(new Map());
		await empty.shut();
		await made();
	});

	test("an existing store is backed up first; a fresh one is not", async () => {
		const lines: string[] = [];
		await made();
		expect(readdirSync(place.directory)).toEqual(["state.db"]);
		await (await opening({ ...MIGRATIONS, "0002-second": second(false) }, { lines })).shut();
		const copy = `${place.path}.before-0002-second.bak`;
		expect(readdirSync(place.directory)).toEqual(["state.db", "state.db.before-0002-second.bak"]);
		expect((statSync(copy).mode & 0o777).toString(8)).toBe("600");
		expect(lines).toEqual([`store ${place.path}: backed up to ${copy}`, `store ${place.path}: migrated (0002-second)`]);
		const old = await openSqliteStore({ path: copy });
		expect((await old.links(JIRA)).size).toBe(1);
		await old.shut();
	});

	test("where another process migrates between the look and the backup, its result does not pass for the state before", async () => {
		await made();
		const all: Migrations = { ...MIGRATIONS, "0002-second": second(false) };
		let looks = 0;
		const interrupted = new Proxy(all, {
			ownKeys: (target) => {
				looks += 1;
				if (looks === 2) {
					const other = new DatabaseSync(place.path);
					other.exec("insert into kysely_migration values ('0002-second', '2099-01-01T00:00:00.000Z')");
					other.close();
				}
				return Reflect.ownKeys(target);
			},
		});
		await (await opening(interrupted)).shut();
		expect(looks).toBeGreaterThan(1);
		expect(readdirSync(place.directory)).toEqual(["state.db"]);
	});

	test("what is up to date is opened without a word", async () => {
		await made();
		const lines: string[] = [];
		await (await opening(MIGRATIONS, { lines })).shut();
		expect(lines).toEqual([]);
	});
});

describe("versions", () => {
	test("a store of a newer version is refused, read or write, and left as it is", async () => {
		await made();
		await (await opening({ ...MIGRATIONS, "0002-second": second(false) })).shut();
		for (const readOnly of [false, true]) {
			await expect(openSqliteStore({ path: place.path, readOnly })).rejects.toMatchObject({
				code: "store.newer",
				message: expect.stringMatching(/newer version of Rollcall \(it has 0002-second, this version knows 0001-first/),
				todo: expect.stringContaining("state.db.before-0002-second.bak"),
			});
		}
	});

	test("a store of an older version is not changed by a reader, who is told what to do", async () => {
		await made();
		await expect(opening({ ...MIGRATIONS, "0002-second": second(false) }, { readOnly: true })).rejects.toMatchObject({
			code: "store.unavailable",
			message: expect.stringContaining("older version"),
		});
		expect(tables(place.path)).not.toContain("half");
	});
});
