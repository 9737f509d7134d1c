import picocolors from "picocolors";
import { padTo, widthOf } from "../columns.ts";
import type { Look } from "../report.ts";
import { text as textOfOne } from "../text.ts";
import { Sheet } from "../text-sheet.ts";
import { visible } from "../visible.ts";
import { number } from "../words.ts";
import { COLUMNS, type Ending, headlineOf, rowOf } from "./endings.ts";

/** Every product's report, and the overview at the end, where a terminal shows it. */
export function* text(endings: readonly Ending[], look: Look): Iterable<string> {
	for (const ending of endings) {
		if ("report" in ending) yield* textOfOne(ending.report, look);
		else yield `${visible(ending.product)}: ${visible(ending.failure.message)} (${ending.failure.code})\n`;
		yield "\n";
	}
	yield* overview(endings, look);
}

/** The overview alone: one line a product. */
export function* overview(endings: readonly Ending[], look: Look): Iterable<string> {
	const width = Math.max(40, Math.min(140, Number.isFinite(look.width) ? Math.floor(look.width) : 100));
	const sheet = new Sheet({ width, rows: look.rows, paint: picocolors.createColors(look.colour) });
	const { paint } = sheet;
	yield* sheet.heading("All products");
	yield* sheet.flow(headlineOf(endings), { style: paint.bold, indent: 2 });
	const rows = endings.map(rowOf);
	const shown = COLUMNS.map((title, index) => ({ title: title as string, index })).filter(({ index }) =>
		rows.some((row) => row.cells[index]! > 0),
	);
	const seats = rows.some((row) => row.freeSeats !== "");
	const table = rows.map((row) => [
		...shown.map(({ index }) => (row.cells[index] === 0 ? "·" : number(row.cells[index]!))),
		...(seats ? [row.freeSeats || "·"] : []),
	]);
	const titles = [...shown.map(({ title }) => title), ...(seats ? ["seats free"] : [])];
	const widths = titles.map((title, index) => Math.max(title.length, ...table.map((cells) => widthOf(cells[index]!))));
	const name = Math.max(...rows.map((row) => widthOf(visible(row.product))));
	const outcome = Math.max(...rows.map((row) => widthOf(row.outcome)));
	const used = 2 + name + 2 + outcome + widths.reduce((sum, each) => sum + each + 2, 0);
	const style = { good: paint.green, bad: paint.red, warn: paint.yellow, neutral: paint.cyan };
	if (used > width) {
		for (const [index, row] of rows.entries()) {
			const told = titles.map((title, column) => `${table[index]![column]} ${title}`).filter((part) => !part.startsWith("·"));
			yield* sheet.flow([`${visible(row.product)}: ${row.outcome}`, ...told].join(", "), { first: "  ", indent: 4 });
		}
		return;
	}
	if (titles.length > 0)
		yield `  ${" ".repeat(name + 2 + outcome)}${titles.map((title, index) => `  ${paint.dim(padTo(title, widths[index]!, "right"))}`).join("")}\n`;
	for (const [index, row] of rows.entries()) {
		const cells = table[index]!.map(
			(cell, column) => `  ${cell === "·" ? paint.dim(padTo(cell, widths[column]!, "right")) : padTo(cell, widths[column]!, "right")}`,
		);
		yield `  ${paint.bold(padTo(visible(row.product), name))}  ${style[row.tone](padTo(row.outcome, outcome))}${cells.join("")}\n`;
	}
}
