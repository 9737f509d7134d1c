import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { writeDemoConfig } from "../../app/sandbox-config.ts";
import { type BitbucketSandbox, startBitbucket, targetOf } from "../../sandbox/bitbucket/server.ts";
import { type KeycloakSandbox, startKeycloak } from "../../sandbox/keycloak/server.ts";
import { hireEverybody, person } from "./support/people.ts";
import { Workplace } from "./support/workplace.ts";

/** A product that cannot switch accounts off: leavers lose what gives them a seat, and get it back when they return. */
let keycloak: KeycloakSandbox;
let bitbucket: BitbucketSandbox;
let place: Workplace;
beforeEach(async () => {
	[keycloak, bitbucket] = await Promise.all([startKeycloak(), startBitbucket({ version: "9.5" })]);
	hireEverybody(keycloak.realm);
	const { realm, clientId, clientSecret } = keycloak.credentials;
	const yaml = `kind: keycloak\nurl: ${keycloak.url}\nrealm: ${realm}\nclientId: ${clientId}\nclientSecret: \${credential:keycloak}\n`;
	const directory = await mkdtemp(join(tmpdir(), "rollcall-unlicense-"));
	const target = {
		target: targetOf(bitbucket),
		users: "everybody",
		protect: { accounts: ["admin", "rollcall"], groups: [] },
		leavers: "{ action: unlicense, after: { sightings: 1, period: 0s } }",
	};
	const config = await writeDemoConfig(directory, {
		sources: { staff: { yaml, secrets: { keycloak: clientSecret } } },
		products: new Map([["bitbucket", target]]),
	});
	place = new Workplace({ directory, config });
	// What an administrator gives by hand: Rollcall's policy does not know these groups.
	bitbucket.population.addGroup("team-leads");
	bitbucket.population.grantGroup("team-leads", "PROJECT_CREATE");
	await place.edit((text) => text.replace("      createMissing: true\n", "      createMissing: true\n      default: [stash-users]\n"));
	expect((await place.inside(["sync", "--yes"])).code).toBe(0);
	bitbucket.population.addMember("team-leads", bitbucket.population.named("bob")!.id);
});
afterEach(async () => {
	await place.leave();
	await Promise.all([keycloak.close(), bitbucket.close()]);
});

const groupsOf = (name: string) =>
	bitbucket.population
		.groupsOf(bitbucket.population.named(name)!.id)
		.map((group) => group.name)
		.sort();
const enabled = (name: string, yes: boolean) => keycloak.realm.updateUser(person(keycloak.realm, name), { enabled: yes });
const run = async (...args: string[]) => {
	const { code, out } = await place.inside([...args, "--format", "json"]);
	return { code, report: JSON.parse(out) as { operations: { kind: string; username: string; group?: string }[]; holds: object[] } };
};
const done = ({ report }: Awaited<ReturnType<typeof run>>) =>
	report.operations.map(({ kind, username, group }) => `${kind} ${username} ${group}`);

describe("a leaver in Bitbucket", () => {
	test("loses the groups that give a licence and no other, and gets exactly those back on return", async () => {
		const before = groupsOf("bob");
		expect(before).toEqual(["engineering", "everybody", "stash-users", "team-leads"]);
		enabled("bob", false);
		expect(done(await run("sync", "--yes"))).toEqual(["member.remove bob stash-users", "member.remove bob team-leads"]);
		expect(groupsOf("bob")).toEqual(["engineering", "everybody"]);
		expect(done(await run("sync", "--yes"))).toEqual([]);
		enabled("bob", true);
		expect(done(await run("sync", "--yes"))).toEqual(["member.add bob stash-users", "member.add bob team-leads"]);
		expect(groupsOf("bob")).toEqual(before);
		// Once given back it is nobody's business but the administrator's.
		bitbucket.population.removeMember("team-leads", bitbucket.population.named("bob")!.id);
		expect(done(await run("sync", "--yes"))).toEqual([]);
	});

	test("who was given a seat by hand meanwhile gets nothing more on return", async () => {
		enabled("bob", false);
		await run("sync", "--yes");
		enabled("bob", true);
		bitbucket.population.addMember("stash-users", bitbucket.population.named("bob")!.id);
		expect(done(await run("sync", "--yes"))).toEqual([]);
		expect(groupsOf("bob")).not.toContain("team-leads");
		// That settled it: what an administrator takes later stays taken.
		bitbucket.population.removeMember("stash-users", bitbucket.population.named("bob")!.id);
		expect(done(await run("sync", "--yes"))).toEqual([]);
	});

	test("who has a licence of their own, beside the groups, is held until an administrator takes it", async () => {
		bitbucket.population.grantAccount(bitbucket.population.named("bob")!.id, "LICENSED_USER");
		enabled("bob", false);
		const { code, report } = await run("sync", "--yes");
		expect([code, report.operations]).toEqual([0, []]);
		expect(report.holds).toEqual([
			expect.objectContaining({ username: "bob", because: "blocked" }),
			expect.objectContaining({ username: "bob", because: "blocked" }),
		]);
	});

	test("is held, with what to do, where the policy says disable", async () => {
		await place.edit((text) => text.replace("action: unlicense", "action: disable"));
		enabled("bob", false);
		const { code, report } = await run("sync", "--yes");
		expect([code, report.operations]).toEqual([0, []]);
		expect(report.holds).toEqual([
			expect.objectContaining({ username: "bob", because: "unsupported", detail: expect.stringContaining("leavers.action: unlicense") }),
		]);
	});
});
