import type { ProductConfig } from "../../config/schema.ts";
import { encodePlan } from "../../core/plan-file.ts";
import { dryRun } from "../dry-run.ts";
import { assertWritable, formatOfFile, tellReport, writeFileWhole } from "../output.ts";
import { exitOf } from "../report-of.ts";
import { oneProduct, productsOf, type Session } from "../settings.ts";
import type { RunFlags } from "../wiring.ts";
import { worst } from "../worst.ts";

/** Shows what would be done; `--out FILE.json` keeps the plan. Writes nothing on any product. */
export async function diffCommand(session: Session, flags: RunFlags, signal: AbortSignal): Promise<number> {
	const out = session.options.out ?? [];
	if (out.length > 0) oneProduct(session, "--out");
	for (const path of out) await assertWritable(path);
	const codes: number[] = [];
	for (const product of productsOf(session)) codes.push(await diffOne(session, product, { flags, signal }));
	return worst(codes);
}

async function diffOne(
	session: Session,
	product: ProductConfig,
	{ flags, signal }: { flags: RunFlags; signal: AbortSignal },
): Promise<number> {
	const [plans, reports] = [(session.options.out ?? []).filter(isPlan), (session.options.out ?? []).filter((path) => !isPlan(path))];
	const { planned, report } = await dryRun(session, product, { flags, signal, ...(plans[0] === undefined ? {} : { planFile: plans[0] }) });
	for (const path of plans) {
		await writeFileWhole(path, encodePlan(planned.plan));
		session.tell(`plan ${planned.plan.digest} written to ${path}`);
	}
	await tellReport({ ...session, options: { ...session.options, out: reports } }, report);
	return exitOf(report);
}
const isPlan = (path: string): boolean => formatOfFile(path) === "json";
