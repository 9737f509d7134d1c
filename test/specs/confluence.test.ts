import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type ConfluenceSandbox, startConfluence } from "../../sandbox/confluence/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { type ConfluenceStage, confluenceHarness, confluenceStage, connectConfluence } from "../contract/confluence-harness.ts";
import { calm, populate, stepsFor } from "../contract/product-world.ts";
import { describeWithSpecs, type Specs, specs } from "../support/specs.ts";
import { CONFLUENCE_SPEC } from "./confluence-defects.ts";
import { disagreements, undriven, unused } from "./driven.ts";

const contextPath = "/confluence";

describeWithSpecs("the Confluence stand-in and our requests against the vendor's description of 10.0", () => {
	let server: ConfluenceSandbox;
	let oracle: Specs;
	const exchanges: Exchange[] = [];
	const watch = (sandbox: ConfluenceSandbox) => sandbox.onExchange((exchange) => exchanges.push(exchange));

	beforeAll(async () => {
		oracle = specs(CONFLUENCE_SPEC);
		server = await startConfluence({ contextPath });
		watch(server);
		await everyEndpoint();
		await ourselves();
	});
	afterAll(() => server.close());

	async function send(method: string, path: string, body?: unknown, token?: string): Promise<void> {
		const { username, password } = server.admin;
		const basic = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
		const headers = {
			authorization: token === undefined ? basic : `Bearer ${token}`,
			"content-type": "application/json",
			"x-atlassian-token": "no-check",
		};
		const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
		await (await fetch(`${server.url}/rest${path}`, init)).text();
	}

	async function everyEndpoint(): Promise<void> {
		for (const path of ["/server-information", "/permissions", "/user/current", "/user?username=admin"]) await send("GET", `/api${path}`);
		for (const path of ["/applinks/1.0/manifest", "/license/1.0/license/userCount", "/license/1.0/license/maxUsers"])
			await send("GET", path);
		const person = { fullName: "Ada", email: "ada@example.com", password: "p", notifyViaEmail: false };
		for (const userName of ["ada", "bob"]) await send("POST", "/api/admin/user", { userName, ...person });
		await send("PUT", "/api/admin/user/ada", { fullName: "Ada L.", email: "ada.l@example.com" });
		await send("POST", "/api/admin/user/ada/password", { password: "q" });
		for (const to of ["disable", "enable"]) await send("PUT", `/api/admin/user/ada/${to}`);
		for (const path of ["/user/list?limit=2&expand=status", "/user/list?start=2", "/admin/users/list/active?limit=1"])
			await send("GET", `/api${path}`);
		server.population.addAccount({ name: "trace", gone: true });
		await send("GET", "/api/user/list");
		await send("POST", "/api/admin/group", { type: "group", name: "tools" });
		for (const name of ["ada", "bob"]) await send("PUT", `/api/user/${name}/group/tools`);
		for (const path of ["/group?limit=1", "/group/tools", "/group/tools/member?expand=status", "/user/memberof?username=ada"])
			await send("GET", `/api${path}`);
		await send("DELETE", "/api/user/bob/group/tools");
		await send("DELETE", "/api/admin/group/tools");
		await send("DELETE", "/api/admin/user/bob");
		await send("GET", "/api/longtask/1");
		await refused();
	}
	async function refused(): Promise<void> {
		const twin = { userName: "ada", fullName: "Ada", email: "ada@example.com", password: "p", notifyViaEmail: false };
		for (const body of [twin, { ...twin, userName: "Ada" }]) await send("POST", "/api/admin/user", body);
		await send("POST", "/api/admin/group", { type: "group", name: "confluence-users" });
		for (const path of ["/admin/group/none", "/admin/user/nobody"]) await send("DELETE", `/api${path}`);
		for (const path of ["/user?key=0", "/group/none", "/group/none/member"]) await send("GET", `/api${path}`);
		for (const path of ["/user/current", "/user/list"]) await send("GET", `/api${path}`, undefined, "no-such-token");
		server.behaviour.badToken = "anonymous";
		for (const path of ["/server-information", "/permissions", "/user/list", "/group"])
			await send("GET", `/api${path}`, undefined, "no-such-token");
		server.limitRate({ capacity: 0, fillRate: 1, intervalSeconds: 60 });
		await send("GET", "/api/group");
		server.limitRate(undefined);
		server.population.seats = 0;
		await send("POST", "/api/admin/user", { ...twin, userName: "eve" });
		await send("PUT", "/api/user/trace/group/confluence-users");
	}
	/** Reading, checking, every operation, every refusal: what we send. */
	async function ourselves(): Promise<void> {
		for (const invite of [false, true]) {
			const stage = await confluenceStage({ contextPath, behaviour: { mailServer: true } });
			watch(stage.server);
			const ids = populate(stage);
			const product = connectConfluence(stage.server, { invite });
			await product.read({}, calm);
			await product.check(calm);
			const { "group.delete": last, "account.rename": _rename, "attribute.set": _set, ...first } = stepsFor(ids);
			for (const step of [...Object.values(first), last]) await product.perform(step.operation, step.account, calm);
			await product.close();
			await stage.close();
		}
		for (const refusal of confluenceHarness("10.0", { contextPath }).refusals) {
			const stage = (await refusal.arrange()) as ConfluenceStage;
			watch(stage.server);
			const product = stage.connect();
			await expect(refusal.provoke(stage, product)).rejects.toThrow();
			await product.close();
			await stage.close();
		}
	}

	test("every endpoint of the stand-in has been driven", () => {
		const below = server.endpoints.map((endpoint) => endpoint.replace(" /", " /confluence/rest/"));
		expect(undriven(below, exchanges)).toEqual([]);
	});
	test("every request and every answer agrees with the description", () => {
		expect(exchanges.length).toBeGreaterThan(150);
		expect([...new Set(disagreements(oracle, exchanges))]).toEqual([]);
		expect(unused(oracle, CONFLUENCE_SPEC)).toEqual([]);
	});
	test("the oracle is awake: a misspelt member, a wrong type, an unknown parameter and an unknown status are seen", () => {
		const path = "/confluence/rest/api/admin/user";
		const user = { userName: "x", fullName: "X", email: "x@example.org", notifyViaEmail: true };
		expect(oracle.request({ method: "POST", path, body: user })).toEqual([]);
		expect(oracle.request({ method: "POST", path, body: { ...user, username: "x" } })).toEqual([expect.stringMatching(/username/)]);
		expect(oracle.request({ method: "POST", path, body: { ...user, notifyViaEmail: "true" } })).toEqual([
			expect.stringMatching(/notifyViaEmail must be boolean/),
		]);
		const list = "/confluence/rest/api/user/list";
		expect(oracle.request({ method: "GET", path: list, query: { maxResults: "1" } })).toEqual([expect.stringMatching(/maxResults is not/)]);
		expect(oracle.response("GET", list, 200, { results: [{ type: "known", displayName: "X", email: "x@y" }] })).toEqual([
			expect.stringMatching(/email/),
		]);
		expect(oracle.response("GET", list, 418, undefined)).toEqual([expect.stringMatching(/status 418/)]);
		expect(oracle.request({ method: "POST", path: `${path}s` })).toEqual([expect.stringMatching(/is not described/)]);
	});
});
