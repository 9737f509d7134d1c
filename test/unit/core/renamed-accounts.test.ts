import { expect, test } from "@jest/globals";
import { apply } from "../../../core/apply/apply.ts";
import { SyncError } from "../../../core/errors.ts";
import type { ClearedPlan } from "../../../core/guard.ts";
import type { AccountId, GroupName } from "../../../core/model.ts";
import type { Operation, ProductOperation } from "../../../core/operation.ts";
import type { Plan } from "../../../core/plan.ts";
import type { Performed } from "../../../core/product.ts";
import { MemoryProduct } from "../../support/memory-product.ts";
import { MemoryStore, MemoryWorld } from "../../support/memory-store.ts";
import { desiredOf, inputOf, once, RULES, wish } from "../../support/worlds.ts";
import { groups, linesOf } from "./scene.ts";

/** A product that knows accounts by nothing but their names (Bamboo). */
class ByName extends MemoryProduct {
	lose: ProductOperation["kind"] | undefined;
	override async perform(operation: ProductOperation, id: AccountId | undefined): Promise<Performed> {
		const done = await super.perform(operation, id);
		const moved = (from: AccountId, name: string): AccountId => {
			const to = name.toLowerCase() as AccountId;
			const row = this.accounts.get(from)!;
			this.accounts.delete(from);
			this.accounts.set(to, Object.assign(row, { id: to }));
			return to;
		};
		let answer = done;
		if (operation.kind === "account.create") answer = { ...done, account: moved(done.account!, operation.after.username) };
		if (operation.kind === "account.rename") answer = { ...done, account: moved(id!, operation.after.username) };
		if (this.lose === operation.kind) {
			this.lose = undefined;
			throw new SyncError("target.unreachable", "answer lost after the write", { outcomeUnknown: true });
		}
		return answer;
	}
}
const NEVER = { ...RULES, adopt: "never" } as const;
const seen = (product: MemoryProduct) =>
	[...product.accounts.values()].map((a) => `${a.username}${a.active ? "" : " (off)"}: ${a.groups.join()}`).sort();

test("a newcomer who gets the name that a rename frees gets their own groups, not the old holder", async () => {
	const world = { product: new ByName(), store: new MemoryStore() };
	world.product.groups.add("secret" as GroupName);
	const managed = (people: ReturnType<typeof wish>[]) => desiredOf(people);
	await once(world, managed([wish(1, { username: "bob" })]), NEVER);
	await once(world, managed([wish(1, { username: "bob2" }), wish(2, { username: "bob", groups: groups("devs") })]), NEVER);
	expect(seen(world.product)).toEqual(["bob2: ", "bob: devs"].sort());
});

const UNLICENSE = {
	...RULES,
	leavers: { action: "unlicense", licenceGroups: ["users"], after: { sightings: 1, periodMs: 0 }, stripGroups: false },
} as const;
test("a licence taken from a leaver whose answer was lost is given back on return", async () => {
	const product = new MemoryProduct();
	const world = { product, store: new MemoryStore() };
	product.groups.add("users" as GroupName);
	await once(world, desiredOf([wish(1)]), UNLICENSE);
	[...product.accounts.values()][0]!.groups.push("users" as GroupName);
	product.loseAt = product.asked.length + 1;
	await once(world, desiredOf([]), UNLICENSE);
	expect(seen(product)).toEqual(["user1: "]);
	await once(world, desiredOf([]), UNLICENSE);
	await once(world, desiredOf([wish(1)]), UNLICENSE);
	expect(seen(product)).toEqual(["user1: users"]);
});
test("a name's licence is not given to the next holder of the name", async () => {
	const world = { product: new ByName(), store: new MemoryStore() };
	world.product.groups.add("users" as GroupName);
	await once(world, desiredOf([wish(1, { username: "dave" })]), UNLICENSE);
	[...world.product.accounts.values()][0]!.groups.push("users" as GroupName);
	await once(world, desiredOf([]), UNLICENSE); // dave leaves
	const lease = (await world.store.acquire("x", "t", 1000))!;
	void lease;
	// He comes back under another name; the rename moves the account, so the name is free, and somebody else gets it.
	await once(world, desiredOf([wish(1, { username: "dave2" })]), UNLICENSE);
	await once(world, desiredOf([wish(1, { username: "dave2" }), wish(5, { username: "dave" })]), UNLICENSE);
	const plan = await once(world, desiredOf([wish(1, { username: "dave2" }), wish(5, { username: "dave" })]), UNLICENSE);
	expect([seen(world.product), linesOf(plan)]).toEqual([["dave2: users", "dave: "].sort(), []]);
});

test("in the one-by-one after a refused batch, refused credentials are not sent again, and a stop is heard", async () => {
	const product = new MemoryProduct();
	const store = new MemoryStore();
	product.groups.add("devs" as GroupName);
	const operations = Array.from({ length: 50 }, (_, n) => {
		const id = product.add({ id: `acc${n}`, username: `user${n}`, email: "", displayName: "" });
		return {
			id: `m${n}`,
			kind: "member.add",
			because: "",
			group: "devs",
			subject: { username: `user${n}`, account: id },
		} as unknown as Operation;
	});
	let asked = 0;
	const denying = Object.assign(Object.create(product) as MemoryProduct, {
		performMembers: async () => {
			throw new SyncError("target.rejected", "one of them");
		},
		perform: async () => {
			asked += 1;
			throw new SyncError("target.denied", "401");
		},
	});
	const plan = { product: product.id, operations } as unknown as ClearedPlan;
	const lease = (await store.acquire("jira", "t", 60_000))!;
	const run = await store.open(lease, { product: product.id, mode: "sync", plan: plan as Plan, breaches: [], trigger: "t" });
	const never = new AbortController().signal;
	await apply(
		plan,
		{ product: denying, store, lease, run, errorBudget: 5, concurrency: 1, membershipBatch: 50, requestMs: 1 },
		{ stop: never, abort: never },
	);
	expect(asked).toBeLessThanOrEqual(1);
});
void inputOf;
void MemoryWorld;
