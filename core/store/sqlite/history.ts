import { setImmediate as nextTurn } from "node:timers/promises";
import { type Kysely, type Selectable, sql } from "kysely";
import type { AccountId, GroupName, PersonKey } from "../../model.ts";
import type { AccountCreate, AccountFields, Operation } from "../../operation.ts";
import type { RunDetail, RunEntry, RunId, RunSummary, Settlement } from "../store.ts";
import { type Journal, type ReleaseStep, releasedBy } from "../store.ts";
import type { Connection } from "./connection.ts";
import { NOW } from "./fence.ts";
import type { Tables } from "./tables.ts";

/** Entries a turn of the event loop. */
const CHUNK = 2_000;
const WEEK_MS = 7 * 24 * 3_600_000;

type Reading = Pick<Journal, "openCreates" | "inherited" | "released" | "marks" | "written" | "runs" | "run">;

export function history(connection: Connection): Reading {
	return {
		openCreates: (product) =>
			connection.read(async (db) => {
				const open = new Map<PersonKey, AccountFields>();
				const { rows } = await sql<{ body: string }>`
					select body from entry where product = ${product} and kind = 'account.create' and explained = 0
					and (state is null or state not in ('failed', 'not-run')) order by run, seq`.execute(db);
				for (const { body } of rows) {
					const { subject, after } = JSON.parse(body) as AccountCreate;
					open.set(subject.person, after);
				}
				return open;
			}),

		inherited: (product) =>
			connection.read(async (db) => {
				const { rows } = await sql<{ account: AccountId; group: GroupName }>`
					select distinct account, group_name as "group" from entry as refused
					where product = ${product} and error_code = 'target.inherited' and kind = 'member.remove' and state = 'failed'
					and settled_at > ${NOW} - ${WEEK_MS} and not exists (
						select 1 from entry as later where later.kind = 'member.remove' and later.product = refused.product
						and later.account = refused.account and later.group_name = refused.group_name
						and (later.run, later.seq) > (refused.run, refused.seq) and later.state in ('done', 'already')
					) order by account, group_name`.execute(db);
				return rows.map(({ account, group }) => ({ account, group }));
			}),

		released: (product) =>
			connection.read(async (db) => {
				const taken = sql`kind = 'member.remove' and json_extract(body, '$.leaver')`;
				const given = sql`kind = 'member.add' and json_extract(body, '$.returned')`;
				// Each has an index of its own; together they would have none.
				const steps = (which: typeof taken) =>
					sql<ReleaseStep & { run: number; seq: number }>`
						select run, seq, person, group_name as "group", kind, state from entry
						where product = ${product} and ${which} and explained = 0 and person is not null`.execute(db);
				const rows = [...(await steps(taken)).rows, ...(await steps(given)).rows];
				return releasedBy(rows.sort((x, y) => x.run - y.run || x.seq - y.seq));
			}),

		marks: (product, attribute) =>
			connection.read(async (db) => {
				const { rows } = await sql<{ person: PersonKey; value: string }>`
					select person, coalesce(json_extract(body, '$.mark'), json_extract(body, '$.after')) as value from entry
					where product = ${product} and person is not null and state in ('done', 'already')
					and (kind = 'attribute.set' and json_extract(body, '$.attribute') = ${attribute} or kind = 'link.adopt' and json_extract(body, '$.mark'))
					order by run, seq`.execute(db);
				return new Map(rows.map(({ person, value }) => [person, value]));
			}),

		written: (product) =>
			connection.read(async (db) => {
				const { rows } = await sql<{ account: AccountId | null; after: string; state: string }>`
					select coalesce(account, json_extract(settlement, '$.account')) as account, json_extract(body, '$.after') as after, state
					from entry where product = ${product} and kind in ('account.create', 'account.update')
					and state in ('done', 'already', 'unknown') order by run, seq`.execute(db);
				const written = new Map<AccountId, Partial<AccountFields>>();
				for (const { account, after, state } of rows) {
					if (account === null) continue;
					const fields = JSON.parse(after) as Partial<AccountFields>;
					// Of a lost answer nobody knows which of the two values stands there.
					const before: Record<string, string> = { ...written.get(account) };
					for (const [field, value] of Object.entries(fields)) {
						if (state === "unknown") delete before[field];
						else before[field] = value;
					}
					written.set(account, before);
				}
				return written;
			}),

		runs: (product, limit) =>
			connection.read(async (db) => {
				const every = db.selectFrom("run").selectAll().orderBy("id", "desc").limit(limit);
				const rows = await (product === undefined ? every : every.where("product", "=", product)).execute();
				const summaries: RunSummary[] = [];
				for (const row of rows) summaries.push(await summaryOf(db, row));
				return summaries;
			}),

		run: (id) =>
			connection.read(async (db): Promise<RunDetail | undefined> => {
				if (!/^[1-9]\d{0,14}$/.test(id)) return undefined;
				const row = await db.selectFrom("run").selectAll().where("id", "=", Number(id)).executeTakeFirst();
				if (row === undefined) return undefined;
				return {
					...(await summaryOf(db, row)),
					breaches: JSON.parse(row.breaches) as RunDetail["breaches"],
					counts: JSON.parse(row.counts) as RunDetail["counts"],
					entries: await entriesOf(db, row.id),
				};
			}),
	};
}

async function summaryOf(db: Kysely<Tables>, row: Selectable<Tables["run"]>): Promise<RunSummary> {
	const counted = await db
		.selectFrom("entry")
		.select((eb) => ["state", eb.fn.countAll<number>().as("count")])
		.where("run", "=", row.id)
		.where("state", "is not", null)
		.groupBy("state")
		.execute();
	const settled: Partial<Record<Settlement["state"], number>> = {};
	for (const { state, count } of counted) if (state !== null) settled[state] = count;
	return {
		id: String(row.id) as RunId,
		product: row.product,
		mode: row.mode,
		trigger: row.trigger,
		startedAt: new Date(row.started_at),
		finishedAt: row.finished_at === null ? undefined : new Date(row.finished_at),
		outcome: row.outcome,
		planDigest: row.plan_digest,
		planned: row.planned,
		settled,
		note: row.note ?? undefined,
	};
}

async function entriesOf(db: Kysely<Tables>, run: number): Promise<readonly RunEntry[]> {
	const entries: RunEntry[] = [];
	for (;;) {
		const rows = await db
			.selectFrom("entry")
			.select(["seq", "body", "intended_at", "settled_at", "settlement"])
			.where("run", "=", run)
			.where("seq", ">", entries.at(-1)?.seq ?? 0)
			.orderBy("seq")
			.limit(CHUNK)
			.execute();
		for (const row of rows) {
			entries.push({
				seq: row.seq,
				operation: JSON.parse(row.body) as Operation,
				intendedAt: new Date(row.intended_at),
				settledAt: row.settled_at === null ? undefined : new Date(row.settled_at),
				settlement: row.settlement === null ? undefined : (JSON.parse(row.settlement) as Settlement),
			});
		}
		if (rows.length < CHUNK) return entries;
		await nextTurn();
	}
}
