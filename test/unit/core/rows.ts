import { expect, test } from "@jest/globals";
import { linesOf, planFor, type Row } from "./scene.ts";

/** One test per row. The whole plan is compared, so that nothing unlooked-for can hide in it. */
export function testRows(rows: readonly Row[]): void {
	test.each(rows.map((row) => [row.rule, row] as const))("%s", (_rule, { scene, plan: expected, says }) => {
		const plan = planFor(scene);
		expect(linesOf(plan)).toEqual(expected);
		const words = [...plan.holds.map((hold) => hold.detail), ...plan.operations.map((operation) => operation.because)].join("\n");
		for (const saying of says ?? []) expect(words).toMatch(saying);
	});
}
