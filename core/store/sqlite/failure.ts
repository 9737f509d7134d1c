import { SyncError, type SyncErrorOptions } from "../../errors.ts";

/** Primary result codes of SQLite (https://sqlite.org/rescode.html); extended ones carry them in their lowest byte. */
const SQLITE = { BUSY: 5, LOCKED: 6, READONLY: 8, IOERR: 10, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 } as const;

export function isBusy(error: unknown): boolean {
	const code = resultCode(error);
	return code === SQLITE.BUSY || code === SQLITE.LOCKED;
}

/** Turns what SQLite or the file system threw into a `store.unavailable` that names the file; anything else is left as it is. */
export function storeFailure(path: string, error: unknown): unknown {
	if (error instanceof SyncError) return error;
	const code = resultCode(error);
	const told = code === undefined ? ofFileSystem(path, error) : ofSqlite(path, code);
	if (told === undefined) return error;
	return unavailable(`${told.message} (${messageOf(error)})`, {
		...told,
		context: { path, ...(code === undefined ? {} : { sqlite: code }) },
		cause: error,
	});
}

export function unavailable(message: string, options: SyncErrorOptions & { readonly todo: string }): SyncError {
	return new SyncError("store.unavailable", message, options);
}

interface Told {
	readonly message: string;
	readonly todo: string;
	readonly retry?: "later";
}

function resultCode(error: unknown): number | undefined {
	const { errcode } = fieldsOf(error);
	return codeOf(error) === "ERR_SQLITE_ERROR" && typeof errcode === "number" ? errcode & 0xff : undefined;
}

/** The `code` that Node puts on its errors (`ENOENT`). */
export const codeOf = (error: unknown): unknown => fieldsOf(error).code;

/** By shape: an error of another realm is no `instanceof Error`. */
const fieldsOf = (
	error: unknown,
): { readonly code?: unknown; readonly errcode?: unknown; readonly syscall?: unknown; readonly message?: unknown } =>
	typeof error === "object" && error !== null ? error : {};

export const messageOf = (error: unknown): string => {
	const { message } = fieldsOf(error);
	return typeof message === "string" ? message : String(error);
};

function ofSqlite(path: string, code: number): Told | undefined {
	switch (code) {
		case SQLITE.BUSY:
		case SQLITE.LOCKED:
			return {
				message: `the store ${path} stayed locked by another process`,
				todo: `See who has it open (fuser ${path}); a stopped process holds its lock until it goes on or ends. Then run again.`,
				retry: "later",
			};
		case SQLITE.FULL:
			return {
				message: `no room left for the store ${path}: the write was undone`,
				todo: "Free space on its file system (df), then run again; what was written before is whole.",
				retry: "later",
			};
		case SQLITE.READONLY:
			return {
				message: `the store ${path} cannot be written`,
				todo: "Give the user that runs Rollcall write permission for the file and its directory, or move the store to a writable file system.",
			};
		case SQLITE.CANTOPEN:
			return {
				message: `the store ${path} cannot be opened`,
				todo: "Check that its directory exists and that the user that runs Rollcall may read and write both.",
			};
		case SQLITE.NOTADB:
			return {
				message: `${path} is not a Rollcall store`,
				todo: "Check store.sqlite in the configuration. If this was the store, restore it from a backup; do not delete it, it knows which accounts are ours.",
			};
		case SQLITE.CORRUPT:
			return {
				message: `the store ${path} is damaged`,
				todo: `Stop Rollcall, keep a copy of ${path}, ${path}-wal and ${path}-shm, and restore a backup (backups beside it end in .bak). Nothing was written.`,
			};
		case SQLITE.IOERR:
			return {
				message: `reading or writing the store ${path} failed`,
				todo: "Look for disk errors in the system's log (journalctl -k), then run again.",
				retry: "later",
			};
		default:
			return undefined;
	}
}

function ofFileSystem(path: string, error: unknown): Told | undefined {
	if (fieldsOf(error).syscall === undefined) return undefined;
	switch (codeOf(error)) {
		case "EACCES":
		case "EPERM":
			return {
				message: `no permission for the store ${path}`,
				todo: `Give the user that runs Rollcall${whoami()} read and write permission for the file and its directory.`,
			};
		case "ENOSPC":
		case "EDQUOT":
			return ofSqlite(path, SQLITE.FULL);
		case "EROFS":
			return ofSqlite(path, SQLITE.READONLY);
		case "ENOTDIR":
		case "EEXIST":
			return {
				message: `the directory of the store ${path} cannot be made: a part of its path is a file`,
				todo: "Correct store.sqlite in the configuration.",
			};
		default:
			return {
				message: `the store ${path} cannot be opened`,
				todo: "Check store.sqlite in the configuration and the file system it is on.",
			};
	}
}

function whoami(): string {
	return process.getuid === undefined ? "" : ` (uid ${process.getuid()})`;
}
