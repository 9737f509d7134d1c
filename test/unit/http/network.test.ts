import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { JsonClient } from "../../../connectors/http/client.ts";
import { failureOf } from "../../../connectors/http/failure.ts";
import { bypassesProxy, dispatcherFor, type NetworkSettings } from "../../../connectors/http/network.ts";
import { json, madeUpCa, proxy, type SmallServer, serve } from "./servers.ts";

const calm = new AbortController().signal;
const made = madeUpCa();
let secure: SmallServer;
let plain: SmallServer;
const closers: (() => Promise<void>)[] = [];
beforeAll(async () => {
	secure = await serve((_request, response) => json(response, { ok: true }), made);
	plain = await serve((_request, response) => json(response, { ok: true }));
});
afterAll(async () => {
	await secure.close();
	await plain.close();
});
const environment = { ...process.env };
afterEach(async () => {
	process.env = { ...environment };
	for (const close of closers.splice(0)) await close();
});

/** The same request by both ways out of this room: axios with agents, fetch with a dispatcher. */
const ways = {
	axios: async (url: string, network: NetworkSettings) => {
		const client = new JsonClient({ side: "source", baseUrl: url, network, authorization: () => "Bearer x", retry: ONCE });
		closers.push(() => client.close());
		return await client.request({ method: "GET", path: "/who", schema: z.object({ ok: z.boolean() }) }, calm);
	},
	fetch: async (url: string, network: NetworkSettings) => {
		const dispatcher = dispatcherFor(network);
		closers.push(() => dispatcher.close());
		const where = { method: "GET", path: "/who", host: new URL(url).host };
		try {
			const response = await fetch(`${url}/who`, { dispatcher } as unknown as RequestInit);
			if (!response.ok) throw new Error(`status ${response.status}`);
			return await response.json();
		} catch (error) {
			throw failureOf("source", error, where);
		}
	},
};
const ONCE = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 1 };
const base = { timeoutMs: 10_000, concurrency: 2 };

describe.each(["axios", "fetch"] as const)("%s", (way) => {
	const get = ways[way];
	test("an unknown CA is refused, named, and points to network.ca", async () => {
		await expect(get(secure.url, base)).rejects.toMatchObject({
			code: "source.unreachable",
			retry: "never",
			outcomeUnknown: false,
			message: expect.stringContaining("certificate"),
			todo: expect.stringContaining("network.ca"),
		});
	});
	test("NODE_TLS_REJECT_UNAUTHORIZED=0 does not switch verification off", async () => {
		process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
		await expect(get(secure.url, base)).rejects.toMatchObject({ code: "source.unreachable" });
	});
	test("the CA from the settings is trusted", async () => {
		expect(await get(secure.url, { ...base, ca: made.ca })).toEqual({ ok: true });
	});
	test("a certificate for another host is refused even with the right CA", async () => {
		const url = secure.url.replace("127.0.0.1", "localhost");
		await expect(get(url, { ...base, ca: made.ca })).rejects.toMatchObject({ code: "source.unreachable", retry: "never" });
	});
	test("plain HTTP on the other side of https:// is a TLS failure", async () => {
		const url = plain.url.replace("http:", "https:");
		await expect(get(url, base)).rejects.toMatchObject({ message: expect.stringContaining("TLS"), retry: "never" });
	});
	test("https goes through the configured proxy in a tunnel, and is still verified", async () => {
		const through = await proxy("joe:secret-word");
		closers.push(() => through.close());
		expect(await get(secure.url, { ...base, ca: made.ca, proxy: through.url })).toEqual({ ok: true });
		expect(through.seen.at(-1)).toBe(`CONNECT 127.0.0.1:${secure.port}`);
		await expect(get(secure.url, { ...base, proxy: through.url })).rejects.toMatchObject({ todo: expect.stringContaining("network.ca") });
	});
	test("http goes through the proxy as a whole address", async () => {
		const through = await proxy();
		closers.push(() => through.close());
		expect(await get(plain.url, { ...base, proxy: through.url })).toEqual({ ok: true });
		expect(through.seen).toEqual([`GET ${plain.url}/who`]);
	});
	test("NO_PROXY wins over the configured proxy", async () => {
		const through = await proxy();
		closers.push(() => through.close());
		process.env.no_proxy = "example.org,127.0.0.1";
		expect(await get(plain.url, { ...base, proxy: through.url })).toEqual({ ok: true });
		expect(through.seen).toEqual([]);
	});
	test("a proxy of the environment is not used for this machine", async () => {
		const through = await proxy();
		closers.push(() => through.close());
		process.env.http_proxy = through.url;
		process.env.https_proxy = through.url;
		delete process.env.no_proxy;
		expect(await get(plain.url, base)).toEqual({ ok: true });
		expect(through.seen).toEqual([]);
	});
	test("a proxy that wants a log-in is named, without its password", async () => {
		const through = await proxy("joe:right");
		closers.push(() => through.close());
		const settings = { ...base, ca: made.ca, proxy: through.url.replace("right", "wrong-word") };
		const error = await get(secure.url, settings).then(
			() => undefined,
			(e: Error) => e,
		);
		expect(error).toMatchObject({ code: "source.unreachable", todo: expect.stringContaining("network.proxy") });
		expect(String(error?.message)).not.toContain("wrong-word");
	});
});

test.each([
	["https://jira.example.org", ["example.org"], true],
	["https://jira.example.org", [".example.org"], true],
	["https://jira.example.org", ["*.example.org"], true],
	["https://jira.example.org", ["other.org", "jira.example.org:443"], true],
	["https://jira.example.org", ["jira.example.org:8443"], false],
	["https://jira.example.org", ["ample.org"], false],
	["https://jira.example.org", ["*"], true],
	["http://[::1]:8080", ["[::1]"], true],
	["https://jira.example.org", [], false],
])("%s with NO_PROXY %j: direct %s", (url, list, direct) => {
	expect(bypassesProxy(new URL(url), list)).toBe(direct);
});
