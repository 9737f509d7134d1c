import type { ProductConfig } from "../config/schema.ts";
import type { Report } from "../core/report/report.ts";
import { type Planned, planRun } from "../core/run/plan.ts";
import { reportOfPlan } from "./report-of.ts";
import type { Session } from "./settings.ts";
import { openFor, openStore, planParts, type RunFlags } from "./wiring.ts";

export interface DryRun {
	readonly planned: Planned;
	readonly report: Report;
}

/** Reads, plans and judges; has no means to write. `mode` is how the report calls it. */
export async function dryRun(
	session: Session,
	product: ProductConfig,
	about: { readonly flags: RunFlags; readonly signal: AbortSignal; readonly planFile?: string },
): Promise<DryRun> {
	const startedAt = new Date();
	const opened = await openFor(session.config, product, session.log.http);
	const store = await openStore(session.config, { readOnly: true, tell: session.tell });
	try {
		const parts = planParts(session.config, product, {
			sources: opened.sources,
			product: opened.target.product,
			mark: opened.target.mark,
			store,
			flags: about.flags,
			progress: session.progress.show,
		});
		const planned = await planRun(parts, about.signal);
		return {
			planned,
			report: reportOfPlan(planned, {
				mode: "diff",
				opened,
				startedAt,
				...(about.planFile === undefined ? {} : { planFile: about.planFile }),
			}),
		};
	} finally {
		session.progress.end();
		await Promise.all([opened.close(), store.shut()]);
	}
}
