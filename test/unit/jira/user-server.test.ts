import { afterEach, describe, expect, test } from "@jest/globals";
import { jira } from "../../../connectors/atlassian/jira/product.ts";
import type { ProductId } from "../../../core/model.ts";
import type { AtlassianProduct } from "../../../core/product.ts";
import { WritePermit } from "../../../core/run/permit.ts";
import { type SyncParts, syncRun } from "../../../core/run/sync.ts";
import { Secret } from "../../../core/secret.ts";
import { startCrowd } from "../../../sandbox/crowd/server.ts";
import { userServerKey } from "../../contract/jira-doors-harness.ts";
import { calm, fieldsOf, populate, stepsFor } from "../../contract/product-world.ts";
import { FakeConnector } from "../../support/fake-connector.ts";
import { MemoryStore } from "../../support/memory-store.ts";
import { RULES } from "../../support/worlds.ts";
import { policyOf } from "../desired/directory.ts";
import { caught, closeAll, stageOf } from "./doors.ts";

afterEach(closeAll);
const network = { timeoutMs: 10_000, concurrency: 1 };
const wrong = { userServer: { application: "rollcall", password: new Secret("wrong", "test") } };
const lines = async (product: AtlassianProduct) =>
	(await product.check(calm)).map(({ level, name, message, todo }) => `${level} ${name}: ${message} ${todo ?? ""}`);
const names = async (product: AtlassianProduct) => (await product.check(calm)).map(({ level, name }) => `${level} ${name}`);

describe("the doors that there are", () => {
	test("none is no way to log in", () => {
		expect(() => jira({ id: "jira" as ProductId, url: "http://127.0.0.1:1", network })).toThrow(/no way to log in/);
	});
	test("the user server alone tells neither seats nor who leads something, nor who it is", async () => {
		const { userServer, stage } = await stageOf();
		populate(stage);
		const product = userServer();
		const actual = await product.read({}, calm);
		expect([actual.seats, actual.self, product.blockers]).toEqual([undefined, undefined, undefined]);
		expect(actual.site).toMatch(/^127\.0\.0\.1:\d+ \(user server\)$/);
	});
	test("the address that the user server was reached by is its site, with the context path", async () => {
		const { userServer } = await stageOf({ contextPath: "/jira" });
		expect((await userServer().read({}, calm)).site).toMatch(/^127\.0\.0\.1:\d+\/jira \(user server\)$/);
	});
	test("its accounts are known by its own keys, which are no keys of REST v2's", async () => {
		const { stage, server, rest, userServer } = await stageOf();
		const account = stage.addAccount(fieldsOf("ann"));
		const key = userServerKey(server, "ann");
		expect(key).toMatch(/^1:[\da-f-]{36}$/);
		expect((await userServer().read({}, calm)).accounts.get(key)).toMatchObject({ username: "ann" });
		expect((await rest().read({}, calm)).accounts.get(account)).toMatchObject({ username: "ann" });
	});
	test("a Crowd is no Jira", async () => {
		const crowd = await startCrowd();
		try {
			const { application, password } = crowd.credentials;
			const login = { application, password: new Secret(password, "test") };
			const product = jira({ id: "jira" as ProductId, url: crowd.url, userServer: login, network });
			const expected = { code: "target.unsupported", todo: expect.stringContaining("kind: crowd") };
			expect(await caught(product.capabilities(calm))).toMatchObject(expected);
			expect(await caught(product.read({}, calm))).toMatchObject(expected);
			expect(await caught(product.perform(stepsFor([])["group.create"].operation, undefined, calm))).toMatchObject(expected);
			expect(await lines(product)).toEqual([expect.stringMatching(/^error userServer\.unsupported: this is a Crowd/)]);
			await product.close();
		} finally {
			await crowd.close();
		}
	});
});

describe("check", () => {
	test("by the user server alone", async () => {
		const { userServer, server } = await stageOf();
		const found = await lines(userServer());
		expect(found).toEqual([
			expect.stringMatching(/^ok userServer\.reachable: the user server of Jira 10\.3\.4 .*application "rollcall"/),
			expect.stringMatching(/^ok clock\.skew/),
			expect.stringMatching(/^ok userServer\.users: .*2 accounts/),
			expect.stringMatching(/^ok rights\.writing: .*nor seats/),
		]);
		expect(server.exchanges.map(({ method, status }) => `${method} ${status}`)).toEqual(["GET 200", "GET 200"]);
	});
	test("by both doors: lists are not asked of REST v2, and 8.2 is none too old", async () => {
		const { both } = await stageOf({ version: "8.2" });
		expect(await names(both())).toEqual([
			"ok server.reachable",
			"ok clock.skew",
			"ok identity",
			"ok rights",
			"warning rights.excessive",
			"ok licence.seats",
			"ok userServer.reachable",
			"ok userServer.users",
		]);
	});
	test("over REST v2 alone 8.2 is told of this door", async () => {
		const { rest } = await stageOf({ version: "8.2" });
		expect((await lines(rest())).join("\n")).toMatch(/error server\.version: .*userServer/);
		const can = await rest().capabilities(calm);
		expect(can.operations["account.disable"]).toMatchObject({ because: expect.stringContaining("userServer") });
	});
	test.each([
		["a wrong password", { more: wrong }, /^error userServer\.credentials: .*application "rollcall" were not accepted/],
		[
			"an address that is not on the list",
			{ quirks: { foreignAddress: "192.0.2.17" } },
			/^error userServer\.address: .*192\.0\.2\.17.*Jira user server/,
		],
		[
			"something in between that takes the header away",
			{ quirks: { saysVersion: false } },
			/^error userServer\.malformed: .*X-Embedded-Crowd-Version/,
		],
		["no keys", { quirks: { keys: false } }, /^error userServer\.malformed: .*without a key.*token/],
	] as const)("%s", async (_title, { more = {}, quirks = {} }: { more?: object; quirks?: object }, says) => {
		const { userServer, server } = await stageOf({ userServer: { quirks } });
		expect((await lines(userServer(more))).at(-1)).toMatch(says);
		const failure = await caught(userServer(more).read({}, calm));
		expect(failure.code).toMatch(/^target\.(denied|malformed)$/);
		expect(server.exchanges.every(({ method }) => method === "GET")).toBe(true);
	});
	test("by both doors keys are not needed", async () => {
		const { both, stage } = await stageOf({ userServer: { quirks: { keys: false } } });
		const ids = populate(stage);
		expect((await names(both())).filter((name) => name.startsWith("error"))).toEqual([]);
		expect((await both().read({}, calm)).accounts.has(ids[0]!)).toBe(true);
	});
	test("any other 403, and a stop", async () => {
		const { userServer, server } = await stageOf();
		server.faults.add({ effect: { kind: "status", status: 403 }, times: 1 });
		expect((await lines(userServer()))[0]).toMatch(/^error userServer\.forbidden: /);
		expect((await caught(userServer().check(AbortSignal.abort()))).code).toBe("run.cancelled");
	});
});

describe("a configuration that goes over to another door", () => {
	const never = new AbortController().signal;
	/** A store that outlives the configuration. */
	async function world() {
		const doors = await stageOf();
		const source = new FakeConnector();
		for (const name of ["anna", "ben"]) source.put(name);
		const store = new MemoryStore();
		const sync = (product: AtlassianProduct, more: Partial<SyncParts> = {}) =>
			syncRun(
				{
					sources: [source],
					product,
					policy: policyOf({}),
					rules: { ...RULES, adopt: "never" },
					limits: {},
					shrink: { people: 1, groups: 1, memberships: 1 },
					store,
					clock: () => 0,
					holder: "here, process 1",
					trigger: "test",
					errorBudget: { floor: 100, fraction: 0 },
					requestMs: 1000,
					permit: new WritePermit(),
					approve: async () => true,
					...more,
				},
				{ stop: never, abort: never },
			);
		const links = async () => [...(await store.links("jira" as ProductId))].map(([person, account]) => `${person} ${account}`).sort();
		const accounts = () => JSON.stringify([...doors.population.accounts.values()]);
		return { ...doors, source, sync, links, accounts };
	}
	test("from REST v2 to both and back: the same links, nothing to do", async () => {
		const { rest, both, sync, links, population } = await world();
		expect((await sync(rest())).outcome).toBe("done");
		const before = await links();
		expect(before).toHaveLength(2);
		for (const product of [both(), rest()]) expect((await sync(product)).outcome).toBe("nothing-to-do");
		expect(await links()).toEqual(before);
		// What the one links, the other follows.
		population.updateAccount(population.named("anna")!.id, { displayName: "Changed" });
		const { plan } = await sync(both());
		expect(plan.operations.map(({ kind }) => kind)).toEqual(["account.update"]);
		expect(population.named("anna")?.displayName).toBe("ANNA");
	});
	test.each([
		["REST v2", "the user server alone", "rest", "userServer"],
		["both", "the user server alone", "both", "userServer"],
		["the user server alone", "REST v2", "userServer", "rest"],
		["the user server alone", "both", "userServer", "both"],
	] as const)("from %s to %s: refused before planning, nothing touched", async (_from, _to, from, to) => {
		const { sync, links, accounts, source, ...doors } = await world();
		expect((await sync(doors[from]())).outcome).toBe("done");
		const before = [await links(), accounts()];
		source.put("ben", { active: false });
		source.put("cleo");
		const refusal = await caught(sync(doors[to]()));
		expect(refusal).toMatchObject({ code: "config.invalid", todo: expect.stringContaining("Nothing was changed") });
		expect(refusal.message).toContain("(user server)");
		expect([await links(), accounts()]).toEqual(before);
	});
	test("even when that is overruled, no link leads to anybody else's account", async () => {
		for (const [from, to] of [
			["rest", "userServer"],
			["userServer", "both"],
		] as const) {
			const { sync, accounts, source, ...doors } = await world();
			await sync(doors[from]());
			const before = accounts();
			source.put("ben", { active: false });
			const { plan } = await sync(doors[to](), { productMoved: true });
			// The accounts that the links name are not there: whoever has the names now is left alone.
			expect(plan.operations).toEqual([]);
			expect(accounts()).toBe(before);
		}
	});
	test("another application of the same Jira, or another address of it", async () => {
		const { sync, userServer, server } = await world();
		await sync(userServer());
		expect((await sync(userServer({ url: `${server.url}/` }))).outcome).toBe("nothing-to-do");
		const elsewhere = server.url.replace("127.0.0.1", "localhost");
		expect((await caught(sync(userServer({ url: elsewhere })))).code).toBe("config.invalid");
	});
});
