import type { Progress } from "../connector.ts";
import { SyncError } from "../errors.ts";
import type { ClearedPlan } from "../guard.ts";
import type { AccountId, Digest, PersonKey } from "../model.ts";
import { type MemberAdd, type MemberRemove, type Operation, type ProductOperation, phaseOf } from "../operation.ts";
import type { AtlassianProduct } from "../product.ts";
import type { Lease, LinkOrigin, RunId, Settlement, Store } from "../store/store.ts";

export interface ApplyParts {
	readonly product: AtlassianProduct;
	readonly store: Pick<Store, "links" | "link" | "intend" | "settle">;
	readonly lease: Lease;
	readonly run: RunId;
	/** After so many failed or unknown operations the rest is not run. */
	readonly errorBudget: number;
	/** Requests under way at once within one phase. */
	readonly concurrency: number;
	/** Memberships of one group that the product takes at once. Default 1. */
	readonly membershipBatch?: number;
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
		const phase = phaseOf(operation);
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
	/** New ids of accounts that a rename of this run has given one. */
	readonly #renamed = new Map<AccountId, AccountId>();
	/** By account, as the run found it; made when the first account moves. */
	#owners: ReadonlyMap<AccountId, readonly PersonKey[]> | undefined;
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
				const taken = this.#batchAt(operations, next);
				next += taken.length;
				const done = taken.length === 1 ? this.#one(taken[0]!) : this.#together(taken);
				for (const { id } of taken) this.#underWay.set(id, done);
				await done;
				for (const { id } of taken) this.#underWay.delete(id);
				this.#parts.progress?.({ stage: "apply", done: this.settlements.size, total: this.#plan.operations.length });
			}
		};
		await Promise.all(Array.from({ length: Math.min(this.#parts.concurrency, operations.length) }, worker));
		if (this.#fatal !== undefined) throw this.#fatal.error;
	}

	/** The next operation, with those after it that the product takes in the same request. */
	#batchAt(operations: readonly Operation[], start: number): readonly Operation[] {
		const first = operations[start]!;
		const size = this.#parts.product.performMembers === undefined ? 1 : (this.#parts.membershipBatch ?? 1);
		if (!isMembership(first)) return [first];
		let end = start + 1;
		for (; end < operations.length && end - start < size; end += 1) {
			const other = operations[end]!;
			if (!isMembership(other) || other.kind !== first.kind || other.group !== first.group) break;
		}
		return operations.slice(start, end);
	}

	/** As `#one`, for several at once: every intent is flushed before the one request leaves. */
	async #together(operations: readonly Operation[]): Promise<void> {
		const { store, lease, run } = this.#parts;
		try {
			const going: Operation[] = [];
			for (const operation of operations) {
				const because = await this.#obstacle(operation);
				if (because === undefined) going.push(operation);
				else this.#note(operation, { state: "not-run", because });
			}
			await Promise.all(going.map((operation) => store.intend(lease, run, operation)));
			const settled = await this.#performedTogether(going as (MemberAdd | MemberRemove)[]);
			await Promise.all(going.map((operation, index) => store.settle(lease, run, operation.id, settled[index]!)));
			for (const [index, operation] of going.entries()) this.#note(operation, settled[index]!);
		} catch (error) {
			this.#fatal ??= { error };
		}
	}

	async #performedTogether(operations: readonly (MemberAdd | MemberRemove)[]): Promise<readonly Settlement[]> {
		if (operations.length === 0) return [];
		await this.#parts.lease.assertHeld(this.#parts.requestMs);
		try {
			const batch = operations.map((operation) => ({ operation, account: this.#subjectOf(operation)! }));
			const results = await this.#parts.product.performMembers!(batch, this.#signals.abort);
			return results.map((result) => (result instanceof SyncError ? this.#refused(result) : result.outcome === "done" ? DONE : ALREADY));
		} catch (error) {
			if (!(error instanceof SyncError) || error.code.startsWith("store.")) throw error;
			// Nobody can say which of them were done, or nothing more shall be sent: the same is true of all.
			if (error.outcomeUnknown || error.code === "target.denied" || error.code === "run.cancelled")
				return operations.map(() => this.#refused(error));
			// Nothing was changed, because of some of them: one by one it shows of which.
			const settled: Settlement[] = [];
			let failed = 0;
			for (const operation of operations) {
				const because = this.#end(failed);
				const settlement: Settlement = because === undefined ? await this.#performed(operation) : { state: "not-run", because };
				if (settlement.state === "failed" || settlement.state === "unknown") failed += 1;
				settled.push(settlement);
			}
			return settled;
		}
	}

	#note(operation: Operation, settlement: Settlement): void {
		this.settlements.set(operation.id, settlement);
		if (settlement.state === "failed" || settlement.state === "unknown") this.#failures += 1;
	}

	/** Never rejects: what must stop the run is kept in `#fatal`. */
	async #one(operation: Operation): Promise<void> {
		try {
			const obstacle = await this.#obstacle(operation);
			const settlement: Settlement = obstacle === undefined ? await this.#journalled(operation) : { state: "not-run", because: obstacle };
			this.#note(operation, settlement);
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
		return this.#end(0);
	}
	/** Why nothing more is started; `more`: failures that are not noted yet. */
	#end(more: number): string | undefined {
		if (this.#signals.stop.aborted || this.#signals.abort.aborted) this.#ended ??= "the run was stopped";
		if (this.#failures + more >= this.#parts.errorBudget) this.#ended ??= `the error budget of ${this.#parts.errorBudget} is spent`;
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
			if (error.code.startsWith("store.") || error.code === "bug") throw error;
			return this.#refused(error);
		}
	}

	#refused(error: SyncError): Settlement {
		if (error.code === "target.denied") this.#ended ??= `the product refused Rollcall's credentials (${error.message})`;
		return settlementOf(error);
	}

	async #asked(operation: Operation): Promise<Settlement> {
		if (operation.kind === "link.adopt") {
			const { person, account } = operation.subject;
			const origin = operation.matchedOn === "merge" ? "merged" : operation.matchedOn === "journal" ? "created" : "adopted";
			// An adoption may be for the further keys of somebody whose own link stands: how that one came about stays known.
			if (this.#links.get(person) !== account) await this.#remember(person, account, origin);
			await this.#rememberAliases(operation, account);
			return { state: "done", account };
		}
		const { outcome, account } = await this.#parts.product.perform(operation, this.#subjectOf(operation), this.#signals.abort);
		if (operation.kind === "account.rename" && account !== undefined) await this.#moved(operation.subject.account, account);
		if (operation.kind !== "account.create") return outcome === "done" ? DONE : ALREADY;
		if (account === undefined)
			throw new SyncError("target.malformed", `the product created ${operation.subject.username} but named no account`, {
				outcomeUnknown: true,
			});
		await this.#remember(operation.subject.person, account, "created");
		await this.#rememberAliases(operation, account);
		return { state: outcome, account };
	}

	/** Links follow an account whose id is its name; so do the operations of this run that were planned with the old one. */
	async #moved(from: AccountId, to: AccountId): Promise<void> {
		if (from === to) return;
		this.#renamed.set(from, to);
		this.#owners ??= Map.groupBy(this.#links.keys(), (person) => this.#links.get(person)!);
		for (const person of this.#owners.get(from) ?? []) await this.#remember(person, to, "merged");
	}

	async #rememberAliases({ aliases = [] }: { readonly aliases?: readonly PersonKey[] }, account: AccountId): Promise<void> {
		for (const alias of aliases) await this.#remember(alias, account, "merged");
	}

	async #remember(person: PersonKey, account: AccountId, origin: LinkOrigin): Promise<void> {
		await this.#parts.store.link(this.#parts.lease, this.#plan.product, person, account, origin);
		this.#links.set(person, account);
	}

	#subjectOf(operation: ProductOperation): AccountId | undefined {
		if (!("subject" in operation) || operation.kind === "account.create") return undefined;
		const { account, person } = operation.subject;
		// Only ids of the plan may be old ones; what a link says is of now, and may be a name that a rename has just freed.
		if (account !== undefined) return this.#renamed.get(account) ?? account;
		const linked = person === undefined ? undefined : this.#links.get(person);
		if (linked === undefined) throw new SyncError("target.missing", `${operation.subject.username} has no account yet`);
		return linked;
	}
}

// Shared, since a first run settles millions.
const DONE: Settlement = { state: "done" };
const ALREADY: Settlement = { state: "already" };

const isMembership = (operation: Operation): operation is MemberAdd | MemberRemove =>
	operation.kind === "member.add" || operation.kind === "member.remove";

function settlementOf(error: SyncError): Settlement {
	const failure = { code: error.code, message: error.message, ...(error.todo === undefined ? {} : { todo: error.todo }) };
	return { state: error.outcomeUnknown ? "unknown" : "failed", error: failure };
}
