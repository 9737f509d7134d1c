import { describe, expect, test } from "@jest/globals";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { company } from "../../../sandbox/world/company.ts";
import { asked, connect, NOTHING, never, open } from "./opened.ts";

const membersOf = (snapshot: Snapshot, id: string) => snapshot.groups.get(id as GroupId)?.people;

describe("who is a member", () => {
	test("CUSTOMER is everybody, EXTERNAL and foreign users are nobody", async () => {
		const sandbox = await open();
		sandbox.workspace.addRawMember("g", { type: "EXTERNAL", email: "a@other.example", role: "MEMBER" });
		sandbox.workspace.addRawMember("g", { type: "USER", id: "777", email: "b@gmail.example", role: "OWNER" });
		sandbox.workspace.addGroup({ id: "all", email: "all@example.com", name: "All" });
		sandbox.workspace.addRawMember("all", { type: "CUSTOMER", id: "C1", role: "MEMBER" });
		const snapshot = await connect(sandbox).snapshot(NOTHING, never());
		expect(membersOf(snapshot, "g")).toEqual(["1", "2"]);
		expect(membersOf(snapshot, "all")).toEqual(["1", "2", "3"]);
		expect(asked(sandbox)).not.toContain("/users/777");
	});

	test("a type that is not known holds the group, and no other", async () => {
		const sandbox = await open();
		sandbox.workspace.addRawMember("g", { type: "CHROME_DEVICE", id: "d1", role: "MEMBER" });
		sandbox.workspace.addGroup({ id: "h", email: "h@example.com", name: "Other" });
		const snapshot = await connect(sandbox).snapshot(NOTHING, never());
		expect(snapshot.groups.get("g" as GroupId)?.held).toMatch(/CHROME_DEVICE/);
		expect(snapshot.groups.get("h" as GroupId)?.held).toBeUndefined();
		expect(snapshot.rejects).toMatchObject([{ kind: "group", id: "g", label: "Group" }]);
	});

	test("a group that counts nobody is read too: it may consist of groups", async () => {
		const sandbox = await open();
		sandbox.workspace.addGroup({ id: "outer", email: "outer@example.com", name: "Outer" });
		sandbox.workspace.addMember("outer", "g");
		const snapshot = await connect(sandbox).snapshot(NOTHING, never());
		expect(snapshot.groups.get("outer" as GroupId)?.groups).toEqual(["g"]);
	});

	test("an inner group from outside is no edge", async () => {
		const sandbox = await open();
		sandbox.workspace.addRawMember("g", { type: "GROUP", id: "foreign", email: "x@other.example", role: "MEMBER" });
		expect((await connect(sandbox).snapshot(NOTHING, never())).groups.get("g" as GroupId)?.groups).toEqual([]);
	});
});

describe("a list that is not whole", () => {
	test("fewer members than Google counts hold the group; with memberCount: ignore the list counts", async () => {
		const sandbox = await open();
		sandbox.quirks.wrongCounts.set("g", 9);
		const held = await connect(sandbox).snapshot(NOTHING, never());
		expect(held.groups.get("g" as GroupId)?.held).toMatch(/counts 9 members of group g@example.com, but lists 2/);
		expect(membersOf(await connect(sandbox, { memberCount: "ignore" }).snapshot(NOTHING, never()), "g")).toEqual(["1", "2"]);
	});

	test("a count of everything, inner groups too, is as good", async () => {
		const sandbox = await open({ quirks: { counts: "everything" } });
		sandbox.workspace.addGroup({ id: "outer", email: "outer@example.com", name: "Outer" });
		sandbox.workspace.addMember("outer", "g");
		expect((await connect(sandbox).snapshot(NOTHING, never())).rejects).toEqual([]);
	});

	test.each([
		["a person", "3"],
		["a group", "g"],
		["a unit", "unit"],
	])("%s that only the second list has is never left out", async (_what, id) => {
		const sandbox = await open();
		const unit = sandbox.workspace.addUnit("/Late").orgUnitId;
		sandbox.quirks.late.add(id === "unit" ? unit : id);
		const reading = connect(sandbox, { organizationalUnits: "groups" }).snapshot(NOTHING, never());
		await expect(reading).rejects.toMatchObject({
			code: "source.incomplete",
			retry: "spent",
			message: expect.stringContaining("second list"),
		});
	});

	test.each([
		["a member who is there by id", "2", /1 members of groups are not in its list of people/],
		["an inner group that is there by id", "g", /1 inner groups are not in its list of groups/],
	])("%s and in no list stops the reading", async (_what, id, message) => {
		const sandbox = await open();
		sandbox.workspace.addGroup({ id: "outer", email: "outer@example.com", name: "Outer" });
		sandbox.workspace.addMember("outer", "g");
		sandbox.quirks.unlisted.add(id);
		const reading = connect(sandbox).snapshot(NOTHING, never());
		await expect(reading).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringMatching(message) });
	});

	test("very many colleagues in groups and in no list mean a role for a part only", async () => {
		const sandbox = await open();
		for (let i = 0; i < 60; i += 1)
			sandbox.workspace.addRawMember("g", { type: "USER", id: `h${i}`, email: `h${i}@example.com`, role: "MEMBER" });
		const reading = connect(sandbox).snapshot(NOTHING, never());
		await expect(reading).rejects.toMatchObject({
			code: "source.incomplete",
			todo: expect.stringContaining("limited to some organisational units"),
		});
	});

	test("private accounts with an address of ours are looked up, and are nobody", async () => {
		const sandbox = await open();
		sandbox.workspace.addRawMember("g", { type: "USER", id: "888", email: "private@example.com", role: "MEMBER" });
		expect(membersOf(await connect(sandbox).snapshot(NOTHING, never()), "g")).toEqual(["1", "2"]);
		expect(asked(sandbox)).toContain("/users/888");
	});

	test("a colleague whom Google refuses to show is held: a role for a part of the organisation may hide them", async () => {
		const sandbox = await open();
		sandbox.workspace.addRawMember("g", { type: "USER", id: "888", email: "hidden@example.com", role: "MEMBER" });
		sandbox.workspace.addRawMember("g", { type: "USER", id: "889", role: "MEMBER" });
		sandbox.workspace.addRawMember("g", { type: "GROUP", id: "foreign", email: "x@other.example", role: "MEMBER" });
		const error = { code: 403, message: "Not Authorized to access this resource/api", errors: [{ domain: "global", reason: "forbidden" }] };
		sandbox.faults.add({ path: /\/users\/88|\/groups\/foreign\?/, effect: { kind: "status", status: 403, body: { error } } });
		const snapshot = await connect(sandbox).snapshot(NOTHING, never());
		expect(snapshot.rejects).toMatchObject([
			{ kind: "person", id: "888", label: "hidden@example.com", because: expect.stringContaining("hidden by a role") },
			{ kind: "person", id: "889" },
		]);
		expect(membersOf(snapshot, "g")).toEqual(["1", "2", "888", "889"]);
		// Groups from outside are refused too, and are no edges.
		expect(snapshot.groups.get("g" as GroupId)?.groups).toEqual([]);
	});

	test("a colleague without an address who is there all the same: the list of people was not whole", async () => {
		const sandbox = await open();
		sandbox.workspace.addRawMember("g", { type: "USER", id: "3", role: "MEMBER" });
		sandbox.faults.add({ path: /\/users\?/, effect: { kind: "short-page", drop: 1 } });
		await expect(connect(sandbox).snapshot(NOTHING, never())).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("1 members of groups are not in its list of people"),
		});
	});

	test("nobody at all is denied; an answer of another kind is no empty list", async () => {
		const sandbox = await open();
		for (const id of ["1", "2", "3"]) sandbox.workspace.removeUser(id);
		await expect(connect(sandbox).snapshot(NOTHING, never())).rejects.toMatchObject({ code: "source.denied" });
		sandbox.faults.add({ path: /\/groups\?/, effect: { kind: "wrong-json", body: {} } });
		await expect(connect(sandbox, { domain: "example.com" }).snapshot(NOTHING, never())).rejects.toMatchObject({
			code: "source.malformed",
		});
	});

	test("many pages are not an endless list", async () => {
		const sandbox = await open();
		for (let i = 10; i < 40; i += 1) sandbox.workspace.addUser({ id: String(i), primaryEmail: `p${i}@example.com` });
		expect((await connect(sandbox, { pageSize: 1 }).snapshot(NOTHING, never())).size).toMatchObject({ people: 33, rejects: 0 });
	});

	test("pages may be empty, and repeat neither rows nor tokens", async () => {
		const sandbox = await open({ quirks: { emptyPages: true } });
		expect((await connect(sandbox, { pageSize: 1 }).snapshot(NOTHING, never())).size).toMatchObject({ people: 3, memberships: 2 });
		sandbox.quirks.members = "repeat";
		const snapshot = await connect(sandbox, { pageSize: 1 }).snapshot(NOTHING, never());
		expect(snapshot.groups.get("g" as GroupId)?.held).toMatch(/do not end/);
	});

	test("one group that may not be read is held; more than a few are a missing right", async () => {
		const sandbox = await open();
		sandbox.quirks.closedGroups.add("g");
		expect((await connect(sandbox).snapshot(NOTHING, never())).groups.get("g" as GroupId)?.held).toMatch(/Not Authorized/);
		for (let i = 0; i < 12; i += 1) {
			sandbox.workspace.addGroup({ id: `c${i}`, email: `c${i}@example.com`, name: `c${i}` });
			sandbox.quirks.closedGroups.add(`c${i}`);
		}
		await expect(connect(sandbox).snapshot(NOTHING, never())).rejects.toMatchObject({ code: "source.denied", context: { status: 403 } });
	});
});

describe("organisational units", () => {
	test("are groups with the units below inside, by their own ids", async () => {
		const sandbox = await open();
		const { workspace } = sandbox;
		const inner = workspace.addUnit("/Company/Berlin").orgUnitId as GroupId;
		workspace.updateUser("1", { orgUnitPath: "/Company/Berlin" });
		const snapshot = await connect(sandbox, { organizationalUnits: "groups" }).snapshot(NOTHING, never());
		expect(snapshot.groups.get(inner)).toMatchObject({ name: "Berlin", path: "/Company/Berlin", people: ["1"], groups: [] });
		const top = [...snapshot.groups.values()].find((group) => group.path === "/")!;
		expect(top.people).toEqual(["2", "3"]);
		expect(snapshot.groups.get(top.groups[0]!)).toMatchObject({ name: "Company", people: [], groups: [inner] });
	});

	test("are not asked for unless wanted, and neither is their scope", async () => {
		const sandbox = await open();
		sandbox.access.delegate(sandbox.credentials.serviceAccount, ["admin.directory.user.readonly", "admin.directory.group.readonly"]);
		expect((await connect(sandbox).snapshot(NOTHING, never())).groups.size).toBe(1);
		expect(asked(sandbox).filter((path) => path.includes("orgunits"))).toEqual([]);
	});

	test("one that cannot be understood is held, and whoever is in it is no riddle", async () => {
		const sandbox = await open();
		sandbox.workspace.updateUser("1", { orgUnitPath: "/Odd" });
		const organizationUnits = [
			{ orgUnitId: "id:top", name: "Top", orgUnitPath: "/" },
			{ orgUnitId: "id:odd", name: "Odd", orgUnitPath: 5, parentOrgUnitId: "id:top" },
		];
		sandbox.faults.add({
			path: /\/orgunits/,
			effect: { kind: "wrong-json", body: { kind: "admin#directory#orgUnits", organizationUnits } },
		});
		const snapshot = await connect(sandbox, { organizationalUnits: "groups" }).snapshot(NOTHING, never());
		expect(snapshot.rejects).toMatchObject([{ kind: "group", id: "id:odd" }]);
		expect(membersOf(snapshot, "id:top")).toEqual(["2", "3"]);
	});

	test("somebody of whom it is not said in which unit they are is held", async () => {
		const sandbox = await open();
		const users = [
			{ id: "1", primaryEmail: "p1@example.com", suspended: false, archived: false },
			{ id: "2", primaryEmail: "p2@example.com", suspended: false, archived: false, orgUnitPath: "/" },
			{ id: "3", primaryEmail: "p3@example.com", suspended: false, archived: false, orgUnitPath: "/" },
		];
		sandbox.faults.add({ path: /\/users\?/, effect: { kind: "wrong-json", body: { kind: "admin#directory#users", users } } });
		const snapshot = await connect(sandbox, { organizationalUnits: "groups" }).snapshot(NOTHING, never());
		expect(snapshot.rejects).toMatchObject([{ kind: "person", id: "1", because: expect.stringContaining("orgUnitPath") }]);
		expect((await connect(sandbox).snapshot(NOTHING, never())).rejects).toEqual([]);
	});

	test("without the topmost, or without somebody's own, are not whole", async () => {
		const sandbox = await open();
		sandbox.workspace.updateUser("1", { orgUnitPath: "/Gone" });
		const reading = () => connect(sandbox, { organizationalUnits: "groups" }).snapshot(NOTHING, never());
		await expect(reading()).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("1 people are in organisational units"),
		});
		sandbox.workspace.addUnit("/Company");
		sandbox.quirks.noTopUnit = true;
		await expect(reading()).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringContaining("not the topmost") });
	});
});

test("one domain only, exactly; one that does not exist is not empty", async () => {
	const sandbox = await open();
	sandbox.workspace.addUser({ id: "4", primaryEmail: "p4@branch.example" });
	sandbox.workspace.addMember("g", "4");
	const snapshot = await connect(sandbox, { domain: "branch.example" }).snapshot(NOTHING, never());
	expect([...snapshot.people.keys()]).toEqual(["4" as PersonId]);
	expect(membersOf(snapshot, "g")).toEqual(["4"]);
	await expect(connect(sandbox, { domain: "brunch.example" }).snapshot(NOTHING, never())).rejects.toMatchObject({
		code: "source.incomplete",
		context: { status: 404 },
	});
});

test("a schema that does not exist costs one more request, and nobody has its fields", async () => {
	const sandbox = await open();
	sandbox.workspace.addSchema("HR", { site: "STRING" });
	sandbox.workspace.updateUser("1", { customSchemas: { HR: { site: "Köln" }, Pay: { grade: "9" } } });
	const attributes = new Set(["HR.site", "Nowhere.field"]);
	const snapshot = await connect(sandbox).snapshot({ attributes }, never());
	expect(snapshot.people.get("1" as PersonId)?.attributes).toEqual({ "HR.site": ["Köln"] });
	const masks = sandbox.exchanges
		.filter((one) => one.path.endsWith("/users"))
		.map((one) => one.query.customFieldMask ?? one.query.projection);
	expect(masks.slice(0, 2)).toEqual(["HR,Nowhere", "full"]);
});

test("the fewest requests for a company: no more than its pages, a request a group, and the ids again", async () => {
	const sandbox = await open();
	sandbox.load(company({ people: 600, groups: 40, seed: 5 }));
	const connector = connect(sandbox);
	const snapshot = await connector.snapshot(NOTHING, never());
	expect(snapshot.size).toMatchObject({ people: 600, groups: 40, rejects: 0 });
	// Log-in; people twice 2; groups twice 1; members 1 each, more for those of more than 200.
	const large = [...snapshot.groups.values()].reduce(
		(sum, group) => sum + Math.max(1, Math.ceil((group.people.length + group.groups.length) / 200)),
		0,
	);
	expect(connector.requests()).toBe(1 + 4 + 2 + large);
	const again = await connect(sandbox).snapshot(NOTHING, never());
	expect(again.digest).toBe(snapshot.digest);
});
