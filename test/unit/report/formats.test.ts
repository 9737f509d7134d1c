import { hash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { buildReport } from "../../../core/report/build.ts";
import { FORMATS, type Format, renderer } from "../../../core/report/choose.ts";
import type { Look, Report } from "../../../core/report/report.ts";
import { ATTACKS, BREACHES, everywhere, SOME_REJECTS, type World, world } from "../../fixtures/report-world.ts";

const LOOK: Look = { colour: false, width: 100, rows: undefined };
const whole = (format: Format, report: Report, look = LOOK): string => [...renderer(format)(report, look)].join("");
const report = (shape: World): Report => buildReport(world(shape));
const nasty = (): Report => report({ people: 72, attacks: true, holds: 36, ended: "failures", rejects: SOME_REJECTS });
const WORLDS: Readonly<Record<string, World>> = {
	dry: { people: 60, holds: 9, rejects: SOME_REJECTS },
	failures: { people: 60, ended: "failures" },
	refused: { people: 60, state: "refused", breaches: BREACHES },
	empty: { people: 0 },
	nasty: { people: 72, attacks: true, holds: 36, ended: "failures", rejects: SOME_REJECTS },
};

describe.each(FORMATS)("%s", (format) => {
	test.each(Object.entries(WORLDS))("the same for the same input: %s", (_, shape) => {
		expect(whole(format, report(shape))).toBe(whole(format, report(shape)));
	});
	test("comes in chunks that are neither tiny nor huge", () => {
		const sizes = [...renderer(format)(report({ people: 5_000 }), LOOK)].map((chunk) => chunk.length);
		expect(sizes.slice(0, -1).every((size) => size >= 65_536 && size < 300_000)).toBe(true);
	});
	test.each([undefined, ...ATTACKS])("nothing in it moves a cursor or changes direction: %j", (attack) => {
		const made = attack === undefined ? nasty() : everywhere(report({ people: 12, holds: 2 }), attack);
		// JSON is of ASCII where it matters and keeps the value; the others have our own line breaks and indents only.
		expect(whole(format, made).replace(/[\r\n\t]/g, "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}\u200b]/u);
	});
});

describe("json", () => {
	test.each(Object.entries(WORLDS))("gives the report back: %s", (_, shape) => {
		const made = report(shape);
		expect(JSON.parse(whole("json", made))).toEqual(made);
	});
});

/** RFC 4180, by the letter. */
function parseCsv(text: string): string[][] {
	const cells = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy;
	const rows: string[][] = [[]];
	while (cells.lastIndex < text.length) {
		const match = cells.exec(text);
		if (match === null) throw new Error("not RFC 4180");
		rows.at(-1)!.push(match[1]!.startsWith('"') ? match[1]!.slice(1, -1).replaceAll('""', '"') : match[1]!);
		if (match[2] === "\r\n") rows.push([]);
	}
	return rows.slice(0, -1);
}

describe("csv", () => {
	test("one row per operation and hold, of the header's width", () => {
		const made = nasty();
		const [header, ...rows] = parseCsv(whole("csv", made));
		expect(header).toEqual(["state", "action", "username", "group", "detail", "because", "error", "person", "account", "id"]);
		expect(rows).toHaveLength(made.operations.length + made.holds.length);
		expect(rows.every((row) => row.length === header!.length)).toBe(true);
		expect(rows.filter(([state]) => state === "held")).toHaveLength(made.holds.length);
		expect(rows.slice(0, made.operations.length).map((row) => row.at(-1))).toEqual(made.operations.map((o) => o.id));
	});
	test("no cell is a formula to a spreadsheet", () => {
		const cells = parseCsv(whole("csv", nasty())).flat();
		expect(cells.filter((cell) => /^\s*[=+\-@\t\r＝＋－＠]/.test(cell))).toEqual([]);
		expect(cells).toContain('\'=HYPERLINK("http://evil.example","x")');
		expect(cells).toContain("'-2+3");
		const made = report({ people: 0 });
		for (const username of ["=1", " =1", "＝1", "\t=1", "\r=1", "@x"]) {
			const out = whole("csv", { ...made, holds: [{ username, wanted: "adopt", because: "ambiguous", detail: "" }] });
			expect(parseCsv(out).at(-1)![2]).toMatch(/^'/);
		}
	});
});

describe("markdown", () => {
	test("a report, as a reader of a ticket sees it", () => {
		expect(whole("markdown", nasty(), { ...LOOK, rows: 2 })).toMatchSnapshot();
	});
	test("no HTML but our own, no link, nobody called, and every table row keeps its cells", () => {
		const out = whole("markdown", nasty());
		const outsideCode = out.replace(/`[^`\n]*`/g, "");
		expect([...new Set(outsideCode.match(/<\/?\w+/g))].sort()).toEqual([
			"</b",
			"</code",
			"</details",
			"</summary",
			"<b",
			"<code",
			"<details",
			"<summary",
		]);
		expect(outsideCode).not.toMatch(/https?:\/\/|\bwww\.|(?<![\w;])[@]\w/);
		for (const table of out.split("\n\n").filter((block) => block.startsWith("|"))) {
			const lines = table.split("\n").filter((line) => line.startsWith("|"));
			expect(new Set(lines.map((line) => line.split("|").length)).size).toBe(1);
		}
	});
	test.each(ATTACKS)("wherever it comes from: %j", (attack) => {
		const tags = (text: string): string[] =>
			[
				...new Set(
					whole("markdown", everywhere(report({ people: 12, holds: 2 }), text))
						.replace(/`[^`\n]*`/g, "")
						.match(/<\/?\w+|<!/g),
				),
			].filter((tag) => !/^<\/?code$/.test(tag));
		expect(tags(attack)).toEqual(tags("anna"));
	});
	test("rows limits every list", () => {
		expect(whole("markdown", nasty(), { ...LOOK, rows: 1 }).length).toBeLessThan(whole("markdown", nasty()).length / 2);
	});
});

describe("html", () => {
	const part = (html: string, pattern: RegExp): string => pattern.exec(html)![1]!;
	const embedded = (html: string): string => part(html, /<script type="application\/json" id="data">(.*?)<\/script>/s);

	test("asks for nothing: a strict policy with the hashes of its own script and style, and no address in it", () => {
		const html = whole("html", nasty());
		const policy = part(html, /http-equiv="Content-Security-Policy" content="([^"]*)"/);
		const script = part(html, /<script type="module">(.*?)<\/script>/s);
		const style = part(html, /<style>(.*?)<\/style>/s);
		const of = (text: string): string => `'sha256-${hash("sha256", text, "base64")}'`;
		expect(policy).toBe(`default-src 'none'; script-src ${of(script)}; style-src ${of(style)}; base-uri 'none'; form-action 'none'`);
		expect(script).not.toMatch(/<\/script|<!--|^(?:import|export) /m);
		expect(html.replace(embedded(html), "")).not.toMatch(/\b(?:src|href|action)=["']?\w|@import|url\(/);
	});
	test("no name becomes markup", () => {
		const html = whole("html", nasty());
		expect(embedded(html)).not.toContain("<");
		expect(html.match(/<script/g)).toHaveLength(2);
		expect(html).not.toMatch(/<img|<!--|\son\w+="/);
	});
	test.each([...ATTACKS, '" autofocus onfocus="alert(1)', "&lt;b&gt;", "'><b>"])("wherever it comes from: %j", (attack) => {
		const skeleton = (text: string): string[] => {
			const page = whole("html", everywhere(report({ people: 12, holds: 2 }), text));
			return page.replace(embedded(page), "").match(/<[a-z!/][^>]*>/g)!;
		};
		expect(skeleton(attack)).toEqual(skeleton("anna"));
	});
	test("its data hold every row", () => {
		const made = nasty();
		const data = JSON.parse(embedded(whole("html", made)));
		const unrolled = (runs: number[]): number => runs.filter((_, index) => index % 2 === 1).reduce((a, b) => a + b, 0);
		for (const key of ["who", "group", "detail", "because"]) expect(data.operations[key]).toHaveLength(made.operations.length);
		expect(unrolled(data.operations.kind)).toBe(made.operations.length);
		expect(unrolled(data.operations.state)).toBe(made.operations.length);
		expect(data.holds.who).toHaveLength(made.holds.length);
		expect(data.rejects.id).toHaveLength(made.rejects.length);
		expect(data.operations.because.map((index: number) => data.strings[index])).toEqual(made.operations.map((o) => o.because));
		expect(new Set(data.strings).size).toBe(data.strings.length);
	});
	test("500,000 operations stay near 100 bytes each", () => {
		const made = report({ people: 3_000 });
		expect(whole("html", made).length / made.operations.length).toBeLessThan(110);
	});
});

test("the attacks are really among the names", () => {
	const names = new Set(nasty().operations.map((o) => o.username));
	expect(ATTACKS.filter((attack) => !names.has(attack))).toEqual([]);
});
