import { describe, expect, test } from "@jest/globals";
import { Pace } from "../../../connectors/idp/google/pace.ts";
import { refusalOf } from "../../../connectors/idp/google/refusals.ts";
import { connect, NOTHING, never, open } from "./opened.ts";

const where = { method: "GET", path: "/admin/directory/v1/users", host: "admin.googleapis.com" };
const judging = { where, attempt: 3, baseMs: 250, clean: (text: string) => text, rights: "give it a role" };
const answer = (status: number, reason: string, headers: Readonly<Record<string, string>> = {}) => ({
	status,
	headers,
	text: JSON.stringify({ error: { code: status, message: "m", errors: [{ reason, message: "m" }] } }),
});

describe("what a refusal means", () => {
	test.each(["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"])(
		"403 %s is waited for, the longer the more often",
		(reason) => {
			for (const [attempt, low, high] of [
				[1, 750, 1_000],
				[3, 3_000, 4_000],
				[9, 24_000, 32_000],
			] as const) {
				const failure = refusalOf(answer(403, reason), { ...judging, attempt });
				expect(failure).toMatchObject({ code: "source.limited", retry: "later", context: { status: 403 } });
				expect(failure.context.retryAfterMs).toBeGreaterThanOrEqual(low);
				expect(failure.context.retryAfterMs).toBeLessThanOrEqual(high);
			}
		},
	);

	test("where Google says how long, that counts", () => {
		expect(refusalOf(answer(429, "rateLimitExceeded", { "retry-after": "7" }), judging).context.retryAfterMs).toBe(7_000);
		expect(refusalOf(answer(403, "quotaExceeded", { "retry-after": "7" }), judging).context.retryAfterMs).toBe(7_000);
	});

	test("the newer form of Google's errors is understood", () => {
		const text = JSON.stringify({ error: { code: 403, status: "PERMISSION_DENIED", details: [{ reason: "RATE_LIMIT_EXCEEDED" }] } });
		expect(refusalOf({ status: 403, headers: {}, text }, judging)).toMatchObject({ code: "source.limited", retry: "later" });
	});

	test.each([
		["forbidden", "give it a role"],
		["insufficientPermissions", "give it a role"],
		[
			"accessNotConfigured",
			"Switch on the Admin SDK API for the service account's project: Google Cloud console > APIs & Services > Library.",
		],
	])("403 %s is never asked again", (reason, todo) => {
		expect(refusalOf(answer(403, reason), judging)).toMatchObject({ code: "source.denied", retry: "never", todo });
	});

	test("a day's limit is not waited for; neither is a 403 of something in between", () => {
		expect(refusalOf(answer(403, "dailyLimitExceeded"), judging)).toMatchObject({ code: "source.limited", retry: "never" });
		const page = { status: 403, headers: { "content-type": "text/html" }, text: "<html><title>rateLimitExceeded</title></html>" };
		expect(refusalOf(page, judging)).toMatchObject({ code: "source.denied", retry: "never" });
	});
});

describe("pace", () => {
	test("never more in any minute than is allowed, and not much less", () => {
		let now = 0;
		const pace = new Pace(600, () => now);
		const sent: number[] = [];
		for (let i = 0; i < 3_000; i += 1) {
			now += pace.take();
			sent.push(now);
		}
		for (const [i, at] of sent.entries()) expect(sent[i + 601] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at + 60_000);
		expect(sent.filter((at) => at < 60_000).length).toBeGreaterThan(500);
	});

	test("a long rest saves up no more than what goes at once", () => {
		let now = 0;
		const pace = new Pace(60, () => now);
		pace.take();
		now += 3_600_000;
		expect(Array.from({ length: 12 }, () => pace.take() === 0)).toEqual([...Array.from({ length: 10 }, () => true), false, false]);
	});

	test("some go at once, and several that come together wait one after the other", () => {
		const pace = new Pace(60, () => 0);
		const waits = Array.from({ length: 13 }, () => pace.take());
		expect(waits.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
		expect(new Set(waits.slice(10)).size).toBe(3);
	});
});

test("a quota that is used up in the middle of a reading is not noticed but by the time it takes", async () => {
	const started = Date.now();
	// The stand-in's minute passes a thousand times as fast.
	const sandbox = await open({ quota: { perMinute: 3 }, clock: () => started + (Date.now() - started) * 1_000 });
	sandbox.access.settings.lifeSeconds = 1_000_000;
	const retry = { attempts: 12, baseMs: 2, capMs: 50, budgetMs: 20_000 };
	const snapshot = await connect(sandbox, { retry, pageSize: 1 }).snapshot(NOTHING, never());
	expect(snapshot.size).toMatchObject({ people: 3, memberships: 2, rejects: 0 });
	expect(sandbox.quota.refused).toBeGreaterThan(0);
});
