import { afterEach, describe, expect, test } from "@jest/globals";
import { jira } from "../../../connectors/atlassian/jira/product.ts";
import type { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { AtlassianProduct } from "../../../core/product.ts";
import { Secret } from "../../../core/secret.ts";
import type { JiraOptions } from "../../../sandbox/jira/server.ts";
import { connectJira, jiraStage } from "../../contract/jira-harness.ts";
import { calm, fieldsOf, populate } from "../../contract/product-world.ts";
import { json, serve } from "../http/servers.ts";

const ONCE = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
async function stageOf(options: JiraOptions = {}) {
	const stage = await jiraStage(options);
	open.push(stage);
	const connect = (more: Parameters<typeof connectJira>[1] = {}): AtlassianProduct => {
		const product = connectJira(stage.server, { retry: ONCE, ...more });
		open.push(product);
		return product;
	};
	return { stage, server: stage.server, connect };
}
const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("it did not throw")),
		(error: SyncError) => error,
	);
const wrongToken = { auth: { kind: "pat", token: new Secret("revoked-token", "test") } } as const;

describe("who we are", () => {
	test.each(["9.12", "10.3"] as const)("a revoked token, which Jira %s takes for a visitor, is no empty Jira", async (version) => {
		const { stage, connect } = await stageOf({ version });
		populate(stage);
		const error = await caught(connect(wrongToken).read({}, calm));
		expect(error).toMatchObject({ code: "target.denied", todo: expect.stringContaining("token") });
		expect(JSON.stringify([error, error.message])).not.toContain("revoked-token");
	});
	test("a token revoked while Jira is read", async () => {
		const { stage, server, connect } = await stageOf({ version: "9.12" });
		populate(stage);
		server.onExchange(({ path }) => {
			if (path.endsWith("/groups/picker")) server.revokeToken(server.credentials.token);
		});
		expect((await caught(connect().read({ groups: new Set() }, calm))).code).toBe("target.denied");
	});
	test("a token that belongs to somebody else at the end", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		server.onExchange(({ path }) => {
			if (!path.endsWith("/groups/picker")) return;
			server.revokeToken(server.credentials.token);
			server.addToken("admin", server.credentials.token);
		});
		const error = await caught(connect().read({}, calm));
		expect(error).toMatchObject({ code: "target.incomplete", message: expect.stringContaining('"rollcall" became "admin"') });
	});
	test("no administrator: refused, though the lists would come", async () => {
		const { stage, server, connect } = await stageOf({ version: "9.12" });
		populate(stage);
		server.addToken("person0", "clerk-token");
		const error = await caught(connect({ auth: { kind: "pat", token: new Secret("clerk-token", "test") } }).read({}, calm));
		expect(error).toMatchObject({
			code: "target.denied",
			message: expect.stringContaining('"person0"'),
			todo: expect.stringContaining("Jira Administrators"),
		});
	});
	test("a Jira in which `.` does not find everybody is not taken for a small one", async () => {
		const { stage, connect } = await stageOf({ version: "9.12", behaviour: { dotFindsEverybody: false } });
		populate(stage);
		expect(await caught(connect().read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("not among them"),
		});
	});
	test("Basic: one wrong password, one request, no CAPTCHA", async () => {
		const { server, connect } = await stageOf({ version: "9.12" });
		const auth = { kind: "basic", username: "rollcall", password: new Secret("wrong-password", "test") } as const;
		const product = connect({ auth, retry: { ...ONCE, attempts: 5 } });
		for (let tried = 0; tried < 3; tried += 1) expect((await caught(product.read({}, calm))).code).toBe("target.denied");
		expect(await product.check(calm)).toMatchObject([{ level: "error", name: "server.reachable" }]);
		expect(server.exchanges).toHaveLength(1);
	});
	test("a CAPTCHA is named, and nothing more is sent", async () => {
		const { server, connect } = await stageOf({ version: "9.12", behaviour: { captchaAfter: 0 } });
		const auth = { kind: "basic", username: "rollcall", password: new Secret("x-password", "test") } as const;
		const product = connect({ auth });
		const error = await caught(product.read({}, calm));
		expect(error).toMatchObject({
			code: "target.denied",
			message: expect.stringContaining("CAPTCHA"),
			todo: expect.stringContaining("in a browser"),
		});
		expect((await caught(product.capabilities(calm))).message).toBe(error.message);
		expect(server.exchanges).toHaveLength(1);
	});
	test("a token for a Jira before 8.14", async () => {
		const { connect } = await stageOf({ version: "8.3" });
		expect(await caught(connect(wrongToken).read({}, calm))).toMatchObject({
			code: "target.denied",
			todo: expect.stringContaining("8.14"),
		});
	});
});

describe("groups", () => {
	const cut = { version: "10.3", behaviour: { picker: "cut", pickerLimit: 20 } } as const;
	test("what the picker cuts off is found by narrower queries", async () => {
		const { stage, connect } = await stageOf(cut);
		const names = Array.from({ length: 300 }, (_, n) => `${["team", "ops", "Proj"][n % 3]}-${n}`);
		for (const name of names) stage.addGroup(name);
		const product = connect();
		const { groups } = await product.read({ groups: new Set() }, calm);
		expect([...groups].filter((name) => /-\d/.test(name)).sort()).toEqual([...names].sort());
		expect(product.requests()).toBeLessThan(500);
	});
	test("what cannot be found that way is refused, with the way out", async () => {
		const { stage, connect } = await stageOf({ ...cut, behaviour: { picker: "cut", pickerLimit: 1 } });
		for (const name of ["名前", "組織"]) stage.addGroup(name);
		expect(await caught(connect().read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("2 of 4 groups"),
			todo: expect.stringContaining("jira.ajax.autocomplete.limit"),
		});
	});
	test("a named group is found even so; one that does not exist is not", async () => {
		const { stage, connect } = await stageOf({ ...cut, behaviour: { picker: "cut", pickerLimit: 1 } });
		for (const name of ["名前", "組織"]) stage.addGroup(name);
		const id = stage.addAccount(fieldsOf("one"));
		stage.addMember("組織", id);
		const actual = await connect().read({ groups: new Set(["組織", "nobody's"]) }, calm);
		expect(actual.accounts.get(id)?.groups).toEqual(["組織"]);
		expect(actual.groups.has("組織" as GroupName)).toBe(true);
		expect(actual.groups.has("nobody's" as GroupName)).toBe(false);
	});
	test("a group that is merely named (protected, default) is found too, and costs nothing where the listing is whole", async () => {
		const { stage, server, connect } = await stageOf({ ...cut, behaviour: { picker: "cut", pickerLimit: 1 } });
		for (const name of ["名前", "組織"]) stage.addGroup(name);
		const request = { groups: new Set<string>(), alsoNamed: new Set(["組織", "nobody's"]) };
		expect([...(await connect().read(request, calm)).groups]).toContain("組織");
		Object.assign(server.behaviour, { picker: "honoured" });
		const before = server.exchanges.length;
		await connect().read(request, calm);
		expect(server.exchanges.slice(before).filter(({ path }) => path.endsWith("/group/member"))).toEqual([]);
	});
	test("only the members of the named groups are asked for", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		await connect().read({ groups: new Set(["STAFF"]) }, calm);
		const asked = server.exchanges.filter(({ path }) => path.endsWith("/group/member")).map(({ query }) => query.groupname);
		expect(new Set(asked)).toEqual(new Set(["staff"]));
	});
	test("a member whom the list of accounts did not name shows that it was not whole", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		server.faults.add({ path: /user\/list/, effect: { kind: "short-page", drop: 1 } });
		const error = await caught(connect().read({}, calm));
		expect(error).toMatchObject({ code: "target.incomplete", message: expect.stringContaining('"person6" is a member') });
	});
	test("a total that never agrees is refused, not shrunk", async () => {
		const { stage, server, connect } = await stageOf();
		const [id] = populate(stage);
		const page = { startAt: 0, total: 9, maxResults: 50, isLast: true, values: [{ key: id, name: "person0" }] };
		server.faults.add({ path: /group\/member\?groupname=staff.*startAt=0/, effect: { kind: "wrong-json", body: page } });
		server.faults.add({
			path: /group\/member\?groupname=staff.*startAt=1&/,
			effect: { kind: "wrong-json", body: { ...page, values: [] } },
		});
		expect(await caught(connect().read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("1 of 9 came"),
		});
	});
	test("a row that comes twice does not stand in for a member who is missing", async () => {
		const { stage, server, connect } = await stageOf();
		const [one, two] = populate(stage);
		const values = [one, two, one].map((key) => ({ key, name: key }));
		const page = { startAt: 0, total: 3, maxResults: 50, isLast: true, values };
		server.faults.add({ path: /group\/member\?groupname=staff/, effect: { kind: "wrong-json", body: page } });
		expect(await caught(connect().read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining('(group "staff"): 2 of 3 came, 3 times in a row'),
		});
	});
	test("a listed group that is gone when its members are asked for is no empty group", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		const body = { errorMessages: ["The group named 'staff' does not exist."], errors: {} };
		server.faults.add({ path: /group\/member\?groupname=staff/, effect: { kind: "status", status: 404, body } });
		expect(await caught(connect().read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining('"staff"'),
		});
	});
	test("the short page of a group is filled up", async () => {
		const { stage, server, connect } = await stageOf();
		const ids = populate(stage);
		server.faults.add({ path: /group\/member\?groupname=staff/, times: 1, effect: { kind: "short-page", drop: 3 } });
		const actual = await connect().read({}, calm);
		for (const id of ids) expect(actual.accounts.get(id)?.groups).toContain("staff");
	});
});

describe("accounts", () => {
	test("more than 1,000 on a Jira that pages on are all read", async () => {
		const { stage, connect } = await stageOf({ version: "9.12" });
		populate(stage, 1_100);
		expect((await connect().read({ groups: new Set() }, calm)).accounts.size).toBe(1_102);
	});
	test("somebody who vanishes between two pages of a search moves nobody else out of sight", async () => {
		const { stage, server, connect } = await stageOf({ version: "9.12" });
		const ids = populate(stage, 30);
		let pages = 0;
		server.onExchange(({ path }) => {
			if (path.endsWith("/user/search") && ++pages === 2) server.population.removeAccount(server.population.named("person0")!.id);
		});
		const { accounts } = await connect({ pageSize: 10 }).read({ groups: new Set() }, calm);
		expect(ids.filter((id) => !accounts.has(id))).toEqual([ids[0]]);
	});
	test("a list that keeps moving is refused", async () => {
		const { stage, server, connect } = await stageOf({ version: "9.12" });
		populate(stage, 30);
		let next = 0;
		server.onExchange(({ path }) => {
			if (path.endsWith("/user/search")) stage.addAccount(fieldsOf(`aaa${next++}`));
		});
		const error = await caught(connect({ pageSize: 10 }).read({ groups: new Set() }, calm));
		expect(error).toMatchObject({ code: "target.incomplete", message: expect.stringContaining("came and went") });
	});
	test("10.0, which has no list, is read by search below its cap", async () => {
		const { stage, connect } = await stageOf({ version: "10.0" });
		populate(stage, 90);
		expect((await connect().read({}, calm)).accounts.size).toBe(92);
	});
	test.each([
		["names no next page", { values: [], isLast: false }],
		["repeats its cursor", { values: [], isLast: false, nextCursor: "7" }],
	])("a list that %s ends in an error, not in a loop", async (_title, body) => {
		const { server, connect } = await stageOf();
		server.faults.add({ path: /user\/list/, effect: { kind: "wrong-json", body } });
		expect((await caught(connect().read({}, calm))).code).toBe("target.incomplete");
		expect(server.exchanges.length).toBeLessThan(8);
	});
	test("a list that gives the same account twice", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		const twice = { key: "K", name: "k", active: true };
		server.faults.add({ path: /user\/list/, effect: { kind: "wrong-json", body: { values: [twice, twice], isLast: true } } });
		expect(await caught(connect().read({}, calm))).toMatchObject({ message: expect.stringContaining("came twice") });
	});
	test("deleted accounts are none", async () => {
		const { server, connect } = await stageOf();
		const me = { key: server.population.named("rollcall")!.key, name: "rollcall", active: true };
		const gone = { key: "GONE", name: "gone", active: false, deleted: true };
		server.faults.add({ path: /user\/list/, effect: { kind: "wrong-json", body: { values: [me, gone], isLast: true } } });
		expect([...(await connect().read({ groups: new Set() }, calm)).accounts.keys()]).toEqual([me.key]);
	});
});

describe("user properties", () => {
	test("only those asked for, only of the accounts asked for", async () => {
		const { stage, server, connect } = await stageOf();
		const ids = populate(stage);
		for (const id of ids) server.population.updateAccount(server.population.keyed(id)!.id, { properties: { team: id, other: { a: 1 } } });
		const asked = new Set([ids[0]!, ids[1]!, "NOBODY" as AccountId]);
		const { accounts } = await connect().read({ attributes: ["team", "none", "other"], attributesOf: asked }, calm);
		expect(accounts.get(ids[0]!)?.attributes).toEqual({ team: ids[0], other: '{"a":1}' });
		expect(accounts.get(ids[2]!)).not.toHaveProperty("attributes");
		expect(server.exchanges.filter(({ path }) => path.includes("/properties/"))).toHaveLength(6);
	});
	test.each(["a/b", "größe", 'a"b', "..", ""])("the key %j is refused before it is sent", async (key) => {
		const { stage, connect } = await stageOf();
		const [id] = populate(stage);
		expect((await caught(connect().read({ attributes: [key], attributesOf: new Set([id!]) }, calm))).code).toBe("config.invalid");
	});
});

describe("which Jira it is", () => {
	test.each([
		["https://Jira.Example.org:443/jira/", "jira.example.org/jira"],
		["http://jira.example.org/jira", "jira.example.org/jira"],
		["https://other.example.org", "other.example.org"],
		["", undefined],
		["not an address", "not an address"],
	])("base URL %j", async (baseUrl, site) => {
		const { server, connect } = await stageOf();
		server.population.baseUrl = baseUrl;
		expect((await connect().read({}, calm)).site).toBe(site);
	});
});

describe("something else answers", () => {
	const connectTo = (url: string) => {
		const product = jira({ id: "jira" as ProductId, url, ...wrongToken, network: { timeoutMs: 5_000, concurrency: 1 }, retry: ONCE });
		open.push(product);
		return product;
	};
	test("Jira Cloud", async () => {
		const server = await serve((_q, r) => json(r, { version: "1001.0.0-SNAPSHOT", deploymentType: "Cloud" }));
		open.push(server);
		expect(await caught(connectTo(server.url).read({}, calm))).toMatchObject({
			code: "target.unsupported",
			todo: expect.stringContaining("Data Center"),
		});
	});
	test("a wrong context path: a page that is no statement of Jira's", async () => {
		const server = await serve((_q, r) => r.writeHead(404, { "Content-Type": "text/html" }).end("<html><title>Not Found</title></html>"));
		open.push(server);
		const error = await caught(connectTo(server.url).read({}, calm));
		expect(error).toMatchObject({
			code: "target.missing",
			message: expect.stringContaining('"Not Found"'),
			todo: expect.stringContaining("context path"),
		});
	});
});
