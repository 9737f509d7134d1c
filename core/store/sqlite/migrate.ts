import { rename, rm, writeFile } from "node:fs/promises";
import { backup, DatabaseSync } from "node:sqlite";
import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { SyncError } from "../../errors.ts";
import type { Connection } from "./connection.ts";
import { messageOf, storeFailure, unavailable } from "./failure.ts";
import { APPLICATION_ID } from "./migrations/0001-first.ts";
import type { Tables } from "./tables.ts";

export type Migrations = Readonly<Record<string, Migration>>;

/** `empty`: no table of ours yet. `behind`: made by an older version. */
export type Version = { readonly state: "empty" | "behind" | "current"; readonly last: string | undefined };

/** Which migrations the file has seen. Throws `store.newer`, and `store.unavailable` for somebody else's database. */
export function versionOf(connection: Connection, migrations: Migrations): Promise<Version> {
	return connection.read((db) => readVersion(db, connection.path, migrations));
}

async function readVersion(db: Kysely<Tables>, path: string, migrations: Migrations): Promise<Version> {
	const { rows: tables } = await sql<{
		name: string;
	}>`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`.execute(db);
	const known = tables.some(({ name }) => name === "kysely_migration");
	const done = known
		? (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows.map(({ name }) => name)
		: [];
	const { rows: ids } = await sql<{ application_id: number }>`pragma application_id`.execute(db);
	const foreign =
		done.length === 0 ? tables.some(({ name }) => !name.startsWith("kysely_migration")) : ids[0]?.application_id !== APPLICATION_ID;
	if (foreign) {
		throw unavailable(`${path} is a SQLite database, but not a Rollcall store: it was left alone`, {
			context: { path },
			todo: "Name another file in store.sqlite.",
		});
	}
	const names = Object.keys(migrations);
	const unknown = done.find((name) => !names.includes(name));
	if (unknown !== undefined) throw newer(path, unknown, names.at(-1) ?? "");
	const last = done.at(-1);
	return { state: last === undefined ? "empty" : done.length < names.length ? "behind" : "current", last };
}

function newer(path: string, found: string, ours: string): SyncError {
	return new SyncError(
		"store.newer",
		`the store ${path} was written by a newer version of Rollcall (it has ${found}, this version knows ${ours} as the last)`,
		{
			context: { path, found, known: ours },
			todo: `Install the newer version again. To go back for good, stop Rollcall and restore the backup that was taken before the change (${path}.before-${found}.bak); links made since are then forgotten.`,
		},
	);
}

/**
 * Brings the store up to date: all pending migrations in one transaction, or nothing. Where the store holds something already,
 * a backup is made first (`FILE.before-NAME.bak`). Several processes may do this at once: one works, the others wait.
 */
export async function migrate(connection: Connection, migrations: Migrations, log: (line: string) => void): Promise<void> {
	const { path } = connection;
	const version = await versionOf(connection, migrations);
	if (version.state === "current") return;
	if (version.last !== undefined) await backUp(connection, migrations, version.last, log);
	try {
		await connection.alone(async (db) => {
			const provider = { getMigrations: async () => ({ ...migrations }) };
			const migrator = new Migrator({ db: db as Kysely<unknown>, provider });
			const { error, results = [] } = await migrator.migrateToLatest();
			if (error !== undefined) throw error;
			for (const { migrationName } of results) log(`store ${path}: ${version.last === undefined ? "made" : "migrated"} (${migrationName})`);
		});
	} catch (error) {
		// A newer version may have migrated between our look and our turn.
		await versionOf(connection, migrations);
		if (error instanceof SyncError) throw error;
		throw unavailable(`the store ${path} could not be migrated and was left as it was: ${messageOf(error)}`, {
			context: { path },
			todo: "Go back to the version that ran before, and please report this.",
			cause: error,
		});
	}
}

async function backUp(connection: Connection, migrations: Migrations, last: string, log: (line: string) => void): Promise<void> {
	const { path } = connection;
	const next = Object.keys(migrations).find((name) => name > last) ?? last;
	const target = `${path}.before-${next}.bak`;
	const draft = `${target}.${process.pid}`;
	try {
		await rm(draft, { force: true });
		await writeFile(draft, "", { flag: "wx", mode: 0o600 });
		await backup(connection.raw, draft);
		// Another process may have migrated meanwhile: its result must not replace the copy from before.
		if (lastOf(draft) !== last) return;
		await rename(draft, target);
		log(`store ${path}: backed up to ${target}`);
	} catch (error) {
		throw storeFailure(target, error);
	} finally {
		await rm(draft, { force: true });
	}
}

function lastOf(path: string): unknown {
	const copy = new DatabaseSync(path);
	try {
		return copy.prepare("select max(name) as name from kysely_migration").get()?.name;
	} finally {
		copy.close();
	}
}
