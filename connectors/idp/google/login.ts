import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { parseAnswer, type RawAnswer } from "../../http/answer.ts";
import { failureOfStatus, type Where } from "../../http/failure.ts";
import type { Run } from "../../http/fetching.ts";
import type { Credential } from "./credential.ts";
import { jsonOf, refusalOf } from "./refusals.ts";
import type { Wire } from "./wire.ts";

export interface Login {
	readonly token: string;
	readonly expiresInMs: number;
}

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

/**
 * A token for these scopes by a signed assertion
 * (https://developers.google.com/identity/protocols/oauth2/service-account#httprest). Throws `source.denied` with Google's
 * own words when the delegation, the key or the subject is refused; `context.error` has its short form.
 */
export async function logIn(
	wire: Wire,
	by: { readonly credential: Credential; readonly scopes: readonly string[] },
	run: Run,
): Promise<Login> {
	const path = `${wire.token.contextPath}/token`;
	const where: Where = { method: "POST", path, host: wire.token.host, safe: true };
	const assertion = await by.credential.assertion(by.scopes, run);
	const body = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion }).toString();
	const headers = { "content-type": "application/x-www-form-urlencoded" };
	const answer = await wire.exchange({ method: "POST", url: wire.token.origin + path, headers, body }, where, run);
	if (answer.status !== 200) throw refused(wire, answer, { where, credential: by.credential, attempt: run.attempt });
	const { access_token: token, expires_in: seconds } = parseAnswer(answer, answerSchema, { side: "source", where });
	wire.conceal(token);
	return { token, expiresInMs: seconds * 1_000 };
}

interface At {
	readonly where: Where;
	readonly credential: Credential;
	readonly attempt: number;
}

function refused(wire: Wire, answer: RawAnswer, at: At): SyncError {
	const { where, credential, attempt } = at;
	const said = refusalSchema.safeParse(jsonOf(answer.text)).data;
	const { status } = answer;
	if (said === undefined || (status !== 400 && status !== 401 && status !== 403)) {
		const clean = (text: string) => wire.clean(text);
		return refusalOf(answer, {
			where,
			attempt,
			baseMs: wire.settings.retry?.baseMs ?? 250,
			clean,
			rights: "Look at the token endpoint's answer.",
		});
	}
	const detail = wire.clean(`${said.error}: ${said.error_description ?? "no reason given"}`);
	const failure = failureOfStatus("source", status, where, { detail });
	const context = { ...failure.context, error: wire.clean(said.error), account: credential.account };
	const todo = whatToDo(wire, said, credential);
	return new SyncError("source.denied", `Google does not let ${credential.account} log in: ${failure.message}`, { context, todo });
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#error-codes */
function whatToDo(wire: Wire, said: z.output<typeof refusalSchema>, credential: Credential): string {
	const { subject, auth } = wire.settings;
	const about = said.error_description ?? "";
	if (said.error === "unauthorized_client") return grantDelegation(credential);
	if (/signature/i.test(about))
		return "The key is not one of this service account's any more: make a new one, or look whether it was deleted.";
	if (/iat|exp|timeframe/i.test(about)) return "Let this machine follow a time server (NTP): Google judges the log-in by the clock.";
	if (/account not found/i.test(about)) return `Check that service account ${credential.account} still exists.`;
	if (subject !== undefined) return `Check that ${subject} exists, is not suspended, and belongs to the organisation that delegates.`;
	return auth.kind === "key" ? `Check the key (${auth.key.origin}).` : `Check service account ${credential.account}.`;
}

export const grantDelegation = (credential: Credential, scopes?: readonly string[]): string =>
	`In the Admin console: Security > Access and data control > API controls > Domain-wide delegation: client ID ${credential.clientId ?? `of ${credential.account}`}, with ${scopes === undefined ? "exactly the scopes of docs/guides/google.md" : `the scope ${scopes.join(" and ")}`}. It may take some minutes to work.`;
