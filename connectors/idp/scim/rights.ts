type Claims = Readonly<Record<string, unknown>>;

/** What a JSON Web Token says (RFC 7519), its signature unread: it is the server's to judge. Undefined for any other text. */
export function claimsOf(token: string): Claims | undefined {
	const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? [];
	if (payload === undefined) return undefined;
	try {
		const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
		return typeof claims === "object" && claims !== null && !Array.isArray(claims) ? (claims as Claims) : undefined;
	} catch {
		return undefined; // three words with dots between them that are no token
	}
}

/** `scope` (RFC 8693 section 4.2), and what others use for it: `scp`, `roles`. */
export function scopesIn(claims: Claims | undefined): readonly string[] {
	const { scope, scp, roles } = claims ?? {};
	return [scope, scp, roles].flatMap((value) => {
		if (typeof value === "string") return value.split(" ").filter((word) => word !== "");
		return Array.isArray(value) ? value.filter((word): word is string => typeof word === "string") : [];
	});
}

/** Names of scopes are each server's own; these words mean more than reading in all of them. */
const WRITES = /write|manage|admin|full|create|update|delete|modify|provision/i;
export const beyondReading = (scopes: readonly string[]): readonly string[] => scopes.filter((scope) => WRITES.test(scope));

/** When a token ends, in milliseconds since 1970, where it says so. */
export const endOf = (claims: Claims | undefined): number | undefined =>
	typeof claims?.exp === "number" && Number.isFinite(claims.exp) ? claims.exp * 1_000 : undefined;
