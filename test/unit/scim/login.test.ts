import { describe, expect, test } from "@jest/globals";
import { Secret } from "../../../core/secret.ts";
import { selfSigned } from "../../../sandbox/kit/certificate.ts";
import { BASIC, BEARER, CLIENT, settingsFor } from "../../contract/scim-harness.ts";
import { proxy } from "../http/servers.ts";
import { open } from "./stand-in.ts";

describe("log-in", () => {
	test("by a password, with letters beyond ASCII and a colon", async () => {
		const { read } = await open();
		expect(
			(await read({ auth: { kind: "basic", username: BASIC.username, password: new Secret(BASIC.password, "test") } })).size.people,
		).toBe(13);
	});

	test("as an OAuth client: one token for a whole reading, its id and secret as HTTP Basic or in the form", async () => {
		for (const clientAuthentication of ["basic", "body"] as const) {
			const { sandbox, read } = await open();
			const auth = { ...settingsFor(sandbox).auth, clientAuthentication, scope: "scim.read", audience: "https://example.org" } as never;
			expect((await read({ auth })).size.people).toBe(13);
			expect(sandbox.access.issued).toBe(1);
			const sent = sandbox.exchanges.find(({ path }) => path === "/oauth/token")?.requestBody;
			expect(sent).toEqual({
				grant_type: "client_credentials",
				scope: "scim.read",
				audience: "https://example.org",
				...(clientAuthentication === "body" ? { client_id: CLIENT.clientId, client_secret: "***" } : {}),
			});
		}
	});

	test("a token without a stated end is used until it is refused", async () => {
		const { sandbox, read } = await open({ tokenUses: 4 });
		sandbox.access.lifeSeconds = 3600;
		expect((await read({ ...settingsFor(sandbox), network: { timeoutMs: 10_000, concurrency: 1 } })).size.people).toBe(13);
		expect(sandbox.access.issued).toBeGreaterThan(1);
	});

	test("a wrong secret is said by the token's server, and not tried again", async () => {
		const { sandbox, read } = await open();
		const auth = { ...settingsFor(sandbox).auth, clientSecret: new Secret("wrong", "test") } as never;
		await expect(read({ auth })).rejects.toMatchObject({
			code: "source.denied",
			message: expect.stringMatching(/POST \/oauth\/token .* client authentication failed/),
		});
		expect(sandbox.exchanges.filter(({ path }) => path === "/oauth/token")).toHaveLength(1);
	});

	test("what a server says back of a secret is not in the error", async () => {
		const { sandbox, read } = await open();
		const cases = [
			[settingsFor(sandbox).auth, CLIENT.clientSecret, /oauth/],
			[{ kind: "bearer", token: new Secret(BEARER.token, "test") }, BEARER.token, /Users/],
			[{ kind: "basic", username: BASIC.username, password: new Secret(BASIC.password, "test") }, BASIC.password, /Users/],
		] as const;
		for (const [auth, secret, path] of cases) {
			for (const status of [400, 401]) {
				sandbox.faults.clear();
				const said = `no such secret: ${secret}`;
				sandbox.faults.add({
					path,
					effect: { kind: "status", status, body: { error_description: said, detail: said, scimType: "invalidValue" } },
				});
				const error = await read({ auth }).catch((thrown: unknown) => thrown);
				expect(String(error)).toMatch(/no such secret: \[secret\]/);
			}
		}
	});

	test("an answer that is no token", async () => {
		const { sandbox, read } = await open();
		sandbox.faults.add({ path: /oauth/, effect: { kind: "wrong-json", body: { token: "x" } } });
		await expect(read(settingsFor(sandbox))).rejects.toMatchObject({ code: "source.malformed" });
	});
});

describe("the network", () => {
	test("a company's own CA: trusted where it is configured, named where it is not", async () => {
		const tls = selfSigned({ name: "scim" });
		const { read } = await open({}, { tls });
		const network = { timeoutMs: 10_000, concurrency: 2 };
		expect((await read({ network: { ...network, ca: tls.cert } })).size.people).toBe(13);
		await expect(read({ network })).rejects.toMatchObject({ code: "source.unreachable", todo: expect.stringContaining("network.ca") });
	});

	test("a proxy carries log-in and reading", async () => {
		const { sandbox, read } = await open();
		const through = await proxy("user:word");
		try {
			const settings = settingsFor(sandbox);
			expect((await read({ ...settings, network: { ...settings.network, proxy: through.url } })).size.people).toBe(13);
			expect(through.seen.length).toBeGreaterThan(5);
		} finally {
			await through.close();
		}
	});
});
