import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JiraAccount } from "../../sandbox/jira/records.ts";
import { type JiraSandbox, startJira } from "../../sandbox/jira/server.ts";
import { Workplace } from "../process/support/workplace.ts";
import { keycloakForTests, type LiveKeycloak } from "./keycloak/live.ts";
import { LARGE, makeRealm, secretOf } from "./keycloak/realm.ts";
import { adminToken, asAdmin, seed } from "./keycloak/seed.ts";

/** The same size as the large realm, and one that may be changed. */
const COMPANY = { ...LARGE, realm: "company" };
const live = await keycloakForTests();

type Placed = { readonly name: string; readonly parent: Placed | undefined };
/** The group itself, or one inside it at any depth. */
function under(group: Placed, name: string): boolean {
	return group.name === name || (group.parent !== undefined && under(group.parent, name));
}

/** One story: each test goes on where the one before ended. */
function mainJob({ server }: LiveKeycloak): void {
	describe("the main job: 10,000 people of a real Keycloak, tokens that live two seconds, into Jira", () => {
		const realm = makeRealm(COMPANY);
		let jira: JiraSandbox;
		let place: Workplace;

		beforeAll(async () => {
			await seed(server, COMPANY);
			jira = await startJira({ version: "10.3" });
			place = new Workplace(await configured(server.url, jira));
		}, 600_000);
		afterAll(async () => {
			await place.leave();
			await jira.close();
			await asAdmin(server, `/${COMPANY.realm}`, { method: "DELETE" });
		}, 300_000);

		const account = (name: string): JiraAccount | undefined => jira.population.named(name);
		const groupsOf = (name: string): readonly string[] => [...jira.population.directGroupsOf(account(name)!.id)];
		/** Everybody a first sync creates: enabled, and with an e-mail address, which Jira demands. */
		const wanted = realm.people.filter((person) => person.enabled && person.email !== undefined);
		const nobodyElse = (username: string) => !["rollcall", "admin"].includes(username);

		test("check finds nothing to mend", async () => {
			const { code, out } = await place.run(["check"]);
			expect([code, out]).toEqual([0, expect.stringContaining("Everything needed is there")]);
		});

		test("the first dry run plans everybody and writes nothing", async () => {
			const { code, out } = await place.run(["diff", "--format", "json", "--log-level", "silent"]);
			const report = JSON.parse(out);
			expect([code, report.verdict.state]).toEqual([2, "clear"]);
			expect(report.sources[0]).toMatchObject({
				people: realm.truth.people,
				groups: realm.truth.groups,
				memberships: realm.truth.memberships,
			});
			expect(report.counts.find((c: { kind: string }) => c.kind === "account.create").planned).toBe(wanted.length);
			expect(jira.exchanges.filter((exchange) => exchange.method !== "GET")).toEqual([]);
		});

		test("the sync makes it so", async () => {
			const { code, err } = await place.run(["sync", "--yes", "--log-level", "error", "--format", "csv"]);
			expect([code, err.split("\n").filter((line) => line.startsWith("{"))]).toEqual([0, []]);
			const names = [...jira.population.accounts.values()].map((a) => a.name).filter(nobodyElse);
			expect(new Set(names.map((name) => name.toLowerCase()))).toEqual(new Set(wanted.map((person) => person.username.toLowerCase())));
			const inBerlin = (person: (typeof wanted)[number]) => person.groups.some((group) => under(group, "Berlin"));
			const members = wanted.filter(inBerlin).map((person) => person.username.toLowerCase());
			expect(new Set(memberNames(jira, "berlin"))).toEqual(new Set(members));
		});

		test("a second look finds nothing to do", async () => {
			const { code, out } = await place.run(["diff"]);
			expect([code, out]).toEqual([0, expect.stringContaining("Nothing to do")]);
		});

		const [leaver, renamed, mover, joiner] = [
			wanted[40]!,
			wanted[41]!,
			wanted.find((p) => !p.groups.some((g) => under(g, "Berlin")))!,
			"new.joiner",
		];
		test("a working day: dry run, approval of that plan, and exactly that plan applied", async () => {
			const berlin = realm.groups.find((group) => group.name === "Berlin")!;
			const put = (id: string, body: object) =>
				asAdmin(server, `/${COMPANY.realm}/users/${id}`, { method: "PUT", body: JSON.stringify(body) });
			await put(leaver.id, { enabled: false });
			await asAdmin(server, `/${COMPANY.realm}`, {
				method: "PUT",
				body: JSON.stringify({ realm: COMPANY.realm, editUsernameAllowed: true }),
			});
			await put(renamed.id, { username: `${renamed.username}.int` });
			await asAdmin(server, `/${COMPANY.realm}/users/${mover.id}/groups/${berlin.id}`, { method: "PUT" });
			await asAdmin(server, `/${COMPANY.realm}/users`, {
				method: "POST",
				body: JSON.stringify({ username: joiner, email: "new.joiner@example.com", firstName: "New", lastName: "Joiner", enabled: true }),
			});
			const before = account(renamed.username)!.key;
			const plan = place.path("plan.json");
			expect((await place.run(["diff", "--out", plan])).code).toBe(2);
			const kinds = JSON.parse(await readFile(plan, "utf8")).operations.map((o: { kind: string }) => o.kind);
			expect(kinds).toEqual(["account.disable", "account.rename", "account.create", "member.add"]);
			expect((await place.run(["apply", plan])).code).toBe(0);
			expect(account(leaver.username)!.active).toBe(false);
			expect(account(`${renamed.username}.int`)!.key).toBe(before);
			expect(groupsOf(mover.username)).toContain("berlin");
			expect(account(joiner)).toMatchObject({ active: true, emailAddress: "new.joiner@example.com" });
		});

		test("explain names the nested path that gave a group", async () => {
			const deep = wanted.find((person) => person.groups.some((group) => group.parent?.name === "Berlin"))!;
			const { code, out } = await place.run(["explain", deep.username]);
			expect(code).toBe(0);
			expect(out).toMatch(/berlin +.*\/Company\/Berlin\/(Developers|Sales).* inside .*\/Company\/Berlin/);
		});

		test("a directory that loses a third of its memberships in one stroke is stopped by the guard", async () => {
			const everybody = realm.groups.find((group) => group.name === "everybody")!;
			await asAdmin(server, `/${COMPANY.realm}/groups/${everybody.id}`, { method: "DELETE" });
			const writes = jira.exchanges.filter((exchange) => exchange.method !== "GET").length;
			const { code, out } = await place.run(["sync", "--yes"]);
			expect([code, out]).toEqual([3, expect.stringContaining("fewer than in the last good snapshot")]);
			expect(jira.exchanges.filter((exchange) => exchange.method !== "GET")).toHaveLength(writes);
		});

		test("a revoked role stops the run instead of looking like an empty realm", async () => {
			const clients = (await (await asAdmin(server, `/${COMPANY.realm}/clients?clientId=rollcall-short`)).json()) as { id: string }[];
			const service = (await (await asAdmin(server, `/${COMPANY.realm}/clients/${clients[0]!.id}/service-account-user`)).json()) as {
				id: string;
			};
			const management = (await (await asAdmin(server, `/${COMPANY.realm}/clients?clientId=realm-management`)).json()) as { id: string }[];
			const path = `/${COMPANY.realm}/users/${service.id}/role-mappings/clients/${management[0]!.id}`;
			const roles = await (await asAdmin(server, path)).json();
			await asAdmin(server, path, { method: "DELETE", body: JSON.stringify(roles) });
			const { code, err } = await place.run(["sync", "--yes"]);
			expect([code, err]).toEqual([65, expect.stringContaining("view-users")]);
			expect(await adminToken(server)).not.toBe("");
		});
	});
}

function memberNames(jira: JiraSandbox, group: string): readonly string[] {
	const members = jira.population.group(group)!.members;
	return [...members].map((id) => jira.population.account(id)!.name.toLowerCase());
}

async function configured(keycloakUrl: string, jira: JiraSandbox): Promise<{ readonly directory: string; readonly config: string }> {
	const directory = await mkdtemp(join(tmpdir(), "rollcall-live-job-"));
	const config = join(directory, "rollcall.yaml");
	await mkdir(join(directory, "credentials"), { mode: 0o700 });
	await writeFile(join(directory, "credentials", "keycloak"), secretOf("rollcall-short"), { mode: 0o600 });
	await writeFile(join(directory, "credentials", "jira"), jira.credentials.token, { mode: 0o600 });
	await writeFile(
		config,
		`version: 1
sources:
  staff: { kind: keycloak, url: "${keycloakUrl}", realm: ${COMPANY.realm}, clientId: rollcall-short, clientSecret: "\${credential:keycloak}" }
products:
  jira:
    kind: jira
    url: ${jira.url}
    token: "\${credential:jira}"
    posture: mirror
    adopt: never
    people: { from: [staff] }
    groups:
      createMissing: true
      map:
        - { path: /Company/Berlin, to: berlin }
        - { path: /Company/Paris, to: paris }
        - { match: '/^project-(\\d+)$/', to: 'project-$1' }
    limits:
      account.create: { floor: 10000, fraction: 100% }
      group.create: { floor: 1000, fraction: 100% }
      member.add: { floor: 100000, fraction: 100% }
store: { sqlite: ./rollcall.db }
`,
	);
	return { directory, config };
}

if ("skipped" in live) {
	process.stderr.write(`SKIPPED: the main job on a real Keycloak: ${live.skipped}\n`);
	test.skip(`the main job on a real Keycloak (skipped: ${live.skipped})`, () => undefined);
} else mainJob(live.keycloak);
