import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Listing, type Page, type Row, readWhole, type Span, TRIES } from "../../../connectors/idp/jumpcloud/paging.ts";

const signal = new AbortController().signal;
const row = (n: number): Row => ({ id: String(n).padStart(4, "0") });
const rows = (count: number, from = 0): Row[] => Array.from({ length: count }, (_, n) => row(from + n));

/** A list that lives: `before` is called before each page is cut, with its number (from 1). */
function living(
	list: Row[],
	how: { readonly size: number; readonly counts: boolean; readonly before?: (call: number) => void } & Partial<Listing<Row>>,
): { readonly listing: Listing<Row>; readonly spans: Span[] } {
	const spans: Span[] = [];
	const { size, counts, before, ...more } = how;
	const page = async (span: Span): Promise<Page<Row>> => {
		spans.push(span);
		before?.(spans.length);
		const sorted = list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
		return { rows: sorted.slice(span.skip, span.skip + span.limit), total: counts ? list.length : undefined };
	};
	return { spans, listing: { what: "things", size, documented: true, proveEnd: true, atMost: () => 100_000, page, ...more } };
}
const idsOf = async (listing: Listing<Row>): Promise<readonly string[]> => [...(await readWhole(listing, signal)).keys()].sort();
const take = (list: Row[], n: number) => {
	const at = list.findIndex(({ id }) => id === row(n).id);
	if (at >= 0) list.splice(at, 1);
};

test.each([
	// ⌈(rows − 1) ÷ 99⌉
	{ counts: true, size: 100, requests: [1, 1, 1, 1, 2, 2, 3, 102] },
	{ counts: true, size: 99, requests: [1, 1, 1, 1, 2, 2, 3, 102] },
	// ⌈rows ÷ 99⌉
	{ counts: true, size: 100, documented: false, requests: [1, 1, 1, 2, 2, 3, 3, 102] },
	// ⌈rows ÷ 99⌉ + 1
	{ counts: false, size: 100, requests: [2, 2, 2, 3, 3, 4, 4, 103] },
])("the number of requests: $counts, $size", async ({ counts, size, requests, documented = true }) => {
	const found: number[] = [];
	for (const count of [0, 1, 99, 100, 101, 199, 200, 10_001]) {
		const { listing, spans } = living(rows(count), { size, counts, documented });
		expect(await idsOf(listing)).toHaveLength(count);
		expect(Math.max(...spans.map(({ limit }) => limit))).toBeLessThanOrEqual(100);
		found.push(spans.length);
	}
	expect(found).toEqual(requests);
});

describe("while people are added and removed", () => {
	for (const counts of [true, false]) {
		test(`one is removed between two pages: read again (counts ${counts})`, async () => {
			const list = rows(30);
			const { listing, spans } = living(list, { size: 5, counts, before: (call) => (call === 3 ? take(list, 2) : undefined) });
			expect(await idsOf(listing)).toEqual(list.map(({ id }) => id));
			expect(spans.filter(({ skip }) => skip === 0)).toHaveLength(2);
		});

		test(`one is removed and another one comes, so that the number is the same (counts ${counts})`, async () => {
			const list = rows(30);
			const change = (call: number) => {
				if (call !== 3) return;
				take(list, 2);
				list.push(row(900));
			};
			const { listing } = living(list, { size: 5, counts, before: change });
			expect(await idsOf(listing)).toEqual(list.map(({ id }) => id));
		});

		test(`one comes at the end: nothing is lost, nothing read twice (counts ${counts})`, async () => {
			const list = rows(30);
			const { listing, spans } = living(list, { size: 5, counts, before: (call) => void (call === 3 && list.push(row(900))) });
			expect(await idsOf(listing)).toEqual(list.map(({ id }) => id));
			expect(spans.filter(({ skip }) => skip === 0)).toHaveLength(1);
		});

		test(`it never holds still: refused (counts ${counts})`, async () => {
			const list = rows(30);
			let next = 0;
			const { listing, spans } = living(list, { size: 5, counts, before: (call) => void (call % 2 === 0 && take(list, next++)) });
			await expect(readWhole(listing, signal)).rejects.toMatchObject({ code: "source.incomplete", retry: "spent" });
			expect(spans.filter(({ skip }) => skip === 0)).toHaveLength(TRIES);
		});
	}

	test("whatever comes and goes, whoever was there all the time is read, or the reading is refused", async () => {
		const change = fc.record({ call: fc.nat(12), remove: fc.option(fc.nat(39)), add: fc.option(fc.nat(99)) });
		await fc.assert(
			fc.asyncProperty(fc.array(change, { maxLength: 6 }), fc.integer({ min: 1, max: 12 }), fc.boolean(), async (changes, size, counts) => {
				const list = rows(40);
				const gone = new Set<string>();
				const { listing } = living(list, {
					size,
					counts,
					before: (call) => {
						for (const { call: at, remove, add } of changes) {
							if (at + 1 !== call) continue;
							if (remove !== null) {
								take(list, remove);
								gone.add(row(remove).id);
							}
							// Only behind everybody, as ids of MongoDB are made.
							if (add !== null && !list.some(({ id }) => id === row(1_000 + add).id)) list.push(row(1_000 + add));
						}
					},
				});
				const read = await idsOf(listing).catch((error: { code?: string }) => {
					expect(error.code).toBe("source.incomplete");
					return undefined;
				});
				if (read === undefined) return;
				for (const { id } of rows(40)) if (!gone.has(id)) expect(read).toContain(id);
			}),
			{ numRuns: 300 },
		);
	});
});

describe("what does not add up is refused", () => {
	const refused = async (listing: Listing<Row>, because: string | RegExp) =>
		await expect(readWhole(listing, signal)).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringMatching(because) });
	const answers = (page: (span: Span) => Page<Row>, more: Partial<Listing<Row>> = {}) =>
		living([], { size: 5, counts: false, page: async (span) => page(span), ...more }).listing;

	test("a page that lacks rows of a stated total, wherever it is", async () => {
		for (const missing of [0, 3, 9]) {
			const all = rows(10);
			const page = ({ skip, limit }: Span) => ({
				rows: all.slice(skip, skip + limit).filter(({ id }) => id !== row(missing).id),
				total: 10,
			});
			await refused(answers(page), /10 are stated, and the page from \d+ on holds \d rows instead of \d/);
		}
	});

	test("more rows than asked for, also where no total is stated", async () => {
		await refused(
			answers(() => ({ rows: rows(7), total: undefined })),
			"7 rows came where at most 6 were asked for",
		);
	});

	test("a row twice in one page", async () => {
		await refused(
			answers(() => ({ rows: [row(1), row(1)], total: 2 })),
			"one page holds a row twice",
		);
	});

	test("another order than was asked for, where the order is documented", async () => {
		const page = () => ({ rows: [row(2), row(1)], total: 2 });
		await refused(answers(page), "its rows are not sorted by id");
		expect(await idsOf(answers(page, { documented: false }))).toEqual([row(1).id, row(2).id]);
	});

	test("the first page over and over", async () => {
		await refused(
			answers(({ limit }) => ({ rows: rows(limit), total: undefined })),
			"repeats earlier ones",
		);
		await refused(
			answers(({ limit }) => ({ rows: rows(limit), total: 20 })),
			/repeats earlier ones|instead of/,
		);
	});

	test("no end", async () => {
		let asked = 0;
		const page = ({ skip, limit }: Span) => {
			asked += 1;
			return { rows: rows(limit, skip), total: undefined };
		};
		await refused(answers(page, { atMost: () => 50 }), "more than 50 rows, and does not end");
		expect(asked).toBeLessThanOrEqual(TRIES * 11);
	});

	test("a total that grows with every page", async () => {
		const page = ({ skip, limit }: Span) => ({ rows: rows(limit, skip), total: skip + limit + 1 });
		await refused(answers(page, { atMost: (total) => Math.min(60, total ?? 0) }), "does not end");
	});

	test("a total that counts the rows of the page only, where nobody says what it means", async () => {
		const page =
			(count: number) =>
			({ skip, limit }: Span) => {
				const found = rows(count).slice(skip, skip + limit);
				return { rows: found, total: found.length };
			};
		await refused(answers(page(20), { documented: false }), /6 are stated, and the page from 5 on holds 6 rows instead of 1/);
		expect(await idsOf(answers(page(5), { documented: false }))).toHaveLength(5);
	});

	test("one total, and another number of rows", async () => {
		// The overlap is two rows wide, so that one new row is missing in the end.
		const page = ({ skip, limit }: Span) => ({ rows: skip === 0 ? rows(limit) : rows(5, 4), total: 10 });
		await refused(answers(page), "10 are stated, but 9 came");
	});

	test("an end that is none, where no total is stated: one row, none, and a probe with somebody else", async () => {
		for (const shown of [0, 1, 3]) {
			const all = rows(5);
			const page = ({ skip, limit }: Span) => ({
				rows: (limit === 6 ? all.slice(0, shown) : all).slice(skip, skip + limit),
				total: undefined,
			});
			await refused(answers(page), "it goes on behind its last page");
			expect(await idsOf(answers(page, { proveEnd: false }))).toHaveLength(shown);
		}
		const moved = ({ limit }: Span) => ({ rows: limit === 6 ? rows(3) : [row(9)], total: undefined });
		await refused(answers(moved), "it goes on behind its last page, or what was its last row has moved");
	});

	test("the probe is another question than the page before, for every size of pages", async () => {
		for (const size of [1, 2, 3, 100]) {
			const { listing, spans } = living([row(1)], { size, counts: false });
			await readWhole(listing, signal);
			expect(new Set(spans.map((span) => JSON.stringify(span))).size).toBe(2);
		}
	});
});
