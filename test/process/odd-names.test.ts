import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { groupNamed, person } from "./support/people.ts";
import { World } from "./support/world.ts";

/** Repaints the terminal, rings its bell, turns the reading direction, hides: each in a name, a department, a group. */
const EVIL = "Eve\u001b[2J\u001b]0;owned\u0007\u202Egnp.exe\u200B\r\nSYNC OK\u009b31m";
/** All that may stand in what a terminal is sent: visible characters and line feeds. */
const DIRTY = /[^\P{C}\n]|[\u2028\u2029\u200e\u200f\u061c]/u;

let world: World;
beforeAll(async () => {
	world = await World.open();
	const { realm } = world.keycloak;
	realm.updateUser(person(realm, "eve"), { firstName: EVIL, lastName: EVIL, attributes: { department: [EVIL] } });
	realm.updateUser(person(realm, "bob"), { email: `bob${EVIL}@example.com` });
	const group = realm.addGroup({ name: `project-${EVIL}` });
	for (const name of ["eve", "alice"]) realm.addMember(group.id, person(realm, name));
	realm.updateGroup(groupNamed(realm, "Sales"), { name: `Sales ${EVIL}` });
	// And what Jira itself holds.
	world.jira.population.updateAccount(world.jira.population.named("olga")!.id, { displayName: EVIL });
	await world.edit((text) => text.replace("match: Engineering,", `match: "Sales ${EVIL.replace(/[^ -~]/gu, ".")}",`));
}, 60_000);
afterAll(() => world.close());

const clean = (text: string): unknown => {
	const at = text.search(DIRTY);
	return at === -1 ? "clean" : JSON.stringify(text.slice(Math.max(0, at - 40), at + 40));
};

describe("names that would act on a terminal", () => {
	test("a group that is not there is named without its controls", async () => {
		const { code, out, err } = await world.run(["diff"]);
		expect(code).toBe(64);
		expect(err).toContain("there is no group");
		expect([clean(out), clean(err)]).toEqual(["clean", "clean"]);
	});

	test("no command sends one of them, at any log level", async () => {
		await world.edit((text) => text.replace(/match: "Sales [^"]*",/, "match: Engineering,"));
		const eve = person(world.keycloak.realm, "eve");
		for (const args of [
			["diff"],
			["diff", "--format", "markdown"],
			["explain", "eve"],
			["explain", `staff:${eve}`],
			["explain", EVIL],
			["snapshot", "staff"],
			["sync", "--yes", "--log-level", "debug"],
			["runs", "1"],
			["check"],
			["diff", "--product", EVIL],
			["apply", EVIL],
		]) {
			const { out, err } = await world.run(args);
			expect([args, clean(out), clean(err)]).toEqual([args, "clean", "clean"]);
		}
	}, 60_000);

	test("nor does a report in a file, and the page runs nothing that a name says", async () => {
		await world.inside([
			"diff",
			"--out",
			world.path("r.html"),
			"--out",
			world.path("r.md"),
			"--out",
			world.path("r.csv"),
			"--out",
			world.path("r.txt"),
		]);
		for (const name of ["r.html", "r.md", "r.txt"])
			expect([name, clean((await readFile(world.path(name), "utf8")).replaceAll("\t", ""))]).toEqual([name, "clean"]);
		expect(clean((await readFile(world.path("r.csv"), "utf8")).replaceAll("\r\n", "\n"))).toBe("clean");
	});
});
