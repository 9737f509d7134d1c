import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "@jest/globals";
import stringWidth from "string-width";
import { buildReport } from "../../../core/report/build.ts";
import { bar, padTo, widthOf, wrap } from "../../../core/report/columns.ts";
import { text } from "../../../core/report/text.ts";
import { ATTACKS, BREACHES, SOME_REJECTS, type World, world } from "../../fixtures/report-world.ts";

const print = (shape: World, width: number, rows: number | undefined = 3, colour = false): string =>
	[...text(buildReport(world(shape)), { colour, width, rows })].join("");

const WORLDS: Readonly<Record<string, World>> = {
	dry: { people: 36, holds: 7, rejects: SOME_REJECTS },
	failures: { people: 60, holds: 2, ended: "failures" },
	refused: { people: 12, state: "refused", breaches: BREACHES },
	overridden: { people: 4, state: "overridden", breaches: BREACHES.slice(0, 1), ended: "well", firstRun: true },
	empty: { people: 0 },
};

describe.each(Object.entries(WORLDS))("%s", (_, shape) => {
	test.each([80, 120])("at width %i", (width) => {
		expect(print(shape, width)).toMatchSnapshot();
	});
	test.each([40, 61, 80, 140])("stays within %i columns, with names of every kind", (width) => {
		const lines = print({ ...shape, attacks: true }, width, undefined).split("\n");
		expect(lines.filter((line) => stringWidth(line) > width)).toEqual([]);
	});
	test("colour changes nothing but colour", () => {
		const coloured = print(shape, 80, 3, true);
		expect(coloured).toContain("\u001b[1m");
		expect(stripVTControlCharacters(coloured)).toBe(print(shape, 80));
	});
});

test("every row is there unless rows are limited, and then it says how many are left", () => {
	const report = buildReport(world({ people: 120 }));
	const whole = [...text(report, { colour: false, width: 120, rows: undefined })].join("");
	for (const o of report.operations) expect(whole).toContain(o.username);
	expect(whole).not.toContain("more: --format html");
	const adds = report.counts.find((c) => c.kind === "member.add")!.planned;
	expect(print({ people: 120 }, 120, 5)).toContain(`and ${adds - 5} more: --format html shows all`);
});

test("no name reaches the terminal as a control, an escape or a direction", () => {
	const out = print({ people: 72, attacks: true, holds: 20, ended: "failures" }, 100, undefined);
	expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}\u200b]/u);
	expect(out).toContain("␛[2J␛[31mred");
	expect(out).toContain("exe.[U+202E]gnp.txt");
	expect(out).toContain("line␊break");
	expect(out.split("\n").length).toBeGreaterThan(ATTACKS.length);
});

test("a failure is told before the lists, once for all that failed alike", () => {
	const out = print({ people: 240, ended: "failures" }, 100);
	expect(out.indexOf("What went wrong")).toBeLessThan(out.indexOf("── Adopt"));
	expect(out.match(/You have reached the limit of your licence/g)).toHaveLength(1);
});

describe("columns", () => {
	test("wide characters take two, combining marks none", () => {
		expect(["abc", "田中", "e\u0301", "👩‍👩‍👧", "ﾊ"].map(widthOf)).toEqual([3, 4, 1, 2, 1]);
		expect(padTo("田", 4)).toBe("田  ");
		expect(padTo("7", 3, "right")).toBe("  7");
	});
	test("wrapping loses nothing and breaks no character", () => {
		expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
		expect(wrap("田中田中", 3)).toEqual(["田", "中", "田", "中"]);
		expect(wrap("e\u0301e\u0301e\u0301", 2)).toEqual(["e\u0301e\u0301", "e\u0301"]);
		expect(wrap("", 5)).toEqual([""]);
	});
	test("a bar shows anything above nothing, and never more than its width", () => {
		expect([bar(0, 10, 8), bar(1, 100_000, 8), bar(10, 10, 8), bar(5, 10, 3)]).toEqual(["", "▏", "████████", "█▌"]);
	});
});
