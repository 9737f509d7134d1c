import { format } from "node:util";
import { expect } from "expect";

/**
 * Stands in for @jest/globals in the mutation run, where starting Jest anew for each mutant would cost more than the
 * tests: the test files register here, and `drain` hands over what has been registered.
 */
type Work = () => unknown;
export interface Registered {
	readonly name: string;
	run(): Promise<void>;
}
interface Level {
	readonly name: string;
	readonly before: Work[];
	readonly after: Work[];
}

const levels: Level[] = [{ name: "", before: [], after: [] }];
let registered: Registered[] = [];

export function describe(name: string, body: () => void): void {
	levels.push({ name, before: [], after: [] });
	body();
	levels.pop();
}
export const beforeEach = (work: Work): number => levels.at(-1)!.before.push(work);
export const afterEach = (work: Work): number => levels.at(-1)!.after.push(work);

export function test(name: string, body: Work): void {
	const around = [...levels];
	registered.push({
		name: [...around.map((level) => level.name), name].filter(Boolean).join(" › "),
		run: async () => {
			for (const { before } of around) for (const work of before) await work();
			await body();
			for (const { after } of around) for (const work of after) await work();
		},
	});
}
test.each =
	(rows: readonly unknown[]) =>
	(name: string, body: (...values: never[]) => unknown): void => {
		for (const row of rows) {
			const values = (Array.isArray(row) ? row : [row]) as never[];
			// `format` would append what the name has no place for.
			const places = name.match(/%[sdijfoO]/g)?.length ?? 0;
			test(format(name, ...values.slice(0, places)), () => body(...values));
		}
	};

export function drain(): readonly Registered[] {
	const all = registered;
	registered = [];
	return all;
}
export { expect };
