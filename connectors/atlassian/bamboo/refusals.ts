import { type Code, SyncError } from "../../../core/errors.ts";

interface Reading {
	readonly says: RegExp;
	readonly code: Code;
	readonly todo: string;
}

/**
 * Bamboo's own sentences, where they are in English: what they mean, and who moves next. A sentence in another language
 * falls through to the last row, and is shown as it is.
 */
const READINGS: readonly Reading[] = [
	{
		says: /read.?only|does not allow/i,
		code: "target.rejected",
		todo: "It lives in a directory that Bamboo cannot write: change it where that directory is kept, or leave it alone (protect.accounts, groups.ignore).",
	},
	{
		says: /already exists/i,
		code: "target.conflict",
		todo: "Another account has this username: rename one of the two, or let Rollcall adopt the existing account (adopt: username).",
	},
	{
		says: /an HTML page/i,
		code: "target.rejected",
		todo: "The name of the account or group holds characters that cannot stand in Bamboo's addresses: rename it, or change the membership by hand.",
	},
];
const UNREAD = {
	code: "target.rejected",
	todo: "Bamboo refuses this as it stands; its own sentence says why. Correct the value or the policy, then run again.",
} as const;

/**
 * What a failed write means. 403 stands both for one thing that we may not do, and for a right that we lost, which ends the
 * run: what we may do decides.
 */
export async function judged(error: unknown, mayAdminister: () => Promise<boolean>): Promise<unknown> {
	return isStatus(error, 403) && !(await mayAdminister()) ? error : refusalOf(error);
}

/** A write that Bamboo refused, as a settled failure: its own sentence, and what to do about it. Other errors pass unchanged. */
function refusalOf(error: unknown): unknown {
	if (!isStatus(error, 400, 403, 409)) return error;
	const { code, todo } = READINGS.find(({ says }) => says.test(detailOf(error))) ?? UNREAD;
	return new SyncError(code, error.message, { todo, context: error.context, cause: error });
}

/** The server's own sentence, cleaned; empty when it said nothing. */
export const detailOf = (error: SyncError): string => String(error.context.detail ?? "");

export const isStatus = (error: unknown, ...statuses: readonly number[]): error is SyncError =>
	error instanceof SyncError && statuses.includes(Number(error.context.status));
