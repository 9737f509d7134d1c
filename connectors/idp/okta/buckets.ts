import type { Headers } from "../../http/answer.ts";
import { assertRunning } from "../../http/pause.ts";

/** Okta counts requests per endpoint; these are the ones used here. */
export type BucketName = "people" | "person" | "groups" | "members" | "roles";

/** A little of each bucket is never touched, whoever has used the rest. */
const UNTOUCHED = 0.05;
/** No window is longer than a minute (https://developer.okta.com/docs/reference/rate-limits/); a longer wait is a clock that is wrong. */
const LONGEST_MS = 90_000;

/** What the headers of one answer say. `waitMs`: until the window is over, by the server's own clock. */
interface Reading {
	readonly limit: number;
	readonly remaining: number;
	readonly window: number;
	readonly waitMs: number;
}

/**
 * Keeps within the rate limits before Okta has to say no. Of each bucket only a share is used in one window, and nothing
 * when others have left little; the rest waits for the next window, which the headers name
 * (https://developer.okta.com/docs/reference/rl2-monitor/).
 */
export class Buckets {
	readonly #share: number;
	readonly #buckets = new Map<BucketName, Bucket>();

	constructor(share: number) {
		this.#share = share;
	}

	/** Resolves when a request may be sent; it must be followed by `answered` or `lost`. Throws `run.cancelled`. */
	async admit(name: BucketName, signal: AbortSignal): Promise<void> {
		const bucket = this.#of(name);
		assertRunning(signal);
		for (let wait = bucket.enter(this.#share); wait > 0; wait = bucket.enter(this.#share)) {
			await bucket.news(wait, signal);
			assertRunning(signal);
		}
	}

	answered(name: BucketName, headers: Headers): void {
		this.#of(name).leave(readingOf(headers), true);
	}

	/** No answer came. */
	lost(name: BucketName): void {
		this.#of(name).leave(undefined, false);
	}

	/** Requests a minute that Okta grants, and how many of them are used here; undefined: not known yet. */
	allowance(name: BucketName): { readonly limit: number; readonly ours: number } | undefined {
		const limit = this.#of(name).limit;
		return limit === undefined ? undefined : { limit, ours: shareOf(limit, this.#share) };
	}

	#of(name: BucketName): Bucket {
		const bucket = this.#buckets.get(name) ?? new Bucket();
		this.#buckets.set(name, bucket);
		return bucket;
	}
}

const shareOf = (limit: number, share: number): number => Math.max(1, Math.floor(limit * share));

class Bucket {
	limit: number | undefined;
	#remaining = Number.POSITIVE_INFINITY;
	/** Ours in this window, those under way left out. */
	#used = 0;
	#underWay = 0;
	/** By the server's count of seconds; tells windows apart. */
	#window = 0;
	/** By the monotonic clock. */
	#endsAt = 0;
	/** Until the first answer nobody knows how much is granted: one request goes ahead. */
	#known = false;
	readonly #waiting = new Set<() => void>();

	/** 0: entered. Otherwise milliseconds after which it is worth asking again, if no answer comes before. */
	enter(share: number): number {
		if (!this.#known && this.#underWay > 0) return LONGEST_MS;
		const left = this.#endsAt - performance.now();
		if (left <= 0) {
			this.#used = 0;
			this.#remaining = Number.POSITIVE_INFINITY;
		}
		const limit = this.limit ?? Number.POSITIVE_INFINITY;
		const spare = this.#remaining - this.#underWay > (Number.isFinite(limit) ? Math.ceil(limit * UNTOUCHED) : 0);
		const free = this.#used + this.#underWay < shareOf(limit, share);
		if (free && (spare || left <= 0)) {
			this.#underWay += 1;
			return 0;
		}
		// A new window whose first answers are still under way: they will name its end.
		return left > 0 ? Math.ceil(left) : LONGEST_MS;
	}

	/** Resolves with the next answer, after `ms` milliseconds, or when the signal aborts. */
	news(ms: number, signal: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			const done = () => {
				clearTimeout(timer);
				this.#waiting.delete(done);
				signal.removeEventListener("abort", done);
				resolve();
			};
			const timer = setTimeout(done, ms);
			this.#waiting.add(done);
			signal.addEventListener("abort", done, { once: true });
		});
	}

	leave(reading: Reading | undefined, answered: boolean): void {
		this.#underWay -= 1;
		this.#used += 1;
		this.#known ||= answered;
		this.#note(reading);
		for (const wake of [...this.#waiting]) wake();
	}

	#note(reading: Reading | undefined): void {
		if (reading === undefined || reading.window < this.#window) return;
		if (reading.window > this.#window) {
			this.#used = 1;
			this.#remaining = Number.POSITIVE_INFINITY;
		}
		this.#window = reading.window;
		this.limit = reading.limit;
		this.#remaining = Math.min(this.#remaining, reading.remaining);
		this.#endsAt = performance.now() + Math.min(reading.waitMs, LONGEST_MS);
	}
}

function readingOf(headers: Headers): Reading | undefined {
	const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => wholeNumber(headers[`x-rate-limit-${name}`]));
	// With too many requests at once the first two are 0 and the third is a guess.
	if (limit === undefined || limit === 0 || remaining === undefined || reset === undefined) return undefined;
	return { limit, remaining, window: reset, waitMs: untilReset(headers, reset) };
}

/** One second more than stated: both clocks are cut to whole seconds. */
function untilReset(headers: Headers, reset: number): number {
	const server = Date.parse(headers.date ?? "");
	return Math.max(0, reset * 1000 - (Number.isNaN(server) ? Date.now() : server) + 1000);
}

const wholeNumber = (text: string | undefined): number | undefined => (/^\d{1,12}$/.test(text ?? "") ? Number(text) : undefined);

/** How long a 429 asks us to wait by Okta's own headers, in milliseconds; undefined when there were too many requests at once, or nothing was said. */
export const waitAfterLimit = (headers: Headers): number | undefined => readingOf(headers)?.waitMs;
