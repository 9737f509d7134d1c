import picocolors from "picocolors";
import type { Look, Report } from "./report.ts";
import { countTable } from "./text-counts.ts";
import { groupedHolds, kindSections, noteLines, rejectLines, troubleLines } from "./text-lists.ts";
import { Sheet } from "./text-sheet.ts";
import { visible } from "./visible.ts";
import {
	breachTitle,
	capital,
	count,
	duration,
	MODE_WORDS,
	moment,
	number,
	outcomeWords,
	POSTURE_WORDS,
	seatWords,
	verdictWords,
} from "./words.ts";

/**
 * For a terminal, and for logs (without colour). Lines stay within `look.width`, taken as at least 40 and at most 140
 * columns, in which East Asian wide characters take two; longer texts wrap, none is cut off. `look.rows` bounds every list.
 */
export function* text(report: Report, look: Look): Iterable<string> {
	const width = Math.max(40, Math.min(140, Number.isFinite(look.width) ? Math.floor(look.width) : 100));
	const sheet = new Sheet({ width, rows: look.rows, paint: picocolors.createColors(look.colour) });
	yield* head(report, sheet);
	yield* verdict(report, sheet);
	yield* countTable(report, sheet);
	yield* troubleLines(report, sheet);
	yield* kindSections(report, sheet);
	yield* groupedHolds(report, sheet);
	yield* rejectLines(report, sheet);
	yield* noteLines(report, sheet);
	yield* nextLines(report, sheet);
}

function* head(report: Report, sheet: Sheet): Iterable<string> {
	const { paint } = sheet;
	const { label, tone } = outcomeWords(report);
	const badge = { good: paint.green, bad: paint.red, warn: paint.yellow, neutral: paint.cyan }[tone];
	const title = `${MODE_WORDS[report.mode]} of ${visible(report.product.id)}`;
	yield* sheet.parts([["Rollcall", paint.bold], [title], [label, (text) => badge(paint.bold(text))]]);
	yield "\n";
	yield* sheet.flow(visible(report.headline), { style: paint.bold });
	yield "\n";
	for (const source of report.sources) {
		const size = `${count(source.people, "person", "people")} (${number(source.active)} active), ${count(source.groups, "group")}, ${count(source.memberships, "membership")}`;
		const cost = `read ${moment(source.takenAt)} in ${duration(source.seconds)}, ${count(source.requests, "request")}`;
		yield* sheet.labelled("from", `${visible(source.id)} (${visible(source.kind)}): ${size}; ${cost}`);
	}
	const { product } = report;
	const size = `${count(product.accounts, "account")} (${number(product.active)} active), ${count(product.groups, "group")}`;
	const cost = `${duration(product.seconds)}, ${count(product.requests, "request")}`;
	yield* sheet.labelled("to", `${visible(product.id)} (${visible(product.server)}): ${size}; ${cost}`);
	for (const pool of report.seats) yield* sheet.labelled("seats", visible(seatWords(pool)));
	const first = report.firstRun ? "; first run of this product" : "";
	yield* sheet.labelled("policy", `${POSTURE_WORDS[report.posture]}${first}`);
	yield* sheet.labelled("plan", visible(report.planDigest));
	const run = report.runId === undefined ? "" : `run ${visible(report.runId)}, `;
	yield* sheet.labelled("when", `${run}${moment(report.startedAt)} to ${moment(report.finishedAt)}`);
	yield "\n";
}

function* verdict(report: Report, sheet: Sheet): Iterable<string> {
	const { paint } = sheet;
	const { state, breaches } = report.verdict;
	if (state === "clear") {
		if (report.operations.length > 0) yield* sheet.flow(verdictWords(report), { first: `${paint.green("✓")} `, indent: 2 });
		return;
	}
	const style = state === "refused" ? paint.red : paint.yellow;
	const inner = sheet.width - 4;
	const title = state === "refused" ? "REFUSED BY THE GUARD" : "LIMITS OVERRIDDEN";
	const lines = sheet.wrapped(title, inner).map((line) => paint.bold(line));
	lines.push(...sheet.wrapped(verdictWords(report), inner));
	for (const breach of breaches.slice(0, sheet.rows ?? breaches.length)) {
		lines.push("");
		lines.push(...sheet.wrapped(visible(breachTitle(breach)), inner).map((line) => paint.bold(line)));
		lines.push(...sheet.wrapped(capital(visible(breach.message)), inner));
	}
	const left = breaches.length - (sheet.rows ?? breaches.length);
	if (left > 0) lines.push("", `and ${number(left)} more: --format html shows all`);
	yield* sheet.box(lines, style);
}

function* nextLines(report: Report, sheet: Sheet): Iterable<string> {
	if (report.next.length === 0) return;
	yield* sheet.heading("Next");
	for (const line of report.next) yield* sheet.command(visible(line));
}
