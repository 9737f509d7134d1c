import type { Breach } from "../guard.ts";
import type { Digest, Reject } from "../model.ts";
import { KINDS, OPERATION_KINDS, type Operation } from "../operation.ts";
import type { Hold, Plan, SourceSummary } from "../plan.ts";
import { type SeatForecast, usedAfter } from "../seats.ts";
import type { Settlement } from "../store/store.ts";
import { detailOf } from "./detail.ts";
import { headlineOf } from "./headline.ts";
import { nextOf } from "./next.ts";
import type { Report, ReportCount, ReportHold, ReportOperation, ReportOutcome, ReportSeats, ReportSource } from "./report.ts";

/** How one source was read in this run. */
export interface SourceReading extends SourceSummary {
	readonly kind: string;
	readonly takenAt: Date;
	readonly requests: number;
	readonly seconds: number;
	readonly rejects: readonly Reject[];
}

export interface ReportInput {
	readonly mode: Report["mode"];
	readonly plan: Plan;
	/** As read before planning. `seconds`: how long that reading took; `requests`: all that were sent, writes included. */
	readonly product: Omit<Report["product"], "id">;
	readonly sources: readonly SourceReading[];
	/** The guard's verdict fits as it is. */
	readonly verdict: { readonly state: Report["verdict"]["state"]; readonly breaches: readonly Breach[] };
	/** By operation id; absent when nothing was applied (dry run, refused). An operation without one was not reached. */
	readonly settlements?: ReadonlyMap<Digest, Settlement> | undefined;
	/** The run was told to stop, or gave up, before it had tried everything. */
	readonly stopped?: boolean;
	readonly runId?: string | undefined;
	readonly startedAt: Date;
	readonly finishedAt: Date;
	readonly notes: readonly string[];
	/** Where the plan was written or read, for the next commands. */
	readonly planFile?: string | undefined;
	/** Further lines for "next", after the derived ones. */
	readonly next?: readonly string[];
}

/** The one structure behind every rendering. Pure: the same input gives the same report. */
export function buildReport(input: ReportInput): Report {
	const { plan, mode, settlements, verdict } = input;
	const operations = plan.operations.map((operation) => operationOf(operation, settlements));
	const holds = plan.holds.map(holdOf);
	const counts = countsOf(operations);
	const outcome = outcomeOf(input, operations);
	const rejects = input.sources.flatMap((source) => source.rejects.map((reject) => rejectOf(source, reject)));
	const sentence = { outcome, mode, counts, operations, holds, product: plan.product, breaches: verdict.breaches.length };
	const mayOverride = verdict.breaches.every(({ rule }) => rule === "limit" || rule === "shrink");
	const next = { ...sentence, rejects, posture: plan.posture, planDigest: plan.digest, planFile: input.planFile, mayOverride };
	return {
		version: 1,
		mode,
		outcome,
		headline: headlineOf(sentence),
		product: { id: plan.product, ...input.product },
		seats: (plan.seats ?? []).map(seatsOf),
		posture: plan.posture,
		firstRun: plan.firstRun,
		runId: input.runId,
		startedAt: input.startedAt.toISOString(),
		finishedAt: input.finishedAt.toISOString(),
		planDigest: plan.digest,
		sources: input.sources.map(sourceOf),
		verdict: {
			state: verdict.state,
			breaches: verdict.breaches.map(({ what, planned, allowed, message }) => ({ what, planned, allowed, message })),
		},
		counts,
		operations,
		holds,
		rejects,
		notes: [...input.notes],
		next: [...nextOf(next), ...(input.next ?? [])],
	};
}

function seatsOf(forecast: SeatForecast): ReportSeats {
	const { name, total, used, lacking } = forecast;
	return { name, ...(total === undefined ? {} : { total }), used, after: usedAfter(forecast), lacking };
}

function outcomeOf(input: ReportInput, operations: readonly ReportOperation[]): ReportOutcome {
	if (input.verdict.state === "refused") return "refused";
	if (input.stopped === true) return "stopped";
	if (operations.length === 0) return "nothing-to-do";
	if (input.mode === "diff" || input.settlements === undefined) return "differences";
	const endings = operations.map((o) => input.settlements!.get(o.id as Digest));
	// Not run because the world had moved on is what applying an older plan is like; not run for any other reason is a failure.
	if (endings.some((e) => e !== undefined && ("error" in e || (e.state === "not-run" && e.drifted !== true)))) return "failures";
	// Without a settlement an operation was never tried, which only an early end explains.
	return endings.includes(undefined) ? "stopped" : "done";
}

function operationOf(operation: Operation, settlements: ReportInput["settlements"]): ReportOperation {
	const subject = "subject" in operation ? operation.subject : undefined;
	const ending = settlements === undefined ? {} : endingOf(settlements.get(operation.id));
	return {
		id: operation.id,
		kind: operation.kind,
		username: subject?.username ?? "",
		...(subject?.person === undefined ? {} : { person: subject.person }),
		...(subject?.account === undefined ? {} : { account: subject.account }),
		...("group" in operation ? { group: operation.group } : {}),
		detail: detailOf(operation),
		because: operation.because,
		...ending,
	};
}

function endingOf(settlement: Settlement | undefined): Pick<ReportOperation, "state" | "error" | "account"> {
	if (settlement === undefined) return { state: "not-run", error: "the run ended before it came to this" };
	if (settlement.state === "not-run") return { state: "not-run", error: settlement.because };
	if ("error" in settlement) {
		const { message, todo } = settlement.error;
		const stop = /[.!?]$/.test(message) ? "" : ".";
		return { state: settlement.state, error: todo === undefined ? message : `${message}${stop} ${todo}` };
	}
	return { state: settlement.state, ...(settlement.account === undefined ? {} : { account: settlement.account }) };
}

function holdOf({ subject, wanted, because, detail }: Hold): ReportHold {
	return {
		username: subject.username,
		...(subject.person === undefined ? {} : { person: subject.person }),
		...(subject.account === undefined ? {} : { account: subject.account }),
		wanted,
		because,
		detail,
	};
}

function countsOf(operations: readonly ReportOperation[]): ReportCount[] {
	const byKind = Map.groupBy(operations, (operation) => operation.kind);
	const kinds = OPERATION_KINDS.filter((kind) => byKind.has(kind)).sort((a, b) => KINDS[a].phase - KINDS[b].phase);
	return kinds.map((kind) => {
		const all = byKind.get(kind)!;
		const of = (state: ReportOperation["state"]): number => all.filter((o) => o.state === state).length;
		const { verb, destructive } = KINDS[kind];
		const ended = { done: of("done"), already: of("already"), failed: of("failed"), unknown: of("unknown"), notRun: of("not-run") };
		return { kind, verb, destructive, planned: all.length, ...ended };
	});
}

function rejectOf(source: SourceReading, reject: Reject): Report["rejects"][number] {
	return { source: source.connector, kind: reject.kind, id: reject.id, label: reject.label ?? "", because: reject.because };
}

function sourceOf({ connector, kind, takenAt, digest, size, requests, seconds }: SourceReading): ReportSource {
	const { people, active, groups, memberships } = size;
	return { id: connector, kind, takenAt: takenAt.toISOString(), digest, people, active, groups, memberships, requests, seconds };
}
