import http from "node:http";
import { describe, expect, test } from "@jest/globals";
import type { OneLoginSandbox } from "../../../sandbox/onelogin/server.ts";
import { type Handler, madeUpCa, proxy, serve } from "../http/servers.ts";
import { connect, keep, NOTHING, never, read, standIn } from "./stand-in.ts";

/** Everything that arrives goes on to the stand-in. */
const passOn =
	(sandbox: OneLoginSandbox): Handler =>
	(request, response) => {
		const { host } = new URL(sandbox.url);
		const to = new URL(request.url ?? "", sandbox.url);
		const onward = http.request(to, { method: request.method, headers: { ...request.headers, host } }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		request.pipe(onward);
	};

describe("the network between Rollcall and OneLogin", () => {
	test("a company's own CA: trusted where it is configured, named where it is not", async () => {
		const sandbox = await standIn(3);
		const { ca, key, cert } = madeUpCa();
		const { url } = keep(await serve(passOn(sandbox), { key, cert }));
		const network = { timeoutMs: 10_000, concurrency: 2 };
		expect((await read(sandbox, { url, network: { ...network, ca } })).size.people).toBe(3);
		await expect(read(sandbox, { url, network })).rejects.toMatchObject({
			code: "source.unreachable",
			todo: expect.stringContaining("network.ca"),
		});
	});

	test("a proxy carries log-in, the question for the hour, and the lists", async () => {
		const sandbox = await standIn(3);
		const through = keep(await proxy("user:word"));
		const network = { timeoutMs: 10_000, concurrency: 2, proxy: through.url };
		const connector = connect(sandbox, { network });
		expect((await connector.snapshot(NOTHING, never())).size.people).toBe(3);
		expect(through.seen.length).toBeGreaterThan(0);
		expect(through.seen.every((line) => line.includes(new URL(sandbox.url).host))).toBe(true);
		await connector.check(never());
		expect(sandbox.exchanges.length).toBe(connector.requests());
	});

	test("at most as many requests at once as configured", async () => {
		const sandbox = await standIn(40);
		await read(sandbox, { pageSize: 5, network: { timeoutMs: 10_000, concurrency: 1 } });
		expect(sandbox.busiest).toBe(1);
	});
});
