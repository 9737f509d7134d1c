import { describe, expect, test } from "@jest/globals";
import { Budget, type Reading, waitAfterLimit } from "../../../connectors/idp/onelogin/budget.ts";
import { asked, connect, NOTHING, never, onceAnswered, read, standIn } from "./stand-in.ts";

const HOUR = 3_600_000;
/** A budget whose server says what is in `says`, at a time that the test sets. */
function budgetOf(says: { reading: Reading | undefined }, more: { readonly reserve?: number; readonly patienceMs?: number } = {}) {
	const clock = { now: 1_000_000 };
	const counted = { asked: 0 };
	const budget = new Budget({
		reserve: 0.2,
		patienceMs: 0,
		...more,
		now: () => clock.now,
		ask: () => {
			counted.asked += 1;
			return Promise.resolve(says.reading);
		},
	});
	return { budget, clock, counted };
}
const spend = async (budget: Budget, calls: number): Promise<void> => {
	for (let i = 0; i < calls; i += 1) await budget.during(() => budget.spend(never()));
};

describe("the account's hour", () => {
	test("what is kept for others is never spent", async () => {
		const { budget } = budgetOf({ reading: { limit: 50, remaining: 13, resetMs: HOUR } });
		await spend(budget, 3);
		expect(budget.state()).toMatchObject({ limit: 50, reserve: 10, free: 0 });
		await expect(budget.spend(never())).rejects.toMatchObject({
			code: "source.limited",
			retry: "later",
			message: "OneLogin: no further call can be made: of the account's 50 calls an hour 0 are free, with 10 kept for others",
			context: { needed: 1, free: 0, reserve: 10, limit: 50, retryAfterMs: HOUR },
			todo: expect.stringMatching(/^The count begins anew in 60 minutes/),
		});
	});

	test("calls that are needed together are looked at together, and not taken", async () => {
		const { budget } = budgetOf({ reading: { limit: 50, remaining: 50, resetMs: HOUR } });
		await budget.require(40, "all", never());
		await budget.require(40, "all", never());
		await expect(budget.require(41, "reading everybody", never())).rejects.toMatchObject({
			retry: "never",
			message: "OneLogin: reading everybody takes 41 calls: of the account's 50 calls an hour 40 are free, with 10 kept for others",
			todo: expect.stringMatching(/^A whole hour does not suffice/),
		});
	});

	test("without a reserve the last call may be made", async () => {
		const { budget } = budgetOf({ reading: { limit: 50, remaining: 2, resetMs: HOUR } }, { reserve: 0 });
		await spend(budget, 2);
		await expect(budget.spend(never())).rejects.toMatchObject({ code: "source.limited" });
	});

	test("of several at the same time only as many as are free are let through", async () => {
		const { budget } = budgetOf({ reading: { limit: 50, remaining: 13, resetMs: HOUR } });
		await budget.require(1, "all", never());
		const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => budget.spend(never())));
		expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
	});

	test("it is asked once, again after a hundred calls without a word, and when the hour is over", async () => {
		const says = { reading: { limit: 5_000, remaining: 5_000, resetMs: HOUR } };
		const { budget, clock, counted } = budgetOf(says);
		await spend(budget, 100);
		expect(counted.asked).toBe(1);
		says.reading = { limit: 5_000, remaining: 1_050, resetMs: HOUR };
		await spend(budget, 1);
		expect([counted.asked, budget.state()?.free]).toEqual([2, 49]);
		clock.now += HOUR;
		says.reading = { limit: 5_000, remaining: 5_000, resetMs: HOUR };
		await budget.require(4_000, "all", never());
		expect(counted.asked).toBe(3);
	});

	test("headers have the say as well; those under way may not be in them", async () => {
		const { budget, counted } = budgetOf({ reading: { limit: 5_000, remaining: 5_000, resetMs: HOUR } });
		const headers = (remaining: number, reset = "600") => ({
			"x-ratelimit-limit": "5000",
			"x-ratelimit-remaining": String(remaining),
			"x-ratelimit-reset": reset,
		});
		await budget.require(1, "all", never());
		await budget.during(async () => {
			await budget.spend(never());
			await budget.during(async () => {
				await budget.spend(never());
				budget.heard(headers(1_100));
			});
		});
		expect(budget.state()).toMatchObject({ free: 99, resetMs: 600_000 });
		budget.heard({ "x-ratelimit-limit": "0", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" });
		budget.heard({ "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "many", "x-ratelimit-reset": "1" });
		budget.heard({});
		expect([budget.state()?.free, counted.asked]).toEqual([99, 1]);
		const date = new Date().toUTCString();
		budget.heard({ ...headers(7, String(Date.parse(date) / 1000 + 90)), date });
		expect(budget.state()).toMatchObject({ free: 0 - 993, resetMs: 90_000 });
	});

	test("an end that is near is waited for, once", async () => {
		const says = { reading: { limit: 50, remaining: 0, resetMs: 20 } };
		let now = 0;
		const budget = new Budget({ reserve: 0.2, patienceMs: 100, now: () => now, ask: () => Promise.resolve(says.reading) });
		setImmediate(() => {
			now = 25;
			says.reading = { limit: 50, remaining: 50, resetMs: HOUR };
		});
		await budget.require(40, "all", never());
		expect(budget.state()?.free).toBe(40);
		const stubborn = budgetOf({ reading: { limit: 50, remaining: 0, resetMs: 1 } }, { patienceMs: 10 });
		const stop = setInterval(() => {
			stubborn.clock.now += 2;
		}, 1);
		await expect(stubborn.budget.require(1, "all", never())).rejects.toMatchObject({ code: "source.limited" });
		clearInterval(stop);
		expect(stubborn.counted.asked).toBeGreaterThan(1);
	});

	test("where OneLogin does not say, nothing is held back, and it is not asked again", async () => {
		const { budget, counted } = budgetOf({ reading: undefined });
		await spend(budget, 300);
		expect([budget.state(), counted.asked]).toEqual([undefined, 1]);
	});

	test("what a 429 says by these headers", () => {
		expect(waitAfterLimit({ "x-ratelimit-reset": "832" })).toBe(832_000);
		expect(waitAfterLimit({ "x-ratelimit-reset": "soon" })).toBeUndefined();
		expect(waitAfterLimit({})).toBeUndefined();
	});
});

describe("a reading within the hour", () => {
	const SMALL = { pageSize: 5, network: { timeoutMs: 10_000, concurrency: 1 } };
	const limit = (calls: number) => ({ calls, windowSeconds: 3_600, counts: "all" }) as const;

	test("one that does not fit is not begun beyond its first pages, and says so", async () => {
		// 10 kept; log-in, first pages and groups take 4 of 50, and 30 more pages are needed.
		const sandbox = await standIn(150, { limit: limit(50) });
		sandbox.limiter.useByOthers(10);
		await expect(read(sandbox, SMALL)).rejects.toMatchObject({
			code: "source.limited",
			message:
				"OneLogin: reading 150 people and 1 roles takes 30 calls: of the account's 50 calls an hour 26 are free, with 10 kept for others",
		});
		expect(asked(sandbox)).toHaveLength(5);
	});

	test("one that fits is read, and leaves the reserve", async () => {
		const sandbox = await standIn(150, { limit: limit(50) });
		expect((await read(sandbox, SMALL)).people.size).toBe(150);
		expect(sandbox.limiter.used()).toBeLessThanOrEqual(40);
	});

	test.each([false, true])("others use up the hour meanwhile (headers: %j): no part is taken for the whole", async (rateHeaders) => {
		const sandbox = await standIn(150, { limit: limit(50), quirks: { rateHeaders } });
		onceAnswered(sandbox, "/api/2/users 20", () => sandbox.limiter.useByOthers(30));
		const connector = connect(sandbox, SMALL);
		await expect(connector.snapshot(NOTHING, never())).rejects.toMatchObject({ code: "source.limited" });
		// With headers it is noticed before OneLogin has to say no.
		expect(sandbox.limiter.refused > 0).toBe(!rateHeaders);
	});

	test("nothing is left: not even the first page is asked for", async () => {
		const sandbox = await standIn(3, { limit: limit(50) });
		sandbox.limiter.useByOthers(38);
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.limited", context: { needed: 3, free: 1 } });
		expect(asked(sandbox)).toEqual(["/auth/oauth2/v2/token", "/auth/rate_limit"]);
	});

	test("repeats of a request that failed are counted too", async () => {
		const sandbox = await standIn(3, { limit: limit(50) });
		const retry = { attempts: 10, baseMs: 1, capMs: 1, budgetMs: 1_000 };
		sandbox.faults.add({ path: /api\/2\/users/, effect: { kind: "status", status: 502 } });
		sandbox.limiter.useByOthers(34);
		await expect(read(sandbox, { retry, network: SMALL.network })).rejects.toMatchObject({
			code: "source.limited",
			context: { needed: 1 },
		});
		expect(asked(sandbox).filter((line) => line === "/api/2/users 1")).toHaveLength(5);
	});

	test("no page that says what is left: 429 alone is obeyed", async () => {
		const sandbox = await standIn(3, { quirks: { ratePage: "absent" } });
		expect((await read(sandbox)).people.size).toBe(3);
		sandbox.faults.add({ path: /api\/2\/users/, times: 1, effect: { kind: "status", status: 429, headers: { "x-ratelimit-reset": "1" } } });
		const began = performance.now();
		expect((await read(sandbox)).people.size).toBe(3);
		// A lower bound: waiting less than was asked for is the mistake.
		expect(performance.now() - began).toBeGreaterThan(950);
		sandbox.faults.add({ path: /api\/2\/users/, effect: { kind: "status", status: 429, headers: { "x-ratelimit-reset": "3000" } } });
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.limited", context: { retryAfterMs: 3_000_000 } });
	});
});
