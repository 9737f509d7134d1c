import { encodePlan } from "../../core/plan-file.ts";
import { dryRun } from "../dry-run.ts";
import { eachProduct } from "../each-product.ts";
import { assertWritable, formatOfFile, writeFileWhole } from "../output.ts";
import { oneProduct, type Session } from "../settings.ts";
import type { RunFlags } from "../wiring.ts";

/** Shows what would be done; `--out FILE.json` keeps the plan. Writes nothing on any product. */
export async function diffCommand(session: Session, flags: RunFlags, signal: AbortSignal): Promise<number> {
	const out = session.options.out ?? [];
	const plans = out.filter(isPlan);
	if (plans.length > 0) oneProduct(session, "--out PLAN.json");
	for (const path of out) await assertWritable(path);
	const reports = { ...session, options: { ...session.options, out: out.filter((path) => !isPlan(path)) } };
	return eachProduct(reports, signal, async (product) => {
		const { planned, report } = await dryRun(session, product, {
			flags,
			signal,
			...(plans[0] === undefined ? {} : { planFile: plans[0] }),
		});
		for (const path of plans) {
			await writeFileWhole(path, encodePlan(planned.plan));
			session.tell(`plan ${planned.plan.digest} written to ${path}`);
		}
		return report;
	});
}

const isPlan = (path: string): boolean => formatOfFile(path) === "json";
