import { readFile } from "node:fs/promises";
import { SyncError } from "../../core/errors.ts";
import type { ProductId } from "../../core/model.ts";
import { decodePlan } from "../../core/plan-file.ts";
import { fullRun } from "../full-run.ts";
import { assertWritable, tellReport } from "../output.ts";
import { exitOf } from "../report-of.ts";
import type { Session } from "../settings.ts";
import type { Stopping } from "../signals.ts";
import type { RunFlags } from "../wiring.ts";

/** Applies exactly the plan in a file: naming it is the approval. What drifted since it was made is skipped, with a reason. */
export async function applyCommand(
	session: Session,
	file: string,
	{ flags, signals }: { flags: RunFlags; signals: Stopping },
): Promise<number> {
	for (const path of session.options.out ?? []) await assertWritable(path);
	const wanted = session.options.product;
	const plan = decodePlan(await textOf(file), { path: file, ...(wanted === undefined ? {} : { product: wanted as ProductId }) });
	const product = session.config.products.get(plan.product);
	if (product === undefined)
		throw new SyncError(
			"config.invalid",
			`plan file ${file} is for the product "${plan.product}", which ${session.config.file} does not have`,
			{ todo: `Products there: ${[...session.config.products.keys()].join(", ")}.` },
		);
	if (product.posture === "observe")
		throw new SyncError("config.invalid", `the posture of "${product.id}" is observe, so nothing may be applied`, {
			todo: "Set posture: additive or mirror in the configuration, and make the plan anew with `rollcall diff --out FILE`.",
		});
	if (plan.posture !== product.posture)
		throw new SyncError(
			"config.invalid",
			`plan file ${file} was made with posture ${plan.posture}; the configuration now says ${product.posture}`,
			{ todo: "Make the plan anew with `rollcall diff --out FILE`." },
		);
	const report = await fullRun(session, product, { flags, signals, trigger: "cli", approve: async () => true, approved: { plan, file } });
	await tellReport(session, report);
	return exitOf(report);
}

async function textOf(file: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new SyncError("config.invalid", `cannot read the plan file ${file}: ${code ?? (error as Error).message}`, {
			cause: error,
			todo: "Make one with `rollcall diff --out FILE`.",
		});
	}
}
