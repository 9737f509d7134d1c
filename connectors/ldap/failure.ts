import { SyncError } from "../../core/errors.ts";
import { failureOf, inWords, type Where } from "../http/failure.ts";
import { cleanText } from "../http/text.ts";

/** An operation, as messages and logs name it: `SEARCH ou=people,dc=example on ldap.example.org:636`. None of them changes anything. */
export const operation = (method: "BIND" | "STARTTLS" | "SEARCH" | "CONNECT", path: string, host: string): Where => ({
	method,
	path,
	host,
	safe: true,
});

/** A result that is not success (RFC 4511, section 4.1.9). */
export interface Refusal {
	readonly code: number;
	readonly matched: string;
	/** The server's own words; cleaned and without secrets already. */
	readonly text: string;
	readonly referrals: readonly string[];
}

interface Rule {
	readonly name: string;
	readonly code: SyncError["code"];
	readonly again?: boolean;
	readonly todo: (where: Where) => string;
}

const LIMITS =
	'Nothing was read in part. Let this account read everything: OpenLDAP `limits dn.exact="<account>" size.soft=unlimited size.pr=1000 size.prtotal=unlimited`; ' +
	"389 DS and FreeIPA nsSizeLimit, nsLookThroughLimit and nsPagedSizeLimit on the account; OpenDJ ds-rlim-size-limit and ds-rlim-lookthrough-limit; Active Directory MaxPageSize. Or lower pageSize.";
const denied = (host: string) => `Check account and password for ${host}; they are not tried again.`;

/** By result code; others are the server's own trouble. */
const RULES: Readonly<Record<number, Rule>> = {
	2: {
		name: "protocolError",
		code: "source.malformed",
		todo: ({ host }) => `Does ${host} speak LDAP version 3, and StartTLS where it is asked for?`,
	},
	3: {
		name: "timeLimitExceeded",
		code: "source.limited",
		todo: () => "Raise the server's time limit for this account, or index what the filter asks for.",
	},
	4: { name: "sizeLimitExceeded", code: "source.incomplete", todo: () => LIMITS },
	7: { name: "authMethodNotSupported", code: "source.denied", todo: ({ host }) => `Allow simple binds over TLS on ${host}.` },
	8: {
		name: "strongerAuthRequired",
		code: "source.denied",
		todo: () => "The server wants TLS: write url with ldaps://, or leave startTls on.",
	},
	10: {
		name: "referral",
		code: "source.incomplete",
		todo: () => "Referrals are not followed, and no password goes there: name the server that holds this base as url.",
	},
	11: { name: "adminLimitExceeded", code: "source.incomplete", todo: () => LIMITS },
	12: {
		name: "unavailableCriticalExtension",
		code: "source.incomplete",
		todo: ({ host }) => `Switch on the paged results control (RFC 2696) on ${host}: without it no list can be known to be whole.`,
	},
	13: {
		name: "confidentialityRequired",
		code: "source.denied",
		todo: () => "The server wants TLS: write url with ldaps://, or leave startTls on.",
	},
	32: {
		name: "noSuchObject",
		code: "source.incomplete",
		todo: () => "Correct the base, or let the account see it: a base that cannot be seen is never taken for an empty one.",
	},
	34: {
		name: "invalidDNSyntax",
		code: "config.invalid",
		todo: () => "Correct the distinguished name: attribute=value, separated by commas.",
	},
	48: { name: "inappropriateAuthentication", code: "source.denied", todo: ({ host }) => denied(host) },
	49: { name: "invalidCredentials", code: "source.denied", todo: ({ host }) => denied(host) },
	50: {
		name: "insufficientAccessRights",
		code: "source.denied",
		todo: () => "Give the account the right to read and search this base with its entries.",
	},
	51: {
		name: "busy",
		code: "source.limited",
		again: true,
		todo: ({ host }) => `${host} has too much to do; try later, or name a quieter server.`,
	},
	52: {
		name: "unavailable",
		code: "source.unreachable",
		again: true,
		todo: ({ host }) => `Look at the log of ${host}: it is starting, stopping, or has lost what is behind it.`,
	},
	53: {
		name: "unwillingToPerform",
		code: "source.incomplete",
		todo: ({ host }) => `Look at the server's own sentence, and at the log of ${host}.`,
	},
};
const OTHER: Rule = { name: "", code: "source.unreachable", again: true, todo: ({ host }) => `Look at the log of ${host}, and run again.` };

/**
 * What a refusal means here. `context.result` is LDAP's number. 51, 52 and everything unknown may be tried again, and so
 * may a page cookie that the server has forgotten (OpenLDAP: 53 "paged results cookie is invalid or old").
 */
export function failureOfResult(refusal: Refusal, where: Where): SyncError {
	const rule = RULES[refusal.code] ?? OTHER;
	const said = refusal.text === "" ? "" : `: ${refusal.text}`;
	const near = refusal.matched === "" ? "" : ` (exists: ${cleanText(refusal.matched, 200)})`;
	const elsewhere = refusal.referrals.length === 0 ? "" : ` to ${cleanText(refusal.referrals.join(", "), 200)}`;
	const reason = refusal.code === 49 ? activeDirectoryReason(refusal.text) : undefined;
	// Active Directory says so to an anonymous search, with operationsError (1).
	const unbound = refusal.code === 1 && /bind must be completed/i.test(refusal.text);
	const forgotten = refusal.code === 53 && /cookie/i.test(refusal.text);
	const words = `${inWords(where)} answered ${refusal.code}${rule.name === "" ? "" : ` ${rule.name}`}${elsewhere}${said}${near}`;
	return new SyncError(unbound ? "source.denied" : rule.code, reason === undefined ? words : `${words} (${reason})`, {
		retry: !unbound && (rule.again === true || forgotten) ? "later" : "never",
		todo: rule.todo(where),
		context: { method: where.method, path: where.path, host: where.host, result: refusal.code },
	});
}

/** The `data` of Active Directory's answer to a failed bind is a Windows error number, in hexadecimal. */
function activeDirectoryReason(text: string): string | undefined {
	const data = /\bdata ([0-9a-f]{3})\b/i.exec(text)?.[1]?.toLowerCase();
	return data === undefined ? undefined : REASONS[data];
}
/** https://learn.microsoft.com/en-us/windows/win32/debug/system-error-codes--1300-1699- and --500-999- */
const REASONS: Readonly<Record<string, string>> = {
	"525": "there is no such account",
	"52e": "wrong password",
	"530": "not allowed at this hour",
	"531": "not allowed from this machine",
	"532": "the password has expired",
	"533": "the account is disabled",
	"701": "the account has expired",
	"773": "the password must be changed first",
	"775": "the account is locked",
};

/** No usable answer: the same words as for HTTP, except where those speak of HTTP. */
export function failureOfConnection(error: unknown, where: Where): SyncError {
	const failure = failureOf("source", error, where);
	const errno = String(failure.context.errno ?? "");
	// What speaks no TLS hangs up, or answers with something else.
	const noTls = errno === "EPROTO" || errno.startsWith("ERR_SSL_") || (errno === "ECONNRESET" && where.path === "(tls)");
	if (!noTls) return failure;
	return new SyncError(failure.code, failure.message, {
		retry: failure.retry,
		context: failure.context,
		todo: `Check that ${where.host} speaks TLS on this port: ldaps:// means TLS from the first byte (usually port 636), ldap:// means StartTLS (usually 389).`,
		...(failure.cause === undefined ? {} : { cause: failure.cause }),
	});
}

export const malformed = (where: Where, what: string, retry: "never" | "later" = "never"): SyncError =>
	new SyncError("source.malformed", `${inWords(where)} was answered with ${what}`, {
		retry,
		context: { method: where.method, path: where.path, host: where.host },
		todo: `Does an LDAP server listen at ${where.host}? A proxy, a load balancer or another service would answer like this.`,
	});
