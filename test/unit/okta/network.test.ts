import http from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { OktaSandbox } from "../../../sandbox/okta/server.ts";
import { type Handler, madeUpCa, proxy, serve } from "../http/servers.ts";
import { connector, NOTHING, signal, standIn } from "./stand-in.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
const opened = <T extends { close(): Promise<void> }>(one: T): T => {
	open.push(one);
	return one;
};

/** Everything that arrives goes on to the stand-in. */
const passOn =
	(sandbox: OktaSandbox): Handler =>
	(request, response) => {
		const onward = http.request(sandbox.url + request.url, { method: request.method, headers: request.headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		request.pipe(onward);
	};

describe("the network between Rollcall and Okta", () => {
	test("a CA of one's own (an inspecting proxy's): trusted where it is configured, named where it is not", async () => {
		const sandbox = await standIn();
		const { ca, key, cert } = madeUpCa();
		const front = opened(await serve(passOn(sandbox), { key, cert }));
		const network = { timeoutMs: 10_000, concurrency: 2 };
		const trusting = connector(sandbox, { url: front.url, network: { ...network, ca } });
		expect((await trusting.snapshot(NOTHING, signal)).size).toMatchObject({ people: 2, groups: 2 });
		await expect(connector(sandbox, { url: front.url, network }).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.unreachable",
			todo: expect.stringContaining("network.ca"),
		});
	});

	test.each([
		["reading with a token", { logIn: "token" }],
		["log-in and reading of a service app", { logIn: "serviceApp" }],
	] as const)("a proxy carries %s, and nothing goes beside it", async (_, how) => {
		const sandbox = await standIn();
		const through = opened(await proxy("user:word"));
		const okta = connector(sandbox, { ...how, network: { timeoutMs: 10_000, concurrency: 2, proxy: through.url } });
		expect((await okta.snapshot(NOTHING, signal)).size.people).toBe(2);
		expect(through.seen.length).toBeGreaterThan(0);
		expect(through.seen.every((line) => line.includes(new URL(sandbox.url).host))).toBe(true);
		// Not without the proxy's own log-in either.
		const refused = connector(sandbox, {
			...how,
			network: { timeoutMs: 10_000, concurrency: 2, proxy: through.url.replace("word", "wrong") },
		});
		const before = sandbox.exchanges.length;
		await expect(refused.snapshot(NOTHING, signal)).rejects.toMatchObject({ name: "SyncError" });
		expect(sandbox.exchanges.length).toBe(before);
	});

	test("an answer that does not come in time is a failure, not a wait", async () => {
		const sandbox = await standIn();
		sandbox.faults.add({ path: /\/groups\/[^/]+\/users/, effect: { kind: "slow", ms: 60_000 } });
		const okta = connector(sandbox, { network: { timeoutMs: 300, concurrency: 2 } });
		await expect(okta.snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.unreachable", retry: "spent" });
	});

	test.each(["ftp://example.okta.com", "https://user:word@example.okta.com", "example.okta.com"])(
		"an unusable URL is refused at once: %s",
		async (url) => {
			const sandbox = await standIn();
			expect(() => connector(sandbox, { url })).toThrow(expect.objectContaining({ code: "config.invalid" }));
		},
	);
});
