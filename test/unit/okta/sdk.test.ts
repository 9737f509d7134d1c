import { readdirSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Client } from "@okta/okta-sdk-nodejs";
import { okta } from "../../../connectors/idp/okta/connector.ts";
import { groupFrom } from "../../../connectors/idp/okta/translate.ts";
import { newServiceApp } from "../../../sandbox/okta/access.ts";
import { type OktaSandbox, startOkta } from "../../../sandbox/okta/server.ts";
import { settingsFor } from "../../contract/okta-harness.ts";

/** Why the connector does not use the SDK as it comes, and what it does instead. When one of the first fails, a newer SDK may allow something simpler. */
describe("what @okta/okta-sdk-nodejs does, and what the connector does instead", () => {
	let sandbox: OktaSandbox;
	let proxies: Record<string, string | undefined>;
	beforeAll(() => {
		proxies = { https_proxy: process.env.https_proxy, HTTPS_PROXY: process.env.HTTPS_PROXY };
		for (const name of Object.keys(proxies)) delete process.env[name];
	});
	afterAll(() => {
		for (const [name, value] of Object.entries(proxies)) if (value !== undefined) process.env[name] = value;
	});
	beforeEach(async () => {
		sandbox = await startOkta();
		sandbox.addApp(rsa.app);
		for (const n of [1, 2, 3]) sandbox.org.addUser({ profile: { login: `p${n}@example.com`, email: `p${n}@example.com` } });
	});
	afterEach(() => sandbox.close());

	const sdk = (more: object = {}) =>
		new Client({ orgUrl: sandbox.url, authorizationMode: "SSWS", token: sandbox.credentials.token, cacheMiddleware: null, ...more });
	const rsa = newServiceApp("0oaRsaKeyOfTheTests0", { roles: ["READ_ONLY_ADMIN"], scopes: ["okta.users.read"], dpop: false }, "rsa");
	const asApp = (key = rsa.privateKey) => {
		const { clientId } = rsa.app;
		const privateKey = JSON.parse(key);
		return sdk({ authorizationMode: "PrivateKey", clientId, privateKey, scopes: ["okta.users.read"] });
	};
	const signal = new AbortController().signal;
	async function snapshot(logIn: "token" | "serviceApp" = "token", more = {}) {
		const connector = okta({ ...settingsFor(sandbox, { logIn, pageSize: 1 }), ...more });
		try {
			return await connector.snapshot({ attributes: new Set() }, signal);
		} finally {
			await connector.close();
		}
	}

	test("it stops early at an empty page with a next link, or hands out a null", async () => {
		sandbox.quirks.emptyPages = true;
		const each: unknown[] = [];
		await (await sdk().userApi.listUsers({ limit: 1 })).each((user) => {
			each.push(user.id);
		});
		expect(each.length).toBe(1);
		const iterated: unknown[] = [];
		for await (const user of await sdk().userApi.listUsers({ limit: 1 })) iterated.push(user?.id ?? null);
		expect(iterated.filter((id) => id === null).length).toBeGreaterThan(0);

		expect((await snapshot()).size).toMatchObject({ people: 3, memberships: 3 });
	});

	test("it drops what an organisation adds to the profile of groups", async () => {
		sandbox.org.addGroup({ type: "APP_GROUP", profile: { name: "devs", dn: "CN=devs,DC=example,DC=com", custom: "x" } });
		const profiles: unknown[] = [];
		for await (const group of await sdk().groupApi.listGroups({})) profiles.push(group?.profile);
		expect(JSON.stringify(profiles)).toContain("devs");
		expect(JSON.stringify(profiles)).not.toContain("custom");

		// The connector looks at the bare answer: what Active Directory added to tell groups of one name apart is there.
		const paths = [...(await snapshot()).groups.values()].map((group) => group.path);
		expect(paths).toContain("CN=devs,DC=example,DC=com");
		const row = { id: "00g1", type: "OKTA_GROUP", profile: { name: "n", custom: "x" } };
		expect(groupFrom(row)).toMatchObject({ kind: "good", value: { name: "n", path: "n" } });
	});

	test("it hides that a log-in was refused, and sends a token called undefined", async () => {
		sandbox.access.apps.clear();
		const users = await asApp().userApi.listUsers();
		await expect(users.next()).rejects.toMatchObject({ status: 401, errorCode: "E0000011" });
		const paths = sandbox.exchanges.map((one) => `${one.path} ${one.status}`);
		expect(paths).toEqual(expect.arrayContaining(["/oauth2/v1/token 401", "/api/v1/users 401"]));

		const asked = sandbox.exchanges.length;
		await expect(snapshot("serviceApp")).rejects.toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("invalid_client: Invalid value for 'client_id' parameter."),
		});
		expect(sandbox.exchanges.slice(asked).map((one) => one.path)).toEqual(["/oauth2/v1/token"]);
	});

	test("it cannot log in with an elliptic key, though Okta takes one", async () => {
		const users = await asApp(sandbox.credentials.privateKey).userApi.listUsers();
		await expect(users.next()).rejects.toThrow("unsupported algorithm");
		expect((await snapshot("serviceApp")).size.people).toBe(3);
	});

	test("it fetches a token for every request that is under way", async () => {
		const client = asApp();
		await Promise.all([1, 2, 3, 4].map(async () => (await client.userApi.listUsers()).next()));
		expect(sandbox.access.issued).toBe(4);
		await snapshot("serviceApp");
		expect(sandbox.access.issued).toBe(5);
	});

	test("it gives up a 429 after two repetitions, and at once where no window is named", async () => {
		const reset = String(Math.floor(Date.now() / 1000) - 1);
		const headers = { "x-rate-limit-limit": "600", "x-rate-limit-remaining": "0", "x-rate-limit-reset": reset };
		const count = sandbox.faults.add({ path: /users/, effect: { kind: "status", status: 429, headers, body: {} } });
		await expect((await sdk().userApi.listUsers()).next()).rejects.toMatchObject({ status: 429 });
		expect(count.hits).toBe(3);
		sandbox.faults.clear();
		const bare = sandbox.faults.add({ path: /users/, effect: { kind: "status", status: 429, body: {} } });
		await expect((await sdk().userApi.listUsers()).next()).rejects.toMatchObject({ status: 429 });
		expect(bare.hits).toBe(1);

		const retry = { attempts: 6, baseMs: 1, capMs: 1, budgetMs: 10_000 };
		for (const effect of [
			{ kind: "status", status: 429, headers, body: {} },
			{ kind: "status", status: 502 },
		] as const) {
			sandbox.faults.clear();
			const passing = sandbox.faults.add({ path: /\/users\?/, times: 5, effect });
			expect((await snapshot("token", { retry })).size.people).toBe(3);
			expect(passing.hits).toBe(5);
		}
	});

	test("it follows a next link to any host, with the credential", async () => {
		const stranger = await startOkta();
		try {
			sandbox.quirks.nextOrigin = stranger.url;
			const seen: unknown[] = [];
			for await (const user of await sdk().userApi.listUsers({ limit: 1 })) seen.push(user);
			expect(stranger.exchanges.length).toBeGreaterThan(0);

			const before = stranger.exchanges.length;
			await expect(snapshot()).rejects.toMatchObject({ code: "source.malformed", message: expect.stringContaining("another origin") });
			expect(stranger.exchanges.length).toBe(before);
		} finally {
			await stranger.close();
		}
	});

	test("it takes what is not stated from the environment: the connector states everything", async () => {
		process.env.OKTA_CLIENT_AUTHORIZATIONMODE = "PrivateKey";
		try {
			const { token } = sandbox.credentials;
			expect(() => new Client({ orgUrl: sandbox.url, token })).toThrow("Okta Client ID not provided");
			expect((await snapshot()).size.people).toBe(3);
		} finally {
			delete process.env.OKTA_CLIENT_AUTHORIZATIONMODE;
		}
	});
});

test("the SDK is loaded when it is needed, not when the program starts", () => {
	const room = new URL("../../../connectors/idp/okta/", import.meta.url);
	for (const file of readdirSync(room)) {
		const statics = readFileSync(new URL(file, room), "utf8").match(/^import (?!type ).*okta-sdk-nodejs.*$/gm);
		expect([file, statics]).toEqual([file, null]);
	}
});
