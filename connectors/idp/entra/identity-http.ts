import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { parseAnswer, type RawAnswer, statedWaitMs } from "../../http/answer.ts";
import { failureOfStatus, type Where } from "../../http/failure.ts";
import { exchange } from "./exchange.ts";
import type { Wire } from "./wire.ts";

const metadataSchema = z.looseObject({ token_endpoint: z.url() });
const tokenSchema = z.looseObject({ access_token: z.string().min(1) });
const refusalSchema = z.object({ error: z.string(), error_description: z.string().nullish(), error_codes: z.array(z.number()).nullish() });

/** One log-in's way to the authority. */
export interface IdentityHttp {
	readonly client: HttpClient;
	/** What went wrong on the way, in our words; the SDK's own errors have lost it. */
	failure(): SyncError | undefined;
	/** The server's clock as its last answer stated it, milliseconds since 1970, with ours around the request. */
	clock(): ServerClock | undefined;
	/** How long a managed identity's token really lives, milliseconds. */
	managedLifeMs(): number | undefined;
}
export interface ServerClock {
	readonly stated: number;
	readonly askedAt: number;
	readonly answeredAt: number;
}

/**
 * In place of the SDK's own HTTP client, which would follow redirects with the secret in the body, repeat in a rhythm of
 * its own, and know nothing of our proxy, certificates, log and counts. The client secret leaves for the authority's
 * hosts only, whatever the authority says about itself.
 */
export function identityHttp(
	wire: Wire,
	tools: { readonly headers: typeof import("@azure/core-rest-pipeline").createHttpHeaders; readonly managed: boolean },
	signal: AbortSignal,
): IdentityHttp {
	let failure: SyncError | undefined;
	let clock: ServerClock | undefined;
	let lifeMs: number | undefined;
	const respond = (request: PipelineRequest, answer: RawAnswer): PipelineResponse => {
		const read = tools.managed ? shortLived(answer.text) : { text: answer.text };
		if ("lifeMs" in read) lifeMs = read.lifeMs;
		return { request, status: answer.status, headers: tools.headers({ ...answer.headers }), bodyAsText: read.text };
	};
	const sendRequest = async (request: PipelineRequest): Promise<PipelineResponse> => {
		try {
			const askedAt = Date.now();
			const answer = await ask(wire, { request, managed: tools.managed }, signal);
			const stated = Date.parse(answer.headers.date ?? "");
			if (!Number.isNaN(stated)) clock = { stated, askedAt, answeredAt: Date.now() };
			return respond(request, answer);
		} catch (error) {
			if (error instanceof SyncError) failure = error;
			throw error;
		}
	};
	return { client: { sendRequest }, failure: () => failure, clock: () => clock, managedLifeMs: () => lifeMs };
}

async function ask(
	wire: Wire,
	sent: { readonly request: PipelineRequest; readonly managed: boolean },
	signal: AbortSignal,
): Promise<RawAnswer> {
	const { request, managed } = sent;
	const url = new URL(request.url);
	const where: Where = { method: request.method, path: url.pathname, host: url.host, safe: true };
	if (!managed) assertAuthority(wire, url, where);
	const answer = await exchange(
		wire,
		{
			where,
			attempt: 1,
			send: (stop) =>
				fetch(request.url, {
					method: request.method,
					headers: { ...request.headers.toJSON({ preserveCase: true }), "user-agent": wire.userAgent },
					redirect: "manual",
					dispatcher: wire.dispatcher(managed ? "near" : "far"),
					signal: stop,
					...(typeof request.body === "string" ? { body: request.body } : {}),
				}),
		},
		signal,
	);
	if (answer.status >= 200 && answer.status < 300) {
		if (managed || request.method !== "GET") parseAnswer(answer, tokenSchema, { side: "source", where });
		else parseAnswer(answer, metadataSchema, { side: "source", where });
		return answer;
	}
	// Azure Arc's agent answers 401 first, with a challenge that the SDK knows how to meet.
	if (managed && answer.status === 401 && answer.headers["www-authenticate"] !== undefined) return answer;
	throw refused(wire, answer, { where, managed });
}

function assertAuthority(wire: Wire, url: URL, where: Where): void {
	const { authorityHosts } = wire.cloud;
	if (url.protocol === "https:" && authorityHosts.includes(url.host)) return;
	throw new SyncError("source.malformed", `the authority sends log-ins to ${where.host}, which is none of ${authorityHosts.join(", ")}`, {
		todo: "No credential was sent there. Check `cloud` and `authority`, and whether something in between changes answers.",
	});
}

/** What the codes mean: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const UNKNOWN_TENANT = new Set([90002, 90013, 900021, 900023]);
const UNKNOWN_APPLICATION = new Set([700016, 7000112]);

function refused(wire: Wire, answer: RawAnswer, at: { readonly where: Where; readonly managed: boolean }): SyncError {
	const parsed = refusalSchema.safeParse(jsonOf(answer.text)).data;
	const detail = parsed === undefined ? undefined : wire.said(`${parsed.error_description ?? parsed.error}`);
	const wait = answer.status === 429 || answer.status === 503 ? statedWaitMs(answer.headers) : undefined;
	const failure = failureOfStatus("source", answer.status, at.where, {
		...(detail === undefined ? {} : { detail }),
		...(wait === undefined ? {} : { retryAfterMs: wait }),
	});
	const { login } = wire.settings;
	const renamed = (code: "config.invalid" | "source.denied", what: string, todo: string) =>
		new SyncError(code, `${what}: ${failure.message}`, { todo, context: failure.context });
	const final = answer.status >= 400 && answer.status < 500 && failure.retry === "never";
	if (at.managed && final)
		return renamed(
			"source.denied",
			"this machine has no such managed identity",
			"Check that an identity is assigned to the machine, and clientId where it has several.",
		);
	if (login.kind === "managed" || !final) return failure;
	const codes = parsed?.error_codes ?? [];
	if (codes.some((code) => UNKNOWN_TENANT.has(code)))
		return renamed(
			"config.invalid",
			`there is no tenant "${login.tenant}"`,
			"Check tenant (Entra admin center > Overview > Tenant ID), and cloud.",
		);
	if (codes.some((code) => UNKNOWN_APPLICATION.has(code)))
		return renamed(
			"config.invalid",
			`tenant ${login.tenant} has no application ${login.clientId}`,
			"Check clientId (App registrations > Application (client) ID), and that it is registered in this tenant.",
		);
	if (answer.status !== 400 && answer.status !== 401) return failure;
	return renamed("source.denied", `Entra ID does not let application ${login.clientId} log in`, TODO[login.kind]);
}

const TODO = {
	secret: "Check clientSecret: it is the secret's Value, not its ID, and it may have expired (App registrations > Certificates & secrets).",
	certificate: "Check that the certificate is uploaded to the application, has not expired, and belongs to the private key in the file.",
	federated: "Check the application's federated credential: issuer, subject and audience must be those of the token.",
} as const;

/** Unix seconds, as a number or a text, or a date; seconds from now on. */
const expirySchema = z.object({
	expires_on: z.union([z.number(), z.string()]).optional(),
	expires_in: z.union([z.number(), z.string()]).optional(),
});

/**
 * The SDK keeps tokens of managed identities for the whole process, and gives the same one again after Graph has refused
 * it. It is told that they end within its margin of five minutes, so that it asks the machine anew each time.
 */
function shortLived(text: string): { readonly text: string; readonly lifeMs?: number } {
	const body = jsonOf(text);
	if (!(body instanceof Object) || !("access_token" in body)) return { text };
	const { expires_on, expires_in } = expirySchema.parse(body);
	const stated = typeof expires_on === "string" && !/^\d+$/.test(expires_on) ? Date.parse(expires_on) : Number(expires_on) * 1000;
	const lifeMs = Number.isNaN(stated) ? Number(expires_in ?? 0) * 1000 : stated - Date.now();
	const soon = { expires_on: String(Math.floor(Date.now() / 1000) + 60), expires_in: "60" };
	return { text: JSON.stringify({ ...body, ...soon }), lifeMs };
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}
