import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { person } from "./support/people.ts";
import { World } from "./support/world.ts";

let world: World;
beforeEach(async () => {
	world = await World.open();
	await world.inside(["sync", "--yes"]);
});
afterEach(() => world.close());

const run = async (...args: string[]) => {
	const { code, out } = await world.inside([...args, "--format", "json"]);
	const report = JSON.parse(out) as {
		operations: { kind: string; username: string }[];
		holds: { username: string; wanted: string; detail: string }[];
	};
	return { code, report };
};

test("somebody hired again under a new id keeps the account, once a person has said that it is the same human being", async () => {
	const { realm } = world.keycloak;
	const old = person(realm, "bob");
	realm.removeUser(old);
	const before = JSON.stringify(world.jira.population.state().accounts);
	realm.addUser({
		id: "11111111-0000-4000-8000-000000000000",
		username: "bob",
		firstName: "Bob",
		lastName: "Example",
		email: "bob@example.com",
		enabled: true,
	});
	const held = await run("sync", "--yes");
	expect(held.report.operations).toEqual([]);
	const disable = held.report.holds.find(({ wanted }) => wanted === "disable" || wanted === "account.disable")!;
	expect(disable.detail).toContain(`rollcall unlink staff:${old}`);
	expect(JSON.stringify(world.jira.population.state().accounts)).toBe(before);

	const unknown = await world.inside(["unlink", "staff:nobody", "--yes"]);
	expect([unknown.code, unknown.err]).toEqual([64, expect.stringContaining("is linked to no account of jira")]);
	const done = await world.inside(["unlink", `staff:${old}`, "--yes"]);
	expect([done.code, done.out]).toEqual([0, expect.stringContaining("is linked to no account of jira any more")]);
	const { report } = await run("diff");
	expect(report.operations.map(({ kind, username }) => `${kind} ${username}`)).toContain("link.adopt bob");
	expect(report.operations.some(({ kind }) => kind === "account.disable")).toBe(false);
});

test("nobody is unlinked without a yes", async () => {
	const { code, err } = await world.inside(["unlink", `staff:${person(world.keycloak.realm, "bob")}`]);
	expect([code, err]).toEqual([64, expect.stringContaining("nobody can be asked")]);
	expect((await run("diff")).report.operations).toEqual([]);
});
