import { createPrivateKey } from "node:crypto";
import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { parseAnswer, type RawAnswer } from "../../http/answer.ts";
import type { Where } from "../../http/failure.ts";
import type { Run } from "../../http/fetching.ts";
import { federatedToken, refused } from "./federation.ts";
import { jsonOf } from "./refusals.ts";
import { throughSdk } from "./sdk.ts";
import type { GoogleAuth, GoogleSettings } from "./settings.ts";
import type { Wire } from "./wire.ts";

/** Signs the assertion (RFC 7523) by which the service account asks for a token. */
export interface Credential {
	/** E-mail address of the service account. */
	readonly account: string;
	/** The number by which the delegation names the account; undefined where it is not known. */
	readonly clientId: string | undefined;
	assertion(scopes: readonly string[], run: Run): Promise<string>;
}

/** Throws `config.invalid` for a key file or a configuration that cannot be used. */
export function credentialOf(wire: Wire): Credential {
	const { auth } = wire.settings;
	if (auth.kind === "key") return new KeyFile(wire, auth);
	return new SignedByIam(wire, auth.serviceAccount, auth.kind === "machine" ? machineToken(wire) : federatedToken(wire, auth));
}

/** The audience of every assertion, and the SDK's own address of the token endpoint. */
const AUDIENCE = "https://oauth2.googleapis.com/token";
/** Seconds; Google takes assertions of at most an hour. */
const ASSERTION_LIFE = 3_600;

const keySchema = z.object({
	type: z.literal("service_account"),
	client_email: z.email(),
	private_key: z.string().min(1),
	client_id: z.string().optional(),
});

class KeyFile implements Credential {
	readonly account: string;
	readonly clientId: string | undefined;
	readonly #key: string;
	readonly #subject: string | undefined;

	constructor(wire: Wire, auth: Extract<GoogleAuth, { kind: "key" }>) {
		const text = auth.key.reveal();
		const parsed = keySchema.safeParse(jsonOf(text));
		if (!parsed.success) throw badKey(auth, "is not the key file of a service account");
		const { client_email, client_id, private_key } = parsed.data;
		try {
			createPrivateKey(private_key);
		} catch {
			// The parser's own words could quote the key.
			throw badKey(auth, "holds a private_key that cannot be read");
		}
		wire.conceal(private_key);
		wire.conceal(text);
		this.account = client_email;
		this.clientId = client_id;
		this.#key = private_key;
		this.#subject = wire.settings.subject;
	}

	/**
	 * By the SDK, of which a new client is made each time: one that has a token hands it out until it ends by its own
	 * clock, also after Google has refused it. Its request to the fixed token endpoint is taken before it leaves.
	 */
	async assertion(scopes: readonly string[]): Promise<string> {
		const { JWT } = await import("google-auth-library");
		let body: string | undefined;
		await throughSdk(
			(transporterOptions) =>
				new JWT({
					email: this.account,
					key: this.#key,
					scopes: [...scopes],
					...(this.#subject === undefined ? {} : { subject: this.#subject }),
					transporterOptions,
				}).authorize(),
			(request) => {
				body = request.body;
				return Promise.resolve({ status: 200, headers: {}, text: "{}" });
			},
		);
		const assertion = new URLSearchParams(body).get("assertion");
		if (assertion === null) throw new SyncError("bug", "the Google library made no assertion");
		return assertion;
	}
}

const badKey = (auth: Extract<GoogleAuth, { kind: "key" }>, what: string): SyncError =>
	new SyncError("config.invalid", `the service account's key (${auth.key.origin}) ${what}`, {
		todo: "Put the whole JSON file into the secret, as Google Cloud console > IAM & Admin > Service accounts > Keys gives it.",
	});

const signedSchema = z.object({ signedJwt: z.string().min(1) });

/**
 * No key anywhere: IAM signs (https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt)
 * for whoever has the role Service Account Token Creator on the service account.
 */
class SignedByIam implements Credential {
	readonly account: string;
	readonly clientId = undefined;
	readonly #wire: Wire;
	readonly #caller: (run: Run) => Promise<string>;

	constructor(wire: Wire, account: string, caller: (run: Run) => Promise<string>) {
		this.#wire = wire;
		this.account = account;
		this.#caller = caller;
	}

	async assertion(scopes: readonly string[], run: Run): Promise<string> {
		const token = await this.#caller(run);
		this.#wire.conceal(token);
		const { iam } = this.#wire;
		const path = `${iam.contextPath}/v1/projects/-/serviceAccounts/${encodeURIComponent(this.account)}:signJwt`;
		const where: Where = { method: "POST", path, host: iam.host, safe: true };
		const body = JSON.stringify({ payload: JSON.stringify(claims(this.#wire.settings, this.account, scopes)) });
		const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
		const answer = await this.#wire.exchange({ method: "POST", url: iam.origin + path, headers, body }, where, run);
		return signed(this.#wire, answer, { where, account: this.account, run });
	}
}

function claims({ subject }: GoogleSettings, account: string, scopes: readonly string[]): object {
	const iat = Math.floor(Date.now() / 1000);
	const sub = subject === undefined ? {} : { sub: subject };
	return { iss: account, ...sub, scope: scopes.join(" "), aud: AUDIENCE, iat, exp: iat + ASSERTION_LIFE };
}

function signed(wire: Wire, answer: RawAnswer, at: { readonly where: Where; readonly account: string; readonly run: Run }): string {
	if (answer.status === 200) return parseAnswer(answer, signedSchema, { side: "source", where: at.where }).signedJwt;
	const rights = `Give this machine's identity the role Service Account Token Creator on ${at.account}, and switch on the IAM Service Account Credentials API for its project.`;
	throw refused(wire, answer, { where: at.where, run: at.run, rights });
}

const tokenSchema = z.object({ access_token: z.string().min(1) });

/** https://cloud.google.com/compute/docs/access/authenticate-workloads#applications */
function machineToken(wire: Wire): (run: Run) => Promise<string> {
	const { metadata } = wire;
	const path = `${metadata.contextPath}/computeMetadata/v1/instance/service-accounts/default/token`;
	const where: Where = { method: "GET", path, host: metadata.host };
	return async (run) => {
		const url = metadata.origin + path;
		const answer = await wire.exchange({ method: "GET", url, headers: { "metadata-flavor": "Google" }, direct: true }, where, run);
		if (answer.status === 200) return parseAnswer(answer, tokenSchema, { side: "source", where }).access_token;
		throw refused(wire, answer, { where, run, rights: "Attach a service account to this Google Cloud machine." });
	};
}
