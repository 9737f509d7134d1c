import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type JiraOptions, type JiraSandbox, startJira } from "../../../sandbox/jira/server.ts";
import { type Answered, type Asked, ask, jiraAsker } from "./ask.ts";

const open: JiraSandbox[] = [];
afterEach(async () => {
	for (const one of open.splice(0)) await one.close();
});
async function started(options: JiraOptions = {}) {
	const jira = await startJira(options);
	open.push(jira);
	const { application, password } = jira.userServer;
	const login = `Basic ${Buffer.from(`${application}:${password}`).toString("base64")}`;
	const at = (path: string, asked: Asked = {}): Promise<Answered> =>
		ask(`${jira.url}/rest/usermanagement/1${path}`, {
			...asked,
			headers: { accept: "application/json", authorization: login, ...asked.headers },
		});
	return { jira, at, rest: jiraAsker(jira) };
}
const ANN = { name: "ann", "first-name": "Ann", "last-name": "Lee", "display-name": "Ann Lee", email: "ann@example.org", active: true };
const create = { method: "POST", body: { ...ANN, password: { value: "pw" } } };

describe("Jira as a user server", () => {
	test("the same accounts as over REST v2, under keys of another kind", async () => {
		const { at, rest } = await started({ contextPath: "/jira" });
		const created = await at("/user", create);
		expect([created.status, created.headers.get("x-embedded-crowd-version")]).toEqual([201, "JIRA/10.3.4"]);
		const { key } = created.json as { key: string };
		expect(key).toMatch(/^1:[\da-f-]{36}$/);
		expect((await rest("GET", "/user?username=ann&expand=groups")).json).toMatchObject({
			...{ key: "JIRAUSER10002", displayName: "Ann Lee", emailAddress: "ann@example.org", groups: { size: 0 } },
		});
		await rest("PUT", "/user?key=JIRAUSER10002", { name: "ann.lee", displayName: "Ann L." });
		expect((await at(`/user?key=${key}`)).json).toMatchObject({ name: "ann.lee", "first-name": "Ann", "display-name": "Ann L." });
	});
	test("an application logs in, no person; REST v2 knows no application", async () => {
		const { jira, at } = await started();
		const { username, password } = jira.credentials;
		const person = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
		expect(await at("/user?username=admin", { headers: { authorization: person } })).toMatchObject({
			...{ status: 401, text: "Application failed to authenticate" },
		});
		const application = `Basic ${Buffer.from(`${jira.userServer.application}:${jira.userServer.password}`).toString("base64")}`;
		expect((await ask(`${jira.url}/rest/api/2/myself`, { headers: { authorization: application } })).status).toBe(401);
	});
	test("log-in of people, with the password that either door has set", async () => {
		const { at, jira } = await started();
		await at("/user", create);
		const login = (name: string, value: string) => at(`/authentication?username=${name}`, { method: "POST", body: { value } });
		expect((await login("ann", "pw")).status).toBe(200);
		await at("/user/password?username=ann", { method: "PUT", body: { value: "new" } });
		expect((await login("ann", "pw")).status).toBe(400);
		expect((await login("admin", jira.admin.password)).status).toBe(200);
		const headers = { authorization: `Basic ${Buffer.from("ann:new").toString("base64")}` };
		expect((await ask(`${jira.url}/rest/api/2/myself`, { headers })).json).toMatchObject({ name: "ann" });
	});
	test("nobody asks who leads a project, or about seats", async () => {
		const { at, jira } = await started();
		const application = { key: "jira-software", name: "Jira Software", groups: ["jira-software-users"], defaultGroups: [] };
		jira.population.applications = [{ ...application, seats: 0, selectedByDefault: true }];
		jira.population.addAccount({ name: "lead", emailAddress: "l@example.org", leads: ["KEY"] });
		expect((await at("/group/user/direct?groupname=jira-software-users", { method: "POST", body: { name: "lead" } })).status).toBe(201);
		expect((await at("/user?username=lead", { method: "PUT", body: { ...ANN, name: "lead", active: false } })).status).toBe(204);
		expect(jira.population.named("lead")).toMatchObject({ active: false, emailAddress: "ann@example.org" });
	});
	test("members and groups inside groups, as REST v2 counts them together", async () => {
		const { at, rest, jira } = await started();
		for (const name of ["outer", "inner"]) await at("/group", { method: "POST", body: { name, type: "GROUP" } });
		await at("/group/child-group/direct?groupname=outer", { method: "POST", body: { name: "inner" } });
		await at("/group/user/direct?groupname=inner", { method: "POST", body: { name: "admin" } });
		expect((await rest("GET", "/group/member?groupname=outer")).json).toMatchObject({ total: 1 });
		expect((await at("/group/user/direct?groupname=outer")).json).toMatchObject({ users: [] });
		await at("/group/child-group/direct?groupname=outer&child-groupname=inner", { method: "DELETE" });
		expect((await rest("GET", "/group/member?groupname=outer")).json).toMatchObject({ total: 0 });
		await at("/group/user/direct?groupname=inner&username=admin", { method: "DELETE" });
		expect([...jira.population.group("inner").members]).toEqual([]);
		await at("/group?groupname=inner", { method: "DELETE" });
		expect(jira.population.groups.has("inner")).toBe(false);
		await at("/user?username=admin", { method: "DELETE" });
		expect(jira.population.named("admin")).toBeUndefined();
	});
	test("an account belongs to its directory, whose id is in its key", async () => {
		const kinds = [
			{ name: "Jira Internal Directory", kind: "internal" },
			{ name: "LDAP", kind: "ldap" },
			{ name: "Corporate", kind: "read-only" },
		] as const;
		const { at, jira } = await started({ directories: kinds });
		for (const { name } of kinds.slice(1)) jira.population.addAccount({ name: `of ${name}`, directory: name });
		const keyOf = async (name: string) => ((await at(`/user?username=${name}`)).json as { key: string }).key.split(":")[0];
		expect([await keyOf("admin"), await keyOf("of LDAP"), await keyOf("of Corporate")]).toEqual(["1", "10000", "10100"]);
		const join = async (name: string) =>
			(await at("/group/user/direct?groupname=jira-software-users", { method: "POST", body: { name } })).status;
		expect([await join("of LDAP"), await join("of Corporate")]).toEqual([201, 403]);
		const off = async (name: string) =>
			(await at(`/user?username=${name}`, { method: "PUT", body: { ...ANN, name, active: false } })).status;
		expect([await off("of LDAP"), await off("of Corporate"), await off("admin")]).toEqual([403, 403, 204]);
	});
	test("attributes and parts of names are kept from run to run, and are no user properties", async () => {
		const folder = await mkdtemp(join(tmpdir(), "rollcall-jira-"));
		try {
			const stateFile = join(folder, "jira.json");
			const first = await started({ stateFile });
			await first.at("/user", create);
			await first.at("/user/attribute?username=ann", { method: "POST", body: { attributes: [{ name: "team", values: ["Süd"] }] } });
			await first.at("/user/attribute?username=ann", { method: "POST", body: { attributes: [{ name: "floor", values: ["3"] }] } });
			await first.at("/user/attribute?username=ann&attributename=floor", { method: "DELETE" });
			expect((await first.rest("GET", "/user/properties?username=ann")).json).toEqual({ keys: [] });
			await first.jira.close();
			const { at } = await started({ stateFile });
			expect((await at("/user?username=ann&expand=attributes")).json).toMatchObject({
				...{ "first-name": "Ann", "last-name": "Lee", attributes: { attributes: [{ name: "team", values: ["Süd"] }] } },
			});
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});
