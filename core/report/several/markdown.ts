import { markdown as markdownOfOne, plain } from "../markdown.ts";
import type { Look } from "../report.ts";
import { number } from "../words.ts";
import { COLUMNS, type Ending, headlineOf, rowOf } from "./endings.ts";

/** The overview as a table, then every product's report. */
export function* markdown(endings: readonly Ending[], look: Look): Iterable<string> {
	yield `# Rollcall: all products\n\n**${headlineOf(endings)}**\n\n`;
	yield `| product | server | outcome | ${COLUMNS.join(" | ")} | seats free |\n|---|---|---|${COLUMNS.map(() => "---:|").join("")}---:|\n`;
	for (const row of endings.map(rowOf)) {
		const cells = row.cells.map((cell) => (cell === 0 ? "" : number(cell)));
		yield `| ${[plain(row.product), plain(row.server), row.outcome, ...cells, row.freeSeats].join(" | ")} |\n`;
	}
	yield "\n";
	for (const ending of endings) {
		if ("report" in ending) yield* markdownOfOne(ending.report, look);
		else {
			const { code, message, todo } = ending.failure;
			yield `## ${plain(ending.product)}: failed\n\n${plain(message)} (${code})${todo === undefined ? "" : `\n\n${plain(todo)}`}\n`;
		}
		yield "\n";
	}
}
