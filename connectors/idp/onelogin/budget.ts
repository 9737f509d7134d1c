import { SyncError } from "../../../core/errors.ts";
import type { Headers } from "../../http/answer.ts";
import { pause } from "../../http/pause.ts";

/** What OneLogin says about the account's calls of this hour. `resetMs`: until the count begins anew. */
export interface Reading {
	readonly limit: number;
	readonly remaining: number;
	readonly resetMs: number;
}

/** After so many calls of our own without a word from the server, it is asked again: others spend too. */
const ASK_EVERY = 100;
/** No window is longer than an hour; a little more is a clock that is cut to whole seconds. */
const LONGEST_MS = 3_700_000;

export interface BudgetSettings {
	/** From 0 to 1: this much of the limit is left to others. */
	readonly reserve: number;
	/** A window that ends sooner than this is waited for; milliseconds. */
	readonly patienceMs: number;
	/** Asks OneLogin; undefined: it does not say. One call. */
	readonly ask: (signal: AbortSignal) => Promise<Reading | undefined>;
	/** Monotonic, milliseconds. */
	readonly now?: () => number;
}

/**
 * The account's hourly calls, 5,000 for all of its API clients together
 * (https://developers.onelogin.com/api-docs/2/oauth20-tokens/get-rate-limit). The newest text counts calls of version 1
 * only, older ones all calls; here all are counted. What is held in reserve is never spent.
 */
export class Budget {
	readonly #settings: BudgetSettings;
	readonly #now: () => number;
	#known: { readonly limit: number; readonly remaining: number; readonly endsAt: number } | undefined;
	#silent = false;
	/** Our calls since `#known` was said. */
	#since = 0;
	/** Requests under way: those may or may not be in what OneLogin says meanwhile. */
	#open = 0;
	#asking: Promise<void> | undefined;

	constructor(settings: BudgetSettings) {
		this.#settings = settings;
		this.#now = settings.now ?? (() => performance.now());
	}

	/** Calls that may still be made this hour, and what is kept of how many; undefined: OneLogin does not say. */
	state(): { readonly limit: number; readonly reserve: number; readonly free: number; readonly resetMs: number } | undefined {
		if (this.#known === undefined) return undefined;
		const { limit, remaining, endsAt } = this.#known;
		const reserve = Math.ceil(limit * this.#settings.reserve);
		return { limit, reserve, free: remaining - this.#since - reserve, resetMs: Math.max(0, endsAt - this.#now()) };
	}

	/**
	 * Resolves when so many calls are free, now or after a short wait; takes none. `what` they are for, in words; "" for one
	 * more. Throws `source.limited` when they are not, `run.cancelled`.
	 */
	async require(calls: number, what: string, signal: AbortSignal): Promise<void> {
		await this.#admit({ calls, what, taken: 0 }, signal);
	}

	/** Before each call, repeats included: takes one. Throws as `require` does. */
	async spend(signal: AbortSignal): Promise<void> {
		await this.#admit({ calls: 1, what: "", taken: 1 }, signal);
	}

	/** Looks and takes in one step, or two could take the last one. */
	async #admit(need: { readonly calls: number; readonly what: string; readonly taken: number }, signal: AbortSignal): Promise<void> {
		const { calls } = need;
		let patience = this.#settings.patienceMs;
		for (;;) {
			await this.#refresh(signal);
			const state = this.state();
			if (state === undefined || state.free >= calls) {
				this.#since += need.taken;
				return;
			}
			const wait = Math.ceil(state.resetMs) + 1;
			// What would not fit into a whole hour either is not waited for.
			if (wait > patience || calls > state.limit - state.reserve) throw exhausted(need, state);
			patience -= wait;
			await pause(wait, signal);
		}
	}

	/** Around everything that spends. */
	async during<T>(work: () => Promise<T>): Promise<T> {
		this.#open += 1;
		try {
			return await work();
		} finally {
			this.#open -= 1;
		}
	}

	/** What an answer says by its headers, where it says anything. */
	heard(headers: Headers): void {
		const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => wholeNumber(headers[`x-ratelimit-${name}`]));
		if (limit === undefined || limit === 0 || remaining === undefined || reset === undefined) return;
		this.#learn({ limit, remaining, resetMs: resetMsOf(reset, headers.date) });
	}

	async #refresh(signal: AbortSignal): Promise<void> {
		const over = this.#known !== undefined && this.#now() >= this.#known.endsAt;
		if (!over && this.#known !== undefined && this.#since < ASK_EVERY) return;
		if (this.#silent) return;
		this.#asking ??= this.#ask(signal).finally(() => {
			this.#asking = undefined;
		});
		await this.#asking;
	}

	async #ask(signal: AbortSignal): Promise<void> {
		const reading = await this.#settings.ask(signal);
		if (reading === undefined) this.#silent = true;
		else this.#learn(reading);
	}

	#learn({ limit, remaining, resetMs }: Reading): void {
		this.#known = { limit, remaining: Math.min(remaining, limit), endsAt: this.#now() + Math.min(Math.max(resetMs, 1), LONGEST_MS) };
		// Whoever hears this is one of those under way, and has an answer, or has not begun.
		this.#since = Math.max(0, this.#open - 1);
	}
}

function exhausted(
	need: { readonly calls: number; readonly what: string },
	state: { readonly limit: number; readonly reserve: number; readonly free: number; readonly resetMs: number },
): SyncError {
	const { limit, reserve, resetMs } = state;
	const free = Math.max(0, state.free);
	const never = need.calls > limit - reserve;
	const minutes = Math.ceil(resetMs / 60_000);
	const kept = `of the account's ${limit} calls an hour ${free} are free, with ${reserve} kept for others`;
	const cannot = need.what === "" ? "no further call can be made" : `${need.what} takes ${need.calls} calls`;
	return new SyncError("source.limited", `OneLogin: ${cannot}: ${kept}`, {
		retry: never ? "never" : "later",
		context: { needed: need.calls, free, reserve, limit, retryAfterMs: Math.ceil(resetMs) },
		todo: never
			? "A whole hour does not suffice: lower reserve, raise pageSize, leave roles or groups out (groups.read), or ask OneLogin for a higher limit."
			: `The count begins anew in ${minutes} minute${minutes === 1 ? "" : "s"}; the next run goes on then. Should this come often: sync less often, lower reserve, or see what else calls OneLogin's API.`,
	});
}

/** Seconds from now; a number that is too large for that is a moment (seconds since 1970), judged by the server's own clock. */
function resetMsOf(reset: number, date: string | undefined): number {
	if (reset <= 86_400) return reset * 1000;
	const server = Date.parse(date ?? "");
	return reset * 1000 - (Number.isNaN(server) ? Date.now() : server);
}

/** How long a 429 asks us to wait by OneLogin's own headers, in milliseconds. */
export function waitAfterLimit(headers: Headers): number | undefined {
	const reset = wholeNumber(headers["x-ratelimit-reset"]);
	return reset === undefined ? undefined : Math.max(0, resetMsOf(reset, headers.date));
}

const wholeNumber = (text: string | undefined): number | undefined => (/^\d{1,12}$/.test(text ?? "") ? Number(text) : undefined);
