import { SyncError } from "../../core/errors.ts";
import { pause } from "./pause.ts";

/** `attempts` counts the first try. Waits are milliseconds; `budgetMs` bounds the sum of all waits. */
export interface RetryPolicy {
	readonly attempts: number;
	readonly baseMs: number;
	readonly capMs: number;
	readonly budgetMs: number;
}

/** Six tries within two minutes of waiting: rides out a restart of a load balancer, not one of Jira. */
export const PATIENT: RetryPolicy = { attempts: 6, baseMs: 250, capMs: 20_000, budgetMs: 120_000 };

/**
 * Repeats `work` while it throws a SyncError with retry "later" and a known outcome. Waits what the server stated
 * (`context.retryAfterMs`), otherwise exponentially with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). The last error comes out with retry
 * "spent", so that nobody outside starts over. A wait that the budget has no room for is not begun.
 */
export async function retrying<T>(work: () => Promise<T>, policy: RetryPolicy, signal: AbortSignal): Promise<T> {
	let waited = 0;
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof SyncError) || error.retry !== "later" || error.outcomeUnknown) throw error;
			const wait = waitAfter(error, attempt, policy);
			if (attempt >= policy.attempts || waited + wait > policy.budgetMs) throw spent(error, attempt);
			waited += wait;
			await pause(wait, signal);
		}
	}
}

function waitAfter(error: SyncError, attempt: number, policy: RetryPolicy): number {
	const stated = error.context.retryAfterMs;
	if (typeof stated === "number" && stated >= 0) return stated;
	return Math.random() * Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1));
}

function spent(error: SyncError, attempts: number): SyncError {
	const message = attempts > 1 ? `${error.message} (tried ${attempts} times)` : error.message;
	return new SyncError(error.code, message, {
		retry: "spent",
		context: { ...error.context, attempts },
		cause: error,
		...(error.todo === undefined ? {} : { todo: error.todo }),
	});
}
