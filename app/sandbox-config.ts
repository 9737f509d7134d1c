import { access, chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SyncError } from "../core/errors.ts";
import type { CompanyDirectory } from "../sandbox/directories.ts";
import { targetOf } from "../sandbox/jira/server.ts";
import { type CompanyProduct, JIRA_POLICY } from "../sandbox/products.ts";
import type { RunningSandbox } from "../sandbox/start.ts";

/** A configuration for the stand-ins of Keycloak and Jira with its credentials beside it. Returns its path. */
export function writeSandboxConfig(directory: string, { keycloak, jira }: Pick<RunningSandbox, "keycloak" | "jira">): Promise<string> {
	const { realm, clientId, clientSecret } = keycloak.credentials;
	const yaml = `kind: keycloak\nurl: ${keycloak.url}\nrealm: ${realm}\nclientId: ${clientId}\nclientSecret: \${credential:keycloak}\n`;
	const sources = { staff: { yaml, secrets: { keycloak: clientSecret } } };
	return writeDemoConfig(directory, { sources, products: new Map([["jira", { ...JIRA_POLICY, target: targetOf(jira) }]]) });
}

export type Sources = Readonly<Record<string, CompanyDirectory["source"]>>;
type Target = Pick<CompanyProduct, "target" | "users" | "protect" | "leavers" | "username">;

/** The same for the stand-ins of any directory and of any products, by the names that these get; directories in order of precedence. Limits fit a first sync of the whole company. */
export async function writeDemoConfig(
	directory: string,
	{ sources, products }: { readonly sources: Sources; readonly products: ReadonlyMap<string, Target> },
): Promise<string> {
	const credentials = join(directory, "credentials");
	await mkdir(credentials, { recursive: true, mode: 0o700 });
	for (const { secrets } of [...Object.values(sources), ...[...products.values()].map((product) => product.target)])
		for (const [name, secret] of Object.entries(secrets)) await secretFile(join(credentials, name), secret);
	const path = join(directory, "rollcall.yaml");
	await writeFile(
		path,
		`${head(sources)}${[...products].map(([name, product]) => section(name, product, peopleOf(sources))).join("\n")}\nstore: { sqlite: ./rollcall.db }\n`,
	);
	return path;
}

/** The first line of every configuration written here: the sign that a folder is ours to write into. */
const SIGN = '# A configuration for the stand-ins that "rollcall demo" and "rollcall sandbox" start.';

/** Throws `config.invalid` for a folder with a configuration of somebody's own: it is never written over, nor the store beside it. */
export async function assertOurFolder(directory: string): Promise<void> {
	const ours = await isOurs(join(directory, "rollcall.yaml"));
	if (ours ?? !(await isThere(join(directory, "rollcall.db")))) return;
	throw new SyncError("config.invalid", `${directory} holds an installation that no demo has made; nothing was touched`, {
		todo: "Give another folder: --directory FOLDER.",
	});
}
/** Undefined: there is no such file. One that cannot be read is not ours. */
async function isOurs(path: string): Promise<boolean | undefined> {
	try {
		return (await readFile(path, "utf8")).startsWith(SIGN);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : false;
	}
}
const isThere = (path: string): Promise<boolean> =>
	access(path).then(
		() => true,
		() => false,
	);

async function secretFile(path: string, secret: string): Promise<void> {
	await writeFile(path, secret, { mode: 0o600 });
	await chmod(path, 0o600);
}

const indented = (yaml: string): string => yaml.trimEnd().replace(/^/gm, "    ");

const head = (sources: Sources): string => `${SIGN} Every key: docs/reference/configuration.md
version: 1

sources:
${Object.entries(sources)
	.map(([name, { yaml }]) => `  ${name}:\n${indented(yaml)}\n`)
	.join("\n")}
products:
`;

/** Whom several of them know by one username is one person. */
function peopleOf(sources: Sources): string {
	const names = Object.keys(sources);
	const from = `      from: [${names.join(", ")}]\n`;
	if (names.length === 1) return from;
	return `${from}      samePerson: person.username.lowerAscii()   # known by this in several of them; the first has the say\n`;
}

const section = (name: string, { target, users, protect, leavers, username }: Target, people: string): string => `  ${name}:
${indented(target.yaml)}
    posture: mirror               # observe | additive | mirror
    adopt: username               # an account with the same username is taken over; it loses nothing in that run
    people:
${people}      where: '!person.username.startsWith("svc-")'
${username === undefined ? "" : `      username: ${username}\n`}      displayName: 'person.givenName == "" ? person.username : (person.givenName + " " + person.familyName).trim()'
    groups:
      map:
        - { match: all-staff, to: ${users} }
        - { match: Engineering, to: engineering }            # nested: everybody in its teams and squads
        - { match: '/^project-(.+)$/', to: 'project-$1' }    # every project's own group
      createMissing: true
    # At once, for the show. The default waits until somebody was missing in two readings and for an hour.
    leavers: ${leavers ?? "{ action: disable, after: { sightings: 1, period: 0s }, stripGroups: false }"}
    protect: { accounts: [${protect.accounts.join(", ")}], groups: [${protect.groups.join(", ")}] }
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
`;
