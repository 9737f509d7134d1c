import type { z } from "zod";
import { SyncError } from "../../core/errors.ts";
import { inWords, isRead, type Side, type Where } from "./failure.ts";
import { cleanText, looksLikeHtml, titleOf } from "./text.ts";

/** Header names are lower-case. */
export type Headers = Readonly<Record<string, string>>;

export interface RawAnswer {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
}

/** The body as the schema has it, or `*.malformed`. An empty body is `undefined` to the schema. */
export function parseAnswer<T>(answer: RawAnswer, schema: z.ZodType<T>, about: { readonly side: Side; readonly where: Where }): T {
	const { side, where } = about;
	const malformed = (what: string, todo: string) =>
		new SyncError(`${side}.malformed`, `${inWords(where)} answered ${answer.status} with ${what}`, {
			todo,
			// A write that succeeded with an answer nobody understands: what it did is not known.
			outcomeUnknown: !isRead(where),
			context: { method: where.method, path: where.path, host: where.host, status: answer.status },
		});
	if (looksLikeHtml(answer.headers["content-type"] ?? "", answer.text)) {
		const title = titleOf(answer.text);
		const page = `an HTML page instead of JSON${title === undefined ? "" : ` (titled "${title}")`}`;
		const todo = "Is this a log-in page, a proxy's notice, or the wrong base URL (context path)? Open the url in a browser and compare.";
		throw malformed(page, todo);
	}
	const value = answer.text.trim() === "" ? undefined : parseJson(answer.text, malformed);
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	const todo = "The server's version may be newer than what Rollcall knows, or something in between changes its answers. Please report it.";
	throw malformed(value === undefined ? "an empty body" : `an unexpected shape: ${issuesOf(parsed.error)}`, todo);
}

function parseJson(text: string, malformed: (what: string, todo: string) => SyncError): unknown {
	try {
		return JSON.parse(text);
	} catch {
		// The parser's own message quotes the body, which may hold anything.
		const end = cleanText(text.slice(-1)) === "}" || text.endsWith("]") ? "" : ", perhaps cut off";
		throw malformed(
			`${text.length} characters that are not JSON${end}`,
			"Look at what is between Rollcall and the server (proxy, load balancer).",
		);
	}
}

function issuesOf(error: z.ZodError): string {
	const shown = error.issues.slice(0, 3).map((issue) => `${pathText(issue.path)}: ${cleanText(issue.message, 120)}`);
	const more = error.issues.length - shown.length;
	return shown.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

function pathText(path: readonly PropertyKey[]): string {
	if (path.length === 0) return "the whole answer";
	return path.map((step, at) => (typeof step === "number" ? `[${step}]` : at === 0 ? String(step) : `.${String(step)}`)).join("");
}

/**
 * How long a server asks us to wait, in milliseconds: Retry-After in seconds or as a date (RFC 9110 section 10.2.3;
 * a date is compared with the server's own Date, so that skewed clocks do not matter), else the fill interval of
 * Atlassian's rate limiting. Undefined when nothing usable was said; 0 says nothing.
 */
export function statedWaitMs(headers: Headers, now: () => number = Date.now): number | undefined {
	const after = headers["retry-after"]?.trim() ?? "";
	if (/^\d{1,9}$/.test(after) && Number(after) > 0) return Number(after) * 1000;
	// Date.parse takes "-5" for a date; an HTTP date always names its month.
	const until = /[a-z]{3}/i.test(after) ? Date.parse(after) : Number.NaN;
	if (!Number.isNaN(until)) {
		const server = Date.parse(headers.date ?? "");
		return Math.max(0, until - (Number.isNaN(server) ? now() : server));
	}
	const interval = Number(headers["x-ratelimit-interval-seconds"] ?? "");
	return interval > 0 && Number.isFinite(interval) ? interval * 1000 : undefined;
}
