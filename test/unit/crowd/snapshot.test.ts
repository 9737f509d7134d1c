import { afterEach, describe, expect, test } from "@jest/globals";
import type { AttributeNeeds } from "../../../core/connector.ts";
import type { GroupId, PersonId } from "../../../core/model.ts";
import type { CrowdSandbox } from "../../../sandbox/crowd/server.ts";
import { DIRECTORIES, nameOf } from "../../contract/crowd-harness.ts";
import { calm, closeAll, connect, server } from "./stand-in.ts";

afterEach(closeAll);
const read = (sandbox: CrowdSandbox, more: Parameters<typeof connect>[1] = {}, attributes: AttributeNeeds = new Set()) =>
	connect(sandbox, more).snapshot({ attributes }, calm);
const KEY = (index: number, directory: number = DIRECTORIES[0].id): PersonId =>
	`${directory}:00000000-0000-4000-8100-${String(index).padStart(12, "0")}` as PersonId;
const group = (name: string): GroupId => name.toLowerCase() as GroupId;

describe("what is read", () => {
	test("people as they are, by their keys", async () => {
		const snapshot = await read(await server());
		expect(snapshot.people.get(KEY(2))).toEqual({
			id: KEY(2),
			username: "person-02",
			email: "02@example.com",
			givenName: "First",
			familyName: "Łast",
			displayName: "Person person-02",
			active: false,
			attributes: {},
		});
		expect(snapshot.people.get(KEY(3))?.email).toBeUndefined();
	});
	test("a renamed person is the same one, whose memberships stay", async () => {
		const sandbox = await server();
		const user = sandbox.directory().user("person-00");
		sandbox.directory().rename(user!, "Renamed");
		// And the partner of that name, who was not to be seen until now, is somebody else.
		const snapshot = await read(sandbox);
		expect(snapshot.people.get(KEY(0))?.username).toBe("Renamed");
		expect(snapshot.groups.get(group("everybody"))?.people).toContain(KEY(0));
		expect(snapshot.people.size).toBe(14);
	});
	test("a name in two directories is the topmost one's, once", async () => {
		const { people } = await read(await server());
		expect([...people.values()].filter(({ username }) => username.toLowerCase() === "person-00")).toMatchObject([{ id: KEY(0) }]);
	});
	test("a group of two directories has the members of both", async () => {
		const members = (await read(await server())).groups.get(group("everybody"))?.people;
		expect(members).toEqual(expect.arrayContaining([KEY(0), KEY(11, DIRECTORIES[1].id)]));
		expect(members).toHaveLength(13);
	});
	test("an application that shows names in lower case: the same people and the same groups", async () => {
		const sandbox = await server();
		const before = await read(sandbox);
		sandbox.quirks.lowerCase = true;
		const after = await read(sandbox);
		expect([...after.people.keys()]).toEqual(expect.arrayContaining([...before.people.keys()]));
		expect(after.people.get(KEY(1))?.username).toBe("åsa");
		for (const [id, { people, groups }] of before.groups) expect(after.groups.get(id)).toMatchObject({ people, groups });
	});
	test("lists that are called user, group and attribute", async () => {
		const sandbox = await server();
		const before = await read(sandbox, {}, "all");
		sandbox.quirks.singular = true;
		expect((await read(sandbox, {}, "all")).digest).toBe(before.digest);
	});
	test("a user server without a context path, as in Jira", async () => {
		const sandbox = await server({ contextPath: "", version: "JIRA/9.12.0" });
		expect((await read(sandbox)).size.people).toBe(13);
	});
	test("in as many requests as the guide says, and only by reading", async () => {
		const sandbox = await server();
		for (let i = 0; i < 30; i += 1) sandbox.directory().addUser({ name: `more-${i}` });
		for (const pageSize of [4, 10, 41, 42, 100]) {
			const connector = connect(sandbox, { pageSize });
			await connector.snapshot({ attributes: new Set() }, calm);
			const pages = (rows: number) => 2 + Math.ceil(Math.max(0, rows - pageSize - 1) / pageSize);
			expect({ pageSize, requests: connector.requests() }).toEqual({ pageSize, requests: pages(43) + pages(6) + 1 });
		}
		expect(new Set(sandbox.exchanges.map(({ method }) => method))).toEqual(new Set(["GET"]));
	});
	test("1,000 rows are asked for at once, as many as Crowd gives by itself", async () => {
		const sandbox = await server();
		await read(sandbox);
		expect(new Set(sandbox.exchanges.map(({ query }) => query["max-results"]).filter(Boolean))).toEqual(new Set(["1000"]));
	});
});

describe("attributes", () => {
	test("are not even looked up where nobody wants any", async () => {
		const sandbox = await server();
		await read(sandbox);
		expect(sandbox.exchanges.map(({ query }) => String(query.expand ?? "")).join()).not.toMatch(/attributes/);
		await read(sandbox, {}, new Set(["employeeNumber"]));
		expect(sandbox.exchanges.some(({ query }) => query.expand === "user,attributes")).toBe(true);
	});
	test("in any order are the same snapshot", async () => {
		const sandbox = await server();
		const before = await read(sandbox, {}, "all");
		const user = sandbox.directory().user("person-00")!;
		user.attributes = Object.fromEntries(
			Object.entries(user.attributes)
				.map(([name, values]) => [name, values.toReversed()])
				.toReversed(),
		);
		expect((await read(sandbox, {}, "all")).digest).toBe(before.digest);
	});
	test("a server that leaves them out of its lists does not look like one without any", async () => {
		const sandbox = await server();
		sandbox.quirks.expands = false;
		await expect(read(sandbox, {}, new Set(["employeeNumber"]))).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/leaves the attributes of people out/),
		});
		// Whoever uses none is not bothered.
		expect((await read(sandbox)).size.people).toBe(13);
	});
	test("nobody really has any", async () => {
		const sandbox = await server();
		for (const { id } of DIRECTORIES) for (const user of sandbox.directory(id).users()) user.attributes = {};
		expect((await read(sandbox, {}, "all")).people.get(KEY(0))?.attributes).toEqual({});
	});
});

describe("readings that are not whole", () => {
	test("Crowd fails half-way through the memberships, after it said 200", async () => {
		const sandbox = await server();
		sandbox.quirks.breaksAt = "company";
		const error = await read(sandbox).catch((e: unknown) => e);
		expect(error).toMatchObject({ code: "source.malformed", message: expect.stringMatching(/stops inside <users>/) });
		expect((error as Error).message).toMatch(/tried 2 times/);
		sandbox.quirks.breaksAt = "nobody";
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.malformed" });
	});
	test("a page of memberships in place of the document", async () => {
		const sandbox = await server();
		sandbox.faults.add({ path: /membership/, effect: { kind: "html" } });
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.malformed" });
	});
	test.each(["<!DOCTYPE memberships>", '<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>'])("a document type: %s", async (prolog) => {
		const sandbox = await server();
		sandbox.quirks.prolog = prolog;
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.malformed", message: expect.stringMatching(/document type/) });
	});
	test("a group of whose members nothing was said is held", async () => {
		const sandbox = await server();
		sandbox.quirks.silent = new Set(["berlin"]);
		const snapshot = await read(sandbox);
		expect(snapshot.groups.get(group("Berlin"))).toMatchObject({ people: [], held: expect.stringMatching(/does not name it/) });
		expect(snapshot.groups.get(group("Company"))).toMatchObject({ people: [KEY(0)], groups: [group("Berlin")] });
		expect(snapshot.rejects).toMatchObject([{ kind: "group", label: "Berlin" }]);
	});
	test("a directory that does not answer fails the reading", async () => {
		const sandbox = await server();
		sandbox.directory(DIRECTORIES[1].id).down = true;
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.unreachable" });
	});
	describe("a directory that does not answer and is left out without a word", () => {
		test("is noticed where it was named", async () => {
			const sandbox = await server();
			const directories = DIRECTORIES.map(({ id }) => id);
			expect((await read(sandbox, { directories })).size.people).toBe(13);
			Object.assign(sandbox.quirks, { down: "leaves-out" });
			sandbox.directory(DIRECTORIES[1].id).down = true;
			await expect(read(sandbox, { directories })).rejects.toMatchObject({
				code: "source.incomplete",
				message: expect.stringMatching(/nobody of directory 98305 is among the 10 people/),
			});
		});
		test("is noticed where memberships still name its people", async () => {
			const sandbox = await server();
			const partial = [...(await read(sandbox)).people.values()].filter(({ id }) => id.startsWith("32769:"));
			sandbox.faults.add({
				path: /search\?entity-type=user/,
				effect: { kind: "wrong-json", body: { users: partial.map((p) => ({ name: p.username, key: p.id, active: p.active })) } },
			});
			await expect(read(sandbox)).rejects.toMatchObject({ code: "source.incomplete" });
		});
	});
	test("an application that may see members of a group only sees nothing else: nothing tells (said in the guide)", async () => {
		const sandbox = await server();
		sandbox.quirks.onlyMembersOf = ["berlin"];
		expect((await read(sandbox)).size.people).toBe(7);
	});
	test("a person whose record is not understood is held", async () => {
		const sandbox = await server();
		Object.assign(sandbox.directory().user("person-02")!, { active: "perhaps" });
		const snapshot = await read(sandbox);
		expect(snapshot.people.size).toBe(12);
		expect(snapshot.rejects).toMatchObject([{ kind: "person", id: KEY(2), label: "person-02", because: expect.stringMatching(/active/) }]);
		expect(snapshot.groups.get(group("everybody"))?.people).toContain(KEY(2));
	});
	test("a group whose record is not understood is held, and so is nobody inside", async () => {
		const sandbox = await server();
		Object.assign(sandbox.directory().group("berlin")!, { active: "perhaps" });
		const snapshot = await read(sandbox);
		expect(snapshot.rejects).toMatchObject([{ kind: "group", id: "berlin" }]);
		expect(snapshot.groups.get(group("Company"))?.groups).toEqual([group("Berlin")]);
	});
	test("no keys: refused, unless people are known by their names", async () => {
		const sandbox = await server();
		sandbox.quirks.keys = false;
		await expect(read(sandbox)).rejects.toMatchObject({ code: "config.invalid", todo: expect.stringMatching(/personId: username/) });
		const snapshot = await read(sandbox, { personId: "username" });
		expect(snapshot.people.get("åsa" as PersonId)?.username).toBe("ÅSA");
		expect(snapshot.groups.get(group("everybody"))?.people).toHaveLength(13);
	});
});

describe("a directory that changes while it is read", () => {
	/** Does something once, after the given page of a search. */
	const afterPage = (sandbox: CrowdSandbox, page: number, work: () => void): void => {
		let pages = 0;
		sandbox.quirks.afterPage = () => {
			pages += 1;
			if (pages === page) work();
		};
	};
	const SMALL = { pageSize: 3, network: { timeoutMs: 10_000, concurrency: 1 } };

	test("somebody deleted between two pages: nobody else falls out", async () => {
		const sandbox = await server();
		afterPage(sandbox, 2, () => sandbox.directory().removeUser(nameOf(9)));
		const snapshot = await read(sandbox, SMALL);
		expect(snapshot.size.people).toBe(12);
		expect(snapshot.people.has(KEY(9))).toBe(false);
	});
	test("somebody created after the list, and put into a group: read anew", async () => {
		const sandbox = await server();
		// Five pages of people and three of groups; their order does not matter after the last of them.
		afterPage(sandbox, 8, () => {
			sandbox.directory().addUser({ name: "newcomer", externalId: "new" });
			const everybody = sandbox.directory().group("everybody")!;
			everybody.users = [...everybody.users, "newcomer"];
		});
		const snapshot = await read(sandbox, SMALL);
		expect(snapshot.people.get(`${DIRECTORIES[0].id}:new` as PersonId)?.username).toBe("newcomer");
		expect(snapshot.groups.get(group("everybody"))?.people).toHaveLength(14);
	});
	test("members who are gone are looked up, and no reason to begin anew", async () => {
		const sandbox = await server();
		sandbox.quirks.ghosts = { group: "everybody", users: ["ghost", "another ghost"] };
		const connector = connect(sandbox);
		const snapshot = await connector.snapshot({ attributes: new Set() }, calm);
		expect(snapshot.groups.get(group("everybody"))?.people).toHaveLength(13);
		expect(connector.requests()).toBe(5 + 2);
	});
	test("fifty of them are no accident", async () => {
		const sandbox = await server();
		sandbox.quirks.ghosts = { group: "everybody", users: Array.from({ length: 51 }, (_, i) => `ghost-${i}`) };
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringMatching(/51 members/) });
	});
	test("a group of whose members nothing was said is asked for again before it is held", async () => {
		const sandbox = await server();
		sandbox.quirks.silent = new Set(["berlin"]);
		afterPage(sandbox, 9, () => {
			sandbox.quirks.silent = new Set();
		});
		const snapshot = await read(sandbox, SMALL);
		expect(snapshot.rejects).toEqual([]);
		expect(snapshot.groups.get(group("Berlin"))?.people).toHaveLength(7);
	});
	test("a list that never stands still is refused in the end", async () => {
		const sandbox = await server();
		let count = 0;
		sandbox.quirks.afterPage = () => {
			count += 1;
			sandbox.directory().addUser({ name: `0-${count}` });
		};
		await expect(read(sandbox, { pageSize: 2 })).rejects.toMatchObject({ code: "source.incomplete", retry: "spent" });
	});
});
