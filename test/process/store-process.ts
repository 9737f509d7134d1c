/** A process of its own that works on a store as its parent says: `{ id, say: [verb, …arguments] }` in, `{ id, value }` or `{ id, error }` out. */

import type { SyncError } from "../../core/errors.ts";
import type { AccountId, PersonKey, ProductId } from "../../core/model.ts";
import type { Migrations } from "../../core/store/sqlite/migrate.ts";
import { MIGRATIONS } from "../../core/store/sqlite/migrations/all.ts";
import { openSqliteStore } from "../../core/store/sqlite/open.ts";
import { openPrepared } from "../../core/store/sqlite/prepared.ts";
import type { Lease, RunId, Store } from "../../core/store/store.ts";
import { creationOf, startWith } from "../support/store-operations.ts";

const JIRA = "jira" as ProductId;
let store: Store;
let lease: Lease | undefined;
let run: RunId;
const logged: string[] = [];
const log = (line: string): void => void logged.push(line);

const verbs = {
	open: async (path: string) => {
		store = await openSqliteStore({ path, log });
		return logged;
	},
	openReadOnly: async (path: string) => {
		store = await openSqliteStore({ path, readOnly: true, log });
	},
	/** A migration that stays half done for many turns of the event loop, so that others come in between if they can. */
	openWithMigration: async (path: string) => {
		const second: Migrations[string] = {
			up: async (db) => {
				await db.schema.createTable("half").addColumn("x", "integer").execute();
				for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
				await db.schema.createTable("whole").addColumn("x", "integer").execute();
			},
		};
		store = await openPrepared({ path, readOnly: false, log, migrations: { ...MIGRATIONS, "0002-second": second } });
		return logged;
	},
	acquire: async (ttlMs: number) => {
		lease = await store.acquire("jira", `process ${process.pid}`, ttlMs);
		return lease?.token;
	},
	openRun: async (count: number) => {
		run = await store.open(lease!, startWith(Array.from({ length: count }, (_, n) => creationOf(n))));
		return run;
	},
	intend: (n: number) => store.intend(lease!, run, creationOf(n)),
	settle: (n: number) => store.settle(lease!, run, creationOf(n).id, { state: "done" }),
	link: (n: number) => store.link(lease!, JIRA, `staff:${n}` as PersonKey, `J${n}` as AccountId, "created"),
	assertHeld: (marginMs: number) => lease!.assertHeld(marginMs),
	close: () => store.close(lease!, run, "done"),
	/** One creation after the other, each told to the parent once the store has it. Ends with the process. */
	flood: async () => {
		for (let n = 0; ; n++) {
			await store.intend(lease!, run, creationOf(n));
			process.send!({ intended: n });
			await store.settle(lease!, run, creationOf(n).id, { state: "done" });
		}
	},
	/** Intends until the store refuses. */
	fill: async () => {
		let written = 0;
		try {
			for (; written < 1_000_000; written++) await store.intend(lease!, run, creationOf(written));
		} catch (error) {
			const { code, message, todo } = error as SyncError;
			return { written, code, message, todo };
		}
		return undefined;
	},
	entries: async () => (await store.run(run))!.entries.length,
	shut: () => store.shut(),
} satisfies Record<string, (...values: never[]) => Promise<unknown>>;

export type Verbs = typeof verbs;

process.on("message", (message: { readonly id: number; readonly say: readonly [keyof Verbs, ...unknown[]] }) => {
	const { id, say } = message;
	const [verb, ...values] = say;
	const work = verbs[verb] as (...given: unknown[]) => Promise<unknown>;
	work(...values).then(
		(value) => process.send!({ id, value }),
		(error: { code?: string; message?: string; todo?: string }) =>
			process.send!({ id, error: { code: error.code, message: error.message, todo: error.todo } }),
	);
});
