import { EXIT } from "../core/errors.ts";
import { buildReport } from "../core/report/build.ts";
import type { Report } from "../core/report/report.ts";
import type { Planned } from "../core/run/plan.ts";
import type { SyncResult } from "../core/run/sync.ts";
import type { Opened } from "./wiring.ts";

interface About {
	readonly mode: Report["mode"];
	readonly opened: Opened;
	readonly startedAt: Date;
	readonly planFile?: string;
	readonly next?: readonly string[];
}

/** The report of a dry run. */
export function reportOfPlan(planned: Planned, about: About): Report {
	return buildReport({ ...common(planned, about), plan: planned.plan, verdict: planned.verdict });
}

/** The report of a run that could write. */
export function reportOfRun(result: SyncResult, about: About): Report {
	const recovered = result.recovered.map((run) => `Run ${run} had been cut off; what it had begun counts as unknown and was read back.`);
	return buildReport({
		...common(result.planned, about),
		plan: result.plan,
		verdict: result.verdict,
		settlements: result.settlements,
		stopped: result.outcome === "stopped",
		runId: result.run,
		notes: [...recovered, ...result.planned.desired.notes],
	});
}

function common(planned: Planned, { mode, opened, startedAt, planFile, next }: About) {
	const { actual, can, snapshots, desired } = planned;
	const accounts = [...actual.value.accounts.values()];
	const { product } = opened.target;
	return {
		mode,
		product: {
			kind: product.kind,
			server: can.server,
			accounts: accounts.length,
			active: accounts.filter((a) => a.active).length,
			groups: actual.value.groups.size,
			requests: product.requests(),
			seconds: actual.seconds,
		},
		sources: snapshots.map(({ value, seconds }, index) => ({
			connector: value.connector,
			digest: value.digest,
			size: value.size,
			kind: opened.sources[index]!.kind,
			takenAt: value.takenAt,
			requests: opened.sources[index]!.requests(),
			seconds,
			rejects: value.rejects,
		})),
		startedAt,
		finishedAt: new Date(),
		notes: desired.notes,
		...(planFile === undefined ? {} : { planFile }),
		...(next === undefined ? {} : { next }),
	};
}

/** A dry run says "differences"; a run says whether it did what it found. */
export function exitOf(report: Report): number {
	// The guard let pass what there are seats for, and stopped the rest.
	const seatless = report.holds.some((hold) => hold.because === "no-seat");
	if (seatless && report.outcome !== "failures" && report.outcome !== "stopped") return EXIT.refused;
	switch (report.outcome) {
		case "nothing-to-do":
		case "done":
			return EXIT.done;
		case "differences":
			return EXIT.differences;
		case "refused":
			return EXIT.refused;
		case "failures":
		case "stopped":
			return EXIT.failures;
	}
}
