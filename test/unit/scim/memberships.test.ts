import { describe, expect, test } from "@jest/globals";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { lostIn } from "../../contract/connector-faults.ts";
import { GHOST, GROUPS, groupId, personId } from "../../contract/scim-harness.ts";
import { open } from "./stand-in.ts";

const members = (snapshot: Snapshot, name: string) => snapshot.groups.get(groupId(name) as GroupId)?.people ?? [];
const heldNames = (snapshot: Snapshot) => snapshot.rejects.filter(({ kind }) => kind === "group").map(({ label }) => label);
const single = (path: string) => /^\/Groups\/[^?]+$/.test(path);

describe("where memberships are", () => {
	test("in the list: only groups that list nobody are asked for by themselves", async () => {
		const { read, truth, asked } = await open();
		expect(lostIn(await read(), truth)).toEqual([]);
		expect(asked().filter(single)).toEqual([`/Groups/${groupId("nobody")}`]);
	});

	test("in each group by itself: found out, and then no group's list row is believed", async () => {
		for (const where of ["single", "some"] as const) {
			const { read, truth, asked } = await open({ members: where });
			expect(lostIn(await read(), truth)).toEqual([]);
			expect(new Set(asked().filter(single))).toHaveProperty("size", GROUPS.length);
		}
	});

	test("in people's own records only: direct ones count, those by way of an inner group do not", async () => {
		const { read, truth } = await open({ members: "never" });
		const snapshot = await read();
		for (const { name, people } of truth.groups) expect([name, members(snapshot, name)]).toEqual([name, [...people].sort()]);
		expect(heldNames(snapshot)).toEqual([]);
	});

	test("in people's own records, though one group could not be asked for by itself", async () => {
		const { sandbox, read, truth } = await open({ members: "never" });
		sandbox.faults.add({ path: new RegExp(`/Groups/${groupId("Berlin")}`), effect: { kind: "status", status: 403, body: {} } });
		const snapshot = await read();
		for (const { name, people } of truth.groups) expect([name, members(snapshot, name)]).toEqual([name, [...people].sort()]);
	});

	test.each(["person", "group"] as const)("in people's own records: a %s that came into being meanwhile is not missed", async (kind) => {
		const { sandbox, read } = await open({ members: "never" });
		let once = false;
		sandbox.onExchange(({ path, query }) => {
			// The end of the list of groups; people were read before it.
			if (once || !path.endsWith("/Groups") || query.startIndex !== "6") return;
			once = true;
			if (kind === "person") sandbox.store.put("User", { id: "late", userName: "late", active: true });
			else sandbox.store.put("Group", { id: "late", displayName: "late", members: [] });
			const [group, person] = kind === "person" ? [groupId("nobody"), "late"] : ["late", personId(1)];
			sandbox.store.setMembers(group, () => [{ value: person, type: "User" }]);
		});
		const snapshot = await read();
		const found = snapshot.groups.get((kind === "person" ? groupId("nobody") : "late") as GroupId);
		expect([once, found?.people]).toEqual([true, [kind === "person" ? "late" : personId(1)]]);
	});

	test("nowhere: every group is held, and nobody loses anything", async () => {
		const { read } = await open({ members: "never", personGroups: false });
		const snapshot = await read();
		expect(heldNames(snapshot).sort()).toEqual(GROUPS.map(({ name }) => name).sort());
		expect(snapshot.rejects[0]?.because).toMatch(/no membership is shown anywhere/);
	});

	test("a group that cannot be read may be the one that would have shown that the list tells a part only", async () => {
		const { sandbox, read } = await open({ members: "single" });
		const [all, few] = [groupId("everybody"), groupId("Company")];
		const list = [
			{ id: all, displayName: "everybody" },
			{ id: few, displayName: "Company", members: [{ value: personId(0), type: "User" }] },
		];
		sandbox.store.setMembers(few, () => [0, 1].map((i) => ({ value: personId(i), type: "User" })));
		sandbox.faults.add({ path: /Groups\?/, effect: { kind: "wrong-json", body: { totalResults: 2, Resources: list } } });
		sandbox.faults.add({ path: new RegExp(`/Groups/${all}`), effect: { kind: "status", status: 403, body: {} } });
		const snapshot = await read();
		expect([heldNames(snapshot), members(snapshot, "Company")]).toEqual([["everybody"], [personId(0), personId(1)]]);
	});

	test("as configured, without looking elsewhere", async () => {
		const list = await open({ members: "single" });
		expect((await list.read({ memberships: "list" })).size).toMatchObject({ memberships: 0, rejects: 0 });
		expect(list.asked().filter(single)).toEqual([]);
		const each = await open();
		expect(lostIn(await each.read({ memberships: "single" }), each.truth)).toEqual([]);
		expect(each.asked().filter((path) => path.startsWith("/Groups?"))[0]).toMatch(/excludedAttributes=members/);
		expect(each.asked().filter(single)).toHaveLength(GROUPS.length);
		const people = await open({ projection: "refused" });
		expect(members(await people.read({ memberships: "people" }), "everybody")).toHaveLength(13);
	});
});

describe("members", () => {
	test("whose kind is said by type, by address, or not at all", async () => {
		for (const memberTypes of ["both", "type", "ref", "none"] as const) {
			const { read, truth } = await open({ memberTypes });
			expect(lostIn(await read(), truth)).toEqual([]);
		}
	});

	test("of a type of the server's own hold the group, or are nobody", async () => {
		const { sandbox, read } = await open();
		sandbox.store.setMembers(groupId("Company"), (all) => [...all, { value: "robot-1", type: "Device" }]);
		const strict = await read();
		expect(strict.rejects).toMatchObject([{ label: "Company", because: expect.stringMatching(/robot-1 is of type Device/) }]);
		expect(strict.groups.get(groupId("Company") as GroupId)).toMatchObject({ people: [], held: expect.any(String) });
		const lenient = await read({ unknownMembers: "ignore" });
		expect([lenient.rejects, members(lenient, "Company")]).toEqual([[], [personId(0)]]);
	});

	test("a type of its own for somebody whom the lists name is that one", async () => {
		const { sandbox, read } = await open({ memberTypes: "type" });
		sandbox.store.setMembers(groupId("Company"), () => [
			{ value: personId(3), type: "direct" },
			{ value: groupId("Berlin"), type: "Team" },
		]);
		expect((await read()).groups.get(groupId("Company") as GroupId)).toMatchObject({ people: [personId(3)], groups: [groupId("Berlin")] });
	});

	test("an id that is a person's and a group's: the type decides, without it the group is held", async () => {
		const { sandbox, read } = await open();
		sandbox.store.put("Group", { id: personId(1), displayName: "same id", members: [{ value: personId(2), type: "User" }] });
		expect((await read()).groups.get(groupId("everybody") as GroupId)?.groups).toEqual([]);
		sandbox.quirks.memberTypes = "none";
		expect(heldNames(await read()).sort()).toEqual(["Developers", "everybody"]);
	});

	test("who is in no list is asked for: gone ones are nobody", async () => {
		const { read, asked } = await open();
		expect(members(await read(), "everybody")).toHaveLength(13);
		expect(asked().filter((path) => path.startsWith(`/Users/${GHOST}`))).toEqual([`/Users/${GHOST}?attributes=id`]);
	});

	test("who came into being after the list was read: everything is read anew", async () => {
		const { sandbox, read } = await open();
		const late = { id: personId(60), userName: "late", active: true };
		let once = false;
		sandbox.onExchange(({ path, query }) => {
			if (once || !path.endsWith("/Users") || query.startIndex !== "13") return;
			once = true;
			sandbox.store.put("User", late);
			sandbox.store.setMembers(groupId("nobody"), () => [{ value: late.id, type: "User" }]);
		});
		const snapshot = await read();
		expect([once, members(snapshot, "nobody"), snapshot.size.people]).toEqual([true, [late.id], 14]);
	});

	test("too many in no list are not asked for one by one", async () => {
		const { sandbox, read, asked } = await open();
		sandbox.store.setMembers(groupId("nobody"), () => Array.from({ length: 501 }, (_, i) => ({ value: `gone-${i}`, type: "User" })));
		await expect(read()).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringMatching(/502 members of groups/) });
		expect(asked().some((path) => path.startsWith("/Users/gone"))).toBe(false);
	});

	test("a group inside another one that no list has, and that the server knows, proves that groups are missing", async () => {
		const { sandbox, read } = await open();
		const inner = { value: groupId("Berlin"), type: "Group" };
		const list = [{ id: groupId("Company"), displayName: "Company", members: [inner] }];
		sandbox.faults.add({ path: /Groups\?/, effect: { kind: "wrong-json", body: { totalResults: 1, Resources: list } } });
		await expect(read()).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/1 members of groups are in no list/),
		});
	});

	test("who is in no list and known to the server, however often the lists are read, proves that they are not whole", async () => {
		const { sandbox, read } = await open();
		sandbox.faults.add({ path: new RegExp(`/Users/${GHOST}`), effect: { kind: "wrong-json", body: { id: GHOST, userName: "ghost" } } });
		await expect(read()).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/1 members of groups are in no list/),
		});
	});

	test("a group that lists somebody without an id is held", async () => {
		const { sandbox, read } = await open({ memberTypes: "none" });
		sandbox.store.put("Group", { id: "odd", displayName: "odd", members: [{ display: "?" }] });
		expect(heldNames(await read())).toEqual(["odd"]);
	});

	test("a group that the list names and the server does not know, or mistakes for another, is held", async () => {
		const nobody = new RegExp(`/Groups/${groupId("nobody")}`);
		const error = { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "404" };
		for (const effect of [
			{ kind: "status", status: 404, body: error },
			{ kind: "wrong-json", body: { id: groupId("Berlin"), displayName: "Berlin" } },
			{ kind: "status", status: 403, body: {} },
		] as const) {
			const { sandbox, read } = await open();
			sandbox.faults.add({ path: nobody, effect });
			expect(heldNames(await read())).toEqual(["nobody"]);
		}
	});
});

describe("people", () => {
	test("without `active`: active when nobody has it, held when others do, or as configured", async () => {
		const nobody = await open({ withoutActive: "all" });
		expect((await nobody.read()).size).toMatchObject({ active: 13, rejects: 0 });
		expect((await nobody.read({ activeMissing: "inactive" })).size).toMatchObject({ active: 0, rejects: 0 });
		const some = await open({ withoutActive: new Set([personId(3)]) });
		const snapshot = await some.read();
		expect(snapshot.rejects).toMatchObject([{ kind: "person", id: personId(3), because: expect.stringMatching(/activeMissing/) }]);
		expect(snapshot.people.has(personId(3) as PersonId)).toBe(false);
		for (const [activeMissing, expected] of [
			["active", true],
			["inactive", false],
		] as const)
			expect((await some.read({ activeMissing })).people.get(personId(3) as PersonId)?.active).toBe(expected);
	});

	test("only what is needed is asked for, extensions of the server's own by the schema that has them", async () => {
		const { read, asked } = await open();
		await read({}, ["title", "department", "badge", "urn:x:User:y"]);
		const query = asked().find((path) => path.includes("attributes"));
		expect(query).toContain(
			"attributes=id,userName,name,displayName,emails,active,title,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department,urn:ietf:params:scim:schemas:extension:site:2.0:User:badge,urn:x:User:y&",
		);
		expect(asked().filter((path) => path === "/Schemas")).toHaveLength(1);
	});

	test("the server's schemas are looked at only for names that the standard does not have", async () => {
		const { read, asked } = await open();
		await read({}, ["title", "department", "name.middleName"]);
		expect(asked()).not.toContain("/Schemas");
	});

	test("a name in two of the server's schemas must be written in full", async () => {
		const { sandbox, read } = await open();
		const schema = (id: string) => ({ id, attributes: [{ name: "Badge" }] });
		const body = { totalResults: 3, Resources: [schema("urn:a:User"), schema("urn:b:User"), { id: 7 }] };
		sandbox.faults.add({ path: /Schemas/, effect: { kind: "wrong-json", body } });
		await expect(read({}, ["badge"])).rejects.toMatchObject({
			code: "config.invalid",
			todo: expect.stringContaining('"urn:a:User:badge"'),
		});
	});

	test.each(["active", "name", "displayName", "title"])("%s is not sent though it was asked for: people are read whole", async (loses) => {
		const whole = await (await open()).read({}, ["title"]);
		const { read } = await open({ projection: "lossy", loses });
		expect((await read({}, ["title"])).digest).toBe(whole.digest);
	});

	test.each(["heeded", "ignored", "refused", "lossy"] as const)("attributes= %s: everybody with everything", async (projection) => {
		const { read, truth, asked } = await open({ projection });
		const snapshot = await read({}, ["title", "badge"]);
		for (const [at, { id, attributes }] of truth.people.entries()) {
			const wanted = Object.fromEntries(Object.entries(attributes).filter(([name]) => name === "title" || name === "badge"));
			expect(snapshot.people.get(id as PersonId)).toMatchObject({ email: `p${at}@example.com`, attributes: wanted });
			expect(snapshot.people.get(id as PersonId)!.attributes).toEqual(wanted);
		}
		const whole = asked().filter((path) => path.startsWith("/Users?") && !path.includes("attributes") && !path.includes("count=10"));
		expect(whole.length > 0).toBe(projection === "refused" || projection === "lossy");
	});
});
