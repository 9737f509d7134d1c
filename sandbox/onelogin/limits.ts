/** https://developers.onelogin.com/api-docs/2/oauth20-tokens/get-rate-limit: one count for the whole account. */
export interface HourlyLimit {
	readonly calls: number;
	/** OneLogin's is 3,600. */
	readonly windowSeconds: number;
	/** The newest text counts version 1 only. */
	readonly counts: "all" | "version 1";
}
export const publishedLimit: HourlyLimit = { calls: 5_000, windowSeconds: 3_600, counts: "all" };

/** Counts calls in fixed windows. */
export class HourlyLimiter {
	limit: HourlyLimit;
	/** How many calls were refused so far. */
	refused = 0;
	readonly #clock: () => number;
	#used = 0;
	#endsAt = 0;

	constructor(limit: HourlyLimit, clock: () => number) {
		this.limit = limit;
		this.#clock = clock;
	}

	/** In this window, by everybody. */
	used(): number {
		this.#turn();
		return this.#used;
	}

	/** As if other clients of the account had made so many calls. */
	useByOthers(calls: number): void {
		this.#turn();
		this.#used += calls;
	}

	/** False: refuse this one with 429. */
	take(path: string): boolean {
		this.#turn();
		if (this.limit.counts === "version 1" && path.startsWith("/api/2/")) return true;
		if (this.#used >= this.limit.calls) {
			this.refused += 1;
			return false;
		}
		this.#used += 1;
		return true;
	}

	/** As the page and the headers name them; the last in seconds from now. */
	state(): Readonly<Record<"X-RateLimit-Limit" | "X-RateLimit-Remaining" | "X-RateLimit-Reset", number>> {
		this.#turn();
		return {
			"X-RateLimit-Limit": this.limit.calls,
			"X-RateLimit-Remaining": Math.max(0, this.limit.calls - this.#used),
			"X-RateLimit-Reset": Math.ceil((this.#endsAt - this.#clock()) / 1000),
		};
	}

	#turn(): void {
		const now = this.#clock();
		if (now < this.#endsAt) return;
		this.#endsAt = now + this.limit.windowSeconds * 1000;
		this.#used = 0;
	}
}
