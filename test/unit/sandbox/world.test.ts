import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Population } from "../../../sandbox/jira/population.ts";
import { Realm } from "../../../sandbox/keycloak/realm.ts";
import { startSandbox } from "../../../sandbox/start.ts";
import { company } from "../../../sandbox/world/company.ts";
import { type DayEvent, massDeletion, workingDay } from "../../../sandbox/world/day.ts";
import { fillJira } from "../../../sandbox/world/jira.ts";
import { fillRealm } from "../../../sandbox/world/keycloak.ts";
import { jiraAsker, keycloakAsker, tokenOf } from "./ask.ts";

function realmOf(people: number, groups: number): Realm {
	const realm = new Realm("acme");
	fillRealm(realm, company({ people, groups, seed: 11 }));
	return realm;
}

describe("company", () => {
	const world = company({ people: 2000, groups: 300, seed: 11 });

	test("the same numbers give the same company, another seed another", () => {
		expect(company({ people: 2000, groups: 300, seed: 11 })).toEqual(world);
		expect(company({ people: 2000, groups: 300, seed: 12 }).people[0]).not.toEqual(world.people[0]);
	});

	test.each([3, 10, 31, 300, 1000])("has exactly %d groups", (groups) => {
		const made = company({ people: 1, groups, seed: 1 }).groups;
		expect([made.length, new Set(made.map((group) => group.id)).size]).toEqual([groups, groups]);
	});

	test("groups are three levels deep: departments, teams, squads; siblings have different names", () => {
		const byId = new Map(world.groups.map((group) => [group.id, group]));
		const depth = (id: string | undefined): number => (id === undefined ? 0 : 1 + depth(byId.get(id)?.parentId));
		expect(new Set(world.groups.filter((group) => group.kind === "squad").map((group) => depth(group.id)))).toEqual(new Set([3]));
		const siblings = world.groups.map((group) => `${group.parentId}/${group.name}`);
		expect(new Set(siblings).size).toBe(300);
	});

	test("ids, usernames and e-mail addresses are unique; usernames are lower case", () => {
		const of = (key: "id" | "username" | "email") => world.people.flatMap((person) => person[key] ?? []);
		for (const key of ["id", "username", "email"] as const) expect([key, new Set(of(key)).size]).toEqual([key, of(key).length]);
		expect(of("username").filter((name) => name !== name.toLowerCase())).toEqual([]);
	});

	test("some are disabled, some have no e-mail, some no name, some are robots; names come in many scripts", () => {
		const { people } = world;
		const share = (fits: (person: (typeof people)[number]) => boolean) => people.filter(fits).length / people.length;
		expect(share((person) => !person.active)).toBeGreaterThan(0.01);
		expect(share((person) => person.email === undefined && !person.robot)).toBeGreaterThan(0.005);
		expect(share((person) => person.givenName === undefined && !person.robot)).toBeGreaterThan(0);
		expect(people.filter((person) => person.robot).map((person) => person.username)).toContain("svc-build-40");
		const letters = people.map((person) => `${person.givenName}${person.familyName}${person.username}`).join("");
		for (const script of [
			/\p{Script=Cyrillic}/u,
			/\p{Script=Greek}/u,
			/\p{Script=Han}/u,
			/\p{Script=Arabic}/u,
			/\p{Script=Hebrew}/u,
			/\p{Script=Devanagari}/u,
			/ß/,
			/'/,
			/\+/,
		]) {
			expect([script, script.test(letters)]).toEqual([script, true]);
		}
	});

	test("a person is in everyone, in a site and in one place of the departments", () => {
		const kinds = new Map(world.groups.map((group) => [group.id, group.kind]));
		for (const person of world.people) {
			const own = person.groups.map((id) => kinds.get(id));
			expect([own.filter((kind) => kind === "everyone").length, own.filter((kind) => kind === "site").length]).toEqual([1, 1]);
			expect(own.filter((kind) => kind === "department" || kind === "team" || kind === "squad")).toHaveLength(1);
		}
	});
});

describe("Keycloak of the company", () => {
	test("holds everybody with the same ids, memberships and nesting", () => {
		const world = company({ people: 120, groups: 40, seed: 11 });
		const realm = realmOf(120, 40);
		expect([realm.users.size, realm.groups.size]).toEqual([120, 40]);
		for (const person of world.people) {
			expect(realm.user(person.id)).toMatchObject({ username: person.username, enabled: person.active });
			expect([...realm.groupsOf(person.id)].sort()).toEqual([...person.groups].sort());
		}
		expect(world.groups.map((group) => realm.group(group.id).parentId)).toEqual(world.groups.map((group) => group.parentId));
	});
});

describe("working day", () => {
	test("is the same for the same realm and seed, and another for another seed", () => {
		const day = (seed: number) => workingDay(realmOf(300, 40), { seed });
		expect(day(1)).toEqual(day(1));
		expect(day(1)).not.toEqual(day(2));
	});

	test("every kind of change happens, to different people, and is seen in the realm", () => {
		const before = realmOf(600, 40);
		const realm = realmOf(600, 40);
		const counts: Record<DayEvent, number> = { joined: 3, moved: 4, left: 2, deleted: 2, renamed: 2, married: 2, returned: 2 };
		const changes = workingDay(realm, { seed: 5, counts });
		const of = (event: DayEvent) => changes.filter((change) => change.event === event);
		for (const [event, count] of Object.entries(counts)) expect([event, of(event as DayEvent).length]).toEqual([event, count]);
		expect(new Set(changes.map((change) => change.id)).size).toBe(changes.length);
		expect(realm.users.size).toBe(600 + 3 - 2);
		for (const { id } of of("joined")) expect([before.users.has(id), realm.user(id).enabled]).toEqual([false, true]);
		for (const { id } of of("deleted")) expect(realm.users.has(id)).toBe(false);
		for (const { id } of of("left")) expect([before.user(id).enabled, realm.user(id).enabled]).toEqual([true, false]);
		for (const { id } of of("returned")) expect([before.user(id).enabled, realm.user(id).enabled]).toEqual([false, true]);
		for (const { id, username } of of("renamed")) {
			expect(realm.user(id)).toEqual({ ...before.user(id), username });
			expect(username).not.toBe(before.user(id).username);
		}
		for (const { id } of of("married")) {
			const [then, now] = [before.user(id), realm.user(id)];
			expect([now.username, now.firstName, now.email === then.email]).toEqual([then.username, then.firstName, false]);
		}
		expect(of("moved").some(({ id }) => [...realm.groupsOf(id)].sort().join() !== [...before.groupsOf(id)].sort().join())).toBe(true);
	});

	test("days follow each other without collisions; a mass deletion takes the stated part", () => {
		const realm = realmOf(300, 40);
		for (let seed = 1; seed <= 20; seed += 1) expect(workingDay(realm, { seed }).length).toBeGreaterThan(5);
		const size = realm.users.size;
		expect(massDeletion(realm, 0.5)).toBe(Math.floor(size / 2));
		expect(realm.users.size).toBe(size - Math.floor(size / 2));
	});
});

describe("Jira before Rollcall comes", () => {
	test("knows some people of the company, one in another case, one with an old address, and local accounts", () => {
		const world = company({ people: 400, groups: 40, seed: 11 });
		const population = new Population();
		population.addGroup("jira-software-users");
		fillJira(population, world);
		const usernames = new Set(world.people.map((person) => person.username));
		const accounts = [...population.accounts.values()];
		const known = accounts.filter((account) => usernames.has(account.name.toLowerCase()));
		expect(known).toHaveLength(20);
		expect(known.filter((account) => account.name !== account.name.toLowerCase())).toHaveLength(1);
		expect(known.filter((account) => account.emailAddress.endsWith("@old.example.com"))).toHaveLength(1);
		expect(accounts.filter((account) => account.emailAddress.endsWith("@vendor.example.net")).map((account) => account.name)).toEqual([
			"build-bot",
			"confluence-link",
			"contractor.ext",
			"auditor",
		]);
	});
});

describe("both servers at once", () => {
	const size = { people: 60, groups: 20, seed: 11, jiraVersion: "10.3" } as const;

	test("answer with their credentials, and go on from the state directory", async () => {
		const stateDirectory = mkdtempSync(join(tmpdir(), "sandbox-"));
		const first = await startSandbox({ ...size, stateDirectory });
		const { clientId, clientSecret } = first.keycloak.credentials;
		const read = keycloakAsker(first.keycloak, await tokenOf(first.keycloak, clientId, clientSecret));
		expect((await read("/users/count")).json).toBe(60);
		expect((await read("/groups/count")).json).toEqual({ count: 20 });
		expect((await jiraAsker(first.jira)("GET", "/myself?expand=groups")).json).toMatchObject({
			groups: { items: [{ name: "jira-administrators" }] },
		});
		workingDay(first.keycloak.realm, { seed: 1 });
		await jiraAsker(first.jira)("POST", "/group", { name: "made" });
		await first.close();
		const second = await startSandbox({ ...size, stateDirectory });
		expect(second.keycloak.realm.state()).toEqual(first.keycloak.realm.state());
		expect(second.jira.population.groups.has("made")).toBe(true);
		await second.close();
		rmSync(stateDirectory, { recursive: true });
	});

	test("a Jira port that is taken closes Keycloak again", async () => {
		const first = await startSandbox(size);
		const port = (url: string) => Number(new URL(url).port);
		const free = await startSandbox(size);
		const keycloakPort = port(free.keycloak.url);
		await free.close();
		await expect(startSandbox({ ...size, keycloakPort, jiraPort: port(first.jira.url) })).rejects.toThrow("EADDRINUSE");
		const again = await startSandbox({ ...size, keycloakPort });
		expect(port(again.keycloak.url)).toBe(keycloakPort);
		await again.close();
		await first.close();
	});
});
