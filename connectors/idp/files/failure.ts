import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { type Code, type Retry, SyncError } from "../../../core/errors.ts";

/** A line of a file, from 1. */
export interface Place {
	readonly file: string;
	readonly line: number;
}
export const placeText = ({ file, line }: Place): string => `${file}:${line}`;

interface More {
	readonly todo: string;
	readonly code?: Code;
	readonly retry?: Retry;
}

/** What a file says cannot be right. `later`: it may be half-written, and read well the next time. */
export const malformed = (at: Place, what: string, more: More): SyncError =>
	new SyncError(more.code ?? "source.malformed", `${placeText(at)}: ${what}`, {
		retry: more.retry ?? "never",
		todo: more.todo,
		context: { file: at.file, line: at.line },
	});

/** The file is not whole, or not the one that was opened. */
export const unfinished = (file: string, what: string, todo: string = WRITING): SyncError =>
	new SyncError("source.incomplete", `${file}: ${what}`, { retry: "later", todo, context: { file } });

/** The todo of everything that looks half-written. */
export const WRITING =
	"Nothing was changed. Usually the file was being written, and the next run succeeds; if it stays, look at the job that exports it, and let it write under another name and rename.";

const PASSING = new Set(["ENOENT", "EIO", "ESTALE", "EAGAIN", "EBUSY", "EINTR", "EMFILE", "ENFILE", "ETIMEDOUT", "ENXIO"]);
const WORDS: Readonly<Record<string, string>> = {
	ENOENT: "there is no such file",
	ENOTDIR: "a part of the path is not a directory",
	ELOOP: "its symbolic links go round in circles",
	EIO: "the disk or the network file system fails (EIO)",
	ESTALE: "the network file system has lost it (ESTALE)",
};

/** An error of node:fs in our words. A name that does not exist is an error, never an empty directory. */
export async function failureOfFile(file: string, error: unknown): Promise<unknown> {
	if (error instanceof SyncError) return error;
	const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
	// A mistake of ours stays one.
	if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
	const context = { file, errno: code };
	if (code === "EACCES" || code === "EPERM") {
		const { who, what, todo } = await missingRight(file);
		return new SyncError("source.denied", `${file}: ${who} may not ${what}`, { todo, context, cause: error });
	}
	const words = WORDS[code] ?? `the operating system says ${code}`;
	return new SyncError(code === "ENOENT" ? "source.incomplete" : "source.unreachable", `${file}: ${words}`, {
		retry: PASSING.has(code) ? "later" : "never",
		todo:
			code === "ENOENT"
				? "Nothing was changed. Look whether the export ran and the path is right; a file that is not there never counts as an empty one."
				: "Nothing was changed. Look at the disk or the mount that the file is on.",
		context,
		cause: error,
	});
}

/** Which directory on the way stops us, and what its owner has to allow. */
async function missingRight(file: string): Promise<{ readonly who: string; readonly what: string; readonly todo: string }> {
	const name = userName();
	const who = `the user ${name}`;
	for (const directory of ancestors(file)) {
		if (await allows(directory, constants.X_OK)) continue;
		return {
			who,
			what: `enter the directory ${directory}`,
			todo: `Its owner grants that, for example: setfacl -m u:${name}:x ${directory}`,
		};
	}
	return { who, what: "read it", todo: `Its owner grants that, for example: setfacl -m u:${name}:r ${file} (reading is enough)` };
}

/** Outermost first. */
function ancestors(file: string): readonly string[] {
	const found: string[] = [];
	for (let at = dirname(file); ; at = dirname(at)) {
		found.unshift(at);
		if (at === dirname(at)) return found;
	}
}

const allows = (path: string, right: number): Promise<boolean> =>
	access(path, right).then(
		() => true,
		() => false,
	);

/** Containers run as users that have no name. */
function userName(): string {
	try {
		return userInfo().username;
	} catch {
		return String(process.getuid?.() ?? "of Rollcall");
	}
}
