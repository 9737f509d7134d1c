import { pause } from "../../http/pause.ts";
import type { RetryPolicy } from "../../http/retry.ts";

/** How many may go out at once after a rest: a sixth of a minute's share. */
const BURST = 1 / 6;
/** After a 429 that does not say how long to wait: one second, then twice as long each time. */
const REST = { baseMs: 1_000, capMs: 60_000 };

/**
 * Keeps below a number of requests a minute, some at once and the others evenly: JumpCloud publishes no limit, states none
 * in its answers, and blocks addresses that it takes for abuse. A 429 that names no wait makes everybody rest. Time is monotonic.
 */
export class Pace {
	readonly #perMs: number;
	readonly #burst: number;
	readonly #rest: Pick<RetryPolicy, "baseMs" | "capMs">;
	readonly #now: () => number;
	#tokens: number;
	#filledAt: number;
	#refusals = 0;
	#restsUntil = 0;

	constructor(perMinute: number, rest: Pick<RetryPolicy, "baseMs" | "capMs"> = REST, now: () => number = () => performance.now()) {
		this.#now = now;
		this.#rest = rest;
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
		const turn = this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#perMs);
		return Math.max(turn, Math.ceil(this.#restsUntil - now), 0);
	}

	/** Refused without a stated wait. Requests that were refused together rest once. */
	refused(): void {
		const now = this.#now();
		if (now < this.#restsUntil) return;
		const ms = Math.min(this.#rest.capMs, this.#rest.baseMs * 2 ** this.#refusals);
		this.#refusals += 1;
		this.#restsUntil = now + ms;
	}

	/** Answered: the next rest is a short one again. */
	answered(): void {
		if (this.#now() >= this.#restsUntil) this.#refusals = 0;
	}
}
