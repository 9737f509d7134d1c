import type { ScimAuthConfig } from "../config/sources/scim.ts";
import type { ScimAuth } from "../connectors/idp/scim/settings.ts";

/** Fetches the secret of a SCIM source. Throws `config.secret-missing`. */
export async function scimAuth(auth: ScimAuthConfig): Promise<ScimAuth> {
	if (auth.kind === "bearer") return { ...auth, token: await auth.token.resolve() };
	if (auth.kind === "basic") return { ...auth, password: await auth.password.resolve() };
	return { ...auth, clientSecret: await auth.clientSecret.resolve() };
}
