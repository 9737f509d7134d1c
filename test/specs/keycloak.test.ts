import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { adminRoles } from "../../sandbox/keycloak/access.ts";
import { type KeycloakSandbox, startKeycloak } from "../../sandbox/keycloak/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { company } from "../../sandbox/world/company.ts";
import { fillRealm } from "../../sandbox/world/keycloak.ts";
import { describeWithSpecs, type Specs, specs } from "../support/specs.ts";
import { keycloakSpec } from "./defects.ts";
import { disagreements, undriven, unused } from "./driven.ts";

describeWithSpecs("the Keycloak stand-in against Keycloak's own description of 26.6.2", () => {
	let keycloak: KeycloakSandbox;
	let oracle: Specs;
	const exchanges: Exchange[] = [];

	beforeAll(async () => {
		oracle = specs(keycloakSpec);
		keycloak = await startKeycloak({ clients: [{ clientId: "admin", secret: "s", roles: adminRoles }] });
		fillRealm(keycloak.realm, company({ people: 40, groups: 30, seed: 3 }));
		keycloak.onExchange((exchange) => exchanges.push(exchange));
		await everyEndpoint();
	});
	afterAll(() => keycloak.close());

	async function everyEndpoint(): Promise<void> {
		const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "admin", client_secret: "s" });
		const answer = await fetch(`${keycloak.url}/realms/acme/protocol/openid-connect/token`, { method: "POST", body: form });
		const { access_token: token } = (await answer.json()) as { access_token: string };
		const send = async (method: string, path: string, body?: unknown): Promise<Response> => {
			const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
			const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
			return fetch(`${keycloak.url}/admin/realms/acme${path}`, init);
		};
		const idAfter = async (path: string, body: unknown): Promise<string> => {
			const location = (await send("POST", path, body)).headers.get("location") ?? "";
			return location.slice(location.lastIndexOf("/") + 1);
		};
		await send("GET", "");
		const clients = (await (await send("GET", "/clients?clientId=realm-management&search=false")).json()) as [{ id: string }];
		const own = (await (await send("GET", "/clients?clientId=admin")).json()) as [{ id: string }];
		const robot = (await (await send("GET", `/clients/${own[0].id}/service-account-user`)).json()) as { id: string };
		for (const tail of ["", `/clients/${clients[0].id}`, `/clients/${clients[0].id}/composite`])
			await send("GET", `/users/${robot.id}/role-mappings${tail}`);
		for (const query of [
			"",
			"?first=5&max=10&briefRepresentation=true",
			"?username=anna&exact=true",
			"?search=a",
			"?q=kind:robot&enabled=true",
		]) {
			await send("GET", `/users${query}`);
		}
		await send("GET", "/users/count");
		const group = await idAfter("/groups", { name: "made", description: "by hand", attributes: { a: ["1"] } });
		const child = await idAfter(`/groups/${group}/children`, { name: "inner" });
		const user = await idAfter("/users", {
			username: "made.up",
			email: "made@example.com",
			enabled: true,
			attributes: { site: ["Berlin"] },
		});
		await send("PUT", `/users/${user}`, { lastName: "Up" });
		await send("PUT", `/users/${user}/groups/${child}`);
		for (const path of [
			`/users/${user}`,
			`/users/${user}/groups?first=0&max=5`,
			`/groups/${group}`,
			`/groups/${child}/members?first=0&max=10`,
		])
			await send("GET", path);
		await send("GET", `/groups/${group}/children?first=0&max=10&briefRepresentation=false&subGroupsCount=true`);
		await send("GET", "/groups?search=%20&populateHierarchy=false&briefRepresentation=false&subGroupsCount=false&first=0&max=500");
		for (const path of ["/groups", "/groups?search=inn&exact=false", "/groups/count", "/groups/count?top=true"]) await send("GET", path);
		await send("PUT", `/groups/${group}`, { name: "made again" });
		await send("DELETE", `/users/${user}/groups/${child}`);
		await send("DELETE", `/users/${user}`);
		await send("DELETE", `/groups/${group}`);
		for (const path of ["/users/none", "/groups/none", "/groups/none/members", "/users?max=abc"]) await send("GET", path);
	}

	test("every endpoint has been driven", () => {
		expect(undriven(keycloak.endpoints, exchanges)).toEqual([]);
	});

	test("every request and every answer agrees with the description", () => {
		expect(exchanges.length).toBeGreaterThan(30);
		expect(disagreements(oracle, exchanges)).toEqual([]);
		expect(unused(oracle, keycloakSpec)).toEqual([]);
	});

	test("the oracle is awake: a misspelt member, a wrong type and an unknown parameter are seen", () => {
		const path = "/admin/realms/acme/users";
		expect(oracle.response("GET", path, 200, [{ userName: "x" }])).toEqual([expect.stringMatching(/userName/)]);
		expect(oracle.response("GET", path, 200, { error: "x" })).toEqual([expect.stringMatching(/must be array/)]);
		expect(oracle.request({ method: "GET", path, query: { max: "many" } })).toEqual([expect.stringMatching(/max/)]);
		expect(oracle.request({ method: "GET", path, query: { limit: "5" } })).toEqual([expect.stringMatching(/limit is not described/)]);
	});
});
