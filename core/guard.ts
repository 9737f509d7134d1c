import type { AccountId, Digest, SnapshotSize } from "./model.ts";
import { isDestructive, KINDS, type Operation, type OperationKind } from "./operation.ts";
import type { Plan } from "./plan.ts";
import { type CaseRule, foldName } from "./product.ts";
import type { ShelfEntry } from "./store/store.ts";

/** Allowance = max(floor, fraction × population): a small site is bounded too, never exempt. `fraction` from 0 to 1. */
export interface Limit {
	readonly floor: number;
	readonly fraction: number;
}
export type Limits = Readonly<Partial<Record<OperationKind, Limit>>>;
/** How far a source may shrink against the last snapshot that passed, from 0 to 1. */
export interface ShrinkLimits {
	readonly people: number;
	readonly groups: number;
	readonly memberships: number;
}
/** Names nobody may lose or gain anything by; the second line behind the planner, which holds such operations. */
export interface Protection {
	readonly accounts: ReadonlySet<AccountId>;
	/** Folded by `groupCase`. */
	readonly groups: ReadonlySet<string>;
	readonly groupCase: CaseRule;
	readonly self: AccountId | undefined;
}
export interface GuardRules {
	readonly limits: Limits;
	readonly shrink: ShrinkLimits;
	readonly protection: Protection;
	/** The last snapshot that passed, per source. */
	readonly lastGood: ReadonlyMap<string, ShelfEntry>;
	/** `--override DIGEST`: passes limits and shrink checks of exactly this plan. Never passes `protected` or `empty`. */
	readonly override?: Digest;
}

export type BreachRule = "limit" | "shrink" | "empty" | "protected" | "posture";
export interface Breach {
	readonly rule: BreachRule;
	/** What it is about: an operation kind, `staff: people`, an account. */
	readonly what: string;
	readonly planned: number;
	readonly allowed: number;
	/** One plain sentence with the numbers and the setting that says so. */
	readonly message: string;
}
/** Only `judge` makes one, and `apply` takes nothing else (law 5). */
export type ClearedPlan = Plan & { readonly __cleared: true };
export type Verdict =
	| { readonly state: "clear" | "overridden"; readonly plan: ClearedPlan; readonly breaches: readonly Breach[] }
	| { readonly state: "refused"; readonly breaches: readonly Breach[] };

/** Judges the whole plan before the first write. Pure. */
export function judge(plan: Plan, rules: GuardRules): Verdict {
	const hard = [...emptySources(plan), ...touchesProtected(plan, rules.protection), ...againstPosture(plan)];
	const soft = [...overLimits(plan, rules.limits), ...shrunkSources(plan, rules)];
	const breaches = [...hard, ...soft];
	if (breaches.length === 0) return { state: "clear", plan: plan as ClearedPlan, breaches };
	if (hard.length === 0 && rules.override === plan.digest) return { state: "overridden", plan: plan as ClearedPlan, breaches };
	return { state: "refused", breaches };
}

/**
 * A cleared plan with fewer operations is cleared too: the guard is monotonic, and a property test holds it to that.
 * What no longer has to be done is no longer waited for.
 */
export function narrow(plan: ClearedPlan, keep: (operation: Operation) => boolean): ClearedPlan {
	const operations = plan.operations.filter(keep);
	const kept = new Set(operations.map((operation) => operation.id));
	const waiting = (o: Operation) => (o.requires === undefined ? o : { ...o, requires: o.requires.filter((id) => kept.has(id)) });
	return { ...plan, operations: operations.map(waiting) };
}

function overLimits(plan: Plan, limits: Limits): Breach[] {
	const planned = new Map<OperationKind, number>();
	for (const operation of plan.operations) planned.set(operation.kind, (planned.get(operation.kind) ?? 0) + 1);
	// Whoever loses the licence is out, as whoever is switched off: people are counted, not groups.
	const out = new Set(plan.operations.flatMap((o) => (o.kind === "member.remove" && o.leaver ? [o.subject.account] : [])));
	const disabled = planned.get("account.disable") ?? 0;
	planned.set("account.disable", disabled + out.size);
	return (Object.entries(limits) as [OperationKind, Limit][]).flatMap(([kind, limit]) => {
		const count = planned.get(kind) ?? 0;
		const population = populationOf(kind, plan);
		const allowed = Math.max(limit.floor, Math.floor(limit.fraction * population.count));
		if (count <= allowed) return [];
		const percent = `${Math.round(limit.fraction * 1000) / 10}%`;
		const message = `${count} times "${KINDS[kind].verb}" planned, ${allowed} allowed (limits.${kind}: at least ${limit.floor}, or ${percent} of ${population.count} ${population.of})`;
		return [{ rule: "limit" as const, what: kind, planned: count, allowed, message }];
	});
}

/** A fraction of what there is to lose; for creations, of what is wanted, or a first sync could never be bounded by a fraction. */
function populationOf(kind: OperationKind, plan: Plan): { count: number; of: string } {
	if (kind === "member.add") return { count: plan.population.wantedMemberships, of: "memberships wanted" };
	if (kind === "member.remove") return { count: plan.population.memberships, of: "managed memberships" };
	if (kind === "group.create" || kind === "group.delete") return { count: plan.population.groups, of: "groups" };
	if (kind === "account.create" || kind === "link.adopt") return { count: plan.population.wanted, of: "people selected" };
	return { count: plan.population.linked, of: "managed accounts" };
}

function emptySources(plan: Plan): Breach[] {
	return plan.sources
		.filter((source) => source.size.people === 0)
		.map((source) => ({
			rule: "empty" as const,
			what: `${source.connector}: people`,
			planned: 0,
			allowed: 1,
			message: `the directory "${source.connector}" has no people at all; an empty directory is never followed`,
		}));
}

function shrunkSources(plan: Plan, rules: GuardRules): Breach[] {
	return plan.sources.flatMap((source) => {
		const before = rules.lastGood.get(source.connector);
		if (before === undefined) return [];
		const sizes = [before.size, source.size] as const;
		const lists = (["people", "groups"] as const).flatMap((what) => shrunk(source.connector, what, sizes, rules.shrink[what]));
		const held = source.size.heldGroups;
		if (held !== undefined)
			return [...lists, ...removedBesideHeld(plan, { source: source.connector, held, before: before.size }, rules.shrink.memberships)];
		return [...lists, ...shrunk(source.connector, "memberships", sizes, rules.shrink.memberships)];
	});
}

/** Members of held groups are not gone, they are not known. So what the plan would really remove is compared instead of what was counted. */
function removedBesideHeld(
	plan: Plan,
	{ source, held, before }: { readonly source: string; readonly held: number; readonly before: SnapshotSize },
	limit: number,
): Breach[] {
	const planned = plan.operations.filter((operation) => operation.kind === "member.remove").length;
	const allowed = Math.max(ALWAYS_ALLOWED.memberships, Math.floor(before.memberships * limit));
	if (planned <= allowed) return [];
	const percent = `${Math.round(limit * 1000) / 10}%`;
	const message = `${planned} memberships would be removed while the members of ${held} ${held === 1 ? "group" : "groups"} of the directory "${source}" could not be read; at most ${allowed} may be (shrink.memberships: ${percent} of ${before.memberships})`;
	return [{ rule: "shrink", what: `${source}: memberships`, planned, allowed, message }];
}

/** In a directory of five, one leaver is 20% of the people and may be more of the memberships. */
const ALWAYS_ALLOWED = { people: 1, groups: 1, memberships: 10 } as const;

function shrunk(source: string, what: keyof ShrinkLimits, [before, now]: readonly [SnapshotSize, SnapshotSize], limit: number): Breach[] {
	// Whoever is there and could not be understood is not gone.
	const there = now[what] + (what === "people" ? (now.rejectedPeople ?? 0) : 0);
	const lost = before[what] - there;
	const allowed = Math.max(ALWAYS_ALLOWED[what], Math.floor(before[what] * limit));
	if (lost <= allowed) return [];
	const percent = `${Math.round(limit * 1000) / 10}%`;
	return [
		{
			rule: "shrink",
			what: `${source}: ${what}`,
			planned: lost,
			allowed,
			message: `the directory "${source}" has ${there} ${what}, ${lost} fewer than in the last good snapshot (${before[what]}); at most ${allowed} may vanish at once (shrink.${what}: ${percent})`,
		},
	];
}

function touchesProtected(plan: Plan, protection: Protection): Breach[] {
	return plan.operations.flatMap((operation) => {
		const because = protectedBecause(operation, protection);
		if (because === undefined) return [];
		return [
			{
				rule: "protected" as const,
				what: operation.kind,
				planned: 1,
				allowed: 0,
				message: `"${KINDS[operation.kind].verb}" would touch ${because}`,
			},
		];
	});
}

function protectedBecause(operation: Operation, protection: Protection): string | undefined {
	if (operation.kind === "link.adopt") return undefined; // changes our own book only
	if ("subject" in operation && operation.subject.account !== undefined) {
		if (operation.subject.account === protection.self) return `Rollcall's own account ${operation.subject.username}`;
		if (protection.accounts.has(operation.subject.account)) return `the protected account ${operation.subject.username}`;
	}
	if ("group" in operation && protection.groups.has(foldName(protection.groupCase, operation.group)))
		return `the protected group ${operation.group}`;
	return undefined;
}

function againstPosture(plan: Plan): Breach[] {
	// Under `observe` the plan shows what `mirror` would do; the run never applies it.
	if (plan.posture !== "additive") return [];
	const taking = plan.operations.filter(isDestructive).length;
	if (taking === 0) return [];
	return [
		{
			rule: "posture",
			what: plan.posture,
			planned: taking,
			allowed: 0,
			message: `the posture is "${plan.posture}", which takes nothing away, but ${taking} operations would`,
		},
	];
}
