import { expect, test } from "@jest/globals";
import { SyncError } from "../../../core/errors.ts";
import { ownershipMark } from "../../../core/mark.ts";
import type { AccountId, GroupName, PersonKey, ProductId } from "../../../core/model.ts";
import type { ProductOperation } from "../../../core/operation.ts";
import type { Actual, Performed, SeatPool } from "../../../core/product.ts";
import { WritePermit } from "../../../core/run/permit.ts";
import { type SyncParts, syncRun } from "../../../core/run/sync.ts";
import { Secret } from "../../../core/secret.ts";
import { FakeConnector } from "../../support/fake-connector.ts";
import { EVERYTHING, MemoryProduct } from "../../support/memory-product.ts";
import { MemoryStore } from "../../support/memory-store.ts";
import { desiredOf, key, once, RULES, wish } from "../../support/worlds.ts";
import { policyOf } from "../desired/directory.ts";
import { account, groups, linesOf, planFor } from "./scene.ts";

const never = () => new AbortController().signal;
const seen = (product: MemoryProduct) =>
	[...product.accounts.values()].map((a) => `${a.username}${a.active ? "" : " (off)"}: ${[...a.groups].sort().join()}`).sort();
const unlicense = (...names: string[]) =>
	({ ...RULES, leavers: { action: "unlicense", licenceGroups: names, after: { sightings: 1, periodMs: 0 }, stripGroups: false } }) as const;

test("a licence group that does not exist is an error, not nobody", () => {
	expect(() =>
		planFor({ accounts: [account(1, { groups: groups("stash-users") })], links: [[1, 1]], rules: unlicense("stash-user") }),
	).toThrow(/licenceGroups/);
});
class Failing extends MemoryProduct {
	fails: (o: ProductOperation) => boolean = () => false;
	override async perform(o: ProductOperation, id: AccountId | undefined): Promise<Performed> {
		if (this.fails(o)) throw new SyncError("target.rejected", "no");
		return super.perform(o, id);
	}
}
test("somebody who returns gets back all that was taken, also when one of it failed the first time", async () => {
	const product = new Failing();
	const world = { product, store: new MemoryStore() };
	const rules = unlicense("a", "b");
	for (const g of ["a", "b"]) product.groups.add(g as GroupName);
	await once(world, desiredOf([wish(1)]), rules);
	[...product.accounts.values()][0]!.groups.push("a" as GroupName, "b" as GroupName);
	await once(world, desiredOf([]), rules);
	expect(seen(product)).toEqual(["user1: "]);
	product.fails = (o) => o.kind === "member.add" && o.group === "b";
	await once(world, desiredOf([wish(1)]), rules);
	product.fails = () => false;
	await once(world, desiredOf([wish(1)]), rules);
	expect(seen(product)).toEqual(["user1: a,b"]);
});
test("also when the taking stopped half way", async () => {
	const product = new Failing();
	const world = { product, store: new MemoryStore() };
	const rules = unlicense("a", "b");
	for (const g of ["a", "b"]) product.groups.add(g as GroupName);
	await once(world, desiredOf([wish(1)]), rules);
	[...product.accounts.values()][0]!.groups.push("a" as GroupName, "b" as GroupName);
	product.fails = (o) => o.kind === "member.remove" && o.group === "b";
	await once(world, desiredOf([]), rules);
	expect(seen(product)).toEqual(["user1: b"]);
	await once(world, desiredOf([wish(1)]), rules);
	expect(seen(product)).toEqual(["user1: a,b"]);
});
test("a field whose last write is unknown is not known", async () => {
	const can = { ...EVERYTHING, readableFields: new Set(["username", "displayName"] as const) };
	const product = new MemoryProduct(can);
	const world = { product, store: new MemoryStore() };
	await once(world, desiredOf([wish(1, { email: "right@a.test" })]));
	product.loseAt = product.asked.length + 1;
	await once(world, desiredOf([wish(1, { email: "wrong@a.test" })]));
	await once(world, desiredOf([wish(1, { email: "right@a.test" })]));
	expect([...product.accounts.values()][0]!.email).toBe("right@a.test");
});
test("an adopted account gets its mark, although the person had one in another account", () => {
	const mark = ownershipMark("rollcall", "jira" as ProductId, new Secret("sixteen letters!", "credential:mark"));
	const plan = planFor({
		people: [wish(1)],
		accounts: [account(2, { username: "user1" })],
		links: [],
		rules: { mark },
		ownership: { marks: new Map([[key(1), mark.write(key(1), "user1")]]) },
	});
	expect(plan.operations.map((o) => o.kind)).toContain("attribute.set");
});
const pool = (used: number): SeatPool => ({ name: "Seats", total: 10, used, groups: new Set(groups("devs")), givenToNewAccounts: false });
test("the digest does not hang on how many seats others take, also while some find none", () => {
	const digest = (used: number) => planFor({ people: [wish(1, { groups: groups("devs") })], seats: [pool(used)] }).digest;
	expect(digest(10)).toBe(digest(11));
});

class Product extends MemoryProduct {
	used: (() => number) | undefined;
	override async read(): Promise<Actual> {
		const actual = await super.read();
		return this.used === undefined ? actual : { ...actual, seats: [{ ...pool(this.used()), total: 2 }] };
	}
}
const staff = new FakeConnector("staff");
const partsOf = (more: Partial<SyncParts>): SyncParts => ({
	sources: [staff],
	product: new Product(),
	policy: policyOf({ map: [["devs", "devs"]] }),
	rules: RULES,
	limits: {},
	shrink: { people: 1, groups: 1, memberships: 1 },
	store: new MemoryStore(),
	clock: () => 0,
	holder: "h",
	trigger: "t",
	errorBudget: { floor: 100, fraction: 0 },
	requestMs: 1,
	permit: new WritePermit(),
	approve: async () => true,
	...more,
});
test("leavers.after, end to end: one short reading of the second directory", async () => {
	const [hr, crew] = [new FakeConnector("hr"), new FakeConnector("crew")];
	const product = new Product();
	const policy = policyOf({
		from: ["hr", "crew"],
		say: { samePerson: "person.email", where: '"devs" in person.groups' },
		map: [["devs", "devs"]],
	});
	const rules = { ...RULES, leavers: { action: "disable", after: { sightings: 5, periodMs: 86_400_000 }, stripGroups: false } } as const;
	const parts = partsOf({ sources: [hr, crew], product, policy, rules });
	const run = () => syncRun(parts, { stop: never(), abort: never() });
	hr.put("anna");
	hr.put("ben");
	crew.put("c1", { email: "anna@a.test" });
	crew.put("c2", { email: "ben@a.test" });
	crew.groups.set("devs", ["c1", "c2"]);
	await run();
	crew.people.delete("c1");
	crew.groups.set("devs", ["c2"]);
	await run();
	expect(seen(product)).toEqual(["anna: devs", "ben: devs"]);
});

test("a licence is given back also when the return renamed the account and the group failed that time (ids are names)", async () => {
	class ByName extends Failing {
		override async perform(o: ProductOperation, id: AccountId | undefined): Promise<Performed> {
			const done = await super.perform(o, id);
			if (o.kind !== "account.create" && o.kind !== "account.rename") return done;
			const from = (done.account ?? id)!;
			const to = o.after.username as AccountId;
			const row = this.accounts.get(from)!;
			this.accounts.delete(from);
			this.accounts.set(to, Object.assign(row, { id: to }));
			return { ...done, account: to };
		}
	}
	const product = new ByName();
	const world = { product, store: new MemoryStore() };
	const rules = unlicense("a");
	product.groups.add("a" as GroupName);
	await once(world, desiredOf([wish(1, { username: "dave" })]), rules);
	[...product.accounts.values()][0]!.groups.push("a" as GroupName);
	await once(world, desiredOf([]), rules);
	product.fails = (o) => o.kind === "member.add";
	await once(world, desiredOf([wish(1, { username: "dave2" })]), rules);
	product.fails = () => false;
	await once(world, desiredOf([wish(1, { username: "dave2" })]), rules);
	expect(seen(product)).toEqual(["dave2: a"]);
});
void ({} as PersonKey);
void linesOf;
