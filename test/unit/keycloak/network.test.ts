import http from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { keycloak } from "../../../connectors/idp/keycloak/connector.ts";
import { type KeycloakSandbox, startKeycloak } from "../../../sandbox/keycloak/server.ts";
import { settingsFor } from "../../contract/keycloak-harness.ts";
import { type Handler, madeUpCa, proxy, serve } from "../http/servers.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
const opened = <T extends { close(): Promise<void> }>(one: T): T => {
	open.push(one);
	return one;
};
const signal = new AbortController().signal;
const NOTHING = { attributes: new Set<string>() };

async function standIn(): Promise<KeycloakSandbox> {
	const sandbox = opened(await startKeycloak());
	sandbox.realm.addMember(sandbox.realm.addGroup({ name: "a" }).id, sandbox.realm.addUser({ username: "anna", enabled: true }).id);
	return sandbox;
}
/** Everything that arrives goes on to the stand-in. */
const passOn =
	(sandbox: KeycloakSandbox): Handler =>
	(request, response) => {
		const onward = http.request(sandbox.url + request.url, { method: request.method, headers: request.headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		request.pipe(onward);
	};

describe("the network between Rollcall and Keycloak", () => {
	test("a company's own CA: trusted where it is configured, named where it is not", async () => {
		const sandbox = await standIn();
		const { ca, key, cert } = madeUpCa();
		const front = opened(await serve(passOn(sandbox), { key, cert }));
		const settings = settingsFor(sandbox);
		const trusting = opened(keycloak({ ...settings, url: front.url, network: { ...settings.network, ca } }));
		expect((await trusting.snapshot(NOTHING, signal)).size).toMatchObject({ people: 1, memberships: 1 });
		const without = opened(keycloak({ ...settings, url: front.url }));
		await expect(without.snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.unreachable",
			todo: expect.stringContaining("network.ca"),
		});
	});

	test("a proxy carries log-in and reading", async () => {
		const sandbox = await standIn();
		const through = opened(await proxy("user:word"));
		const settings = settingsFor(sandbox);
		const connector = opened(keycloak({ ...settings, network: { ...settings.network, proxy: through.url } }));
		expect((await connector.snapshot(NOTHING, signal)).size.people).toBe(1);
		expect(through.seen.length).toBeGreaterThan(0);
		expect(through.seen.every((line) => line.includes(new URL(sandbox.url).host))).toBe(true);
	});

	test("a context path is kept", async () => {
		const sandbox = await standIn();
		const front = opened(
			await serve((request, response, nth) => {
				expect(request.url).toMatch(/^\/auth\//);
				request.url = request.url?.slice("/auth".length);
				passOn(sandbox)(request, response, nth);
			}),
		);
		const connector = opened(keycloak({ ...settingsFor(sandbox), url: `${front.url}/auth/` }));
		expect((await connector.snapshot(NOTHING, signal)).size.people).toBe(1);
	});

	test("something that drops max on the way: a group larger than Keycloak's default page is held, never cut", async () => {
		const sandbox = await standIn();
		const group = sandbox.realm.addGroup({ name: "large" });
		for (let i = 0; i < 120; i += 1) sandbox.realm.addMember(group.id, sandbox.realm.addUser({ username: `p${i}`, enabled: true }).id);
		const front = opened(
			await serve((request, response, nth) => {
				if (request.url?.includes("/members")) request.url = request.url.replace(/max=\d+/, "");
				passOn(sandbox)(request, response, nth);
			}),
		);
		const snapshot = await opened(keycloak({ ...settingsFor(sandbox), url: front.url })).snapshot(NOTHING, signal);
		expect(snapshot.groups.get(group.id as never)).toMatchObject({ people: [], held: expect.stringContaining("pages did not join") });
		expect(snapshot.size).toMatchObject({ people: 121, rejects: 1 });
	});

	test("an answer that does not come in time is a failure, not a wait", async () => {
		const sandbox = await standIn();
		sandbox.faults.add({ path: /\/members/, effect: { kind: "slow", ms: 60_000 } });
		const settings = settingsFor(sandbox);
		const connector = opened(keycloak({ ...settings, network: { ...settings.network, timeoutMs: 50 } }));
		await expect(connector.snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.unreachable",
			retry: "spent",
			message: expect.stringContaining("/members on 127.0.0.1"),
		});
	});

	test.each(["ftp://sso.example.org", "https://user:word@sso.example.org", "sso.example.org"])(
		"an unusable URL is refused at once: %s",
		async (url) => {
			const settings = settingsFor(await standIn());
			expect(() => keycloak({ ...settings, url })).toThrow(expect.objectContaining({ code: "config.invalid" }));
		},
	);
});
