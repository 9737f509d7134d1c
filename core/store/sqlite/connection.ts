import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { Kysely, type Transaction } from "kysely";
import { SyncError } from "../../errors.ts";
import { faceOf, TransactionalSqliteDialect } from "./face.ts";
import { isBusy, storeFailure } from "./failure.ts";
import type { Tables } from "./tables.ts";

/** How long SQLite itself may wait for a lock. It blocks the whole thread meanwhile: the long waiting is done between attempts. */
const BLOCKING_WAIT_MS = 15;
/** How long a lock is waited for in all. */
const PATIENCE_MS = 10_000;

/** Part of a write transaction. It may be run again from the start, after what it wrote was undone. */
export type Write<T> = (trx: Transaction<Tables>) => Promise<T>;

interface Queued {
	readonly work: Write<unknown>;
	readonly flushed: boolean;
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: unknown) => void;
}

export interface ConnectionOptions {
	readonly path: string;
	readonly readOnly: boolean;
	readonly patienceMs?: number;
}

/**
 * One SQLite file: a connection that writes and one that reads, so that a long reading sees one state of the store and holds
 * nobody up. Everything that crosses its wall is a SyncError.
 */
export class Connection {
	readonly path: string;
	readonly readOnly: boolean;
	/** The writing connection, or the reading one when there is no other. */
	readonly raw: DatabaseSync;
	readonly #rawReader: DatabaseSync;
	readonly #reader: Kysely<Tables>;
	readonly #writer: Kysely<Tables> | undefined;
	readonly #patienceMs: number;
	#queue: Queued[] = [];
	#draining: Promise<void> | undefined;
	#flushing = true;
	#shut = false;

	private constructor(options: ConnectionOptions, raw: DatabaseSync, reader: DatabaseSync) {
		this.path = options.path;
		this.readOnly = options.readOnly;
		this.raw = raw;
		this.#rawReader = reader;
		this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
		this.#reader = new Kysely<Tables>({ dialect: new TransactionalSqliteDialect({ database: faceOf(reader, "begin") }) });
		if (!options.readOnly) {
			this.#writer = new Kysely<Tables>({ dialect: new TransactionalSqliteDialect({ database: faceOf(raw, "begin immediate") }) });
		}
	}

	/** The file must exist. Throws `store.unavailable`. */
	static async open(options: ConnectionOptions): Promise<Connection> {
		const { path, readOnly } = options;
		const opened: DatabaseSync[] = [];
		const openOne = (asReader: boolean): DatabaseSync => {
			const raw = new DatabaseSync(path, { readOnly: asReader, timeout: BLOCKING_WAIT_MS, allowExtension: false });
			opened.push(raw);
			raw.exec("pragma cell_size_check = on; pragma trusted_schema = off");
			return raw;
		};
		try {
			return await patiently(options.patienceMs ?? PATIENCE_MS, async () => {
				for (const raw of opened.splice(0)) raw.close();
				const raw = openOne(readOnly);
				if (!readOnly) raw.exec("pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 67108864");
				raw.prepare("select count(*) from sqlite_schema").get();
				return new Connection(options, raw, readOnly ? raw : openOne(true));
			});
		} catch (error) {
			for (const raw of opened) raw.close();
			throw storeFailure(path, error);
		}
	}

	/** One state of the store, however long the reading takes. */
	async read<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
		this.#assertUsable();
		return this.#guarded(() => this.#reader.transaction().execute(work));
	}

	/**
	 * Runs in one transaction with whatever else is waiting to be written. `flushed`: returns only when it is on the disk; otherwise
	 * it survives the death of this process at once, and a power failure with the next flushed write.
	 */
	write<T>(work: Write<T>, flushed = true): Promise<T> {
		this.#assertUsable();
		if (this.#writer === undefined)
			throw new SyncError("bug", `the store ${this.path} was opened for reading only`, { todo: "Please report this." });
		return new Promise<T>((resolve, reject) => {
			this.#queue.push({ work, flushed, resolve: resolve as (value: unknown) => void, reject });
			this.#draining ??= this.#drain();
		});
	}

	/** The whole writing connection, for migrations. */
	async alone<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
		const writer = this.#writer;
		if (writer === undefined) throw new SyncError("bug", `the store ${this.path} was opened for reading only`);
		return this.#guarded(() => work(writer));
	}

	async shut(): Promise<void> {
		if (this.#shut) return;
		await this.#draining;
		this.#shut = true;
		await this.#reader.destroy();
		await this.#writer?.destroy();
		// Kysely closes only what it has used. The writer goes last: it takes the log away with it.
		for (const raw of [this.#rawReader, this.raw]) if (raw.isOpen) raw.close();
	}

	async #drain(): Promise<void> {
		// Everything that asks in this turn of the event loop shares one flush.
		await nextTurn();
		while (this.#queue.length > 0) await this.#commit(this.#queue.splice(0));
		this.#draining = undefined;
	}

	async #commit(batch: readonly Queued[]): Promise<void> {
		let results: unknown[];
		try {
			results = await this.#guarded(() => this.#transaction(batch));
		} catch (error) {
			// One member of the batch was refused: the others get their own try. A store that cannot be written refuses all at once.
			const forAll = batch.length === 1 || (error instanceof SyncError && error.code === "store.unavailable");
			for (const each of batch) {
				if (forAll) each.reject(error);
				else await this.#commit([each]);
			}
			return;
		}
		for (const [index, { resolve }] of batch.entries()) resolve(results[index]);
	}

	async #transaction(batch: readonly Queued[]): Promise<unknown[]> {
		this.#setFlushing(batch.some(({ flushed }) => flushed));
		return this.#writer!.transaction().execute(async (trx) => {
			const results: unknown[] = [];
			for (const { work } of batch) results.push(await work(trx));
			return results;
		});
	}

	/** Not through Kysely: this pragma acts while it is prepared, so a kept statement would do nothing. */
	#setFlushing(flushing: boolean): void {
		if (flushing === this.#flushing) return;
		this.raw.exec(`pragma synchronous = ${flushing ? "full" : "normal"}`);
		this.#flushing = flushing;
	}

	async #guarded<T>(work: () => Promise<T>): Promise<T> {
		try {
			return await patiently(this.#patienceMs, work);
		} catch (error) {
			throw storeFailure(this.path, error);
		}
	}

	#assertUsable(): void {
		if (this.#shut) throw new SyncError("bug", `the store ${this.path} was used after it was shut`, { todo: "Please report this." });
	}
}

/** Tries again while somebody else holds the lock, leaving the event loop free in between. */
async function patiently<T>(patienceMs: number, work: () => Promise<T>): Promise<T> {
	const end = performance.now() + patienceMs;
	for (;;) {
		try {
			return await work();
		} catch (error) {
			if (!isBusy(error) || performance.now() > end) throw error;
		}
		await sleep(2 + Math.random() * 20);
	}
}
