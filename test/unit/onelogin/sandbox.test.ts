import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type OneLoginSandbox, startOnelogin } from "../../../sandbox/onelogin/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { keep, read, standIn } from "./stand-in.ts";

const folders: string[] = [];
afterEach(async () => {
	for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function token({ url, credentials: { clientId, clientSecret } }: OneLoginSandbox, basic = false): Promise<string> {
	const authorization = basic
		? `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`
		: `client_id:${clientId}, client_secret:${clientSecret}`;
	const headers = { authorization, "content-type": "application/json" };
	const answer = await fetch(`${url}/auth/oauth2/v2/token`, { method: "POST", headers, body: '{"grant_type":"client_credentials"}' });
	return ((await answer.json()) as { access_token: string }).access_token;
}
const get = async (sandbox: OneLoginSandbox, path: string) => {
	const answer = await fetch(sandbox.url + path, { headers: { authorization: `bearer ${await token(sandbox)}` } });
	return { status: answer.status, headers: answer.headers, body: (await answer.json()) as unknown };
};

/** The vendor's behaviour that the connector's tests lean on, looked at without the connector. */
describe("the stand-in", () => {
	test("both forms of the credential", async () => {
		const sandbox = await standIn(1);
		expect(await token(sandbox)).toMatch(/^[0-9a-f]{64}$/);
		expect(await token(sandbox, true)).toMatch(/^[0-9a-f]{64}$/);
	});

	test("cursors are places in disguise, exclude other parameters, and must be its own", async () => {
		const sandbox = await standIn(5);
		const first = await get(sandbox, "/api/2/users?limit=2&fields=id");
		expect(first.body).toEqual([{ id: 1 }, { id: 2 }]);
		expect(["total-count", "total-pages", "current-page", "page-items"].map((name) => first.headers.get(name))).toEqual([
			"5",
			"3",
			"1",
			"2",
		]);
		const cursor = first.headers.get("after-cursor") ?? "";
		expect(Buffer.from(cursor, "base64").toString()).toBe("limit=2&sort=&page=2");
		expect((await get(sandbox, `/api/2/users?cursor=${encodeURIComponent(cursor)}&fields=id`)).body).toEqual([{ id: 3 }, { id: 4 }]);
		expect(await get(sandbox, `/api/2/users?cursor=${encodeURIComponent(cursor)}&limit=2`)).toMatchObject({
			status: 400,
			body: { status: 400, error: "BadRequestError", description: "Requests can only have cursor xor pagination arguments" },
		});
		expect(await get(sandbox, "/api/2/users?cursor=765415")).toMatchObject({
			status: 400,
			body: { description: "Invalid pagination cursor" },
		});
		expect((await get(sandbox, "/api/2/users?limit=2&page=3")).headers.get("after-cursor")).toBeNull();
	});

	test("lists leave out what must be named; a single user has it", async () => {
		const sandbox = await standIn(2);
		const [row] = (await get(sandbox, "/api/2/users?limit=1")).body as [object];
		expect(Object.keys(row)).not.toEqual(expect.arrayContaining(["role_ids"]));
		expect((await get(sandbox, "/api/2/users/2")).body).toMatchObject({ role_ids: [1], custom_attributes: {} });
		expect((await get(sandbox, "/api/2/roles")).body).toEqual([{ id: 1, name: "devs", apps: [] }]);
		expect((await get(sandbox, "/api/2/users/9")).body).toEqual({
			message: "The resource with the given id could not be found",
			statusCode: 404,
			name: "NotFoundError",
		});
	});

	test("the hour: counted for all together, refused with 429, and begun anew", async () => {
		let now = 1_000_000;
		const sandbox = await standIn(1, {
			clock: () => now,
			limit: { calls: 3, windowSeconds: 3_600, counts: "all" },
			quirks: { rateHeaders: true },
		});
		expect((await get(sandbox, "/api/2/users")).headers.get("x-ratelimit-remaining")).toBe("1");
		sandbox.limiter.useByOthers(1);
		expect((await get(sandbox, "/api/2/users")).status).toBe(429);
		now += 3_600_000;
		expect((await get(sandbox, "/api/2/users")).status).toBe(200);
		sandbox.limiter.limit = { calls: 3, windowSeconds: 3_600, counts: "version 1" };
		for (let i = 0; i < 4; i += 1) expect((await fetch(`${sandbox.url}/api/2/users`)).status).toBe(401);
	});

	test("a company: its groups are roles with everybody below, departments are groups; the next day replaces it", async () => {
		const sandbox = keep(await startOnelogin());
		const world = company({ people: 60, groups: 20, seed: 3 });
		sandbox.load(world);
		const snapshot = await read(sandbox);
		expect(snapshot.size).toMatchObject({ people: 60, active: world.people.filter(({ active }) => active).length, rejects: 0 });
		const names = [...snapshot.groups.values()].map(({ name }) => name);
		expect(names).toEqual(expect.arrayContaining(world.groups.map(({ name }) => name)));
		expect([...snapshot.groups.values()].find(({ name }) => name === "all-staff")?.people).toHaveLength(60);
		expect(names.filter((name) => name.startsWith("group:"))).toHaveLength(new Set(world.people.map(({ department }) => department)).size);
		sandbox.load({ ...world, people: world.people.slice(1) });
		const next = await read(sandbox);
		expect([...next.people.keys()].every((id) => snapshot.people.has(id))).toBe(true);
		expect(next.people.size).toBe(59);
	});

	test("keeps everything in its file from run to run", async () => {
		const folder = await mkdtemp(join(tmpdir(), "rollcall-onelogin-"));
		folders.push(folder);
		const stateFile = join(folder, "state.json");
		const first = await standIn(4, { stateFile });
		const before = await read(first);
		await first.close();
		const second = keep(await startOnelogin({ stateFile }));
		expect(second.restored).toBe(true);
		expect((await read(second)).digest).toBe(before.digest);
		expect(second.account.addUser({ username: "p5" }).id).toBeGreaterThan(4);
	});
});
