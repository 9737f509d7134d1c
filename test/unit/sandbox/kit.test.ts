import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { startJira } from "../../../sandbox/jira/server.ts";
import { startKeycloak } from "../../../sandbox/keycloak/server.ts";
import { RateLimiter } from "../../../sandbox/kit/limiter.ts";
import { Random, uuidOf } from "../../../sandbox/kit/random.ts";
import { Router } from "../../../sandbox/kit/router.ts";
import { StateFile } from "../../../sandbox/kit/state.ts";
import { jiraAsker, tokenOf, until } from "./ask.ts";

describe("request log", () => {
	test("has method, path, query, status and small bodies, never a password, a secret or a token", async () => {
		const jira = await startJira();
		const heard: unknown[] = [];
		jira.onExchange((exchange) => heard.push(exchange));
		await jiraAsker(jira)("POST", "/user?a=1&b=2&b=3", { name: "ada", password: "pass-word", emailAddress: "a@b.c", displayName: "A" });
		expect(jira.exchanges).toEqual([
			expect.objectContaining({ number: 1, method: "POST", path: "/rest/api/2/user", status: 201, query: { a: "1", b: ["2", "3"] } }),
		]);
		expect(jira.exchanges[0]?.requestBody).toMatchObject({ name: "ada", password: "***" });
		expect(heard).toHaveLength(1);
		await jira.close();
		const keycloak = await startKeycloak({ clients: [{ clientId: "c", secret: "client-secret-value", roles: [] }] });
		const token = await tokenOf(keycloak, "c", "client-secret-value");
		const log = JSON.stringify([keycloak.exchanges, jira.exchanges]);
		expect(log).toContain("client_credentials");
		for (const secret of ["client-secret-value", token, "pass-word", jira.credentials.token, "uthorization"])
			expect(log).not.toContain(secret);
		await keycloak.close();
	});

	test("large bodies go to listeners only", async () => {
		const jira = await startJira();
		for (let count = 0; count < 40; count += 1) jira.population.addAccount({ name: `person${count}` });
		let rows = 0;
		jira.onExchange((exchange) => {
			rows = (exchange.responseBody as unknown[]).length;
		});
		await jiraAsker(jira)("GET", "/user/search?username=.");
		expect(rows).toBe(42);
		expect(jira.exchanges[0]?.responseBody).toBeUndefined();
		await jira.close();
	});
});

describe("server", () => {
	test("a trailing slash is the same path; a broken percent sign is 400; busiest counts open requests", async () => {
		const jira = await startJira();
		const send = jiraAsker(jira);
		expect((await send("GET", "/myself/")).status).toBe(200);
		expect((await send("GET", "/%zz")).status).toBe(400);
		expect(jira.busiest).toBe(1);
		const slow = jira.faults.add({ effect: { kind: "slow", ms: 60_000 } });
		const open = Promise.allSettled([send("GET", "/myself"), send("GET", "/myself"), send("GET", "/myself")]);
		await until(() => slow.hits === 3);
		expect(jira.busiest).toBe(3);
		await jira.close();
		expect((await open).map((one) => one.status)).toEqual(["rejected", "rejected", "rejected"]);
	});

	test("a port that is taken is an error", async () => {
		const jira = await startJira();
		await expect(startJira({ port: Number(new URL(jira.url).port) })).rejects.toThrow("EADDRINUSE");
		await jira.close();
	});

	test("closes although a client keeps an idle connection open", async () => {
		const jira = await startJira();
		const socket = connect(Number(new URL(jira.url).port), "127.0.0.1");
		await new Promise((resolve) => socket.once("connect", resolve));
		const gone = new Promise((resolve) => socket.once("close", () => resolve("closed")));
		socket.resume();
		await Promise.all([jira.close(), jira.close()]);
		expect(await gone).toBe("closed");
	});
});

describe("state file", () => {
	test("is written whole, with a private mode, and read back; flush without a change writes nothing", () => {
		const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
		const path = join(folder, "deep", "state.json");
		let value = { count: 1 };
		const state = new StateFile(path, () => value);
		state.flush();
		expect(existsSync(path)).toBe(false);
		state.changed();
		value = { count: 2 };
		state.flush();
		expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ count: 2 });
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(existsSync(`${path}.new`)).toBe(false);
		expect(StateFile.load(path)).toEqual({ count: 2 });
		expect(StateFile.load(join(folder, "none.json"))).toBeUndefined();
		writeFileSync(path, "{ half");
		expect(() => StateFile.load(path)).toThrow(`${path} is not the JSON that the sandbox wrote`);
		rmSync(folder, { recursive: true });
	});
});

describe("rate limiter", () => {
	test("is a token bucket per caller with Data Center's headers", () => {
		let now = 0;
		const limiter = new RateLimiter({ capacity: 2, fillRate: 1, intervalSeconds: 10 }, () => now);
		expect(limiter.take("a")).toMatchObject({
			allowed: true,
			headers: { "X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "1", "retry-after": "0" },
		});
		expect(limiter.take("a")).toMatchObject({ allowed: true, headers: { "X-RateLimit-Remaining": "0", "retry-after": "10" } });
		now = 4000;
		expect(limiter.take("a")).toMatchObject({ allowed: false, headers: { "retry-after": "6", "X-RateLimit-Interval-Seconds": "10" } });
		expect(limiter.take("b").allowed).toBe(true);
		now = 10_000;
		expect([limiter.take("a").allowed, limiter.take("a").allowed]).toEqual([true, false]);
		now = 100_000;
		expect([limiter.take("a").allowed, limiter.take("a").allowed, limiter.take("a").allowed]).toEqual([true, true, false]);
	});
});

describe("router", () => {
	const router = new Router<null>()
		.on("GET", "/users/count", () => ({ status: 1 }))
		.on("GET", "/users/{id}", (_call, _context, params) => ({ status: Number(params.id) }));
	const call = { method: "GET" } as never;

	test("fixed parts win, others become parameters, another method is told apart from another path", () => {
		const counted = router.find("GET", ["users", "count"]);
		const single = router.find("GET", ["users", "7"]);
		if (typeof counted !== "object" || typeof single !== "object") throw new Error("both are known");
		expect([counted.handler(call, null, counted.params).status, single.handler(call, null, single.params).status]).toEqual([1, 7]);
		expect([router.find("PUT", ["users", "7"]), router.find("GET", ["groups"])]).toEqual(["method", undefined]);
		expect(router.templates()).toEqual(["GET /users/count", "GET /users/{id}"]);
	});
});

describe("random", () => {
	test("the same seed gives the same numbers, and ids have the form of a UUID", () => {
		const draw = (seed: number) =>
			Array.from({ length: 5 }, () => 0).map(
				(
					(random) => () =>
						random.below(1000)
				)(new Random(seed)),
			);
		expect(draw(1)).toEqual(draw(1));
		expect(draw(1)).not.toEqual(draw(2));
		expect(new Random(3).sample([1, 2, 3], 5).sort()).toEqual([1, 2, 3]);
		expect(uuidOf("a", 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
		expect(uuidOf("a", 1)).not.toBe(uuidOf("a1"));
	});
});
