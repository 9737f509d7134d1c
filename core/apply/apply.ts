import type { Progress } from "../connector.ts";
import { SyncError } from "../errors.ts";
import type { ClearedPlan } from "../guard.ts";
import type { AccountId, Digest, PersonKey } from "../model.ts";
import { KINDS, type Operation, type ProductOperation } from "../operation.ts";
import type { AtlassianProduct } from "../product.ts";
import type { Lease, LinkOrigin, RunId, Settlement, Store } from "../store/store.ts";

export interface ApplyParts {
	readonly product: AtlassianProduct;
	readonly store: Pick<Store, "links" | "link" | "intend" | "settle">;
	readonly lease: Lease;
	readonly run: RunId;
	/** After so many failed or unknown operations the rest is not run. */
	readonly errorBudget: number;
	/** Operations under way at once within one phase. */
	readonly concurrency: number;
	/** The longest that one operation's requests may take; the lease must be good for at least this long before each. */
	readonly requestMs: number;
	readonly progress?: Progress;
}
export interface StopSignals {
	/** Start nothing more; what is under way may finish. */
	readonly stop: AbortSignal;
	/** Give up what is under way too: its outcome is then unknown. */
	readonly abort: AbortSignal;
}
export type Settlements = ReadonlyMap<Digest, Settlement>;

/**
 * Runs a cleared plan in its own order: phase by phase, several operations at once within a phase, each after those it
 * requires. The only place in the program that changes a product (law 6).
 * Throws `store.*` (a lost lease included) and bugs, after what was under way has ended; product failures are settlements.
 */
export async function apply(plan: ClearedPlan, parts: ApplyParts, signals: StopSignals): Promise<Settlements> {
	const work = new Application(plan, parts, signals, new Map(await parts.store.links(plan.product)));
	for (const phase of phasesOf(plan.operations)) await work.runPhase(phase);
	return work.settlements;
}

/** Runs of equal phase; the plan is sorted by it. */
function phasesOf(operations: readonly Operation[]): readonly (readonly Operation[])[] {
	const phases: Operation[][] = [];
	let current: number | undefined;
	for (const operation of operations) {
		const phase = KINDS[operation.kind].phase;
		if (phase !== current) phases.push([]);
		current = phase;
		phases.at(-1)!.push(operation);
	}
	return phases;
}

class Application {
	readonly settlements = new Map<Digest, Settlement>();
	readonly #underWay = new Map<Digest, Promise<void>>();
	readonly #plan: ClearedPlan;
	readonly #parts: ApplyParts;
	readonly #signals: StopSignals;
	readonly #links: Map<PersonKey, AccountId>;
	#failures = 0;
	/** Set once: why nothing more is started. */
	#ended: string | undefined;
	#fatal: { readonly error: unknown } | undefined;

	constructor(plan: ClearedPlan, parts: ApplyParts, signals: StopSignals, links: Map<PersonKey, AccountId>) {
		this.#plan = plan;
		this.#parts = parts;
		this.#signals = signals;
		this.#links = links;
	}

	/** Operations are taken in order, so whatever one requires has been taken before it: waiting cannot lock up. */
	async runPhase(operations: readonly Operation[]): Promise<void> {
		let next = 0;
		const worker = async (): Promise<void> => {
			while (next < operations.length && this.#fatal === undefined) {
				const operation = operations[next++]!;
				const done = this.#one(operation);
				this.#underWay.set(operation.id, done);
				await done;
				this.#underWay.delete(operation.id);
				this.#parts.progress?.({ stage: "apply", done: this.settlements.size, total: this.#plan.operations.length });
			}
		};
		await Promise.all(Array.from({ length: Math.min(this.#parts.concurrency, operations.length) }, worker));
		if (this.#fatal !== undefined) throw this.#fatal.error;
	}

	/** Never rejects: what must stop the run is kept in `#fatal`. */
	async #one(operation: Operation): Promise<void> {
		try {
			const obstacle = await this.#obstacle(operation);
			const settlement: Settlement = obstacle === undefined ? await this.#journalled(operation) : { state: "not-run", because: obstacle };
			this.settlements.set(operation.id, settlement);
			if (settlement.state === "failed" || settlement.state === "unknown") this.#failures += 1;
		} catch (error) {
			this.#fatal ??= { error };
		}
	}

	async #obstacle(operation: Operation): Promise<string | undefined> {
		for (const id of operation.requires ?? []) {
			await this.#underWay.get(id);
			const before = this.settlements.get(id);
			if (before === undefined) return "an operation it requires is not part of this run";
			if (before.state !== "done" && before.state !== "already") return "an operation it requires did not succeed";
		}
		if (this.#signals.stop.aborted || this.#signals.abort.aborted) this.#ended ??= "the run was stopped";
		if (this.#failures >= this.#parts.errorBudget) this.#ended ??= `the error budget of ${this.#parts.errorBudget} is spent`;
		return this.#ended;
	}

	/** Intent flushed, then the request, then the settlement. */
	async #journalled(operation: Operation): Promise<Settlement> {
		const { store, lease, run } = this.#parts;
		await store.intend(lease, run, operation);
		const settlement = await this.#performed(operation);
		await store.settle(lease, run, operation.id, settlement);
		return settlement;
	}

	async #performed(operation: Operation): Promise<Settlement> {
		// A fence in the store cannot stop a request; so the lease is asked for before each one.
		await this.#parts.lease.assertHeld(this.#parts.requestMs);
		try {
			return await this.#asked(operation);
		} catch (error) {
			if (!(error instanceof SyncError)) throw error; // a bug stops the run; it is not "one failed operation"
			if (error.code.startsWith("store.")) throw error;
			if (error.code === "target.denied") this.#ended ??= `the product refused Rollcall's credentials (${error.message})`;
			return settlementOf(error);
		}
	}

	async #asked(operation: Operation): Promise<Settlement> {
		if (operation.kind === "link.adopt") {
			const { person, account } = operation.subject;
			await this.#remember(
				person,
				account,
				operation.matchedOn === "merge" ? "merged" : operation.matchedOn === "journal" ? "created" : "adopted",
			);
			return { state: "done", account };
		}
		const { outcome, account } = await this.#parts.product.perform(operation, this.#subjectOf(operation), this.#signals.abort);
		if (operation.kind !== "account.create") return outcome === "done" ? DONE : ALREADY;
		if (account === undefined)
			throw new SyncError("target.malformed", `the product created ${operation.subject.username} but named no account`, {
				outcomeUnknown: true,
			});
		await this.#remember(operation.subject.person, account, "created");
		return { state: outcome, account };
	}

	async #remember(person: PersonKey, account: AccountId, origin: LinkOrigin): Promise<void> {
		await this.#parts.store.link(this.#parts.lease, this.#plan.product, person, account, origin);
		this.#links.set(person, account);
	}

	#subjectOf(operation: ProductOperation): AccountId | undefined {
		if (!("subject" in operation) || operation.kind === "account.create") return undefined;
		const { account, person } = operation.subject;
		const known = account ?? (person === undefined ? undefined : this.#links.get(person));
		if (known === undefined) throw new SyncError("target.missing", `${operation.subject.username} has no account yet`);
		return known;
	}
}

// Shared, since a first run settles millions.
const DONE: Settlement = { state: "done" };
const ALREADY: Settlement = { state: "already" };

function settlementOf(error: SyncError): Settlement {
	const failure = { code: error.code, message: error.message, ...(error.todo === undefined ? {} : { todo: error.todo }) };
	return { state: error.outcomeUnknown ? "unknown" : "failed", error: failure };
}
