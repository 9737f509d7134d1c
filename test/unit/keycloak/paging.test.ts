import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Listing, type Row, readCounted, readPages } from "../../../connectors/idp/keycloak/paging.ts";

const rows = (ids: readonly string[]): Row[] => ids.map((id) => ({ id }));
const ids = (n: number): string[] => Array.from({ length: n }, (_, i) => `row-${String(i).padStart(3, "0")}`);
const signal = new AbortController().signal;

interface Given {
	readonly list: () => readonly string[];
	readonly size: number;
	readonly proven?: boolean;
	/** What the server makes of the page. */
	readonly bent?: (page: readonly string[], span: { readonly first: number; readonly max: number }) => readonly string[];
}
function listing({ list, size, proven = true, bent = (page) => page }: Given) {
	const asked: string[] = [];
	const made: Listing<Row> = {
		what: "rows",
		size,
		atMost: 1_000,
		shortIsLast: () => proven,
		page: async (span) => {
			asked.push(`${span.first}+${span.max}`);
			return rows(bent(list().slice(span.first, span.first + span.max), span));
		},
	};
	return { made, asked };
}

describe("pages that overlap by one row", () => {
	test.each([1, 2, 3, 6, 7, 8, 100])("seven rows, %d a page", async (size) => {
		const list = () => ids(7);
		for (const read of [readPages, (l: Listing<Row>, s: AbortSignal) => readCounted(l, 7, s)]) {
			const found = await read(listing({ list, size }).made, signal);
			expect([...found.rows.keys()]).toEqual(ids(7));
			expect(found.torn).toBe(false);
		}
	});

	test("the number of requests is that of a plain reading", async () => {
		const { made, asked } = listing({ list: () => ids(20), size: 10 });
		await readCounted(made, 20, signal);
		expect(asked).toEqual(["0+11", "10+11"]);
		const small = listing({ list: () => ids(3), size: 10 });
		await readPages(small.made, signal);
		expect(small.asked).toEqual(["0+11"]);
	});

	test("where short pages prove nothing, the page after must be empty", async () => {
		const { made, asked } = listing({ list: () => ids(3), size: 10, proven: false });
		expect((await readPages(made, signal)).torn).toBe(false);
		expect(asked).toEqual(["0+11", "3+11"]);
	});

	test("a short page with more behind it is noticed", async () => {
		const bent: Given["bent"] = (page, { first }) => (first === 0 ? page.slice(0, -1) : page);
		expect((await readPages(listing({ list: () => ids(8), size: 10, proven: false, bent }).made, signal)).torn).toBe(true);
		// A server that gives three rows at most, whatever it is asked for.
		const capped: Given["bent"] = (page) => page.slice(0, 3);
		expect((await readPages(listing({ list: () => ids(8), size: 10, proven: false, bent: capped }).made, signal)).torn).toBe(true);
	});

	test("one deletion between two requests, hidden from counts by a creation, is noticed", async () => {
		const before = ids(6);
		const after = [...ids(6).slice(1), "row-999"];
		let asked = 0;
		const list = () => (asked++ === 0 ? before : after);
		const found = await readPages(listing({ list, size: 2 }).made, signal);
		expect(found.torn).toBe(true);
	});

	test("a server that repeats itself, or never ends, is given up", async () => {
		const repeated: Given["bent"] = () => ids(3);
		const endless = listing({ list: () => ids(9), size: 2, bent: repeated });
		expect((await readPages(endless.made, signal)).torn).toBe(true);
		expect(endless.asked.length).toBeLessThan(4);
		let n = 0;
		const fresh: Given["bent"] = (_page, { max }) => Array.from({ length: max }, () => `new-${n++}`);
		await expect(readPages(listing({ list: () => [], size: 100, bent: fresh }).made, signal)).rejects.toMatchObject({
			code: "source.malformed",
		});
	});

	test("a server that does not heed max is refused", async () => {
		const whole = listing({ list: () => ids(9), size: 2, bent: () => ids(9) });
		await expect(readPages(whole.made, signal)).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("9 rows"),
		});
	});

	test("a list that shrinks to nothing between two pages is torn", async () => {
		let asked = 0;
		const found = await readPages(listing({ list: () => (asked++ === 0 ? ids(6) : []), size: 2 }).made, signal);
		expect(found.torn).toBe(true);
	});
});

/** People come and go between any two requests; the list is always sorted, as Keycloak's is. */
test("whoever was there all the time is found, or the pages are torn", async () => {
	const change = fc.record({ at: fc.nat(40), kind: fc.constantFrom("add", "remove") });
	await fc.assert(
		fc.asyncProperty(
			fc.uniqueArray(fc.nat(40), { minLength: 1 }),
			fc.array(fc.array(change, { maxLength: 4 })),
			fc.integer({ min: 1, max: 6 }),
			async (start, steps, size) => {
				const there = new Set(start.map((n) => `row-${String(n).padStart(3, "0")}`));
				const always = new Set(there);
				let step = 0;
				const list = () => {
					for (const { at, kind } of step === 0 ? [] : (steps[step - 1] ?? [])) {
						const id = `row-${String(at).padStart(3, "0")}`;
						if (kind === "add") there.add(id);
						else {
							there.delete(id);
							always.delete(id);
						}
					}
					step += 1;
					return [...there].sort();
				};
				const found = await readPages(listing({ list, size }).made, signal);
				if (found.torn) return;
				for (const id of always) expect([...found.rows.keys()]).toContain(id);
			},
		),
		{ numRuns: 2_000 },
	);
});
