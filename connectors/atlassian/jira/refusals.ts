import { type Code, SyncError } from "../../../core/errors.ts";

interface Reading {
	readonly says: RegExp;
	readonly code: Code;
	readonly todo: string;
}

/**
 * Jira's own sentences, where they are in English: what they mean, and who moves next. A sentence in another language
 * falls through to the last row, and is shown as it is.
 */
const READINGS: readonly Reading[] = [
	{
		// "You have exceeded the number of users allowed to use JIRA applications under your license" (KB 183470129)
		says: /licen[cs]e|number of users allowed/i,
		code: "target.rejected",
		todo: "Free a seat or extend the licence (Administration > Applications > Versions & licenses), then run again.",
	},
	{
		// "Cannot update user 'x' because directory 'D' does not allow updates" (CWD-4923); "The user's directory is read only." (KB 264044699)
		says: /read.?only|does not allow updates/i,
		code: "target.rejected",
		todo: "The account lives in a directory that Jira cannot write: change it where that directory is kept, or leave the account to it (protect.accounts).",
	},
	{
		says: /(^|; )email(Address)?: .*already|e-?mail address already exists/i,
		code: "target.conflict",
		todo: "Another account has this e-mail address: correct one of the two, or let Rollcall adopt the existing account (adopt: email).",
	},
	{
		says: /(project|component) lead/i,
		code: "target.rejected",
		todo: "Give these projects another lead, then run again.",
	},
	{
		says: /username.*already exists/i,
		code: "target.conflict",
		todo: "Another account has this username: rename one of the two, or let Rollcall adopt the existing account (adopt: username).",
	},
];

const UNREAD = {
	code: "target.rejected",
	todo: "Jira refuses this as it stands; its own sentence says why. Correct the value or the policy, then run again.",
} as const;

/** A write that Jira refused, as a settled failure: its own sentence, and what to do about it. Other errors pass unchanged. */
export function refusalOf(error: unknown): unknown {
	if (!(error instanceof SyncError) || !isRefusal(error)) return error;
	const { code, todo } = READINGS.find(({ says }) => says.test(detailOf(error))) ?? UNREAD;
	return new SyncError(code, error.message, { todo, context: error.context, cause: error });
}

/** The server's own sentence, cleaned; empty when it said nothing. */
export const detailOf = (error: SyncError): string => String(error.context.detail ?? "");

/** Refused before anything was done: 400, 403, 409. */
const isRefusal = (error: SyncError): boolean => [400, 403, 409].includes(Number(error.context.status));

export const isStatus = (error: unknown, status: number): error is SyncError =>
	error instanceof SyncError && error.context.status === status;
