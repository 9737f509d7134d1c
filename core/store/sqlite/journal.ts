import { setImmediate as nextTurn } from "node:timers/promises";
import { sql, type Transaction } from "kysely";
import type { Digest } from "../../model.ts";
import type { Operation, OperationKind } from "../../operation.ts";
import { leaseLost, NEVER_HEARD, notInRun, runNotOpen } from "../refusals.ts";
import type { Journal, Lease, RunId, RunOutcome, Settlement } from "../store.ts";
import type { Connection } from "./connection.ts";
import { assertFence, held, NOW } from "./fence.ts";
import type { Tables } from "./tables.ts";

/** Operations that were left out are written this many at a time: a run stopped early may have millions. */
const CHUNK = 500;

type Writing = Pick<Journal, "open" | "intend" | "settle" | "settleReleased" | "close" | "recover">;
type Unwritten = { readonly operation: Operation; readonly settlement: Settlement };

export function journal(connection: Connection): Writing {
	/** The plans of the runs opened here: where an operation that was never intended is looked up. */
	const plans = new Map<RunId, PlannedOperations>();
	const leftOut = new Map<RunId, Unwritten[]>();

	async function writeLeftOut(lease: Lease, run: RunId): Promise<void> {
		const waiting = leftOut.get(run);
		if (waiting === undefined || waiting.length === 0) return;
		const chunk = waiting.splice(0);
		try {
			await connection.write(async (trx) => {
				for (const { operation, settlement } of chunk) await enter(trx, { lease, run, operation }, settlement);
			}, false);
		} catch (error) {
			waiting.unshift(...chunk);
			throw error;
		}
	}

	return {
		async open(lease, start) {
			const counts: Partial<Record<OperationKind, number>> = {};
			for (const { kind } of start.plan.operations) counts[kind] = (counts[kind] ?? 0) + 1;
			const run = await connection.write(async (trx) => {
				const { rows } = await sql<{ id: number }>`
					insert into run (product, lease, token, mode, "trigger", started_at, outcome, plan_digest, planned, breaches, counts)
					select ${start.product}, ${lease.name}, ${lease.token}, ${start.mode}, ${start.trigger}, ${NOW}, 'running',
						${start.plan.digest}, ${start.plan.operations.length}, ${JSON.stringify(start.breaches)}, ${JSON.stringify(counts)}
					where ${held(lease)} returning id`.execute(trx);
				if (rows[0] === undefined) throw leaseLost(lease);
				return String(rows[0].id) as RunId;
			});
			plans.set(run, new PlannedOperations(start.plan.operations));
			return run;
		},

		async intend(lease, run, operation) {
			await writeLeftOut(lease, run);
			await connection.write((trx) => enter(trx, { lease, run, operation }));
		},

		async settle(lease, run, operation, settlement) {
			const planned = settlement.state === "not-run" ? plans.get(run)?.find(operation) : undefined;
			if (planned === undefined) {
				await connection.write((trx) => settleOne(trx, { lease, run, operation, settlement }), false);
				return;
			}
			const waiting = leftOut.get(run) ?? [];
			leftOut.set(run, waiting);
			waiting.push({ operation: planned, settlement });
			if (waiting.length >= CHUNK) await writeLeftOut(lease, run);
		},

		async close(lease, run, outcome, note) {
			await writeLeftOut(lease, run);
			await connection.write((trx) => end(trx, lease, { run, outcome, note }));
			plans.delete(run);
			leftOut.delete(run);
		},

		settleReleased: (lease, product, people) =>
			connection.write(async (trx) => {
				await assertFence(trx, lease);
				for (const person of people) {
					await sql`
						update entry set explained = 1 where product = ${product} and person = ${person}
						and kind = 'member.remove' and json_extract(body, '$.leaver') and explained = 0`.execute(trx);
					await sql`
						update entry set explained = 1 where product = ${product} and person = ${person}
						and kind = 'member.add' and json_extract(body, '$.returned') and explained = 0`.execute(trx);
				}
			}),

		recover: (lease, product) =>
			connection.write(async (trx) => {
				await assertFence(trx, lease);
				const left = await trx
					.selectFrom("run")
					.select("id")
					.where("product", "=", product)
					.where("outcome", "=", "running")
					.where((eb) => eb.not(eb.and([eb("lease", "=", lease.name), eb("token", "=", lease.token)])))
					.orderBy("id")
					.execute();
				const ids = left.map(({ id }) => String(id) as RunId);
				for (const run of ids) {
					await end(trx, lease, { run, outcome: "crashed", note: undefined });
					await nextTurn();
				}
				return ids;
			}),
	};
}

interface Intention {
	readonly lease: Lease;
	readonly run: RunId;
	readonly operation: Operation;
}

const running = (run: RunId) => sql<boolean>`exists (select 1 from run where id = ${run} and outcome = 'running')`;

/**
 * Without a settlement: intended. Intended once more within one run (after a lost answer was looked into): the same entry, open again.
 * With one: left out, whether it had been intended or not.
 */
async function enter(trx: Transaction<Tables>, { lease, run, operation }: Intention, settlement?: Settlement): Promise<void> {
	const subject = "subject" in operation ? operation.subject : undefined;
	const group = "group" in operation ? operation.group : null;
	const ended =
		settlement === undefined
			? { at: sql`null`, state: null, json: null }
			: { at: NOW, state: settlement.state, json: JSON.stringify(settlement) };
	const { numAffectedRows } = await sql`
		insert into entry (run, seq, operation, kind, product, person, account, group_name, body, intended_at, settled_at, state, settlement)
		select id, coalesce((select max(seq) from entry where run = run.id), 0) + 1, ${operation.id}, ${operation.kind}, product,
			${subject?.person ?? null}, ${subject?.account ?? null}, ${group}, ${JSON.stringify(operation)}, ${NOW}, ${ended.at}, ${ended.state}, ${ended.json}
		from run where id = ${run} and outcome = 'running' and ${held(lease)}
		on conflict (run, operation) do update
		set settled_at = excluded.settled_at, state = excluded.state, error_code = null, settlement = excluded.settlement`.execute(trx);
	if (numAffectedRows === 1n) return;
	await assertFence(trx, lease);
	throw runNotOpen(run);
}

interface Settling {
	readonly lease: Lease;
	readonly run: RunId;
	readonly operation: Digest;
	readonly settlement: Settlement;
}

async function settleOne(trx: Transaction<Tables>, { lease, run, operation, settlement }: Settling): Promise<void> {
	const code = "error" in settlement ? settlement.error.code : null;
	const { numAffectedRows } = await sql`
		update entry set settled_at = ${NOW}, state = ${settlement.state}, error_code = ${code}, settlement = ${JSON.stringify(settlement)}
		where run = ${run} and operation = ${operation} and ${running(run)} and ${held(lease)}`.execute(trx);
	if (numAffectedRows === 1n) return;
	await assertFence(trx, lease);
	const open = await trx.selectFrom("run").select("id").where("id", "=", Number(run)).where("outcome", "=", "running").executeTakeFirst();
	throw open === undefined ? runNotOpen(run) : notInRun(run, operation);
}

interface End {
	readonly run: RunId;
	readonly outcome: Exclude<RunOutcome, "running">;
	readonly note: string | undefined;
}

/** An operation that nobody heard of by now never will be: it is unknown. */
async function end(trx: Transaction<Tables>, lease: Lease, { run, outcome, note }: End): Promise<void> {
	const unknown: Settlement = { state: "unknown", error: NEVER_HEARD };
	await sql`
		update entry set settled_at = ${NOW}, state = ${unknown.state}, error_code = ${NEVER_HEARD.code}, settlement = ${JSON.stringify(unknown)}
		where run = ${run} and state is null and ${running(run)} and ${held(lease)}`.execute(trx);
	const { numAffectedRows } = await sql`
		update run set finished_at = ${NOW}, outcome = ${outcome}, note = ${note ?? null}
		where id = ${run} and outcome = 'running' and ${held(lease)}`.execute(trx);
	if (numAffectedRows === 1n) return;
	await assertFence(trx, lease);
	throw runNotOpen(run);
}

class PlannedOperations {
	readonly #operations: readonly Operation[];
	#byId: Map<Digest, Operation> | undefined;

	constructor(operations: readonly Operation[]) {
		this.#operations = operations;
	}

	find(id: Digest): Operation | undefined {
		this.#byId ??= new Map(this.#operations.map((operation) => [operation.id, operation]));
		return this.#byId.get(id);
	}
}
