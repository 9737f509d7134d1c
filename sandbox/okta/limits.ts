/** https://developer.okta.com/docs/reference/rl-global-mgmt/: one count for each of these. */
export type Bucket = "users" | "user" | "groups" | "group" | "token" | "other";

export interface OktaLimits {
	/** Requests in one window, all clients together. */
	readonly perWindow: Readonly<Partial<Record<Bucket, number>>>;
	/** Okta's is 60. */
	readonly windowSeconds: number;
	/** How much of it one token may use; Okta's default is a half (https://developer.okta.com/docs/reference/rl2-token-oauth/). */
	readonly tokenShare: number;
}

/** As once published: https://developer.okta.com/docs/api/getting_started/rate-limits */
export const publishedLimits: OktaLimits = {
	perWindow: { users: 600, user: 2000, groups: 500, group: 1000, token: 1200, other: 1200 },
	windowSeconds: 60,
	tokenShare: 0.5,
};
export const noLimits: OktaLimits = { perWindow: {}, windowSeconds: 60, tokenShare: 1 };
const ENDLESS = 1_000_000;

interface Window {
	/** Milliseconds. */
	readonly endsAt: number;
	used: number;
	readonly byToken: Map<string, number>;
}

/** Counts requests in fixed windows that begin with the first request of each. */
export class OktaLimiter {
	limits: OktaLimits;
	/** How many requests were refused so far. */
	refused = 0;
	readonly #clock: () => number;
	readonly #windows = new Map<Bucket, Window>();

	constructor(limits: OktaLimits, clock: () => number) {
		this.limits = limits;
		this.#clock = clock;
	}

	/** The most that one token has used of the current window. */
	used(bucket: Bucket): number {
		return Math.max(0, ...(this.#windows.get(bucket)?.byToken.values() ?? []));
	}

	/** As if other clients had used so much of the current window. */
	useByOthers(bucket: Bucket, requests: number): void {
		this.#window(bucket).used += requests;
	}

	take(bucket: Bucket, token: string): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> } {
		const limit = this.limits.perWindow[bucket] ?? ENDLESS;
		const window = this.#window(bucket);
		const own = window.byToken.get(token) ?? 0;
		const allowed = window.used < limit && own < limit * this.limits.tokenShare;
		if (allowed) {
			window.used += 1;
			window.byToken.set(token, own + 1);
		} else this.refused += 1;
		return {
			allowed,
			headers: {
				"x-rate-limit-limit": String(limit),
				"x-rate-limit-remaining": String(allowed ? Math.max(0, limit - window.used) : 0),
				"x-rate-limit-reset": String(Math.ceil(window.endsAt / 1000)),
			},
		};
	}

	#window(bucket: Bucket): Window {
		const kept = this.#windows.get(bucket);
		const now = this.#clock();
		// A window ends with a whole second, as the header can say nothing else.
		if (kept !== undefined && now < Math.ceil(kept.endsAt / 1000) * 1000) return kept;
		const window = { endsAt: now + this.limits.windowSeconds * 1000, used: 0, byToken: new Map<string, number>() };
		this.#windows.set(bucket, window);
		return window;
	}
}
