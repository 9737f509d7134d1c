import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Gate } from "../../../connectors/http/gate.ts";
import { pause } from "../../../connectors/http/pause.ts";
import { retrying } from "../../../connectors/http/retry.ts";
import { together } from "../../../connectors/http/together.ts";
import { CachedToken } from "../../../connectors/http/token.ts";
import { SyncError } from "../../../core/errors.ts";

beforeEach(() => {
	jest.useFakeTimers();
});
afterEach(() => {
	jest.useRealTimers();
	jest.restoreAllMocks();
});
const calm = new AbortController().signal;
const later = (context = {}) => new SyncError("source.unreachable", "down", { retry: "later", context, todo: "look" });
/** Lets everything that is ready run, without any time passing. */
const settle = () => jest.advanceTimersByTimeAsync(0);
function deferred<T>() {
	let resolve!: (value: T) => void;
	let reject!: (error: unknown) => void;
	const promise = new Promise<T>((res, rej) => {
		resolve = res;
		reject = rej;
	});
	return { promise, resolve, reject };
}
const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("did not throw")),
		(e: SyncError) => e,
	);

describe("pause", () => {
	test("ends at once when aborted", async () => {
		const stop = new AbortController();
		const waiting = caught(pause(60_000, stop.signal));
		stop.abort();
		expect((await waiting).code).toBe("run.cancelled");
		expect(jest.getTimerCount()).toBe(0);
	});
});

describe("Gate", () => {
	test("lets at most its number through, in order", async () => {
		const gate = new Gate(2);
		const doors = [deferred<void>(), deferred<void>(), deferred<void>()];
		const entered: number[] = [];
		const runs = doors.map((door, n) =>
			gate.run(async () => {
				entered.push(n);
				await door.promise;
			}, calm),
		);
		await settle();
		expect(entered).toEqual([0, 1]);
		doors[1]!.resolve();
		await settle();
		expect(entered).toEqual([0, 1, 2]);
		doors[0]!.resolve();
		doors[2]!.resolve();
		await Promise.all(runs);
	});
	test("gives the place on after a failure", async () => {
		const gate = new Gate(1);
		await expect(gate.run(() => Promise.reject(new Error("x")), calm)).rejects.toThrow("x");
		await expect(gate.run(async () => "in", calm)).resolves.toBe("in");
	});
	test("one told to wait makes all wait, and a shorter wait does not shorten a longer one", async () => {
		const gate = new Gate(3);
		gate.coolDown(5_000);
		gate.coolDown(1_000);
		const entered: string[] = [];
		const runs = ["a", "b"].map((name) => gate.run(async () => entered.push(name), calm));
		await jest.advanceTimersByTimeAsync(4_999);
		expect(entered).toEqual([]);
		await jest.advanceTimersByTimeAsync(1);
		await Promise.all(runs);
		expect(entered).toEqual(["a", "b"]);
	});
	test("an aborted waiter leaves the queue, in the line and in the cool-down", async () => {
		const gate = new Gate(1);
		const door = deferred<void>();
		const first = gate.run(() => door.promise, calm);
		const stop = new AbortController();
		const second = caught(gate.run(async () => "never", stop.signal));
		stop.abort();
		expect((await second).code).toBe("run.cancelled");
		door.resolve();
		await first;
		gate.coolDown(10_000);
		const again = new AbortController();
		const third = caught(gate.run(async () => "never", again.signal));
		await settle();
		again.abort();
		expect((await third).code).toBe("run.cancelled");
		await jest.advanceTimersByTimeAsync(10_000);
		await expect(gate.run(async () => "free", calm)).resolves.toBe("free");
	});
	test("refuses to be a gate that lets nobody through", () => {
		expect(() => new Gate(0)).toThrow(RangeError);
	});
});

describe("retrying", () => {
	const policy = { attempts: 4, baseMs: 100, capMs: 250, budgetMs: 60_000 };
	test("waits what the server stated", async () => {
		let calls = 0;
		const work = retrying(
			async () => {
				calls += 1;
				if (calls === 1) throw later({ retryAfterMs: 7_000 });
				return calls;
			},
			policy,
			calm,
		);
		await jest.advanceTimersByTimeAsync(6_999);
		expect(calls).toBe(1);
		await jest.advanceTimersByTimeAsync(1);
		expect(await work).toBe(2);
	});
	test("full jitter, capped; gives up with retry spent and the todo kept", async () => {
		jest.spyOn(Math, "random").mockReturnValue(1);
		let calls = 0;
		const outcome = caught(
			retrying(
				async () => {
					calls += 1;
					throw later({ status: 502 });
				},
				policy,
				calm,
			),
		);
		const at: number[] = [];
		for (const step of [100, 200, 250]) {
			await jest.advanceTimersByTimeAsync(step - 1);
			at.push(calls);
			await jest.advanceTimersByTimeAsync(1);
		}
		expect(at).toEqual([1, 2, 3]);
		const error = await outcome;
		expect(calls).toBe(4);
		expect(error).toMatchObject({ code: "source.unreachable", retry: "spent", todo: "look", context: { status: 502, attempts: 4 } });
	});
	test("does not begin a wait that the budget has no room for", async () => {
		const error = await caught(retrying(() => Promise.reject(later({ retryAfterMs: 60_001 })), policy, calm));
		expect(error.retry).toBe("spent");
	});
	test.each([
		["never", new SyncError("source.denied", "no")],
		["spent", new SyncError("source.unreachable", "no", { retry: "spent" })],
		["of unknown outcome", new SyncError("target.unreachable", "lost", { retry: "later", outcomeUnknown: true })],
		["not ours", new TypeError("bug")],
	])("an error that is %s comes out unchanged after one call", async (_name, thrown) => {
		const work = jest.fn(() => Promise.reject(thrown));
		await expect(retrying(work, policy, calm)).rejects.toBe(thrown);
		expect(work).toHaveBeenCalledTimes(1);
	});
	test("stops waiting when aborted", async () => {
		const stop = new AbortController();
		const outcome = caught(retrying(() => Promise.reject(later({ retryAfterMs: 50_000 })), policy, stop.signal));
		await settle();
		stop.abort();
		expect((await outcome).code).toBe("run.cancelled");
	});
});

describe("CachedToken", () => {
	test("one fetch for all who ask, renewed a tenth of its life early", async () => {
		let fetched = 0;
		const token = new CachedToken(async () => ({ token: `t${++fetched}`, expiresInMs: 10_000 }));
		expect(await Promise.all([token.get(calm), token.get(calm)])).toEqual(["t1", "t1"]);
		await jest.advanceTimersByTimeAsync(8_999);
		expect(await token.get(calm)).toBe("t1");
		await jest.advanceTimersByTimeAsync(1);
		expect(await token.get(calm)).toBe("t2");
	});
	test("a refused token is dropped, a renewed one is not", async () => {
		let fetched = 0;
		const token = new CachedToken(async () => ({ token: `t${++fetched}`, expiresInMs: 10_000 }));
		await token.get(calm);
		token.drop("t1");
		expect(await token.get(calm)).toBe("t2");
		token.drop("t1");
		expect(await token.get(calm)).toBe("t2");
	});
	test("a failed fetch is everybody's failure and is not remembered", async () => {
		const results = [Promise.reject(new Error("down")), Promise.resolve({ token: "ok", expiresInMs: 1_000 })];
		const token = new CachedToken(() => results.shift()!);
		const both = await Promise.allSettled([token.get(calm), token.get(calm)]);
		expect(both.map((b) => b.status)).toEqual(["rejected", "rejected"]);
		expect(await token.get(calm)).toBe("ok");
	});
	test("who is aborted leaves alone; when all have left the request is stopped", async () => {
		const signals: AbortSignal[] = [];
		const answer = deferred<{ token: string; expiresInMs: number }>();
		const token = new CachedToken((signal) => {
			signals.push(signal);
			return answer.promise;
		});
		const stop = new AbortController();
		const leaving = caught(token.get(stop.signal));
		const staying = token.get(calm);
		stop.abort();
		expect((await leaving).code).toBe("run.cancelled");
		expect(signals[0]!.aborted).toBe(false);
		answer.resolve({ token: "t", expiresInMs: 1 });
		expect(await staying).toBe("t");

		const alone = new AbortController();
		await jest.advanceTimersByTimeAsync(5);
		const last = caught(token.get(alone.signal));
		alone.abort();
		await last;
		expect(signals[1]!.aborted).toBe(true);
	});
});

describe("together", () => {
	test("keeps the order and the width", async () => {
		let now = 0;
		let most = 0;
		const out = together(
			{ items: [3, 1, 2], width: 2 },
			async (n) => {
				most = Math.max(most, ++now);
				await pause(n * 10, calm);
				now -= 1;
				return n * n;
			},
			calm,
		);
		await jest.runAllTimersAsync();
		expect(await out).toEqual([9, 1, 4]);
		expect(most).toBe(2);
	});
	test("the first failure stops the rest, and is the one thrown", async () => {
		const ended: string[] = [];
		const outcome = caught(
			together(
				{ items: ["bad", "slow", "unstarted"], width: 2 },
				async (name, signal) => {
					if (name === "bad") throw later();
					await pause(10_000, signal).finally(() => ended.push(name));
				},
				calm,
			),
		);
		expect((await outcome).code).toBe("source.unreachable");
		expect(ended).toEqual(["slow"]);
	});
	test("does nothing once aborted", async () => {
		const work = jest.fn(async () => 1);
		expect((await caught(together({ items: [1], width: 1 }, work, AbortSignal.abort()))).code).toBe("run.cancelled");
		expect(work).not.toHaveBeenCalled();
	});
});
