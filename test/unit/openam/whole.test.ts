import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Filter } from "../../../connectors/idp/openam/filter.ts";
import { and, eq, ge, not } from "../../../connectors/idp/openam/filter.ts";
import { type Named, readWhole } from "../../../connectors/idp/openam/whole.ts";
import { matcherOf } from "../../../sandbox/openam/filter.ts";

const signal = new AbortController().signal;

interface Server {
	readonly names: readonly string[];
	readonly limit: number;
	readonly ordering?: boolean;
	readonly asked?: string[];
}

/** Finds by the stand-in's filters, in the order given, and cuts. */
function read({ names, limit, ordering = true, asked }: Server) {
	const rows = async (filter: Filter): Promise<readonly Named[]> => {
		asked?.push(filter);
		const matches = matcherOf(filter, { ordering });
		return names
			.filter((name) => matches((field) => (field === "uid" ? [name] : [])))
			.slice(0, limit)
			.map((name) => ({ name }));
	};
	return readWhole({ what: "people", attribute: "uid", rows }, signal);
}

const sorted = (rows: readonly Named[]) => rows.map(({ name }) => name).sort();
/** The server takes names that differ in case only for one. */
const names = fc
	.uniqueArray(fc.oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }), fc.stringMatching(/^user\d{1,3}$/)), {
		maxLength: 60,
		selector: (name) => name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase(),
	})
	.map((all) => all.filter((name) => /^[^\p{C}\s\p{M}]+$/u.test(name)));

describe("a list that is cut somewhere", () => {
	test("comes whole, wherever it is cut and whatever its order", async () => {
		await fc.assert(
			fc.asyncProperty(names, fc.integer({ min: 1, max: 70 }), async (all, limit) => {
				expect(sorted(await read({ names: all, limit }))).toEqual([...all].sort());
			}),
			{ numRuns: 150 },
		);
	});

	test("in as few requests as the limit allows", async () => {
		const all = Array.from({ length: 1_500 }, (_, i) => `user${String(i).padStart(5, "0")}`);
		const counts = await Promise.all(
			[1_500, 1_000].map(async (limit) => {
				const asked: string[] = [];
				expect(await read({ names: all, limit, asked })).toHaveLength(1_500);
				return asked.length;
			}),
		);
		expect(counts[0]).toBe(3);
		expect(counts[1]).toBeLessThanOrEqual(9);
	});

	test("without an order in the store: proven when it is small, else refused; never taken for whole", async () => {
		const all = Array.from({ length: 30 }, (_, i) => `u${i}`);
		expect(sorted(await read({ names: all.slice(0, 12), limit: 100, ordering: false }))).toEqual(all.slice(0, 12).sort());
		for (const limit of [1, 2, 11, 29, 30, 100])
			await expect(read({ names: all, limit, ordering: false })).rejects.toMatchObject({ code: "source.incomplete" });
	});

	test("names that the server's order does not tell apart", async () => {
		expect(sorted(await read({ names: ["asa", "ÅSA", "Åsa2"], limit: 10 }))).toEqual(["asa", "Åsa2", "ÅSA"].sort());
	});
});

describe("a server that does otherwise than it was asked", () => {
	const answering = (answer: (filter: Filter, nth: number) => readonly string[]) => {
		let nth = 0;
		const rows = async (filter: Filter) => answer(filter, nth++).map((name) => ({ name }));
		return readWhole({ what: "people", attribute: "uid", rows }, signal);
	};

	test("filters not heeded", async () => {
		await expect(answering(() => ["a", "b", "c"])).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/both sides/),
		});
	});

	test("new names without end", async () => {
		const endless = answering((_filter, nth) => [`a${nth}`, `b${nth}`]);
		await expect(endless).rejects.toMatchObject({ code: "source.incomplete" });
	}, 60_000);

	test("one name twice", async () => {
		await expect(answering((_filter, nth) => (nth === 0 ? ["a", "b"] : ["b", "b"]))).rejects.toMatchObject({ code: "source.incomplete" });
	});

	test("halves of the right size with other people in them are looked at again", async () => {
		const found = await answering((filter) => {
			if (filter === "true") return ["a", "b", "gone"];
			// "new" came and "gone" went between two requests: three before, three after.
			return ["a", "b", "new"].filter((name) => matcherOf(filter, { ordering: true })(() => [name]));
		});
		expect(sorted(found)).toEqual(["a", "b", "new"]);
	});
});

test("filters survive every character, in our spelling and in the stand-in's reading of it", () => {
	fc.assert(
		fc.property(fc.string({ unit: "grapheme", maxLength: 8 }), (name) => {
			const self = (filter: Filter) => matcherOf(filter, { ordering: true })(() => [name]);
			expect([self(eq("uid", name)), self(not(eq("uid", name))), self(ge("uid", name))]).toEqual([true, false, true]);
			expect(self(and(eq("uid", name), not(eq("uid", `${name}x`))))).toBe(true);
		}),
	);
});
