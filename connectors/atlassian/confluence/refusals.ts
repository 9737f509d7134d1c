import { type Code, SyncError } from "../../../core/errors.ts";

interface Reading {
	readonly says: RegExp;
	readonly code: Code;
	readonly todo: string;
}

/**
 * Confluence's own sentences, where they are in English: what they mean, and who moves next. A sentence in another language
 * falls through to the last row, and is shown as it is.
 */
const READINGS: readonly Reading[] = [
	{
		says: /licen[cs]e/i,
		code: "target.rejected",
		todo: "Free a seat or extend the licence (Administration > License details), then run again.",
	},
	{
		says: /read.?only|does not allow|not allow updates/i,
		code: "target.rejected",
		todo: "The account or group lives in a directory that Confluence cannot write: change it where that directory is kept, or leave it to it (protect.accounts, protect.groups).",
	},
	{
		says: /upper.?case|lower.?case|user ?name|full ?name|illegal char|invalid char/i,
		code: "target.rejected",
		todo: "Confluence takes usernames without capitals, blanks and \\ , + < > ' \", and full names without < >: let the policy's expressions leave those out.",
	},
	{
		says: /permission|permitted|not authori[sz]ed/i,
		code: "target.rejected",
		todo: "The account or group has more rights than the account that Rollcall uses: leave it alone (protect.accounts, protect.groups), or change it by hand as a system administrator.",
	},
];

const UNREAD = {
	code: "target.rejected",
	todo: "Confluence refuses this as it stands; its own sentence says why. Correct the value or the policy, then run again.",
} as const;
const FULL = READINGS[0] as Reading;
/** The licence and a directory's being read-only are never about our own right. */
const ABOUT_ONE = READINGS.slice(0, 2);

/**
 * What a failed write means. 403 stands both for an account above ours, which is one refusal, and for a right that we lost,
 * which ends the run: where the sentence does not settle it, what we may do decides.
 */
export async function judged(error: unknown, mayAdminister: () => Promise<boolean>): Promise<unknown> {
	const unclear = isStatus(error, 403) && !ABOUT_ONE.some(({ says }) => says.test(detailOf(error)));
	return unclear && !(await mayAdminister()) ? error : refusalOf(error);
}

/** A write that Confluence refused, as a settled failure: its own sentence, and what to do about it. Other errors pass unchanged. */
function refusalOf(error: unknown): unknown {
	if (!isStatus(error, 400, 402, 403, 409) || error.code === "target.conflict") return error;
	const found = isStatus(error, 402) ? FULL : READINGS.find(({ says }) => says.test(detailOf(error)));
	const { code, todo } = found ?? UNREAD;
	return new SyncError(code, error.message, { todo, context: error.context, cause: error });
}

const RPC_READINGS: readonly { readonly says: RegExp; readonly status: number; readonly code: Code }[] = [
	{ says: /already exist/i, status: 409, code: "target.conflict" },
	{ says: /not (exist|found)|does ?n.t exist|no (user|group)/i, status: 404, code: "target.missing" },
	{ says: /permi(t|ssion)|websudo|secure administrator/i, status: 403, code: "target.denied" },
];
/** The old remote API's refusal as a REST call would have put it: nothing was done. */
export function rpcRefusal(
	sentence: string,
	{ method, host, about }: { readonly method: string; readonly host: string; readonly about: string },
): SyncError {
	const { status, code } = RPC_READINGS.find(({ says }) => says.test(sentence)) ?? { status: 400, code: "target.rejected" as const };
	return new SyncError(code, `${method} of Confluence's old remote API on ${host} (${about}) was refused: ${sentence}`, {
		todo: "Look at Confluence's own sentence. The account that Rollcall uses needs Confluence Administrator, and secure administrator sessions must be off for this API.",
		context: { method: "POST", path: `/rpc/json-rpc/confluenceservice-v2/${method}`, host, status, detail: sentence },
	});
}

/** The server's own sentence, cleaned; empty when it said nothing. */
export const detailOf = (error: SyncError): string => String(error.context.detail ?? "");

/** True when it was Confluence that spoke, and not a proxy's page. */
export const saysWhy = (error: SyncError): boolean => detailOf(error) !== "" && !detailOf(error).startsWith("an HTML page");

export const isStatus = (error: unknown, ...statuses: readonly number[]): error is SyncError =>
	error instanceof SyncError && statuses.includes(Number(error.context.status));
