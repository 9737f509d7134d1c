import { afterEach, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { JsonClient, type JsonClientSettings } from "../../../connectors/http/client.ts";
import { SyncError } from "../../../core/errors.ts";
import { type Handler, json, serve } from "./servers.ts";

const calm = new AbortController().signal;
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of opened.splice(0).reverse()) await one.close();
});
async function setUp(handler: Handler, more: Partial<JsonClientSettings>) {
	const server = await serve(handler);
	const client = new JsonClient({
		side: "source",
		baseUrl: server.url,
		network: { timeoutMs: 10_000, concurrency: 3 },
		authorization: () => "Bearer old",
		retry: { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 1_000 },
		...more,
	});
	opened.push(server, client);
	const get = (headers?: Record<string, string>) =>
		client.request({ method: "GET", path: "/x", schema: z.unknown(), ...(headers === undefined ? {} : { headers }) }, calm);
	return { server, client, get };
}

describe("credentials", () => {
	test("in headers of the server's own; further headers by request", async () => {
		const { server, get } = await setUp((_request, response) => json(response, {}), { authorization: () => ({ "x-session": "abc" }) });
		await get({ "Accept-API-Version": "resource=3.0" });
		expect(server.seen[0]?.headers).toMatchObject({ "x-session": "abc", "accept-api-version": "resource=3.0" });
		expect(server.seen[0]?.headers.authorization).toBeUndefined();
	});

	test("one that has ended is renewed, and the request sent again", async () => {
		let token = "old";
		const refused: unknown[] = [];
		const { server, get } = await setUp(
			(request, response) => json(response, {}, request.headers.authorization === "Bearer new" ? 200 : 401),
			{
				authorization: () => `Bearer ${token}`,
				renew: (credential) => {
					refused.push(credential);
					token = "new";
				},
			},
		);
		await get();
		expect([server.seen.length, refused]).toEqual([2, ["Bearer old"]]);
	});

	test("a second 401 is final, and locks out", async () => {
		const { server, get } = await setUp((_request, response) => json(response, {}, 401), { renew: () => undefined });
		await expect(get()).rejects.toMatchObject({ code: "source.denied" });
		await expect(get()).rejects.toMatchObject({ code: "source.denied" });
		expect(server.seen).toHaveLength(2);
	});

	test("without renewal the first 401 is", async () => {
		const { server, get } = await setUp((_request, response) => json(response, {}, 401), {});
		await expect(get()).rejects.toMatchObject({ code: "source.denied" });
		expect(server.seen).toHaveLength(1);
	});
});

test("a server's own way to say no comes before its status", async () => {
	const { server, get } = await setUp((_request, response) => json(response, { message: "no" }, 500), {
		refusal: (answer, where) => (answer.text.includes("no") ? new SyncError("source.denied", `${where.path} said no`) : undefined),
	});
	await expect(get()).rejects.toMatchObject({ code: "source.denied", message: "/x said no" });
	// Not tried again, as a 500 would be.
	expect(server.seen).toHaveLength(1);
});
