import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { objectId } from "../../../sandbox/jumpcloud/records.ts";
import { type JumpCloudSandbox, startJumpcloud } from "../../../sandbox/jumpcloud/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { group, populate, standIn } from "./stand-in.ts";

const folders: string[] = [];
afterEach(async () => {
	for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});
const get = async (
	sandbox: JumpCloudSandbox,
	path: string,
	headers: Record<string, string> = { "x-api-key": sandbox.credentials.apiKey },
) => {
	const answer = await fetch(`${sandbox.url}${path}`, { headers });
	return { status: answer.status, headers: answer.headers, body: (await answer.json()) as never };
};

describe("the stand-in", () => {
	test("gives 10 rows unasked, 100 at most, and refuses more in JumpCloud's words", async () => {
		const sandbox = await standIn();
		populate(sandbox, 120);
		const rows = async (query: string) => ((await get(sandbox, `/api/systemusers${query}`)).body as { results: unknown[] }).results.length;
		expect([await rows(""), await rows("?limit=100"), await rows("?limit=100&skip=100")]).toEqual([10, 100, 20]);
		expect(await get(sandbox, "/api/systemusers?limit=101")).toMatchObject({
			status: 400,
			body: { message: 'Bad Request: request parameter "limit" exceeds maximum value of 100' },
		});
		expect(await get(sandbox, "/api/v2/usergroups?limit=101")).toMatchObject({
			status: 400,
			body: { code: 400, status: "INVALID_ARGUMENT" },
		});
	});

	test("sorts both ways, and leaves rows as they came otherwise", async () => {
		const sandbox = await standIn();
		for (const username of ["b", "c", "a"]) sandbox.organization.addPerson({ username });
		const names = async (query: string) =>
			((await get(sandbox, `/api/systemusers?fields=username${query}`)).body as { results: { username: string }[] }).results
				.map((r) => r.username)
				.join("");
		expect([await names(""), await names("&sort=username"), await names("&sort=-username"), await names("&sort=_id")]).toEqual([
			"bca",
			"abc",
			"cba",
			"bca",
		]);
		sandbox.quirks.restless = true;
		expect(new Set([await names(""), await names(""), await names("")]).size).toBe(3);
		expect(await names("&sort=username")).toBe("abc");
	});

	test("shows the fields that were asked for, and the total of what a filter lets through", async () => {
		const sandbox = await standIn();
		populate(sandbox, 3);
		expect((await get(sandbox, "/api/systemusers?fields=username%20state&filter=username:$eq:p01")).body).toEqual({
			totalCount: 1,
			results: [{ _id: expect.any(String), username: "p01", state: "ACTIVATED" }],
		});
		expect(await get(sandbox, "/api/systemusers?filter=username:is:p01")).toMatchObject({ status: 400 });
	});

	test("members in both forms; a group that is not there is a 404", async () => {
		const sandbox = await standIn({ quirks: { counts: true } });
		const [person = ""] = populate(sandbox, 1);
		const id = group(sandbox, "g", [person]);
		const paths = [[{ attributes: null, to: { attributes: null, id, type: "user_group" } }]];
		const membership = await get(sandbox, `/api/v2/usergroups/${id}/membership`);
		expect([membership.headers.get("x-total-count"), membership.body]).toEqual([
			"1",
			[{ id: person, type: "user", compiledAttributes: null, paths }],
		]);
		expect((await get(sandbox, `/api/v2/usergroups/${id}/members`)).body).toEqual([
			{ from: null, to: { attributes: null, id: person, type: "user" } },
		]);
		expect(await get(sandbox, "/api/v2/usergroups/none/membership")).toMatchObject({
			status: 404,
			body: { code: 404, status: "NOT_FOUND" },
		});
	});

	test("lets nobody in without a credential, and hands out tokens for a service account only", async () => {
		const sandbox = await standIn();
		for (const headers of [{}, { "x-api-key": "wrong" }, { authorization: "Bearer wrong" }] as Record<string, string>[])
			expect((await get(sandbox, "/api/systemusers", headers)).status).toBe(401);
		const { clientId, clientSecret } = sandbox.credentials;
		const token = async (form: string, pair = `${clientId}:${encodeURIComponent(clientSecret)}`) => {
			const headers = { authorization: `Basic ${btoa(pair)}`, "content-type": "application/x-www-form-urlencoded" };
			const answer = await fetch(sandbox.tokenUrl, { method: "POST", headers, body: form });
			return [answer.status, (await answer.json()) as { access_token?: string; error?: string }] as const;
		};
		const form = "grant_type=client_credentials&scope=api";
		const [status, { access_token }] = await token(form);
		expect(status).toBe(200);
		expect((await get(sandbox, "/api/systemusers", { authorization: `Bearer ${access_token}` })).status).toBe(200);
		expect(await token(form, `${clientId}:wrong`)).toMatchObject([401, { error: "invalid_client" }]);
		expect(await token("grant_type=password&scope=api")).toMatchObject([400, { error: "unsupported_grant_type" }]);
		expect(await token("grant_type=client_credentials")).toMatchObject([400, { error: "invalid_scope" }]);
	});

	test("tokens end by the clock", async () => {
		let now = Date.now();
		const sandbox = await standIn({ clock: () => now, tokens: { lifeSeconds: 60 } });
		const { clientId, clientSecret } = sandbox.credentials;
		const answer = await fetch(sandbox.tokenUrl, {
			method: "POST",
			headers: { authorization: `Basic ${btoa(`${clientId}:${encodeURIComponent(clientSecret)}`)}` },
			body: new URLSearchParams({ grant_type: "client_credentials", scope: "api" }),
		});
		const authorization = `Bearer ${((await answer.json()) as { access_token: string }).access_token}`;
		now += 59_000;
		expect((await get(sandbox, "/api/systemusers", { authorization })).status).toBe(200);
		now += 1_000;
		expect((await get(sandbox, "/api/systemusers", { authorization })).status).toBe(401);
	});

	test("a company: ids of its own that stay, states of every kind, inner groups flattened; loaded again, it is another day", async () => {
		const sandbox = await standIn();
		const world = company({ people: 300, groups: 30, seed: 2 });
		sandbox.load(world);
		const people = [...sandbox.organization.people.values()];
		expect(people.map(({ _id }) => _id)).toEqual(world.people.map(({ id }) => objectId("person", id)));
		expect(new Set(people.map(({ state }) => state))).toEqual(new Set(["ACTIVATED", "STAGED", "SUSPENDED"]));
		expect(people.some((p) => p.account_locked) && people.some((p) => p.password_expired)).toBe(true);
		expect(people.filter((p) => p.state !== "ACTIVATED")).toHaveLength(world.people.filter((p) => !p.active).length);
		const inner = world.groups.find(({ parentId }) => parentId !== undefined)!;
		const outside = new Set(sandbox.organization.membersOf(objectId("group", inner.parentId!)));
		expect(sandbox.organization.membersOf(objectId("group", inner.id)).every((id) => outside.has(id))).toBe(true);
		sandbox.load({ ...world, people: world.people.slice(1) });
		expect([sandbox.organization.people.size, sandbox.organization.people.has(people[0]!._id)]).toEqual([299, false]);
	});

	test("people, groups and memberships outlive the process", async () => {
		const folder = await mkdtemp(join(tmpdir(), "rollcall-jumpcloud-"));
		folders.push(folder);
		const stateFile = join(folder, "state.json");
		const first = await startJumpcloud({ stateFile });
		const id = group(first, "g", populate(first, 2));
		await first.close();
		const second = await standIn({ stateFile });
		expect([first.restored, second.restored, second.organization.people.size]).toEqual([false, true, 2]);
		expect(second.organization.membersOf(id)).toHaveLength(2);
		expect(second.organization.people.has(second.organization.addPerson({ username: "new" })._id)).toBe(true);
		expect(second.organization.people.size).toBe(3);
	});
});
