import { SyncError } from "../../core/errors.ts";
import { KINDS } from "../../core/operation.ts";
import { groupOf, usernameOf } from "../../core/plan.ts";
import { visible } from "../../core/report/visible.ts";
import type { RunDetail, RunId, RunSummary } from "../../core/store/store.ts";
import { colours, print } from "../console.ts";
import { offersOnly } from "../output.ts";
import { productsOf, type Session } from "../settings.ts";
import { openStore } from "../wiring.ts";

const LISTED = 30;

/** The history, newest first; with an id everything that one run did. */
export async function runsCommand(session: Session, id: string | undefined): Promise<number> {
	offersOnly(session, "runs", ["text", "json"], { out: false });
	const store = await openStore(session.config, { readOnly: true, tell: session.tell });
	try {
		if (id !== undefined) return await tellRun(session, await store.run(id as RunId), id);
		const products = productsOf(session).map((product) => product.id);
		const runs = (await Promise.all(products.map((product) => store.runs(product, LISTED))))
			.flat()
			.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
		if (session.options.format === "json") print(session.terminal.out, JSON.stringify({ runs }, null, 2));
		else tellRuns(session, runs.slice(0, LISTED));
		return 0;
	} finally {
		await store.shut();
	}
}

function tellRuns(session: Session, runs: readonly RunSummary[]): void {
	const { out } = session.terminal;
	if (runs.length === 0) print(out, "No runs yet. A dry run (rollcall diff) leaves none; rollcall sync does.");
	for (const run of runs) print(out, lineOf(session, run));
}

function lineOf(session: Session, run: RunSummary): string {
	const colour = colours(session.terminal, session.terminal.out);
	const good = run.outcome === "done" || run.outcome === "nothing-to-do";
	const outcome = good ? colour.green(run.outcome) : run.outcome === "running" ? colour.cyan(run.outcome) : colour.red(run.outcome);
	const settled = Object.entries(run.settled)
		.map(([state, count]) => `${count} ${state}`)
		.join(", ");
	const counts = `${run.planned} planned${settled === "" ? "" : ` (${settled})`}`;
	return `${run.startedAt.toISOString()}  ${run.id}  ${run.product}  ${outcome}  ${counts}  ${colour.dim(`by ${run.trigger}`)}${run.note === undefined ? "" : `\n    ${visible(run.note)}`}`;
}

function tellRun(session: Session, run: RunDetail | undefined, id: string): number {
	if (run === undefined)
		throw new SyncError("config.invalid", `there is no run "${id}" in ${session.config.store.sqlite}`, {
			todo: "List them with `rollcall runs`.",
		});
	const { out } = session.terminal;
	if (session.options.format === "json") {
		print(out, JSON.stringify(run, null, 2));
		return 0;
	}
	print(out, lineOf(session, run));
	print(out, `plan ${run.planDigest}`);
	for (const breach of run.breaches) print(out, `  guard: ${visible(breach)}`);
	for (const { operation, settlement, intendedAt } of run.entries) {
		const what = [KINDS[operation.kind].verb, usernameOf(operation), groupOf(operation)].filter((word) => word !== "").join(" ");
		const how =
			settlement === undefined
				? "begun, no outcome recorded"
				: "error" in settlement
					? `${settlement.state}: ${settlement.error.message}`
					: settlement.state;
		print(out, `  ${intendedAt.toISOString()}  ${visible(what)}  ${visible(how)}`);
	}
	return 0;
}
