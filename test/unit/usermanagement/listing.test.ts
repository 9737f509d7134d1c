import { describe, expect, test } from "@jest/globals";
import { listOnce } from "../../../connectors/usermanagement/listing.ts";

const calm = new AbortController().signal;
interface Asked {
	readonly start: number;
	readonly max: number;
}
const rowsOf = (names: readonly string[]) => names.map((id) => ({ id }));
const names = (count: number) => Array.from({ length: count }, (_, i) => `n${String(i).padStart(4, "0")}`);

async function list(size: number, answer: (asked: Asked, nth: number) => readonly string[]) {
	const asked: Asked[] = [];
	const found = await listOnce(
		{
			side: "source",
			what: "users",
			size,
			page: (span) => {
				asked.push(span);
				return Promise.resolve(rowsOf(answer(span, asked.length)));
			},
		},
		calm,
	);
	return { asked, found: found === undefined ? undefined : [...found.keys()] };
}
const honest =
	(all: readonly string[]) =>
	({ start, max }: Asked) =>
		all.slice(start, start + max);

describe("a list without a total", () => {
	test.each([0, 1, 2, 3, 4, 5, 6, 7, 11])("%i rows, in pages of any size", async (count) => {
		for (const size of [1, 2, 3, 5, 100]) {
			const { found, asked } = await list(size, honest(names(count)));
			expect({ size, found }).toEqual({ size, found: names(count) });
			expect(asked).toHaveLength(count === 0 ? 1 : 2 + Math.ceil(Math.max(0, count - size - 1) / size));
			expect(asked.every(({ max }) => max === size + 1)).toBe(true);
		}
	});
	test("a server that gives fewer rows than asked for is read to its end", async () => {
		const all = names(23);
		const { found } = await list(10, ({ start, max }) => all.slice(start, start + Math.min(max, 4)));
		expect(found).toEqual(all);
	});
	test("somebody deleted between two pages moves everybody up: it is noticed", async () => {
		const all = names(9);
		const { found } = await list(3, ({ start, max }, nth) => (nth === 1 ? all : all.slice(1)).slice(start, start + max));
		expect(found).toBeUndefined();
	});
	test("somebody created before the place where we are: it is noticed", async () => {
		const { found } = await list(3, ({ start, max }, nth) => (nth === 1 ? names(9) : ["a", ...names(9)]).slice(start, start + max));
		expect(found).toBeUndefined();
	});
	test("the last row vanishes before the end was proven: it is noticed", async () => {
		const { found } = await list(9, (asked, nth) => honest(names(nth === 1 ? 5 : 4))(asked));
		expect(found).toBeUndefined();
	});
	test("a server that always gives the first page", async () => {
		expect((await list(3, () => names(4))).found).toBeUndefined();
	});
	test("a row that comes twice", async () => {
		expect((await list(3, ({ start }) => (start === 0 ? ["a", "b"] : start === 1 ? ["b", "a"] : ["a"]))).found).toBeUndefined();
	});
	test("more rows than asked for are refused", async () => {
		await expect(list(3, () => names(9))).rejects.toMatchObject({ code: "source.malformed" });
	});
});
