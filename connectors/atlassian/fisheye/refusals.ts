import { type Code, SyncError } from "../../../core/errors.ts";

interface Reading {
	readonly says: RegExp;
	readonly code: Code;
	readonly todo: string;
}

/** Sentences of Crowd's library, which Fisheye keeps its accounts with. Any other is shown as it is. */
const READINGS: readonly Reading[] = [
	{
		says: /read.?only|does not allow/i,
		code: "target.rejected",
		todo: "It lives in a directory that Fisheye cannot write: change it where that directory is kept, or leave it alone (protect.accounts, groups.ignore).",
	},
];
const UNREAD = {
	code: "target.rejected",
	todo: "Fisheye refuses this as it stands; its own sentence says why. Correct the value or the policy, and take an operation that it never accepts out of `unverified`.",
} as const;

/**
 * What a failed write means. 403 stands both for one thing that we may not do, and for a right that we lost, which ends the
 * run: what we may do decides.
 */
export async function judged(error: unknown, mayAdminister: () => Promise<boolean>): Promise<unknown> {
	return isStatus(error, 403) && !(await mayAdminister()) ? error : refusalOf(error);
}

/** A write that Fisheye refused, as a settled failure: its own sentence, and what to do about it. Other errors pass unchanged. */
function refusalOf(error: unknown): unknown {
	if (!isStatus(error, 400, 403, 405, 409, 415, 422)) return error;
	const { code, todo } = READINGS.find(({ says }) => says.test(String(error.context.detail ?? ""))) ?? UNREAD;
	return new SyncError(code, error.message, { todo, context: error.context, cause: error });
}

const isStatus = (error: unknown, ...statuses: readonly number[]): error is SyncError =>
	error instanceof SyncError && statuses.includes(Number(error.context.status));
