import type { Store } from "../store.ts";

export interface SqliteStoreOptions {
	/** The file. On a local file system: SQLite's write-ahead log does not work over a network (https://sqlite.org/wal.html). */
	readonly path: string;
	/** Creates and changes nothing; a missing file is an empty store. */
	readonly readOnly?: boolean;
	/** Told in plain sentences what was made, migrated, backed up, tightened or taken over. */
	readonly log?: (line: string) => void;
}

/**
 * Opens the store, makes it where it is missing (file 0600, directories 0700) and migrates it where it is older, after a backup.
 * Throws `store.unavailable` (no permission, no room, damaged, not ours, locked) and `store.newer`. Shut it at the end.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
	const { path, readOnly = false, log = () => {} } = options;
	const { prepareFile, sizeOf } = await import("./file.ts");
	const size = await sizeOf(path);
	if (readOnly && (size ?? 0) === 0) {
		const { emptyStore } = await import("./empty.ts");
		return emptyStore(path);
	}
	if (!readOnly) await prepareFile(path, log);
	// Loaded only when needed: commands that never touch a store start without SQLite and Kysely.
	const { openPrepared } = await import("./prepared.ts");
	return openPrepared({ path, readOnly, log });
}
