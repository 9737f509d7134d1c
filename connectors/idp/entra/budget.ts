import { pause } from "../../http/pause.ts";

/**
 * Half of what the smallest tenant grants an application (3,500 resource units in 10 s; a large one has 8,000), so that the
 * tenant's other applications keep theirs: https://learn.microsoft.com/graph/throttling-limits
 */
const UNITS = { each: 1_750, windowMs: 10_000 } as const;

/** Spends resource units at a steady rate: what a window grants at most at once, then as much as flows back. Time is monotonic. */
export class Budget {
	readonly #each: number;
	readonly #windowMs: number;
	readonly #now: () => number;
	#left: number;
	#at: number;

	constructor(budget: { readonly each: number; readonly windowMs: number } = UNITS, now: () => number = () => performance.now()) {
		this.#each = budget.each;
		this.#windowMs = budget.windowMs;
		this.#now = now;
		this.#left = budget.each;
		this.#at = now();
	}

	/** Milliseconds until so many units may be spent; takes them at once, so that the next in line waits longer. */
	take(units: number): number {
		const now = this.#now();
		this.#left = Math.min(this.#each, this.#left + ((now - this.#at) / this.#windowMs) * this.#each);
		this.#at = now;
		this.#left -= units;
		return this.#left >= 0 ? 0 : Math.ceil((-this.#left / this.#each) * this.#windowMs);
	}

	/** The server says what it really cost. */
	correct(estimated: number, stated: number): void {
		this.#left += estimated - stated;
	}

	async spend(units: number, signal: AbortSignal): Promise<void> {
		const wait = this.take(units);
		if (wait > 0) await pause(wait, signal);
	}
}

/** How near the limit the tenant is with this application: sent from 0.8 on, 1 is the limit. Milliseconds to hold back. */
export function holdBackMs(headers: Readonly<Record<string, string>>): number {
	const share = Number(headers["x-ms-throttle-limit-percentage"] ?? 0);
	return share >= 0.8 ? Math.min(10_000, 1_000 + (share - 0.8) * 20_000) : 0;
}
