import type { Connector, Progress } from "../connector.ts";
import { buildDesired } from "../desired/build.ts";
import type { Desired } from "../desired/desired.ts";
import { diff } from "../diff/diff.ts";
import type { DiffInput, DiffRules, Ownership } from "../diff/input.ts";
import { relink } from "../diff/relink.ts";
import { SyncError } from "../errors.ts";
import { judge, type Limits, type Protection, type ShrinkLimits, type Verdict } from "../guard.ts";
import type { Mark } from "../mark.ts";
import type { AccountId, Digest, Snapshot } from "../model.ts";
import type { Operation } from "../operation.ts";
import type { Plan } from "../plan.ts";
import type { Policy } from "../policy/policy.ts";
import { type Actual, type Capabilities, foldName, type ReadableProduct } from "../product.ts";
import type { ShelfEntry, StoreReader } from "../store/store.ts";

/** Everything that one product's planning needs. The product has no write method here: a dry run that writes does not compile. */
export interface PlanParts {
	/** In order of precedence. */
	readonly sources: readonly Connector[];
	readonly product: ReadableProduct;
	readonly policy: Policy;
	readonly rules: DiffRules;
	readonly limits: Limits;
	readonly shrink: ShrinkLimits;
	readonly store: StoreReader;
	readonly override?: Digest;
	/** `--product-moved`: the links hold although the server calls itself by another address now. */
	readonly productMoved?: boolean;
	/** Plan nothing but links, by the marks in the accounts. */
	readonly relink?: boolean;
	readonly progress?: Progress;
	/** Milliseconds, monotonic; for the report only. */
	readonly clock: () => number;
}

/** A reading, and how long it took. */
export interface Timed<T> {
	readonly value: T;
	readonly seconds: number;
}
export interface Planned {
	readonly snapshots: readonly Timed<Snapshot>[];
	readonly actual: Timed<Actual>;
	readonly can: Capabilities;
	readonly desired: Desired;
	readonly plan: Plan;
	readonly verdict: Verdict;
}

/** Reading comes first for all inputs; then the whole plan is made and judged. Writes nothing, anywhere. */
export async function planRun(parts: PlanParts, signal: AbortSignal): Promise<Planned> {
	const snapshots = await readSources(parts, signal);
	const desired = buildDesired(
		parts.policy,
		snapshots.map((s) => s.value),
	);
	const can = await parts.product.capabilities(signal);
	const owned = await ownership(parts, can);
	const actual = await timed(parts.clock, () =>
		parts.product.read({ ...wantedOf(parts, desired), attributesOf: parts.relink ? "all" : new Set(owned.links.values()) }, signal),
	);
	await assertSameSite(parts, actual.value.site);
	const input: DiffInput = {
		desired,
		actual: actual.value,
		can,
		ownership: owned,
		rules: parts.rules,
		canonical: (fields) => parts.product.canonical(fields),
		unfit: (fields) => parts.product.unfit?.(fields),
		readSources: parts.policy.from,
		sources: snapshots.map(({ value }) => ({ connector: value.connector, digest: value.digest, size: value.size })),
		takenAt: newest(snapshots.map((s) => s.value)),
	};
	const plan = parts.relink ? relink(input, markOf(parts)) : await unblocked(parts.product, input, signal);
	return { snapshots, actual, can, desired, plan, verdict: await judgeNow(parts, plan, { actual: actual.value, can }) };
}

/**
 * Account ids are a product's own, and every product hands out the same ones: links made with one Jira would point at
 * strangers in another. Throws `config.invalid`.
 */
async function assertSameSite({ store, product, productMoved }: PlanParts, site: string | undefined): Promise<void> {
	const known = await store.site(product.id);
	if (known === undefined || site === undefined || known === site || productMoved) return;
	throw new SyncError(
		"config.invalid",
		`what Rollcall remembers of "${product.id}" belongs to the ${product.kind} at ${known}; the url now leads to the one at ${site}`,
		{
			context: { product: product.id },
			todo: "Nothing was changed. For another server give the product another name, or the configuration another store. If it is the same server with a new base URL: --product-moved, once, in a sync that goes through.",
		},
	);
}

/** Judges a plan against what is known today: the last good snapshots, and the product's accounts by their names. */
export async function judgeNow(parts: PlanParts, plan: Plan, { actual, can }: { actual: Actual; can: Capabilities }): Promise<Verdict> {
	const lastGood = new Map<string, ShelfEntry>();
	for (const { connector } of plan.sources) {
		const entry = await parts.store.lastGood(plan.product, connector);
		if (entry !== undefined) lastGood.set(connector, entry);
	}
	const { limits, shrink, override } = parts;
	return judge(plan, {
		limits,
		shrink,
		lastGood,
		protection: protectionOf(parts.rules, actual, can),
		...(override === undefined ? {} : { override }),
	});
}

/** Taken from the policy's names anew, not from the planner's index, so that the guard does not repeat the planner's mistake. */
function protectionOf(rules: DiffRules, actual: Actual, can: Capabilities): Protection {
	const names = new Set(rules.protectAccounts.map((name) => foldName(can.names.usernames, name)));
	const accounts = [...actual.accounts.values()].filter((account) => names.has(foldName(can.names.usernames, account.username)));
	return {
		accounts: new Set(accounts.map((account) => account.id)),
		groups: new Set(rules.protectGroups.map((name) => foldName(can.names.groups, name))),
		groupCase: can.names.groups,
		self: actual.self,
	};
}

async function readSources(parts: PlanParts, signal: AbortSignal): Promise<readonly Timed<Snapshot>[]> {
	const request = { attributes: parts.policy.needs, ...(parts.progress ? { progress: parts.progress } : {}) };
	const rest = new AbortController();
	const either = AbortSignal.any([signal, rest.signal]);
	// All end before the first failure is thrown: no request of a failed reading goes on behind the run's back.
	const readings = await Promise.allSettled(
		parts.sources.map((source) =>
			timed(parts.clock, () => source.snapshot(request, either)).catch((error: unknown) => {
				rest.abort();
				throw error;
			}),
		),
	);
	const failures = readings.filter((reading) => reading.status === "rejected").map((reading) => reading.reason as unknown);
	if (failures.length > 0) throw failures.find((error) => !(error instanceof SyncError && error.code === "run.cancelled")) ?? failures[0];
	return readings.filter((reading) => reading.status === "fulfilled").map((reading) => reading.value);
}

function markOf({ rules, product }: PlanParts): Mark {
	if (rules.mark !== undefined) return rules.mark;
	throw new SyncError("config.invalid", `the product "${product.id}" has no \`mark\`, so its accounts say nothing about whose they are`, {
		todo: "Accounts can be taken over by username or e-mail address instead: `adopt`. For the next time add a mark (docs/guides/operations.md).",
	});
}

/** Accounts that the product will not switch off are asked for before anything is applied, and held with the reason. */
async function unblocked(product: ReadableProduct, input: DiffInput, signal: AbortSignal): Promise<Plan> {
	const plan = diff(input);
	const leaving = [...new Set(plan.operations.flatMap(leaverOf))];
	const blockers = leaving.length === 0 ? undefined : await product.blockers?.(leaving, signal);
	return blockers === undefined || blockers.size === 0 ? plan : diff({ ...input, blockers });
}

const leaverOf = (operation: Operation): readonly AccountId[] =>
	operation.kind === "account.disable" || (operation.kind === "member.remove" && operation.leaver) ? [operation.subject.account] : [];

async function ownership({ store, product, rules }: PlanParts, { readableFields }: Capabilities): Promise<Ownership> {
	const tellsAll = readableFields.has("email") && readableFields.has("displayName");
	const [all, origins, absences, openCreates, inherited, released, written, marks] = await Promise.all([
		store.links(product.id),
		store.origins(product.id),
		store.absences(product.id),
		store.openCreates(product.id),
		store.inherited(product.id),
		rules.leavers.action === "unlicense" ? store.released(product.id) : new Map(),
		tellsAll ? new Map() : store.written(product.id),
		rules.mark === undefined ? new Map() : store.marks(product.id, rules.mark.attribute),
	]);
	const disputed = new Set([...origins].filter(([, origin]) => origin === "disputed").map(([person]) => person));
	const links = disputed.size === 0 ? all : new Map([...all].filter(([person]) => !disputed.has(person)));
	return { links, disputed, absences, openCreates, inherited, released, written, marks };
}

const wantedOf = (parts: PlanParts, desired: Desired) => ({
	groups: new Set<string>([...desired.groups.keys(), ...(parts.rules.leavers.licenceGroups ?? [])]),
	...(parts.rules.leavers.action === "unlicense" && parts.rules.leavers.licenceGroups === undefined ? { seatGroups: true } : {}),
	alsoNamed: new Set<string>([...desired.defaultGroups, ...parts.rules.protectGroups]),
	attributes: parts.relink ? [markOf(parts).attribute] : [...parts.policy.attributes.keys()],
	...(parts.progress ? { progress: parts.progress } : {}),
});

async function timed<T>(clock: () => number, work: () => Promise<T>): Promise<Timed<T>> {
	const before = clock();
	const value = await work();
	return { value, seconds: (clock() - before) / 1000 };
}

const newest = (snapshots: readonly Snapshot[]): Date => new Date(Math.max(0, ...snapshots.map((s) => s.takenAt.getTime())));
