import fc from "fast-check";
import { apply } from "../../core/apply/apply.ts";
import type { Desired, HeldPerson, TargetGroup, Wish } from "../../core/desired/desired.ts";
import { diff } from "../../core/diff/diff.ts";
import type { DiffInput, DiffRules } from "../../core/diff/input.ts";
import { judge } from "../../core/guard.ts";
import type { AccountId, ConnectorId, GroupId, GroupName, PersonKey } from "../../core/model.ts";
import type { Plan } from "../../core/plan.ts";
import type { Store } from "../../core/store/store.ts";
import { MemoryProduct } from "./memory-product.ts";
import { MemoryStore } from "./memory-store.ts";

export const GROUPS = ["devs", "ops", "qa"] as GroupName[];
export const RUNS = Number(process.env.ROLLCALL_PROPERTY_RUNS ?? 1000);
export const key = (n: number): PersonKey => `idp:${n}` as PersonKey;

export const RULES: DiffRules = {
	posture: "mirror",
	adopt: "username",
	createMissingGroups: true,
	strangers: "keep",
	leavers: { action: "disable", after: { sightings: 1, periodMs: 0 }, stripGroups: true },
	protectAccounts: [],
	protectGroups: [],
	protectStated: { accounts: true, groups: true },
	allowFirstRunRemovals: true,
};

export const target = (name: GroupName, uncertain?: string): TargetGroup => ({
	name,
	from: [{ source: "idp", id: name as string as GroupId, path: `/${name}` }],
	uncertain,
});

export const desiredOf = (wishes: readonly Wish[], held: readonly (readonly [PersonKey, HeldPerson])[] = []): Desired => ({
	people: new Map(wishes.map((wish) => [wish.person, wish])),
	held: new Map(held),
	excluded: new Map(),
	groups: new Map(GROUPS.map((name) => [name, target(name)])),
	defaultGroups: [],
	ignoredGroups: [],
	notes: [],
});
export const wish = (n: number, more: Partial<Wish> & { username?: string; email?: string; displayName?: string } = {}): Wish => {
	const { username = `user${n}`, email = `u${n}@a.test`, displayName = `U ${n}`, ...rest } = more;
	return {
		person: key(n),
		aliases: [],
		fields: { username, email, displayName },
		active: true,
		groups: [],
		uncertain: [],
		attributes: {},
		...rest,
	};
};

/** Up to 13 people whose usernames are shuffled among them, so that worlds hold renames, chains and swaps. */
export const desiredArb: fc.Arbitrary<Desired> = fc
	.uniqueArray(fc.integer({ min: 0, max: 12 }))
	.chain((ns) =>
		fc
			.tuple(
				fc.shuffledSubarray([...ns, 20, 21, 22], { minLength: ns.length, maxLength: ns.length }),
				fc.integer({ min: 0, max: 3 }),
				fc.tuple(...ns.map(wishArb)),
			)
			.map(([names, mix, wishes]) =>
				desiredOf(wishes.map((w, i) => (mix === 0 ? { ...w, fields: { ...w.fields, username: `user${names[i]}` } } : w))),
			),
	);
const wishArb = (n: number): fc.Arbitrary<Wish> =>
	fc
		.record({
			email: fc.constantFrom(`u${n}@a.test`, `u${n}@b.test`),
			displayName: fc.constantFrom(`U ${n}`, `Ü ${n}`),
			active: fc.boolean(),
			groups: fc.subarray(GROUPS),
		})
		.map((w) => wish(n, { ...w, groups: w.active ? w.groups : [] }));

export interface Row {
	readonly n: number;
	readonly active: boolean;
	readonly editable: boolean;
	readonly linked: boolean;
	readonly groups: readonly string[];
}
export const worldArb: fc.Arbitrary<readonly Row[]> = fc.uniqueArray(
	fc.record({
		n: fc.integer({ min: 0, max: 15 }),
		active: fc.boolean(),
		editable: fc.constantFrom(true, true, true, false),
		linked: fc.boolean(),
		groups: fc.subarray([...GROUPS, "other"]),
	}),
	{ maxLength: 14, selector: (row) => row.n },
);

export const PROTECTED = 14;
export interface World {
	readonly product: MemoryProduct;
	readonly store: Store;
}
export async function build(rows: readonly Row[]): Promise<World> {
	const product = new MemoryProduct();
	const store = new MemoryStore();
	for (const group of ["devs", "ops", "other"] as GroupName[]) product.groups.add(group);
	const lease = (await store.acquire("jira", "test", 60_000))!;
	for (const row of rows) {
		const id = product.add({
			id: `acc${row.n}`,
			username: `user${row.n}`,
			email: `u${row.n}@a.test`,
			displayName: `U ${row.n}`,
			active: row.active,
			editable: row.editable,
			groups: row.groups,
		});
		if (row.linked) await store.link(lease, product.id, key(row.n), id, "created");
	}
	await lease.release();
	return { product, store };
}

/** The protected account exists in some worlds only, and a name that does not exist is an error. */
export const rulesFor = (world: World, rules: DiffRules = RULES): DiffRules => ({
	...rules,
	protectAccounts: world.product.accounts.has(`acc${PROTECTED}` as AccountId) ? [`user${PROTECTED}`] : [],
});

export async function inputOf(world: World, desired: Desired, rules: DiffRules = RULES): Promise<DiffInput> {
	const { product, store } = world;
	const [links, openCreates, absences, inherited, released, written] = await Promise.all([
		store.links(product.id),
		store.openCreates(product.id),
		store.absences(product.id),
		store.inherited(product.id),
		store.released(product.id),
		store.written(product.id),
	]);
	return {
		desired,
		actual: await product.read(),
		can: await product.capabilities(),
		ownership: { links, disputed: new Set(), openCreates, absences, inherited, released, written, marks: new Map() },
		rules: rulesFor(world, rules),
		canonical: (fields) => product.canonical(fields),
		readSources: ["idp" as ConnectorId],
		sources: [],
		takenAt: new Date(0),
	};
}
export const planOf = async (world: World, desired: Desired, rules?: DiffRules): Promise<Plan> =>
	diff(await inputOf(world, desired, rules));

const OPEN = new AbortController().signal;
/** One run, as run/sync.ts does it, without the reading of sources. */
export async function once(world: World, desired: Desired, rules?: DiffRules): Promise<Plan> {
	const { product, store } = world;
	const lease = (await store.acquire("jira", "test", 60_000))!;
	await store.recover(lease, product.id);
	const plan = await planOf(world, desired, rules);
	const verdict = judge(plan, {
		limits: {},
		shrink: { people: 1, groups: 1, memberships: 1 },
		lastGood: new Map(),
		protection: { accounts: new Set([`acc${PROTECTED}` as AccountId]), groups: new Set(), groupCase: "fold", self: product.self },
	});
	if (verdict.state === "refused") throw new Error(verdict.breaches.map((b) => b.message).join("; "));
	const run = await store.open(lease, { product: product.id, mode: "sync", plan, breaches: [], trigger: "test" });
	await apply(
		verdict.plan,
		{ product, store, lease, run, errorBudget: 1000, concurrency: 1, requestMs: 1000 },
		{ stop: OPEN, abort: OPEN },
	);
	await store.close(lease, run, "done");
	await lease.release();
	return plan;
}

/** What anybody could see in the product, and whom we say it belongs to. */
export async function view({ product, store }: World): Promise<unknown> {
	const accounts = [...product.accounts.values()]
		.map((a) => [a.username, a.email, a.displayName, a.active, [...a.groups].sort()].join(" | "))
		.sort();
	const links = [...(await store.links(product.id))].map(([person, id]) => `${person} → ${product.accounts.get(id)?.username}`).sort();
	return { accounts, links, groups: [...product.groups].sort() };
}
