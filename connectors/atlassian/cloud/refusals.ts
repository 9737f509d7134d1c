import { type Code, SyncError } from "../../../core/errors.ts";

interface Reading {
	readonly says: RegExp;
	readonly code: Code;
	readonly todo: string;
}

/** What the directory's own sentences mean, and who moves next. */
const READINGS: readonly Reading[] = [
	{
		says: /domain|verified/i,
		code: "target.rejected",
		todo: "Verify the domain of the address at admin.atlassian.com (Settings > Domains), or keep this person out (people.where).",
	},
	{
		says: /limit|tooMany|maximum|at most/i,
		code: "target.rejected",
		todo: "The directory is full: remove what nobody needs, and write the bound that Atlassian names into `bounds`, so that it is seen beforehand.",
	},
	{
		says: /mutability|immutable/i,
		code: "target.rejected",
		todo: "Atlassian never changes this value. Groups are renamed by a new group: map people to it, and delete the old one when nobody needs it.",
	},
	{
		says: /uniqueness|already exists/i,
		code: "target.conflict",
		todo: "Another user of the directory has this name or address: look it up at admin.atlassian.com, and remove one of the two or let Rollcall adopt it (adopt: username or email).",
	},
];
const UNREAD = {
	code: "target.rejected",
	todo: "Atlassian refuses this as it stands; its own sentence says why. Correct the value or the policy, then run again.",
} as const;

/**
 * A write that the directory refused, as a settled failure: its own sentence, and what to do about it. Other errors pass
 * unchanged, and those of which more is known already (they have a cause).
 */
export function judged(error: unknown): unknown {
	if (!isStatus(error, 400, 409) || error.cause !== undefined) return error;
	const { code, todo } = READINGS.find(({ says }) => says.test(detailOf(error))) ?? UNREAD;
	return new SyncError(code, error.message, { todo, context: error.context, cause: error });
}

/** The server's own sentence, cleaned; empty when it said nothing. */
export const detailOf = (error: SyncError): string => String(error.context.detail ?? "");

export const isStatus = (error: unknown, ...statuses: readonly number[]): error is SyncError =>
	error instanceof SyncError && statuses.includes(Number(error.context.status));
