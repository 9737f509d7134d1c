import type { OktaAuthConfig } from "../config/sources/okta.ts";
import type { OktaAuth } from "../connectors/idp/okta/settings.ts";

/** Fetches the secret of an Okta source. Throws `config.secret-missing`. */
export async function oktaAuth(auth: OktaAuthConfig): Promise<OktaAuth> {
	if (auth.kind === "token") return { kind: "token", token: await auth.token.resolve() };
	return { ...auth, privateKey: await auth.privateKey.resolve() };
}
