/** Settings of Atlassian Data Center's limiter: https://confluence.atlassian.com/conf87/_ratelimiting_httpheaders-1333822054.html */
export interface RateLimit {
	/** Bucket size: so many requests at once. */
	readonly capacity: number;
	/** Tokens that come back per interval. */
	readonly fillRate: number;
	readonly intervalSeconds: number;
}

interface Bucket {
	tokens: number;
	/** Milliseconds. */
	filledAt: number;
}

/** A token bucket per caller, with the headers that Data Center products send. */
export class RateLimiter {
	readonly limit: RateLimit;
	readonly #clock: () => number;
	readonly #buckets = new Map<string, Bucket>();

	constructor(limit: RateLimit, clock: () => number) {
		this.limit = limit;
		this.#clock = clock;
	}

	/** Takes one token; `allowed` false means 429. The headers go on every answer. */
	take(caller: string): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> } {
		const now = this.#clock();
		const interval = this.limit.intervalSeconds * 1000;
		const bucket = this.#buckets.get(caller) ?? { tokens: this.limit.capacity, filledAt: now };
		this.#buckets.set(caller, bucket);
		const fills = Math.floor((now - bucket.filledAt) / interval);
		bucket.tokens = Math.min(this.limit.capacity, bucket.tokens + fills * this.limit.fillRate);
		bucket.filledAt += fills * interval;
		const allowed = bucket.tokens >= 1;
		if (allowed) bucket.tokens -= 1;
		const wait = bucket.tokens >= 1 ? 0 : Math.ceil((bucket.filledAt + interval - now) / 1000);
		return {
			allowed,
			headers: {
				"X-RateLimit-Limit": String(this.limit.capacity),
				"X-RateLimit-Remaining": String(bucket.tokens),
				"X-RateLimit-Interval-Seconds": String(this.limit.intervalSeconds),
				"X-RateLimit-FillRate": String(this.limit.fillRate),
				"retry-after": String(wait),
			},
		};
	}
}
