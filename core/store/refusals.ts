import { SyncError } from "../errors.ts";
import type { AccountId, Digest, PersonKey } from "../model.ts";
import type { Lease, RunId } from "./store.ts";

/** What every store says when it refuses, in the same words whatever database is behind it. */

export type LeaseName = Pick<Lease, "name" | "token">;

export function leaseLost({ name, token }: LeaseName): SyncError {
	return new SyncError("store.lease-lost", `the lease "${name}" (grant ${token}) is no longer ours: nothing was written`, {
		context: { lease: name, token },
		todo: "Nothing to repair: another process took over after this one had been silent for too long, or this run had given the lease back. Its operations are in `rollcall runs`; the next run picks up what is missing.",
	});
}

export function marginTooLong({ name }: LeaseName, marginMs: number, ttlMs: number): SyncError {
	return new SyncError("bug", `the lease "${name}" lasts ${ttlMs} ms and can never be held for ${marginMs} ms longer`, {
		context: { lease: name, ttlMs, marginMs },
		todo: "Please report this: the lease must outlast the longest request.",
	});
}

/** One account answers to one person; taking it away from somebody silently would be a take-over. */
export function accountTaken(account: AccountId, wanted: PersonKey, owner: PersonKey): SyncError {
	return new SyncError("bug", `account ${account} is linked to ${owner}; it was not linked to ${wanted} as well`, {
		context: { account, wanted, owner },
		todo: "Please report this with the plan: only the same person in a further source (origin merged) may share an account.",
	});
}

export function runNotOpen(run: RunId): SyncError {
	return new SyncError("bug", `run ${run} is not open: nothing was written`, { context: { run }, todo: "Please report this." });
}

export function notInRun(run: RunId, operation: Digest): SyncError {
	return new SyncError("bug", `operation ${operation} was neither intended in run ${run} nor in its plan`, {
		context: { run, operation },
		todo: "Please report this.",
	});
}

/** How an operation ended that was intended in a run which ended without hearing of it. */
export const NEVER_HEARD = {
	code: "run.cancelled",
	message: "the run ended before an answer came: whether the product did it is not known",
	todo: "Nothing to do: the next run compares again and finishes what is missing.",
} as const;
