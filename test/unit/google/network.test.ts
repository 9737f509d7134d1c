import http from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { settingsFor } from "../../contract/google-harness.ts";
import { type Handler, madeUpCa, proxy, serve } from "../http/servers.ts";
import { connect, NOTHING, never, open } from "./opened.ts";

const more: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of more.splice(0).reverse()) await one.close();
});
/** Everything that arrives goes on to the stand-in. */
const passOn =
	(url: string): Handler =>
	(request, response) => {
		const onward = http.request(url + request.url, { method: request.method, headers: request.headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		request.pipe(onward);
	};

describe("the network between Rollcall and Google", () => {
	test("a CA of one's own (an inspecting proxy's): trusted where it is configured, named where it is not", async () => {
		const sandbox = await open();
		const { ca, key, cert } = madeUpCa();
		const front = await serve(passOn(sandbox.url), { key, cert });
		more.push(front);
		const settings = settingsFor(sandbox);
		const there = { url: front.url, tokenUrl: front.url };
		const trusting = connect(sandbox, { ...there, network: { ...settings.network, ca } });
		expect((await trusting.snapshot(NOTHING, never())).size).toMatchObject({ people: 3, memberships: 2 });
		await expect(connect(sandbox, there).snapshot(NOTHING, never())).rejects.toMatchObject({
			code: "source.unreachable",
			todo: expect.stringContaining("network.ca"),
		});
	});

	test("a proxy carries log-in and reading", async () => {
		const sandbox = await open();
		const through = await proxy("user:word");
		more.push(through);
		const settings = settingsFor(sandbox);
		const connector = connect(sandbox, { network: { ...settings.network, proxy: through.url } });
		expect((await connector.snapshot(NOTHING, never())).size.people).toBe(3);
		expect(through.seen.length).toBeGreaterThan(0);
		expect(through.seen.every((line) => line.includes(new URL(sandbox.url).host))).toBe(true);
	});

	test("an answer that does not come in time is a failure, not a wait", async () => {
		const sandbox = await open();
		sandbox.faults.add({ path: /\/groups\?/, effect: { kind: "slow", ms: 60_000 } });
		const connector = connect(sandbox, { network: { timeoutMs: 1_000, concurrency: 2 } });
		await expect(connector.snapshot(NOTHING, never())).rejects.toMatchObject({ code: "source.unreachable", retry: "spent" });
	});

	test.each(["ftp://admin.example.org", "https://user:word@admin.example.org", "admin.example.org", "https://admin.example.org/behind"])(
		"an unusable URL is refused at once: %s",
		async (url) => {
			const sandbox = await open();
			expect(() => connect(sandbox, { url })).toThrow(expect.objectContaining({ code: "config.invalid" }));
		},
	);
});
