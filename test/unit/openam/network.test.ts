import http from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type OpenAmSettings, openam } from "../../../connectors/idp/openam/connector.ts";
import { type OpenAmSandbox, startOpenam } from "../../../sandbox/openam/server.ts";
import { fill, settingsFor } from "../../contract/openam-harness.ts";
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

async function standIn(): Promise<OpenAmSandbox> {
	const sandbox = opened(await startOpenam());
	fill(sandbox, { reversed: false });
	return sandbox;
}
const connect = (sandbox: OpenAmSandbox, more: Partial<OpenAmSettings>) => opened(openam({ ...settingsFor(sandbox), ...more }));

/** Everything that arrives goes on to the stand-in. */
const passOn =
	(sandbox: OpenAmSandbox): Handler =>
	(request, response) => {
		const { host } = new URL(sandbox.url);
		const onward = http.request(
			new URL(request.url ?? "", sandbox.url),
			{ method: request.method, headers: { ...request.headers, host } },
			(answer) => {
				response.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(response);
			},
		);
		request.pipe(onward);
	};

describe("the network between Rollcall and OpenAM", () => {
	test("a company's own CA: trusted where it is configured, named where it is not", async () => {
		const sandbox = await standIn();
		const { ca, key, cert } = madeUpCa();
		const front = opened(await serve(passOn(sandbox), { key, cert }));
		const url = front.url + new URL(sandbox.url).pathname;
		const network = { timeoutMs: 10_000, concurrency: 2 };
		expect((await connect(sandbox, { url, network: { ...network, ca } }).snapshot(NOTHING, signal)).size.people).toBe(13);
		await expect(connect(sandbox, { url, network }).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.unreachable",
			todo: expect.stringContaining("network.ca"),
		});
	});

	test("a proxy carries log-in, reading and log-out", async () => {
		const sandbox = await standIn();
		const through = opened(await proxy("user:word"));
		const connector = connect(sandbox, { network: { timeoutMs: 10_000, concurrency: 2, proxy: through.url } });
		expect((await connector.snapshot(NOTHING, signal)).size.people).toBe(13);
		await connector.close();
		const arrived = through.seen.length;
		expect(arrived).toBeGreaterThan(0);
		expect(through.seen.every((line) => line.includes(new URL(sandbox.url).host))).toBe(true);
		expect(sandbox.exchanges.length).toBeGreaterThanOrEqual(arrived);
	});

	test("an answer that does not come in time is a failure, not a wait", async () => {
		const sandbox = await standIn();
		sandbox.faults.add({ path: /\/groups\?/, effect: { kind: "slow", ms: 60_000 } });
		const connector = connect(sandbox, { network: { timeoutMs: 300, concurrency: 2 } });
		await expect(connector.snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.unreachable", retry: "spent" });
	});
});
