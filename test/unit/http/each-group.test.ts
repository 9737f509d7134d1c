import { describe, expect, test } from "@jest/globals";
import { Holding, readEachGroup } from "../../../connectors/http/each-group.ts";
import { SyncError } from "../../../core/errors.ts";

const signal = new AbortController().signal;
const groups = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `g${i}` }));
const answered = (status: number) => new SyncError("source.unreachable", `answered ${status}`, { context: { status } });
const malformed = new SyncError("source.malformed", "not a list", { todo: "Look." });

describe("members, group by group", () => {
	test("one that cannot be read is held, the others are read; progress tells both", async () => {
		const steps: unknown[] = [];
		const read = await readEachGroup(groups(3), ({ id }) => (id === "g1" ? Promise.reject(malformed) : Promise.resolve({ people: [id] })), {
			width: 2,
			progress: (step) => steps.push(step),
			signal,
		});
		expect(Object.fromEntries(read)).toEqual({ g0: { people: ["g0"] }, g1: { held: "not a list" }, g2: { people: ["g2"] } });
		expect(steps).toEqual([1, 2, 3].map((done) => ({ stage: "members", done, total: 3 })));
	});

	test.each<readonly [string, unknown]>([
		["a refused log-in", answered(401)],
		["a used-up limit", new SyncError("source.limited", "slow down", { context: { status: 429 } })],
		["a lost connection", new SyncError("source.unreachable", "reset")],
		["a stopped run", new SyncError("run.cancelled", "stopped")],
		["a mistake of ours", new TypeError("undefined")],
	])("%s is not the group's fault: the reading ends at once", async (_, error) => {
		let asked = 0;
		const reading = readEachGroup(
			groups(50),
			() => {
				asked += 1;
				return Promise.reject(error);
			},
			{ width: 1, progress: undefined, signal },
		);
		await expect(reading).rejects.toBe(error);
		expect(asked).toBe(1);
	});

	test.each([403, 404, 500, 503])("%d on one group holds it", (status) => {
		expect(new Holding(1).hold(answered(status))).toEqual({ held: `answered ${status}` });
	});

	test.each([
		[1, 10],
		[200, 10],
		[1_000, 50],
	])("of %d groups %d may be held; one more, and it is not the groups", (total, most) => {
		const holding = new Holding(total);
		for (let held = 0; held < most; held += 1) holding.hold(malformed);
		expect(() => holding.hold(malformed)).toThrow(
			expect.objectContaining({
				code: "source.malformed",
				retry: "spent",
				todo: "Look.",
				message: `the members of ${most + 1} groups could not be read; the latest: not a list`,
			}),
		);
	});
});
