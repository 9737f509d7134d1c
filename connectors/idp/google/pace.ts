import { pause } from "../../http/pause.ts";

/** How many may go out at once after a rest: a sixth of a minute's share. */
const BURST = 1 / 6;

/**
 * Keeps below a number of requests in any minute, so that Google's quota, of which no header says how much is left, is not
 * used up: some at once, the others evenly. Time is monotonic.
 */
export class Pace {
	readonly #perMs: number;
	readonly #burst: number;
	#tokens: number;
	#filledAt: number;
	readonly #now: () => number;

	constructor(perMinute: number, now: () => number = () => performance.now()) {
		this.#now = now;
		this.#burst = Math.max(1, perMinute * BURST);
		this.#perMs = Math.max(1, perMinute - this.#burst) / 60_000;
		this.#tokens = this.#burst;
		this.#filledAt = now();
	}

	/** Resolves when it is this request's turn. Throws `run.cancelled` when aborted while waiting. */
	async admit(signal: AbortSignal): Promise<void> {
		const wait = this.take();
		if (wait > 0) await pause(wait, signal);
	}

	/** Takes the next place; milliseconds until it has come. */
	take(): number {
		const now = this.#now();
		this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) * this.#perMs);
		this.#filledAt = now;
		this.#tokens -= 1;
		return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#perMs);
	}
}
