import { describe, expect, test } from "@jest/globals";
import type { GroupName } from "../../../core/model.ts";
import { calm, fieldsOf, populate } from "../../contract/product-world.ts";
import { caught, sent, stageOf } from "./stage.ts";

const people = async (...args: Parameters<typeof stageOf>) => {
	const staged = await stageOf(...args);
	return { ...staged, ids: populate(staged.stage) };
};

describe("lists", () => {
	test("pages overlap by one row and end with the stated total", async () => {
		const { server, connect } = await people();
		await connect({ pageSize: 3 }).read({ groups: new Set() }, calm);
		const pages = server.exchanges.filter(({ path }) => path.endsWith("/Users")).map(({ query }) => [query.startIndex, query.count]);
		expect(pages).toEqual([
			["1", "3"],
			["3", "4"],
			["6", "4"],
		]);
	});
	test("never more than 100 rows are asked for", async () => {
		const { server, connect } = await people();
		await connect({ pageSize: 5_000 }).read({}, calm);
		expect(server.exchanges.map(({ query }) => Number(query.count ?? 0)).filter((count) => count > 100)).toEqual([]);
	});
	test("somebody who comes while it is read: the list is begun anew, and is whole", async () => {
		const { server, connect } = await people();
		let pages = 0;
		server.onExchange(({ path }) => {
			if (path.endsWith("/Users") && ++pages === 2) server.population.addAccount({ name: "late", emailAddress: "late@example.org" });
		});
		const actual = await connect({ pageSize: 2 }).read({}, calm);
		expect([...actual.accounts.values()].map(({ username }) => username)).toContain("late");
		expect(actual.accounts.size).toBe(8);
	});
	test("somebody who goes while another comes: the total is the same, the overlap is not", async () => {
		const { server, connect, ids } = await people();
		let pages = 0;
		server.onExchange(({ path }) => {
			if (!path.endsWith("/Users") || ++pages !== 2) return;
			server.population.removeUser(ids[0] as string);
			server.population.addAccount({ name: "late", emailAddress: "late@example.org" });
		});
		const actual = await connect({ pageSize: 2 }).read({}, calm);
		expect([...actual.accounts.values()].map(({ username }) => username).sort()).toEqual([
			"late",
			...[1, 2, 3, 4, 5, 6].map((n) => `person${n}`),
		]);
	});
	test("somebody who goes before their page comes: the total says so, and the list is begun anew", async () => {
		const { server, connect, ids } = await people();
		let pages = 0;
		server.onExchange(({ path }) => {
			if (path.endsWith("/Users") && ++pages === 2) server.population.removeUser(ids[6] as string);
		});
		expect((await connect({ pageSize: 2 }).read({}, calm)).accounts.size).toBe(6);
	});
	test("a user of whom it is not said whether they are active is not guessed", async () => {
		const { server, product } = await stageOf();
		const body = { totalResults: 1, startIndex: 1, Resources: [{ id: "1", userName: "ada", emails: [] }] };
		server.faults.add({ path: /\/Users$/, effect: { kind: "wrong-json", body } });
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.malformed", message: expect.stringMatching(/active/) });
	});
	test("a list that never comes to rest is refused", async () => {
		const { server, connect } = await people();
		let n = 0;
		server.onExchange(({ path }) => {
			if (path.endsWith("/Users")) server.population.addAccount({ name: `late${++n}`, emailAddress: `late${n}@example.org` });
		});
		expect(await caught(connect({ pageSize: 2 }).read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringMatching(/came and went .* 3 times/),
		});
	});
	test.each([
		["more stated than there are", { totalResults: 9, startIndex: 1, Resources: [] }, /states 9 rows and ends after 0/],
		["another page than the one asked for", { totalResults: 9, startIndex: 4, Resources: [] }, /answered with those from 4 on/],
	])("%s", async (_title, body, message) => {
		const { server, product } = await people();
		server.faults.add({ path: /\/Users$/, effect: { kind: "wrong-json", body } });
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.incomplete", message: expect.stringMatching(message) });
	});
	test("an empty directory may leave Resources out; one that states rows may not", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /\/Users$/, effect: { kind: "wrong-json", body: { totalResults: 0, startIndex: 1 } } });
		expect((await product.read({}, calm)).accounts.size).toBe(0);
		server.faults.clear();
		server.faults.add({ path: /\/Users$/, effect: { kind: "wrong-json", body: { totalResults: 3, startIndex: 1 } } });
		expect((await caught(product.read({}, calm))).code).toBe("target.malformed");
	});
	test.each(["users", "groups"])("two %s that differ only in capital letters are refused", async (what) => {
		const { server, product } = await stageOf({ behaviour: { names: "exact" } });
		for (const name of ["Twin", "TWIN"]) {
			if (what === "groups") server.population.addGroup(name);
			else server.population.addAccount({ name, emailAddress: `${name.length}${name}@example.org` });
		}
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.malformed",
			message: expect.stringMatching(/"TWIN" and "Twin"|"Twin" and "TWIN"/),
		});
	});
});

describe("members of a group", () => {
	test("a list that lacks somebody whom the user itself names is looked at again, and is then whole", async () => {
		const { server, product, ids } = await people();
		server.faults.add({ path: /\/Groups\/./, times: 1, effect: { kind: "short-page", drop: 2 } });
		const actual = await product.read({ groups: new Set(["staff"]) }, calm);
		for (const id of ids) expect(actual.accounts.get(id)?.groups).toEqual(["staff"]);
		expect(sent(server).filter((one) => one === "GET Groups/…")).toHaveLength(2);
	});
	test("one that stays short stops the reading, unless the groups alone are to be believed", async () => {
		const { server, product, connect } = await people();
		server.faults.add({ path: /\/Groups\/./, effect: { kind: "short-page", drop: 1 } });
		expect(await caught(product.read({ groups: new Set(["staff"]) }, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringMatching(/"staff" and user .* do not agree .*6 members by the group, 7 by the users/),
			todo: expect.stringMatching(/memberships: groups/),
		});
		const actual = await connect({ memberships: "groups" }).read({ groups: new Set(["staff"]) }, calm);
		expect([...actual.accounts.values()].filter(({ groups }) => groups.length > 0)).toHaveLength(6);
	});
	test("somebody too many is seen as well", async () => {
		const { server, product, ids } = await people();
		const group = server.population.groupNamed("empty")!;
		const body = { id: group.id, displayName: "empty", members: [{ value: ids[0] }] };
		server.faults.add({ path: new RegExp(`/Groups/${group.id}`), effect: { kind: "wrong-json", body } });
		expect((await caught(product.read({}, calm))).code).toBe("target.incomplete");
	});
	test.each(["absent", "empty"] as const)(
		"where users tell nothing (%s), each group is read twice and must be the same",
		async (usersTellGroups) => {
			const { server, product } = await people({ behaviour: { usersTellGroups } });
			await product.read({ groups: new Set(["staff"]) }, calm);
			expect(sent(server).filter((one) => one === "GET Groups/…")).toHaveLength(2);
			let n = 0;
			server.onExchange(({ path }) => {
				const late = () => server.population.addAccount({ name: `x${++n}`, emailAddress: `x${n}@example.org` }).id;
				if (/\/Groups\/./.test(path)) server.population.addMember("staff", late());
			});
			expect(await caught(product.read({ groups: new Set(["staff"]) }, calm))).toMatchObject({
				code: "target.incomplete",
				message: expect.stringMatching(/had \d members at one look and \d+ at the next/),
			});
		},
	);
	test("a member who is no user of the directory shows that the list of users was not whole", async () => {
		const { server, connect } = await people({ behaviour: { usersTellGroups: "absent" } });
		const group = server.population.groupNamed("empty")!;
		const body = { id: group.id, displayName: "empty", members: [{ value: "somebody-else" }] };
		server.faults.add({ path: new RegExp(`/Groups/${group.id}`), effect: { kind: "wrong-json", body } });
		expect(await caught(connect({ memberships: "groups" }).read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringMatching(/somebody-else is a member of "empty"/),
		});
	});
	test("a group that is gone between the list and its members", async () => {
		const { server, product } = await people();
		const group = server.population.groupNamed("empty")!;
		server.onExchange(({ path }) => {
			if (path.endsWith("/Groups") && server.population.groups.has(group.id)) server.population.removeGroup(group.id);
		});
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringMatching(/"empty" was listed/),
		});
	});
	test("only the groups that are asked for cost a request", async () => {
		const { server, product } = await people();
		await product.read({ groups: new Set(["OPS team"]) }, calm);
		expect(sent(server).filter((one) => one === "GET Groups/…")).toHaveLength(1);
	});
});

describe("what is read", () => {
	test("names in parts, several addresses, no address", async () => {
		const { server, product } = await stageOf();
		const emails = [
			{ value: "second@example.org", type: "home" },
			{ value: "first@example.org", type: "work", primary: true },
		];
		const add = (userName: string, profile: Readonly<Record<string, unknown>>) =>
			server.population.addUser({ userName, emails, active: true, profile });
		add("a", { name: { formatted: "Ada L." } });
		server.population.addUser({ userName: "b", emails: [], active: false, profile: { name: { givenName: "Bob", familyName: "Byte" } } });
		server.population.addUser({ userName: "c", emails: [{ value: "c@example.org" }], active: true, profile: {}, displayName: "C" });
		const rows = [...(await product.read({}, calm)).accounts.values()].sort((a, b) => (a.username < b.username ? -1 : 1));
		expect(rows).toMatchObject([
			{ username: "a", email: "first@example.org", displayName: "Ada L.", active: true, editable: true },
			{ username: "b", email: "", displayName: "Bob Byte", active: false },
			{ username: "c", email: "c@example.org", displayName: "C" },
		]);
	});
	test("the site is the directory; there is no account of our own", async () => {
		const { server, product } = await stageOf({ directoryId: "dir-1" });
		server.population.addGroup("g");
		expect(await product.read({}, calm)).toMatchObject({ site: "dir-1", self: undefined, groups: new Set(["g" as GroupName]) });
	});
	test("a key of another directory, and a wrong one", async () => {
		const { connect } = await stageOf();
		expect(await caught(connect({ directory: "other" }).read({}, calm))).toMatchObject({ code: "target.denied", context: { status: 403 } });
		const { Secret } = await import("../../../core/secret.ts");
		expect(await caught(connect({ key: new Secret("nonsense", "t") }).read({}, calm))).toMatchObject({
			code: "target.denied",
			todo: expect.stringMatching(/Regenerate API key/),
		});
	});
	test("a directory id that is an address is refused before anything is sent", async () => {
		const { connect } = await stageOf();
		expect(() => connect({ directory: "https://api.atlassian.com/scim/directory/x" })).toThrow(/cannot be the id of a directory/);
	});
	test("a rate limit is waited for, as Retry-After says", async () => {
		const { server, connect } = await stageOf({ rateLimit: { capacity: 2, fillRate: 5, intervalSeconds: 1 } });
		const fields = fieldsOf("person");
		server.population.addAccount({ name: fields.username, emailAddress: fields.email });
		for (const name of ["a", "b", "c"]) server.population.addGroup(name);
		const patient = { attempts: 5, baseMs: 1, capMs: 5, budgetMs: 10_000 };
		expect((await connect({ retry: patient }).read({}, calm)).accounts.size).toBe(1);
		expect(server.exchanges.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
	});
});
