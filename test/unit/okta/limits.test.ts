import { describe, expect, test } from "@jest/globals";
import { Buckets, waitAfterLimit } from "../../../connectors/idp/okta/buckets.ts";
import type { OktaLimits } from "../../../sandbox/okta/limits.ts";
import { connector, NOTHING, signal, standIn } from "./stand-in.ts";

/** Twelve requests of each kind in a second. */
const tight = (tokenShare: number): OktaLimits => ({
	perWindow: { users: 12, groups: 12, group: 12, user: 12 },
	windowSeconds: 1,
	tokenShare,
});
const date = "Fri, 01 Aug 2025 00:00:00 GMT";
const reset = Date.parse(date) / 1000;
const headers = (remaining: number, more: { readonly window?: number; readonly limit?: number } = {}) => ({
	"x-rate-limit-limit": String(more.limit ?? 100),
	"x-rate-limit-remaining": String(remaining),
	"x-rate-limit-reset": String(reset + (more.window ?? 60)),
	date,
});
const waits = async (buckets: Buckets): Promise<boolean> => {
	const stop = new AbortController();
	const admitted = buckets.admit("people", stop.signal).then(
		() => "admitted",
		() => "waits",
	);
	// Whoever is let in is let in before anything else happens.
	setImmediate(() => stop.abort());
	return (await admitted) === "waits";
};

describe("the limits", () => {
	test.each([0.5, 1])(
		"half a bucket is never used, so that there is no 429 at all (a token may use %s of it)",
		async (tokenShare) => {
			const sandbox = await standIn({ limits: tight(tokenShare) });
			for (let n = 0; n < 5; n += 1)
				sandbox.org.addMember(sandbox.org.addGroup({ profile: { name: `g${n}` } }).id, sandbox.org.userNamed("anna@example.com")!.id);
			let most = 0;
			sandbox.onExchange(() => {
				most = Math.max(most, sandbox.limiter.used("group"));
			});
			const snapshot = await connector(sandbox, { network: { timeoutMs: 10_000, concurrency: 8 } }).snapshot(NOTHING, signal);
			expect(snapshot.size).toMatchObject({ groups: 7, rejects: 0 });
			// 45 % of twelve.
			expect([most, sandbox.limiter.refused]).toEqual([5, 0]);
		},
		30_000,
	);

	test("a refusal is waited out, and nothing is lost", async () => {
		const sandbox = await standIn({ limits: { ...tight(1), perWindow: { group: 3 } } });
		sandbox.limiter.useByOthers("group", 3);
		const retry = { attempts: 6, baseMs: 1, capMs: 1, budgetMs: 60_000 };
		const snapshot = await connector(sandbox, { retry, rateShare: 1 }).snapshot(NOTHING, signal);
		expect(sandbox.limiter.refused).toBeGreaterThan(0);
		expect(snapshot.size).toMatchObject({ people: 2, groups: 2, memberships: 2 });
	}, 30_000);
});

describe("one bucket", () => {
	const answered = async (buckets: Buckets, remaining: number, more = {}) => {
		await buckets.admit("people", signal);
		buckets.answered("people", headers(remaining, more));
	};

	test("ours is the share, whatever remains", async () => {
		const buckets = new Buckets(0.45);
		for (let n = 1; n <= 45; n += 1) await answered(buckets, 100 - n);
		expect(await waits(buckets)).toBe(true);
		expect(buckets.allowance("people")).toEqual({ limit: 100, ours: 45 });
	});

	test("requests under way count as used", async () => {
		const buckets = new Buckets(0.45);
		await answered(buckets, 99);
		for (let n = 2; n <= 45; n += 1) await buckets.admit("people", signal);
		expect(await waits(buckets)).toBe(true);
		buckets.lost("people");
		expect(await waits(buckets)).toBe(true);
	});

	test("what others have left: the last twentieth is not touched", async () => {
		const buckets = new Buckets(0.45);
		await answered(buckets, 6);
		expect(await waits(buckets)).toBe(false);
		const other = new Buckets(0.45);
		await answered(other, 5);
		expect(await waits(other)).toBe(true);
	});

	test("a new window begins anew; an answer of the old one that comes late does not count", async () => {
		const buckets = new Buckets(0.45);
		await answered(buckets, 3);
		buckets.answered("people", headers(90, { window: 120 }));
		expect(await waits(buckets)).toBe(false);
		buckets.answered("people", headers(0));
		expect(await waits(buckets)).toBe(false);
	});

	test("one bucket's end is not another's, and no headers are no limit", async () => {
		const buckets = new Buckets(0.45);
		await answered(buckets, 0);
		await buckets.admit("groups", signal);
		buckets.answered("groups", {});
		for (let n = 0; n < 5; n += 1) await buckets.admit("groups", signal);
		expect(buckets.allowance("groups")).toBeUndefined();
	});

	test("before the first answer one request goes ahead; its loss lets the next one through", async () => {
		const buckets = new Buckets(0.45);
		await buckets.admit("people", signal);
		expect(await waits(buckets)).toBe(true);
		const next = buckets.admit("people", signal);
		buckets.lost("people");
		await next;
		expect(await waits(buckets)).toBe(true);
	});

	test("a bucket of one is not shut for ever", async () => {
		const buckets = new Buckets(0.45);
		await buckets.admit("people", signal);
		buckets.answered("people", headers(1, { limit: 1, window: -2 }));
		expect(await waits(buckets)).toBe(false);
	});
});

describe("a 429", () => {
	test("waits for the window's end by Okta's own clock, and a second more", () => {
		expect(waitAfterLimit(headers(0, { window: 5 }))).toBe(6_000);
		expect(waitAfterLimit(headers(0, { window: -5 }))).toBe(0);
	});
	test("of too many requests at once names no wait: its window's end is a guess", () => {
		expect(waitAfterLimit(headers(0, { limit: 0 }))).toBeUndefined();
		expect(waitAfterLimit({})).toBeUndefined();
		expect(waitAfterLimit({ ...headers(0), "x-rate-limit-reset": "1, 2" })).toBeUndefined();
	});
});

test("no more requests at once than stated, whatever there is to do", async () => {
	const sandbox = await standIn();
	for (let n = 0; n < 30; n += 1)
		sandbox.org.addMember(sandbox.org.addGroup({ profile: { name: `g${n}` } }).id, sandbox.org.userNamed("anna@example.com")!.id);
	sandbox.faults.add({ effect: { kind: "slow", ms: 5 } });
	await connector(sandbox, { network: { timeoutMs: 10_000, concurrency: 3 } }).snapshot(NOTHING, signal);
	expect(sandbox.busiest).toBe(3);
});
