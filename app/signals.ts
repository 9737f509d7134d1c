import type { StopSignals } from "../core/apply/apply.ts";
import { print, type Terminal } from "./console.ts";

export interface Stopping extends StopSignals, Disposable {}

/** First SIGINT or SIGTERM: start nothing more and end cleanly. Second: give up what is under way too. */
export function stopOnSignals(terminal: Terminal): Stopping {
	const stop = new AbortController();
	const abort = new AbortController();
	const heard = (signal: NodeJS.Signals): void => {
		if (stop.signal.aborted) {
			print(terminal.err, `${signal} again: giving up what is under way.`);
			abort.abort();
			return;
		}
		print(terminal.err, `${signal}: finishing what is under way, then stopping (once more to give it up).`);
		stop.abort();
	};
	const signals = ["SIGINT", "SIGTERM"] as const;
	for (const signal of signals) process.on(signal, heard);
	return {
		stop: stop.signal,
		abort: abort.signal,
		[Symbol.dispose]: () => {
			for (const signal of signals) process.off(signal, heard);
		},
	};
}
