import { readFile } from "node:fs/promises";
import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { parseAnswer, type RawAnswer } from "../../http/answer.ts";
import type { Where } from "../../http/failure.ts";
import type { Outgoing, Run } from "../../http/fetching.ts";
import { looksLikeHtml } from "../../http/text.ts";
import { jsonOf, refusalOf } from "./refusals.ts";
import type { GoogleAuth } from "./settings.ts";
import type { Wire } from "./wire.ts";

type Federation = Extract<GoogleAuth, { kind: "federation" }>;

/** The client configuration that Google Cloud offers to download (https://google.aip.dev/auth/4117), for tokens from a file or an address. */
const configurationSchema = z.object({
	type: z.literal("external_account"),
	audience: z.string().min(1),
	subject_token_type: z.string().min(1),
	token_url: z.url({ protocol: /^https?$/ }),
	credential_source: z.object({
		file: z.string().optional(),
		url: z.url({ protocol: /^https?$/ }).optional(),
		headers: z.record(z.string(), z.string()).optional(),
		format: z.object({ type: z.enum(["text", "json"]), subject_token_field_name: z.string().optional() }).optional(),
	}),
});
type Configuration = z.output<typeof configurationSchema>;

const tokenSchema = z.object({ access_token: z.string().min(1) });
const CLOUD_SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/**
 * Workload identity federation (https://cloud.google.com/iam/docs/workload-identity-federation): the outer identity
 * provider's token is traded for Google's (RFC 8693). Not by the SDK, which makes that exchange past the transport that
 * it was given: past proxy, own CA and deadline, and after redirects. Throws `config.invalid` for an unusable configuration.
 */
export function federatedToken(wire: Wire, auth: Federation): (run: Run) => Promise<string> {
	const parsed = configurationSchema.safeParse(jsonOf(auth.configuration.reveal()));
	const source = parsed.data?.credential_source;
	if (parsed.data === undefined || (source?.file === undefined) === (source?.url === undefined)) throw unusable(auth);
	const configuration = parsed.data;
	return async (run) => {
		const outer = await outerToken(wire, { configuration, auth }, run);
		wire.conceal(outer);
		return await traded(wire, { configuration, outer }, run);
	};
}

const unusable = (auth: Federation): SyncError =>
	new SyncError("config.invalid", `the federation's configuration (${auth.configuration.origin}) is none that Rollcall can use`, {
		todo: "Put the client configuration into it that Google Cloud console > IAM & Admin > Workload Identity Federation offers to download, of a provider whose token comes from a file or a URL (not AWS, not an executable).",
	});

interface Outer {
	readonly configuration: Configuration;
	readonly auth: Federation;
}

async function outerToken(wire: Wire, { configuration, auth }: Outer, run: Run): Promise<string> {
	const { file, url = "", headers = {}, format } = configuration.credential_source;
	const text = file === undefined ? await fetched(wire, { method: "GET", url, headers }, run) : await fromFile(file);
	const field = format?.subject_token_field_name;
	const token = format?.type === "json" ? (jsonOf(text) as Record<string, unknown> | undefined)?.[field ?? ""] : text.trim();
	if (typeof token === "string" && token !== "" && !looksLikeHtml("", token)) return token;
	throw new SyncError("source.malformed", `the credential source of the federation (${auth.configuration.origin}) gave no token`, {
		todo: "Compare credential_source and its format with what the identity provider really gives.",
	});
}

async function fromFile(path: string): Promise<string> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		throw new SyncError(
			"config.secret-missing",
			`the federation's token file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
			{
				cause: error,
				todo: "The identity provider's agent writes it; it must be readable for the account that Rollcall runs as.",
			},
		);
	}
}

/** Without TLS it is a metadata server on this machine's own network, never behind a proxy. */
async function fetched(wire: Wire, out: Outgoing, run: Run): Promise<string> {
	const { host, pathname: path, protocol } = new URL(out.url);
	const where: Where = { method: out.method, path, host };
	const answer = await wire.exchange(protocol === "http:" ? { ...out, direct: true } : out, where, run);
	if (answer.status === 200) return answer.text;
	throw refused(wire, answer, { where, run, rights: "Check the identity of this machine at its own provider." });
}

async function traded(wire: Wire, trade: { readonly configuration: Configuration; readonly outer: string }, run: Run): Promise<string> {
	const { audience, subject_token_type, token_url: url } = trade.configuration;
	const { host, pathname: path } = new URL(url);
	const where: Where = { method: "POST", path, host, safe: true };
	const body = new URLSearchParams({
		grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
		audience,
		scope: CLOUD_SCOPE,
		requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
		subject_token_type,
		subject_token: trade.outer,
	}).toString();
	const headers = { "content-type": "application/x-www-form-urlencoded" };
	const answer = await wire.exchange({ method: "POST", url, headers, body }, where, run);
	if (answer.status === 200) return parseAnswer(answer, tokenSchema, { side: "source", where }).access_token;
	throw refused(wire, answer, { where, run, rights: "Check the pool, the provider and its attribute condition." });
}

const oauthSchema = z.object({ error: z.string(), error_description: z.string().optional() });

/** OAuth's error bodies (RFC 6749 section 5.2) are refusals for good; anything else is judged like the API's answers. */
export function refused(
	wire: Wire,
	answer: RawAnswer,
	at: { readonly where: Where; readonly run: Run; readonly rights: string },
): SyncError {
	const { where, run, rights } = at;
	const clean = (text: string) => wire.clean(text);
	const failure = refusalOf(answer, { where, attempt: run.attempt, baseMs: wire.settings.retry?.baseMs ?? 250, clean, rights });
	const said = oauthSchema.safeParse(jsonOf(answer.text)).data;
	if (said === undefined || answer.status >= 500 || answer.status === 429) return failure;
	const message = `${failure.message}: ${clean(`${said.error}: ${said.error_description ?? "no reason given"}`)}`;
	return new SyncError("source.denied", message, { context: failure.context, todo: rights });
}
