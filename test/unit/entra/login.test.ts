import { afterEach, describe, expect, test } from "@jest/globals";
import { CLOUDS, cloudOf } from "../../../connectors/idp/entra/clouds.ts";
import type { EntraLogin } from "../../../connectors/idp/entra/settings.ts";
import { Secret } from "../../../core/secret.ts";
import type { SandboxApp } from "../../../sandbox/entra/access.ts";
import type { EntraSandbox } from "../../../sandbox/entra/server.ts";
import { selfSigned } from "../../../sandbox/kit/certificate.ts";
import { json, serve } from "../http/servers.ts";
import { NOTHING, Opened, signal, staff } from "./tenants.ts";

const opened = new Opened();
afterEach(() => opened.close());

const ROLES = ["User.Read.All", "GroupMember.Read.All"] as const;
const TENANT = "11111111-1111-4111-8111-111111111111";
const APP = "33333333-3333-4333-8333-333333333333";
const secret = (text: string) => new Secret(text, "test");

async function reading(sandbox: EntraSandbox, login: EntraLogin): Promise<number> {
	return (await opened.connector(sandbox, { login }).snapshot(NOTHING, signal)).size.people;
}
const tenantWith = async (app: Omit<SandboxApp, "clientId" | "roles">): Promise<EntraSandbox> => {
	const sandbox = await opened.tenant();
	sandbox.addApp({ clientId: APP, roles: ROLES, ...app });
	staff(sandbox, 2);
	return sandbox;
};
const at = (sandbox: EntraSandbox) => ({ tenant: sandbox.tenant.id, clientId: APP });
/** An RSA key takes a moment; one serves all. */
const CERTIFICATE = selfSigned({ name: "rollcall", rsa: true });

describe("four ways to log in", () => {
	test("a client secret", async () => {
		const sandbox = await tenantWith({ secret: "word" });
		expect(await reading(sandbox, { kind: "secret", ...at(sandbox), secret: secret("word") })).toBe(2);
		await expect(reading(sandbox, { kind: "secret", ...at(sandbox), secret: secret("wrong") })).rejects.toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("AADSTS7000215: Invalid client secret provided."),
			todo: expect.stringContaining("the secret's Value, not its ID"),
		});
	});

	test("a certificate: what is sent is signed, and the key stays here", async () => {
		const sandbox = await tenantWith({ certificate: CERTIFICATE.cert });
		const pem = secret(CERTIFICATE.cert + CERTIFICATE.key);
		expect(await reading(sandbox, { kind: "certificate", ...at(sandbox), pem })).toBe(2);
		const other = selfSigned({ name: "other", rsa: true });
		await expect(reading(sandbox, { kind: "certificate", ...at(sandbox), pem: secret(other.cert + other.key) })).rejects.toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("AADSTS700027"),
		});
	});

	test.each([
		["only the certificate", CERTIFICATE.cert],
		["not a key", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
	])("a file with %s is a mistake of the configuration, and nothing of it is repeated", async (_, pem) => {
		const sandbox = await tenantWith({ certificate: CERTIFICATE.cert });
		const work = reading(sandbox, { kind: "certificate", ...at(sandbox), pem: secret(pem) });
		await expect(work).rejects.toMatchObject({ code: "config.invalid", message: expect.not.stringContaining("BEGIN") });
	});

	test("a federated token, fetched anew for each log-in", async () => {
		const sandbox = await tenantWith({ federated: ["first", "second"] });
		sandbox.tokens.settings.uses = 2;
		const given = ["first", "second"];
		const asked: string[] = [];
		const assertion = async () => {
			asked.push(given[asked.length] ?? "second");
			return secret(asked.at(-1)!);
		};
		expect(await reading(sandbox, { kind: "federated", ...at(sandbox), assertion })).toBe(2);
		expect(asked).toEqual(["first", "second"]);
		await expect(reading(sandbox, { kind: "federated", ...at(sandbox), assertion: async () => secret("stale") })).rejects.toMatchObject({
			code: "source.denied",
			todo: expect.stringContaining("issuer, subject and audience"),
		});
	});

	test("a file with the federated token that is not there", async () => {
		const { SyncError } = await import("../../../core/errors.ts");
		const sandbox = await tenantWith({ federated: [] });
		const gone = async () => {
			throw new SyncError("config.secret-missing", "there is no file");
		};
		await expect(reading(sandbox, { kind: "federated", ...at(sandbox), assertion: gone })).rejects.toMatchObject({
			code: "config.secret-missing",
		});
	});

	// One test: the SDK keeps the address of the first for the whole process.
	describe("the machine's identity", () => {
		const environment = { ...process.env };
		afterEach(() => {
			process.env = { ...environment };
		});
		const machine = (sandbox: EntraSandbox) => {
			process.env.IDENTITY_ENDPOINT = `${sandbox.url}/msi/token`;
			process.env.IDENTITY_HEADER = "sandbox-identity-header";
		};

		test("its own, or one by name; a token that Graph refuses is not used again, although the SDK keeps it for the whole process", async () => {
			const sandbox = await tenantWith({ managed: true });
			machine(sandbox);
			const connector = opened.connector(sandbox, { login: { kind: "managed" } });
			await connector.snapshot(NOTHING, signal);
			const before = sandbox.tokens.issued;
			await connector.snapshot(NOTHING, signal);
			expect(sandbox.tokens.issued).toBe(before);
			sandbox.tokens.revokeAll();
			expect((await connector.snapshot(NOTHING, signal)).size.people).toBe(2);
			expect(sandbox.tokens.issued).toBe(before + 1);
			// The client that the SDK keeps is the first one's; each log-in still has its own signal, log and counts.
			const lines: string[] = [];
			const other = opened.connector(sandbox, { login: { kind: "managed", clientId: APP }, log: (line) => lines.push(line.path) });
			const stop = new AbortController();
			await other.snapshot(NOTHING, stop.signal);
			expect(lines[0]).toBe("/msi/token");
			stop.abort();
			expect(await reading(sandbox, { kind: "managed" })).toBe(2);
			await expect(reading(sandbox, { kind: "managed", clientId: "nobody" })).rejects.toMatchObject({
				code: "source.denied",
				message: expect.stringContaining("no such managed identity"),
			});
		});
	});
});

describe("a log-in that goes wrong", () => {
	test("an unknown tenant and an unknown application are mistakes of the configuration", async () => {
		const sandbox = await tenantWith({ secret: "word" });
		const login = { kind: "secret", ...at(sandbox), secret: secret("word") } as const;
		await expect(reading(sandbox, { ...login, tenant: "nowhere.example" })).rejects.toMatchObject({
			code: "config.invalid",
			message: expect.stringContaining('there is no tenant "nowhere.example"'),
		});
		await expect(reading(sandbox, { ...login, clientId: "nobody" })).rejects.toMatchObject({
			code: "config.invalid",
			message: expect.stringContaining("has no application nobody"),
		});
	});

	test("an authority that names another host for log-ins is not given the secret", async () => {
		const sandbox = await tenantWith({ secret: "word" });
		const stranger = opened.keep(await serve((_, response) => json(response, {})));
		sandbox.faults.add({
			path: /openid-configuration/,
			effect: { kind: "wrong-json", body: { ...metadata(`${sandbox.url}/${sandbox.tenant.id}`), token_endpoint: `${stranger.url}/token` } },
		});
		const work = reading(sandbox, { kind: "secret", ...at(sandbox), secret: secret("word") });
		await expect(work).rejects.toMatchObject({ code: "source.malformed", todo: expect.stringContaining("No credential was sent there") });
		expect(stranger.seen).toEqual([]);
	});

	test("429 from the authority is waited for, once for everybody", async () => {
		const sandbox = await tenantWith({ secret: "word" });
		const limited = { kind: "status", status: 429, headers: { "retry-after": "1" } } as const;
		const fault = sandbox.faults.add({ path: /oauth2/, times: 1, effect: limited });
		const began = performance.now();
		expect(await reading(sandbox, { kind: "secret", ...at(sandbox), secret: secret("word") })).toBe(2);
		expect(performance.now() - began).toBeGreaterThan(950);
		expect([fault.hits, sandbox.tokens.issued]).toEqual([1, 1]);
	});

	test("the secret that an authority repeats is not repeated by us", async () => {
		const sandbox = await tenantWith({ secret: "other" });
		const body = { error: "invalid_client", error_description: "AADSTS7000215: not geheim-geheim", error_codes: [7000215] };
		sandbox.faults.add({ path: /oauth2/, effect: { kind: "status", status: 401, body } });
		const work = reading(sandbox, { kind: "secret", ...at(sandbox), secret: secret("geheim-geheim") });
		await expect(work).rejects.toMatchObject({ message: expect.stringContaining("not [secret]") });
	});
});

/** What an authority says about itself; `base` ends with the tenant. */
const metadata = (base: string) => ({
	token_endpoint: `${base}/oauth2/v2.0/token`,
	issuer: `${base}/v2.0`,
	authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
	jwks_uri: `${base}/keys`,
});

describe("national clouds", () => {
	test("each has its own Graph, authority and scope", () => {
		expect(Object.entries(CLOUDS).map(([name, c]) => [name, c.graph, c.authority, c.scope])).toEqual([
			["global", "https://graph.microsoft.com", "https://login.microsoftonline.com", "https://graph.microsoft.com/.default"],
			["usgov", "https://graph.microsoft.us", "https://login.microsoftonline.us", "https://graph.microsoft.us/.default"],
			["usgov-dod", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us/.default"],
			[
				"china",
				"https://microsoftgraph.chinacloudapi.cn",
				"https://login.partner.microsoftonline.cn",
				"https://microsoftgraph.chinacloudapi.cn/.default",
			],
		]);
	});

	test("the SDK asks the cloud's own authority, for the cloud's own scope, and nobody else", async () => {
		const { ClientSecretCredential } = await import("@azure/identity");
		const { createHttpHeaders } = await import("@azure/core-rest-pipeline");
		for (const [name, cloud] of Object.entries(CLOUDS)) {
			const asked: string[] = [];
			const credential = new ClientSecretCredential(TENANT, "app", "word", {
				authorityHost: cloud.authority,
				disableInstanceDiscovery: true,
				httpClient: {
					sendRequest: async (request) => {
						asked.push(
							new URL(request.url).host,
							...(new URLSearchParams(String(request.body ?? "")).get("scope")?.split(" ")[0] ?? "").split("\n"),
						);
						const token = { token_type: "Bearer", expires_in: 3599, access_token: "t" };
						const body = request.method === "GET" ? metadata(`${cloud.authority}/${TENANT}`) : token;
						return { request, status: 200, headers: createHttpHeaders(), bodyAsText: JSON.stringify(body) };
					},
				},
			});
			await credential.getToken(cloud.scope);
			const hosts = asked.filter((text) => text !== "" && !text.startsWith("https"));
			expect([name, hosts.every((host) => cloud.authorityHosts.includes(host)), asked.includes(cloud.scope)]).toEqual([name, true, true]);
		}
	});

	test.each(["http://graph.example.org", "https://user:word@graph.example.org", "graph.example.org"])("refused at once: %s", (url) => {
		expect(() => cloudOf({ url })).toThrow(
			expect.objectContaining({ code: "config.invalid", message: expect.not.stringContaining("word") }),
		);
		expect(() => cloudOf({ authority: url })).toThrow(expect.objectContaining({ code: "config.invalid" }));
	});
});
