import type { OperationKind } from "../operation.ts";
import type { HoldReason, Posture } from "../plan.ts";

/** The one structure behind every rendering. Plain JSON: dates are ISO 8601 strings, times are seconds. Never holds a secret. */
export interface Report {
	readonly version: 1;
	readonly mode: "diff" | "sync" | "apply";
	readonly outcome: ReportOutcome;
	/** One sentence: what happened. */
	readonly headline: string;
	readonly product: {
		readonly id: string;
		readonly kind: string;
		readonly server: string;
		readonly accounts: number;
		readonly active: number;
		readonly groups: number;
		readonly requests: number;
		readonly seconds: number;
	};
	/** Licence seats, as the product tells them; empty when it does not. `after`: taken once the plan is applied. */
	readonly seats: readonly ReportSeats[];
	readonly posture: Posture;
	readonly firstRun: boolean;
	readonly runId: string | undefined;
	readonly startedAt: string;
	readonly finishedAt: string;
	readonly planDigest: string;
	readonly sources: readonly ReportSource[];
	readonly verdict: { readonly state: "clear" | "refused" | "overridden"; readonly breaches: readonly ReportBreach[] };
	/** Every kind that was planned, in order of execution. */
	readonly counts: readonly ReportCount[];
	readonly operations: readonly ReportOperation[];
	readonly holds: readonly ReportHold[];
	readonly rejects: readonly {
		readonly source: string;
		readonly kind: "person" | "group";
		readonly id: string;
		readonly label: string;
		readonly because: string;
	}[];
	readonly notes: readonly string[];
	/** What to do next, one command or sentence each. */
	readonly next: readonly string[];
}
export type ReportOutcome = "nothing-to-do" | "differences" | "refused" | "done" | "failures" | "stopped";
export interface ReportSource {
	readonly id: string;
	readonly kind: string;
	readonly takenAt: string;
	readonly digest: string;
	readonly people: number;
	readonly active: number;
	readonly groups: number;
	readonly memberships: number;
	readonly requests: number;
	readonly seconds: number;
}
export interface ReportSeats {
	readonly name: string;
	/** Absent: without limit. */
	readonly total?: number;
	readonly used: number;
	readonly after: number;
	/** People for whom none is left: held. */
	readonly lacking: number;
}
export interface ReportBreach {
	readonly what: string;
	readonly planned: number;
	readonly allowed: number;
	readonly message: string;
}
export interface ReportCount {
	readonly kind: OperationKind;
	readonly verb: string;
	readonly destructive: boolean;
	readonly planned: number;
	readonly done: number;
	readonly already: number;
	readonly failed: number;
	readonly unknown: number;
	readonly notRun: number;
}
export interface ReportOperation {
	readonly id: string;
	readonly kind: OperationKind;
	/** Empty for group operations. */
	readonly username: string;
	readonly person?: string;
	readonly account?: string;
	readonly group?: string;
	/** What changes, for people: `email: a@x → b@x`. */
	readonly detail: string;
	readonly because: string;
	/** Absent before applying. */
	readonly state?: "done" | "already" | "failed" | "unknown" | "not-run";
	readonly error?: string;
}
export interface ReportHold {
	readonly username: string;
	readonly person?: string;
	readonly account?: string;
	readonly wanted: string;
	readonly because: HoldReason;
	readonly detail: string;
}

/** How a rendering may look; made by app from the terminal and the flags. */
export interface Look {
	readonly colour: boolean;
	readonly width: number /** Rows to print per kind before "and N more"; undefined: all. */;
	readonly rows: number | undefined;
}
/** In chunks, since a report of 500,000 operations does not fit one string. */
export type Render = (report: Report, look: Look) => Iterable<string>;
