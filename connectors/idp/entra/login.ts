import { AsyncLocalStorage } from "node:async_hooks";
import type { HttpClient } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { SyncError } from "../../../core/errors.ts";
import { cancelled } from "../../http/pause.ts";
import { type IdentityHttp, identityHttp, type ServerClock } from "./identity-http.ts";
import { type Rights, rightsOf } from "./rights.ts";
import type { EntraLogin } from "./settings.ts";
import type { Wire } from "./wire.ts";

export interface Login {
	readonly token: string;
	readonly expiresInMs: number;
	readonly rights: Rights;
	readonly clock: ServerClock | undefined;
}

/**
 * One token for Graph, by @azure/identity. The credential is made anew each time: it keeps its token until that runs out,
 * even one that Graph has refused, and its client lives as long as the run. Throws `config.invalid` for an unknown tenant or
 * application, `source.denied` for a wrong secret, certificate or assertion.
 */
export async function logIn(wire: Wire, signal: AbortSignal): Promise<Login> {
	// Loaded when first used: a third of a second, and `--help` shall be instant.
	const [sdk, { createHttpHeaders }] = await Promise.all([import("@azure/identity"), import("@azure/core-rest-pipeline")]);
	if (signal.aborted) throw cancelled();
	const { login } = wire.settings;
	const http = identityHttp(wire, { headers: createHttpHeaders, managed: login.kind === "managed" }, signal);
	const credential = await credentialFor(sdk, wire, http);
	const got = await tokenFrom(credential, wire, http);
	const lifeMs = http.managedLifeMs() ?? got.expiresOnTimestamp - Date.now();
	return { token: got.token, expiresInMs: lifeMs, rights: rightsOf(got.token), clock: http.clock() };
}

type Sdk = typeof import("@azure/identity");

/**
 * The SDK keeps the HTTP client of the first managed identity for the whole process, and uses it for all later ones. So it
 * gets one that finds the log-in that is under way: with its own signal, log and counts.
 */
const underWay = new AsyncLocalStorage<HttpClient>();
const MACHINE: HttpClient = {
	sendRequest: (request) => {
		const client = underWay.getStore();
		if (client === undefined) throw new SyncError("bug", "a request for a token outside of any log-in");
		return client.sendRequest(request);
	},
};

async function credentialFor(sdk: Sdk, wire: Wire, http: IdentityHttp): Promise<TokenCredential> {
	const { login } = wire.settings;
	// One place repeats: ours. Instance discovery would ask Microsoft's public cloud about the authority, whichever it is.
	const options = {
		httpClient: login.kind === "managed" ? MACHINE : http.client,
		authorityHost: wire.cloud.authority,
		disableInstanceDiscovery: true,
		retryOptions: { maxRetries: 0 },
	};
	if (login.kind === "managed")
		return new sdk.ManagedIdentityCredential({ ...options, ...(login.clientId === undefined ? {} : { clientId: login.clientId }) });
	const { tenant, clientId } = login;
	if (login.kind === "secret") return new sdk.ClientSecretCredential(tenant, clientId, login.secret.reveal(), options);
	if (login.kind === "certificate")
		return new sdk.ClientCertificateCredential(tenant, clientId, { certificate: login.pem.reveal() }, options);
	const assertion = await login.assertion();
	return new sdk.ClientAssertionCredential(tenant, clientId, () => Promise.resolve(assertion.reveal()), options);
}

async function tokenFrom(credential: TokenCredential, wire: Wire, http: IdentityHttp) {
	try {
		const got = await underWay.run(http.client, () => credential.getToken(wire.cloud.scope));
		if (got !== null) return got;
	} catch (error) {
		throw http.failure() ?? unusable(wire.settings.login, error);
	}
	throw http.failure() ?? unusable(wire.settings.login, undefined);
}

/** The SDK gave up before it asked anybody: a key that cannot be read, no identity on this machine, an answer that it did not like. */
function unusable(login: EntraLogin, error: unknown): SyncError {
	if (error instanceof SyncError) return error;
	const todo = {
		secret: "Check tenant, clientId and clientSecret.",
		certificate: "The file must hold the certificate and its unencrypted RSA private key, both as PEM.",
		federated: "Check tenant, clientId and the file with the token.",
		managed: "Managed identities exist on machines and services in Azure only; elsewhere use a certificate or a secret.",
	}[login.kind];
	// The SDK's sentence is left out: it may quote what was sent.
	const name = error instanceof Error ? error.name : "no token";
	return new SyncError(
		login.kind === "managed" ? "source.denied" : "config.invalid",
		`no log-in could be made with the ${WORDS[login.kind]} (${name})`,
		{ todo },
	);
}
const WORDS = { secret: "client secret", certificate: "certificate", federated: "federated token", managed: "managed identity" } as const;
