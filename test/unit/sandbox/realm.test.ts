import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Realm, RealmConflict } from "../../../sandbox/keycloak/realm.ts";
import { startKeycloak } from "../../../sandbox/keycloak/server.ts";

describe("realm", () => {
	test("usernames are lower case and unique, e-mail addresses are unique unless allowed", () => {
		const realm = new Realm("acme");
		const ada = realm.addUser({ username: "Ada", email: "a@example.com" });
		expect(ada.username).toBe("ada");
		expect(() => realm.addUser({ username: "ADA" })).toThrow(RealmConflict);
		expect(() => realm.addUser({ username: "eve", email: "A@example.com" })).toThrow("User exists with same email");
		realm.updateUser(ada.id, { email: "new@example.com", username: "Ada.B" });
		expect(realm.addUser({ username: "ada", email: "a@example.com" }).id).not.toBe(ada.id);
		const open = new Realm("acme", { duplicateEmails: true });
		open.addUser({ username: "a", email: "x@example.com" });
		expect(open.addUser({ username: "b", email: "x@example.com" }).email).toBe("x@example.com");
	});

	test("a change touches only what it names, and null takes away", () => {
		const realm = new Realm("acme");
		const ada = realm.addUser({ username: "ada", firstName: "Ada", email: "a@example.com" });
		realm.updateUser(ada.id, { email: null, enabled: false });
		expect(realm.user(ada.id)).toEqual({ ...ada, email: undefined, enabled: false });
		expect("email" in realm.user(ada.id)).toBe(false);
		expect(() => realm.user("none")).toThrow("realm acme has no user none");
	});

	test("groups: siblings have different names; a group goes with everything below it; moving changes the path", () => {
		const realm = new Realm("acme");
		const top = realm.addGroup({ name: "top" });
		const child = realm.addGroup({ name: "child", parentId: top.id });
		const user = realm.addUser({ username: "ada" });
		realm.addMember(child.id, user.id);
		realm.addMember(child.id, user.id);
		expect(() => realm.addGroup({ name: "child", parentId: top.id })).toThrow("Sibling group named 'child' already exists.");
		expect(() => realm.updateGroup(realm.addGroup({ name: "other" }).id, { name: "top" })).toThrow(
			"Top level group named 'top' already exists.",
		);
		expect(realm.groupAt("/top/child")?.id).toBe(child.id);
		realm.moveGroup(child.id, undefined);
		expect([realm.pathOf(realm.group(child.id)), realm.childrenOf(top.id)]).toEqual(["/child", []]);
		realm.moveGroup(child.id, top.id);
		realm.removeGroup(top.id);
		expect([realm.groups.has(child.id), realm.groupsOf(user.id).size]).toEqual([false, 0]);
	});

	test("removing a user ends the memberships", () => {
		const realm = new Realm("acme");
		const group = realm.addGroup({ name: "g" });
		const user = realm.addUser({ username: "ada" });
		realm.addMember(group.id, user.id);
		realm.removeUser(user.id);
		expect([realm.membersOf(group.id).size, realm.userNamed("ada")]).toEqual([0, undefined]);
	});

	test("the same story gives the same ids", () => {
		const ids = () => {
			const realm = new Realm("acme");
			return [realm.addUser({ username: "a" }).id, realm.addGroup({ name: "g" }).id];
		};
		expect(ids()).toEqual(ids());
	});

	test("everything comes back from the state file, and ids go on", async () => {
		const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
		const options = { stateFile: join(folder, "keycloak.json") };
		const first = await startKeycloak(options);
		const outer = first.realm.addGroup({ name: "outer" });
		const inner = first.realm.addGroup({ name: "inner", parentId: outer.id });
		const ada = first.realm.addUser({ username: "ada", email: "a@example.com" });
		first.realm.addMember(inner.id, ada.id);
		await first.close();
		const second = await startKeycloak(options);
		expect([first.restored, second.restored]).toEqual([false, true]);
		expect(second.realm.state()).toEqual(first.realm.state());
		expect([...second.realm.groupsOf(ada.id)]).toEqual([inner.id]);
		expect(second.realm.addUser({ username: "eve" }).id).not.toBe(ada.id);
		await second.close();
		rmSync(folder, { recursive: true });
	});
});
