import { type LdapOptions, type LdapSandbox, startLdap } from "../ldap/server.ts";

/** A stand-in of one Active Directory domain's controller. */
export const startActivedirectory = (options: Omit<LdapOptions, "vendor"> = {}): Promise<LdapSandbox> =>
	startLdap({ ...options, vendor: "activedirectory" });

/** One `kind: activedirectory` source for this stand-in, and the credential it refers to. */
export function configOf(sandbox: LdapSandbox): { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> } {
	const yaml = [
		"kind: activedirectory",
		`url: ${sandbox.url}`,
		"startTls: false",
		`account: ${sandbox.credentials.account}`,
		"password: ${credential:activedirectory}",
	].join("\n");
	return { yaml: `${yaml}\n`, secrets: { activedirectory: sandbox.credentials.password } };
}
