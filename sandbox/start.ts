import { join } from "node:path";
import { type JiraSandbox, startJira } from "./jira/server.ts";
import type { JiraVersion } from "./jira/versions.ts";
import { type KeycloakSandbox, startKeycloak } from "./keycloak/server.ts";
import { type Company, company } from "./world/company.ts";
import { fillJira } from "./world/jira.ts";
import { fillRealm } from "./world/keycloak.ts";

export interface SandboxOptions {
	/** Default 0: any free port. */
	readonly keycloakPort?: number;
	/** Default 0: any free port. */
	readonly jiraPort?: number;
	readonly people: number;
	readonly groups: number;
	readonly seed: number;
	readonly jiraVersion: JiraVersion;
	/** Both servers keep their state here (`keycloak.json`, `jira.json`) and go on from it; without it everything is forgotten. */
	readonly stateDirectory?: string;
}

export interface RunningSandbox {
	/** With `url` and `credentials { realm, clientId, clientSecret }`. */
	readonly keycloak: KeycloakSandbox;
	/** With `url` and `credentials { username, password, token }`. */
	readonly jira: JiraSandbox;
	/** The company as it was generated; a realm restored from its state file may have moved on. */
	readonly company: Company;
	close(): Promise<void>;
}

/** Starts a directory with an invented company and a Jira that has been in use before. Nothing of a state that is found is overwritten. */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
	const world = company(options);
	const state = (name: string) => (options.stateDirectory === undefined ? {} : { stateFile: join(options.stateDirectory, name) });
	const keycloak = await startKeycloak({ port: options.keycloakPort ?? 0, ...state("keycloak.json") });
	if (!keycloak.restored) fillRealm(keycloak.realm, world);
	const jira = await startJira({ port: options.jiraPort ?? 0, version: options.jiraVersion, ...state("jira.json") }).catch(
		async (error: unknown) => {
			await keycloak.close();
			throw error;
		},
	);
	if (!jira.restored) fillJira(jira.population, world);
	const close = async () => {
		await Promise.all([keycloak.close(), jira.close()]);
	};
	return { keycloak, jira, company: world, close };
}
