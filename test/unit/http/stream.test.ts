import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { JsonClient, type JsonClientSettings } from "../../../connectors/http/client.ts";
import type { Reader } from "../../../connectors/http/transport.ts";
import { SyncError } from "../../../core/errors.ts";
import { type Handler, madeUpCa, proxy, serve } from "./servers.ts";

const calm = new AbortController().signal;
const QUICK = { attempts: 3, baseMs: 1, capMs: 1, budgetMs: 5_000 };
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of opened.splice(0).reverse()) await one.close();
});
function clientFor(baseUrl: string, more: Partial<JsonClientSettings> = {}): JsonClient {
	const client = new JsonClient({
		side: "source",
		baseUrl,
		network: { timeoutMs: 10_000, concurrency: 3 },
		authorization: () => "Bearer s3cret-token",
		retry: QUICK,
		...more,
	});
	opened.push(client);
	return client;
}
async function setUp(handler: Handler, more: Partial<JsonClientSettings> = {}) {
	const server = await serve(handler);
	opened.push(server);
	return { server, client: clientFor(server.url, more) };
}
const toText: Reader<string> = async (body) => {
	const parts: Uint8Array[] = [];
	for await (const part of body) parts.push(part);
	return Buffer.concat(parts).toString();
};
const read = (client: JsonClient, reader: Reader<string> = toText, signal = calm) =>
	client.stream({ method: "GET", path: "/a", accept: "application/xml", read: reader }, signal);
const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("did not throw")),
		(error: unknown) => (error instanceof SyncError ? error : Promise.reject(error)),
	);

describe("a body that is read while it comes", () => {
	test("comes piece by piece, before its end was sent", async () => {
		let more: () => void = () => undefined;
		const { server, client } = await setUp((_q, r) => {
			r.writeHead(200, { "Content-Type": "application/xml" });
			r.write("<a>");
			more = () => r.end("</a>");
		});
		const seen: string[] = [];
		const text = await read(client, async (body) => {
			for await (const part of body) {
				seen.push(Buffer.from(part).toString());
				// The end is sent only now that the beginning has been read.
				if (seen.length === 1) more();
			}
			return seen.join("");
		});
		expect(text).toBe("<a></a>");
		expect(seen[0]).toBe("<a>");
		expect(server.seen[0]?.headers).toMatchObject({ accept: "application/xml", authorization: "Bearer s3cret-token" });
	});
	test("is unpacked", async () => {
		const { client } = await setUp((_q, r) => r.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync("<a/>")));
		expect(await read(client)).toBe("<a/>");
	});
	test("is begun anew when a repeat is needed, and by a new reader's run", async () => {
		const { client } = await setUp((_q, r, nth) => {
			if (nth === 1) return r.writeHead(503).end();
			if (nth > 2) return r.writeHead(200).end("<whole/>");
			r.writeHead(200, { "Content-Length": "100" }).write("<half");
			return setImmediate(() => r.destroy());
		});
		let runs = 0;
		const reader: Reader<string> = (body) => {
			runs += 1;
			return toText(body);
		};
		expect(await read(client, reader)).toBe("<whole/>");
		expect(runs).toBe(2);
		expect(client.requests()).toBe(3);
	});
	test("is one line of the log, with the status", async () => {
		const lines: unknown[] = [];
		const { client } = await setUp((_q, r) => r.writeHead(200).end("<a/>"), { log: (line) => lines.push(line) });
		await read(client);
		expect(lines).toMatchObject([{ method: "GET", path: "/a", status: 200, attempt: 1 }]);
	});
});

describe("a body that is not whole", () => {
	const CUTS: readonly [string, Handler][] = [
		[
			"the connection ends before Content-Length",
			(_q, r) => {
				r.writeHead(200, { "Content-Length": "100" }).write("<half");
				setImmediate(() => r.destroy());
			},
		],
		[
			"the connection is closed politely before Content-Length",
			(_q, r) => {
				r.socket?.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<half");
			},
		],
		[
			"the last chunk is missing",
			(_q, r) => {
				r.writeHead(200).write("<half");
				setImmediate(() => r.destroy());
			},
		],
		[
			"compressed and cut",
			(_q, r) => {
				const zipped = gzipSync("<a>".repeat(1_000));
				r.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": String(zipped.length) }).write(
					zipped.subarray(0, zipped.length >> 1),
				);
				setImmediate(() => r.destroy());
			},
		],
	];
	test.each(CUTS)("%s", async (_title, handler) => {
		const { client } = await setUp(handler);
		expect(await caught(read(client))).toMatchObject({ code: "source.unreachable", retry: "spent" });
		expect(client.requests()).toBe(3);
	});
	test("a reader that stops before the end proves nothing", async () => {
		const { client } = await setUp((_q, r) => {
			r.writeHead(200).write("<a/>");
			setImmediate(() => r.end("more"));
		});
		const early: Reader<string> = async (body) => {
			for await (const part of body) return Buffer.from(part).toString();
			return "";
		};
		expect(await caught(read(client, early))).toMatchObject({ code: "source.unreachable" });
	});
	test("it never ends: the deadline counts to the last byte", async () => {
		const { client } = await setUp((_q, r) => void r.writeHead(200).write("<a>"), {
			network: { timeoutMs: 80, concurrency: 1 },
			retry: { ...QUICK, attempts: 1 },
		});
		const error = await caught(read(client));
		expect(error).toMatchObject({ code: "source.unreachable" });
		expect(error.message).toMatch(/within 80 ms/);
	});
	test("it is stopped from outside", async () => {
		const stop = new AbortController();
		const { client } = await setUp((_q, r) => void r.writeHead(200).write("<a>"));
		const reader: Reader<string> = async (body) => {
			for await (const _part of body) stop.abort();
			return "";
		};
		expect(await caught(read(client, reader, stop.signal))).toMatchObject({ code: "run.cancelled" });
	});
	test("it is too large, packed or not", async () => {
		const handlers: Handler[] = [
			(_q, r) => r.writeHead(200).end("x".repeat(5_000)),
			(_q, r) => r.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync("x".repeat(5_000))),
		];
		for (const handler of handlers) {
			const { client } = await setUp(handler, { maxBytes: 1_000 });
			const error = await caught(read(client));
			expect(error.code).toBe("source.malformed");
			expect(error.message).toMatch(/more than 1000 bytes/);
		}
	});
});

describe("what is no such body", () => {
	test("a page with 200", async () => {
		const { client } = await setUp((_q, r) => r.writeHead(200, { "Content-Type": "text/html" }).end("<title>Log in</title>"));
		const error = await caught(read(client));
		expect(error.code).toBe("source.malformed");
		expect(error.message).toMatch(/HTML page.*Log in/);
	});
	test.each([
		[401, "source.denied"],
		[403, "source.denied"],
		[404, "source.incomplete"],
		[500, "source.unreachable"],
	])("status %i, whose text is no matter for the reader", async (status, code) => {
		const { client } = await setUp((_q, r) => r.writeHead(status, { "Content-Type": "application/json" }).end('{"message":"no"}'));
		const reader: Reader<string> = () => Promise.reject(new Error("was called"));
		expect(await caught(read(client, reader))).toMatchObject({ code, context: { status } });
	});
	test("after a 401 nothing more is sent", async () => {
		const { client } = await setUp((_q, r) => r.writeHead(401).end());
		await caught(read(client));
		await caught(read(client));
		expect(client.requests()).toBe(1);
	});
	test("a redirect to another origin", async () => {
		const elsewhere = await setUp((_q, r) => r.end("<a/>"));
		const { client } = await setUp((_q, r) => r.writeHead(302, { Location: `${elsewhere.server.url}/b` }).end());
		expect((await caught(read(client))).message).toMatch(/another origin/);
		expect(elsewhere.server.seen).toEqual([]);
	});
	test("429 is waited for", async () => {
		const { client } = await setUp((_q, r, nth) =>
			nth === 1 ? r.writeHead(429, { "Retry-After": "1" }).end() : r.writeHead(200).end("<a/>"),
		);
		const began = performance.now();
		expect(await read(client)).toBe("<a/>");
		expect(performance.now() - began).toBeGreaterThan(950);
	});
	test("what the reader itself says is what is said", async () => {
		const { client } = await setUp((_q, r) => r.writeHead(200).end("<b/>"));
		const own = new SyncError("source.malformed", "not an <a>");
		expect(await caught(read(client, () => Promise.reject(own)))).toBe(own);
	});
});

describe("the way there", () => {
	test("a company's CA is needed, and enough", async () => {
		const { ca, key, cert } = madeUpCa();
		const server = await serve((_q, r) => r.writeHead(200).end("<a/>"), { key, cert });
		opened.push(server);
		const network = { timeoutMs: 10_000, concurrency: 1 };
		expect((await caught(read(clientFor(server.url, { network })))).message).toMatch(/certificate/);
		expect(await read(clientFor(server.url, { network: { ...network, ca } }))).toBe("<a/>");
	});
	test("a proxy is used", async () => {
		const between = await proxy();
		opened.push(between);
		const server = await serve((_q, r) => r.writeHead(200).end("<a/>"));
		opened.push(server);
		expect(await read(clientFor(server.url, { network: { timeoutMs: 10_000, concurrency: 1, proxy: between.url } }))).toBe("<a/>");
		expect(between.seen).toHaveLength(1);
	});
});
