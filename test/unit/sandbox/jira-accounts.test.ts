import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type JiraSandbox, startJira } from "../../../sandbox/jira/server.ts";
import { type Answered, jiraAsker } from "./ask.ts";

let jira: JiraSandbox;
let send: (method: string, path: string, body?: unknown) => Promise<Answered>;

async function start(options: Parameters<typeof startJira>[0] = {}): Promise<void> {
	await jira?.close();
	jira = await startJira(options);
	send = jiraAsker(jira);
}
beforeEach(() => start());
afterEach(() => jira.close());

const ada = { name: "ada", emailAddress: "ada@example.com", displayName: "Ada Byron" };
const messages = (answer: Answered) => (answer.json as { errorMessages: string[] }).errorMessages;
const errors = (answer: Answered) => (answer.json as { errors: Record<string, string> }).errors;

describe("read", () => {
	test("by username without regard to case, and by key; groups only when expanded", async () => {
		const id = jira.population.addAccount({ name: "Ada", emailAddress: "a@example.com" }).id;
		jira.population.addMember("jira-software-users", id);
		for (const query of ["username=ADA", "key=JIRAUSER10002"]) {
			const { json } = await send("GET", `/user?${query}`);
			expect(json).toMatchObject({ name: "Ada", key: "JIRAUSER10002", active: true, groups: { size: 1, items: [] } });
		}
		const expanded = (await send("GET", "/user?username=ada&expand=groups,applicationRoles")).json;
		expect(expanded).toMatchObject({
			groups: { items: [{ name: "jira-software-users" }] },
			applicationRoles: { items: [{ key: "jira-software" }] },
		});
		expect(await send("GET", "/user?username=nobody")).toMatchObject({
			status: 404,
			json: { errorMessages: ["The user named 'nobody' does not exist"], errors: {} },
		});
	});

	test("groups of an account include those around its groups", async () => {
		const id = jira.population.addAccount({ name: "ada" }).id;
		for (const name of ["outer", "inner"]) jira.population.addGroup(name);
		jira.population.nest("outer", "inner");
		jira.population.addMember("inner", id);
		expect((await send("GET", "/user?username=ada&expand=groups")).json).toMatchObject({
			groups: { size: 2, items: [{ name: "inner" }, { name: "outer" }] },
		});
	});
});

describe("create", () => {
	test("201, default groups, no mail unless asked for, a random password", async () => {
		const answer = await send("POST", "/user", { ...ada, notification: false });
		expect(answer).toMatchObject({ status: 201, json: { key: "JIRAUSER10002", name: "ada", displayName: "Ada Byron", active: true } });
		expect([...jira.population.directGroupsOf(10_002)]).toEqual(["jira-software-users"]);
		expect([jira.mails, jira.population.account(10_002).password?.length]).toEqual([[], 32]);
		await send("POST", "/user", { ...ada, name: "eve", notification: true });
		expect(jira.mails).toEqual([{ to: "ada@example.com", about: "account created" }]);
	});

	test.each([
		["a taken name", { ...ada, name: "ADMIN" }, { username: "A user with that username already exists." }],
		["no name", { ...ada, name: " " }, { username: "You must specify a username." }],
		["no e-mail", { ...ada, emailAddress: "" }, { email: "You must specify an email address." }],
		["no at sign", { ...ada, emailAddress: "ada" }, { email: "You must specify a valid email address." }],
		["no full name", { name: "ada", emailAddress: "a@b.c" }, { displayName: "You must specify a full name." }],
		["a forbidden character", { ...ada, name: "a<b" }, { username: "The username must not contain '<', '>' or '&'." }],
		["an unknown application", { ...ada, applicationKeys: ["x"] }, { applicationKeys: "The application with key 'x' does not exist" }],
	])("%s is refused and creates nothing", async (_name, body, wanted) => {
		const before = jira.population.accounts.size;
		const answer = await send("POST", "/user", body);
		expect([answer.status, errors(answer), jira.population.accounts.size]).toEqual([400, wanted, before]);
	});

	test("applicationKeys: [] gives no access; names keep their case unless the server lowers them", async () => {
		await send("POST", "/user", { ...ada, name: "Ada", applicationKeys: [] });
		expect([jira.population.named("ada")?.name, jira.population.directGroupsOf(10_002).size]).toEqual(["Ada", 0]);
		jira.behaviour.usernames = "lowered";
		expect((await send("POST", "/user", { ...ada, name: "EVE" })).json).toMatchObject({ name: "eve" });
	});

	test("a full licence: created without access; with explicit keys 400; group add 400; reactivation goes", async () => {
		const software = jira.population.applications[0];
		if (software === undefined) throw new Error("there is an application");
		jira.population.applications = [{ ...software, seats: 1 }];
		await send("POST", "/user", ada);
		expect((await send("GET", "/applicationrole")).json).toMatchObject([
			{ numberOfSeats: 1, remainingSeats: 0, userCount: 1, hasUnlimitedSeats: false },
		]);
		expect((await send("POST", "/user", { ...ada, name: "eve" })).status).toBe(201);
		expect(jira.population.directGroupsOf(10_003).size).toBe(0);
		const full = "You have exceeded the number of users allowed to use JIRA applications under your license";
		expect(errors(await send("POST", "/user", { ...ada, name: "bob", applicationKeys: ["jira-software"] }))).toEqual({
			applicationKeys: full,
		});
		const added = await send("POST", "/group/user?groupname=jira-software-users", { name: "eve" });
		expect([added.status, messages(added)]).toEqual([400, [full]]);
		await send("PUT", "/user?username=ada", { active: false });
		expect((await send("POST", "/group/user?groupname=jira-software-users", { name: "eve" })).status).toBe(201);
		expect((await send("PUT", "/user?username=ada", { active: true })).status).toBe(200);
	});

	test("duplicate e-mail addresses are refused where the switch is on, on creation and on change", async () => {
		await send("POST", "/user", ada);
		expect((await send("POST", "/user", { ...ada, name: "twin" })).status).toBe(201);
		jira.behaviour.uniqueEmails = true;
		expect(errors(await send("POST", "/user", { ...ada, name: "third", emailAddress: "ADA@example.com" }))).toEqual({
			email: "A user with that email address already exists.",
		});
		await send("POST", "/user", { ...ada, name: "third", emailAddress: "third@example.com" });
		expect((await send("PUT", "/user?username=third", { emailAddress: "ada@example.com" })).status).toBe(400);
		expect((await send("PUT", "/user?username=third", { emailAddress: "third@example.com" })).status).toBe(200);
	});

	test("no directory that can be written: 400", async () => {
		jira.population.directories = [{ name: "LDAP", kind: "read-only" }];
		expect(messages(await send("POST", "/user", ada))).toEqual(["Cannot add user, all the user directories are read-only."]);
	});

	test("a body that is no JSON object is 400, another content type 415", async () => {
		expect((await send("POST", "/user", [])).status).toBe(400);
		const headers = { authorization: `Bearer ${jira.credentials.token}`, "content-type": "text/plain" };
		expect((await fetch(`${jira.url}/rest/api/2/user`, { method: "POST", headers, body: "{}" })).status).toBe(415);
	});
});

describe("change", () => {
	beforeEach(() => send("POST", "/user", ada));

	test("only what is sent; rename keeps the key; nothing to change is 400", async () => {
		expect((await send("PUT", "/user?username=ada", { displayName: "Ada L." })).json).toMatchObject({
			displayName: "Ada L.",
			emailAddress: "ada@example.com",
		});
		expect((await send("PUT", "/user?key=JIRAUSER10002", { name: "ada.l" })).json).toMatchObject({ key: "JIRAUSER10002", name: "ada.l" });
		expect([jira.population.named("ada"), jira.population.named("ada.l")?.key]).toEqual([undefined, "JIRAUSER10002"]);
		expect((await send("PUT", "/user?username=ada.l", { name: "Ada.L" })).json).toMatchObject({ name: "Ada.L" });
		expect(errors(await send("PUT", "/user?username=ada.l", { name: "admin" }))).toEqual({
			username: "A user with that username already exists.",
		});
		expect(messages(await send("PUT", "/user?username=ada.l", {}))).toEqual(["error.no.value.found.to.be.changed"]);
	});

	test("switched off and on", async () => {
		expect((await send("PUT", "/user?username=ada", { active: false })).json).toMatchObject({ active: false });
		expect((await send("PUT", "/user?username=ada", { active: true })).json).toMatchObject({ active: true });
	});

	test("8.2 does not know active, 8.3 does", async () => {
		for (const [version, status] of [
			["8.2", 400],
			["8.3", 200],
		] as const) {
			await start({ version, behaviour: { tokens: true } });
			jira.population.addAccount(ada);
			const answer = await send("PUT", "/user?username=ada", { active: false });
			expect([version, answer.status, jira.population.named("ada")?.active]).toEqual([version, status, status === 400]);
		}
	});

	test("project leads and oneself cannot be switched off", async () => {
		jira.population.updateAccount(10_002, { leads: ["ROCK", "SAND"] });
		expect(errors(await send("PUT", "/user?username=ada", { active: false })).active).toMatch(
			/project lead of these projects: ROCK, SAND$/,
		);
		expect((await send("PUT", "/user?username=rollcall", { active: false })).status).toBe(400);
		expect([jira.population.named("ada")?.active, jira.population.named("rollcall")?.active]).toEqual([true, true]);
	});

	test("read-only directory: 400 or 403 for the account, 403 for memberships, nothing changed", async () => {
		jira.population.directories = [...jira.population.directories, { name: "Corporate", kind: "read-only" }];
		jira.population.updateAccount(10_002, { directory: "Corporate" });
		const answer = await send("PUT", "/user?username=ada", { displayName: "X" });
		expect([answer.status, messages(answer)]).toEqual([
			400,
			["Cannot update user 'ada' because directory 'Corporate' does not allow updates"],
		]);
		jira.behaviour.readOnlyStatus = 403;
		expect((await send("PUT", "/user?username=ada", { active: false })).status).toBe(403);
		const added = await send("POST", "/group/user?groupname=jira-administrators", { name: "ada" });
		expect([added.status, messages(added)]).toEqual([
			403,
			["You cannot add user 'ada' to group 'jira-administrators'. The user's directory is read only."],
		]);
		expect((await send("DELETE", "/group/user?groupname=jira-software-users&username=ada")).status).toBe(403);
		expect((await send("DELETE", "/user?username=ada")).status).toBe(400);
		expect(jira.population.named("ada")).toMatchObject({ displayName: "Ada Byron", active: true });
	});

	test("an LDAP connector directory ignores active, or refuses it; memberships are Jira's own", async () => {
		jira.population.directories = [...jira.population.directories, { name: "LDAP", kind: "ldap" }];
		jira.population.updateAccount(10_002, { directory: "LDAP" });
		expect(await send("PUT", "/user?username=ada", { active: false })).toMatchObject({ status: 200, json: { active: true } });
		jira.behaviour.ldapDisable = "refused";
		expect((await send("PUT", "/user?username=ada", { active: false })).status).toBe(400);
		expect((await send("PUT", "/user?username=ada", { displayName: "X" })).status).toBe(400);
		expect((await send("DELETE", "/group/user?groupname=jira-software-users&username=ada")).status).toBe(200);
	});
});

describe("delete", () => {
	test("204, seen afterwards only as deleted; refused when referenced, and for oneself", async () => {
		await send("POST", "/user", ada);
		jira.population.updateAccount(10_002, { referenced: true });
		expect((await send("DELETE", "/user?username=ada")).status).toBe(400);
		jira.population.updateAccount(10_002, { referenced: false });
		expect((await send("DELETE", "/user?username=ada")).status).toBe(204);
		expect((await send("GET", "/user?key=JIRAUSER10002")).status).toBe(404);
		expect((await send("GET", "/user?key=JIRAUSER10002&includeDeleted=true")).json).toMatchObject({ deleted: true, active: false });
		expect((await send("DELETE", "/user?username=rollcall")).status).toBe(400);
	});
});

describe("keys", () => {
	test("before 8.4 the key is the first username, and stays when the account is renamed", async () => {
		await start({ version: "8.3", behaviour: { tokens: true } });
		await send("POST", "/user", { ...ada, name: "Ada" });
		await send("PUT", "/user?username=ada", { name: "lovelace" });
		expect((await send("GET", "/user?key=ada")).json).toMatchObject({ key: "ada", name: "lovelace" });
		expect((await send("POST", "/user", ada)).json).toMatchObject({ name: "ada", key: "ID10003" });
	});
});

describe("properties", () => {
	const path = (key: string, who = "userKey=JIRAUSER10002") => `/user/properties/${key}?${who}`;
	beforeEach(() => send("POST", "/user", ada));

	test("written, read, listed, deleted", async () => {
		expect((await send("PUT", path("rollcall.site"), "Kraków")).status).toBe(201);
		expect((await send("PUT", path("rollcall.site", "username=ada"), { city: "Zürich" })).status).toBe(200);
		expect((await send("GET", path("rollcall.site"))).json).toEqual({ key: "rollcall.site", value: { city: "Zürich" } });
		expect((await send("GET", "/user/properties?username=ada")).json).toMatchObject({ keys: [{ key: "rollcall.site" }] });
		expect((await send("DELETE", path("rollcall.site"))).status).toBe(204);
		expect((await send("GET", path("rollcall.site"))).status).toBe(404);
		expect((await send("DELETE", path("rollcall.site"))).status).toBe(404);
	});

	test("a key of 255 characters and a value of 32,768 bytes are the end", async () => {
		expect((await send("PUT", path("k".repeat(255)), 1)).status).toBe(201);
		expect((await send("PUT", path("k".repeat(256)), 1)).status).toBe(400);
		expect((await send("PUT", path("big"), "x".repeat(32_766))).status).toBe(201);
		expect((await send("PUT", path("big"), "x".repeat(32_767))).status).toBe(400);
		expect((await send("PUT", path("none"))).status).toBe(400);
	});
});
