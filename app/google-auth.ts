import type { GoogleAuthConfig } from "../config/sources/google.ts";
import type { GoogleSettings } from "../connectors/idp/google/connector.ts";

/** The log-in with its secrets fetched. Throws `config.secret-missing`. */
export async function googleAuth(auth: GoogleAuthConfig): Promise<GoogleSettings["auth"]> {
	if (auth.kind === "key") return { kind: "key", key: await auth.key.resolve() };
	if (auth.kind === "federation") return { ...auth, configuration: await auth.configuration.resolve() };
	return auth;
}
