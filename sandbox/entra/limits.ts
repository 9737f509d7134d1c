/** Microsoft Graph's throttling of the identity service: https://learn.microsoft.com/graph/throttling-limits */
export interface UnitLimit {
	/** Resource units in each window. */
	readonly units: number;
	readonly seconds: number;
}

/** Resource units of a request: a base cost by path, one less with $select, one less with $top below 20, one more with $expand, never below 1. */
export function costOf(segments: readonly string[], query: URLSearchParams): number {
	const last = segments.at(-1) ?? "";
	const members = segments.includes("members");
	const base = segments.includes("transitiveMembers") ? 5 : members ? 3 : segments[1] === "users" && last !== "delta" ? 2 : 1;
	const select = query.has("$select") ? 1 : 0;
	const small = query.has("$top") && Number(query.get("$top")) < 20 ? 1 : 0;
	return Math.max(1, base - select - small + (query.has("$expand") ? 1 : 0));
}

/** Counts units in windows of fixed length, for all callers together. */
export class UnitWindow {
	limit: UnitLimit;
	readonly #clock: () => number;
	#startedAt = 0;
	#spent = 0;
	/** The most that was spent in one window. */
	peak = 0;

	constructor(limit: UnitLimit, clock: () => number) {
		this.limit = limit;
		this.#clock = clock;
	}

	/** Seconds to wait; undefined: there was room. */
	spend(units: number): number | undefined {
		const now = this.#clock();
		const length = this.limit.seconds * 1000;
		if (now - this.#startedAt >= length) {
			this.#startedAt = now;
			this.#spent = 0;
		}
		if (this.#spent + units > this.limit.units) return Math.max(1, Math.ceil((this.#startedAt + length - now) / 1000));
		this.#spent += units;
		this.peak = Math.max(this.peak, this.#spent);
		return undefined;
	}
}
