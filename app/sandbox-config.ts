import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CompanyDirectory } from "../sandbox/directories.ts";
import type { RunningSandbox } from "../sandbox/start.ts";

/** A configuration for the stand-ins of Keycloak and Jira with its credentials beside it. Returns its path. */
export function writeSandboxConfig(directory: string, { keycloak, jira }: Pick<RunningSandbox, "keycloak" | "jira">): Promise<string> {
	const { realm, clientId, clientSecret } = keycloak.credentials;
	const yaml = `kind: keycloak\nurl: ${keycloak.url}\nrealm: ${realm}\nclientId: ${clientId}\nclientSecret: \${credential:keycloak}\n`;
	return writeDirectoryConfig(directory, { source: { yaml, secrets: { keycloak: clientSecret } }, jira });
}

/** The same for the stand-in of any directory. Limits fit a first sync of the whole company. */
export async function writeDirectoryConfig(
	directory: string,
	{ source, jira }: { readonly source: CompanyDirectory["source"]; readonly jira: RunningSandbox["jira"] },
): Promise<string> {
	const credentials = join(directory, "credentials");
	await mkdir(credentials, { recursive: true, mode: 0o700 });
	for (const [name, secret] of Object.entries(source.secrets)) await secretFile(join(credentials, name), secret);
	const token = supportsTokens(jira.version);
	await secretFile(join(credentials, "jira"), token ? jira.credentials.token : jira.credentials.password);
	const login = token ? "token: ${credential:jira}" : `username: ${jira.credentials.username}\n    password: \${credential:jira}`;
	const path = join(directory, "rollcall.yaml");
	await writeFile(path, text({ source: source.yaml.trimEnd().replace(/^/gm, "    "), jiraUrl: jira.url, login }));
	return path;
}

async function secretFile(path: string, secret: string): Promise<void> {
	await writeFile(path, secret, { mode: 0o600 });
	await chmod(path, 0o600);
}

/** Personal access tokens came with Jira 8.14. */
const supportsTokens = (version: string): boolean => version !== "8.3";

const text = (a: {
	source: string;
	jiraUrl: string;
	login: string;
}): string => `# A configuration for the stand-ins that "rollcall demo" and "rollcall sandbox" start. Every key: docs/reference/configuration.md
version: 1

sources:
  staff:
${a.source}

products:
  jira:
    kind: jira
    url: ${a.jiraUrl}
    ${a.login}
    posture: mirror               # observe | additive | mirror
    adopt: username               # an account with the same username is taken over; it loses nothing in that run
    people:
      from: [staff]
      where: '!person.username.startsWith("svc-")'
      displayName: 'person.givenName == "" ? person.username : (person.givenName + " " + person.familyName).trim()'
    groups:
      map:
        - { match: all-staff, to: jira-software-users }
        - { match: Engineering, to: engineering }            # nested: everybody in its teams and squads
        - { match: '/^project-(.+)$/', to: 'project-$1' }    # every project's own group
      createMissing: true
    # At once, for the show. The default waits until somebody was missing in two readings and for an hour.
    leavers: { action: disable, after: { sightings: 1, period: 0s }, stripGroups: false }
    protect: { accounts: [admin, rollcall], groups: [jira-administrators] }
    # Wide enough for the first sync of everybody. For a company of your own, let the guard refuse the first plan, look at it, and
    # pass exactly that plan: rollcall sync --override DIGEST
    limits:
      account.create: { floor: 10000, fraction: 100% }
      link.adopt: { floor: 10000, fraction: 100% }
      group.create: { floor: 1000, fraction: 100% }
      member.add: { floor: 100000, fraction: 100% }
      account.disable: { floor: 10, fraction: 5% }
      member.remove: { floor: 50, fraction: 10% }
    schedule: "*/15 * * * *"

store: { sqlite: ./rollcall.db }
`;
