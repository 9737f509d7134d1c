import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { SqliteAdapter, type SqliteDatabase, SqliteDialect } from "kysely";

/** Statements kept ready per connection: preparing anew costs half the speed. */
const KEPT = 100;

/**
 * What Kysely's own SqliteDialect needs of a database, over the SQLite inside Node. `begin` is what a transaction starts with:
 * a writer says `begin immediate`, since one that reads first and writes later is refused without any waiting
 * when somebody else wrote in between (SQLITE_BUSY_SNAPSHOT, https://sqlite.org/rescode.html#busy_snapshot).
 */
export function faceOf(raw: DatabaseSync, begin: "begin" | "begin immediate"): SqliteDatabase {
	const idle = new Map<string, StatementSync>();
	/** A statement in use is never handed out twice. */
	const using = <T>(text: string, use: (statement: StatementSync) => T): T => {
		const statement = idle.get(text) ?? raw.prepare(text);
		idle.delete(text);
		const result = use(statement);
		if (idle.size < KEPT) idle.set(text, statement);
		return result;
	};
	return {
		close: () => {
			idle.clear();
			raw.close();
		},
		prepare: (text) => {
			// SQLite rolls back by itself when the disk is full; a second rollback would hide that error.
			if (text === "rollback" && !raw.isTransaction) return NOTHING;
			const statement = text === "begin" ? begin : text;
			const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
			return {
				get reader() {
					return using(statement, (it) => it.columns().length > 0);
				},
				all: (parameters) => using(statement, (it) => it.all(...values(parameters))),
				run: (parameters) => using(statement, (it) => it.run(...values(parameters))),
				iterate: (parameters) => raw.prepare(statement).iterate(...values(parameters)),
			};
		},
	};
}

const NOTHING: ReturnType<SqliteDatabase["prepare"]> = {
	reader: false,
	all: () => [],
	run: () => ({ changes: 0, lastInsertRowid: 0 }),
	iterate: () => [].values(),
};

/** SQLite rolls schema changes back. Kysely's adapter denies it and would run migrations outside any transaction. */
export class TransactionalSqliteDialect extends SqliteDialect {
	override createAdapter(): SqliteAdapter {
		return new TransactionalAdapter();
	}
}
class TransactionalAdapter extends SqliteAdapter {
	override get supportsTransactionalDdl(): boolean {
		return true;
	}
}
