import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { startBamboo } from "../../../sandbox/bamboo/server.ts";
import { startBitbucket } from "../../../sandbox/bitbucket/server.ts";
import { startConfluence } from "../../../sandbox/confluence/server.ts";
import { startFisheye } from "../../../sandbox/fisheye/server.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-state-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("Bitbucket goes on from its state file: accounts, slugs, groups, permissions, settings, server id", async () => {
	const stateFile = join(folder, "bitbucket.json");
	const first = await startBitbucket({ stateFile, seats: 12 });
	const { id } = first.population.addAccount({ name: "a@b", emailAddress: "a@example.org", password: "p" });
	first.population.updateAccount(id, { settings: { team: "red" } });
	first.population.addGroup("Staff");
	first.population.addMember("Staff", id);
	first.population.grantGroup("Staff", "PROJECT_CREATE");
	first.population.grantAccount(id, "LICENSED_USER");
	first.addToken("a@b", "t");
	const before = first.population.state();
	await first.close();
	const second = await startBitbucket({ stateFile });
	expect([first.restored, second.restored]).toEqual([false, true]);
	expect(second.population.state()).toEqual(before);
	expect(second.population.slugged("a_b")?.id).toBe(id);
	expect(second.population.seatsTaken()).toBe(3);
	await second.close();
});

test("Bamboo goes on from its state file: accounts, groups, permissions of all three kinds", async () => {
	const stateFile = join(folder, "bamboo.json");
	const first = await startBamboo({ stateFile });
	const { id } = first.population.addAccount({ name: "Ada", emailAddress: "a@example.org", password: "p" });
	first.population.addGroup("Staff");
	first.population.addMember("Staff", id);
	first.population.grantGroup("Staff", ["READ"]);
	first.population.grantAccount(id, ["CREATE"]);
	first.population.grantRole("LOGGED_IN", ["READ"]);
	first.addToken("ada", "t");
	const before = first.population.state();
	await first.close();
	const second = await startBamboo({ stateFile });
	expect([first.restored, second.restored]).toEqual([false, true]);
	expect(second.population.state()).toEqual(before);
	expect(second.population.groupsOf(id).map(({ name }) => name)).toEqual(["Staff"]);
	await second.close();
});

test("Confluence goes on from its state file: accounts, groups inside groups, permissions, licence", async () => {
	const stateFile = join(folder, "confluence.json");
	const first = await startConfluence({ stateFile, seats: 12 });
	const { id } = first.population.addAccount({ name: "ada", emailAddress: "a@example.org", password: "p", active: false });
	for (const group of ["Staff", "Team"]) first.population.addGroup(group);
	first.population.addMember("Team", id);
	first.population.nest("Team", "Staff");
	first.population.grant("Staff", "application use");
	first.addToken("ada", "t");
	const before = first.population.state();
	await first.close();
	const second = await startConfluence({ stateFile });
	expect([first.restored, second.restored]).toEqual([false, true]);
	expect(second.population.state()).toEqual(before);
	expect(second.population.groupsOf(id).map(({ name }) => name)).toEqual(["Staff", "Team"]);
	expect(second.population.addAccount({ name: "bob" }).id).not.toBe(id);
	await second.close();
});

test("Fisheye goes on from its state file: accounts, groups, who administers", async () => {
	const stateFile = join(folder, "fisheye.json");
	const first = await startFisheye({ stateFile });
	const { id } = first.population.addAccount({ name: "Ada", emailAddress: "a@example.org", password: "p", directory: "external" });
	first.population.addGroup("Staff", { admin: true });
	first.population.addMember("Staff", id);
	const before = first.population.state();
	await first.close();
	const second = await startFisheye({ stateFile });
	expect([first.restored, second.restored]).toEqual([false, true]);
	expect(second.population.state()).toEqual(before);
	expect(second.population.isAdministrator(id)).toBe(true);
	await second.close();
});
