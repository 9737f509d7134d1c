import type { OperationKind } from "../operation.ts";
import type { Report, ReportCount } from "./report.ts";
import { peopleIn, plannedOf, type Totals, totals } from "./tally.ts";
import { count, KIND_WORDS, number } from "./words.ts";

export type HeadlineInput = Pick<Report, "outcome" | "mode" | "counts" | "operations" | "holds"> & {
	readonly product: string;
	readonly breaches: number;
};

/** One plain sentence with numbers: `12 people would change: 3 created, 2 disabled, 1 renamed; 14 group changes; 2 held.` */
export function headlineOf(input: HeadlineInput): string {
	const seatless = input.holds.filter((hold) => hold.because === "no-seat").length;
	const seats = seatless === 0 ? "" : `; ${count(seatless, "person waits", "people wait")} for a licence seat`;
	const held = seats + (input.holds.length === 0 ? "" : `; ${number(input.holds.length)} held`);
	switch (input.outcome) {
		case "nothing-to-do":
			if (input.holds.length > 0) return `Nothing to do now: what ${input.product} lacks is held back (${number(input.holds.length)}).`;
			return `Nothing to do: ${input.product} matches the directory.`;
		case "differences":
			return `${whatChanges(input, "would change")}${held}.`;
		case "done": {
			const skipped = totals(input.counts).notRun;
			const rest = skipped === 0 ? "" : `; ${number(skipped)} skipped`;
			return `${whatChanges({ ...input, ...onlyDone(input) }, "changed")}${rest}${held}.`;
		}
		case "refused":
			return refusal(input, held);
		case "failures":
			return `${progress(totals(input.counts))}${held}.`;
		case "stopped":
			return `Stopped before the end: ${progress(totals(input.counts))}${held}.`;
	}
}

/** In the order in which people want to know it. */
const TOLD: readonly OperationKind[] = [
	"account.create",
	"account.disable",
	"account.enable",
	"account.rename",
	"account.update",
	"link.adopt",
];

function refusal(input: HeadlineInput, held: string): string {
	const opening = input.mode === "diff" ? "The guard would refuse this" : "Refused, nothing was written";
	return `${opening}: ${lowerFirst(whatChanges(input, "would change"))}, which breaks ${count(input.breaches, "limit")}${held}.`;
}

function whatChanges({ counts, operations }: Pick<Report, "counts" | "operations">, verb: string): string {
	const people = peopleIn(operations);
	const parts = TOLD.flatMap((kind) => part(counts, kind));
	const attributes = plannedOf(counts, "attribute.set");
	if (attributes > 0) parts.push(`${count(attributes, "attribute")} set`);
	const groups = plannedOf(counts, "member.add", "member.remove", "group.create", "group.delete");
	const tail = groups === 0 ? "" : count(groups, "group change");
	if (people === 0) return tail === "" ? `Nothing ${verb}` : `No person ${verb}; ${tail}`;
	const who = `${count(people, "person", "people")} ${verb}`;
	if (parts.length === 0) return tail === "" ? who : `${who}: ${tail}`;
	return `${who}: ${parts.join(", ")}${tail === "" ? "" : `; ${tail}`}`;
}

function part(counts: readonly ReportCount[], kind: OperationKind): string[] {
	const planned = plannedOf(counts, kind);
	return planned === 0 ? [] : [`${number(planned)} ${KIND_WORDS[kind].past}`];
}

/** The same report as if only what was done had been planned. */
function onlyDone({ counts, operations }: Pick<Report, "counts" | "operations">): Pick<Report, "counts" | "operations"> {
	return {
		counts: counts.map((c) => ({ ...c, planned: c.done + c.already })),
		operations: operations.filter((o) => o.state === "done" || o.state === "already"),
	};
}

function progress({ planned, succeeded, failed, unknown, notRun }: Totals): string {
	const parts = [`${number(succeeded)} of ${count(planned, "change")} done`];
	if (failed > 0) parts.push(`${number(failed)} failed`);
	if (unknown > 0) parts.push(`${number(unknown)} with unknown outcome`);
	if (notRun > 0) parts.push(`${number(notRun)} not run`);
	return parts.join(", ");
}

/** `No person` and `Nothing` start a sentence; numbers stay as they are. */
const lowerFirst = (text: string): string => text.replace(/^[A-Z]/, (letter) => letter.toLowerCase());
