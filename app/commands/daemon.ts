import type { ScheduledTask } from "node-cron";
import type { ProductConfig } from "../../config/schema.ts";
import { asSyncError, exitCode, SyncError } from "../../core/errors.ts";
import { fullRun } from "../full-run.ts";
import { notifySystemd } from "../notify.ts";
import { offersOnly } from "../output.ts";
import { exitOf } from "../report-of.ts";
import { productsOf, type Session } from "../settings.ts";
import type { Stopping } from "../signals.ts";

/** Runs each product on its own schedule until it is told to stop. A product's runs never overlap; a failed run waits for its next turn. */
export async function daemonCommand(session: Session, signals: Stopping, { runNow }: { readonly runNow: boolean }): Promise<number> {
	offersOnly(session, "daemon", ["text"], { out: false });
	const scheduled = productsOf(session).filter((product) => product.schedule !== undefined);
	if (scheduled.length === 0)
		throw new SyncError("config.invalid", `no product in ${session.config.file} has a schedule, so there is nothing to wait for`, {
			todo: 'Add for example schedule: "*/15 * * * *" to a product.',
		});
	const turns = new Turns(session, signals);
	const { schedule } = await import("node-cron");
	const tasks = scheduled.map((product) => {
		const task = schedule(product.schedule!, () => turns.take(product), { timezone: product.timeZone, noOverlap: true, name: product.id });
		task.on("execution:overlap", () => session.log.warn({ product: product.id }, "the last run is still going; this turn is left out"));
		session.log.info({ product: product.id, schedule: product.schedule, timeZone: product.timeZone, next: nextOf(task) }, "scheduled");
		return task;
	});
	await notifySystemd(session, ["--ready", `--status=${scheduled.length} ${scheduled.length === 1 ? "product" : "products"} scheduled`]);
	if (runNow) for (const product of scheduled) void turns.take(product);
	await new Promise<void>((resolve) =>
		signals.stop.aborted ? resolve() : signals.stop.addEventListener("abort", () => resolve(), { once: true }),
	);
	await notifySystemd(session, ["--stopping"]);
	await Promise.all(tasks.map((task) => task.destroy()));
	await turns.idle();
	session.log.info({}, "stopped");
	return 0;
}

const nextOf = (task: ScheduledTask): string | undefined => task.getNextRun()?.toISOString();

/** One run of one product after another, each product with at most one under way. */
class Turns {
	readonly #session: Session;
	readonly #signals: Stopping;
	readonly #running = new Map<string, Promise<void>>();

	constructor(session: Session, signals: Stopping) {
		this.#session = session;
		this.#signals = signals;
	}
	/** Never rejects: what goes wrong is logged, and the next turn comes all the same. */
	take(product: ProductConfig): Promise<void> {
		const running = this.#running.get(product.id);
		if (running !== undefined) return running;
		const turn = this.#run(product).finally(() => this.#running.delete(product.id));
		this.#running.set(product.id, turn);
		return turn;
	}
	async idle(): Promise<void> {
		await Promise.all(this.#running.values());
	}

	async #run(product: ProductConfig): Promise<void> {
		if (this.#signals.stop.aborted) return;
		const { log } = this.#session;
		log.info({ product: product.id }, "run begins");
		try {
			const report = await fullRun(this.#session, product, {
				flags: { firstRunRemovals: false },
				signals: this.#signals,
				trigger: "daemon",
				approve: async () => true,
			});
			const counts = Object.fromEntries(report.counts.map((count) => [count.kind, count.done]));
			const fields = {
				product: product.id,
				run: report.runId,
				outcome: report.outcome,
				plan: report.planDigest,
				counts,
				holds: report.holds.length,
				exit: exitOf(report),
			};
			if (exitOf(report) >= 3) log.error({ ...fields, breaches: report.verdict.breaches.map((b) => b.message) }, report.headline);
			else log.info(fields, report.headline);
		} catch (error) {
			const failure = asSyncError(error);
			log.error(
				{
					product: product.id,
					code: failure.code,
					exit: exitCode(failure.code),
					todo: failure.todo,
					...(failure.code === "bug" ? { stack: failure.stack } : {}),
				},
				failure.message,
			);
		}
	}
}
