import { bar, padTo, widthOf } from "./columns.ts";
import type { Report, ReportCount } from "./report.ts";
import type { Paint, Sheet } from "./text-sheet.ts";
import { capital, KIND_WORDS, number, type Tone, wasApplied } from "./words.ts";

interface Column {
	readonly title: string;
	readonly value: (count: ReportCount) => number;
	readonly style: (paint: Paint) => (text: string) => string;
}
const COLUMNS: readonly Column[] = [
	{ title: "planned", value: (c) => c.planned, style: (p) => p.bold },
	{ title: "done", value: (c) => c.done, style: (p) => p.green },
	{ title: "already", value: (c) => c.already, style: (p) => p.green },
	{ title: "failed", value: (c) => c.failed, style: (p) => p.red },
	{ title: "unknown", value: (c) => c.unknown, style: (p) => p.yellow },
	{ title: "not run", value: (c) => c.notRun, style: (p) => p.yellow },
];

export const toneStyle = (paint: Paint, tone: Tone): ((text: string) => string) =>
	({ gain: paint.green, loss: paint.red, change: paint.blue, link: paint.magenta })[tone];

/** Counts per kind, in order of execution, with a bar; columns that are all zero are left out. */
export function* countTable(report: Report, sheet: Sheet): Iterable<string> {
	if (report.counts.length === 0) return;
	yield* sheet.heading(wasApplied(report) ? "What changed" : "What would change");
	const columns = COLUMNS.filter((column, index) => index === 0 || report.counts.some((c) => column.value(c) > 0));
	const verb = Math.max(...report.counts.map((c) => widthOf(c.verb)));
	const most = Math.max(...report.counts.map((c) => c.planned));
	const widths = columns.map(({ title, value }) => Math.max(title.length, ...report.counts.map((c) => number(value(c)).length)));
	const used = 2 + verb + widths.reduce((sum, width) => sum + width + 2, 0) + 2;
	const room = Math.min(40, sheet.width - used);
	const { paint } = sheet;
	if (used - 2 > sheet.width) return yield* asSentences(report.counts, columns, sheet);
	yield `  ${" ".repeat(verb)}${columns.map(({ title }, i) => `  ${paint.dim(padTo(title, widths[i]!, "right"))}`).join("")}\n`;
	for (const row of report.counts) {
		const cells = columns.map(({ value, style }, i) => {
			const n = value(row);
			return `  ${n === 0 ? paint.dim(padTo("·", widths[i]!, "right")) : style(paint)(padTo(number(n), widths[i]!, "right"))}`;
		});
		const picture = room < 4 ? "" : `  ${toneStyle(paint, KIND_WORDS[row.kind].tone)(bar(row.planned, most, room))}`;
		yield `  ${padTo(capital(row.verb), verb)}${cells.join("")}${picture}\n`;
	}
}

/** For a terminal too narrow for the columns. */
function* asSentences(counts: readonly ReportCount[], columns: readonly Column[], sheet: Sheet): Iterable<string> {
	for (const row of counts) {
		const cells = columns.filter(({ value }) => value(row) > 0).map(({ title, value }) => `${number(value(row))} ${title}`);
		yield* sheet.flow(`${capital(row.verb)}: ${cells.join(", ")}`, { first: "  ", indent: 4 });
	}
}
