import type { JumpCloudAuthConfig } from "../config/sources/jumpcloud.ts";
import type { JumpCloudAuth } from "../connectors/idp/jumpcloud/settings.ts";

/** Fetches the secret of a JumpCloud source. Throws `config.secret-missing`. */
export async function jumpcloudAuth(auth: JumpCloudAuthConfig): Promise<JumpCloudAuth> {
	if (auth.kind === "apiKey") return { kind: "apiKey", key: await auth.key.resolve() };
	return { ...auth, clientSecret: await auth.clientSecret.resolve() };
}
