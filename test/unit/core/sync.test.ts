import { beforeEach, describe, expect, test } from "@jest/globals";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, Digest, GroupName, PersonKey } from "../../../core/model.ts";
import type { ProductOperation } from "../../../core/operation.ts";
import type { Plan } from "../../../core/plan.ts";
import { decodePlan, encodePlan } from "../../../core/plan-file.ts";
import type { Actual, Performed, ReadRequest } from "../../../core/product.ts";
import { WritePermit } from "../../../core/run/permit.ts";
import { planRun } from "../../../core/run/plan.ts";
import { type SyncParts, type SyncResult, syncRun } from "../../../core/run/sync.ts";
import { FakeConnector } from "../../support/fake-connector.ts";
import { EVERYTHING, MemoryProduct } from "../../support/memory-product.ts";
import { MemoryStore } from "../../support/memory-store.ts";
import { RULES } from "../../support/worlds.ts";
import { policyOf } from "../desired/directory.ts";

const HOUR = 3_600_000;

/** Remembers what it was asked to read, and can be told to do something else. */
class Product extends MemoryProduct {
	readonly reads: ReadRequest[] = [];
	instead: (operation: ProductOperation) => Promise<Performed> | undefined = () => undefined;
	override async read(request: ReadRequest = {}): Promise<Actual> {
		this.reads.push(request);
		return super.read();
	}
	override async perform(operation: ProductOperation, account: AccountId | undefined): Promise<Performed> {
		return this.instead(operation) ?? super.perform(operation, account);
	}
}

let source: FakeConnector;
let product: Product;
let store: MemoryStore;
let stop: AbortController;
let permit: WritePermit;
let approvals: number;

beforeEach(() => {
	source = new FakeConnector();
	product = new Product();
	store = new MemoryStore();
	stop = new AbortController();
	permit = new WritePermit();
	approvals = 0;
	for (const name of ["anna", "ben", "cleo"]) source.put(name);
	source.groups.set("devs", ["anna", "ben"]);
	source.now = 100 * HOUR;
});

const partsOf = (more: Partial<SyncParts> = {}): SyncParts => ({
	sources: [source],
	product,
	policy: policyOf({ map: [["devs", "devs"]], attributes: { team: '"x"' } }),
	rules: RULES,
	limits: {},
	shrink: { people: 0.5, groups: 0.5, memberships: 1 },
	store,
	clock: () => 0,
	holder: "here, process 1",
	trigger: "test",
	errorBudget: { floor: 100, fraction: 0 },
	requestMs: 1000,
	permit,
	approve: async () => {
		approvals += 1;
		return true;
	},
	...more,
});
const sync = (more: Partial<SyncParts> = {}): Promise<SyncResult> =>
	syncRun(partsOf(more), { stop: stop.signal, abort: new AbortController().signal });
const plan = async (more: Partial<SyncParts> = {}): Promise<Plan> => (await planRun(partsOf(more), stop.signal)).plan;
const journal = async () => (await store.runs(undefined, 100)).map((run) => `${run.mode} ${run.outcome}`);
const accounts = () => [...product.accounts.values()].map((a) => `${a.username}${a.active ? "" : " (off)"}: ${a.groups.join()}`).sort();
const whoIsMissing = async () => [...(await store.absences(product.id))].map(([who, { sightings }]) => `${who} ${sightings}`);
const lastSize = async () => (await store.lastGood(product.id, source.id))?.size.people;
const WAIT_TWICE = { ...RULES, leavers: { action: "disable", after: { sightings: 2, periodMs: 0 }, stripGroups: true } } as const;

describe("a run", () => {
	test("makes the product match, journals every operation, and the next run finds nothing to do", async () => {
		const first = await sync();
		expect([first.outcome, first.verdict.state, first.recovered]).toEqual(["done", "clear", []]);
		expect(accounts()).toEqual(["anna: devs", "ben: devs", "cleo: "]);
		expect([...first.settlements!.values()].every((settlement) => settlement.state === "done")).toBe(true);
		const detail = await store.run(first.run!);
		expect(detail).toMatchObject({ outcome: "done", trigger: "test", planDigest: first.plan.digest, planned: 9, settled: { done: 9 } });
		const second = await sync();
		expect([second.outcome, second.plan.operations, second.plan.holds]).toEqual(["nothing-to-do", [], []]);
		expect(await journal()).toEqual(["sync nothing-to-do", "sync done"]);
	});
	test("asks the directory for what the policy reads, and the product for what the policy manages", async () => {
		const policy = policyOf({ map: [["devs", "devs"]], attributes: { team: '"x"' }, groups: { default: ["staff"] } });
		const rules = { ...RULES, protectGroups: ["admins"] };
		product.groups.add("admins" as GroupName);
		await sync({ policy, rules });
		await sync({ policy, rules });
		expect(source.asked[0]).toEqual({ attributes: new Set() });
		expect(product.reads[1]).toEqual({
			groups: new Set(["devs"]),
			alsoNamed: new Set(["staff", "admins"]),
			attributes: ["team"],
			attributesOf: new Set(["a1", "a2", "a3"]),
		});
	});
	test("that had failures says so, and the journal tells which", async () => {
		product.instead = (operation) =>
			operation.kind === "member.add" ? Promise.reject(new SyncError("target.rejected", "no seat")) : undefined;
		const { outcome, run } = await sync();
		expect([outcome, (await store.run(run!))!.settled]).toEqual(["failures", { done: 7, failed: 2 }]);
	});
	test("ends early when more than the error budget allows have failed", async () => {
		product.instead = () => Promise.reject(new SyncError("target.rejected", "no"));
		const { outcome, settlements } = await sync({ errorBudget: { floor: 1, fraction: 0 } });
		const states = [...settlements!.values()].map((settlement) => settlement.state);
		expect([outcome, states.filter((state) => state === "failed").length]).toEqual(["failures", 2]);
	});
	test("gives a large plan a larger error budget", async () => {
		product.instead = () => Promise.reject(new SyncError("target.rejected", "no"));
		const { settlements } = await sync({ errorBudget: { floor: 0, fraction: 0.34 } });
		expect([...settlements!.values()].filter((settlement) => settlement.state === "failed").length).toBe(4);
	});
	test("that is stopped lets the operation under way finish, and says stopped", async () => {
		product.instead = () => {
			stop.abort();
			return undefined;
		};
		const { outcome, settlements } = await sync();
		expect(outcome).toBe("stopped");
		expect([...settlements!.values()].filter((settlement) => settlement.state === "done").length).toBe(1);
		expect((await store.runs(undefined, 1))[0]!.outcome).toBe("stopped");
	});
	test("that is stopped during its last operation has done everything, and says done", async () => {
		product.instead = (operation) => {
			if (operation.kind === "member.add" && operation.subject.username === "ben") stop.abort();
			return undefined;
		};
		expect((await sync()).outcome).toBe("done");
	});
	test("may write only while it applies", async () => {
		const seen: string[] = [];
		product.instead = () => {
			seen.push("asked");
			return permit.check().then(() => ({ outcome: "done", account: `x${seen.length}` as AccountId }));
		};
		expect((await sync()).outcome).toBe("done");
		await expect(permit.check()).rejects.toMatchObject({ code: "bug", message: "a writing request outside of a run: refused" });
	});
	test("that meets a bug closes its journal with the error, gives the lease back, and may no longer write", async () => {
		product.instead = () => Promise.reject(new TypeError("x is not a function"));
		await expect(sync()).rejects.toThrow("x is not a function");
		expect(await store.runs(undefined, 1)).toMatchObject([
			{ outcome: "error", note: "unexpected: x is not a function", settled: { unknown: 1 } },
		]);
		await expect(permit.check()).rejects.toMatchObject({ code: "bug" });
		product.instead = () => undefined;
		expect(await sync()).toMatchObject({ outcome: "done", recovered: [] });
	});
	test("that loses its lease writes nothing more, and tells that error though the journal is closed to it too", async () => {
		let asked = 0;
		product.instead = () => {
			asked += 1;
			store.lapse("jira");
			return store.acquire("jira", "other", 60_000).then(() => ({ outcome: "done" }));
		};
		await expect(sync()).rejects.toMatchObject({ code: "store.lease-lost" });
		expect([asked, (await store.runs(undefined, 1))[0]!.outcome]).toEqual([1, "running"]);
	});
});

describe("a run that the guard refuses", () => {
	const tight = { limits: { "account.disable": { floor: 0, fraction: 0 } } } as const;
	beforeEach(async () => {
		await sync({ rules: WAIT_TWICE });
		source.people.delete("ben");
		source.groups.set("devs", ["anna"]);
		product.asked.length = 0;
	});
	test("is journalled with the breaches, changes nothing and asks nobody", async () => {
		const result = await sync(tight);
		expect([result.outcome, result.verdict.state, result.settlements]).toEqual(["refused", "refused", undefined]);
		expect(product.asked).toEqual([]);
		expect(approvals).toBe(1);
		const message = '1 times "disable" planned, 0 allowed (limits.account.disable: at least 0, or 0% of 3 managed accounts)';
		expect(await store.run(result.run!)).toMatchObject({ outcome: "refused", note: message, breaches: [message], entries: [] });
	});
	test("remembers nothing: neither the size of the directory, nor who was missing", async () => {
		await sync(tight);
		expect([await lastSize(), await whoIsMissing()]).toEqual([3, []]);
	});
	test("passes with an override for exactly this plan", async () => {
		const refused = await sync(tight);
		expect((await sync({ ...tight, override: "0000" as Digest })).outcome).toBe("refused");
		const passed = await sync({ ...tight, override: refused.plan.digest });
		expect([passed.outcome, passed.verdict.state]).toEqual(["done", "overridden"]);
		expect((await store.run(passed.run!))!.breaches.length).toBe(1);
		expect(accounts()).toContain("ben (off): ");
	});
	test("because the directory shrank is refused again and again: the last good size stays", async () => {
		source.people.delete("cleo");
		const shrunk = { shrink: { people: 0.1, groups: 1, memberships: 1 } };
		for (let i = 0; i < 3; i++) expect((await sync(shrunk)).verdict.breaches).toMatchObject([{ rule: "shrink", what: "staff: people" }]);
		expect(await lastSize()).toBe(3);
	});
	test("because the directory is empty is refused whatever the limits and the override", async () => {
		source.people.clear();
		source.groups.set("devs", []);
		const open = { shrink: { people: 1, groups: 1, memberships: 1 } };
		const refused = await sync(open);
		expect(refused.verdict.breaches).toMatchObject([{ rule: "empty" }]);
		expect((await sync({ ...open, override: refused.plan.digest })).outcome).toBe("refused");
	});
});

describe("posture: observe", () => {
	const observe = { rules: { ...RULES, posture: "observe" } } as const;
	test("plans, and applies, journals and remembers nothing", async () => {
		const result = await sync(observe);
		expect([result.outcome, result.plan.operations.length, result.run, result.settlements]).toEqual([
			"not-applied",
			9,
			undefined,
			undefined,
		]);
		expect([product.asked, approvals, await journal(), await lastSize()]).toEqual([[], 0, [], undefined]);
	});
	test("with nothing to do says so", async () => {
		await sync();
		expect((await sync(observe)).outcome).toBe("nothing-to-do");
	});
});

describe("a plan that is not approved", () => {
	test("is not applied, and nothing is journalled or remembered", async () => {
		let shown = 0;
		const result = await sync({
			approve: async ({ plan: whole }) => {
				shown = whole.operations.length;
				return false;
			},
		});
		expect([result.outcome, shown, result.run]).toEqual(["not-applied", 9, undefined]);
		expect([product.asked, await journal(), await lastSize()]).toEqual([[], [], undefined]);
	});
	test("of one operation is asked about too, and shown", async () => {
		await sync();
		source.put("anna", { displayName: "Anne" });
		const result = await sync({ approve: async () => false });
		expect([result.outcome, result.plan.operations.length, result.recovered, result.verdict.state]).toEqual([
			"not-applied",
			1,
			[],
			"clear",
		]);
	});
	test("with nothing to do asks nobody", async () => {
		await sync();
		expect((await sync({ approve: () => Promise.reject(new Error("asked")) })).outcome).toBe("nothing-to-do");
	});
});

describe("absences", () => {
	test("are counted once for each reading that the guard let pass", async () => {
		await sync({ rules: WAIT_TWICE });
		source.people.delete("ben");
		source.groups.set("devs", ["anna"]);
		expect((await sync({ rules: WAIT_TWICE })).plan.holds.map((hold) => hold.because)).toEqual(["waiting", "waiting"]);
		expect(await whoIsMissing()).toEqual(["staff:ben 1"]);
		await sync({
			rules: WAIT_TWICE,
			shrink: { people: 0, groups: 0, memberships: 0 },
			limits: { "account.disable": { floor: 0, fraction: 0 } },
		});
		expect([await whoIsMissing(), accounts()]).toEqual([["staff:ben 1"], expect.arrayContaining(["ben: devs"])]);
		await sync({ rules: WAIT_TWICE });
		expect(accounts()).toContain("ben (off): ");
	});
	test("are forgotten when the person is back", async () => {
		await sync({ rules: WAIT_TWICE });
		const ben = source.people.get("ben")!;
		source.people.delete("ben");
		source.groups.set("devs", ["anna"]);
		await sync({ rules: WAIT_TWICE });
		source.people.set("ben", ben);
		await sync({ rules: WAIT_TWICE });
		expect(await whoIsMissing()).toEqual([]);
	});
	test("begin when the snapshot was taken, not when the run ended", async () => {
		await sync({ rules: WAIT_TWICE });
		source.people.delete("ben");
		source.groups.set("devs", ["anna"]);
		source.now = 123 * HOUR;
		await sync({ rules: WAIT_TWICE });
		expect((await store.absences(product.id)).get("staff:ben" as PersonKey)?.since).toEqual(new Date(123 * HOUR));
	});
	test("begin when the newest of several snapshots was taken", async () => {
		const other = new FakeConnector("crew");
		other.put("dora");
		const policy = policyOf({ from: ["crew", "staff"], say: { samePerson: "person.email" }, map: [["devs", "devs"]] });
		for (const [first, second] of [
			[1, 2],
			[4, 3],
		] as const) {
			await sync({ sources: [other, source], policy, rules: WAIT_TWICE });
			source.people.delete("cleo");
			[source.now, other.now] = [first * HOUR, second * HOUR];
			await sync({ sources: [other, source], policy, rules: WAIT_TWICE });
			expect((await store.absences(product.id)).get("staff:cleo" as PersonKey)?.since).toEqual(new Date(Math.max(first, second) * HOUR));
			source.put("cleo");
		}
	});
	test("are not those of people who are held or merely not selected", async () => {
		await sync();
		source.unreadable.add("ben");
		source.put("cleo", { active: false });
		await sync({ policy: policyOf({ map: [["devs", "devs"]], say: { where: "person.active" } }) });
		expect([await whoIsMissing(), accounts()]).toEqual([[], ["anna: devs", "ben: devs", "cleo (off): "]]);
	});
});

describe("a run while another one is under way", () => {
	test("reads nothing, does nothing, and names the holder", async () => {
		const lease = (await store.acquire("jira", "there, process 7", 60_000))!;
		await expect(sync()).rejects.toMatchObject({
			code: "store.lease-held",
			retry: "later",
			message: expect.stringMatching(/^the product "jira" is being synchronised by there, process 7 \(until .* unless it renews\)$/),
			todo: expect.stringContaining("Nothing was done."),
		});
		expect([source.asked.length, product.reads.length]).toEqual([0, 0]);
		await lease.release();
		expect((await sync()).outcome).toBe("done");
	});
	test("is possible again after a run that failed", async () => {
		source.before = () => Promise.reject(new SyncError("source.unreachable", "down"));
		await expect(sync()).rejects.toMatchObject({ code: "source.unreachable" });
		source.before = async () => {};
		expect((await sync()).outcome).toBe("done");
	});
});

describe("a directory that cannot be read", () => {
	test("stops the run before anything else; nothing is journalled, written or remembered", async () => {
		await sync();
		source.before = () => Promise.reject(new SyncError("source.incomplete", "page 3 is missing"));
		await expect(sync()).rejects.toMatchObject({ code: "source.incomplete" });
		expect([product.reads.length, (await journal()).length]).toEqual([1, 1]);
	});
	test("stops the reading of the other ones, and it is its error that is told", async () => {
		const other = new FakeConnector("crew");
		let told = false;
		other.before = (signal) =>
			new Promise((resolve) => {
				signal.addEventListener("abort", () => {
					told = true;
					resolve();
				});
			});
		source.before = () => Promise.reject(new SyncError("source.denied", "HTTP 401"));
		const policy = policyOf({ from: ["crew", "staff"], say: { samePerson: "person.email" } });
		await expect(sync({ sources: [other, source], policy })).rejects.toMatchObject({ code: "source.denied" });
		expect(told).toBe(true);
	});
	test("because the run was stopped says so", async () => {
		source.before = async () => stop.abort();
		await expect(sync()).rejects.toMatchObject({ code: "run.cancelled" });
	});
});

describe("a plan that was approved earlier", () => {
	const saved = async (more: Partial<SyncParts> = {}): Promise<Plan> =>
		decodePlan([...encodePlan(await plan(more))].join(""), { path: "plan.json", product: product.id });

	test("is applied exactly: what came up since is left to the next run", async () => {
		const approved = await saved();
		source.put("dora");
		source.groups.set("devs", ["anna", "ben", "dora"]);
		const result = await sync({ approved });
		expect([result.outcome, result.settlements!.size]).toEqual(["done", 9]);
		expect(accounts()).toEqual(["anna: devs", "ben: devs", "cleo: "]);
		expect(await journal()).toEqual(["apply done"]);
		expect((await sync()).outcome).toBe("done");
		expect(accounts()).toContain("dora: devs");
	});
	test("skips what was done since, with the reason, and counts as done", async () => {
		const approved = await saved();
		await sync();
		product.asked.length = 0;
		const result = await sync({ approved });
		expect(result.outcome).toBe("done");
		expect([...result.settlements!.values()]).toEqual(
			approved.operations.map(() => ({ state: "not-run", drifted: true, because: "already so, or no longer wanted" })),
		);
		expect(product.asked).toEqual([]);
	});
	test("skips what is held now, and says why", async () => {
		await sync();
		source.put("anna", { username: "anne", displayName: "Anne" });
		source.groups.set("devs", ["ben"]);
		const approved = await saved();
		source.unreadable.add("anna");
		const { settlements, outcome } = await sync({ approved });
		expect(outcome).toBe("done");
		const reasons = [...settlements!.values()].map((settlement) => settlement.state === "not-run" && settlement.because);
		expect(reasons).toEqual(Array(3).fill('now held: the record "anne" (anna) of staff could not be read: odd record'));
	});
	test("skips a rename whose name was taken meanwhile, and says by whom", async () => {
		await sync();
		source.put("anna", { username: "anne" });
		const approved = await saved();
		product.add({ username: "anne", email: "", displayName: "" });
		const { settlements } = await sync({ approved });
		expect([...settlements!.values()]).toEqual([
			{ state: "not-run", drifted: true, because: 'now held: the username "anne" belongs to an account that is not managed' },
		]);
	});
	test("skips a newcomer who can no longer be matched, and says why", async () => {
		const approved = await saved();
		product.add({ username: "cleo", email: "", displayName: "" });
		const { settlements } = await sync({ approved, rules: { ...RULES, adopt: "never" } });
		const skipped = [...settlements!.values()].filter((settlement) => settlement.state === "not-run");
		expect(skipped).toEqual(
			Array(2).fill({ state: "not-run", drifted: true, because: expect.stringMatching(/^now held: an account "cleo" exists already/) }),
		);
		expect(settlements!.size).toBe(9);
	});
	test("skips what is held now for an account that is nobody's, and for a group", async () => {
		await sync();
		const guest = product.add({ username: "guest", email: "", displayName: "", groups: ["devs"] });
		source.groups.set("ops", []);
		const rules = { ...RULES, strangers: "remove", createMissingGroups: true } as const;
		const policy = policyOf({
			map: [
				["devs", "devs"],
				["ops", "ops"],
			],
			attributes: { team: '"x"' },
		});
		const approved = await saved({ rules, policy });
		product.accounts.get(guest)!.username = "visitor";
		source.put("odd");
		source.unreadable.add("odd");
		const { settlements } = await sync({ approved, policy, rules: { ...rules, createMissingGroups: false } });
		expect([...settlements!.values()].map((settlement) => settlement.state === "not-run" && settlement.because)).toEqual([
			"now held: the product has no group ops; create it there, or set groups.createMissing: true",
			"now held: may be the account of staff:odd, who is held and not linked to any account yet",
		]);
	});
	test("is judged by today's readings", async () => {
		const limits = { "account.create": { floor: 1, fraction: 0.9 } } as const;
		const approved = await saved({ limits });
		const refused = await sync({ approved: { ...approved, population: { ...approved.population, wanted: 1000 } }, limits });
		expect(refused.verdict.breaches).toMatchObject([{ rule: "limit", allowed: 2, planned: 3 }]);
		expect(refused.outcome).toBe("refused");
		source.people.clear();
		source.groups.set("devs", []);
		expect((await sync({ approved })).verdict.breaches).toMatchObject([{ rule: "empty" }]);
	});
	test("is judged by today's protection", async () => {
		await sync();
		source.put("anna", { displayName: "Anne" });
		const approved = await saved();
		const refused = await sync({ approved, rules: { ...RULES, protectAccounts: ["Anna"] } });
		expect(refused.verdict.breaches).toMatchObject([{ rule: "protected", message: '"update" would touch the protected account anna' }]);
	});
	test("takes nothing away that today's posture would not", async () => {
		await sync();
		source.groups.set("devs", ["ben"]);
		const approved = await saved();
		const { settlements } = await sync({ approved, rules: { ...RULES, posture: "additive" } });
		expect([...settlements!.values()]).toMatchObject([
			{ state: "not-run", because: expect.stringMatching(/^now held: the posture is "additive"/) },
		]);
		expect(accounts()).toContain("anna: devs");
	});
});

describe("a run after a crash", () => {
	test("closes the crashed run, settles what it intended as unknown, and claims the account whose creation was under way", async () => {
		const never = { ...RULES, adopt: "never" } as const;
		product.instead = (operation) => {
			if (operation.kind !== "account.create") return undefined;
			product.add(operation.after);
			store.lapse("jira");
			return store.acquire("jira", "nobody", 0).then(() => ({ outcome: "done", account: "lost" as AccountId }));
		};
		await expect(sync({ rules: never })).rejects.toMatchObject({ code: "store.lease-lost" });
		product.instead = () => undefined;
		const result = await sync({ rules: never });
		expect([result.recovered, result.outcome]).toEqual([["1"], "done"]);
		expect(await store.run("1" as never)).toMatchObject({ outcome: "crashed", settled: { unknown: 1 } });
		expect(result.plan.operations.filter((operation) => operation.kind === "link.adopt")).toMatchObject([{ matchedOn: "journal" }]);
		expect(accounts()).toEqual(["anna: devs", "ben: devs", "cleo: "]);
	});
});

describe("the server that the links belong to", () => {
	test("another one is never taken for it, however small the plan", async () => {
		product.site = "https://test.example.org";
		expect((await sync()).outcome).toBe("done");
		product.site = "https://live.example.org";
		source.put("ben", { active: false });
		const before = accounts();
		await expect(sync()).rejects.toMatchObject({
			code: "config.invalid",
			message:
				'what Rollcall remembers of "jira" belongs to the memory at https://test.example.org; the url now leads to the one at https://live.example.org',
		});
		await expect(plan()).rejects.toMatchObject({ code: "config.invalid" });
		expect([accounts(), await journal()]).toEqual([before, ["sync done"]]);
	});
	test("has only got another base URL: said once, remembered", async () => {
		product.site = "https://old.example.org";
		await sync();
		product.site = "https://new.example.org";
		expect((await sync({ productMoved: true })).outcome).not.toBe("refused");
		await expect(sync()).resolves.toBeDefined();
	});
	test("need not say who it is", async () => {
		await sync();
		product.site = "https://new.example.org";
		await expect(sync()).resolves.toBeDefined();
		product.site = undefined;
		await expect(sync()).resolves.toBeDefined();
	});
});

describe("a held group", () => {
	const shrink = { people: 1, groups: 1, memberships: 0.1 };
	test("does not stop the run, and the size to compare with stays", async () => {
		source.groups.set("all", [...Array.from({ length: 20 }, (_, i) => `p${i}`)]);
		for (const id of source.groups.get("all")!) source.put(id);
		await sync({ shrink });
		source.heldGroups.add("all");
		expect((await sync({ shrink })).outcome).not.toBe("refused");
		source.heldGroups.clear();
		source.groups.set("all", []);
		expect((await sync({ shrink })).verdict.breaches.map(({ what }) => what)).toEqual(["staff: memberships"]);
	});
	test("is no cover for another one that lost its members in the same reading", async () => {
		const people = Array.from({ length: 40 }, (_, i) => `p${i}`);
		for (const id of people) source.put(id);
		source.groups.set("devs", people);
		source.groups.set("all", ["anna"]);
		await sync({ shrink });
		source.heldGroups.add("all");
		source.groups.set("devs", []);
		const { outcome, verdict } = await sync({ shrink });
		expect([outcome, verdict.breaches.map(({ message }) => message)]).toEqual([
			"refused",
			[
				'40 memberships would be removed while the members of 1 group of the directory "staff" could not be read; at most 10 may be (shrink.memberships: 10% of 41)',
			],
		]);
	});
	test("of the first reading leaves nothing to remember but what was counted", async () => {
		source.groups.set("devs", []);
		source.groups.set("all", ["anna"]);
		source.heldGroups.add("all");
		await sync({ shrink });
		expect((await store.lastGood(product.id, source.id))?.size.memberships).toBe(0);
	});
	test("once gone, the size to compare with follows the readings again, downwards too", async () => {
		source.groups.set("devs", ["anna", "ben", "cleo"]);
		await sync({ shrink });
		source.groups.set("devs", ["anna"]);
		await sync({ shrink });
		expect((await store.lastGood(product.id, source.id))?.size.memberships).toBe(1);
	});
});

test("memberships go one by one unless the product says how many it takes at once", async () => {
	const sizes: number[] = [];
	const performMembers: SyncParts["product"]["performMembers"] = async (batch) => {
		sizes.push(batch.length);
		return Promise.all(batch.map(({ operation, account }) => product.perform(operation, account)));
	};
	source.groups.set("devs", ["anna", "ben", "cleo"]);
	Object.assign(product, { performMembers });
	expect((await sync()).outcome).toBe("done");
	expect(sizes).toEqual([]);
	product = Object.assign(new Product({ ...EVERYTHING, limits: { ...EVERYTHING.limits, membershipBatch: 2 } }), { performMembers });
	store = new MemoryStore();
	expect((await sync()).outcome).toBe("done");
	expect(sizes).toEqual([2]);
	expect(accounts()).toEqual(["anna: devs", "ben: devs", "cleo: devs"]);
});

describe("what a reading settles in the store", () => {
	const UNLICENSE = {
		...RULES,
		leavers: { action: "unlicense", licenceGroups: ["users", "vip"], after: { sightings: 1, periodMs: 0 }, stripGroups: false },
	} as const;
	const anna = () => [...product.accounts.values()].find(({ username }) => username === "anna")!;
	const give = (group: string) => anna().groups.push(group as GroupName);
	const take = (group: string) => anna().groups.splice(anna().groups.indexOf(group as GroupName), 1);
	const released = async () => Object.fromEntries(await store.released(product.id));
	const leaveAndCome = async () => {
		for (const group of ["users", "vip", "other"]) product.groups.add(group as GroupName);
		await sync({ rules: UNLICENSE });
		for (const group of ["users", "other"]) give(group);
		source.put("anna", { active: false });
		await sync({ rules: UNLICENSE });
		expect([anna().groups, await released()]).toEqual([["devs", "other"], { "staff:anna": { open: ["users"], ours: [] } }]);
		source.put("anna", { active: true });
	};

	test("whoever is back and was given a seat by somebody else: nothing more is owed", async () => {
		await leaveAndCome();
		give("vip");
		expect((await sync({ rules: UNLICENSE })).plan.operations).toEqual([]);
		expect(await released()).toEqual({});
		take("vip");
		expect((await sync({ rules: UNLICENSE })).plan.operations).toEqual([]);
	});
	test("whoever is back gets everything, also over several runs when something fails", async () => {
		await leaveAndCome();
		product.instead = (operation) =>
			operation.kind === "member.add" ? Promise.reject(new SyncError("target.rejected", "later")) : undefined;
		await sync({ rules: UNLICENSE });
		expect(await released()).toEqual({ "staff:anna": { open: ["users"], ours: [] } });
		product.instead = () => undefined;
		await sync({ rules: UNLICENSE });
		expect([anna().groups.sort(), await released()]).toEqual([["devs", "other", "users"], {}]);
	});
	test("whoever is still away is owed what was taken, whatever seat they have by hand", async () => {
		await leaveAndCome();
		source.put("anna", { active: false });
		give("vip");
		product.instead = (operation) =>
			operation.kind === "member.remove" ? Promise.reject(new SyncError("target.rejected", "no")) : undefined;
		await sync({ rules: UNLICENSE });
		expect(await released()).toEqual({ "staff:anna": { open: ["users"], ours: ["vip"] } });
	});
	test("nothing is looked at where leavers keep their groups", async () => {
		await leaveAndCome();
		give("vip");
		await sync();
		expect(await released()).toEqual({ "staff:anna": { open: ["users"], ours: [] } });
	});

	test("an account that is gone is forgotten where ids are names, so that the next holder of the name is somebody else", async () => {
		product = new Product({ ...EVERYTHING, idsAreNames: true });
		await sync();
		for (const [id, { username }] of product.accounts) if (username === "anna") product.accounts.delete(id);
		source.people.delete("anna");
		await sync();
		expect([...(await store.links(product.id)).keys()].sort()).toEqual(["staff:ben", "staff:cleo"]);
	});
	test("an account that is gone stays known where ids are more than names", async () => {
		await sync();
		for (const [id, { username }] of product.accounts) if (username === "anna") product.accounts.delete(id);
		source.people.delete("anna");
		await sync();
		expect([...(await store.links(product.id)).keys()].sort()).toEqual(["staff:anna", "staff:ben", "staff:cleo"]);
	});
});

describe("two people tied to one account by mistake", () => {
	let crew: FakeConnector;
	const policy = () => policyOf({ map: [["devs", "devs"]], from: ["staff", "crew"], say: { samePerson: "person.email" } });
	const run = () => sync({ sources: [source, crew], policy: policy() });
	const named = (username: string) => [...product.accounts.values()].find((one) => one.username === username);
	const held = (result: SyncResult) => result.plan.holds.map(({ because, detail }) => `${because}: ${detail}`);

	beforeEach(async () => {
		crew = new FakeConnector("crew");
		crew.now = source.now;
		crew.put("dora");
		await run();
		// For one day carl's record has anna's address.
		crew.put("carl", { email: "anna@a.test" });
		await run();
		expect((await store.origins(product.id)).get("crew:carl" as PersonKey)).toBe("merged");
		crew.put("carl", { email: "carl@a.test" });
	});

	test("are both held once, then the owner goes on as before and the other one waits for a person's word", async () => {
		expect(held(await run())).toEqual(Array(2).fill(expect.stringContaining("2 people match one account")));
		source.put("anna", { displayName: "Anna B." });
		const next = await run();
		expect(held(next)).toEqual([expect.stringContaining("rollcall unlink crew:carl")]);
		expect(named("anna")?.displayName).toBe("Anna B.");
	});
	test("the other one never gets the account, also when its owner is gone", async () => {
		await run();
		source.people.delete("anna");
		source.groups.set("devs", ["ben"]);
		await run();
		expect([named("anna")?.active, named("carl")]).toEqual([false, undefined]);
		const lease = (await store.acquire(product.id, "test", 60_000))!;
		await store.unlink(lease, product.id, "crew:carl" as PersonKey);
		await lease.release();
		await run();
		expect([named("anna")?.active, named("carl")?.email]).toEqual([false, "carl@a.test"]);
	});
	test("are one again when the value is put right", async () => {
		await run();
		crew.put("carl", { email: "anna@a.test" });
		const { plan } = await run();
		expect(plan.operations.map(({ kind }) => kind)).toEqual(["link.adopt"]);
		expect((await store.origins(product.id)).get("crew:carl" as PersonKey)).toBe("merged");
		expect((await run()).plan.holds).toEqual([]);
	});
});
