import { access, chmod, constants, mkdir, open, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf, storeFailure, unavailable } from "./failure.ts";

/** Magic numbers of statfs(2) for file systems without the shared memory that SQLite's write-ahead log needs. */
const NETWORK: Readonly<Record<number, string>> = { 26985: "NFS", 20859: "SMB", 4283649346: "CIFS", 4266872130: "SMB2", 1397113167: "AFS" };

/** Undefined: there is no such file. A directory in its place is `store.unavailable`. */
export async function sizeOf(path: string): Promise<number | undefined> {
	try {
		const found = await stat(path);
		if (found.isFile()) return found.size;
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw storeFailure(path, error);
	}
	throw unavailable(`the store ${path} is not a file`, { context: { path }, todo: "Name a file, not a directory, in store.sqlite." });
}

/**
 * Makes the file where it is missing (0600, directories 0700) before SQLite sees it, so that it and the -wal and -shm files,
 * which take its mode, are never readable to others. An existing file is never opened here: closing it again would drop the locks that SQLite holds for this process (https://sqlite.org/howtocorrupt.html, 2.2).
 */
export async function prepareFile(path: string, log: (line: string) => void): Promise<void> {
	try {
		await makeFolder(dirname(path));
		const made = await open(path, "wx", 0o600).catch((error: unknown) => {
			if (codeOf(error) === "EEXIST") return undefined;
			throw error;
		});
		await made?.close();
		await access(path, constants.R_OK | constants.W_OK);
		await access(dirname(path), constants.W_OK | constants.X_OK);
		await warnOfNetwork(path, log);
	} catch (error) {
		throw storeFailure(path, error);
	}
}

/** One by one: where a file system refuses new folders with ENOENT (/proc), the `recursive` of Node's mkdir tries for ever. */
async function makeFolder(path: string): Promise<void> {
	if (dirname(path) === path || (await isThere(path))) return;
	await makeFolder(dirname(path));
	try {
		await mkdir(path, { mode: 0o700 });
	} catch (error) {
		// Another run was quicker.
		if (codeOf(error) !== "EEXIST") throw error;
	}
}
async function isThere(path: string): Promise<boolean> {
	try {
		await stat(path);
		return true;
	} catch (error) {
		if (codeOf(error) === "ENOENT") return false;
		throw error;
	}
}

/** Closes a store that others may read to them. Only once the file has proven to be a store: a mistyped path must not change what it names. */
export async function closeStoreToOthers(path: string, log: (line: string) => void): Promise<void> {
	try {
		await closeToOthers(path, log);
		// SQLite has just made these with the mode that the file had.
		for (const suffix of ["-wal", "-shm"]) await closeToOthers(path + suffix, () => undefined);
	} catch (error) {
		throw storeFailure(path, error);
	}
}

async function closeToOthers(path: string, log: (line: string) => void): Promise<void> {
	const found = await stat(path).catch((error: unknown) => {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	});
	if (found === undefined || (found.mode & 0o077) === 0) return;
	if (process.getuid?.() !== found.uid && process.getuid?.() !== 0) {
		log(`${path} can be read by others (mode ${(found.mode & 0o777).toString(8)}) and belongs to another user: chmod 600 it`);
		return;
	}
	await chmod(path, 0o600);
	log(`${path} could be read by others (mode ${(found.mode & 0o777).toString(8)}): changed to 600`);
}

async function warnOfNetwork(path: string, log: (line: string) => void): Promise<void> {
	const kind = NETWORK[(await statfs(path)).type];
	if (kind !== undefined) {
		log(`${path} is on ${kind}: SQLite's log needs a local file system (https://sqlite.org/wal.html). Move it, or use PostgreSQL.`);
	}
}
