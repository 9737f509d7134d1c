import type { Settlements } from "../apply/apply.ts";
import { wantedOf } from "../diff/draft.ts";
import { type ClearedPlan, narrow, type Verdict } from "../guard.ts";
import type { Digest } from "../model.ts";
import type { Hold, Plan } from "../plan.ts";
import type { Settlement } from "../store/store.ts";
import { judgeNow, type Planned, type PlanParts } from "./plan.ts";

/**
 * Today's plan, or the one that was approved: judged as it was shown but by today's readings, then narrowed to what
 * today's plan still wants. An operation's id covers what it does, so "the same" means the same change to the same account.
 */
export async function chooseApproved(
	parts: PlanParts & { readonly approved?: Plan },
	planned: Planned,
): Promise<{ plan: Plan; verdict: Verdict }> {
	const { approved } = parts;
	if (approved === undefined) return planned;
	const { sources, population } = planned.plan;
	const plan = { ...approved, sources, population };
	const verdict = await judgeNow(parts, plan, { actual: planned.actual.value, can: planned.can });
	if (verdict.state === "refused") return { plan, verdict };
	const wanted = new Set(planned.plan.operations.map((operation) => operation.id));
	return { plan, verdict: { ...verdict, plan: narrow(verdict.plan, (operation) => wanted.has(operation.id)) } };
}

/** What of an approved plan is not done, and why. */
export function skipped(plan: Plan, { kept, planned }: { kept: ClearedPlan; planned: Planned }): Settlements {
	if (kept.operations.length === plan.operations.length) return new Map();
	const still = new Set<Digest>(kept.operations.map((operation) => operation.id));
	const holds = new Map(planned.plan.holds.map((hold) => [holdKey(hold.subject, hold.wanted), hold.detail]));
	const reasons = new Map<Digest, Settlement>();
	for (const operation of plan.operations) {
		if (still.has(operation.id)) continue;
		const subject = "subject" in operation ? operation.subject : { username: "" };
		const held = holds.get(holdKey(subject, wantedOf(operation))) ?? holds.get(holdKey(subject, EVERYTHING));
		reasons.set(operation.id, {
			state: "not-run",
			drifted: true,
			because: held === undefined ? "already so, or no longer wanted" : `now held: ${held}`,
		});
	}
	return reasons;
}

/** Somebody who cannot be judged or matched is held once, for all operations. */
const EVERYTHING = "everything";
const holdKey = ({ person, account, username }: Hold["subject"], wanted: string): string =>
	`${person ?? account ?? username}\u0000${wanted === "match" || wanted === "any change" ? EVERYTHING : wanted}`;
