import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Desired } from "../../core/desired/desired.ts";
import { diff } from "../../core/diff/diff.ts";
import type { DiffInput } from "../../core/diff/input.ts";
import { judge, type Limits } from "../../core/guard.ts";
import type { AccountId, PersonKey } from "../../core/model.ts";
import { isDestructive, type Operation } from "../../core/operation.ts";
import { decodePlan, encodePlan } from "../../core/plan-file.ts";
import {
	build,
	desiredArb,
	desiredOf,
	GROUPS,
	inputOf,
	key,
	once,
	PROTECTED,
	planOf,
	RULES,
	RUNS,
	rulesFor,
	view,
	type World,
	wish,
	worldArb,
} from "../support/worlds.ts";

const holds = (property: fc.IAsyncProperty<never>) => fc.assert(property as fc.IAsyncProperty<unknown>, { numRuns: RUNS });
const accountOf = (o: Operation): AccountId | undefined => ("subject" in o ? o.subject.account : undefined);
const taking = (operations: readonly Operation[]) => operations.filter(isDestructive);

describe("every plan", () => {
	test("converges: after two runs (one takes over, one acts) there is nothing to do", async () => {
		await holds(
			fc.asyncProperty(desiredArb, worldArb, async (desired, rows) => {
				const world = await build(rows);
				for (let run = 0; run < 2; run++) await once(world, desired);
				const again = await planOf(world, desired);
				expect(again.operations.map((o) => [o.kind, o.because])).toEqual([]);
			}) as never,
		);
	});

	test("is the same plan whatever the order of pages", async () => {
		await holds(
			fc.asyncProperty(desiredArb, worldArb, fc.infiniteStream(fc.nat()), async (desired, rows, chance) => {
				const input = await inputOf(await build(rows), desired);
				const shuffled = <K, V>(map: ReadonlyMap<K, V>): ReadonlyMap<K, V> =>
					new Map(
						[...map]
							.map((entry) => [chance.next().value as number, entry] as const)
							.sort(([a], [b]) => a - b)
							.map(([, entry]) => entry),
					);
				const other: DiffInput = {
					...input,
					desired: { ...desired, people: shuffled(desired.people), groups: shuffled(desired.groups) },
					actual: { ...input.actual, accounts: shuffled(input.actual.accounts) },
					ownership: { ...input.ownership, links: shuffled(input.ownership.links) },
				};
				expect(diff(other)).toEqual(diff(input));
			}) as never,
		);
	});

	test("takes nothing from an account that is unlinked, protected, our own or not editable", async () => {
		await holds(
			fc.asyncProperty(desiredArb, worldArb, fc.nat(15), async (desired, rows, self) => {
				const world = await build(rows);
				world.product.self = `acc${self}` as AccountId;
				const linked = new Set((await world.store.links(world.product.id)).values());
				const plan = await planOf(world, desired);
				for (const operation of taking(plan.operations)) {
					const id = accountOf(operation)!;
					expect([linked.has(id), world.product.accounts.get(id)!.editable, id === world.product.self, id === `acc${PROTECTED}`]).toEqual([
						true,
						true,
						false,
						false,
					]);
				}
				for (const operation of plan.operations)
					if (operation.kind !== "link.adopt") expect([world.product.self, `acc${PROTECTED}`]).not.toContain(accountOf(operation));
			}) as never,
		);
	});

	test("takes nothing at all under additive, nor in a first run", async () => {
		await holds(
			fc.asyncProperty(desiredArb, worldArb, async (desired, rows) => {
				const world = await build(rows);
				expect(taking((await planOf(world, desired, { ...RULES, posture: "additive" })).operations)).toEqual([]);
				const first = await build(rows.map((row) => ({ ...row, linked: false })));
				expect(taking((await planOf(first, desired, { ...RULES, strangers: "remove", allowFirstRunRemovals: false })).operations)).toEqual(
					[],
				);
			}) as never,
		);
	});

	test("takes nothing more when any people become unreadable", async () => {
		await holds(
			fc.asyncProperty(desiredArb, worldArb, fc.array(fc.nat(12)), fc.boolean(), async (desired, rows, lost, named) => {
				const world = await build(rows);
				const rules = { ...RULES, strangers: "remove" as const };
				const less = hideFrom(desired, new Set(lost.map(key)), named);
				const before = new Set(taking((await planOf(world, desired, rules)).operations).map((o) => o.id));
				for (const operation of taking((await planOf(world, less, rules)).operations)) expect(before).toContain(operation.id);
			}) as never,
		);
	});

	test("takes nothing from a group that could not be read whole", async () => {
		await holds(
			fc.asyncProperty(desiredArb, worldArb, fc.constantFrom(...GROUPS), async (desired, rows, broken) => {
				const groups = new Map(
					[...desired.groups].map(([name, group]) => [
						name,
						name === broken ? { ...group, uncertain: "members could not be read" } : group,
					]),
				);
				const plan = await planOf(await build(rows), { ...desired, groups }, { ...RULES, strangers: "remove" });
				expect(plan.operations.filter((o) => o.kind === "member.remove" && o.group === broken)).toEqual([]);
			}) as never,
		);
	});

	test("gives a username that two people claim to neither of them", async () => {
		await holds(
			fc.asyncProperty(desiredArb, worldArb, async (desired, rows) => {
				const clash = desiredOf(
					[...desired.people.values()].map((w, i) => ({ ...w, active: true, fields: { ...w.fields, username: `user${i % 3}` } })),
				);
				const claims = new Map<string, number>();
				for (const w of clash.people.values()) claims.set(w.fields.username, (claims.get(w.fields.username) ?? 0) + 1);
				for (const o of (await planOf(await build(rows), clash)).operations) {
					if (o.kind === "account.create" || o.kind === "link.adopt")
						expect(claims.get(clash.people.get(o.subject.person)!.fields.username)).toBe(1);
					if (o.kind === "account.rename") expect(claims.get(o.after.username)).toBe(1);
				}
			}) as never,
		);
	});

	test("never asks the product for a name that is still in use (chains, swaps and cycles of usernames)", async () => {
		await holds(
			fc.asyncProperty(fc.uniqueArray(fc.nat(9), { minLength: 2 }), fc.infiniteStream(fc.nat()), async (ns, chance) => {
				const world = await build(ns.map((n) => ({ n, active: true, editable: true, linked: true, groups: [] })));
				const names = [...ns, 20].sort(() => (chance.next().value as number) - (chance.next().value as number));
				const desired = desiredOf([
					...ns.map((n, i) => wish(n, { username: `user${names[i]}` })),
					wish(30, { username: `user${names[ns.length]}` }),
				]);
				const plan = await once(world, desired);
				const settled = await world.store.run((await world.store.runs(world.product.id, 1))[0]!.id);
				expect(settled!.entries.filter((e) => e.settlement?.state !== "done").map((e) => e.settlement)).toEqual([]);
				// Everybody either has the wished name now, or is held with a reason.
				const links = await world.store.links(world.product.id);
				for (const w of desired.people.values()) {
					const now = world.product.accounts.get(links.get(w.person)!)?.username;
					if (now !== w.fields.username) expect(plan.holds.map((h) => h.subject.person)).toContain(w.person);
				}
			}) as never,
		);
	});

	test("survives its file: decode(encode(plan)) is the plan", async () => {
		await holds(
			fc.asyncProperty(desiredArb, worldArb, async (desired, rows) => {
				const plan = await planOf(await build(rows), desired);
				expect(decodePlan([...encodePlan(plan)].join(""), { path: "plan.json", product: plan.product })).toEqual(
					JSON.parse(JSON.stringify(plan)),
				);
			}) as never,
		);
	});
});

describe("every run", () => {
	test("that fails from any operation on, and is run again, ends in the same world", async () => {
		await holds(
			fc.asyncProperty(desiredArb, worldArb, fc.nat(30), async (desired, rows, k) => {
				const [whole, broken] = [await build(rows), await build(rows)];
				broken.product.failFrom = k;
				await once(broken, desired);
				broken.product.failFrom = Number.POSITIVE_INFINITY;
				await settleDown([whole, broken], desired);
				expect(await view(broken)).toEqual(await view(whole));
			}) as never,
		);
	});

	test("that loses one answer after the write, with adoption forbidden, ends in the same world with the same links", async () => {
		await holds(
			fc.asyncProperty(desiredArb, worldArb, fc.integer({ min: 1, max: 30 }), async (desired, rows, k) => {
				const rules = { ...RULES, adopt: "never" as const };
				const [whole, broken] = [await build(rows), await build(rows)];
				broken.product.loseAt = k;
				await settleDown([whole, broken], desired, rules);
				expect(await view(broken)).toEqual(await view(whole));
			}) as never,
		);
	});
});

describe("the guard", () => {
	const protection = { accounts: new Set<AccountId>(), groups: new Set<string>(), groupCase: "fold" as const, self: undefined };
	const rules = (limits: Limits) => ({ limits, shrink: { people: 1, groups: 1, memberships: 1 }, lastGood: new Map(), protection });

	test("is monotonic: fewer operations never turn a clear plan into a refused one", async () => {
		const limits: Limits = {
			"account.disable": { floor: 2, fraction: 0.1 },
			"member.remove": { floor: 2, fraction: 0.1 },
			"account.create": { floor: 3, fraction: 0.3 },
		};
		await holds(
			fc.asyncProperty(desiredArb, worldArb, async (desired, rows) => {
				const plan = await planOf(await build(rows), desired);
				if (judge(plan, rules(limits)).state !== "clear") return;
				for (const o of plan.operations)
					expect(judge({ ...plan, operations: plan.operations.filter((x) => x !== o) }, rules(limits)).state).toBe("clear");
			}) as never,
		);
	});

	test("lets at most max(floor, fraction of the population) pass, for any numbers", async () => {
		await holds(
			fc.asyncProperty(
				fc.nat(12),
				fc.nat(12),
				fc.nat(5),
				fc.double({ min: 0, max: 1, noNaN: true }),
				async (people, leavers, floor, fraction) => {
					const gone = Math.min(people, leavers);
					const world = await build(
						Array.from({ length: people }, (_, n) => ({ n, active: true, editable: true, linked: true, groups: [] })),
					);
					const plan = await planOf(world, desiredOf(Array.from({ length: people - gone }, (_, i) => wish(gone + i))));
					const allowed = Math.max(floor, Math.floor(fraction * people));
					expect(judge(plan, rules({ "account.disable": { floor, fraction } })).state).toBe(gone > allowed ? "refused" : "clear");
				},
			) as never,
		);
	});
});

/** The same people are there and cannot be read: they leave the wishes and are held, with or without a name. */
function hideFrom(desired: Desired, lost: ReadonlySet<PersonKey>, named: boolean): Desired {
	const people = new Map([...desired.people].filter(([person]) => !lost.has(person)));
	const gone = [...desired.people].filter(([person]) => lost.has(person));
	const held = gone.map(
		([person, w]) =>
			[
				person,
				{ username: named ? w.fields.username : "", because: "rejected-at-source" as const, detail: "unreadable", aliases: [] },
			] as const,
	);
	return { ...desired, people, held: new Map(held) };
}

async function settleDown(worlds: readonly World[], desired: Desired, rules = RULES): Promise<void> {
	for (const world of worlds)
		for (let run = 0; run < 16; run++) if ((await once(world, desired, rulesFor(world, rules))).operations.length === 0) break;
}
