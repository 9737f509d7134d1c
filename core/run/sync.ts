import { apply, type Settlements, type StopSignals } from "../apply/apply.ts";
import { asSyncError } from "../errors.ts";
import type { Limit, Verdict } from "../guard.ts";
import type { ProductId, Snapshot, SnapshotSize } from "../model.ts";
import type { Plan } from "../plan.ts";
import type { AtlassianProduct } from "../product.ts";
import type { Lease, RunId, RunOutcome, Store } from "../store/store.ts";
import { chooseApproved, skipped } from "./approved.ts";
import { underLease } from "./lease.ts";
import { missingPeople } from "./missing.ts";
import type { WritePermit } from "./permit.ts";
import { type Planned, type PlanParts, planRun } from "./plan.ts";
import { dispute, forgetGone, settleReturned } from "./settled.ts";

export interface SyncParts extends Omit<PlanParts, "product" | "store"> {
	readonly product: AtlassianProduct;
	readonly store: Store;
	/** Who holds the lease, for the others' message (`host, process 4711`). */
	readonly holder: string;
	readonly trigger: string;
	/** The rest of the run is called off when more than max(floor, fraction × operations) have failed. */
	readonly errorBudget: Limit;
	readonly requestMs: number;
	/** Given to the product's client as well: it asks before every writing request. */
	readonly permit: WritePermit;
	/** Asked with the whole plan after the guard let it pass; false: nothing is applied. */
	readonly approve: (planned: Planned) => Promise<boolean>;
	/** A plan made and looked at earlier: what of it is still wanted is applied, and nothing else. */
	readonly approved?: Plan;
}

export interface SyncResult {
	readonly planned: Planned;
	/** The plan that was judged: today's, or the approved one. */
	readonly plan: Plan;
	readonly verdict: Verdict;
	/** Undefined when nothing was applied at all. */
	readonly settlements: Settlements | undefined;
	readonly run: RunId | undefined;
	readonly outcome: Extract<RunOutcome, "nothing-to-do" | "done" | "refused" | "failures" | "stopped"> | "not-applied";
	/** Runs that a crash had left open. */
	readonly recovered: readonly RunId[];
}

/** One run of one product, under one lease: read, plan, judge, apply, journal. This is the flow; everything else is a step of it. */
export function syncRun(parts: SyncParts, signals: StopSignals): Promise<SyncResult> {
	return underLease(parts.store, { product: parts.product.id, holder: parts.holder }, async (lease) => {
		const recovered = await parts.store.recover(lease, parts.product.id);
		const planned = await planRun(parts, AbortSignal.any([signals.stop, signals.abort]));
		const { plan, verdict } = await chooseApproved(parts, planned);
		const result = { planned, plan, verdict, recovered, settlements: undefined };
		if (verdict.state === "refused") return { ...result, run: await journalRefusal(parts, lease, { plan, verdict }), outcome: "refused" };
		if (parts.rules.posture === "observe")
			return { ...result, run: undefined, outcome: plan.operations.length === 0 ? "nothing-to-do" : "not-applied" };
		if (plan.operations.length > 0 && !(await parts.approve(planned))) return { ...result, run: undefined, outcome: "not-applied" };
		await rememberReading(parts, lease, planned);
		const run = await parts.store.open(lease, {
			product: plan.product,
			mode: modeOf(parts),
			plan,
			breaches: verdict.breaches.map((b) => b.message),
			trigger: parts.trigger,
		});
		const { concurrency, membershipBatch = 1 } = planned.can.limits;
		const errorBudget = budgetFor(parts.errorBudget, plan);
		const applied = await permitted(parts, lease, () =>
			apply(verdict.plan, { ...parts, lease, run, concurrency, membershipBatch, errorBudget }, signals),
		).catch((error: unknown) => endedBy(error, { parts, lease, run }));
		const settlements = new Map([...skipped(plan, { kept: verdict.plan, planned }), ...applied]);
		const outcome = outcomeOf(plan, settlements, signals);
		await parts.store.close(lease, run, outcome);
		return { ...result, run, settlements, outcome };
	});
}

/** The error is what counts: where the store cannot be written either, the next run's `recover` closes this one. */
async function endedBy(error: unknown, { parts, lease, run }: { parts: SyncParts; lease: Lease; run: RunId }): Promise<never> {
	await parts.store.close(lease, run, "error", asSyncError(error).message).catch(() => undefined);
	throw error;
}

const budgetFor = ({ floor, fraction }: Limit, plan: Plan): number => Math.max(floor, Math.floor(fraction * plan.operations.length)) + 1;

async function permitted<T>({ permit, requestMs }: SyncParts, lease: Lease, work: () => Promise<T>): Promise<T> {
	permit.grant(lease, requestMs);
	try {
		return await work();
	} finally {
		permit.revoke();
	}
}

async function journalRefusal(parts: SyncParts, lease: Lease, { plan, verdict }: { plan: Plan; verdict: Verdict }): Promise<RunId> {
	const breaches = verdict.breaches.map((breach) => breach.message);
	const run = await parts.store.open(lease, { product: plan.product, mode: modeOf(parts), plan, breaches, trigger: parts.trigger });
	await parts.store.close(lease, run, "refused", breaches[0]);
	return run;
}

/** Only a reading that the guard let pass counts as a sighting of an absence, or as the size to compare the next one with. */
async function rememberReading({ store, product, rules }: SyncParts, lease: Lease, planned: Planned): Promise<void> {
	for (const { value } of planned.snapshots) {
		const { connector, digest, takenAt } = value;
		const size = await knownSize(store, product.id, value);
		await store.putSnapshot(lease, product.id, connector, { digest, size, takenAt });
	}
	if (planned.actual.value.site !== undefined) await store.rememberSite(lease, product.id, planned.actual.value.site);
	await forgetGone({ store, product }, lease, planned);
	await dispute({ store, product }, lease, planned);
	await settleReturned({ store, product, rules }, lease, planned);
	const missing = missingPeople(planned.desired, await store.links(product.id));
	const takenAt = Math.max(...planned.snapshots.map(({ value }) => value.takenAt.getTime()));
	await store.recordAbsences(lease, product.id, missing, new Date(takenAt));
}

/** While groups are held their members are not counted: the size to compare the next reading with stays as large as it was. */
async function knownSize(store: Store, product: ProductId, { connector, size }: Snapshot): Promise<SnapshotSize> {
	const known = { ...size, people: size.people + (size.rejectedPeople ?? 0) };
	if ((size.heldGroups ?? 0) === 0) return known;
	const before = await store.lastGood(product, connector);
	return { ...known, memberships: Math.max(size.memberships, before?.size.memberships ?? 0) };
}

const modeOf = (parts: SyncParts): "sync" | "apply" => (parts.approved === undefined ? "sync" : "apply");

function outcomeOf(plan: Plan, settlements: Settlements, signals: StopSignals): "nothing-to-do" | "done" | "failures" | "stopped" {
	if (plan.operations.length === 0) return "nothing-to-do";
	const failed = settlements.values().some(({ state }) => state === "failed" || state === "unknown");
	const notRun = settlements.values().some((settlement) => settlement.state === "not-run" && !settlement.drifted);
	if (notRun && signals.stop.aborted) return "stopped";
	return failed || notRun ? "failures" : "done";
}
