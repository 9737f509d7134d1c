import { rm } from "node:fs/promises";
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
