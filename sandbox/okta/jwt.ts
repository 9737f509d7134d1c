import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";

/** A JSON Web Token whose signature was checked. Times in claims are seconds. */
export interface Jwt {
	readonly header: Readonly<Record<string, unknown>>;
	readonly claims: Readonly<Record<string, unknown>>;
}

const hashes: Readonly<Record<string, string>> = { "256": "sha256", "384": "sha384", "512": "sha512" };

/** Undefined: not such a token. The signature is checked by `verified`. */
export function parsedJwt(token: string): Jwt | undefined {
	const [header, claims] = token.split(".").map((part) => partOf(part));
	return header === undefined || claims === undefined ? undefined : { header, claims };
}

function partOf(part: string): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
		return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

/** RS256 to RS512 and ES256 to ES512 (RFC 7518 section 3.1). */
export function verified(token: string, key: JsonWebKey): boolean {
	const [header = "", claims = "", signature = ""] = token.split(".");
	const alg = String(parsedJwt(token)?.header.alg ?? "");
	const hash = hashes[alg.slice(2)];
	const publicKey = createPublicKey({ key, format: "jwk" });
	if (hash === undefined || !fits(alg, publicKey)) return false;
	const options = alg.startsWith("ES") ? { key: publicKey, dsaEncoding: "ieee-p1363" as const } : publicKey;
	return verify(hash, Buffer.from(`${header}.${claims}`), options, Buffer.from(signature, "base64url"));
}

const fits = (alg: string, key: KeyObject): boolean => key.asymmetricKeyType === (alg.startsWith("ES") ? "ec" : "rsa");

/** RFC 7638. */
export function thumbprint(key: JsonWebKey): string {
	const { crv, e, kty, n, x, y } = key;
	const members = kty === "EC" ? { crv, kty, x, y } : { e, kty, n };
	return createHash("sha256").update(JSON.stringify(members)).digest("base64url");
}

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("base64url");
