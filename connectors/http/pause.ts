import { SyncError } from "../../core/errors.ts";

/** What every stopped piece of work throws. */
export const cancelled = (): SyncError => new SyncError("run.cancelled", "the run was stopped before it was finished");

/** Throws `run.cancelled` when the signal is already aborted. */
export function assertRunning(signal: AbortSignal): void {
	if (signal.aborted) throw cancelled();
}

/** Resolves after `ms` milliseconds; throws `run.cancelled` as soon as the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) return reject(cancelled());
		const stop = () => {
			clearTimeout(timer);
			reject(cancelled());
		};
		const timer = setTimeout(() => {
			signal.removeEventListener("abort", stop);
			resolve();
		}, ms);
		signal.addEventListener("abort", stop, { once: true });
	});
}
