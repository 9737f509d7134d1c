import { describe, expect, test } from "@jest/globals";
import { parse } from "csv-parse/sync";
import { buildReport } from "../../../core/report/build.ts";
import { rendererOfAll } from "../../../core/report/several/choose.ts";
import { type Ending, headlineOf, rowOf } from "../../../core/report/several/endings.ts";
import { overview } from "../../../core/report/several/text.ts";
import { ATTACKS, BREACHES, world } from "../../fixtures/report-world.ts";

const plainLook = { colour: false, width: 120, rows: 5 };
const report = (shape: Parameters<typeof world>[0]) => buildReport(world(shape));
const seated = {
	...report({ people: 12, holds: 3 }),
	seats: [
		{ name: "S", total: 1200, used: 3, after: 4, lacking: 0 },
		{ name: "T", used: 3, after: 4, lacking: 0 },
	],
};
const endings: readonly Ending[] = [
	{ product: "jira", report: seated },
	{ product: "wiki", report: report({ people: 40, state: "refused", breaches: BREACHES }) },
	{ product: "code", report: { ...report({ people: 0 }), outcome: "nothing-to-do", operations: [], counts: [], holds: [] } },
	{ product: "builds", failure: { code: "target.unreachable", message: "GET / on builds: connection refused", todo: "Start it." } },
];
const all = (format: Parameters<typeof rendererOfAll>[0], list = endings) => [...rendererOfAll(format)(list, plainLook)].join("");

describe("one report over several products", () => {
	test("begins with how many came out how", () => {
		expect(headlineOf(endings)).toBe("4 products: 1 with differences, 1 refused by the guard, 1 with nothing to do, 1 failed.");
	});
	test("as an overview for a terminal, with only the columns that have something in them", () => {
		expect([...overview(endings, plainLook)].join("")).toMatchSnapshot();
		expect([...overview([endings[2]!], plainLook)].join("")).not.toContain("created");
	});
	test("as an overview in sentences where the terminal is narrow", () => {
		const narrow = [...overview(endings, { ...plainLook, width: 40 })].join("");
		expect(narrow).toMatchSnapshot();
		for (const line of narrow.split("\n")) expect(line.length).toBeLessThanOrEqual(40);
	});
	test("as text holds every product's own report, and the overview at the end", () => {
		const text = all("text");
		expect(text.indexOf("All products")).toBeGreaterThan(text.indexOf("builds: GET / on builds"));
		expect(text).toContain("REFUSED BY THE GUARD");
	});
	test("as JSON is one document with every report as it is", () => {
		const parsed = JSON.parse(all("json")) as { version: number; headline: string; products: object[] };
		expect(parsed).toMatchObject({ version: 1, headline: headlineOf(endings) });
		expect(parsed.products[0]).toEqual(JSON.parse(JSON.stringify(seated)));
		expect(parsed.products[3]).toEqual({
			product: { id: "builds" },
			error: { code: "target.unreachable", message: "GET / on builds: connection refused", todo: "Start it." },
		});
	});
	test("as CSV has one header, and the product in front of every row", () => {
		const rows = parse(all("csv"), { columns: true }) as Record<string, string>[];
		expect(new Set(rows.map((row) => row.product))).toEqual(new Set(["jira", "wiki", "builds"]));
		expect(rows.at(-1)).toMatchObject({ state: "failed", error: "target.unreachable: GET / on builds: connection refused" });
		expect(rows.filter((row) => row.product === "jira")).toHaveLength(seated.operations.length + seated.holds.length);
	});
	test("as Markdown has a table of all, then each", () => {
		const text = all("markdown");
		expect(text).toMatch(/\| jira \| .* \| Differences found \| .* \| 1,196 \|/);
		expect(text).toContain("## builds: failed");
	});
	test("as HTML allows what its frames need and nothing else, and no name breaks out of a frame", () => {
		const hostile = ATTACKS.map((attack): Ending => ({ product: attack, failure: { code: "bug", message: attack, todo: attack } }));
		const page = all("html", [...endings, ...hostile]);
		expect(page.match(/<iframe /g)).toHaveLength(3);
		const frames = [...page.matchAll(/srcdoc="([^"]*)"/g)].map(([, text]) => text!);
		expect(frames).toHaveLength(3);
		const outside = page.replaceAll(/srcdoc="[^"]*"/g, "");
		expect(outside).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
		const policy = /content="(default-src[^"]*)"/.exec(page)![1]!;
		for (const frame of frames) {
			const inner = /content=&quot;(default-src.*?)&quot;/.exec(frame)![1]!;
			for (const [hash] of inner.matchAll(/'sha256-[^']*'/g)) expect(policy).toContain(hash);
		}
	});
	test("counts seats by the tightest pool", () => {
		expect(rowOf(endings[0]!).freeSeats).toBe("1,196");
		const roomy = { name: "groups", total: 50, used: 1, after: 1, lacking: 0 };
		const users = { name: "users", total: 1000, used: 900, after: 901, lacking: 0 };
		expect(rowOf({ product: "x", report: { ...seated, seats: [roomy, users] } }).freeSeats).toBe("99");
		expect(rowOf({ product: "x", report: { ...seated, seats: seated.seats.slice(1) } }).freeSeats).toBe("no limit");
		expect(rowOf(endings[2]!).freeSeats).toBe("");
	});
});
