/** JumpCloud publishes none; 429 is among its answers (https://jumpcloud.com/support/best-practices-jumpcloud-api). */
export interface JumpCloudLimits {
	/** Requests of one credential in one window. */
	perWindow: number;
	windowMs: number;
	/** Whether a refusal says how long to wait. */
	statesWait: boolean;
}

/** Counts requests in fixed windows that begin with the first request of each. */
export class JumpCloudLimiter {
	readonly limits: JumpCloudLimits;
	/** How many requests were refused so far. */
	refused = 0;
	readonly #clock: () => number;
	readonly #windows = new Map<string, { readonly endsAt: number; used: number }>();

	constructor(limits: JumpCloudLimits, clock: () => number) {
		this.limits = limits;
		this.#clock = clock;
	}

	/** The headers of a refusal, or undefined: let in. */
	take(credential: string): Readonly<Record<string, string>> | undefined {
		const now = this.#clock();
		let window = this.#windows.get(credential);
		if (window === undefined || now >= window.endsAt) {
			window = { endsAt: now + this.limits.windowMs, used: 0 };
			this.#windows.set(credential, window);
		}
		window.used += 1;
		if (window.used <= this.limits.perWindow) return undefined;
		this.refused += 1;
		return this.limits.statesWait ? { "retry-after": String(Math.ceil((window.endsAt - now) / 1_000)) } : {};
	}
}
