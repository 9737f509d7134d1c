import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { okta } from "../../connectors/idp/okta/connector.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { type OktaSandbox, startOkta } from "../../sandbox/okta/server.ts";
import { company } from "../../sandbox/world/company.ts";
import { settingsFor } from "../contract/okta-harness.ts";
import { describeWithSpecs, type Specs, specs } from "../support/specs.ts";
import { oktaSpec } from "./defects.ts";
import { disagreements, undriven, unused } from "./driven.ts";

describeWithSpecs("our requests and the Okta stand-in against Okta's own description of 2026.06", () => {
	let sandbox: OktaSandbox;
	let oracle: Specs;
	const exchanges: Exchange[] = [];
	/** Those of the connector, with both log-ins. */
	let ours = 0;
	const signal = new AbortController().signal;

	beforeAll(async () => {
		oracle = specs(oktaSpec);
		sandbox = await startOkta({ dpop: true });
		sandbox.load(company({ people: 60, groups: 20, seed: 3 }));
		sandbox.org.addGroup({ type: "APP_GROUP", profile: { name: "ad", dn: "CN=ad,DC=example,DC=com", samAccountName: "ad" } });
		sandbox.onExchange((exchange) => exchanges.push(exchange));
		for (const logIn of ["token", "serviceApp"] as const) {
			const connector = okta(settingsFor(sandbox, { logIn, pageSize: 25 }));
			await connector.check(signal);
			for (const attributes of [new Set(["site", "department"]), "all" as const]) await connector.snapshot({ attributes }, signal);
			await connector.person?.([...sandbox.org.users.keys()][7]!, { attributes: new Set() }, signal);
			await connector.person?.("nobody", { attributes: "all" }, signal);
			await connector.close();
		}
		ours = exchanges.length;
		await everythingElse();
	});
	afterAll(() => sandbox.close());

	async function everythingElse(): Promise<void> {
		const headers = { authorization: `SSWS ${sandbox.credentials.token}` };
		const [user] = sandbox.org.users.keys();
		for (const path of [
			`/users/${user}`,
			`/users/${user}/groups`,
			`/groups/${sandbox.org.everyone}`,
			"/users/none",
			"/groups/none",
			"/groups/none/users",
		])
			await fetch(`${sandbox.url}/api/v1${path}`, { headers });
		const others = { path: /./, times: 1, effect: { kind: "status", status: 429, body: { errorCode: "E0000047" } } } as const;
		sandbox.faults.add(others);
		await fetch(`${sandbox.url}/api/v1/users`, { headers });
	}

	test("every endpoint has been driven", () => {
		expect(undriven(sandbox.endpoints, exchanges)).toEqual([]);
	});

	test("every request and every answer agrees with the description", () => {
		expect(ours).toBeGreaterThan(80);
		expect(disagreements(oracle, exchanges)).toEqual([]);
		expect(unused(oracle, oktaSpec)).toEqual([]);
	});

	test("what is asked for is allowed to the scopes that the service app has", () => {
		const paths = new Set(exchanges.slice(0, ours).map((one) => one.path.replace(/00[ug]\w{17}/, "{id}")));
		expect([...paths].sort()).toEqual([
			"/api/v1/groups",
			"/api/v1/groups/{id}/users",
			"/api/v1/users",
			"/api/v1/users/me",
			"/api/v1/users/{id}/roles",
			"/oauth2/v1/token",
		]);
	});

	test("the oracle is awake: a misspelt member, a wrong type and an unknown parameter are seen", () => {
		const path = "/api/v1/users";
		expect(oracle.response("GET", path, 200, [{ Status: "ACTIVE" }])).toEqual([expect.stringMatching(/Status/)]);
		expect(oracle.response("GET", path, 200, { error: "x" })).toEqual([expect.stringMatching(/must be array/)]);
		expect(oracle.request({ method: "GET", path, query: { limit: "many" } })).toEqual([expect.stringMatching(/limit/)]);
		expect(oracle.request({ method: "GET", path, query: { max: "5" } })).toEqual([expect.stringMatching(/max is not described/)]);
	});
});
