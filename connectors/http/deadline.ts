import { cancelled } from "./pause.ts";

/** A signal that aborts with the run, or when the time is up. `release` in every case, or the run's signal keeps growing. */
export interface Deadline {
	readonly signal: AbortSignal;
	passed(): boolean;
	release(): void;
}
/** Not `AbortSignal.any`: the run's signal lives for hours, and every request would hang one more on it. */
export function deadline(ms: number, outer: AbortSignal): Deadline {
	if (outer.aborted) throw cancelled();
	const controller = new AbortController();
	let late = false;
	const timer = setTimeout(() => {
		late = true;
		controller.abort();
	}, ms);
	const stop = () => controller.abort();
	outer.addEventListener("abort", stop, { once: true });
	return {
		signal: controller.signal,
		passed: () => late && !outer.aborted,
		release: () => {
			clearTimeout(timer);
			outer.removeEventListener("abort", stop);
		},
	};
}
