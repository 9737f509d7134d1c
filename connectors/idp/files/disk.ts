import { constants } from "node:fs";
import { access, type FileHandle, open, stat } from "node:fs/promises";

/** All that is asked of a file system. Errors are those of node:fs, by `code`. */
export interface Disk {
	/** Follows symbolic links. */
	stat(path: string): Promise<FileFacts>;
	open(path: string): Promise<OpenFile>;
	/** Whether this process may write there. */
	mayWrite(path: string): Promise<boolean>;
}

export interface OpenFile {
	stat(): Promise<FileFacts>;
	/** The next bytes; none: the end. The bytes are the caller's until the next call. */
	read(most: number): Promise<Buffer>;
	close(): Promise<void>;
}

export interface FileFacts {
	readonly kind: "file" | "directory" | "other";
	readonly size: number;
	/** Permission bits with the sticky bit. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Milliseconds since 1970. */
	readonly modifiedAt: number;
	/** Device, inode, size, modification and change time in nanoseconds: other text, other file or other content. */
	readonly identity: string;
}

export const DISK: Disk = {
	stat: async (path) => factsOf(await stat(path, { bigint: true })),
	// Without O_NONBLOCK a pipe that was put in the file's place would wait for a writer for ever.
	open: async (path) => openFile(await open(path, constants.O_RDONLY | constants.O_NONBLOCK)),
	mayWrite: (path) =>
		access(path, constants.W_OK).then(
			() => true,
			() => false,
		),
};

function openFile(handle: FileHandle): OpenFile {
	let buffer = Buffer.alloc(0);
	return {
		stat: async () => factsOf(await handle.stat({ bigint: true })),
		read: async (most) => {
			if (buffer.length < most) buffer = Buffer.allocUnsafe(most);
			const { bytesRead } = await handle.read(buffer, 0, most, null);
			return buffer.subarray(0, bytesRead);
		},
		close: () => handle.close(),
	};
}

type BigFacts = Awaited<ReturnType<typeof bigStat>>;
const bigStat = (path: string) => stat(path, { bigint: true });

const factsOf = (found: BigFacts): FileFacts => ({
	kind: found.isFile() ? "file" : found.isDirectory() ? "directory" : "other",
	size: Number(found.size),
	mode: Number(found.mode) & 0o7777,
	uid: Number(found.uid),
	gid: Number(found.gid),
	modifiedAt: Number(found.mtimeMs),
	identity: [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(":"),
});
