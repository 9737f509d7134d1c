import { describe, expect, test } from "@jest/globals";
import { GROUPS } from "../../../connectors/idp/onelogin/settings.ts";
import type { GroupId, Snapshot } from "../../../core/model.ts";
import { asked, connect, NOTHING, never, onceAnswered, read, standIn } from "./stand-in.ts";

const role = (snapshot: Snapshot, id = "role:1") => {
	const group = snapshot.groups.get(id as GroupId);
	return group?.held ?? group?.people.map(Number).sort((a, b) => a - b);
};
const ONE = { network: { timeoutMs: 10_000, concurrency: 1 } };

describe("roles and their people", () => {
	test("roles and groups of one number and of one name are two", async () => {
		const sandbox = await standIn(4);
		sandbox.account.addRole("Default", 2);
		const { groups } = await read(sandbox);
		expect([...groups.values()].map(({ id, name, path, people }) => [id, name, path, people.length]).sort()).toEqual([
			["group:1", "group:Default", "/groups/Default", 4],
			["role:1", "devs", "/roles/devs", 2],
			["role:2", "Default", "/roles/Default", 0],
		]);
	});

	test("prefixes are the configuration's; what is not to be read is not asked for", async () => {
		const sandbox = await standIn(4);
		const groups = await read(sandbox, { groups: { ...GROUPS, rolePrefix: "r/", groupPrefix: "" } });
		expect([...groups.groups.values()].map(({ name }) => name).sort()).toEqual(["Default", "r/devs"]);
		for (const [kind, path] of [
			["roles", "/api/2/roles 1"],
			["groups", "/api/1/groups"],
		] as const) {
			const other = await standIn(4);
			expect((await read(other, { groups: { ...GROUPS, read: [kind] } })).groups.size).toBe(1);
			expect(asked(other).slice(3)).toEqual([path]);
		}
		const none = await standIn(4);
		expect((await read(none, { groups: { ...GROUPS, read: [] } })).groups.size).toBe(0);
		const { fields } = none.exchanges.at(-1)!.query;
		expect(fields).toBe("id,username,email,firstname,lastname,status,state");
	});

	test("administrators of roles are no members, and apps are not asked for", async () => {
		const sandbox = await standIn(2);
		await read(sandbox);
		expect(sandbox.exchanges.find(({ path }) => path === "/api/2/roles")?.query.fields).toBe("id,name,users");
	});

	test("a list of roles that is cut is not believed: the role is held", async () => {
		const sandbox = await standIn(8, { quirks: { mostRolePeople: 3 } });
		const snapshot = await read(sandbox);
		expect(role(snapshot)).toBe("the role lists 3 people, and the records of 4 name it; they differ in 1");
		expect(snapshot.rejects).toEqual([expect.objectContaining({ kind: "group", id: "role:1", label: "devs" })]);
		expect(snapshot.size.heldGroups).toBe(1);
	});

	test("each alone, where the configuration says so", async () => {
		const sandbox = await standIn(8, { quirks: { mostRolePeople: 3 } });
		expect(role(await read(sandbox, { groups: { ...GROUPS, members: "roles" } }))).toEqual([2, 4, 6]);
		expect(role(await read(sandbox, { groups: { ...GROUPS, members: "people" } }))).toEqual([2, 4, 6, 8]);
		expect(sandbox.exchanges.filter(({ path }) => path === "/api/2/roles").map(({ query }) => query.fields)).toEqual([
			"id,name,users",
			"id,name",
		]);
	});

	test("lists as the documentation shows them, without people's roles: the roles' own lists count", async () => {
		expect(role(await read(await standIn(8, { quirks: { ignoresFields: "people" } })))).toEqual([2, 4, 6, 8]);
	});

	test("neither says anything: held, not empty", async () => {
		const snapshot = await read(await standIn(8, { quirks: { ignoresFields: "everywhere" } }));
		expect(role(snapshot)).toBe("OneLogin says neither who is in this role nor which roles people have");
	});

	test("somebody gets a role, and somebody loses it, between the two lists: looked at again", async () => {
		const sandbox = await standIn(8);
		onceAnswered(sandbox, "/api/2/users 1", () => {
			sandbox.account.assign(1, 3);
			sandbox.account.unassign(1, 8);
			sandbox.account.updateUser(3, { lastname: "Newer" });
		});
		const snapshot = await read(sandbox, ONE);
		expect(role(snapshot)).toEqual([2, 3, 4, 6]);
		expect([...snapshot.people.values()].find(({ username }) => username === "p3")?.familyName).toBe("Newer");
		expect(asked(sandbox).slice(5).sort()).toEqual(["/api/2/roles 1", "/api/2/users/3", "/api/2/users/8"]);
	});

	test("more than a few disagree: the role is held without further questions", async () => {
		const sandbox = await standIn(110, { quirks: { mostRolePeople: 3 } });
		const snapshot = await read(sandbox);
		expect(role(snapshot)).toMatch(/^the role lists 3 people, and the records of 55 name it; they differ in 52$/);
		expect(asked(sandbox).filter((line) => line.startsWith("/api/2/users/"))).toEqual([]);
	});

	test("whoever a role still names and OneLogin does not know is gone, and asked for once", async () => {
		const sandbox = await standIn(4);
		sandbox.account.assign(1, 999);
		expect(role(await read(sandbox))).toEqual([2, 4]);
		expect(asked(sandbox).filter((line) => line === "/api/2/users/999")).toHaveLength(1);
		// Also where roles are read again for another reason.
		onceAnswered(sandbox, "/api/2/users 1", () => sandbox.account.assign(1, 3));
		expect(role(await read(sandbox, ONE))).toEqual([2, 3, 4]);
		expect(asked(sandbox).filter((line) => line === "/api/2/users/999")).toHaveLength(2);
	});

	test("a newcomer with the highest id is taken in; anybody else shows that the list was not whole", async () => {
		const sandbox = await standIn(4);
		onceAnswered(sandbox, "/api/2/users 1", () => {
			sandbox.account.addUser({ id: 5, username: "p5", group_id: 1 });
			sandbox.account.assign(1, 5);
		});
		const snapshot = await read(sandbox, ONE);
		expect([role(snapshot), snapshot.people.size]).toEqual([[2, 4, 5], 5]);
		const torn = await standIn(4);
		// Rows and total agree with one another, and number 2 is missing.
		const { account } = torn;
		const body = [1, 3, 4].map((id) => ({ ...account.user(id), role_ids: account.rolesOf(id) }));
		torn.faults.add({ path: /api\/2\/users\?/, effect: { kind: "status", status: 200, headers: { "total-count": "3" }, body } });
		await expect(read(torn)).rejects.toMatchObject({
			code: "source.incomplete",
			message: "OneLogin's list of people lacks 1 who are in roles",
		});
		for (let id = 5; id <= 70; id += 1) torn.account.assign(1, id);
		await expect(read(torn)).rejects.toMatchObject({ code: "source.incomplete", context: { strangers: 67 } });
	});

	test("a person who cannot be understood is held, and stays where the role has them", async () => {
		const sandbox = await standIn(4);
		sandbox.account.updateUser(2, { status: 6 });
		const snapshot = await read(sandbox);
		expect(role(snapshot)).toEqual([2, 4]);
		expect(snapshot.rejects).toEqual([{ kind: "person", id: "2", label: "p2", because: "OneLogin's status 6 is not a known one" }]);
		expect(snapshot.people.size).toBe(3);
	});

	test("the same while it is looked at again: it is the record, not the list, that is not understood", async () => {
		const sandbox = await standIn(4);
		onceAnswered(sandbox, "/api/2/users 1", () => {
			sandbox.account.unassign(1, 4);
			sandbox.account.updateUser(4, { status: 6 });
		});
		const snapshot = await connect(sandbox, ONE).snapshot(NOTHING, never());
		expect([role(snapshot), snapshot.rejects.length]).toEqual([[2], 1]);
	});
});
