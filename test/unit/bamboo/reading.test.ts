import { describe, expect, test } from "@jest/globals";
import type { AccountId } from "../../../core/model.ts";
import { Secret } from "../../../core/secret.ts";
import { calm, fieldsOf, populate } from "../../contract/product-world.ts";
import { caught, stageOf } from "./stage.ts";

const pat = (token: string) => ({ auth: { kind: "pat", token: new Secret(token, "test") } }) as const;
const basic = (password: string) => ({ auth: { kind: "basic", username: "rollcall", password: new Secret(password, "test") } }) as const;

describe("who we are", () => {
	test.each([
		["a wrong token", pat("nonsense-token"), /token/],
		["a wrong password", basic("nonsense-password"), /password/],
	])("%s: one request, and not sent again", async (_title, how, says) => {
		const { server, connect } = await stageOf();
		const product = connect({ ...how, retry: { attempts: 5, baseMs: 1, capMs: 1, budgetMs: 0 } });
		for (let tried = 0; tried < 3; tried += 1)
			expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.denied", message: expect.stringMatching(says) });
		expect((await caught(product.capabilities(calm))).message).not.toContain("nonsense");
		expect(server.exchanges).toHaveLength(1);
	});
	test("a CAPTCHA is named, and nothing more is sent", async () => {
		const { server, connect } = await stageOf({ behaviour: { captchaAfter: 0 } });
		const product = connect(basic("x-password"));
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.denied", message: expect.stringContaining("CAPTCHA") });
		expect((await caught(product.capabilities(calm))).message).toContain("CAPTCHA");
		expect(server.exchanges).toHaveLength(1);
	});
	test("no administrator", async () => {
		const { server, product } = await stageOf();
		server.population.grantGroup("rollcall-admins", ["READ"]);
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.denied", context: { status: 403 } });
	});
	test("a list without our own account is not believed", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /admin\/users\?/, effect: { kind: "wrong-json", body: { results: [] } } });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("not among them"),
		});
	});
	test("which Bamboo it is does not hang on the scheme, the case or a slash of the url, and does on the path", async () => {
		const { server, connect } = await stageOf({ contextPath: "/ci" });
		const sites = [];
		for (const url of [server.url, `${server.url}/`, server.url.replace("127.0.0.1", "LOCALHOST").replace("LOCALHOST", "127.0.0.1")])
			sites.push((await connect({ url }).read({}, calm)).site);
		expect(new Set(sites)).toEqual(new Set([`${new URL(server.url).host}/ci`]));
	});
});

describe("groups whose names cannot stand in an address", () => {
	test("are read from the accounts' side, whatever the web server thinks of them", async () => {
		const odd = ["R&D / Süd", "back\\slash", "100%", "semi;colon", "Süd", 'the "best"', "."];
		for (const strictPaths of [true, false]) {
			const { stage, server, product } = await stageOf({ behaviour: { strictPaths } });
			const ids = populate(stage);
			for (const [n, group] of odd.entries()) {
				stage.addGroup(group);
				stage.addMember(group, ids[n] as AccountId);
			}
			const { accounts } = await product.read({}, calm);
			expect(odd.map((_, n) => accounts.get(ids[n] as AccountId)?.groups.filter((name) => odd.includes(name)))).toEqual(
				odd.map((name) => [name]),
			);
			expect(accounts.get(ids[0] as AccountId)?.groups).toEqual(["Ops Team", "R&D / Süd", "staff"]);
			// Once for each account, however many such groups there are.
			expect(server.exchanges.filter(({ path }) => path.endsWith("assigned-groups")).length).toBe(server.population.accounts.size * 2);
		}
	});
	test("cost nothing where nobody asks for them", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		stage.addGroup("a/b");
		await product.read({ groups: new Set(["staff"]) }, calm);
		expect(server.exchanges.some(({ path }) => path.endsWith("assigned-groups"))).toBe(false);
	});
	test("and an account that cannot stand there either: refused, not guessed", async () => {
		const { stage, product } = await stageOf();
		stage.addGroup("a/b");
		stage.addAccount({ ...fieldsOf("x"), username: "c/d" });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining('"c/d" is in "a/b"'),
		});
		expect((await product.read({ groups: new Set(["bamboo-users"]) }, calm)).accounts.has("c/d" as AccountId)).toBe(true);
	});
});

describe("access", () => {
	test("every group with any global permission, and how many are in one of them; read for counting, shown when asked for", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		server.population.grantGroup("Ops Team", ["CREATE"]);
		server.population.addMember("bamboo-users", server.population.named("person1")?.id ?? 0);
		const actual = await product.read({ groups: new Set(["staff"]) }, calm);
		expect(actual.seats).toEqual([
			{
				name: "Bamboo access",
				total: undefined,
				used: 2 + 4 + 1,
				groups: new Set(["Ops Team", "bamboo-admin", "bamboo-users", "rollcall-admins"]),
				givenToNewAccounts: false,
			},
		]);
		expect(actual.accounts.get(ids[1] as AccountId)?.groups).toEqual(["staff"]);
		const asked = await product.read({ groups: new Set(["staff"]), seatGroups: true }, calm);
		expect(asked.accounts.get(ids[1] as AccountId)?.groups).toEqual(["bamboo-users", "staff"]);
	});
	test("whoever has a permission without any group keeps access: said beforehand", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		server.population.grantAccount(server.population.named("person1")?.id ?? 0, ["READ"]);
		server.population.grantRole("ANONYMOUS", ["READ"]);
		const blockers = await product.blockers?.(ids, calm);
		expect([...(blockers ?? [])]).toEqual([[ids[1], expect.stringMatching(/"person1".*READ.*Global permissions/)]]);
	});
	test("where everybody who can log in has access, no group takes it from anybody", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		server.population.grantRole("LOGGED_IN", ["READ"]);
		const blockers = await product.blockers?.(ids, calm);
		expect([...(blockers?.keys() ?? [])]).toEqual([...ids]);
		expect(blockers?.get(ids[0] as AccountId)).toMatch(/everybody who can log in/);
	});
});

describe("lists", () => {
	test("somebody was deleted while the list was read: it is begun anew, and nobody is missed", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		let removed = false;
		server.onExchange(({ path, query }) => {
			if (removed || !path.endsWith("/admin/users") || query.start === "0") return;
			removed = true;
			server.population.removeAccount(server.population.named("person0")?.id ?? 0);
		});
		const { accounts } = await connect({ pageSize: 2 }).read({ groups: new Set() }, calm);
		expect([...accounts.keys()].sort()).toEqual([...server.population.accounts.values()].map(({ name }) => name).sort());
	});
	test("a list that never rests is given up", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		let number = 0;
		server.onExchange(({ path }) => {
			if (path.endsWith("/admin/users"))
				server.population.addAccount({ name: `aaa${1_000_000 - ++number}`, emailAddress: "a@example.org" });
		});
		expect(await caught(connect({ pageSize: 3 }).read({ groups: new Set() }, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("came and went"),
		});
	});
	test("a page that is empty and names a next one is no end", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /admin\/users\?/, effect: { kind: "wrong-json", body: { results: [], next: "x" } } });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("names a next one"),
		});
	});
	test("the same page again and again is no list", async () => {
		const { server, product } = await stageOf();
		server.faults.add({
			path: /admin\/users\?/,
			effect: { kind: "wrong-json", body: { results: [{ name: "rollcall" }, { name: "x" }], next: "x" } },
		});
		expect((await caught(product.read({}, calm))).code).toBe("target.incomplete");
		expect(server.exchanges.length).toBeLessThan(20);
	});
	test("a member whom the list lacks shows that it was not whole", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		server.faults.add({ path: /staff\/more-members/, effect: { kind: "wrong-json", body: { results: [{ name: "stranger" }] } } });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining('"stranger" is a member of "staff"'),
		});
	});
	test("a group that disappears while it is read stops the reading", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		server.faults.add({ path: /staff\/more-members/, effect: { kind: "status", status: 404 } });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining('"staff" was listed'),
		});
	});
});
