import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { BatchRequestContent, Client, type Middleware, PageIterator, ResponseType } from "@microsoft/microsoft-graph-client";
import { Agent, Dispatcher1Wrapper } from "undici";
import { type EntraSandbox, startEntra } from "../../../sandbox/entra/server.ts";
import { json, type SmallServer, serve } from "../http/servers.ts";
import { staff } from "./tenants.ts";

/** Why the connector does not use the SDKs as they come. When one of these fails, a newer SDK may allow something simpler. */
describe("what @microsoft/microsoft-graph-client does", () => {
	let plain: SmallServer;
	let answers: { status: number; body: unknown; headers?: Record<string, string> }[] = [];
	beforeAll(async () => {
		plain = await serve((_, response) => {
			const { status, body, headers } = answers.shift() ?? { status: 200, body: { value: [] } };
			for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
			json(response, body, status);
		});
	});
	afterAll(() => plain.close());
	const authProvider = { getAccessToken: () => Promise.resolve("token") };
	const client = () => Client.initWithMiddleware({ authProvider, baseUrl: `${plain.url}/`, customHosts: new Set(["127.0.0.1"]) });
	const targets = (from: number) => plain.seen.slice(from).map((request) => request.url);

	test("it sends no token without TLS, whatever its hosts are: so the stand-in speaks TLS", async () => {
		const from = plain.seen.length;
		await client().api("/users").get();
		expect(plain.seen.slice(from).map((request) => request.headers.authorization)).toEqual([undefined]);
	});

	test("a next link without TLS is glued to the base address as if it were a path", async () => {
		const from = plain.seen.length;
		await client().api(`${plain.url}/v1.0/users?$skiptoken=a`).get();
		expect(targets(from)).toEqual([expect.stringMatching(/^\/v1\.0\/http:\/+127/)]);
	});

	test.each([500, 502])("%s is not tried again", async (status) => {
		answers = [{ status, body: { error: { code: "x", message: "x" } } }];
		await expect(client().api("/users").get()).rejects.toMatchObject({ statusCode: status });
	});

	test("values go into the address as they are: a plus sign becomes a blank, an ampersand the next parameter", async () => {
		const from = plain.seen.length;
		await client().api("/users").filter("mail eq 'a+b@x' or mail eq 'c&d'").get();
		const query = new URLSearchParams(targets(from)[0]?.split("?")[1]);
		expect(query.get("$filter")).toBe("mail eq 'a b@x' or mail eq 'c");
	});

	test("a page's address is taken apart: what comes twice is lost", async () => {
		const from = plain.seen.length;
		await client().api("/users?$skiptoken=a&x=1&x=2").get();
		expect(targets(from)).toEqual(["/v1.0/users?$skiptoken=a&x=2"]);
	});

	test("redirects are followed", async () => {
		const other = await serve((_, response) => json(response, { value: ["elsewhere"] }));
		answers = [{ status: 302, body: {}, headers: { location: `${other.url}/x` } }];
		const followed = await client().api("/users").get();
		await other.close();
		expect(followed).toEqual({ value: ["elsewhere"] });
	});

	test("a page of HTML with status 200 is no error", async () => {
		const page = await serve((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>log in</html>"));
		const made = Client.initWithMiddleware({ authProvider, baseUrl: `${page.url}/`, customHosts: new Set(["127.0.0.1"]) });
		const got = await made.api("/users").get();
		await page.close();
		expect(got).not.toHaveProperty("value");
	});

	test("parts of a batch that were throttled are handed out like any other", async () => {
		const throttled = { id: "1", status: 429, headers: { "Retry-After": "7" }, body: { error: { code: "TooManyRequests" } } };
		answers = [{ status: 200, body: { responses: [throttled] } }];
		const content = await new BatchRequestContent([
			{ id: "1", request: new Request("https://graph.microsoft.com/groups/a/members") },
		]).getContent();
		expect(await client().api("/$batch").post(content)).toEqual({ responses: [throttled] });
	});

	test("what we rely on: a raw answer, whatever its status, and a chain of one link", async () => {
		answers = [{ status: 500, body: { error: {} } }];
		const link: Middleware = {
			execute: async (context) => {
				context.response = await fetch(context.request, context.options);
			},
		};
		const made = Client.initWithMiddleware({ middleware: link, baseUrl: `${plain.url}/` });
		const raw = (await made.api("/users").responseType(ResponseType.RAW).get()) as Response;
		expect([raw.status, await raw.json()]).toEqual([500, { error: {} }]);
	});
});

describe("the SDKs against the stand-in, which shares no code with the connector", () => {
	let sandbox: EntraSandbox;
	beforeAll(async () => {
		sandbox = await startEntra();
		staff(sandbox, 5);
	});
	afterAll(() => sandbox.close());

	const dispatcher = () => new Dispatcher1Wrapper(new Agent({ connect: { ca: sandbox.ca } }));

	test("@azure/identity logs in, keeps its token even when Graph has refused it, and asks again only as a new object", async () => {
		const { ClientSecretCredential } = await import("@azure/identity");
		const { tenant, clientId, clientSecret } = sandbox.credentials;
		const options = { authorityHost: sandbox.url, disableInstanceDiscovery: true, tlsOptions: { ca: sandbox.ca } };
		const scope = "https://graph.microsoft.com/.default";
		const make = () => new ClientSecretCredential(tenant, clientId, clientSecret, options as never);
		const one = make();
		const first = await one.getToken(scope);
		sandbox.tokens.revokeAll();
		expect((await one.getToken(scope)).token).toBe(first.token);
		expect((await make().getToken(scope)).token).not.toBe(first.token);
	});

	test("its own HTTP client follows a redirect with the secret in the body", async () => {
		const { ClientSecretCredential } = await import("@azure/identity");
		const { tenant, clientId } = sandbox.credentials;
		const bodies: string[] = [];
		sandbox.onExchange(({ path, requestBody }) => {
			if (path === "/elsewhere") bodies.push(JSON.stringify(requestBody));
		});
		sandbox.faults.add({ path: /oauth2/, effect: { kind: "status", status: 307, headers: { location: `${sandbox.url}/elsewhere` } } });
		const options = {
			authorityHost: sandbox.url,
			disableInstanceDiscovery: true,
			tlsOptions: { ca: sandbox.ca },
			retryOptions: { maxRetries: 0 },
		};
		await expect(new ClientSecretCredential(tenant, clientId, "word", options as never).getToken("x/.default")).rejects.toThrow();
		sandbox.faults.clear();
		expect(bodies).toEqual([expect.stringContaining('"client_secret":"***"')]);
	});

	test("with TLS and a named host its page iterator reads whole lists, empty pages included", async () => {
		const { ClientSecretCredential } = await import("@azure/identity");
		const { tenant, clientId, clientSecret } = sandbox.credentials;
		const options = { authorityHost: sandbox.url, disableInstanceDiscovery: true, tlsOptions: { ca: sandbox.ca } };
		const credential = new ClientSecretCredential(tenant, clientId, clientSecret, options as never);
		const getAccessToken = async () => (await credential.getToken("https://graph.microsoft.com/.default")).token;
		const client = Client.initWithMiddleware({
			authProvider: { getAccessToken },
			baseUrl: `${sandbox.url}/`,
			customHosts: new Set(["127.0.0.1"]),
			fetchOptions: { dispatcher: dispatcher() } as never,
		});
		sandbox.quirks.emptyPages = true;
		const seen: unknown[] = [];
		const page = await client.api("/users").select("id").top(2).get();
		await new PageIterator(client, page, (row) => seen.push(row) > 0).iterate();
		sandbox.quirks.emptyPages = false;
		expect(seen).toHaveLength(5);
	});
});

test("the SDKs are loaded when they are needed, not when the program starts", () => {
	const room = new URL("../../../connectors/idp/entra/", import.meta.url);
	for (const file of readdirSync(room)) {
		const statics = readFileSync(new URL(file, room), "utf8").match(/^import (?!type ).*(@azure|@microsoft).*$/gm);
		expect([file, statics]).toEqual([file, null]);
	}
});
