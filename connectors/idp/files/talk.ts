import { createHash } from "node:crypto";
import { SyncError } from "../../../core/errors.ts";
import { deadline } from "../../http/deadline.ts";
import { assertRunning, cancelled, pause } from "../../http/pause.ts";
import { DISK, type Disk, type FileFacts, type OpenFile } from "./disk.ts";
import { failureOfFile, unfinished } from "./failure.ts";
import type { FilesSettings } from "./settings.ts";

const CHUNK_BYTES = 256 * 1024;
/** So often a file that is being touched is watched anew. */
const WATCHES = 3;

/** A file as it was when it was opened, and what was read of it. */
export interface Read {
	readonly path: string;
	readonly facts: FileFacts;
	readonly sha256: string;
}

/** Reads files, and proves that each is the same from its first byte to the end of the reading. A request is a file that is opened. */
export class Talk {
	readonly settings: FilesSettings;
	readonly #disk: Disk;
	#opened = 0;

	constructor(settings: FilesSettings) {
		this.settings = settings;
		this.#disk = settings.disk ?? DISK;
	}

	requests(): number {
		return this.#opened;
	}

	/** Throws for what is not an ordinary file. */
	async facts(path: string, signal: AbortSignal): Promise<FileFacts> {
		const facts = await this.#patiently(path, () => this.#disk.stat(path), signal);
		if (facts.kind !== "file") throw notAFile(path, facts.kind);
		return facts;
	}

	/** Of a directory too. */
	plainFacts(path: string, signal: AbortSignal): Promise<FileFacts> {
		return this.#patiently(path, () => this.#disk.stat(path), signal);
	}

	mayWrite(path: string): Promise<boolean> {
		return this.#disk.mayWrite(path);
	}

	/** Waits until a file that was touched a moment ago has been left alone for `quietForMs`. */
	async quiet(path: string, signal: AbortSignal): Promise<void> {
		const { quietForMs } = this.settings.proof;
		let before = await this.facts(path, signal);
		const age = Date.now() - before.modifiedAt;
		// A time in the future says nothing: then only watching tells.
		if (age >= quietForMs) return;
		for (let watch = 0; watch < WATCHES; watch += 1) {
			await pause(quietForMs, signal);
			const after = await this.facts(path, signal);
			if (after.identity === before.identity) return;
			before = after;
		}
		throw unfinished(path, `is still being written: it changed again within ${quietForMs} ms`);
	}

	/**
	 * The file's bytes, chunk by chunk; a chunk is valid until the next is asked for. Throws `source.incomplete` when the
	 * file has become shorter, longer or another one meanwhile. `ended` is told at the end, before the generator returns.
	 */
	async *bytes(path: string, ended: (read: Read) => void, signal: AbortSignal): AsyncGenerator<Buffer> {
		const began = performance.now();
		let failed: unknown;
		await this.facts(path, signal);
		const file = await this.#open(path, signal);
		try {
			yield* this.#whole(path, { file, ended }, signal);
		} catch (error) {
			failed = error;
			throw error;
		} finally {
			await this.#close(path, file, failed !== undefined || signal.aborted);
			this.#log(path, performance.now() - began, failed);
		}
	}

	async *#whole(
		path: string,
		{ file, ended }: { readonly file: OpenFile; readonly ended: (read: Read) => void },
		signal: AbortSignal,
	): AsyncGenerator<Buffer> {
		const facts = await this.#patiently(path, () => file.stat(), signal);
		if (facts.kind !== "file") throw notAFile(path, facts.kind);
		const sum = createHash("sha256");
		let size = 0;
		for (;;) {
			const chunk = await this.#patiently(path, () => file.read(this.settings.chunkBytes ?? CHUNK_BYTES), signal);
			if (chunk.length === 0) break;
			size += chunk.length;
			if (size > facts.size) throw unfinished(path, `grew while it was read (it had ${facts.size} bytes)`);
			sum.update(chunk);
			yield chunk;
		}
		if (size < facts.size) throw unfinished(path, `ended after ${size} of its ${facts.size} bytes`);
		const after = await this.#patiently(path, () => file.stat(), signal);
		if (after.identity !== facts.identity) throw unfinished(path, "changed while it was read");
		ended({ path, facts, sha256: sum.digest("hex") });
	}

	/** The first bytes only, for a look. */
	async beginning(path: string, signal: AbortSignal): Promise<{ readonly bytes: Buffer; readonly whole: boolean }> {
		const facts = await this.facts(path, signal);
		const began = performance.now();
		const file = await this.#open(path, signal);
		try {
			const bytes = Buffer.from(await this.#patiently(path, () => file.read(CHUNK_BYTES), signal));
			this.#log(path, performance.now() - began, undefined);
			return { bytes, whole: bytes.length >= facts.size };
		} finally {
			await this.#close(path, file, signal.aborted);
		}
	}

	/** Whether all of them are still the files that were read, at the same paths: nothing was swapped in the middle. */
	async unchanged(reads: readonly Pick<Read, "path" | "facts">[], signal: AbortSignal): Promise<void> {
		for (const { path, facts } of reads) {
			const now = await this.facts(path, signal);
			if (now.identity !== facts.identity) throw unfinished(path, "was replaced or changed while the files were read");
		}
	}

	async #open(path: string, signal: AbortSignal): Promise<OpenFile> {
		this.#opened += 1;
		const began = performance.now();
		let late = false;
		const opening = () =>
			this.#disk.open(path).then((file) => {
				// Nobody waits for it any more.
				if (late) void file.close();
				return file;
			});
		try {
			return await this.#patiently(path, opening, signal);
		} catch (error) {
			late = true;
			this.#log(path, performance.now() - began, error);
			throw error;
		}
	}

	/** A handle with an operation that hangs closes when that comes back, if ever; nobody waits, and what was met before says more. */
	async #close(path: string, file: OpenFile, gaveUp: boolean): Promise<void> {
		const closed = file.close().catch(async (error: unknown) => {
			if (!gaveUp) throw await failureOfFile(path, error);
		});
		if (!gaveUp) await closed;
	}

	/** An operation on a file cannot be called back; that it hangs must not make the run hang. */
	async #patiently<T>(path: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
		assertRunning(signal);
		const { timeoutMs } = this.settings.network;
		const limit = deadline(timeoutMs, signal);
		const stopped = new Promise<never>((_, reject) => {
			const stop = () => reject(limit.passed() ? hangs(path, timeoutMs) : cancelled());
			limit.signal.addEventListener("abort", stop, { once: true });
		});
		try {
			return await Promise.race([work(), stopped]);
		} catch (error) {
			throw await failureOfFile(path, error);
		} finally {
			limit.release();
		}
	}

	#log(path: string, ms: number, error: unknown): void {
		const failed = error === undefined ? {} : { error: error instanceof SyncError ? error.code : "bug" };
		this.settings.log?.({ method: "READ", host: "", path, ms, attempt: 1, ...failed });
	}
}

const hangs = (path: string, ms: number): SyncError =>
	new SyncError("source.unreachable", `${path}: the file system has not answered for ${ms} ms`, {
		todo: "Nothing was changed. Look at the mount that the file is on, or give it more time with timeout.",
		context: { file: path },
	});

const notAFile = (path: string, kind: "directory" | "other"): SyncError =>
	new SyncError("source.malformed", `${path}: is ${kind === "directory" ? "a directory" : "no ordinary file (a pipe, a device)"}`, {
		todo: "Name the file itself in the configuration.",
		context: { file: path },
	});
