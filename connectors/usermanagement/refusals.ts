import { SyncError } from "../../core/errors.ts";
import type { RawAnswer } from "../http/answer.ts";
import { inWords, type Side, type Where } from "../http/failure.ts";
import { cleanText, titleOf } from "../http/text.ts";
import { WireError } from "./wire.ts";

/** The server's own sentence inside an error body. */
export function detailOf(body: unknown): string | undefined {
	const { data } = WireError.safeParse(body);
	return data === undefined ? undefined : (data.message ?? data.reason);
}

/** Whether an error is the server's answer with this reason. */
export const hasReason = (error: unknown, ...reasons: readonly string[]): error is SyncError =>
	error instanceof SyncError && typeof error.context.reason === "string" && reasons.includes(error.context.reason);

/** Tomcat's page: `Client with address "10.0.0.7" is forbidden from making requests to the application, rollcall.` */
const FOREIGN_ADDRESS = /Client with address (?:"|&quot;|')?([\da-fA-F.:%\w-]+?)(?:"|&quot;|')? is forbidden/;

/**
 * What an answer of Crowd's (or of Jira's user server) means beyond its status; undefined: what the status says.
 * `app`: the name that the application logs in with.
 */
export function refusalOf(side: Side, app: string, answer: RawAnswer, where: Where): SyncError | undefined {
	if (answer.status === 403) return forbidden(side, app, answer, where);
	const said = saidIn(answer);
	if (said !== undefined && answer.status === 500 && FILTERED.test(said.message)) return filtered(side, app, said, where);
	if (said === undefined || answer.status < 400 || answer.status >= 500 || answer.status === 429) return undefined;
	return reasoned(side, said, answer.status, where);
}

/** "Adding users is not supported while filtering users with access is enabled": a refusal, although it comes as 500. */
const FILTERED = /while filtering (?:users|groups) with access is enabled/;

function filtered(side: Side, app: string, said: Said, where: Where): SyncError {
	return new SyncError(side === "source" ? "source.incomplete" : "target.rejected", `${inWords(where)} answered 500: ${said.message}`, {
		todo: `Switch off, for the application "${app}", that it sees only users and groups with access (Crowd: Applications > ${app} > Options).`,
		context: { method: where.method, path: where.path, host: where.host, status: 500, reason: said.reason, detail: said.message },
	});
}

interface Said {
	readonly reason: string;
	readonly message: string;
}

function saidIn(answer: RawAnswer): Said | undefined {
	try {
		const { data } = WireError.safeParse(JSON.parse(answer.text));
		return data === undefined ? undefined : { reason: data.reason, message: cleanText(data.message ?? data.reason) };
	} catch {
		return undefined; // a page of something in between, or plain text
	}
}

/** A denial that is about one record only, not about the application itself. */
function reasoned(side: Side, said: Said, status: number, where: Where): SyncError {
	const rule = REASONS[said.reason];
	const code = side === "source" ? "source.incomplete" : (`target.${rule?.code ?? (status === 404 ? "missing" : "rejected")}` as const);
	return new SyncError(code, `${inWords(where)} answered ${status}: ${said.message}`, {
		todo: rule?.todo ?? "The server's own sentence says why; its log may say more.",
		context: { method: where.method, path: where.path, host: where.host, status, reason: said.reason, detail: said.message },
	});
}

const REASONS: Readonly<Record<string, { readonly code: "missing" | "conflict" | "rejected"; readonly todo: string }>> = {
	USER_NOT_FOUND: { code: "missing", todo: "The account is gone, or the application may not see it; the next run plans without it." },
	GROUP_NOT_FOUND: { code: "missing", todo: "Create the group, or let Rollcall do it (groups.createMissing)." },
	MEMBERSHIP_NOT_FOUND: { code: "missing", todo: "Somebody else removed it; run again." },
	INVALID_USER: { code: "rejected", todo: "Look at the server's sentence: a name that is taken, or a value that it does not accept." },
	INVALID_GROUP: { code: "rejected", todo: "Look at the server's sentence: a name that is taken, or one that it does not accept." },
	INVALID_EMAIL: { code: "rejected", todo: "Correct the e-mail address in the directory, or the expression that makes it." },
	INVALID_CREDENTIAL: {
		code: "rejected",
		todo: "The directory's password rules refuse even a long random one: look at its password settings.",
	},
};

/** Since Crowd 4.4: https://confluence.atlassian.com/pages/viewpage.action?pageId=1489470449 */
export const EMAILS =
	"Crowd 4.4 and later let no application change e-mail addresses. Start Crowd with -Dcrowd.email.change.by.external.apps=true and set emailChanges: allowed; or change the address in Crowd's console, or where Crowd's directory comes from.";

function forbidden(side: Side, app: string, answer: RawAnswer, where: Where): SyncError {
	const context = { method: where.method, path: where.path, host: where.host, status: 403 };
	const address = FOREIGN_ADDRESS.exec(answer.text)?.[1];
	if (address !== undefined) {
		return new SyncError(
			`${side}.denied`,
			`${inWords(where)}: requests from the address ${address} are not accepted for the application "${app}"`,
			{
				todo: `Add ${address} to the remote addresses of the application "${app}" (in Crowd: Applications > ${app} > Remote addresses; in Jira: Jira user server). Behind a proxy it is the proxy's, unless Crowd trusts that proxy.`,
				context: { ...context, address },
			},
		);
	}
	const said = saidIn(answer);
	if (side === "target" && said?.reason === "APPLICATION_PERMISSION_DENIED") {
		const emails = /change user e-?mails?/i.test(said.message);
		return new SyncError("target.rejected", `${inWords(where)} answered 403: ${said.message}`, {
			todo: emails
				? EMAILS
				: `Give the application "${app}" this permission for the directory (in Crowd: Applications > ${app} > Directories & groups > Permissions, and the directory's own; a Jira refuses it where its directory is only read), or leave the account to its own directory (protect.accounts).`,
			context: { ...context, reason: said.reason, detail: said.message },
		});
	}
	const title = titleOf(answer.text);
	const detail = said?.message ?? (title === undefined ? "" : `a page titled "${title}"`);
	return new SyncError(`${side}.denied`, `${inWords(where)} answered 403${detail === "" ? "" : `: ${detail}`}`, {
		todo: `The application "${app}" is switched off, or the address of this machine is not among its remote addresses (in Crowd: Applications > ${app} > Remote addresses; in Jira: Jira user server).`,
		context: { ...context, ...(said === undefined ? {} : { reason: said.reason }) },
	});
}

/** 401 is plain text. It is never repeated: the same credential would be refused again. */
export function lockedOut(app: string, answer: RawAnswer): { readonly message: string; readonly todo: string } | undefined {
	if (answer.status !== 401) return undefined;
	return {
		message: `name and password of the application "${app}" were not accepted`,
		todo: `Correct them. They are those of an application (in Crowd: Applications > Add application, type Generic; in Jira: Jira user server), never those of a person. Nothing more was sent with them.`,
	};
}
