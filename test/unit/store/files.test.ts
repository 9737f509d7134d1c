import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { AccountId, PersonKey, ProductId } from "../../../core/model.ts";
import { openSqliteStore } from "../../../core/store/sqlite/open.ts";
import type { RunId } from "../../../core/store/store.ts";
import { startWith } from "../../support/store-operations.ts";
import { freshDirectory } from "./directory.ts";

const place = freshDirectory();
const JIRA = "jira" as ProductId;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const ANA = "staff:ana" as PersonKey;

test("the file, its log and its shared memory are for their owner only, whatever the umask; new directories too", async () => {
	const path = join(place.directory, "a", "b", "state.db");
	const umask = process.umask(0);
	try {
		const store = await openSqliteStore({ path });
		await store.acquire("jira", "me", 1_000);
		expect(readdirSync(join(place.directory, "a", "b")).sort()).toEqual(["state.db", "state.db-shm", "state.db-wal"]);
		for (const suffix of ["", "-wal", "-shm"]) expect([suffix, modeOf(path + suffix)]).toEqual([suffix, "600"]);
		for (const made of ["a", "a/b"]) expect(modeOf(join(place.directory, made))).toBe("700");
		await store.shut();
		expect(readdirSync(join(place.directory, "a", "b"))).toEqual(["state.db"]);
	} finally {
		process.umask(umask);
	}
});

test("an existing file that others may read is closed to them, and that is said", async () => {
	await (await openSqliteStore({ path: place.path })).shut();
	chmodSync(place.path, 0o644);
	chmodSync(place.directory, 0o755);
	const lines: string[] = [];
	const store = await openSqliteStore({ path: place.path, log: (line) => lines.push(line) });
	expect(modeOf(place.path)).toBe("600");
	expect(modeOf(place.directory)).toBe("755");
	expect(lines).toEqual([`${place.path} could be read by others (mode 644): changed to 600`]);
	await store.shut();
});

test("reading only: a missing file is an empty store, and stays missing", async () => {
	const path = join(place.directory, "not", "there", "state.db");
	const store = await openSqliteStore({ path, readOnly: true });
	expect(await store.links(JIRA)).toEqual(new Map());
	expect(await store.absences(JIRA)).toEqual(new Map());
	expect(await store.openCreates(JIRA)).toEqual(new Map());
	expect(await store.inherited(JIRA)).toEqual([]);
	expect(await store.lastGood(JIRA, "staff" as never)).toBeUndefined();
	expect(await store.runs(undefined, 10)).toEqual([]);
	expect(await store.run("1" as RunId)).toBeUndefined();
	expect(await store.holderOf("jira")).toBeUndefined();
	await expect(store.acquire("jira", "me", 1_000)).rejects.toMatchObject({ code: "bug" });
	await store.shut();
	expect(readdirSync(place.directory)).toEqual([]);
});

test("reading only: an empty file is an empty store, and stays empty", async () => {
	writeFileSync(place.path, "", { mode: 0o600 });
	const store = await openSqliteStore({ path: place.path, readOnly: true });
	expect(await store.links(JIRA)).toEqual(new Map());
	await store.shut();
	expect(statSync(place.path).size).toBe(0);
});

test("reading only: everything is seen, also beside a writer, and nothing can be written", async () => {
	const writer = await openSqliteStore({ path: place.path });
	const lease = (await writer.acquire("jira", "me", 60_000))!;
	await writer.link(lease, JIRA, ANA, "JIRAUSER1" as AccountId, "created");
	const reader = await openSqliteStore({ path: place.path, readOnly: true });
	expect(await reader.links(JIRA)).toEqual(new Map([[ANA, "JIRAUSER1"]]));
	expect(await reader.holderOf("jira")).toMatchObject({ holder: "me" });
	await writer.link(lease, JIRA, ANA, "JIRAUSER2" as AccountId, "created");
	expect(await reader.links(JIRA)).toEqual(new Map([[ANA, "JIRAUSER2"]]));
	const at = new Date(1);
	const writes = [
		() => reader.acquire("jira", "other", 1),
		() => reader.link(lease, JIRA, ANA, "X" as AccountId, "created"),
		() => reader.recordAbsences(lease, JIRA, [ANA], at),
		() => reader.open(lease, startWith([])),
		() => reader.recover(lease, JIRA),
	];
	for (const write of writes) await expect(write()).rejects.toMatchObject({ code: "bug" });
	await reader.shut();
	await writer.shut();
});

test("a directory in its place, a file where a directory should be", async () => {
	mkdirSync(place.path);
	for (const readOnly of [true, false]) {
		await expect(openSqliteStore({ path: place.path, readOnly })).rejects.toMatchObject({
			code: "store.unavailable",
			message: expect.stringContaining(`${place.path} is not a file`),
			todo: expect.stringContaining("store.sqlite"),
		});
	}
	const file = join(place.directory, "file");
	writeFileSync(file, "");
	await expect(openSqliteStore({ path: join(file, "state.db") })).rejects.toMatchObject({
		code: "store.unavailable",
		message: expect.stringContaining(join(file, "state.db")),
	});
	expect(existsSync(join(file, "state.db"))).toBe(false);
});

test("a folder that the file system refuses to make is the store's failure, and is not tried for ever", async () => {
	// Linux answers with ENOENT below /proc, elsewhere /proc itself cannot be made.
	await expect(openSqliteStore({ path: "/proc/nix/deeper/rollcall.db" })).rejects.toMatchObject({
		code: "store.unavailable",
		message: expect.stringContaining("/proc/nix/deeper/rollcall.db"),
	});
});
