import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type CrowdSandbox, startCrowd } from "../../../sandbox/crowd/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { closeAll, server } from "./stand-in.ts";

afterEach(closeAll);
const basic = ({ credentials: { application, password } }: CrowdSandbox) =>
	`Basic ${Buffer.from(`${application}:${password}`).toString("base64")}`;
async function ask(sandbox: CrowdSandbox, target: string, more: RequestInit & { readonly xml?: boolean } = {}) {
	const headers = { authorization: basic(sandbox), ...(more.xml === true ? {} : { accept: "application/json" }), ...more.headers };
	const response = await fetch(`${sandbox.url}/rest/usermanagement/1${target}`, { ...more, headers });
	const text = await response.text();
	const type = response.headers.get("content-type") ?? "";
	return {
		status: response.status,
		type,
		text,
		version: response.headers.get("x-embedded-crowd-version"),
		json: type.includes("json") && text !== "" ? JSON.parse(text) : undefined,
	};
}
const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name);

describe("the stand-in of Crowd", () => {
	test("answers XML unless JSON was asked for, and says what it is", async () => {
		const sandbox = await server();
		const json = await ask(sandbox, "/user?username=PERSON-00&expand=attributes");
		expect(json).toMatchObject({ status: 200, version: "Crowd/6.3.1" });
		expect(json.json).toMatchObject({
			expand: "attributes",
			name: "person-00",
			"first-name": "First",
			active: true,
			key: "32769:00000000-0000-4000-8100-000000000000",
			attributes: { attributes: expect.arrayContaining([expect.objectContaining({ name: "employeeNumber", values: ["0", "E0"] })]) },
		});
		const xml = await ask(sandbox, "/user?username=person-00&expand=attributes", { xml: true });
		expect(xml.type).toMatch(/xml/);
		expect(xml.text).toMatch(
			/<user expand="attributes" name="person-00"><link href="[^"]+" rel="self"><\/link><first-name>First<\/first-name>/,
		);
		expect(xml.text).toContain('name="employeeNumber"');
		expect(xml.text).toContain("<values><value>0</value><value>E0</value></values>");
		expect((await ask(sandbox, "/user?username=nobody-here", { xml: true })).text).toContain("<error><reason>USER_NOT_FOUND</reason>");
		expect((await ask(sandbox, "/group/membership")).type).toMatch(/xml/);
	});
	test("searches: names only without expansion, 1,000 rows by default, all with -1", async () => {
		const sandbox = await server();
		for (let i = 0; i < 1_100; i += 1) sandbox.directory().addUser({ name: `x${i}` });
		const plain = (await ask(sandbox, "/search?entity-type=user")).json;
		expect(plain.users).toHaveLength(1_000);
		expect(Object.keys(plain.users[0]).sort()).toEqual(["link", "name"]);
		expect((await ask(sandbox, "/search?entity-type=user&max-results=-1")).json.users).toHaveLength(1_113);
		expect(names((await ask(sandbox, "/search?entity-type=group&start-index=1&max-results=2")).json.groups)).toEqual([
			"Company",
			"Developers",
		]);
	});
	test("restrictions, by query and by body", async () => {
		const sandbox = await server();
		const found = async (cql: string) =>
			names((await ask(sandbox, `/search?entity-type=user&restriction=${encodeURIComponent(cql)}`)).json.users);
		expect(await found("active = false")).toEqual(["person-02", "person-07", "person-12"]);
		expect(await found('name = "person-0*" and active = false')).toEqual(["person-02", "person-07"]);
		expect(await found("name = person-10 or name = PERSON-12")).toEqual(["person-10", "person-12"]);
		const body = {
			"restriction-type": "property-search-restriction",
			property: { name: "email", type: "STRING" },
			"match-mode": "STARTS_WITH",
			value: "05@",
		};
		const posted = await ask(sandbox, "/search?entity-type=user", {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ "restriction-type": "boolean-search-restriction", "boolean-logic": "and", restrictions: [body] }),
		});
		expect(names(posted.json.users)).toEqual(["person-05"]);
		expect(await ask(sandbox, "/search?entity-type=user&restriction=nonsense")).toMatchObject({
			status: 400,
			json: { reason: "ILLEGAL_ARGUMENT" },
		});
		expect((await ask(sandbox, "/search")).status).toBe(400);
	});
	test("memberships, direct and nested", async () => {
		const sandbox = await server();
		const of = async (target: string) => {
			const { json } = await ask(sandbox, target);
			return names(json.users ?? json.groups).sort();
		};
		expect(await of("/group/user/direct?groupname=COMPANY")).toEqual(["person-00"]);
		expect(await of("/group/user/nested?groupname=Company")).toContain("person-03");
		expect(await of("/user/group/direct?username=person-03")).toEqual(["Developers", "everybody"]);
		expect(await of("/user/group/nested?username=person-03")).toEqual(["Berlin", "Company", "Developers", "everybody"]);
		expect(await of("/group/child-group/nested?groupname=company")).toEqual(["Berlin", "Developers"]);
		expect(await of("/group/parent-group/direct?groupname=developers")).toEqual(["Berlin"]);
		expect((await ask(sandbox, "/group/user/direct?groupname=company&username=person-03")).json).toMatchObject({
			reason: "MEMBERSHIP_NOT_FOUND",
		});
		expect((await ask(sandbox, "/group/user/direct?groupname=none")).json).toMatchObject({ reason: "GROUP_NOT_FOUND" });
	});
	test("log-ins: of the application 401 as plain text, of people 400 with a reason", async () => {
		const sandbox = await server();
		expect(await ask(sandbox, "/search?entity-type=user", { headers: { authorization: "Basic eDp5" } })).toMatchObject({
			status: 401,
			type: "text/plain",
		});
		Object.assign(sandbox.directory().user("person-00")!, { password: "pw" });
		const login = (name: string, value: string) =>
			ask(sandbox, `/authentication?username=${name}`, { method: "POST", body: JSON.stringify({ value }) });
		expect(await login("person-00", "pw")).toMatchObject({ status: 200, json: { name: "person-00" } });
		expect(await login("person-00", "no")).toMatchObject({ status: 400, json: { reason: "INVALID_USER_AUTHENTICATION" } });
		expect((await fetch(`${sandbox.url}/console`)).status).toBe(404);
	});
	describe("what is written", () => {
		const send = (sandbox: CrowdSandbox, method: string, target: string, body?: unknown) =>
			ask(sandbox, target, {
				method,
				headers: { "content-type": "application/json" },
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
		const userOf = (sandbox: CrowdSandbox, name: string) => sandbox.directory().user(name);

		test("a replacement without `active` switches the user on, and parts of the name are filled in", async () => {
			const sandbox = await server();
			const email = "02@example.com";
			expect((await send(sandbox, "PUT", "/user?username=person-02", { name: "person-02", email, "first-name": "Only" })).status).toBe(204);
			expect(userOf(sandbox, "person-02")).toMatchObject({ active: true, firstName: "Only", displayName: "Only", email });
			await send(sandbox, "PUT", "/user?username=person-02", { name: "person-02", email, active: false });
			expect(userOf(sandbox, "person-02")).toMatchObject({ active: false, firstName: "", lastName: "person-02", displayName: "person-02" });
		});
		test("a replacement without the address is a change of it: refused from 4.4 on, blank before", async () => {
			const sandbox = await server();
			const body = { name: "person-05", active: true };
			expect(await send(sandbox, "PUT", "/user?username=person-05", body)).toMatchObject({
				status: 403,
				json: { reason: "APPLICATION_PERMISSION_DENIED", message: "External applications are not allowed to change user emails" },
			});
			// Case is no change.
			expect((await send(sandbox, "PUT", "/user?username=person-05", { ...body, email: "05@EXAMPLE.com" })).status).toBe(204);
			const old = await server({ version: "Crowd/4.3.0" });
			expect((await send(old, "PUT", "/user?username=person-05", body)).status).toBe(204);
			expect(userOf(old, "person-05")?.email).toBe("");
		});
		test("a name in the body that is another one; one that is taken; blanks around it", async () => {
			const sandbox = await server();
			expect(await send(sandbox, "PUT", "/user?username=person-05", { name: "x" })).toMatchObject({
				status: 400,
				json: { reason: "INVALID_USER" },
			});
			const create = (name: string) => send(sandbox, "POST", "/user", { name, password: { value: "pw" } });
			expect(await create("PERSON-05")).toMatchObject({ status: 400, json: { reason: "INVALID_USER" } });
			expect((await create(" x")).status).toBe(400);
			expect(await send(sandbox, "POST", "/user", { name: "x" })).toMatchObject({ status: 400, json: { reason: "INVALID_CREDENTIAL" } });
			expect(await create("new")).toMatchObject({ status: 201, json: { name: "new", active: true, "display-name": "new" } });
		});
		test("members: who is one already, who is nobody, and a circle of groups", async () => {
			const sandbox = await server();
			const add = (group: string, name: string, what = "user") =>
				send(sandbox, "POST", `/group/${what}/direct?groupname=${group}`, { name });
			expect((await add("nobody", "person-05")).status).toBe(201);
			expect(await add("nobody", "PERSON-05")).toMatchObject({ status: 409, json: { reason: "MEMBERSHIP_ALREADY_EXISTS" } });
			expect(await add("nobody", "x")).toMatchObject({ status: 400, json: { reason: "USER_NOT_FOUND" } });
			expect(await add("none", "person-05")).toMatchObject({ status: 404, json: { reason: "GROUP_NOT_FOUND" } });
			expect(await add("developers", "company", "child-group")).toMatchObject({ status: 400, json: { reason: "INVALID_MEMBERSHIP" } });
			expect((await send(sandbox, "DELETE", "/group/user/direct?groupname=nobody&username=person-05")).status).toBe(204);
			expect((await send(sandbox, "DELETE", "/group/user/direct?groupname=nobody&username=person-05")).json).toMatchObject({
				reason: "MEMBERSHIP_NOT_FOUND",
			});
		});
		test("a group without `active` is switched on by a replacement; attributes that are not named stay", async () => {
			const sandbox = await server();
			await send(sandbox, "PUT", "/group?groupname=nobody", { name: "nobody", active: false });
			expect(sandbox.directory().group("nobody")?.active).toBe(false);
			await send(sandbox, "PUT", "/group?groupname=nobody", { name: "nobody" });
			expect(sandbox.directory().group("nobody")?.active).toBe(true);
			await send(sandbox, "POST", "/user/attribute?username=person-00", { attributes: [{ name: "team", values: ["a"] }] });
			expect(userOf(sandbox, "person-00")?.attributes).toMatchObject({ team: ["a"], employeeNumber: ["0", "E0"] });
			expect(
				(await send(sandbox, "POST", "/user/attribute?username=person-00", { attributes: [{ name: "x", values: ["x".repeat(256)] }] }))
					.status,
			).toBe(500);
		});
		test("state is kept from run to run", async () => {
			const folder = await mkdtemp(join(tmpdir(), "rollcall-crowd-"));
			try {
				const stateFile = join(folder, "crowd.json");
				const first = await server({ stateFile });
				await send(first, "POST", "/user/rename?username=person-05", { "new-name": "kept" });
				await first.close();
				const second = await startCrowd({ stateFile });
				expect(second.restored).toBe(true);
				expect(second.directory().user("kept")?.externalId).toMatch(/05$/);
				expect(second.directory().group("developers")?.users).toContain("kept");
				await second.close();
			} finally {
				await rm(folder, { recursive: true });
			}
		});
	});
	test("shows a company, and the same one changed, by the same keys", async () => {
		const sandbox = await server();
		const world = company({ people: 30, groups: 12, seed: 3 });
		sandbox.load(world);
		const { json } = await ask(sandbox, "/search?entity-type=user&expand=user");
		expect(json.users.filter(({ key }: { key: string }) => key.startsWith("32769:"))).toHaveLength(30);
		const ids = new Set(json.users.map(({ key }: { key: string }) => key.split(":")[1]));
		expect(world.people.filter(({ id }) => !ids.has(id))).toEqual([]);
		expect((await ask(sandbox, "/search?entity-type=group")).json.groups.length).toBeGreaterThanOrEqual(12);
	});
});
