import { SyncError, type SyncErrorOptions } from "../../core/errors.ts";
import { cleanText } from "./text.ts";

/** Whose server it is: decides the first half of the error's code. */
export type Side = "source" | "target";

/** A request, as far as messages may name it. `path` carries no query. */
export interface Where {
	readonly method: string;
	readonly path: string;
	readonly host: string;
	/** What it was about, in words (`group "jira-users"`). */
	readonly about?: string;
	/** Set for a POST that changes nothing (a token, a search): it may be repeated like a GET. */
	readonly safe?: boolean;
}

/** True for requests that change nothing, and so may be repeated. */
export const isRead = (where: Where): boolean => where.safe === true || where.method === "GET" || where.method === "HEAD";

/** `GET /rest/api/2/myself on jira.example.org (group "x")`. */
export const inWords = (where: Where): string =>
	`${where.method} ${where.path} on ${where.host}${where.about === undefined ? "" : ` (${where.about})`}`;

/**
 * A request that got no usable answer: DNS, refused, reset, TLS, proxy, deadline, abort. A SyncError passes unchanged.
 * Reads may be tried again. A write may only where it certainly never left; otherwise `outcomeUnknown` is set.
 */
export function failureOf(side: Side, error: unknown, where: Where): SyncError {
	if (error instanceof SyncError) return error;
	const causes = causesOf(error);
	if (causes.some(isAbort)) {
		// An abort is no statement about what the server did with a write that had left.
		return new SyncError("run.cancelled", `${inWords(where)} was stopped`, { cause: error, outcomeUnknown: !isRead(where) });
	}
	const found = causes.map((cause) => DIAGNOSES.find((d) => d.applies(cause))).find((d) => d !== undefined) ?? UNCLEAR;
	const detail = cleanText(causes.at(-1)?.message ?? String(error), 200);
	const options: SyncErrorOptions = {
		retry: found.permanent ? "never" : isRead(where) || found.neverLeft ? "later" : "never",
		outcomeUnknown: !isRead(where) && !found.neverLeft,
		context: { ...base(where), ...codeContext(causes) },
		todo: found.todo(where),
		cause: error,
	};
	return new SyncError(`${side}.unreachable`, `${inWords(where)}: ${found.what} (${detail})`, options);
}

interface Cause {
	readonly name: string;
	readonly message: string;
	readonly code: string;
	readonly syscall: string;
}
interface Diagnosis {
	readonly applies: (cause: Cause) => boolean;
	readonly what: string;
	readonly todo: (where: Where) => string;
	/** The request certainly did not reach the server. */
	readonly neverLeft: boolean;
	/** Trying again cannot help. */
	readonly permanent: boolean;
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE =
	/^(UNABLE_TO_|CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|CRL_|ERROR_IN_C|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;

const DIAGNOSES: readonly Diagnosis[] = [
	{
		applies: (c) => CERTIFICATE.test(c.code),
		what: "the server's certificate was not accepted",
		todo: ({ host }) =>
			`Check the certificate of ${host}. When a company CA signed it, name that CA's PEM file as network.ca; verification cannot be switched off.`,
		neverLeft: true,
		permanent: true,
	},
	{
		applies: (c) => c.code === "EPROTO" || c.code.startsWith("ERR_SSL_"),
		what: "no TLS connection could be made",
		todo: ({ host }) =>
			`Check that ${host} really speaks HTTPS on this port, and that url starts with the right one of http:// and https://.`,
		neverLeft: true,
		permanent: true,
	},
	{
		applies: (c) => c.code === "ENOTFOUND" || c.code === "EAI_AGAIN" || c.code === "EAI_FAIL",
		what: "the host name was not found",
		todo: ({ host }) => `Check the spelling of ${host}, the DNS of this machine, and whether a proxy (network.proxy) is needed.`,
		neverLeft: true,
		permanent: false,
	},
	{
		applies: (c) =>
			c.code === "ECONNREFUSED" ||
			c.code === "EHOSTUNREACH" ||
			c.code === "ENETUNREACH" ||
			c.code === "UND_ERR_CONNECT_TIMEOUT" ||
			(c.code === "ETIMEDOUT" && c.syscall === "connect"),
		what: "no connection could be made",
		todo: ({ host }) => `Check that ${host} is running and that no firewall is in between.`,
		neverLeft: true,
		permanent: false,
	},
	{
		applies: (c) => /proxy/i.test(c.message) && !/^(ECONNRESET|EPIPE)$/.test(c.code),
		what: "the proxy did not let the request through",
		todo: () => "Check network.proxy, its log-in, and whether this host belongs into NO_PROXY.",
		neverLeft: true,
		permanent: false,
	},
	{
		applies: (c) => c.name === "TimeoutError" || /^(ETIMEDOUT|ESOCKETTIMEDOUT|ECONNABORTED|UND_ERR_(HEADERS|BODY)_TIMEOUT)$/.test(c.code),
		what: "no complete answer came in time",
		todo: ({ host }) => `Look at the load of ${host}; a slow server needs a larger network.timeout.`,
		neverLeft: false,
		permanent: false,
	},
	{
		applies: (c) =>
			/^(ECONNRESET|EPIPE|UND_ERR_SOCKET|ERR_STREAM_PREMATURE_CLOSE)$/.test(c.code) || /aborted|terminated|socket hang up/i.test(c.message),
		what: "the connection broke before the answer was complete",
		todo: ({ host }) => `Look at the log of ${host} and of everything in between (proxy, load balancer).`,
		neverLeft: false,
		permanent: false,
	},
];
const UNCLEAR: Diagnosis = {
	applies: () => true,
	what: "the request failed",
	todo: ({ host }) => `Check that ${host} can be reached from this machine.`,
	neverLeft: false,
	permanent: false,
};

/** The error, its cause, the cause's cause …; of several attempts (happy eyeballs) the first. Outermost first. */
function causesOf(error: unknown): readonly Cause[] {
	const causes: Cause[] = [];
	let at: unknown = error;
	for (let depth = 0; depth < 6 && typeof at === "object" && at !== null; depth += 1) {
		const { name, message, code, syscall, cause, errors } = at as Record<string, unknown>;
		causes.push({ name: textOf(name), message: textOf(message), code: textOf(code), syscall: textOf(syscall) });
		at = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
	}
	return causes;
}
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
/** undici also calls it an abort when a proxy refuses a tunnel. */
const isAbort = (c: Cause): boolean =>
	c.code === "ABORT_ERR" || c.code === "ERR_CANCELED" || (c.name === "AbortError" && !/proxy response/i.test(c.message));
const base = (where: Where) => ({ method: where.method, path: where.path, host: where.host });
const codeContext = (causes: readonly Cause[]) => {
	const code = causes.findLast((c) => c.code !== "")?.code;
	return code === undefined ? {} : { errno: code };
};

/**
 * An answer whose status says no. 401 and 403 are never repeated. 429, 408 and 5xx may be for reads, and for a write
 * only where it was refused before it was done (429; 503 with a stated wait). `detail`: the server's own sentence,
 * already cleaned; it becomes part of the message and of `context.detail`.
 */
export function failureOfStatus(
	side: Side,
	status: number,
	where: Where,
	more: { readonly retryAfterMs?: number; readonly detail?: string } = {},
): SyncError {
	const rule = ruleOf(status, more.retryAfterMs !== undefined);
	const read = isRead(where);
	const detail = more.detail === undefined || more.detail === "" ? "" : `: ${more.detail}`;
	const retry = rule.refused || (rule.again && read) ? "later" : "never";
	return new SyncError(codeFor(side, rule.code), `${inWords(where)} answered ${status}${detail}`, {
		retry,
		outcomeUnknown: !read && rule.again && !rule.refused,
		todo: rule.todo(where),
		context: {
			...base(where),
			status,
			...(more.retryAfterMs === undefined ? {} : { retryAfterMs: more.retryAfterMs }),
			...(detail === "" ? {} : { detail: more.detail as string }),
		},
	});
}

interface StatusRule {
	readonly code: "denied" | "missing" | "limited" | "unreachable" | "conflict" | "rejected";
	/** Another try may succeed. */
	readonly again: boolean;
	/** Certainly not done, so that even a write may be repeated. */
	readonly refused: boolean;
	readonly todo: (where: Where) => string;
}

function ruleOf(status: number, waitStated: boolean): StatusRule {
	if (status === 401)
		return rule(
			"denied",
			({ host }) => `Check the credential for ${host}: it is missing, wrong, expired or revoked. It is not tried again.`,
		);
	if (status === 403) return rule("denied", ({ host }) => `Give the account that Rollcall uses on ${host} the right to do this.`);
	if (status === 407) return rule("unreachable", () => "The proxy wants a log-in: put it into network.proxy.");
	if (status === 404)
		return rule("missing", ({ host }) => `Check that it still exists on ${host}, and that url has the right context path.`);
	if (status === 409) return rule("conflict", ({ host }) => `Look at what ${host} already holds under this name.`);
	if (status === 429) {
		const todo = ({ host }: Where) => `Exempt the account that Rollcall uses from the rate limit of ${host}, or lower network.concurrency.`;
		return { code: "limited", again: true, refused: true, todo };
	}
	if (status === 408 || status >= 500) {
		const todo = ({ host }: Where) => `Look at the log of ${host}, or of the load balancer before it, and run again.`;
		return { code: "unreachable", again: status !== 501, refused: status === 503 && waitStated, todo };
	}
	return rule("rejected", ({ host }) => `Look at the server's own sentence, and at the log of ${host}.`);
}
const rule = (code: StatusRule["code"], todo: StatusRule["todo"]): StatusRule => ({ code, todo, again: false, refused: false });

/** A source has fewer codes: what is missing or refused there means that it cannot be read whole. */
function codeFor(side: Side, code: StatusRule["code"]): SyncError["code"] {
	if (side === "target") return `target.${code}`;
	if (code === "missing" || code === "conflict" || code === "rejected") return "source.incomplete";
	return `source.${code}`;
}
