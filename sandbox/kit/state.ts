import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/**
 * State of a stand-in in one JSON file. Written whole beside the file and renamed, so that a reader never sees half of it.
 * Changes are gathered: a large state is written at most a tenth of the time.
 */
export class StateFile<T> {
	readonly #path: string;
	readonly #current: () => T;
	#timer: NodeJS.Timeout | undefined;
	#lastMs = 0;

	/** @param current gives the whole state when it is time to write. */
	constructor(path: string, current: () => T) {
		this.#path = path;
		this.#current = current;
	}

	/** What an earlier run left, or `undefined`. A file that is not JSON is an error that names it. */
	static load<T>(path: string): T | undefined {
		if (!existsSync(path)) return undefined;
		const text = readFileSync(path, "utf8");
		try {
			return JSON.parse(text) as T;
		} catch (error) {
			throw new Error(`${path} is not the JSON that the sandbox wrote: delete it to start anew, or restore it`, { cause: error });
		}
	}

	/** Something changed: written soon. */
	changed(): void {
		if (this.#timer !== undefined) return;
		this.#timer = setTimeout(() => this.flush(), Math.max(50, this.#lastMs * 10));
		this.#timer.unref();
	}

	/** Writes now, if anything changed since the last time. */
	flush(): void {
		if (this.#timer === undefined) return;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const started = performance.now();
		mkdirSync(dirname(this.#path), { recursive: true });
		const fresh = `${this.#path}.new`;
		const file = openSync(fresh, "w", 0o600);
		try {
			writeSync(file, JSON.stringify(this.#current()));
			fsyncSync(file);
		} finally {
			closeSync(file);
		}
		renameSync(fresh, this.#path);
		this.#lastMs = performance.now() - started;
	}
}
