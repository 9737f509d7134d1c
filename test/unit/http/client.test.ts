import { inspect } from "node:util";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { z } from "zod";
import { JsonClient, type JsonClientSettings } from "../../../connectors/http/client.ts";
import { Gate } from "../../../connectors/http/gate.ts";
import type { SyncError } from "../../../core/errors.ts";
import { deadPort, type Handler, json, type SmallServer, serve } from "./servers.ts";

const calm = new AbortController().signal;
const QUICK = { attempts: 3, baseMs: 1, capMs: 1, budgetMs: 5_000 };
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
	jest.restoreAllMocks();
	for (const one of opened.splice(0).reverse()) await one.close();
});
async function setUp(
	handler: Handler,
	more: Partial<JsonClientSettings> = {},
	path = "",
): Promise<{ server: SmallServer; client: JsonClient }> {
	const server = await serve(handler);
	opened.push(server);
	return { server, client: clientFor(server.url + path, more) };
}
function clientFor(baseUrl: string, more: Partial<JsonClientSettings> = {}): JsonClient {
	const client = new JsonClient({
		side: "target",
		baseUrl,
		network: { timeoutMs: 10_000, concurrency: 3 },
		authorization: () => "Bearer s3cret-token",
		secrets: () => ["s3cret-token"],
		retry: QUICK,
		detailOf: (body) => z.object({ message: z.string() }).safeParse(body).data?.message,
		writeHeaders: { "X-Atlassian-Token": "no-check" },
		...more,
	});
	opened.push(client);
	return client;
}
const Ok = z.object({ ok: z.boolean() });
const get = (client: JsonClient, path = "/a") => client.request({ method: "GET", path, schema: Ok }, calm);
const post = (client: JsonClient) => client.request({ method: "POST", path: "/a", body: { password: "pw-of-nobody" }, schema: Ok }, calm);
const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("did not throw")),
		(e: SyncError) => e,
	);

describe("what is sent", () => {
	test("context path, encoded query, own User-Agent, no Origin", async () => {
		const { server, client } = await setUp((_q, r) => json(r, { ok: true }), {}, "/jira/");
		const query = { q: "a b&c=d+é/|", n: 5, yes: true, none: undefined, many: ["x", "y"] };
		await client.request({ method: "GET", path: "/rest/x", query, schema: Ok }, calm);
		const [request] = server.seen;
		expect(request!.url).toBe("/jira/rest/x?q=a%20b%26c%3Dd%2B%C3%A9%2F%7C&n=5&yes=true&many=x&many=y");
		expect(request!.headers["user-agent"]).toMatch(/^rollcall\/\d+\.\d+\.\d+/);
		expect(request!.headers).toMatchObject({ accept: "application/json", authorization: "Bearer s3cret-token" });
		expect(request!.headers).not.toHaveProperty("origin");
		expect(request!.headers).not.toHaveProperty("x-atlassian-token");
		expect(request!.headers).not.toHaveProperty("content-type");
	});
	test("a write carries its JSON and the write headers", async () => {
		const bodies: string[] = [];
		const { server, client } = await setUp((q, r) => {
			q.on("data", (chunk) => bodies.push(String(chunk))).on("end", () => json(r, { ok: true }));
		});
		await post(client);
		expect(bodies.join("")).toBe('{"password":"pw-of-nobody"}');
		expect(server.seen[0]!.headers).toMatchObject({ "content-type": "application/json", "x-atlassian-token": "no-check" });
	});
	test("a JSON string as a body stays a JSON string", async () => {
		const bodies: string[] = [];
		const { client } = await setUp((q, r) => {
			q.on("data", (chunk) => bodies.push(String(chunk))).on("end", () => r.writeHead(204).end());
		});
		await client.request({ method: "PUT", path: "/p", body: "R&D", schema: z.undefined() }, calm);
		expect(bodies.join("")).toBe('"R&D"');
	});
	test.each([
		["not a url", "is not a URL"],
		["ftp://x.org", "neither an http"],
		["https://joe:hunter22@x.org", "holds a log-in"],
		["https://x.org?a=b", "has a query"],
	])("base URL %s is refused before anything happens", (url, what) => {
		let error: unknown;
		try {
			clientFor(url);
		} catch (e) {
			error = e;
		}
		expect(error).toMatchObject({ code: "config.invalid", message: expect.stringContaining(what) });
		expect(String(error)).not.toContain("hunter22");
	});
	test("the log gets one line for each attempt, without query", async () => {
		const lines: unknown[] = [];
		const { client } = await setUp((_q, r, nth) => (nth === 1 ? r.writeHead(502).end() : json(r, { ok: true })), {
			log: (line) => lines.push(line),
		});
		await client.request({ method: "GET", path: "/a", query: { username: "alice" }, schema: Ok }, calm);
		expect(lines).toMatchObject([
			{ method: "GET", path: "/a", status: 502, attempt: 1 },
			{ method: "GET", path: "/a", status: 200, attempt: 2 },
		]);
		expect(JSON.stringify(lines)).not.toMatch(/alice|s3cret/);
		expect(client.requests()).toBe(2);
	});
});

describe("answers that are no answers", () => {
	test.each([
		[
			"HTML with 200",
			(r) => r.writeHead(200, { "Content-Type": "text/html" }).end("<html><title>Log in - Jira</title></html>"),
			/HTML page.*Log in - Jira/,
		],
		["HTML that says it is JSON", (r) => r.writeHead(200, { "Content-Type": "application/json" }).end("<!DOCTYPE html><p>"), /HTML page/],
		["cut JSON", (r) => r.writeHead(200).end('{"ok": tr'), /not JSON, perhaps cut off/],
		["another shape", (r) => json(r, { ok: "yes" }), /unexpected shape: ok: /],
		["an empty body", (r) => r.writeHead(200).end(), /empty body/],
	] satisfies [string, (r: Parameters<Handler>[1]) => void, RegExp][])(
		"%s is malformed, and asked for once",
		async (_name, answer, message) => {
			const { server, client } = await setUp((_q, r) => answer(r));
			const error = await caught(get(client));
			expect(error).toMatchObject({ code: "target.malformed", retry: "never", outcomeUnknown: false, todo: expect.any(String) });
			expect(error.message).toMatch(message);
			expect(server.seen).toHaveLength(1);
			expect(await caught(post(client))).toMatchObject({ code: "target.malformed", outcomeUnknown: true });
		},
	);
	test("the path of a wrong value is shown", async () => {
		const { client } = await setUp((_q, r) => json(r, { values: [{ name: "a" }, { name: 5 }] }));
		const schema = z.object({ values: z.array(z.object({ name: z.string() })) });
		const error = await caught(client.request({ method: "GET", path: "/a", schema }, calm));
		expect(error.message).toContain("values[1].name: ");
	});
	test("too large a body is refused", async () => {
		const { client } = await setUp((_q, r) => json(r, { ok: true, filler: "x".repeat(5_000) }), { maxBytes: 1_000 });
		expect(await caught(get(client))).toMatchObject({ code: "target.malformed", message: expect.stringContaining("more than 1000 bytes") });
	});
	test("a redirect to another origin is named and not followed; no credential goes there", async () => {
		const other = await serve((_q, r) => json(r, { ok: true }));
		opened.push(other);
		const { client } = await setUp((_q, r) => r.writeHead(302, { Location: `${other.url}/login` }).end());
		const error = await caught(get(client));
		expect(error).toMatchObject({ code: "target.malformed", retry: "never" });
		expect(error.message).toContain(other.url);
		expect(other.seen).toHaveLength(0);
	});
	test("a read follows on the same origin, but not for ever; a write never does", async () => {
		const { server, client } = await setUp((q, r) => {
			if (q.url === "/end") return json(r, { ok: true });
			return r.writeHead(302, { Location: q.url === "/a" ? "/end" : "/round" }).end();
		});
		await get(client);
		expect(server.seen.map((q) => q.url)).toEqual(["/a", "/end"]);
		expect((await caught(get(client, "/round"))).message).toContain("more than 3 times");
		expect(await caught(post(client))).toMatchObject({ outcomeUnknown: false, message: expect.stringContaining("redirects a write") });
	});
});

describe("failures", () => {
	test.each([
		[401, "target.denied", "never"],
		[403, "target.denied", "never"],
		[404, "target.missing", "never"],
		[409, "target.conflict", "never"],
		[400, "target.rejected", "never"],
		[429, "target.limited", "spent"],
		[500, "target.unreachable", "spent"],
		[503, "target.unreachable", "spent"],
	])("GET answered %i", async (status, code, retry) => {
		const { server, client } = await setUp((_q, r) => json(r, { message: `no: s3cret-token \u0007${"long ".repeat(200)}` }, status));
		const error = await caught(get(client));
		expect(error).toMatchObject({ code, retry, context: { status, path: "/a" }, todo: expect.any(String) });
		expect(error.message).toContain("no: [secret] long");
		expect(error.message.length).toBeLessThan(450);
		expect(server.seen).toHaveLength(retry === "spent" ? 3 : 1);
	});
	test.each([
		[500, {}, 1, true],
		[502, {}, 1, true],
		[503, {}, 1, true],
		[503, { "Retry-After": "0" }, 1, true],
		[501, {}, 1, false],
		[400, {}, 1, false],
		[429, {}, 3, false],
	])("POST answered %i %j: sent %i times, unknown %s", async (status, headers, times, unknown) => {
		const { server, client } = await setUp((_q, r) => r.writeHead(status, headers).end());
		expect(await caught(post(client))).toMatchObject({ outcomeUnknown: unknown });
		expect(server.seen).toHaveLength(times);
	});
	test.each([
		["seconds", { "Retry-After": "1" }],
		["a date by the server's own clock", { "Retry-After": "Wed, 01 Jan 2020 00:00:01 GMT", Date: "Wed, 01 Jan 2020 00:00:00 GMT" }],
		["the fill interval", { "X-RateLimit-Interval-Seconds": "1", "retry-after": "0" }],
	])("429 with %s: the gate is closed for everybody, then the write goes through", async (_name, headers) => {
		const coolDown = jest.spyOn(Gate.prototype, "coolDown");
		const { server, client } = await setUp((_q, r, nth) => (nth === 1 ? r.writeHead(429, headers).end() : json(r, { ok: true })));
		expect(await post(client)).toEqual({ ok: true });
		expect(coolDown.mock.calls).toEqual([[1_000]]);
		expect(server.seen.map((q) => q.method)).toEqual(["POST", "POST"]);
	});
	test("503 with Retry-After closes the gate too, and the write is repeated", async () => {
		const coolDown = jest.spyOn(Gate.prototype, "coolDown");
		const { client } = await setUp((_q, r, nth) => (nth === 1 ? r.writeHead(503, { "Retry-After": "1" }).end() : json(r, { ok: true })));
		expect(await post(client)).toEqual({ ok: true });
		expect(coolDown.mock.calls).toEqual([[1_000]]);
	});
	test("a wait beyond the budget is not begun", async () => {
		const { server, client } = await setUp((_q, r) => r.writeHead(429, { "Retry-After": "3600" }).end());
		expect(await caught(get(client))).toMatchObject({ code: "target.limited", retry: "spent", context: { retryAfterMs: 3_600_000 } });
		expect(server.seen).toHaveLength(1);
	});
	test("after a 401 the credential is used no more, not even by those already in line", async () => {
		const { server, client } = await setUp((_q, r) => json(r, { message: "no" }, 401), { network: { timeoutMs: 10_000, concurrency: 1 } });
		const all = await Promise.allSettled([get(client), get(client), post(client)]);
		await expect(get(client)).rejects.toMatchObject({ code: "target.denied", context: { status: 401 } });
		expect(all.every((one) => one.status === "rejected")).toBe(true);
		expect(server.seen).toHaveLength(1);
	});
	test("so it is when the vendor calls an answer a lock-out", async () => {
		const { server, client } = await setUp((_q, r) => r.writeHead(403, { "X-Seraph": "captcha" }).end(), {
			lockedOut: (answer) => (answer.headers["x-seraph"] === "captcha" ? { message: "CAPTCHA", todo: "log in" } : undefined),
		});
		expect(await caught(get(client))).toMatchObject({ code: "target.denied", message: expect.stringContaining("CAPTCHA"), todo: "log in" });
		await caught(get(client));
		expect(server.seen).toHaveLength(1);
	});
	test("a plain 403 does not lock", async () => {
		const { client } = await setUp((_q, r, nth) => (nth === 1 ? r.writeHead(403).end() : json(r, { ok: true })));
		await caught(get(client));
		expect(await get(client)).toEqual({ ok: true });
	});
	test.each([
		["reset", (r) => r.socket?.resetAndDestroy()],
		["cut in the body", (r) => r.writeHead(200, { "Content-Length": "500" }).write('{"ok":', () => r.destroy())],
		["cut in a chunk", (r) => r.writeHead(200).write('{"ok":', () => r.destroy())],
	] satisfies [string, (r: Parameters<Handler>[1]) => void][])(
		"%s: a read is repeated, a write is not and its outcome is unknown",
		async (_name, fault) => {
			const { server, client } = await setUp((q, r, nth) => (q.method === "POST" || nth === 1 ? fault(r) : json(r, { ok: true })));
			expect(await get(client)).toEqual({ ok: true });
			expect(server.seen).toHaveLength(2);
			expect(await caught(post(client))).toMatchObject({ code: "target.unreachable", retry: "never", outcomeUnknown: true });
			expect(server.seen).toHaveLength(3);
		},
	);
	test("no answer in time", async () => {
		const { server, client } = await setUp(() => undefined, {
			network: { timeoutMs: 40, concurrency: 1 },
			retry: { ...QUICK, attempts: 2 },
		});
		expect(await caught(get(client))).toMatchObject({ code: "target.unreachable", message: expect.stringContaining("in time") });
		expect(server.seen).toHaveLength(2);
		expect(await caught(post(client))).toMatchObject({ outcomeUnknown: true });
		expect(server.seen).toHaveLength(3);
	});
	test("nobody listens: even a write may be tried again, and its outcome is known", async () => {
		const client = clientFor(`http://127.0.0.1:${await deadPort()}`);
		expect(await caught(post(client))).toMatchObject({
			code: "target.unreachable",
			retry: "spent",
			outcomeUnknown: false,
			context: { errno: "ECONNREFUSED" },
		});
		expect(client.requests()).toBe(3);
	});
	test("abort ends a hanging request and sends no further one", async () => {
		const stop = new AbortController();
		const { server, client } = await setUp(() => stop.abort());
		expect(await caught(client.request({ method: "GET", path: "/a", schema: Ok }, stop.signal))).toMatchObject({ code: "run.cancelled" });
		expect(await caught(client.request({ method: "GET", path: "/a", schema: Ok }, stop.signal))).toMatchObject({ code: "run.cancelled" });
		expect(server.seen).toHaveLength(1);
	});
	test("nothing secret is anywhere inside an error, its causes included", async () => {
		const { client } = await setUp((_q, r) => r.socket?.resetAndDestroy());
		const shown = inspect(await caught(post(client)), { depth: 20, showHidden: true });
		expect(shown).not.toMatch(/s3cret-token|pw-of-nobody/);
		expect(shown).toContain("ECONNRESET");
	});
});
