import type { Report, ReportOutcome } from "../report.ts";
import { plannedOf, totals } from "../tally.ts";
import { count, number, outcomeWords } from "../words.ts";

/** How one product came out of a run over several: with its report, or with what kept it from one. */
export type Ending = { readonly product: string; readonly report: Report } | { readonly product: string; readonly failure: Failure };
export interface Failure {
	readonly code: string;
	readonly message: string;
	readonly todo?: string;
}

export type Tone = "good" | "bad" | "warn" | "neutral";

/** One row of the overview. Counts are planned ones, or what a run did. */
export interface Row {
	readonly product: string;
	readonly server: string;
	readonly outcome: string;
	readonly tone: Tone;
	readonly cells: readonly number[];
	/** `3` or `3 of 100`; empty where the product does not tell. */
	readonly freeSeats: string;
}

export const COLUMNS = ["created", "enabled", "disabled", "changed", "groups +", "groups −", "held", "failed"] as const;

export function rowOf(ending: Ending): Row {
	const { product } = ending;
	if ("failure" in ending)
		return { product, server: "", outcome: `Failed (${ending.failure.code})`, tone: "bad", cells: COLUMNS.map(() => 0), freeSeats: "" };
	const { report } = ending;
	const { label, tone } = outcomeWords(report);
	const of = (...kinds: Parameters<typeof plannedOf>[1][]) => plannedOf(report.counts, ...kinds);
	const { failed, unknown } = totals(report.counts);
	const cells = [
		of("account.create"),
		of("account.enable"),
		of("account.disable"),
		of("account.rename", "account.update", "attribute.set", "link.adopt", "group.create", "group.delete"),
		of("member.add"),
		of("member.remove"),
		report.holds.length,
		failed + unknown,
	];
	return { product, server: report.product.server, outcome: label, tone, cells, freeSeats: seatsLeft(report) };
}

/** Of the tightest pool, the fullest by its own measure, after the plan. */
function seatsLeft({ seats }: Report): string {
	const limited = seats.flatMap(({ total, after }) => (total === undefined ? [] : [{ free: Math.max(0, total - after), total }]));
	const [tightest] = limited.sort((a, b) => a.free / Math.max(1, a.total) - b.free / Math.max(1, b.total));
	if (tightest !== undefined) return number(tightest.free);
	return seats.length > 0 ? "no limit" : "";
}

const WORDS: Readonly<Record<ReportOutcome, string>> = {
	"nothing-to-do": "with nothing to do",
	differences: "with differences",
	done: "done",
	refused: "refused by the guard",
	failures: "with failures",
	stopped: "stopped before the end",
};

/** `7 products: 5 done, 1 refused by the guard, 1 failed.` */
export function headlineOf(endings: readonly Ending[]): string {
	const words = Map.groupBy(endings, (ending) => ("failure" in ending ? "failed" : WORDS[ending.report.outcome]));
	const parts = [...words].map(([word, all]) => `${number(all.length)} ${word}`);
	return `${count(endings.length, "product")}: ${parts.join(", ")}.`;
}
