import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { deadline } from "../../http/deadline.ts";
import { failureOf, failureOfStatus, type Where } from "../../http/failure.ts";
import { looksLikeHtml } from "../../http/text.ts";
import { type Claims, claimsOf } from "./rights.ts";
import { detailOf, type Wire } from "./wire.ts";

/** `askedAt` and `answeredAt`: our clock (milliseconds since 1970) around the request, for judging the server's. */
export interface Login {
	readonly token: string;
	readonly expiresInMs: number;
	readonly claims: Claims | undefined;
	readonly askedAt: number;
	readonly answeredAt: number;
}

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/**
 * Client credentials (RFC 6749 section 4.4), with the secret as HTTP Basic, form-encoded first (section 2.3.1).
 * Not by the SDK's own `auth()`: it has no way back once such a token, which comes without a refresh token, has expired
 * (https://github.com/keycloak/keycloak/issues/46418). Throws `config.invalid` for a realm that does not exist,
 * `source.denied` for a wrong client or secret.
 */
export async function logIn(wire: Wire, signal: AbortSignal): Promise<Login> {
	const { settings, base } = wire;
	const path = `${base.contextPath}/realms/${encodeURIComponent(settings.authRealm ?? settings.realm)}/protocol/openid-connect/token`;
	const where: Where = { method: "POST", path, host: base.host, safe: true };
	const askedAt = Date.now();
	const { status, text, type } = await post(wire, { where, url: base.origin + path }, signal);
	const answeredAt = Date.now();
	if (status !== 200) throw refused(wire, { status, text, where });
	const parsed = answerSchema.safeParse(jsonOf(text));
	if (!parsed.success) {
		const what = looksLikeHtml(type, text) ? "an HTML page" : "something that is not a token";
		throw new SyncError("source.malformed", `POST ${path} on ${base.host} answered 200 with ${what}`, {
			todo: "Is this a log-in page or a proxy's notice? Open the url in a browser and compare.",
		});
	}
	const { access_token: token, expires_in: seconds } = parsed.data;
	return { token, expiresInMs: seconds * 1000, claims: claimsOf(token), askedAt, answeredAt };
}

interface TokenAnswer {
	readonly status: number;
	readonly text: string;
	readonly type: string;
}

async function post(wire: Wire, to: { readonly where: Where; readonly url: string }, signal: AbortSignal): Promise<TokenAnswer> {
	const { settings, dispatcher } = wire;
	const limit = deadline(settings.network.timeoutMs, signal);
	const started = performance.now();
	const log = (line: { readonly status: number } | { readonly error: string }) =>
		settings.log?.({ method: "POST", host: to.where.host, path: to.where.path, ms: performance.now() - started, attempt: 1, ...line });
	wire.sent();
	try {
		const answer = await fetch(to.url, {
			method: "POST",
			headers: { authorization: wire.authorization(), accept: "application/json", ...wire.headers },
			body: new URLSearchParams({ grant_type: "client_credentials" }),
			// Followed, a redirect could carry the secret to another server.
			redirect: "manual",
			dispatcher,
			signal: limit.signal,
		});
		const text = await answer.text();
		log({ status: answer.status });
		return { status: answer.status, text, type: answer.headers.get("content-type") ?? "" };
	} catch (error) {
		const failure = failureOf("source", limit.passed() ? wire.late() : error, to.where);
		log({ error: failure.code });
		throw failure;
	} finally {
		limit.release();
	}
}

function refused(wire: Wire, answer: { readonly status: number; readonly text: string; readonly where: Where }): SyncError {
	const { status, where } = answer;
	const { clientId, realm, authRealm = realm } = wire.settings;
	const said = detailOf(jsonOf(answer.text), wire.secrets());
	const detail = said === undefined ? {} : { detail: said };
	const failure = failureOfStatus("source", status, where, detail);
	const rewritten = (code: "config.invalid" | "source.denied", message: string, todo: string) =>
		new SyncError(code, `${message}: ${failure.message}`, { todo, context: { ...failure.context, realm: authRealm, clientId } });
	if (status === 404) {
		const todo = `Check realm "${authRealm}" and url: servers before Keycloak 17 want /auth at its end, later ones usually do not.`;
		return rewritten("config.invalid", `Keycloak knows no realm "${authRealm}"`, todo);
	}
	if (status === 400 || status === 401) {
		const todo = `Check clientId and clientSecret (${wire.settings.clientSecret.origin}), and that client "${clientId}" has "Client authentication" and "Service account roles" switched on.`;
		return rewritten("source.denied", `Keycloak does not let client "${clientId}" log in`, todo);
	}
	return failure;
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}
