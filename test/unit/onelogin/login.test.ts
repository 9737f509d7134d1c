import { describe, expect, test } from "@jest/globals";
import { Secret } from "../../../core/secret.ts";
import { asked, connect, NOTHING, never, read, standIn } from "./stand-in.ts";

describe("log-in", () => {
	test("one token for all requests, and for the next reading", async () => {
		const sandbox = await standIn(30);
		const connector = connect(sandbox, { pageSize: 5, network: { timeoutMs: 10_000, concurrency: 8 } });
		await connector.snapshot(NOTHING, never());
		await connector.snapshot(NOTHING, never());
		expect(sandbox.access.issued).toBe(1);
	});

	test("a token that has run out is renewed before it is used", async () => {
		let now = Date.now();
		const sandbox = await standIn(3, { clock: () => now, tokens: { lifeSeconds: 0.02 } });
		const connector = connect(sandbox);
		await connector.snapshot(NOTHING, never());
		now += 1_000;
		await new Promise((resolve) => setTimeout(resolve, 25));
		await connector.snapshot(NOTHING, never());
		expect(sandbox.exchanges.filter(({ status }) => status === 401)).toEqual([]);
		expect(sandbox.access.issued).toBeGreaterThan(1);
	});

	test("a token that is revoked meanwhile is renewed once for all", async () => {
		const sandbox = await standIn(3);
		const connector = connect(sandbox);
		await connector.snapshot(NOTHING, never());
		sandbox.access.settings.uses = 0;
		sandbox.onExchange(({ path }) => {
			if (path === "/auth/oauth2/v2/token") sandbox.access.settings.uses = Number.POSITIVE_INFINITY;
		});
		expect((await connector.snapshot(NOTHING, never())).people.size).toBe(3);
		expect(sandbox.access.issued).toBe(2);
	});

	test("the older form of the answer is understood", async () => {
		expect((await read(await standIn(3, { quirks: { wrapsToken: true } }))).people.size).toBe(3);
	});

	test("an answer without a token is malformed, and does not quote itself", async () => {
		const sandbox = await standIn(3);
		sandbox.faults.add({ path: /token/, effect: { kind: "wrong-json", body: { status: { error: true, message: "x" }, token: "abc" } } });
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.malformed", message: expect.not.stringContaining("abc") });
	});

	test("a wrong secret is final, and never shown", async () => {
		const sandbox = await standIn(3);
		sandbox.faults.add({
			path: /token/,
			effect: { kind: "status", status: 401, body: { message: "client_secret wrong-secret is wrong", statusCode: 401 } },
		});
		const connector = connect(sandbox, { clientSecret: new Secret("wrong-secret", "test") });
		for (let i = 0; i < 2; i += 1)
			await expect(connector.snapshot(NOTHING, never())).rejects.toMatchObject({
				code: "source.denied",
				message: expect.stringContaining("client_secret [secret] is wrong"),
			});
		expect(asked(sandbox)).toEqual(["/auth/oauth2/v2/token"]);
	});

	test("each way of OneLogin's to say no is quoted", async () => {
		for (const body of [
			{ message: "So it is", statusCode: 403, name: "ForbiddenError" },
			{ status: 403, error: "ForbiddenError", description: "So it is" },
			{ status: { error: true, code: 403, type: "Forbidden", message: "So it is" } },
		]) {
			const sandbox = await standIn(3);
			sandbox.faults.add({ path: /api\/2\/users/, effect: { kind: "status", status: 403, body } });
			await expect(read(sandbox)).rejects.toMatchObject({
				code: "source.denied",
				message: expect.stringMatching(/answered 403: So it is$/),
			});
		}
	});
});
