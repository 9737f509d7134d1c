import type { EntraLoginConfig } from "../config/sources/entra.ts";
import type { EntraLogin } from "../connectors/idp/entra/settings.ts";

/** Fetches what the log-in needs; a federated token is fetched anew each time, since it lives for minutes. Throws `config.secret-missing`. */
export async function entraLogin(login: EntraLoginConfig): Promise<EntraLogin> {
	if (login.kind === "managed") return login;
	const { tenant, clientId } = login;
	if (login.kind === "secret") return { kind: "secret", tenant, clientId, secret: await login.secret.resolve() };
	if (login.kind === "certificate") return { kind: "certificate", tenant, clientId, pem: await login.pem.resolve() };
	return { kind: "federated", tenant, clientId, assertion: () => login.token.resolve() };
}
