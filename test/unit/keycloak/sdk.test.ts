import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import KeycloakAdminClient from "@keycloak/keycloak-admin-client";
import { type KeycloakSandbox, startKeycloak } from "../../../sandbox/keycloak/server.ts";

/** Why the connector does not use the SDK as it comes. When one of these fails, a newer SDK may allow something simpler. */
describe("what @keycloak/keycloak-admin-client does", () => {
	let sandbox: KeycloakSandbox;
	beforeAll(async () => {
		sandbox = await startKeycloak({ tokens: { lifeSeconds: 4 } });
	});
	afterAll(() => sandbox.close());

	const client = () => new KeycloakAdminClient({ baseUrl: sandbox.url, realmName: sandbox.credentials.realm });
	const withToken = async () => {
		const kc = client();
		await kc.auth({ grantType: "client_credentials", ...sandbox.credentials });
		const { accessToken } = kc;
		const own = client();
		own.registerTokenProvider({ getAccessToken: () => Promise.resolve(accessToken) });
		return own;
	};

	test("its own log-in breaks as soon as a client-credentials token comes near its end", async () => {
		const kc = client();
		await kc.auth({ grantType: "client_credentials", ...sandbox.credentials });
		await expect(kc.users.find()).rejects.toThrow("Cannot refresh token: missing refresh token or credentials");
	});

	test("a broken body with status 200 becomes a string", async () => {
		const kc = await withToken();
		sandbox.faults.add({ path: /\/users/, times: 1, effect: { kind: "glued" } });
		expect(typeof (await kc.users.find())).toBe("string");
		sandbox.faults.clear();
	});

	test("a group that is gone has no error but null for its members", async () => {
		const kc = await withToken();
		expect(await kc.groups.listMembers({ id: "00000000-0000-4000-8000-000000000000" })).toBeNull();
	});

	test("an empty search is not sent, a blank one is", async () => {
		const kc = await withToken();
		await kc.groups.find({ search: "" });
		await kc.groups.find({ search: " " });
		expect(sandbox.exchanges.slice(-2).map((e) => e.query.search)).toEqual([undefined, " "]);
	});
});
