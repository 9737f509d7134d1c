import { chmod, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as activedirectory from "../../../sandbox/activedirectory/server.ts";
import { type JiraSandbox, startJira } from "../../../sandbox/jira/server.ts";
import type { LdapSandbox } from "../../../sandbox/ldap/server.ts";
import * as okta from "../../../sandbox/okta/server.ts";
import type { Company, CompanyPerson } from "../../../sandbox/world/company.ts";
import { Workplace } from "./workplace.ts";

/** One person's record in one directory; the name of the person is the id, the key and the username. */
export type Staff = Readonly<Record<string, Partial<CompanyPerson> & { readonly teams?: readonly string[] }>>;

const TEAMS = ["north-team", "shared-team"] as const;
const idOf = (directory: string, text: string): string =>
	`00000000-0000-4000-8000-${Buffer.from(`${directory[0]}${text}`).toString("hex").padStart(12, "0").slice(0, 12)}`;

function companyOf(directory: string, staff: Staff): Company {
	const groups = TEAMS.map((name) => ({ id: idOf(directory, name.slice(0, 4)), name, kind: "project" as const }));
	const people = Object.entries(staff).map(
		([name, { teams = ["shared-team"], ...record }]): CompanyPerson => ({
			id: idOf(directory, name),
			username: name,
			givenName: name.replace(/^./, (letter) => letter.toUpperCase()),
			familyName: directory,
			email: `${name}@example.com`,
			active: true,
			employeeId: name,
			department: `${directory} department`,
			site: "Berlin",
			title: "Engineer",
			hiredAt: 0,
			groups: groups.filter((group) => teams.includes(group.name)).map(({ id }) => id),
			robot: false,
			...record,
		}),
	);
	return { seed: 1, people, groups };
}

/** After a merger: an Okta organisation ("north") and an Active Directory ("corp") that know some of the same people, and one Jira. */
export class Merger extends Workplace {
	readonly okta: okta.OktaSandbox;
	readonly corp: LdapSandbox;
	readonly jira: JiraSandbox;

	private constructor(place: ConstructorParameters<typeof Workplace>[0], servers: Pick<Merger, "okta" | "corp" | "jira">) {
		super(place);
		this.okta = servers.okta;
		this.corp = servers.corp;
		this.jira = servers.jira;
	}

	/** `people`: further lines of the policy, each ending in a line break. */
	static async open(north: Staff, corp: Staff, people = ""): Promise<Merger> {
		const servers = {
			okta: await okta.startOkta(),
			corp: await activedirectory.startActivedirectory(),
			jira: await startJira({ version: "10.3" }),
		};
		const directory = await mkdtemp(join(tmpdir(), "rollcall-merger-"));
		const sources = { north: okta.configOf(servers.okta), corp: activedirectory.configOf(servers.corp) };
		await mkdir(join(directory, "credentials"), { mode: 0o700 });
		const secrets = { ...sources.north.secrets, ...sources.corp.secrets, jira: servers.jira.credentials.token };
		for (const [name, secret] of Object.entries(secrets)) {
			await writeFile(join(directory, "credentials", name), secret);
			await chmod(join(directory, "credentials", name), 0o600);
		}
		const config = join(directory, "rollcall.yaml");
		await writeFile(config, text({ sources, jira: servers.jira.url, people }));
		const merger = new Merger({ directory, config }, servers);
		merger.show(north, corp);
		return merger;
	}

	/** What both directories hold from now on. */
	show(north: Staff, corp: Staff): void {
		this.okta.load(companyOf("north", north));
		this.corp.load(companyOf("corp", corp));
	}

	/** The accounts that Rollcall made, by username, with their managed groups. */
	accounts(): Readonly<
		Record<string, { readonly name: string; readonly active: boolean; readonly email: string; readonly groups: readonly string[] }>
	> {
		const { population } = this.jira;
		return Object.fromEntries(
			[...population.accounts.values()]
				.filter(({ name }) => name !== "admin" && name !== "rollcall")
				.map(({ id, name, displayName, emailAddress, active }) => [
					name,
					{
						name: displayName,
						active,
						email: emailAddress,
						groups: [...population.directGroupsOf(id)].filter((group) => group.endsWith("-team")).sort(),
					},
				]),
		);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
	async close(): Promise<void> {
		await this.leave();
		await Promise.all([this.okta.close(), this.corp.close(), this.jira.close()]);
	}
}

const text = (a: { sources: Record<"north" | "corp", { yaml: string }>; jira: string; people: string }): string => `version: 1
sources:
  north:
${a.sources.north.yaml.trimEnd().replace(/^/gm, "    ")}
  corp:
${a.sources.corp.yaml.trimEnd().replace(/^/gm, "    ")}
products:
  jira:
    kind: jira
    url: ${a.jira}
    token: \${credential:jira}
    posture: mirror
    adopt: username
    people:
      from: [north, corp]
      samePerson: person.email.lowerAscii()
${a.people}    groups:
      map: [{ match: north-team, to: north-team }, { match: shared-team, to: shared-team }]
      createMissing: true
    leavers: { action: disable, after: { sightings: 1, period: 0s } }
    limits: { account.disable: { floor: 10, fraction: 5% }, member.remove: { floor: 20, fraction: 10% } }
store: { sqlite: ./rollcall.db }
`;
