import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { type RawAnswer, statedWaitMs } from "../../http/answer.ts";
import { failureOfStatus, inWords, type Where } from "../../http/failure.ts";
import { looksLikeHtml, titleOf } from "../../http/text.ts";

/** Google's error body (https://developers.google.com/admin-sdk/directory/v1/limits; format 1, with the details of format 2 where they come). */
const bodySchema = z.object({
	error: z.object({
		message: z.string().optional(),
		status: z.string().optional(),
		errors: z.array(z.object({ reason: z.string().optional(), message: z.string().optional() })).optional(),
		details: z.array(z.looseObject({ reason: z.string().optional() })).optional(),
	}),
});

interface Said {
	readonly reasons: readonly string[];
	readonly message: string | undefined;
}

/** What Google itself says in an error's body; no reasons where the body is somebody else's. */
function saidIn(answer: RawAnswer): Said {
	const error = bodySchema.safeParse(jsonOf(answer.text)).data?.error;
	const reasons = [...(error?.errors ?? []), ...(error?.details ?? [])].flatMap((one) => (one.reason === undefined ? [] : [one.reason]));
	return { reasons, message: error?.message ?? error?.errors?.[0]?.message };
}

/** Too many requests in a minute, or of one kind at once. Google says so with 403 or 429, and mostly without Retry-After. */
const QUOTA = new Set(["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED"]);
const DAILY = new Set(["dailyLimitExceeded", "dailyLimitExceededUnreg"]);
const SWITCHED_OFF = new Set(["accessNotConfigured", "SERVICE_DISABLED"]);
const LONGEST_MS = 32_000;

export interface Judging {
	readonly where: Where;
	/** Counts from 1. */
	readonly attempt: number;
	readonly baseMs: number;
	readonly clean: (text: string) => string;
	/** Whose rights they are, for what to do. */
	readonly rights: string;
}

/** An answer that says no. A 403 for too many requests is `source.limited` and worth another try; any other 403 never is. */
export function refusalOf(answer: RawAnswer, judging: Judging): SyncError {
	const { where, clean } = judging;
	const { status } = answer;
	if (status >= 300 && status < 400) return redirected(answer, where);
	const { reasons, message } = saidIn(answer);
	const has = (set: ReadonlySet<string>) => reasons.some((reason) => set.has(reason));
	const said = [reasons[0], message].filter((part) => part !== undefined).join(": ");
	const detail = said === "" ? pageIn(answer) : said;
	const cleaned = detail === undefined ? undefined : clean(detail);
	const forbidden = status === 403 || status === 429;
	if (forbidden && has(DAILY)) return limited(judging, { status, detail: cleaned, retry: "never" });
	if (status === 429 || (status === 403 && has(QUOTA))) {
		const wait = statedWaitMs(answer.headers) ?? growingWait(judging);
		return limited(judging, { status, detail: cleaned, retry: "later", wait });
	}
	const wait = status === 503 ? statedWaitMs(answer.headers) : undefined;
	const failure = failureOfStatus("source", status, where, {
		...(wait === undefined ? {} : { retryAfterMs: wait }),
		...(cleaned === undefined ? {} : { detail: cleaned }),
	});
	const context = { ...failure.context, ...(reasons[0] === undefined ? {} : { reason: clean(reasons[0]) }) };
	const todo = status === 403 ? whatIsMissing(has(SWITCHED_OFF), judging.rights) : failure.todo;
	return new SyncError(failure.code, failure.message, { retry: failure.retry, context, ...(todo === undefined ? {} : { todo }) });
}

const whatIsMissing = (off: boolean, rights: string): string =>
	off ? "Switch on the Admin SDK API for the service account's project: Google Cloud console > APIs & Services > Library." : rights;

/** A second, two, four … as Google asks for it, a little earlier or later so that not everybody comes back at once. */
function growingWait({ attempt, baseMs }: Judging): number {
	return Math.round(Math.min(LONGEST_MS, baseMs * 4 * 2 ** (attempt - 1)) * (0.75 + Math.random() / 4));
}

function limited(
	{ where }: Judging,
	how: { readonly status: number; readonly detail: string | undefined; readonly retry: "never" | "later"; readonly wait?: number },
): SyncError {
	const { status, detail, retry, wait } = how;
	return new SyncError("source.limited", `${inWords(where)} answered ${status}${detail === undefined ? "" : `: ${detail}`}`, {
		retry,
		context: { method: where.method, path: where.path, host: where.host, status, ...(wait === undefined ? {} : { retryAfterMs: wait }) },
		todo: "The project's quota for the Admin SDK API is used up: lower requestsPerMinute, give Rollcall a project of its own, or ask Google for more.",
	});
}

function redirected(answer: RawAnswer, where: Where): SyncError {
	const origin = URL.parse(answer.headers.location ?? "")?.origin ?? "nowhere";
	return new SyncError(
		"source.malformed",
		`${inWords(where)} redirects to ${origin}; it is not followed, and no credential was sent there`,
		{
			todo: "Google's API does not redirect: look at what stands between Rollcall and Google (proxy, log-in page).",
		},
	);
}

function pageIn({ headers, text }: RawAnswer): string | undefined {
	if (!looksLikeHtml(headers["content-type"] ?? "", text)) return undefined;
	const title = titleOf(text);
	return title === undefined ? "an HTML page" : `an HTML page titled "${title}"`;
}

export function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}
