import { afterEach, describe, expect, test } from "@jest/globals";
import { type JiraOptions, type JiraSandbox, startJira } from "../../../sandbox/jira/server.ts";
import type { JiraVersion } from "../../../sandbox/jira/versions.ts";
import { type Answered, type Asked, ask, jiraAsker } from "./ask.ts";

let jira: JiraSandbox;
afterEach(() => jira.close());

const start = async (options: JiraOptions = {}) => {
	jira = await startJira(options);
};
const at = (path: string, asked?: Asked): Promise<Answered> => ask(`${jira.url}/rest/api/2${path}`, asked);
const basic = (name: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("log-in", () => {
	test("HTTP Basic and personal access tokens", async () => {
		await start();
		const { username, password, token } = jira.credentials;
		for (const headers of [basic(username, password), basic("ROLLCALL", password), bearer(token)]) {
			const answer = await at("/myself", { headers });
			expect([answer.status, answer.headers.get("x-ausername"), answer.json]).toEqual([
				200,
				"rollcall",
				expect.objectContaining({ name: "rollcall" }),
			]);
		}
		jira.addToken("admin", "another");
		expect((await at("/myself", { headers: bearer("another") })).json).toMatchObject({ name: "admin" });
		jira.revokeToken("another");
		expect((await at("/myself", { headers: bearer("another") })).status).toBe(401);
	});

	test.each<[JiraVersion, number]>([
		["8.2", 401],
		["8.3", 401],
		["8.14", 200],
		["9.12", 200],
		["11.0", 200],
	])("%s answers a token with %d", async (version, status) => {
		await start({ version });
		expect((await at("/myself", { headers: bearer(jira.credentials.token) })).status).toBe(status);
	});

	test("three failed log-ins, then a CAPTCHA: 403 with an HTML page, also for the right password, until it is reset", async () => {
		await start();
		for (let count = 0; count < 3; count += 1) {
			const wrong = await at("/myself", { headers: basic("rollcall", "wrong") });
			expect([wrong.status, wrong.headers.get("x-seraph-loginreason"), wrong.json]).toEqual([401, "AUTHENTICATED_FAILED", undefined]);
		}
		const right = basic("rollcall", jira.credentials.password);
		const captcha = await at("/myself", { headers: right });
		expect([captcha.status, captcha.headers.get("x-seraph-loginreason"), captcha.headers.get("content-type")]).toEqual([
			403,
			"AUTHENTICATION_DENIED",
			"text/html;charset=UTF-8",
		]);
		jira.resetFailedLogins("rollcall");
		expect((await at("/myself", { headers: right })).status).toBe(200);
	});

	test("a success forgets failures; a disabled account cannot log in; Basic may be switched off", async () => {
		await start();
		const right = basic("rollcall", jira.credentials.password);
		for (const headers of [basic("rollcall", "x"), basic("rollcall", "x"), right, basic("rollcall", "x"), basic("rollcall", "x")])
			await at("/myself", { headers });
		expect((await at("/myself", { headers: right })).status).toBe(200);
		jira.behaviour.basic = false;
		expect((await at("/myself", { headers: right })).status).toBe(401);
		jira.population.updateAccount(jira.population.named("rollcall")?.id ?? 0, { active: false });
		expect((await at("/myself", { headers: bearer(jira.credentials.token) })).status).toBe(401);
	});
});

describe("nobody logged in", () => {
	test("up to 9.x lists are empty and serverInfo is open, which is what a wrong token gets too", async () => {
		await start({ version: "9.12" });
		for (const headers of [{}, bearer("revoked")]) {
			expect(await at("/user/search?username=.", { headers })).toMatchObject({ status: 200, json: [] });
			expect((await at("/serverInfo", { headers })).status).toBe(200);
			expect((await at("/groups/picker", { headers })).json).toMatchObject({ total: 0, groups: [] });
			const own = await at("/mypermissions", { headers });
			expect([own.headers.get("x-ausername"), own.json]).toMatchObject([
				"anonymous",
				{ permissions: { ADMINISTER: { havePermission: false } } },
			]);
			for (const path of ["/myself", "/user?username=admin", "/group/member?groupname=jira-administrators"])
				expect((await at(path, { headers })).status).toBe(401);
		}
		jira.behaviour.badToken = "refused";
		expect((await at("/user/search?username=.", { headers: bearer("revoked") })).status).toBe(401);
	});

	test("from 10.0 everything is 401", async () => {
		await start({ version: "10.0" });
		for (const path of ["/serverInfo", "/user/search?username=.", "/myself", "/groups/picker", "/mypermissions"]) {
			expect([path, (await at(path)).status, (await at(path, { headers: bearer("revoked") })).status]).toEqual([path, 401, 401]);
		}
	});
});

describe("rights", () => {
	test("without administration: lists by permission, administration 403", async () => {
		await start();
		jira.population.addAccount({ name: "plain", password: "p" });
		const headers = basic("plain", "p");
		expect((await at("/mypermissions", { headers })).json).toMatchObject({
			permissions: { ADMINISTER: { havePermission: false }, USER_PICKER: { havePermission: true } },
		});
		for (const path of ["/user/list", "/group/member?groupname=jira-administrators", "/applicationrole"])
			expect((await at(path, { headers })).status).toBe(403);
		expect((await at("/group", { method: "POST", body: { name: "g" }, headers })).status).toBe(403);
		expect((await at("/user/search?username=.", { headers })).json).toHaveLength(3);
		jira.behaviour.browseUsers = "administrators";
		expect(await at("/user/search?username=.", { headers })).toMatchObject({ status: 200, json: [] });
		jira.behaviour.withoutBrowse = "forbidden";
		expect((await at("/user/search?username=.", { headers })).status).toBe(403);
	});

	test("administrators may be so through a subgroup", async () => {
		await start();
		const boss = jira.population.addAccount({ name: "boss", password: "p" });
		jira.population.addGroup("bosses");
		jira.population.nest("jira-administrators", "bosses");
		jira.population.addMember("bosses", boss.id);
		expect((await at("/user/list", { headers: basic("boss", "p") })).status).toBe(200);
	});
});

describe("in front of the REST code", () => {
	test("the XSRF check refuses writes of browsers without the header, or all of them", async () => {
		await start();
		const write = (headers: Record<string, string>) =>
			at("/group", { method: "POST", body: { name: `g${Math.random()}` }, headers: { ...bearer(jira.credentials.token), ...headers } });
		const browser = { "user-agent": "Mozilla/5.0" };
		expect(await write(browser)).toMatchObject({ status: 403, text: "XSRF check failed" });
		expect((await write({ origin: "https://elsewhere.example" })).status).toBe(403);
		expect((await write({ ...browser, "x-atlassian-token": "no-check" })).status).toBe(201);
		expect((await write({ "user-agent": "rollcall" })).status).toBe(201);
		jira.behaviour.xsrf = "always";
		expect((await write({ "user-agent": "rollcall" })).status).toBe(403);
	});

	test("Tomcat refuses odd characters in paths and raw ones anywhere", async () => {
		await start();
		const headers = bearer(jira.credentials.token);
		for (const key of ["a%2Fb", "a%5Cb", "a%7Cb", "a%22b", "k%C3%A9y", "a|b"]) {
			const answer = await at(`/user/properties/${key}?username=admin`, { headers });
			expect([key, answer.status, answer.json]).toEqual([key, 400, undefined]);
		}
		expect((await at(`/user?username=${encodeURIComponent('a/b|"é')}`, { headers })).status).toBe(404);
		expect((await at("/user/properties/a%20b?username=admin", { headers })).status).toBe(404);
	});

	test("rate limiting: headers on every answer, 429 when the bucket is empty, per account", async () => {
		let now = 0;
		await start({ clock: () => now, rateLimit: { capacity: 2, fillRate: 2, intervalSeconds: 5 } });
		const send = jiraAsker(jira);
		const first = await send("GET", "/user?username=none");
		expect([
			first.status,
			first.headers.get("x-ratelimit-limit"),
			first.headers.get("x-ratelimit-remaining"),
			first.headers.get("retry-after"),
		]).toEqual([404, "2", "1", "0"]);
		expect((await send("GET", "/myself")).status).toBe(200);
		const refused = await send("POST", "/group", { name: "tools" });
		expect([refused.status, refused.headers.get("retry-after"), jira.population.groups.has("tools")]).toEqual([429, "5", false]);
		expect((await at("/myself", { headers: basic("admin", jira.admin.password) })).status).toBe(200);
		now = 5000;
		expect((await send("GET", "/myself")).status).toBe(200);
		jira.limitRate(undefined);
		expect((await send("GET", "/myself")).headers.get("x-ratelimit-limit")).toBeNull();
	});

	test("a context path; unknown paths and methods; /latest is /2", async () => {
		await start({ contextPath: "/jira" });
		const headers = bearer(jira.credentials.token);
		expect(jira.url).toMatch(/\/jira$/);
		expect((await at("/myself", { headers })).json).toMatchObject({ self: `${jira.url}/rest/api/2/user?username=rollcall` });
		expect((await ask(`${jira.url}/rest/api/latest/myself`, { headers })).status).toBe(200);
		expect((await ask(`${jira.url.replace("/jira", "")}/rest/api/2/myself`, { headers })).status).toBe(404);
		expect((await at("/nothing", { headers })).status).toBe(404);
		expect((await at("/serverInfo", { method: "DELETE", headers })).status).toBe(405);
	});
});
