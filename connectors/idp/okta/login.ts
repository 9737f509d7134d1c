import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { parseAnswer, type RawAnswer } from "../../http/answer.ts";
import { failureOfStatus, type Where } from "../../http/failure.ts";
import { type AssertionSigner, dpopProof } from "./keys.ts";
import { type OktaSettings, SCOPES } from "./settings.ts";
import type { Wire } from "./wire.ts";

const TOKEN_PATH = "/oauth2/v1/token";
type ServiceApp = Extract<OktaSettings["auth"], { kind: "serviceApp" }>;

/** `scheme`: how the token is sent; `DPoP` when the app demands proofs. */
export interface Login {
	readonly scheme: "Bearer" | "DPoP";
	readonly token: string;
	readonly expiresInMs: number;
	readonly scopes: readonly string[];
}

const answerSchema = z.object({
	access_token: z.string().min(1),
	token_type: z.string(),
	expires_in: z.number().positive(),
	scope: z.string().optional(),
});
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

/**
 * Client credentials at the organisation's own authorization server, with a signed assertion
 * (https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/). A DPoP proof always goes along;
 * an app that demands it answers 400 `use_dpop_nonce` with the nonce to use. Not by the SDK: it hides a refusal and
 * then sends `Bearer undefined`, and fetches one token for each request that is under way.
 * Throws `source.denied` with Okta's own words when the app, its key or a scope is refused.
 */
export async function logIn(wire: Wire, signer: AssertionSigner, signal: AbortSignal): Promise<Login> {
	const url = wire.base.origin + TOKEN_PATH;
	const where: Where = { method: "POST", path: TOKEN_PATH, host: wire.base.host, safe: true };
	let nonce: string | undefined;
	for (let attempt = 1; ; attempt += 1) {
		const assertion = await signer.assertion(url);
		const body = new URLSearchParams({
			grant_type: "client_credentials",
			scope: SCOPES.join(" "),
			client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
			client_assertion: assertion,
		}).toString();
		const proof = await dpopProof({ method: "POST", url, ...(nonce === undefined ? {} : { nonce }) });
		const headers = { "content-type": "application/x-www-form-urlencoded", dpop: proof };
		const answer = await wire.exchange({ method: "POST", url, headers, body }, where, { attempt, signal });
		if (answer.status === 200) return loginOf(answer, where);
		const wanted = answer.headers["dpop-nonce"];
		const again = refusalOf(answer)?.error === "use_dpop_nonce" && wanted !== undefined && wanted !== nonce && attempt < 3;
		if (!again) throw refused(wire, answer, where);
		nonce = wanted;
	}
}

function loginOf(answer: RawAnswer, where: Where): Login {
	const body = parseAnswer(answer, answerSchema, { side: "source", where });
	const scopes = body.scope?.split(" ") ?? [];
	const missing = body.scope === undefined ? [] : SCOPES.filter((scope) => !scopes.includes(scope));
	if (missing.length > 0)
		throw new SyncError("source.denied", `Okta's token lacks the scope ${missing.join(" and ")}`, { todo: grantScopes(missing) });
	return {
		scheme: /^dpop$/i.test(body.token_type) ? "DPoP" : "Bearer",
		token: body.access_token,
		expiresInMs: body.expires_in * 1000,
		scopes,
	};
}

function refusalOf(answer: RawAnswer): z.output<typeof refusalSchema> | undefined {
	try {
		return refusalSchema.safeParse(JSON.parse(answer.text)).data;
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

const grantScopes = (scopes: readonly string[]): string =>
	`In the Okta admin console: Applications > the app > Okta API Scopes > grant ${scopes.join(" and ")}.`;

function refused(wire: Wire, answer: RawAnswer, where: Where): SyncError {
	const { clientId, privateKey } = wire.settings.auth as ServiceApp;
	const said = refusalOf(answer);
	const detail = said === undefined ? {} : { detail: wire.clean(`${said.error}: ${said.error_description ?? "no reason given"}`) };
	const failure = failureOfStatus("source", answer.status, where, detail);
	const because = (code: "config.invalid" | "source.denied", message: string, todo: string) =>
		new SyncError(code, `${message}: ${failure.message}`, { todo, context: { ...failure.context, clientId } });
	if (answer.status === 404)
		return because("config.invalid", `${where.host} has no ${where.path}`, "Is url the address of your Okta organisation, without -admin?");
	if (said?.error === "invalid_scope")
		return because("source.denied", `Okta grants service app "${clientId}" no such scope`, grantScopes(SCOPES));
	if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
		const todo = `Check clientId, that the app is active, that the public half of the key (${privateKey.origin}) is registered with it, keyId where it has several keys, and this machine's clock.`;
		return because("source.denied", `Okta does not let service app "${clientId}" log in`, todo);
	}
	return failure;
}
