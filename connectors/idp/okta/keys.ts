import { createHash, createPrivateKey, type KeyObject } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { SyncError } from "../../../core/errors.ts";
import type { OktaAuth } from "./settings.ts";

type ServiceApp = Extract<OktaAuth, { kind: "serviceApp" }>;

interface SigningKey {
	readonly key: KeyObject;
	readonly alg: string;
	readonly kid: string | undefined;
}

/** Seconds; Okta takes assertions of at most an hour. */
const ASSERTION_LIFE = 300;

/** Signs the assertions of a service app (private_key_jwt, RFC 7523). Throws `config.invalid` for a key that cannot be used. */
export class AssertionSigner {
	readonly #app: ServiceApp;
	#signing: SigningKey | undefined;

	constructor(app: ServiceApp) {
		this.#app = app;
	}

	async assertion(audience: string): Promise<string> {
		this.#signing ??= signingKeyOf(this.#app);
		const { key, alg, kid } = this.#signing;
		return await new SignJWT()
			.setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
			.setIssuer(this.#app.clientId)
			.setSubject(this.#app.clientId)
			.setAudience(audience)
			.setJti(crypto.randomUUID())
			.setIssuedAt()
			.setExpirationTime(`${ASSERTION_LIFE} s`)
			.sign(key);
	}
}

/** https://www.rfc-editor.org/rfc/rfc7518#section-3.1, by the name OpenSSL gives the curve. */
const CURVES: Readonly<Record<string, string>> = { prime256v1: "ES256", secp384r1: "ES384", secp521r1: "ES512" };

function signingKeyOf({ privateKey, keyId }: ServiceApp): SigningKey {
	const wrong = (what: string) =>
		new SyncError("config.invalid", `the private key (${privateKey.origin}) ${what}`, {
			todo: "Put the whole key into the secret as Okta shows it: a JSON Web Key with its kty and d, or PEM text that begins with -----BEGIN.",
		});
	const text = privateKey.reveal().trim();
	let key: KeyObject;
	let jwk: JWK | undefined;
	try {
		jwk = text.startsWith("{") ? (JSON.parse(text) as JWK) : undefined;
		key = jwk === undefined ? createPrivateKey(text) : createPrivateKey({ key: jwk as never, format: "jwk" });
	} catch {
		// The parser's own words could quote the key.
		throw wrong("cannot be read");
	}
	const kind = key.asymmetricKeyType;
	const curve = key.asymmetricKeyDetails?.namedCurve ?? "";
	const alg = kind === "rsa" ? "RS256" : kind === "ec" ? CURVES[curve] : undefined;
	if (alg === undefined) throw wrong(`is of a kind that Okta does not take (${kind ?? "unknown"}${curve === "" ? "" : ` ${curve}`})`);
	if (kind === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) throw wrong("is shorter than 2048 bits");
	return { key, alg: jwk?.alg ?? alg, kid: keyId ?? jwk?.kid };
}

interface ProofKey {
	readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];
	readonly publicJwk: JWK;
}
let proofKey: Promise<ProofKey> | undefined;

/**
 * A key of this process alone: it proves that a token is used by whom it was given to, and dies with the process.
 * ES256 is among `dpop_signing_alg_values_supported` of Okta's authorization servers.
 */
function ownProofKey(): Promise<ProofKey> {
	proofKey ??= generateKeyPair("ES256").then(async ({ privateKey, publicKey }) => ({ privateKey, publicJwk: await exportJWK(publicKey) }));
	return proofKey;
}

/** One DPoP proof for one request (RFC 9449 section 4.2). `token`: the access token that goes with it. */
export async function dpopProof(request: {
	readonly method: string;
	readonly url: string;
	readonly token?: string;
	readonly nonce?: string;
}): Promise<string> {
	const { privateKey, publicJwk } = await ownProofKey();
	const { origin, pathname } = new URL(request.url);
	const ath = request.token === undefined ? {} : { ath: createHash("sha256").update(request.token).digest("base64url") };
	const nonce = request.nonce === undefined ? {} : { nonce: request.nonce };
	return await new SignJWT({ htm: request.method.toUpperCase(), htu: origin + pathname, ...ath, ...nonce })
		.setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk: publicJwk })
		.setJti(crypto.randomUUID())
		.setIssuedAt()
		.sign(privateKey);
}
