import { KINDS } from "../operation.ts";
import { widthOf } from "./columns.ts";
import type { Report, ReportCount, ReportOperation } from "./report.ts";
import { holdsByReason, troublesByReason } from "./tally.ts";
import { toneStyle } from "./text-counts.ts";
import type { Row, Sheet } from "./text-sheet.ts";
import { visible } from "./visible.ts";
import { HOLD_WORDS, isTrouble, KIND_WORDS, number, SIGN, STATE_WORDS, wantedWords } from "./words.ts";

/** Widest column a name gets before it moves to lines of its own. */
const NAME_COLUMN = 28;
const TEXT_COLUMN = 44;

type Draft = Pick<Row, "sign" | "name" | "text" | "more">;

function* rows(drafts: readonly Draft[], sheet: Sheet): Iterable<string> {
	const fitting = drafts.map((row) => widthOf(row.name)).filter((width) => width <= Math.min(NAME_COLUMN, sheet.width / 3));
	const column = Math.max(8, ...fitting);
	const texts = drafts.map((row) => widthOf(row.text)).filter((width) => width <= TEXT_COLUMN);
	const textColumn = Math.max(0, ...texts);
	for (const row of drafts) yield* sheet.row({ ...row, column, textColumn });
}

/** What failed or is not known comes first, by reason, whatever its kind: nothing bad hides behind "and 900 more". */
export function* troubleLines(report: Report, sheet: Sheet): Iterable<string> {
	const trouble = report.operations.filter(isTrouble);
	if (trouble.length === 0) return;
	const { paint } = sheet;
	yield* sheet.heading(`What went wrong (${number(trouble.length)})`, paint.red);
	for (const [index, same] of troublesByReason(trouble).entries()) {
		const { state, error } = same[0]!;
		const reason = `${number(same.length)} × ${STATE_WORDS[state!]}: ${visible(error ?? "no reason was given")}`;
		if (index > 0) yield "\n";
		yield* sheet.flow(reason, { first: "  ", indent: 2, style: state === "failed" ? paint.red : paint.yellow });
		const { shown, left } = sheet.limit(same);
		const drafts = shown.map((o) => ({
			sign: state === "failed" ? paint.red("✗") : paint.yellow("?"),
			name: nameOf(o),
			text: KINDS[o.kind].verb,
			more: visible(o.detail),
		}));
		yield* rows(drafts, sheet);
		yield* sheet.more(left);
	}
}

export function* kindSections(report: Report, sheet: Sheet): Iterable<string> {
	const byKind = Map.groupBy(report.operations, (operation) => operation.kind);
	for (const count of report.counts) yield* kindSection(count, byKind.get(count.kind) ?? [], sheet);
}

function* kindSection(count: ReportCount, operations: readonly ReportOperation[], sheet: Sheet): Iterable<string> {
	const words = KIND_WORDS[count.kind];
	const style = toneStyle(sheet.paint, words.tone);
	yield* sheet.heading(`${words.title} (${number(count.planned)})`, style);
	const reason = common(operations.map((o) => o.because));
	const meaning = reason === undefined ? words.meaning : `${words.meaning} Why: ${visible(reason)}.`;
	yield* sheet.flow(meaning, { first: "  ", indent: 2, style: sheet.paint.dim });
	const { shown, left } = sheet.limit(operations);
	const drafts = shown.map((o) => ({
		sign: signOf(o, style, sheet),
		name: nameOf(o),
		text: visible(o.detail),
		more: o.state === "not-run" ? `not run: ${visible(o.error ?? "")}` : reason === undefined ? visible(o.because) : "",
	}));
	yield* rows(drafts, sheet);
	yield* sheet.more(left);
}

function signOf({ state, kind }: ReportOperation, style: (text: string) => string, { paint }: Sheet): string {
	if (state === undefined) return style(SIGN[KIND_WORDS[kind].tone]);
	if (state === "done" || state === "already") return paint.green("✓");
	if (state === "failed") return paint.red("✗");
	return paint.yellow(state === "unknown" ? "?" : "·");
}

/** What all of several share, so that it is said once; undefined when they differ or there is but one. */
const common = (texts: readonly string[]): string | undefined => (texts.length > 1 && new Set(texts).size === 1 ? texts[0] : undefined);

const nameOf = (o: ReportOperation): string => visible(o.username === "" ? (o.group ?? "") : o.username);

/** Reasons with their counts, and examples of each. */
export function* groupedHolds(report: Report, sheet: Sheet): Iterable<string> {
	if (report.holds.length === 0) return;
	const { paint } = sheet;
	yield* sheet.heading(`Held back (${number(report.holds.length)})`, paint.yellow);
	yield* sheet.flow("Wanted by the directory, and not done:", { first: "  ", indent: 2, style: paint.dim });
	for (const [reason, holds] of holdsByReason(report.holds)) {
		yield "\n";
		yield* sheet.flow(`${number(holds.length)} × ${HOLD_WORDS[reason]}`, { first: "  ", indent: 2, style: paint.yellow });
		const detail = common(holds.map((hold) => hold.detail));
		if (detail !== undefined) yield* sheet.flow(visible(detail), { first: "  ", indent: 2, style: paint.dim });
		const { shown, left } = sheet.limit(holds);
		const drafts = shown.map((hold) => ({
			sign: paint.yellow("‖"),
			name: visible(hold.username),
			text: visible(wantedWords(hold.wanted)),
			more: detail === undefined ? visible(hold.detail) : "",
		}));
		yield* rows(drafts, sheet);
		yield* sheet.more(left);
	}
}

export function* rejectLines(report: Report, sheet: Sheet): Iterable<string> {
	if (report.rejects.length === 0) return;
	yield* sheet.heading(`Records that could not be read (${number(report.rejects.length)})`, sheet.paint.yellow);
	yield* sheet.flow("Seen in the directory and not understood; nothing about them is changed.", {
		first: "  ",
		indent: 2,
		style: sheet.paint.dim,
	});
	const { shown, left } = sheet.limit(report.rejects);
	const drafts = shown.map((reject) => ({
		sign: sheet.paint.yellow("!"),
		name: visible(reject.label === "" ? reject.id : reject.label),
		text: visible(`${reject.kind} ${reject.id} in ${reject.source}`),
		more: visible(reject.because),
	}));
	yield* rows(drafts, sheet);
	yield* sheet.more(left);
}

export function* noteLines(report: Report, sheet: Sheet): Iterable<string> {
	if (report.notes.length === 0) return;
	yield* sheet.heading("Notes");
	const { shown, left } = sheet.limit(report.notes);
	for (const note of shown) yield* sheet.flow(visible(note), { first: "  • ", indent: 4 });
	yield* sheet.more(left);
}
