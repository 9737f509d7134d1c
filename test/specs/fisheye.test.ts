import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type FisheyeSandbox, startFisheye } from "../../sandbox/fisheye/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { type FisheyeStage, fisheyeHarness, fisheyeStage } from "../contract/fisheye-harness.ts";
import { calm, populate, stepsFor } from "../contract/product-world.ts";
import { describeWithSpecs, type Specs, specs } from "../support/specs.ts";
import { disagreements, undriven, unused } from "./driven.ts";
import { FISHEYE_SPEC } from "./fisheye-defects.ts";

/** The description's base address has a context path. */
const BELOW = { contextPath: "/context" };

describeWithSpecs("the Fisheye stand-in and our requests against the vendor's description", () => {
	let server: FisheyeSandbox;
	let oracle: Specs;
	const exchanges: Exchange[] = [];
	const watch = (stage: FisheyeSandbox) => stage.onExchange((exchange) => exchanges.push(exchange));

	beforeAll(async () => {
		oracle = specs(FISHEYE_SPEC);
		server = await startFisheye({ ...BELOW, rateLimit: { capacity: 40, fillRate: 1, intervalSeconds: 3600 } });
		watch(server);
		await everyEndpoint();
		await ourselves();
	});
	afterAll(() => server.close());

	async function send(method: string, path: string, body?: unknown, key = server.credentials.token): Promise<void> {
		const headers = { "x-api-key": key, "content-type": "application/json", "x-atlassian-token": "no-check" };
		const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
		await (await fetch(`${server.url}/rest-service-fecru${path}`, init)).text();
	}
	async function everyEndpoint(): Promise<void> {
		const ada = { name: "ada", displayName: "Ada", password: "p" };
		for (const path of ["/server-v1", "/admin/users", "/admin/users/?start=1&limit=1", "/admin/groups/?prefix=f"]) await send("GET", path);
		for (const body of [ada, ada, { name: "bob" }]) await send("POST", "/admin/users/", body);
		await send("PUT", "/admin/users/ada", { password: "q" });
		for (const body of [
			{ name: "tools", admin: false },
			{ name: "tools", admin: false },
		])
			await send("POST", "/admin/groups", body);
		await send("PUT", "/admin/groups/tools", { admin: true });
		for (const method of ["PUT", "PUT", "DELETE", "DELETE"]) await send(method, "/admin/groups/tools/users", { name: "ada" });
		for (const method of ["PUT", "PUT", "DELETE"]) await send(method, "/admin/users/ada/groups", { name: "tools" });
		const lists = ["/admin/groups/tools/users", "/admin/users/ada/groups?limit=1", "/admin/users/ada", "/admin/groups/tools"];
		for (const path of lists) await send("GET", path);
		for (const path of ["/admin/users/nobody", "/admin/groups/none/users", "/admin/users?limit=x"]) await send("GET", path);
		for (const path of ["/admin/users/ada", "/admin/groups/tools"]) await send("DELETE", path);
		await send("GET", "/admin/users", undefined, "no-such-token");
		for (let n = 0; n < 15; n += 1) await send("GET", "/server-v1");
	}
	/** Reading, checking, every operation, every refusal: what we send. */
	async function ourselves(): Promise<void> {
		const stage = await fisheyeStage(BELOW);
		watch(stage.server);
		const ids = populate(stage);
		stage.addGroup("R&D / Süd");
		const product = stage.connect();
		await product.read({}, calm);
		await product.check(calm);
		const steps = stepsFor(ids);
		const kinds = ["group.create", "account.create", "account.update", "member.add", "member.remove", "group.delete"] as const;
		for (const kind of kinds) await product.perform(steps[kind].operation, steps[kind].account, calm);
		await product.close();
		await stage.close();
		for (const refusal of fisheyeHarness("4.8", BELOW).refusals) {
			const other = (await refusal.arrange()) as FisheyeStage;
			watch(other.server);
			const refused = other.connect();
			await expect(refusal.provoke(other, refused)).rejects.toThrow();
			await refused.close();
			await other.close();
		}
	}

	test("every endpoint that the stand-in has, has been driven", () => {
		expect(
			undriven(
				server.endpoints.map((endpoint) => endpoint.replace(" /", " /context/rest-service-fecru/")),
				exchanges,
			),
		).toEqual([]);
		expect(exchanges.some(({ status }) => status === 429)).toBe(true);
	});
	test("every path and method is the vendor's, every member one that clients of others know", () => {
		expect(exchanges.length).toBeGreaterThan(120);
		expect([...new Set(disagreements(oracle, exchanges))]).toEqual([]);
		expect(unused(oracle, FISHEYE_SPEC)).toEqual([]);
	});
	test("the oracle is awake: another path, another method, a misspelt member and an unknown status are seen", () => {
		const below = "/context/rest-service-fecru/admin";
		expect(oracle.request({ method: "GET", path: `${below}/people` })).toEqual([expect.stringMatching(/is not described/)]);
		expect(oracle.request({ method: "PATCH", path: `${below}/users/ada` })).toEqual([expect.stringMatching(/is not described/)]);
		expect(oracle.request({ method: "PUT", path: `${below}/users/ada/groups`, body: { group: "x" } })).toContainEqual(
			expect.stringMatching(/\(group\)/),
		);
		expect(oracle.response("GET", `${below}/users/ada`, 200, { name: "ada", displayName: "A", mail: "" })).toContainEqual(
			expect.stringMatching(/\(mail\)/),
		);
		expect(oracle.response("GET", `${below}/users`, 418, undefined)).toEqual([expect.stringMatching(/status 418/)]);
	});
});
