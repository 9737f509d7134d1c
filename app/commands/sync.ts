import type { ProductConfig } from "../../config/schema.ts";
import { SyncError } from "../../core/errors.ts";
import { renderer } from "../../core/report/choose.ts";
import type { Report } from "../../core/report/report.ts";
import { lookOf, write } from "../console.ts";
import { eachProduct } from "../each-product.ts";
import { fullRun } from "../full-run.ts";
import { assertWritable } from "../output.ts";
import { ask } from "../prompt.ts";
import type { Session } from "../settings.ts";
import type { Stopping } from "../signals.ts";
import type { RunFlags } from "../wiring.ts";
import { diffCommand } from "./diff.ts";

export interface SyncFlags extends RunFlags {
	readonly dryRun: boolean;
}

/** Reads, plans, asks (or `--yes`), applies. Every product in turn; one that fails does not keep the others from theirs. */
export async function syncCommand(session: Session, flags: SyncFlags, signals: Stopping): Promise<number> {
	if (flags.dryRun) return diffCommand(session, flags, signals.stop);
	for (const path of session.options.out ?? []) await assertWritable(path);
	needsSomebodyToAsk(session);
	return eachProduct(session, signals.stop, (product) => syncOne(session, product, { flags, signals }));
}

function syncOne(session: Session, product: ProductConfig, { flags, signals }: { flags: RunFlags; signals: Stopping }): Promise<Report> {
	return fullRun(session, product, {
		flags,
		signals,
		trigger: session.terminal.env.INVOCATION_ID === undefined ? "cli" : "systemd",
		approve: async (plan) => {
			if (session.options.yes) return true;
			session.progress.end();
			await write(session.terminal.err, renderer("text")(plan, lookOf(session.terminal)));
			const total = plan.operations.length;
			return ask(session.terminal, `Apply ${total === 1 ? "this operation" : `these ${total} operations`} to ${product.id}?`);
		},
	});
}

function needsSomebodyToAsk({ options, terminal, config }: Session): void {
	if (options.yes || terminal.input.isTTY) return;
	if ([...config.products.values()].every((product) => product.posture === "observe")) return;
	throw new SyncError("config.invalid", "sync was started without a terminal and without --yes, so nobody can be asked", {
		todo: "Add --yes (timers and scripts do), or look first: rollcall diff.",
	});
}
