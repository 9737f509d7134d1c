import { rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { person } from "./support/people.ts";
import { World } from "./support/world.ts";

let world: World;
beforeEach(async () => {
	world = await World.open();
	await world.inside(["sync", "--yes"]);
	for (const suffix of ["", "-wal", "-shm"]) await rm(`${world.store}${suffix}`, { force: true });
});
afterEach(() => world.close());

/** As docs/guides/operations.md says. */
describe("the store is lost", () => {
	test("everybody is adopted again, nobody loses anything in that run, and what is due goes in the next", async () => {
		const { realm } = world.keycloak;
		const { population } = world.jira;
		realm.removeMember(realm.groupAt("/Engineering/Platform")!.id, person(realm, "grace"));
		const before = JSON.stringify(population.state().accounts);
		const { code, out } = await world.run(["sync", "--yes", "--format", "json"]);
		const { operations } = JSON.parse(out) as { operations: { kind: string }[] };
		// Properties are read for managed accounts only, so they are set once more, to what they are.
		expect([code, new Set(operations.map(({ kind }) => kind))]).toEqual([0, new Set(["link.adopt", "attribute.set"])]);
		expect(JSON.stringify(population.state().accounts)).toBe(before);
		const next = await world.run(["sync", "--yes", "--format", "json"]);
		expect(JSON.parse(next.out)).toMatchObject({
			operations: [{ kind: "member.remove", username: "grace", group: "engineering", state: "done" }],
		});
	});

	test("with adopt: never nothing is done to anybody who has an account", async () => {
		await world.edit((text) => text.replace("adopt: username ", "adopt: never "));
		const writes = world.writes().length;
		const { code, out } = await world.run(["sync", "--yes", "--format", "json"]);
		const { holds } = JSON.parse(out) as { holds: { because: string }[] };
		expect([code, new Set(holds.map(({ because }) => because))]).toEqual([0, new Set(["not-owned"])]);
		expect(world.writes()).toHaveLength(writes);
	});
});

describe("the store is lost, and the accounts carry marks", () => {
	beforeEach(async () => {
		await world.edit((text) =>
			text
				.replace("adopt: username ", "adopt: never ")
				.replace(/^( +)posture: mirror/m, '$1mark: { key: "${credential:rollcall-mark}" }\n$&'),
		);
		await writeFile(world.path("credentials/rollcall-mark"), "a key of more than sixteen letters", { mode: 0o600 });
		// Linked once more with the store that was deleted before: by name, for this once.
		await world.edit((text) => text.replace("adopt: never ", "adopt: username "));
		expect((await world.inside(["sync", "--yes"])).code).toBe(0);
		await world.edit((text) => text.replace("adopt: username ", "adopt: never "));
		expect(await world.inside(["diff"])).toMatchObject({ code: 0 });
		for (const suffix of ["", "-wal", "-shm"]) await rm(`${world.store}${suffix}`, { force: true });
	});

	test("relink finds everybody by the mark, also whoever has another name by now, and a forged mark is held", async () => {
		const { realm } = world.keycloak;
		const { population } = world.jira;
		realm.updateUser(person(realm, "alice"), { username: "alice.b" });
		realm.removeUser(person(realm, "bob"));
		const account = (name: string) => [...population.accounts.values()].find((one) => one.name === name)!;
		population.updateAccount(account("olga").id, { properties: { ...account("carla").properties } });
		const shown = await world.run(["relink", "--dry-run", "--format", "json"]);
		expect(shown.code).toBe(2);
		const writes = world.writes().length;
		const { code, out } = await world.run(["relink", "--yes", "--format", "json"]);
		const report = JSON.parse(out) as { operations: { kind: string; username: string; detail: string }[]; holds: object[] };
		expect(code).toBe(0);
		expect(new Set(report.operations.map(({ kind, detail }) => `${kind} ${detail}`))).toEqual(new Set(["link.adopt marked by Rollcall"]));
		expect(report.operations.map(({ username }) => username).sort()).toEqual(
			["Heidi", "alice", "bob", "carla", "dan", "eve", "frank", "grace", "ivan", "judy"].sort(),
		);
		expect(report.holds).toEqual([expect.objectContaining({ username: "olga", because: "invalid-value" })]);
		expect(world.writes()).toHaveLength(writes);
		const next = JSON.parse((await world.run(["diff", "--format", "json"])).out) as { operations: { kind: string; username: string }[] };
		const rest = next.operations.filter(({ kind }) => kind !== "attribute.set");
		expect(rest.map(({ kind, username }) => `${kind} ${username}`)).toEqual(["account.disable bob", "account.rename alice"]);
	});

	test("with another key nothing is believed", async () => {
		await writeFile(world.path("credentials/rollcall-mark"), "another key of more than sixteen letters");
		const { code, out } = await world.run(["relink", "--yes", "--format", "json"]);
		const report = JSON.parse(out) as { operations: object[]; holds: { because: string }[] };
		expect([code, report.operations, new Set(report.holds.map(({ because }) => because))]).toEqual([0, [], new Set(["invalid-value"])]);
	});

	test("without a mark in the configuration it is refused with what to do", async () => {
		await world.edit((text) => text.replace(/^ +mark: .*\n/m, ""));
		const { code, err } = await world.run(["relink", "--yes"]);
		expect([code, err]).toEqual([64, expect.stringMatching(/"jira" has no `mark`/)]);
	});
});
