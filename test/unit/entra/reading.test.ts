import { afterEach, describe, expect, test } from "@jest/globals";
import type { Snapshot } from "../../../core/model.ts";
import type { EntraSandbox } from "../../../sandbox/entra/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { NOTHING, OLD, Opened, signal, staff } from "./tenants.ts";

const opened = new Opened();
afterEach(() => opened.close());

const groupOf = (snapshot: Snapshot, id: string) => snapshot.groups.get(id as never);
const tenantOf = async (count: number) => {
	const sandbox = await opened.tenant();
	return { sandbox, ...staff(sandbox, count) };
};
/** `GET /v1.0/users` and so on, without log-ins. */
const asked = (sandbox: EntraSandbox) => sandbox.exchanges.filter((e) => e.path.startsWith("/v1.0")).map((e) => `${e.method} ${e.path}`);

describe("the fewest requests", () => {
	test("2,000 people and 100 groups: 2 log-in, 3 pages of people, 1 of groups, 5 batches of twenty", async () => {
		const sandbox = await opened.tenant();
		sandbox.load(company({ people: 2_000, groups: 100, seed: 5 }));
		const connector = opened.connector(sandbox);
		const snapshot = await connector.snapshot(NOTHING, signal);
		expect(snapshot.size).toMatchObject({ people: 2_000, groups: 100, rejects: 0 });
		// all-staff has 2,000 members: two more pages, one after the other.
		expect(connector.requests()).toBe(2 + 3 + 1 + 5 + 2);
		expect(sandbox.units.peak).toBeLessThanOrEqual(1_750);
	});

	test("only what is needed is selected, and the work says that it can wait", async () => {
		const { sandbox } = await tenantOf(1);
		await opened.connector(sandbox).snapshot({ attributes: new Set(["department", "extensionAttribute3", "no-such-attribute"]) }, signal);
		const users = sandbox.exchanges.find((e) => e.path === "/v1.0/users");
		expect(users?.query).toEqual({
			$select: "id,userPrincipalName,displayName,givenName,surname,mail,accountEnabled,userType,department,onPremisesExtensionAttributes",
			$top: "999",
			$count: "true",
		});
	});
});

describe("pages", () => {
	test("an empty page with a link to the next is not the end", async () => {
		const { sandbox, group } = await tenantOf(7);
		sandbox.quirks.emptyPages = true;
		const snapshot = await opened.connector(sandbox, { pageSize: 2 }).snapshot(NOTHING, signal);
		expect(snapshot.size.people).toBe(7);
		expect(groupOf(snapshot, group)?.people).toHaveLength(7);
	});

	test("a page token that ran out: the listing is begun anew, a few times", async () => {
		const { sandbox } = await tenantOf(7);
		sandbox.quirks.expiredPageTokens = 2;
		expect((await opened.connector(sandbox, { pageSize: 3 }).snapshot(NOTHING, signal)).size).toMatchObject({ people: 7, rejects: 0 });
		sandbox.quirks.expiredPageTokens = 1_000;
		await expect(opened.connector(sandbox, { pageSize: 3 }).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("page tokens ran out"),
		});
	});

	test("the same inside a batch: that group is begun anew, and held when it does not help", async () => {
		const { sandbox, group } = await tenantOf(7);
		sandbox.tenant.addUser({ userPrincipalName: "guest@acme.example", userType: "Guest" });
		// One guest and one group fit a page: only the seven members need a token.
		const connector = opened.connector(sandbox, { pageSize: 5, people: "guests" });
		sandbox.quirks.expiredPageTokens = 2;
		expect(groupOf(await connector.snapshot(NOTHING, signal), group)?.held).toBeUndefined();
		expect(sandbox.quirks.expiredPageTokens).toBe(0);
		sandbox.quirks.expiredPageTokens = 1_000;
		expect(groupOf(await connector.snapshot(NOTHING, signal), group)?.held).toContain("Directory_ExpiredPageToken");
	});

	test("on a first page, which has no token, the same answer is final", async () => {
		const { sandbox } = await tenantOf(3);
		const body = { error: { code: "Directory_ExpiredPageToken", message: "x" } };
		const fault = sandbox.faults.add({ path: /\/users\?/, effect: { kind: "status", status: 400, body } });
		await expect(opened.connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({ context: { status: 400 } });
		expect(fault.hits).toBe(1);
	});

	test.each(["elsewhere", "insecure"] as const)("a link that leads %s is not followed", async (nextLinks) => {
		const { sandbox } = await tenantOf(7);
		sandbox.quirks.nextLinks = nextLinks;
		await expect(opened.connector(sandbox, { pageSize: 3 }).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.malformed",
			todo: expect.stringContaining("It is not followed"),
		});
	});

	test("a tenant whose lists have no counts is refused, and check says so", async () => {
		const { sandbox } = await tenantOf(3);
		const page = { value: [...sandbox.tenant.users.values()] };
		sandbox.faults.add({ path: /\/users\?/, effect: { kind: "wrong-json", body: page } });
		const connector = opened.connector(sandbox);
		await expect(connector.snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.incomplete",
			todo: expect.stringContaining("B2C"),
		});
		expect((await connector.check(signal)).map((f) => f.name)).toContain("people.uncounted");
		sandbox.faults.clear();
		sandbox.quirks.advancedQueries = false;
		await expect(connector.snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.incomplete", context: { status: 400 } });
	});
});

describe("members", () => {
	test("parts that are throttled are asked again, alone, after the wait that they state", async () => {
		const { sandbox, group } = await tenantOf(3);
		for (let i = 0; i < 4; i += 1) sandbox.tenant.addGroup({ displayName: `g${i}` });
		sandbox.quirks.throttledParts = 2;
		const began = performance.now();
		const snapshot = await opened.connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.size).toMatchObject({ groups: 5, rejects: 0 });
		expect(groupOf(snapshot, group)?.people).toHaveLength(3);
		expect(performance.now() - began).toBeGreaterThan(950);
		const sizes = sandbox.exchanges
			.filter((e) => e.path === "/v1.0/$batch")
			.map((e) => (e.requestBody as { requests: readonly unknown[] }).requests.length);
		expect(sizes).toEqual([5, 2]);
	});

	test("parts that are throttled for good end the reading: nothing is held that everybody's limit explains", async () => {
		const { sandbox } = await tenantOf(3);
		sandbox.quirks.throttledParts = 1_000;
		sandbox.quirks.partRetryAfter = 86_400;
		await expect(opened.connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.limited",
			context: { retryAfterMs: 86_400_000 },
		});
	});

	test("also where another part fails for a reason of its own, and is asked first", async () => {
		const { sandbox } = await tenantOf(2);
		sandbox.tenant.addGroup({ displayName: "second" });
		const failed = (id: string, status: number, code: string) => ({ id, status, headers: {}, body: { error: { code, message: "x" } } });
		const responses = [failed("0", 503, "serviceNotAvailable"), failed("1", 429, "TooManyRequests")];
		sandbox.faults.add({ path: /\$batch/, effect: { kind: "wrong-json", body: { responses } } });
		await expect(opened.connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.limited" });
	});

	test.each([500, 403, 404])("one group answered %s is held, the others are whole", async (status) => {
		const { sandbox, group } = await tenantOf(3);
		const other = staff(sandbox, 2, "other");
		sandbox.quirks.failingGroups.set(group, status);
		const snapshot = await opened.connector(sandbox).snapshot(NOTHING, signal);
		expect(groupOf(snapshot, group)).toMatchObject({ people: [], held: expect.stringContaining(String(status)) });
		expect(groupOf(snapshot, other.group)?.people).toHaveLength(2);
		expect(snapshot.rejects).toMatchObject([{ kind: "group", id: group, label: "staff" }]);
	});

	test("many groups that fail are not the groups' fault", async () => {
		const sandbox = await opened.tenant();
		for (let i = 0; i < 12; i += 1) sandbox.quirks.failingGroups.set(staff(sandbox, 1, `g${i}`).group, 403);
		await expect(opened.connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("the members of 11 groups could not be read"),
		});
	});

	test("a hidden membership is held: Graph would answer an empty list", async () => {
		const { sandbox, people } = await tenantOf(3);
		const hidden = sandbox.tenant.addGroup({ displayName: "board", visibility: "HiddenMembership" }).id;
		sandbox.tenant.addMember(hidden, people[0]!);
		const snapshot = await opened.connector(sandbox).snapshot(NOTHING, signal);
		expect(groupOf(snapshot, hidden)).toMatchObject({ people: [], held: expect.stringContaining("Member.Read.Hidden") });
		sandbox.setRoles(sandbox.credentials.clientId, ["User.Read.All", "GroupMember.Read.All", "Member.Read.Hidden"]);
		const now = await opened.connector(sandbox).snapshot(NOTHING, signal);
		expect(groupOf(now, hidden)).toMatchObject({ people: [people[0]] });
		expect(now.rejects).toEqual([]);
	});

	test("service principals, which are not listed, and perhaps counted: two more parts for this group, and it is whole", async () => {
		const { sandbox, group } = await tenantOf(3);
		sandbox.tenant.addMember(group, "44444444-4444-4444-8444-444444444444", "servicePrincipal");
		for (const counts of [false, true]) {
			sandbox.quirks.countsServicePrincipals = counts;
			const connector = opened.connector(sandbox);
			expect(groupOf(await connector.snapshot(NOTHING, signal), group)?.people).toHaveLength(3);
			expect(connector.requests()).toBe(counts ? 6 : 5);
		}
	});

	test("a list that lacks somebody whom the count knows is held", async () => {
		const { sandbox, group } = await tenantOf(3);
		sandbox.quirks.shortGroups.add(group);
		// The casts lose the same row but not their counts.
		const snapshot = await opened.connector(sandbox).snapshot(NOTHING, signal);
		expect(groupOf(snapshot, group)).toMatchObject({
			people: [],
			held: expect.stringContaining("counts 3 people and 0 groups, but lists 2 and 0"),
		});
	});

	test("and so is one that lacks an inner group", async () => {
		const { sandbox, group } = await tenantOf(2);
		const inner = staff(sandbox, 1, "inner").group;
		// The last one that was added is the one that the list loses.
		sandbox.tenant.addMember(group, inner, "group");
		sandbox.quirks.shortGroups.add(group);
		const snapshot = await opened.connector(sandbox).snapshot(NOTHING, signal);
		expect(groupOf(snapshot, group)?.held).toMatch(/counts 2 people and 1 groups, but lists 2 and 0/);
		expect(groupOf(snapshot, inner)).toMatchObject({ people: [expect.any(String)] });
	});

	test("groups of one name are two groups; the id in the path tells them apart", async () => {
		const sandbox = await opened.tenant();
		const [one, two] = [staff(sandbox, 1, "same").group, sandbox.tenant.addGroup({ displayName: "same" }).id];
		const snapshot = await opened.connector(sandbox).snapshot(NOTHING, signal);
		expect([one, two].map((id) => groupOf(snapshot, id)?.path)).toEqual([`/${one}/same`, `/${two}/same`]);
	});
});

describe("members who are in no list", () => {
	test("somebody new, whom the index does not have yet, is taken in", async () => {
		const { sandbox, group } = await tenantOf(3);
		const joiner = sandbox.tenant.addUser({ userPrincipalName: "new@acme.example", department: "IT" });
		sandbox.tenant.addMember(group, joiner.id);
		sandbox.quirks.unindexed.add(joiner.id);
		const snapshot = await opened.connector(sandbox).snapshot({ attributes: new Set(["department"]) }, signal);
		expect(snapshot.people.get(joiner.id as never)).toMatchObject({ username: "new@acme.example", attributes: { department: ["IT"] } });
		expect(groupOf(snapshot, group)?.people).toHaveLength(4);
	});

	test("somebody who has long been there proves that the list is not whole", async () => {
		const { sandbox, people } = await tenantOf(3);
		sandbox.quirks.unindexed.add(people[1]!);
		await expect(opened.connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("1 member of groups (people)"),
		});
		expect(asked(sandbox).filter((line) => line === "GET /v1.0/users")).toHaveLength(3);
	});

	test("somebody who is gone is no member any more", async () => {
		const { sandbox, group } = await tenantOf(3);
		sandbox.tenant.addMember(group, "55555555-5555-4555-8555-555555555555", "user");
		expect(groupOf(await opened.connector(sandbox).snapshot(NOTHING, signal), group)?.people).toHaveLength(3);
	});

	test("a group inside that no list has ends the reading", async () => {
		const { sandbox, group } = await tenantOf(3);
		sandbox.tenant.addMember(group, "66666666-6666-4666-8666-666666666666", "group");
		await expect(opened.connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.incomplete" });
	});
});

describe("people", () => {
	test.each([
		["userPrincipalName", "anna@acme.example"],
		["mail", "anna@example.com"],
		["onPremisesSamAccountName", "ANNA01"],
		["mailNickname", "anna.n"],
	] as const)("the username comes from %s; whoever has none there is held", async (username, wanted) => {
		const sandbox = await opened.tenant();
		const all = { mail: "anna@example.com", onPremisesSamAccountName: "ANNA01", mailNickname: "anna.n" };
		const anna = sandbox.tenant.addUser({ userPrincipalName: "anna@acme.example", ...all });
		const bare = sandbox.tenant.addUser({ userPrincipalName: "bare@acme.example" });
		const connector = opened.connector(sandbox, { username });
		const snapshot = await connector.snapshot(NOTHING, signal);
		expect(snapshot.people.get(anna.id as never)?.username).toBe(wanted);
		expect(snapshot.rejects.map((r) => [r.id, r.label])).toEqual(username === "userPrincipalName" ? [] : [[bare.id, "bare@acme.example"]]);
		expect((await connector.person?.(wanted, NOTHING, signal))?.id).toBe(anna.id);
	});

	test("members and guests: chosen by the server where that is exact, here where it is not", async () => {
		const sandbox = await opened.tenant();
		const [member, guest, untyped] = (["Member", "Guest", "Member"] as const).map((userType, i) =>
			sandbox.tenant.addUser({ userPrincipalName: `p${i}@acme.example`, userType, createdDateTime: OLD }),
		);
		const ids = async (people: "everybody" | "members" | "guests") =>
			[...(await opened.connector(sandbox, { people }).snapshot(NOTHING, signal)).people.keys()].sort();
		const lists = () => sandbox.exchanges.filter((e) => e.path === "/v1.0/users" && e.query.$top === "999").map((e) => e.query.$filter);
		expect(await ids("everybody")).toEqual([member!.id, guest!.id, untyped!.id].sort());
		expect(await ids("guests")).toEqual([guest!.id]);
		expect(await ids("members")).toEqual([member!.id, untyped!.id].sort());
		sandbox.quirks.untyped.add(untyped!.id);
		expect(await ids("members")).toEqual([member!.id, untyped!.id].sort());
		expect(await ids("guests")).toEqual([guest!.id]);
		expect(lists()).toEqual([undefined, "userType eq 'Guest'", "userType eq 'Member'", undefined, "userType eq 'Guest'"]);
	});

	test("guests in groups are in no list of members, and no riddle", async () => {
		const { sandbox, group } = await tenantOf(2);
		const guest = sandbox.tenant.addUser({ userPrincipalName: "g#EXT#@acme.example", userType: "Guest", createdDateTime: OLD });
		sandbox.tenant.addMember(group, guest.id);
		const snapshot = await opened.connector(sandbox, { people: "members" }).snapshot(NOTHING, signal);
		expect(groupOf(snapshot, group)?.people).toHaveLength(2);
	});

	test("switched off is inactive, deleted is gone", async () => {
		const { sandbox, people } = await tenantOf(3);
		sandbox.tenant.updateUser(people[0]!, { accountEnabled: false });
		sandbox.tenant.removeUser(people[1]!);
		const snapshot = await opened.connector(sandbox).snapshot(NOTHING, signal);
		expect(people.map((id) => snapshot.people.get(id as never)?.active)).toEqual([false, undefined, true]);
	});

	test("an attribute that the tenant does not know is an error that names it", async () => {
		const { sandbox } = await tenantOf(1);
		await expect(opened.connector(sandbox).snapshot({ attributes: new Set(["departmnt"]) }, signal)).rejects.toMatchObject({
			code: "config.invalid",
			message: expect.stringContaining("'departmnt'"),
		});
	});

	test("a directory extension and a member of a complex property", async () => {
		const { sandbox, people } = await tenantOf(1);
		const extension = "extension_22222222222242228222222222222222_costCenter";
		sandbox.tenant.extensions.add(extension);
		sandbox.tenant.updateUser(people[0]!, { [extension]: "4711", employeeOrgData: { costCenter: "12", division: null } });
		const wanted = new Set([extension, "employeeOrgData.costCenter", "employeeOrgData.division", "EMPLOYEEID"]);
		const snapshot = await opened.connector(sandbox).snapshot({ attributes: wanted }, signal);
		expect(snapshot.people.get(people[0] as never)?.attributes).toEqual({ [extension]: ["4711"], "employeeOrgData.costCenter": ["12"] });
	});
});

describe("one person", () => {
	test("by id and by name, fresh, and with odd characters", async () => {
		const sandbox = await opened.tenant();
		const name = "o'neil+1&x=#EXT#@acme.example";
		const one = sandbox.tenant.addUser({ userPrincipalName: name, department: "IT" });
		const connector = opened.connector(sandbox);
		const request = { attributes: new Set(["department"]) };
		const byName = await connector.person?.(name, request, signal);
		expect(byName).toMatchObject({ id: one.id, username: name, attributes: { department: ["IT"] } });
		expect(await connector.person?.(one.id, request, signal)).toEqual(byName);
		sandbox.tenant.updateUser(one.id, { accountEnabled: false });
		expect((await connector.person?.(name, request, signal))?.active).toBe(false);
	});

	test("nobody: an unknown id, an unknown name, the beginning of a name, somebody of the other kind", async () => {
		const sandbox = await opened.tenant();
		const guest = sandbox.tenant.addUser({ userPrincipalName: "guest@acme.example", userType: "Guest" });
		const connector = opened.connector(sandbox, { people: "members" });
		for (const who of ["00000000-0000-4000-8000-000000000000", "bert", "gues", "guest@acme.example", guest.id])
			expect([who, await connector.person?.(who, NOTHING, signal)]).toEqual([who, undefined]);
	});

	test("a name that two have is no answer, and a 404 that is not Graph's is no absence", async () => {
		const sandbox = await opened.tenant();
		for (const i of [1, 2]) sandbox.tenant.addUser({ userPrincipalName: `p${i}@acme.example`, onPremisesSamAccountName: "twin" });
		const connector = opened.connector(sandbox, { username: "onPremisesSamAccountName" });
		await expect(connector.person?.("twin", NOTHING, signal)).rejects.toMatchObject({ code: "source.malformed" });
		sandbox.faults.add({ path: /\/users\//, effect: { kind: "status", status: 404, body: "<html>no such page</html>" } });
		await expect(connector.person?.("00000000-0000-4000-8000-000000000000", NOTHING, signal)).rejects.toMatchObject({
			code: "source.incomplete",
		});
	});
});
