import { Realm } from "./keycloak/realm.ts";
import type { Sandbox } from "./kit/server.ts";
import type { Company } from "./world/company.ts";
import { fillRealm } from "./world/keycloak.ts";
import { companyOf } from "./world/realm-company.ts";

/** A stand-in of some directory with an invented company in it. */
export interface CompanyDirectory {
	readonly sandbox: Sandbox;
	/** The company as a realm, to change with `workingDay` and `massDeletion`; `show` makes the directory follow. */
	readonly model: Realm;
	show(): void;
	/** One `kind: …` source of a configuration, a key a line, and the credential files that it refers to. */
	readonly source: { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> };
}

/** What the stand-ins have in common beyond Keycloak's, which is its own model. */
interface Loadable extends Sandbox {
	load(company: Company): void;
}
type Start = () => Promise<{ readonly sandbox: Loadable; readonly source: CompanyDirectory["source"] }>;

const OTHERS: Readonly<Record<string, Start>> = {
	okta: async () => {
		const { startOkta, configOf } = await import("./okta/server.ts");
		const sandbox = await startOkta();
		return { sandbox, source: configOf(sandbox) };
	},
	entra: async () => {
		const { startEntra, configOf } = await import("./entra/server.ts");
		const sandbox = await startEntra();
		return { sandbox, source: configOf(sandbox) };
	},
	google: async () => {
		const { startGoogle, configOf } = await import("./google/server.ts");
		const sandbox = await startGoogle();
		return { sandbox, source: configOf(sandbox) };
	},
	onelogin: async () => {
		const { startOnelogin, configOf } = await import("./onelogin/server.ts");
		const sandbox = await startOnelogin();
		return { sandbox, source: configOf(sandbox) };
	},
	openam: async () => {
		const { startOpenam, configOf } = await import("./openam/server.ts");
		const sandbox = await startOpenam();
		return { sandbox, source: configOf(sandbox) };
	},
	ldap: async () => {
		const { startLdap, configOf } = await import("./ldap/server.ts");
		const sandbox = await startLdap();
		return { sandbox, source: configOf(sandbox) };
	},
	crowd: async () => {
		const { startCrowd, configOf } = await import("./crowd/server.ts");
		const sandbox = await startCrowd();
		return { sandbox, source: configOf(sandbox) };
	},
	scim: async () => {
		const { startScim, configOf } = await import("./scim/server.ts");
		const sandbox = await startScim();
		return { sandbox, source: configOf(sandbox) };
	},
	activedirectory: async () => {
		const { startActivedirectory, configOf } = await import("./activedirectory/server.ts");
		const sandbox = await startActivedirectory();
		return { sandbox, source: configOf(sandbox) };
	},
	jumpcloud: async () => {
		const { startJumpcloud, configOf } = await import("./jumpcloud/server.ts");
		const sandbox = await startJumpcloud();
		return { sandbox, source: configOf(sandbox) };
	},
	files: async () => {
		const { startFiles, configOf } = await import("./files/server.ts");
		const sandbox = await startFiles();
		return { sandbox, source: configOf(sandbox) };
	},
};
export const DIRECTORIES: readonly string[] = ["keycloak", ...Object.keys(OTHERS)];

/** Starts the stand-in named in `DIRECTORIES` with this company in it. */
export async function startDirectory(name: string, world: Company): Promise<CompanyDirectory> {
	const start = OTHERS[name];
	if (start === undefined) return keycloakWith(world);
	const { sandbox, source } = await start();
	const model = new Realm("model");
	fillRealm(model, world);
	sandbox.load(world);
	return { sandbox, source, model, show: () => sandbox.load(companyOf(model, world.seed)) };
}

async function keycloakWith(world: Company): Promise<CompanyDirectory> {
	const { startKeycloak } = await import("./keycloak/server.ts");
	const sandbox = await startKeycloak();
	fillRealm(sandbox.realm, world);
	const { realm, clientId, clientSecret } = sandbox.credentials;
	const yaml = `kind: keycloak\nurl: ${sandbox.url}\nrealm: ${realm}\nclientId: ${clientId}\nclientSecret: \${credential:keycloak}\n`;
	return { sandbox, model: sandbox.realm, show: () => undefined, source: { yaml, secrets: { keycloak: clientSecret } } };
}
