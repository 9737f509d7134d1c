import { describe, expect, test } from "@jest/globals";
import type { AccountId, GroupName } from "../../../core/model.ts";
import { Secret } from "../../../core/secret.ts";
import { calm, fieldsOf, populate } from "../../contract/product-world.ts";
import { caught, stageOf } from "./stage.ts";

const pat = (token: string) => ({ auth: { kind: "pat", token: new Secret(token, "test") } }) as const;
const basic = (password: string, username = "rollcall") =>
	({ auth: { kind: "basic", username, password: new Secret(password, "test") } }) as const;
const listed = (exchanges: readonly { path: string }[]) => exchanges.filter(({ path }) => path.endsWith("/user/list")).length;

describe("who we are", () => {
	test("a wrong token: refused, and not sent again", async () => {
		const { server, connect } = await stageOf();
		const product = connect(pat("nonsense-token"));
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.denied", message: expect.stringContaining("token") });
		expect((await caught(product.read({}, calm))).message).not.toContain("nonsense-token");
		expect(server.exchanges).toHaveLength(1);
	});
	test("one wrong password, one request, no CAPTCHA", async () => {
		const { server, connect } = await stageOf();
		const product = connect({ ...basic("wrong-password"), retry: { attempts: 5, baseMs: 1, capMs: 1, budgetMs: 0 } });
		for (let tried = 0; tried < 3; tried += 1) expect((await caught(product.read({}, calm))).code).toBe("target.denied");
		expect(server.exchanges).toHaveLength(1);
	});
	test("a CAPTCHA is named, and nothing more is sent", async () => {
		const { server, connect } = await stageOf({ behaviour: { captchaAfter: 0 } });
		const product = connect(basic("x-password"));
		const error = await caught(product.read({}, calm));
		expect(error).toMatchObject({
			code: "target.denied",
			message: expect.stringContaining("CAPTCHA"),
			todo: expect.stringContaining("in a browser"),
		});
		expect((await caught(product.capabilities(calm))).message).toBe(error.message);
		expect(server.exchanges).toHaveLength(1);
	});
	test("a refused log-in is one whatever its status", async () => {
		const { server, product } = await stageOf();
		const headers = { "X-Seraph-LoginReason": "AUTHENTICATED_FAILED" };
		server.faults.add({ path: /user\/current/, effect: { kind: "status", status: 403, headers } });
		expect((await caught(product.read({}, calm))).message).toContain("did not accept the personal access token");
		const before = server.exchanges.length;
		expect((await caught(product.read({}, calm))).code).toBe("target.denied");
		expect(server.exchanges).toHaveLength(before);
	});
	test("a wrong token that makes us an anonymous visitor: no list is even asked for, be it that visitors may see one", async () => {
		const { server, connect } = await stageOf({ version: "8.5", behaviour: { badToken: "anonymous", anonymousAccess: true } });
		expect(await caught(connect(pat("revoked")).read({}, calm))).toMatchObject({
			code: "target.denied",
			message: expect.stringContaining("anonymous visitor"),
		});
		expect(listed(server.exchanges)).toBe(0);
	});
	test("a token that ends in the middle of the reading: nothing is planned on it", async () => {
		const { stage, server, product } = await stageOf({
			version: "8.5",
			behaviour: { badToken: "anonymous", anonymousAccess: true },
		});
		populate(stage);
		server.onExchange(({ path }) => {
			if (path.endsWith("/rest/api/group")) server.revokeToken(server.credentials.token);
		});
		expect((await caught(product.read({}, calm))).code).toBe("target.denied");
	});
	test("somebody else at the end than at the beginning", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		server.population.addMember("rollcall-admins", id as AccountId);
		server.onExchange(({ path }) => {
			if (!path.endsWith("/rest/api/group")) return;
			server.revokeToken(server.credentials.token);
			server.addToken("person0", server.credentials.token);
		});
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("and not when it ended"),
		});
	});
	test("no administrator: the list would come, and is not even asked for", async () => {
		const { stage, server, connect } = await stageOf();
		const [id] = populate(stage);
		server.population.addMember("confluence-users", id as AccountId);
		server.addToken("person0", "clerk-token");
		expect((await caught(connect(pat("clerk-token")).read({}, calm))).code).toBe("target.denied");
		expect(listed(server.exchanges)).toBe(0);
	});
	test("a list without our own account is not believed", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /user\/list/, effect: { kind: "wrong-json", body: { results: [], size: 0, start: 0, limit: 200 } } });
		server.faults.add({ path: /\/member\?/, effect: { kind: "wrong-json", body: { results: [], size: 0, start: 0, limit: 200 } } });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("not among them"),
		});
	});
});

describe("accounts", () => {
	test("what a directory no longer has is no account, be it a member of a group", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		const { id } = server.population.addAccount({ name: "trace", gone: true });
		server.population.addMember("staff", id);
		const { accounts } = await product.read({}, calm);
		expect(accounts.has(id as AccountId)).toBe(false);
		expect(accounts.size).toBe(9);
	});
	test("a row that does not say whether the account is enabled stops the reading", async () => {
		const { server, product } = await stageOf();
		const row = { type: "known", username: "rollcall", userKey: server.population.named("rollcall")?.id, displayName: "R" };
		server.faults.add({ path: /user\/list/, effect: { kind: "wrong-json", body: { results: [row], size: 1 } } });
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.malformed", message: expect.stringContaining("no status") });
	});
	test("a member whom the list lacks shows that the list was not whole", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		const row = {
			type: "known",
			username: "rollcall",
			userKey: server.population.named("rollcall")?.id,
			displayName: "R",
			status: "current",
		};
		server.faults.add({ path: /user\/list/, effect: { kind: "wrong-json", body: { results: [row], size: 1 } } });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("did not name it"),
		});
	});
	test("the site tells one Confluence from another, whatever the scheme; an older one has its application id", async () => {
		const [one, two, old] = [await stageOf(), await stageOf(), await stageOf({ version: "8.5" })];
		const sites = [one, two, old].map(async ({ product }) => (await product.read({}, calm)).site);
		const [first, second, third] = await Promise.all(sites);
		expect(first).toMatch(/^127\.0\.0\.1:\d+$/);
		expect(second).not.toBe(first);
		expect(third).toMatch(/^[0-9a-f-]{36}$/);
	});
	test("something that is no Confluence", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /server-information/, effect: { kind: "wrong-json", body: { version: "unknown" } } });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.malformed",
			message: expect.stringContaining('"unknown"'),
		});
	});
});

describe("before 8.4", () => {
	test.each(["7.19", "8.2"] as const)("%s: whoever is in a group is seen, also where only some groups are asked for", async (version) => {
		const { stage, product } = await stageOf({ version });
		const ids = populate(stage);
		const lonely = stage.addAccount(fieldsOf("lonely"));
		const { accounts } = await product.read({ groups: new Set(["Ops Team"]) }, calm);
		expect([...ids].every((id) => accounts.has(id))).toBe(true);
		expect(accounts.has(lonely)).toBe(false);
		expect(accounts.get(ids[0] as AccountId)?.groups).toEqual(["Ops Team"]);
		expect(accounts.get(ids[1] as AccountId)?.groups).toEqual([]);
		expect(accounts.get(ids[3] as AccountId)?.active).toBe(false);
		expect((await product.capabilities(calm)).readsDisabledAccounts).toBe(false);
	});
	test("a group that cannot stand in a path is passed over, unless it is asked for", async () => {
		const { stage, product } = await stageOf({ version: "8.2" });
		populate(stage);
		stage.addGroup("R&D / Süd");
		expect((await product.read({ groups: new Set(["staff"]) }, calm)).groups.has("R&D / Süd" as GroupName)).toBe(true);
		expect((await caught(product.read({ groups: new Set(["r&d / süd"]) }, calm))).message).toContain("cannot be named in a path");
	});
});

describe("seats", () => {
	test("P14 no limit, and a server that does not tell", async () => {
		const { connect, server } = await stageOf();
		expect((await connect().read({}, calm)).seats).toMatchObject([{ total: undefined, used: 2 }]);
		server.behaviour.licenceCalls = "none";
		expect(await connect().read({}, calm)).not.toHaveProperty("seats");
		server.behaviour.licenceCalls = "denied";
		expect(await connect().read({}, calm)).not.toHaveProperty("seats");
	});
	test("P14 only who may use Confluence takes a seat, not who may only administer it", async () => {
		const { server, product } = await stageOf();
		server.population.addGroup("bosses");
		server.population.grant("bosses", "application administer");
		expect((await product.read({}, calm)).seats?.[0]?.groups?.has("bosses" as GroupName)).toBe(false);
	});
	test("P14 a proxy's page is no answer about seats", async () => {
		const { server, product } = await stageOf();
		server.faults.add({
			path: /userCount/,
			effect: { kind: "status", status: 403, body: "<!DOCTYPE html><html><head><title>Blocked</title></head></html>" },
		});
		expect((await caught(product.read({}, calm))).code).toBe("target.denied");
	});
	test("P14 the members of groups that give a seat are read when leavers lose them, however they are asked for", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		server.population.addMember("confluence-users", id as AccountId);
		const groupsOf = async (seatGroups: boolean) =>
			(await product.read({ groups: new Set(["Ops Team"]), seatGroups }, calm)).accounts.get(id as AccountId)?.groups;
		expect(await groupsOf(false)).toEqual(["Ops Team"]);
		expect(await groupsOf(true)).toEqual(["Ops Team", "confluence-users"]);
	});
});

describe("lists", () => {
	const row = (number: number) => ({
		type: "known",
		username: `person${number}`,
		userKey: String(number).padStart(32, "0"),
		displayName: "P",
		status: "current",
	});
	type Rows = ReturnType<typeof row>[];
	const page = (results: Rows, more: object = {}) => ({ kind: "wrong-json", body: { results, size: results.length, ...more } }) as const;
	const next = (start: number) => ({ _links: { next: `/rest/api/user/list?limit=2&start=${start}` } });

	test.each(["relative", "absolute", "elsewhere", "bare"] as const)(
		"links that are %s lead to everybody, and nowhere else",
		async (links) => {
			const { stage, server, connect } = await stageOf({ behaviour: { links } });
			populate(stage);
			const { accounts } = await connect({ pageSize: 2 }).read({}, calm);
			expect(accounts.size).toBe(9);
			expect(listed(server.exchanges)).toBe(5);
		},
	);
	test("somebody was deleted while the list was read: it is begun anew, and nobody is missed", async () => {
		const { stage, server, connect } = await stageOf();
		const [gone] = populate(stage);
		let removed = false;
		server.onExchange(({ path, query }) => {
			if (removed || !path.endsWith("/user/list") || query.start === "0") return;
			removed = true;
			server.population.removeAccount(gone as AccountId);
		});
		const { accounts } = await connect({ pageSize: 2 }).read({ groups: new Set() }, calm);
		expect(removed).toBe(true);
		expect([...accounts.keys()].sort()).toEqual([...server.population.accounts.keys()].sort());
	});
	test("a list that never rests is given up", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		let number = 0;
		server.onExchange(({ path }) => {
			if (path.endsWith("/user/list")) server.population.addAccount({ name: `aaa${1_000_000 - ++number}` });
		});
		expect(await caught(connect({ pageSize: 3 }).read({ groups: new Set() }, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("came and went"),
		});
	});
	test.each([
		["a page that goes back", page([row(1)], next(0)), /after the page at 0 comes the one at 0/],
		["a page that states other rows than it holds", page([row(1)], { size: 7 }), /states 7 rows and holds 1/],
		["a page without rows that does not say what is next", page([], { _links: { next: "/rest/api/user/list" } }), /does not say where/],
	])("%s is refused", async (_title, effect, says) => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /user\/list/, effect });
		const error = await caught(product.read({}, calm));
		expect(error).toMatchObject({ code: "target.incomplete", message: expect.stringMatching(says) });
	});
	test("pages without rows and without end are given up in bounded time", async () => {
		const { server, product } = await stageOf();
		for (let n = 0; n < 200; n += 1) server.faults.add({ path: /user\/list/, skip: n, times: 1, effect: page([], next((n + 1) * 10)) });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("were empty"),
		});
		expect(server.exchanges.length).toBeLessThan(120);
	});
	test("the same page again and again is no list", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /user\/list/, effect: page([row(1), row(2)], next(2)) });
		expect((await caught(product.read({}, calm))).code).toBe("target.incomplete");
	});
	test("a row that comes twice shows that the list moved, also where rows are hidden and pages cannot overlap", async () => {
		const { server, product } = await stageOf();
		const pages = [page([row(1)], next(5)), page([row(1)])];
		for (let n = 0; n < 6; n += 1) server.faults.add({ path: /user\/list/, skip: n, times: 1, effect: pages[n % 2]! });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("came and went"),
		});
	});
	test("a group that disappears while it is read stops the reading", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		server.faults.add({ path: /group\/empty\/member/, effect: { kind: "status", status: 404, body: { message: "No group found" } } });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining('"empty" was listed'),
		});
	});
	test("groups that Confluence shows in lower case", async () => {
		const { stage, product } = await stageOf({ behaviour: { groupCase: "lowered" } });
		const [id] = populate(stage);
		const actual = await product.read({ groups: new Set(["Ops Team"]) }, calm);
		expect(actual.accounts.get(id as AccountId)?.groups).toEqual(["ops team"]);
		expect(actual.groups.has("ops team" as GroupName)).toBe(true);
	});
});
