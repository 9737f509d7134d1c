import { pause } from "../../http/pause.ts";

/** Spaces requests evenly, for servers whose limit is known and not stated by any header. Time is monotonic. */
export class Pace {
	readonly #gapMs: number;
	readonly #now: () => number;
	#next = Number.NEGATIVE_INFINITY;

	constructor(perMinute: number, now: () => number = () => performance.now()) {
		this.#gapMs = 60_000 / perMinute;
		this.#now = now;
	}

	/** Resolves when it is this request's turn. Throws `run.cancelled` when aborted while waiting. */
	async admit(signal: AbortSignal): Promise<void> {
		const wait = this.take();
		if (wait > 0) await pause(wait, signal);
	}

	/** Takes the next place; milliseconds until it has come. */
	take(): number {
		const now = this.#now();
		const at = Math.max(now, this.#next);
		this.#next = at + this.#gapMs;
		return Math.ceil(at - now);
	}
}
