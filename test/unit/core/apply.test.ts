import { describe, expect, test } from "@jest/globals";
import { type ApplyParts, apply, type Settlements } from "../../../core/apply/apply.ts";
import { SyncError } from "../../../core/errors.ts";
import type { ClearedPlan } from "../../../core/guard.ts";
import type { AccountId, Digest, PersonKey } from "../../../core/model.ts";
import type { Operation, ProductOperation } from "../../../core/operation.ts";
import { makePlan } from "../../../core/plan.ts";
import type { MembershipWork, Performed } from "../../../core/product.ts";
import type { Lease, RunId } from "../../../core/store/store.ts";
import { MemoryProduct } from "../../support/memory-product.ts";
import { MemoryStore } from "../../support/memory-store.ts";

const subject = (n: number) => ({ username: `user${n}`, account: `acc${n}` as AccountId });
const newcomer = (n: number) => ({ username: `user${n}`, person: `idp:${n}` as PersonKey });
const op = (id: string, more: object): Operation => ({ id: id as Digest, because: "", ...more }) as Operation;
const enable = (n: number, requires?: readonly string[]) =>
	op(`e${n}`, { kind: "account.enable", subject: subject(n), ...(requires ? { requires } : {}) });
const create = (n: number) =>
	op(`c${n}`, { kind: "account.create", subject: newcomer(n), after: { username: `user${n}`, email: "", displayName: "" } });
const join = (n: number, requires: readonly string[] = [`c${n}`]) =>
	op(`m${n}`, { kind: "member.add", subject: newcomer(n), group: "devs", requires });
const adopt = (n: number, matchedOn: string) =>
	op(`a${n}`, { kind: "link.adopt", subject: { ...subject(n), person: `idp:${n}` }, matchedOn });

/** A promise to be kept by hand, so that a test decides what ends first. */
const gate = () => Promise.withResolvers<void>();

/** A product and a store that write down, in one list, what was asked of them. */
class Bench {
	readonly log: string[] = [];
	readonly product = new MemoryProduct();
	readonly memory = new MemoryStore();
	readonly stop = new AbortController();
	readonly abort = new AbortController();
	readonly progress: string[] = [];
	/** What the product does with several memberships at once; it has no way to do that while this is undefined. */
	together: ((batch: readonly MembershipWork[]) => Promise<readonly (Performed | SyncError)[]>) | undefined;
	/** What the product does instead, by operation id. */
	readonly instead = new Map<string, (signal: AbortSignal) => Promise<Performed>>();
	lease!: Lease;
	run!: RunId;
	most = 0;
	#underWay = 0;

	async apply(operations: readonly Operation[], more: Partial<ApplyParts> = {}): Promise<Settlements> {
		const plan = makePlan({
			product: this.product.id,
			posture: "mirror",
			firstRun: false,
			sources: [],
			population: { accounts: 0, linked: 0, memberships: 0, groups: 0, wanted: 0, wantedMemberships: 0 },
			operations,
			holds: [],
		}) as ClearedPlan;
		this.lease ??= (await this.memory.acquire("jira", "test", 60_000))!;
		this.run = await this.memory.open(this.lease, { product: plan.product, mode: "sync", plan, breaches: [], trigger: "test" });
		const parts: ApplyParts = {
			product: this.#product(),
			store: this.#store(),
			lease: this.lease,
			run: this.run,
			errorBudget: 100,
			concurrency: 1,
			requestMs: 1000,
			progress: ({ stage, done, total }) => this.progress.push(`${stage} ${done}/${total}`),
			...more,
		};
		return apply(plan, parts, { stop: this.stop.signal, abort: this.abort.signal });
	}
	#product(): ApplyParts["product"] {
		const { product, together } = this;
		const several = async (batch: readonly MembershipWork[]) => {
			this.log.push(`together ${batch.map(({ operation, account }) => `${operation.id} on ${account}`).join(", ")}`);
			return together!(batch);
		};
		return Object.assign(Object.create(product) as MemoryProduct, {
			...(together === undefined ? {} : { performMembers: several }),
			perform: async (operation: ProductOperation, account: AccountId | undefined): Promise<Performed> => {
				this.log.push(`perform ${operation.id}${account === undefined ? "" : ` on ${account}`}`);
				this.#underWay += 1;
				this.most = Math.max(this.most, this.#underWay);
				try {
					const special = this.instead.get(operation.id);
					return special === undefined ? await product.perform(operation, account) : await special(this.abort.signal);
				} finally {
					this.#underWay -= 1;
				}
			},
		});
	}
	#store(): ApplyParts["store"] {
		const { memory, log } = this;
		return {
			links: (id) => memory.links(id),
			link: async (lease, product, person, account, origin) => {
				await memory.link(lease, product, person, account, origin);
				log.push(`link ${person} to ${account} (${origin})`);
			},
			intend: async (lease, run, operation) => {
				await memory.intend(lease, run, operation);
				log.push(`intend ${operation.id}`);
			},
			settle: async (lease, run, operation, settlement) => {
				await memory.settle(lease, run, operation, settlement);
				log.push(`settle ${operation} ${settlement.state}`);
			},
		};
	}
	account(n: number, active = false): void {
		this.product.add({ id: `acc${n}`, username: `user${n}`, email: "", displayName: "", active });
	}
	fails(id: string, error: unknown): void {
		this.instead.set(id, async () => {
			throw error;
		});
	}
}
const bench = (...disabled: number[]): Bench => {
	const made = new Bench();
	for (const n of disabled) made.account(n);
	made.product.groups.add("devs" as never);
	return made;
};
const states = (settlements: Settlements) => Object.fromEntries([...settlements].map(([id, s]) => [id, s.state]));
const rejected = (message = "no") => new SyncError("target.rejected", message, { todo: "look there" });

describe("one operation", () => {
	test("is intended before it is asked for, and settled after", async () => {
		const b = bench(1);
		expect(await b.apply([enable(1)])).toEqual(new Map([["e1", { state: "done" }]]));
		expect(b.log).toEqual(["intend e1", "perform e1 on acc1", "settle e1 done"]);
		expect(b.progress).toEqual(["apply 1/1"]);
	});
	test("that was so before is settled as already", async () => {
		const b = bench();
		b.account(1, true);
		expect(await b.apply([enable(1)])).toEqual(new Map([["e1", { state: "already" }]]));
	});
	test("that the product refuses is settled as failed, with the product's words; the rest goes on", async () => {
		const b = bench(1, 2);
		b.fails("e1", rejected());
		expect(await b.apply([enable(1), enable(2)])).toEqual(
			new Map<string, unknown>([
				["e1", { state: "failed", error: { code: "target.rejected", message: "no", todo: "look there" } }],
				["e2", { state: "done" }],
			]),
		);
		expect(b.log).toContain("settle e1 failed");
	});
	test("whose answer was lost is settled as unknown", async () => {
		const b = bench(1);
		b.fails("e1", new SyncError("target.unreachable", "cut", { outcomeUnknown: true }));
		expect((await b.apply([enable(1)])).get("e1" as Digest)).toEqual({
			state: "unknown",
			error: { code: "target.unreachable", message: "cut" },
		});
	});
	test("whose account is not known anywhere fails", async () => {
		const b = bench();
		expect((await b.apply([join(1, [])])).get("m1" as Digest)).toMatchObject({
			state: "failed",
			error: { code: "target.missing", message: "user1 has no account yet" },
		});
		expect(b.log.some((line) => line.startsWith("perform"))).toBe(false);
	});
});

describe("a creation", () => {
	test("links the account by every key of the person before it is settled", async () => {
		const b = bench();
		await b.apply([op("c1", { ...create(1), aliases: ["crew:7", "firm:7"] })]);
		expect(b.log).toEqual([
			"intend c1",
			"perform c1",
			"link idp:1 to a1 (created)",
			"link crew:7 to a1 (merged)",
			"link firm:7 to a1 (merged)",
			"settle c1 done",
		]);
	});
	test("links the new account before it is settled, and what requires it gets the account", async () => {
		const b = bench();
		const settlements = await b.apply([create(1), join(1)]);
		expect(settlements.get("c1" as Digest)).toEqual({ state: "done", account: "a1" });
		expect(b.log).toEqual([
			"intend c1",
			"perform c1",
			"link idp:1 to a1 (created)",
			"settle c1 done",
			"intend m1",
			"perform m1 on a1",
			"settle m1 done",
		]);
	});
	test("that was there already is linked too", async () => {
		const b = bench();
		b.instead.set("c1", async () => ({ outcome: "already", account: "a7" as AccountId }));
		expect((await b.apply([create(1)])).get("c1" as Digest)).toEqual({ state: "already", account: "a7" });
		expect([...(await b.memory.links(b.product.id))]).toEqual([["idp:1", "a7"]]);
	});
	test("whose answer names no account is unknown, and nothing is linked", async () => {
		const b = bench();
		b.instead.set("c1", async () => ({ outcome: "done" }));
		expect((await b.apply([create(1)])).get("c1" as Digest)).toMatchObject({
			state: "unknown",
			error: { code: "target.malformed", message: "the product created user1 but named no account" },
		});
		expect((await b.memory.links(b.product.id)).size).toBe(0);
		expect((await b.memory.openCreates(b.product.id)).has("idp:1" as PersonKey)).toBe(true);
	});
	test("that failed: what requires it is not run, and says so", async () => {
		const b = bench();
		b.fails("c1", rejected());
		expect((await b.apply([create(1), join(1)])).get("m1" as Digest)).toEqual({
			state: "not-run",
			because: "an operation it requires did not succeed",
		});
		expect(b.log.some((line) => line.includes("m1"))).toBe(false);
	});
});

describe("taking over", () => {
	test.each([
		["username", "adopted"],
		["email", "adopted"],
		["journal", "created"],
		["merge", "merged"],
	])("by %s asks the product nothing and is linked as %s", async (matchedOn, origin) => {
		const b = bench(1);
		expect((await b.apply([adopt(1, matchedOn)])).get("a1" as Digest)).toEqual({ state: "done", account: "acc1" });
		expect(b.log).toEqual(["intend a1", `link idp:1 to acc1 (${origin})`, "settle a1 done"]);
	});
	test("further keys of the same person are linked as merged; the person's own link is left as it is", async () => {
		const b = bench(1);
		const aliases = ["crew:1", "crew:2"];
		await b.apply([op("a1", { ...adopt(1, "username"), aliases })]);
		expect(b.log).toEqual([
			"intend a1",
			"link idp:1 to acc1 (adopted)",
			"link crew:1 to acc1 (merged)",
			"link crew:2 to acc1 (merged)",
			"settle a1 done",
		]);
		b.log.length = 0;
		await b.apply([op("a2", { ...adopt(1, "merge"), id: "a2", aliases: ["crew:3"] })]);
		expect(b.log).toEqual(["intend a2", "link crew:3 to acc1 (merged)", "settle a2 done"]);
	});
	test("tells later operations the account", async () => {
		const b = bench(1);
		await b.apply([adopt(1, "username"), join(1, ["a1"])]);
		expect(b.log).toContain("perform m1 on acc1");
	});
});

describe("requires", () => {
	test("an operation that is not in the plan: not run", async () => {
		const b = bench(1);
		expect((await b.apply([enable(1, ["gone"])])).get("e1" as Digest)).toEqual({
			state: "not-run",
			because: "an operation it requires is not part of this run",
		});
	});
	test.each([
		["already", async () => ({ outcome: "already" }) as const, "done"],
		["unknown", async () => Promise.reject(new SyncError("target.unreachable", "cut", { outcomeUnknown: true })), "not-run"],
	])("one that is %s", async (_how, instead, state) => {
		const b = bench(1, 2);
		b.instead.set("e1", instead);
		expect(states(await b.apply([enable(1), enable(2, ["e1"])])).e2).toBe(state);
	});
	test("one that was not run itself: not run", async () => {
		const b = bench(1, 2, 3);
		b.fails("e1", rejected());
		expect(states(await b.apply([enable(1), enable(2, ["e1"]), enable(3, ["e2"])]))).toEqual({
			e1: "failed",
			e2: "not-run",
			e3: "not-run",
		});
	});
});

describe("several at once", () => {
	test("keep the order of the phases", async () => {
		const b = bench(1, 2);
		const open = gate();
		b.instead.set("e1", () => open.promise.then(() => ({ outcome: "done" })));
		const running = b.apply([enable(1), enable(2), create(3), create(4)], { concurrency: 4 });
		while (!b.log.includes("settle e2 done")) await new Promise(setImmediate);
		expect(b.log.some((line) => line.includes("c3"))).toBe(false);
		open.resolve();
		expect(states(await running)).toEqual({ e1: "done", e2: "done", c3: "done", c4: "done" });
		expect(b.log.indexOf("settle e1 done")).toBeLessThan(b.log.indexOf("intend c3"));
	});
	test("are never more than allowed, and as many as allowed", async () => {
		const b = bench(1, 2, 3, 4, 5, 6, 7);
		await b.apply(
			[1, 2, 3, 4, 5, 6, 7].map((n) => enable(n)),
			{ concurrency: 3 },
		);
		expect(b.most).toBe(3);
		expect(b.progress.at(-1)).toBe("apply 7/7");
	});
	test("wait, within a phase, for what they require", async () => {
		const b = bench(1, 2);
		const open = gate();
		b.instead.set("e1", () => open.promise.then(() => ({ outcome: "done" })));
		const running = b.apply([enable(1), enable(2, ["e1"])], { concurrency: 2 });
		while (!b.log.includes("perform e1 on acc1")) await new Promise(setImmediate);
		await new Promise(setImmediate);
		expect(b.log).not.toContain("intend e2");
		open.resolve();
		expect(states(await running)).toEqual({ e1: "done", e2: "done" });
	});
});

describe("the error budget", () => {
	test("counts failed and unknown operations; the rest is not run", async () => {
		const b = bench(1, 2, 3, 4);
		b.fails("e1", rejected());
		b.fails("e3", new SyncError("target.unreachable", "cut", { outcomeUnknown: true }));
		const settlements = await b.apply([enable(1), enable(2), enable(3), enable(4), create(5)], { errorBudget: 2 });
		expect(states(settlements)).toEqual({ e1: "failed", e2: "done", e3: "unknown", e4: "not-run", c5: "not-run" });
		expect(settlements.get("c5" as Digest)).toEqual({ state: "not-run", because: "the error budget of 2 is spent" });
		expect(b.progress.at(-1)).toBe("apply 5/5");
	});
	test("is not spent by operations that were not run", async () => {
		const b = bench(1, 2, 3);
		b.fails("e1", rejected());
		expect(states(await b.apply([enable(1), enable(2, ["e1"]), enable(3)], { errorBudget: 2 }))).toEqual({
			e1: "failed",
			e2: "not-run",
			e3: "done",
		});
	});
});

describe("a product that refuses our credentials", () => {
	test("ends the run at once", async () => {
		const b = bench(1, 2, 3);
		b.fails("e2", new SyncError("target.denied", "HTTP 401"));
		const settlements = await b.apply([enable(1), enable(2), enable(3), create(4)]);
		expect(states(settlements)).toEqual({ e1: "done", e2: "failed", e3: "not-run", c4: "not-run" });
		expect(settlements.get("c4" as Digest)).toEqual({ state: "not-run", because: "the product refused Rollcall's credentials (HTTP 401)" });
	});
});

describe("the stop signal", () => {
	test("lets what is under way finish, and nothing more is started", async () => {
		const b = bench(1, 2, 3);
		b.instead.set("e1", async () => {
			b.stop.abort();
			return { outcome: "done" };
		});
		const settlements = await b.apply([enable(1), enable(2), create(3)]);
		expect(settlements).toEqual(
			new Map<string, unknown>([
				["e1", { state: "done" }],
				["e2", { state: "not-run", because: "the run was stopped" }],
				["c3", { state: "not-run", because: "the run was stopped" }],
			]),
		);
		expect(b.log.at(-1)).toBe("settle e1 done");
	});
	test("before the start starts nothing", async () => {
		const b = bench(1);
		b.stop.abort();
		expect(states(await b.apply([enable(1)]))).toEqual({ e1: "not-run" });
		expect(b.log).toEqual([]);
	});
});

describe("the abort signal", () => {
	test("reaches the request under way, whose outcome is then unknown; nothing more is started", async () => {
		const b = bench(1, 2);
		b.instead.set("e1", (signal) => {
			b.abort.abort();
			return Promise.reject(new SyncError("run.cancelled", `aborted: ${signal.aborted}`, { outcomeUnknown: true }));
		});
		const settlements = await b.apply([enable(1), enable(2)]);
		expect(settlements.get("e1" as Digest)).toMatchObject({ state: "unknown", error: { message: "aborted: true" } });
		expect(settlements.get("e2" as Digest)).toEqual({ state: "not-run", because: "the run was stopped" });
	});
});

describe("what stops the whole run", () => {
	test("a lease that was lost: nothing is asked for any more", async () => {
		const b = bench(1, 2);
		b.instead.set("e1", async () => {
			b.memory.lapse("jira");
			await b.memory.acquire("jira", "other", 60_000);
			return { outcome: "done" };
		});
		await expect(b.apply([enable(1), enable(2)])).rejects.toMatchObject({ code: "store.lease-lost" });
		expect(b.log.filter((line) => line.startsWith("perform"))).toEqual(["perform e1 on acc1"]);
	});
	test("a lease that is asked for before each request, for as long as a request may take", async () => {
		const b = bench(1, 2);
		const asked: number[] = [];
		b.lease = (await b.memory.acquire("jira", "test", 60_000))!;
		const lease: Lease = {
			...b.lease,
			assertHeld: async (marginMs) => {
				asked.push(marginMs);
				if (asked.length === 2) throw new SyncError("store.lease-lost", "lost");
			},
		};
		await expect(b.apply([enable(1), enable(2)], { lease, requestMs: 777 })).rejects.toMatchObject({ code: "store.lease-lost" });
		expect(asked).toEqual([777, 777]);
		expect(b.log).toEqual(["intend e1", "perform e1 on acc1", "settle e1 done", "intend e2"]);
	});
	test("a store that fails in the middle of an operation", async () => {
		const b = bench(1, 2);
		b.fails("e1", new SyncError("store.unavailable", "disk full"));
		await expect(b.apply([enable(1), enable(2)])).rejects.toMatchObject({ code: "store.unavailable" });
		expect(b.log).toEqual(["intend e1", "perform e1 on acc1"]);
	});
	test("a bug: it is not one failed operation", async () => {
		const b = bench(1, 2);
		const bug = new TypeError("x is not a function");
		b.fails("e1", bug);
		await expect(b.apply([enable(1), enable(2)])).rejects.toBe(bug);
		expect(b.log).toEqual(["intend e1", "perform e1 on acc1"]);
	});
	test("only after everything that was under way has ended and is settled", async () => {
		const b = bench(1, 2, 3);
		const open = gate();
		b.instead.set("e2", () => open.promise.then(() => ({ outcome: "done" })));
		b.instead.set("e1", async () => {
			open.resolve();
			throw new TypeError("bug");
		});
		await expect(b.apply([enable(1), enable(2), enable(3)], { concurrency: 2 })).rejects.toThrow("bug");
		expect(b.log).toContain("settle e2 done");
		expect(b.log.some((line) => line.includes("e3"))).toBe(false);
	});
});

test("an empty plan asks for nothing", async () => {
	const b = bench();
	expect((await b.apply([])).size).toBe(0);
	expect(b.log).toEqual([]);
});

describe("memberships that the product takes together", () => {
	const into = (n: number, group = "devs", kind = "member.add") => op(`${group}${n}`, { kind, subject: subject(n), group });
	const withThree = () => {
		const b = bench(1, 2, 3);
		b.product.groups.add("ops" as never);
		b.together = (batch) => Promise.all(batch.map(({ operation, account }) => b.product.perform(operation, account)));
		return b;
	};
	const adds = [into(1), into(2), into(3), into(1, "ops")];
	const asked = (b: Bench) => b.log.filter((line) => /^(together|perform)/.test(line));

	test("go in one request for each group, every intent before it and every settlement after", async () => {
		const b = withThree();
		expect(states(await b.apply(adds, { membershipBatch: 10 }))).toEqual({ devs1: "done", devs2: "done", devs3: "done", ops1: "done" });
		expect(b.log).toEqual([
			"intend devs1",
			"intend devs2",
			"intend devs3",
			"together devs1 on acc1, devs2 on acc2, devs3 on acc3",
			"settle devs1 done",
			"settle devs2 done",
			"settle devs3 done",
			"intend ops1",
			"perform ops1 on acc1",
			"settle ops1 done",
		]);
		expect(b.progress.at(-1)).toBe("apply 4/4");
	});
	test("go in requests of at most that many, and never adding with removing", async () => {
		const b = withThree();
		for (const row of b.product.accounts.values()) row.groups.push("ops" as never);
		await b.apply([...adds.slice(0, 3), into(1, "ops", "member.remove"), into(2, "ops", "member.remove")], { membershipBatch: 2 });
		expect(asked(b)).toEqual(["together devs1 on acc1, devs2 on acc2", "perform devs3 on acc3", "together ops1 on acc1, ops2 on acc2"]);
	});
	test("go one by one where the product has no such request, or says that one is the most", async () => {
		const without = withThree();
		without.together = undefined;
		await without.apply(adds, { membershipBatch: 10 });
		const one = withThree();
		await one.apply(adds);
		for (const b of [without, one]) expect(asked(b).map((line) => line.slice(0, 7))).toEqual(Array(4).fill("perform"));
	});
	test("end each for itself where the product says so", async () => {
		const b = withThree();
		b.together = async () => [{ outcome: "done" }, { outcome: "already" }, rejected("not this one")];
		const settlements = await b.apply(adds.slice(0, 3), { membershipBatch: 10 });
		expect(states(settlements)).toEqual({ devs1: "done", devs2: "already", devs3: "failed" });
		expect(settlements.get("devs3" as Digest)).toMatchObject({ error: { message: "not this one", todo: "look there" } });
	});
	test("are tried one by one after a refusal of all, so that only the culprit fails", async () => {
		const b = withThree();
		b.together = async () => {
			throw rejected("somebody among them");
		};
		b.fails("devs2", rejected("me"));
		expect(states(await b.apply(adds.slice(0, 3), { membershipBatch: 10 }))).toEqual({ devs1: "done", devs2: "failed", devs3: "done" });
		expect(b.log.filter((line) => line.startsWith("intend"))).toHaveLength(3);
	});
	test("are all unknown when the answer is lost, and nothing is tried again", async () => {
		const b = withThree();
		b.together = async () => {
			throw new SyncError("target.unreachable", "cut", { outcomeUnknown: true });
		};
		expect(states(await b.apply(adds.slice(0, 3), { membershipBatch: 10 }))).toEqual({
			devs1: "unknown",
			devs2: "unknown",
			devs3: "unknown",
		});
		expect(asked(b)).toHaveLength(1);
	});
	test("end the run when the credential is refused", async () => {
		const b = withThree();
		b.together = async () => {
			throw new SyncError("target.denied", "who are you?");
		};
		expect(states(await b.apply(adds, { membershipBatch: 2 }))).toEqual({
			devs1: "failed",
			devs2: "failed",
			devs3: "not-run",
			ops1: "not-run",
		});
		expect(asked(b)).toHaveLength(1);
	});
	test("count each against the error budget", async () => {
		const b = withThree();
		b.together = async (batch) => batch.map(() => rejected());
		const settled = states(await b.apply(adds, { membershipBatch: 2, errorBudget: 2 }));
		expect(settled).toEqual({ devs1: "failed", devs2: "failed", devs3: "not-run", ops1: "not-run" });
	});
	test("leave out whoever has no account", async () => {
		const b = withThree();
		b.fails("c9", rejected());
		const settled = states(await b.apply([create(9), join(9), into(1), into(2)], { membershipBatch: 10 }));
		expect(settled).toEqual({ c9: "failed", m9: "not-run", devs1: "done", devs2: "done" });
		expect(asked(b)).toEqual(["perform c9", "together devs1 on acc1, devs2 on acc2"]);
	});
	test("stop the run on a bug", async () => {
		const b = withThree();
		b.together = async () => {
			throw new TypeError("bug");
		};
		await expect(b.apply(adds, { membershipBatch: 10 })).rejects.toThrow("bug");
		expect(b.log.some((line) => line.startsWith("settle"))).toBe(false);
	});
});

describe("a rename that gives the account another id", () => {
	const rename = (n: number, id = `r${n}`) =>
		op(id, { kind: "account.rename", subject: { ...subject(n), person: `idp:${n}` }, after: { username: "anna" } });
	const moved = (b: Bench, to: string) => b.instead.set("r1", async () => ({ outcome: "done", account: to as AccountId }));
	const link = async (b: Bench, person: string, account: string) => {
		b.lease ??= (await b.memory.acquire("jira", "test", 60_000))!;
		await b.memory.link(b.lease, b.product.id, person as PersonKey, account as AccountId, "merged");
	};
	const links = async (b: Bench) => Object.fromEntries(await b.memory.links(b.product.id));

	test("takes every key of the person along, and what follows in the same run goes to the new id", async () => {
		const b = bench(1, 2);
		b.account(9, true);
		for (const [person, account] of [
			["idp:1", "acc1"],
			["crew:1", "acc1"],
			["idp:2", "acc2"],
		] as const)
			await link(b, person, account);
		moved(b, "acc9");
		const add = op("m1", { kind: "member.add", subject: subject(1), group: "devs" });
		expect(states(await b.apply([rename(1), add]))).toEqual({ r1: "done", m1: "done" });
		expect(await links(b)).toEqual({ "idp:1": "acc9", "crew:1": "acc9", "idp:2": "acc2" });
		expect(b.log).toContain("perform m1 on acc9");
	});
	test("and one that keeps it changes no link", async () => {
		const b = bench(1);
		await link(b, "idp:1", "acc1");
		moved(b, "acc1");
		await b.apply([rename(1)]);
		expect(b.log.filter((line) => line.startsWith("link"))).toEqual([]);
	});
});
