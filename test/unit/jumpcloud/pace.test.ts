import { expect, test } from "@jest/globals";
import { Pace } from "../../../connectors/idp/jumpcloud/pace.ts";

test("in no minute more than its number: some at once, the others evenly", () => {
	for (const perMinute of [10, 60, 600]) {
		let now = 0;
		const pace = new Pace(perMinute, undefined, () => now);
		const sent: number[] = [];
		for (let n = 0; n < perMinute * 3; n += 1) {
			now += pace.take();
			sent.push(now);
		}
		const most = Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + 60_000).length));
		expect(most).toBeLessThanOrEqual(perMinute + 1);
		expect(sent.filter((at) => at === 0)).toHaveLength(Math.max(1, Math.floor(perMinute / 6)));
	}
});

test("a refusal without a stated wait makes everybody rest, twice as long each time, up to a bound", () => {
	let now = 0;
	const pace = new Pace(6_000, { baseMs: 1_000, capMs: 5_000 }, () => now);
	const rests: number[] = [];
	for (let n = 0; n < 4; n += 1) {
		pace.refused();
		// Refused together with it: one rest.
		pace.refused();
		rests.push(pace.take());
		expect(pace.take()).toBe(rests.at(-1));
		now += rests.at(-1)!;
	}
	expect(rests).toEqual([1_000, 2_000, 4_000, 5_000]);
	expect(pace.take()).toBe(0);
	pace.answered();
	pace.refused();
	expect(pace.take()).toBe(1_000);
	// An answer to what was sent before the refusal changes nothing.
	pace.answered();
	now += 1_000;
	pace.refused();
	expect(pace.take()).toBe(2_000);
});
