import { KINDS } from "../operation.ts";
import type { Report, ReportHold, ReportOperation } from "./report.ts";
import { visible } from "./visible.ts";
import { HOLD_WORDS, wantedWords } from "./words.ts";

const HEADER = ["state", "action", "username", "group", "detail", "because", "error", "person", "account", "id"];

/**
 * RFC 4180 with a header: one row per operation, then one per hold (state `held`); the state is `planned` before
 * anything is applied.
 * Lines end in CR LF. For people and their spreadsheets; programs take the JSON, which has every value untouched. Here
 * - a cell that a spreadsheet would take for a formula (beginning with = + - @, also after white space or in full
 *   width, or with a tab or a line break) gets a leading apostrophe, which spreadsheets do not show
 *   (https://owasp.org/www-community/attacks/CSV_Injection);
 * - control and invisible characters are spelled out, as in the text report.
 */
export function* csv(report: Report): Iterable<string> {
	yield line(HEADER);
	for (const operation of report.operations) yield line(operationCells(operation));
	for (const hold of report.holds) yield line(holdCells(hold));
}

function operationCells(o: ReportOperation): string[] {
	const what = [o.state ?? "planned", KINDS[o.kind].verb, o.username, o.group ?? "", o.detail, o.because];
	return [...what, o.error ?? "", o.person ?? "", o.account ?? "", o.id];
}

function holdCells(h: ReportHold): string[] {
	const why = `${HOLD_WORDS[h.because]}: ${h.detail}`;
	return ["held", wantedWords(h.wanted), h.username, "", "", why, "", h.person ?? "", h.account ?? "", ""];
}

export const line = (cells: readonly string[]): string => `${cells.map(cell).join(",")}\r\n`;

const FORMULA = /^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/u;

function cell(text: string): string {
	const shown = (FORMULA.test(text) ? "'" : "") + visible(text);
	// The semicolon too: spreadsheets of half of Europe split at it.
	return /[",;'\s]/u.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
