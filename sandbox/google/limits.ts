import type { QuotaReason } from "./refusals.ts";

/** Google's is 2,400 a minute for each user of a project: https://developers.google.com/admin-sdk/directory/v1/limits */
export interface GoogleQuota {
	perMinute: number;
	status: 403 | 429;
	reason: QuotaReason;
}

/** Counts by the user that the token stands for, in windows of a minute. */
export class QuotaDesk {
	readonly quota: GoogleQuota;
	readonly #clock: () => number;
	readonly #windows = new Map<string, { startedAt: number; used: number }>();
	refused = 0;

	constructor(quota: Partial<GoogleQuota>, clock: () => number) {
		this.quota = { perMinute: Number.POSITIVE_INFINITY, status: 403, reason: "quotaExceeded", ...quota };
		this.#clock = clock;
	}

	allows(user: string): boolean {
		const now = this.#clock();
		let window = this.#windows.get(user);
		if (window === undefined || now - window.startedAt >= 60_000) {
			window = { startedAt: now, used: 0 };
			this.#windows.set(user, window);
		}
		window.used += 1;
		if (window.used <= this.quota.perMinute) return true;
		this.refused += 1;
		return false;
	}
}
