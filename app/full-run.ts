import type { ProductConfig } from "../config/schema.ts";
import type { StopSignals } from "../core/apply/apply.ts";
import type { Plan } from "../core/plan.ts";
import type { Report } from "../core/report/report.ts";
import { LEASE_MS } from "../core/run/lease.ts";
import type { Planned } from "../core/run/plan.ts";
import { type SyncParts, syncRun } from "../core/run/sync.ts";
import { reportOfPlan, reportOfRun } from "./report-of.ts";
import type { Session } from "./settings.ts";
import { holderName, openFor, openStore, planParts, type RunFlags } from "./wiring.ts";

export interface FullRun {
	readonly flags: RunFlags;
	readonly signals: StopSignals;
	/** `cli`, `systemd` or `daemon`, for the history. */
	readonly trigger: string;
	/** Asked with the report of the plan before anything is written. */
	readonly approve: (report: Report) => Promise<boolean>;
	readonly approved?: { readonly plan: Plan; readonly file: string };
}

/** One whole run of one product, from opening the connections to closing them. */
export async function fullRun(session: Session, product: ProductConfig, run: FullRun): Promise<Report> {
	const startedAt = new Date();
	const mode = run.approved === undefined ? "sync" : "apply";
	const store = await openStore(session.config, { readOnly: false, tell: session.tell });
	const opened = await openFor(session.config, product, session.log.http);
	const about = { mode, opened, startedAt, ...(run.approved ? { planFile: run.approved.file } : {}) } as const;
	const { permit, product: target } = opened.target;
	try {
		const parts: SyncParts = {
			...planParts(session.config, product, {
				sources: opened.sources,
				product: target,
				mark: opened.target.mark,
				store,
				flags: run.flags,
				progress: session.progress.show,
			}),
			product: target,
			store,
			permit,
			holder: holderName(),
			trigger: run.trigger,
			errorBudget: product.errorBudget,
			// What the lease must still be good for before each request. One that takes longer is covered by the lease's beat.
			requestMs: Math.min(product.network.timeoutMs, LEASE_MS / 4),
			approve: (planned: Planned) => run.approve(reportOfPlan(planned, about)),
			...(run.approved ? { approved: run.approved.plan } : {}),
		};
		return reportOfRun(await syncRun(parts, run.signals), about);
	} finally {
		session.progress.end();
		await Promise.all([opened.close(), store.shut()]);
	}
}
