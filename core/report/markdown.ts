import { KINDS } from "../operation.ts";
import type { Look, Report, ReportCount, ReportOperation } from "./report.ts";
import { holdsByReason, troublesByReason } from "./tally.ts";
import { visible } from "./visible.ts";
import * as words from "./words.ts";

const { capital, count, number } = words;

/**
 * For tickets and pull requests (GitHub Flavored Markdown, https://github.github.com/gfm/). What comes from directories
 * is escaped: no table cell, code span, link, HTML or mention of somebody can come of a name. `look.rows` bounds every
 * table, since a comment may have 65,536 characters at most.
 */
export function* markdown(report: Report, look: Look): Iterable<string> {
	const { label, tone } = words.outcomeWords(report);
	const sign = { good: "✅", bad: "⛔", warn: "⚠️", neutral: "📋" }[tone];
	yield `## ${sign} Rollcall: ${words.MODE_WORDS[report.mode]} of ${plain(report.product.id)}: ${label.toLowerCase()}\n\n`;
	yield `**${plain(report.headline)}**\n\n`;
	yield* readings(report);
	yield* verdict(report, look);
	yield* counts(report);
	yield* troubles(report, look);
	const byKind = Map.groupBy(report.operations, (operation) => operation.kind);
	for (const row of report.counts) yield* kindTable(row, byKind.get(row.kind) ?? [], look);
	yield* holds(report, look);
	yield* rejects(report, look);
	yield* bullets("Notes", report.notes.map(plain), look);
	yield* next(report);
}

function* readings(report: Report): Iterable<string> {
	for (const s of report.sources) {
		const size = `${count(s.people, "person", "people")} (${number(s.active)} active), ${count(s.groups, "group")}, ${count(s.memberships, "membership")}`;
		yield `- from **${plain(s.id)}** (${plain(s.kind)}): ${size}, read ${words.moment(s.takenAt)} in ${words.duration(s.seconds)} with ${count(s.requests, "request")}\n`;
	}
	const p = report.product;
	const size = `${count(p.accounts, "account")} (${number(p.active)} active), ${count(p.groups, "group")}`;
	yield `- to **${plain(p.id)}** (${plain(p.server)}): ${size}, ${words.duration(p.seconds)}, ${count(p.requests, "request")}\n`;
	for (const pool of report.seats) yield `- seats: ${plain(words.seatWords(pool))}\n`;
	yield `- policy ${words.POSTURE_WORDS[report.posture]}${report.firstRun ? ", first run of this product" : ""}\n`;
	const run = report.runId === undefined ? "" : `, run ${code(report.runId)}`;
	yield `- plan ${code(report.planDigest)}${run}, ${words.moment(report.startedAt)} to ${words.moment(report.finishedAt)}\n\n`;
}

function* verdict(report: Report, look: Look): Iterable<string> {
	if (report.verdict.state === "clear" && report.operations.length === 0) return;
	yield `> ${report.verdict.state === "clear" ? "" : "⛔ "}**${words.verdictWords(report)}**\n`;
	for (const breach of report.verdict.breaches.slice(0, look.rows))
		yield `>\n> **${plain(words.breachTitle(breach))}** — ${plain(breach.message)}\n`;
	const left = report.verdict.breaches.length - (look.rows ?? report.verdict.breaches.length);
	if (left > 0) yield `>\n> and ${number(left)} more\n`;
	yield "\n";
}

const COLUMNS: readonly (readonly [string, (c: ReportCount) => number])[] = [
	["planned", (c) => c.planned],
	["done", (c) => c.done],
	["already", (c) => c.already],
	["failed", (c) => c.failed],
	["unknown", (c) => c.unknown],
	["not run", (c) => c.notRun],
];

function* counts(report: Report): Iterable<string> {
	if (report.counts.length === 0) return;
	const columns = COLUMNS.filter(([, value], index) => index === 0 || report.counts.some((c) => value(c) > 0));
	yield `| | ${columns.map(([title]) => title).join(" | ")} |\n|---|${columns.map(() => "--:").join("|")}|\n`;
	for (const row of report.counts)
		yield `| ${capital(row.verb)}${row.destructive ? " ⚠️" : ""} | ${columns.map(([, value]) => number(value(row))).join(" | ")} |\n`;
	yield report.counts.some((c) => c.destructive) ? "\n⚠️ takes something away from somebody.\n\n" : "\n";
}

function* troubles(report: Report, look: Look): Iterable<string> {
	const trouble = report.operations.filter(words.isTrouble);
	if (trouble.length === 0) return;
	yield `### What went wrong (${number(trouble.length)})\n\n`;
	for (const same of troublesByReason(trouble)) {
		const { state, error } = same[0]!;
		yield `**${number(same.length)} × ${words.STATE_WORDS[state!]}:** ${plain(error ?? "no reason was given")}\n\n`;
		yield* bullets(
			undefined,
			same.map((o) => `${nameOf(o)}: ${KINDS[o.kind].verb}${o.detail === "" ? "" : `, ${plain(o.detail)}`}`),
			look,
		);
	}
}

function* kindTable(row: ReportCount, operations: readonly ReportOperation[], look: Look): Iterable<string> {
	const { title, meaning } = words.KIND_WORDS[row.kind];
	const applied = operations.some((o) => o.state !== undefined);
	yield `<details><summary><b>${title} (${number(row.planned)})</b></summary>\n\n${meaning}\n\n`;
	yield applied ? "| who | what | why | result |\n|---|---|---|---|\n" : "| who | what | why |\n|---|---|---|\n";
	const shown = operations.slice(0, look.rows);
	for (const o of shown) {
		const result = applied ? ` ${o.state === undefined ? "" : words.STATE_WORDS[o.state]} |` : "";
		yield `| ${nameOf(o)} | ${plain(o.detail)} | ${plain(o.because)} |${result}\n`;
	}
	yield* more(operations.length - shown.length);
	yield "\n</details>\n\n";
}

function* holds(report: Report, look: Look): Iterable<string> {
	if (report.holds.length === 0) return;
	yield `### Held back (${number(report.holds.length)})\n\n`;
	for (const [reason, list] of holdsByReason(report.holds)) {
		yield `**${number(list.length)} × ${words.HOLD_WORDS[reason]}**\n\n`;
		yield* bullets(
			undefined,
			list.map((h) => `${code(h.username)}: ${plain(words.wantedWords(h.wanted))} — ${plain(h.detail)}`),
			look,
		);
	}
}

function* rejects(report: Report, look: Look): Iterable<string> {
	const lines = report.rejects.map((r) => `${r.kind} ${code(r.label === "" ? r.id : r.label)} in ${plain(r.source)}: ${plain(r.because)}`);
	yield* bullets(`Records that could not be read (${number(lines.length)})`, lines, look);
}

function* bullets(title: string | undefined, lines: readonly string[], look: Look): Iterable<string> {
	if (lines.length === 0) return;
	if (title !== undefined) yield `### ${title}\n\n`;
	const shown = lines.slice(0, look.rows);
	for (const line of shown) yield `- ${line}\n`;
	yield* more(lines.length - shown.length);
	yield "\n";
}

function* more(left: number): Iterable<string> {
	if (left > 0) yield `\nand ${number(left)} more: \`--format html\` shows all\n`;
}

function* next(report: Report): Iterable<string> {
	if (report.next.length === 0) return;
	yield "### Next\n\n";
	for (const line of report.next) yield `- ${line.startsWith("rollcall ") ? code(line) : plain(line)}\n`;
}

const nameOf = (o: ReportOperation): string => code(o.username === "" ? (o.group ?? "") : o.username);

/**
 * Programs differ in how they read `\\|` inside a code span of a table, so text with a pipe, a backslash or a backtick
 * is HTML with everything but letters and digits as numeric references: that means one thing everywhere.
 */
function code(text: string): string {
	const shown = visible(text);
	if (shown.trim() === shown && shown !== "" && !/[|\\`]/.test(shown)) return `\`${shown}\``;
	return `<code>${shown.replace(/[^\p{L}\p{M}\p{N} ]/gu, reference)}</code>`;
}

const reference = (character: string): string => `&#${character.codePointAt(0)};`;

/**
 * Text in which nothing is markup. Links that GitHub makes of bare addresses lose their colon, `www.` its dot, and a
 * zero-width space after `@` and `#` keeps a name from calling people or tickets.
 */
export function plain(text: string): string {
	return visible(text)
		.replace(/[&<>|\\]/g, reference)
		.replace(/[`*_[\]~$]/g, "\\$&")
		.replace(/(?<![\p{L}\p{N}&])([@#])/gu, "$1&#8203;")
		.replace(/:(?=\/\/)/g, "&#58;")
		.replace(/\bwww\./gi, (www) => `${www.slice(0, 3)}&#46;`);
}
