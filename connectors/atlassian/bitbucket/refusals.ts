import { type Code, SyncError } from "../../../core/errors.ts";

interface Reading {
	readonly says: RegExp;
	readonly code: Code;
	readonly todo: string;
}

/**
 * Bitbucket's own sentences, where they are in English: what they mean, and who moves next. A sentence in another language
 * falls through to the last row, and is shown as it is.
 */
const READINGS: readonly Reading[] = [
	{
		says: /licen[cs]e/i,
		code: "target.rejected",
		todo: "Free a seat or extend the licence (Administration > Licensing), then run again.",
	},
	{
		says: /read.?only|does not allow|user directories/i,
		code: "target.rejected",
		todo: "The account lives in a directory that Bitbucket cannot write: change it where that directory is kept, or leave the account to it (protect.accounts).",
	},
	{
		says: /mail server/i,
		code: "target.rejected",
		todo: "Set up a mail server (Administration > Mail server), or leave `invite` out: new accounts then get a password that nobody knows.",
	},
	{
		says: /permission|permitted/i,
		code: "target.rejected",
		todo: "The account or group has more global permissions than the account that Rollcall uses: leave it alone (protect.accounts, protect.groups), or change it by hand as a system administrator.",
	},
	{
		says: /already exists/i,
		code: "target.conflict",
		todo: "Another account has this username: rename one of the two, or let Rollcall adopt the existing account (adopt: username).",
	},
];

const UNREAD = {
	code: "target.rejected",
	todo: "Bitbucket refuses this as it stands; its own sentence says why. Correct the value or the policy, then run again.",
} as const;

/**
 * What a failed write means. 401 and 403 stand both for an account above ours, which is one refusal, and for a right that we
 * lost, which ends the run: what we may do decides.
 */
export async function judged(error: unknown, mayAdminister: () => Promise<boolean>): Promise<unknown> {
	return isStatus(error, 401, 403) && !(await mayAdminister()) ? error : refusalOf(error);
}

/** A write that Bitbucket refused, as a settled failure: its own sentence, and what to do about it. Other errors pass unchanged. */
function refusalOf(error: unknown): unknown {
	if (!(error instanceof SyncError) || !isRefusal(error)) return error;
	const { code, todo } = READINGS.find(({ says }) => says.test(detailOf(error))) ?? UNREAD;
	return new SyncError(code, error.message, { todo, context: error.context, cause: error });
}

/** The server's own sentence, cleaned; empty when it said nothing. */
export const detailOf = (error: SyncError): string => String(error.context.detail ?? "");

/** Refused before anything was done. 401 is here a missing right: a refused log-in never comes so far. */
const isRefusal = (error: SyncError): boolean => [400, 401, 403, 409].includes(Number(error.context.status));

export const isStatus = (error: unknown, ...statuses: readonly number[]): error is SyncError =>
	error instanceof SyncError && statuses.includes(Number(error.context.status));
