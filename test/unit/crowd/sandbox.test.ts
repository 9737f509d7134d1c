import { afterEach, describe, expect, test } from "@jest/globals";
import type { CrowdSandbox } from "../../../sandbox/crowd/server.ts";
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
		json: type.includes("json") ? JSON.parse(text) : undefined,
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
