import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type JiraOptions, type JiraSandbox, startJira } from "../../../sandbox/jira/server.ts";
import type { JiraVersion } from "../../../sandbox/jira/versions.ts";
import { type Answered, jiraAsker } from "./ask.ts";

let jira: JiraSandbox;
let send: (method: string, path: string, body?: unknown) => Promise<Answered>;
afterEach(() => jira.close());

async function start(options: JiraOptions = {}, people = 0): Promise<void> {
	jira = await startJira({ ...options, behaviour: { tokens: true, ...options.behaviour } });
	send = jiraAsker(jira);
	for (let count = 0; count < people; count += 1) {
		const name = `person${String(count).padStart(5, "0")}`;
		const account = jira.population.addAccount({
			name,
			displayName: `Person Number${count}`,
			emailAddress: `mail${count}@example.com`,
			active: count % 10 !== 0,
		});
		jira.population.addMember("jira-software-users", account.id);
	}
}
const messages = (answer: Answered) => (answer.json as { errorMessages: string[] }).errorMessages;
const namesOf = (answer: Answered): string[] => {
	const json = answer.json as { name: string }[] | { values: { name: string }[] };
	return (Array.isArray(json) ? json : json.values).map((row) => row.name);
};

describe("user search", () => {
	test("a bare array, 50 by default, inactive ones only when asked for", async () => {
		await start({ version: "9.12" }, 100);
		expect(namesOf(await send("GET", "/user/search?username=."))).toHaveLength(50);
		expect(namesOf(await send("GET", "/user/search?username=.&maxResults=1000"))).toHaveLength(92);
		expect(namesOf(await send("GET", "/user/search?username=.&maxResults=1000&includeInactive=true"))).toHaveLength(102);
		expect(namesOf(await send("GET", "/user/search?username=.&maxResults=1000&includeInactive=true&includeActive=false"))).toHaveLength(10);
		expect(await send("GET", "/user/search")).toMatchObject({
			status: 400,
			json: { errorMessages: ["The username query parameter was not provided"] },
		});
		expect((await send("GET", "/user/search?username=.&startAt=first")).status).toBe(404);
	});

	test("matches beginnings of username, e-mail and words of the display name; the dot may mean nothing", async () => {
		await start({}, 12);
		const found = async (text: string) => namesOf(await send("GET", `/user/search?username=${text}&includeInactive=true`));
		expect([await found("PERSON00003"), await found("mail3@"), await found("number11"), await found("erson")]).toEqual([
			["person00003"],
			["person00003"],
			["person00011"],
			[],
		]);
		jira.behaviour.dotFindsEverybody = false;
		expect(await found(".")).toEqual([]);
	});

	test("up to 9.x 1,000 a page without a word, and pages go on; other reading: 1,000 in all", async () => {
		await start({ version: "9.12" }, 1200);
		const page = (startAt: number) => send("GET", `/user/search?username=.&includeInactive=true&maxResults=5000&startAt=${startAt}`);
		expect([namesOf(await page(0)).length, namesOf(await page(1000)).length]).toEqual([1000, 202]);
		jira.behaviour.searchReach = 1000;
		expect([namesOf(await page(0)).length, namesOf(await page(1000)).length]).toEqual([1000, 0]);
	});

	test.each<JiraVersion>(["10.0", "10.3", "11.0"])("%s: 100 a page and nothing behind the first 100", async (version) => {
		await start({ version }, 150);
		const page = async (query: string) => namesOf(await send("GET", `/user/search?username=.&includeInactive=true&${query}`)).length;
		expect([await page("maxResults=1000"), await page("maxResults=50&startAt=80"), await page("startAt=100")]).toEqual([100, 20, 0]);
	});
});

describe("user list", () => {
	test.each<[JiraVersion, number]>([
		["8.14", 404],
		["9.12", 404],
		["10.0", 404],
		["10.3", 200],
		["11.0", 200],
	])("%s answers %d", async (version, status) => {
		await start({ version });
		expect((await send("GET", "/user/list")).status).toBe(status);
	});

	test("everybody once by cursor, whatever happens meanwhile; the last page says so", async () => {
		await start({}, 25);
		const seen: string[] = [];
		let cursor: string | undefined;
		do {
			const page = await send("GET", `/user/list?maxResults=10${cursor === undefined ? "" : `&cursor=${cursor}`}`);
			seen.push(...namesOf(page));
			const json = page.json as { isLast: boolean; nextCursor?: string; nextPage?: string };
			expect(json.nextPage === undefined).toBe(json.isLast);
			cursor = json.nextCursor;
			if (seen.length === 10) jira.population.removeAccount(10_003);
		} while (cursor !== undefined);
		expect([seen.length, new Set(seen).size]).toEqual([27, 27]);
	});

	test("100,000 accounts are all there, each once, while changes go on", async () => {
		await start({}, 100_000);
		const seen = new Set<string>();
		let path = "/user/list";
		for (let pages = 0; path !== "" && pages < 60; pages += 1) {
			const page = await send("GET", path);
			for (const name of namesOf(page)) seen.add(name);
			const next = (page.json as { nextCursor?: string }).nextCursor;
			path = next === undefined ? "" : `/user/list?cursor=${next}`;
			await send("PUT", "/user?username=person00007", { displayName: `Turn ${pages}` });
		}
		expect([seen.size, jira.exchanges.length]).toEqual([100_002, 102]);
	});

	test("2,000 a page at most", async () => {
		await start({}, 2100);
		expect(namesOf(await send("GET", "/user/list?maxResults=9999"))).toHaveLength(2000);
	});
});

describe("group picker", () => {
	test("cut at the wish or at 20, total tells; the other reading cuts at the limit always", async () => {
		await start();
		for (let count = 0; count < 30; count += 1) jira.population.addGroup(`team-${count}`);
		const standard = (await send("GET", "/groups/picker")).json as { total: number; groups: unknown[]; header: string };
		expect([standard.total, standard.groups.length, standard.header]).toEqual([32, 20, "Showing 20 of 32 matching groups"]);
		const count = async (query: string) => ((await send("GET", `/groups/picker?${query}`)).json as { groups: unknown[] }).groups.length;
		expect(await count("maxResults=1000")).toBe(32);
		jira.behaviour.picker = "cut";
		expect(await count("maxResults=1000")).toBe(20);
		expect((await send("GET", "/groups/picker?query=EAM-29&exclude=team-2")).json).toMatchObject({
			total: 1,
			groups: [{ name: "team-29", html: "t<b>eam-29</b>", labels: [] }],
		});
		expect(await count("query=team-29&exclude=TEAM-29")).toBe(0);
	});
});

describe("members", () => {
	test("50 a page at most, by username, inactive ones only when asked for", async () => {
		await start({}, 100);
		const page = await send("GET", "/group/member?groupname=JIRA-software-users&maxResults=500");
		expect(page.json).toMatchObject({ maxResults: 50, startAt: 0, total: 90, isLast: false });
		expect(namesOf(page).slice(0, 2)).toEqual(["person00001", "person00002"]);
		const last = await send("GET", "/group/member?groupname=jira-software-users&includeInactiveUsers=true&startAt=50");
		expect(last.json).toMatchObject({ total: 100, isLast: true });
		expect(messages(await send("GET", "/group/member"))).toEqual(["Group name is not specified"]);
		expect(await send("GET", "/group/member?groupname=none")).toMatchObject({
			status: 404,
			json: { errorMessages: ["The group named 'none' does not exist."] },
		});
	});

	test("members of subgroups are in; removing one is refused, or ignored; cycles do no harm", async () => {
		await start({}, 3);
		for (const name of ["outer", "inner"]) jira.population.addGroup(name);
		jira.population.nest("outer", "inner");
		jira.population.nest("inner", "outer");
		jira.population.addMember("inner", 10_003);
		expect(namesOf(await send("GET", "/group/member?groupname=outer"))).toEqual(["person00001"]);
		const refused = await send("DELETE", "/group/user?groupname=outer&username=person00001");
		expect([refused.status, messages(refused)]).toEqual([
			400,
			["Cannot remove user 'person00001' from group 'outer' since user is not a member of 'outer'"],
		]);
		jira.behaviour.inheritedRemoval = "ignored";
		expect((await send("DELETE", "/group/user?groupname=outer&username=person00001")).status).toBe(200);
		expect(namesOf(await send("GET", "/group/member?groupname=outer"))).toEqual(["person00001"]);
	});

	test("added once and removed once; unknown accounts and groups are 404", async () => {
		await start({}, 1);
		jira.population.addGroup("Tools");
		const add = () => send("POST", "/group/user?groupname=tools", { name: "PERSON00000" });
		expect(await add()).toMatchObject({ status: 201, json: { name: "Tools" } });
		const again = await add();
		expect([again.status, messages(again)]).toEqual([400, ["Cannot add user 'person00000', user is already a member of 'Tools'"]]);
		const remove = () => send("DELETE", "/group/user?groupname=tools&username=person00000");
		expect([(await remove()).status, (await remove()).status]).toEqual([200, 400]);
		expect(await send("POST", "/group/user?groupname=tools", { name: "x" })).toMatchObject({
			status: 404,
			json: { errorMessages: ["Cannot add user. 'x' does not exist"] },
		});
		expect((await send("DELETE", "/group/user?groupname=tools&username=x")).status).toBe(404);
		expect((await send("POST", "/group/user?groupname=none", { name: "admin" })).status).toBe(404);
		expect((await send("DELETE", "/group/user?groupname=jira-administrators&username=rollcall")).status).toBe(400);
	});
});

describe("groups", () => {
	test("created, refused when taken in any case or empty, deleted; the administrators' group stays", async () => {
		await start({}, 1);
		expect(await send("POST", "/group", { name: "Tools & Toys" })).toMatchObject({
			status: 201,
			json: { name: "Tools & Toys", users: { size: 0, items: [] } },
		});
		expect(messages(await send("POST", "/group", { name: "tools & TOYS" }))).toEqual(["A group or user with this name already exists."]);
		expect((await send("POST", "/group", { name: " " })).status).toBe(400);
		jira.population.addMember("tools & toys", 10_002);
		const path = `/group?groupname=${encodeURIComponent("tools & toys")}`;
		expect((await send("DELETE", `${path}&swapGroup=none`)).status).toBe(404);
		const deleted = await send("DELETE", path);
		expect([deleted.status, deleted.text, jira.population.directGroupsOf(10_002).size]).toEqual([200, "", 1]);
		expect((await send("DELETE", path)).status).toBe(404);
		expect((await send("DELETE", "/group?groupname=jira-administrators")).status).toBe(400);
	});

	test("the old read exists up to 9.x and knows active members only", async () => {
		await start({ version: "9.12" }, 11);
		const answer = await send("GET", "/group?groupname=jira-software-users&expand=users%5B0:49%5D");
		expect((answer.json as { users: { size: number; items: unknown[] } }).users).toMatchObject({ size: 9, items: expect.any(Array) });
		await jira.close();
		await start({ version: "10.0" });
		expect((await send("GET", "/group?groupname=jira-software-users")).status).toBe(405);
	});
});

describe("serverInfo", () => {
	test.each<[JiraVersion, string]>([
		["8.2", "8.2.6"],
		["8.3", "8.3.5"],
		["8.14", "8.14.1"],
		["9.12", "9.12.22"],
		["10.0", "10.0.1"],
		["10.3", "10.3.4"],
		["11.0", "11.0.1"],
	])("%s says %s", async (version, stated) => {
		await start({ version });
		const numbers = stated.split(".").map(Number);
		expect((await send("GET", "/serverInfo")).json).toMatchObject({
			version: stated,
			versionNumbers: numbers,
			deploymentType: "Server",
			baseUrl: jira.population.baseUrl,
		});
	});
});

describe("state file", () => {
	test("accounts, groups, nesting, properties and tokens come back", async () => {
		const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
		const options = { stateFile: join(folder, "jira.json") };
		await start(options, 3);
		for (const name of ["outer", "inner"]) jira.population.addGroup(name);
		jira.population.nest("outer", "inner");
		await send("PUT", "/user/properties/site?username=person00001", "Berlin");
		await send("DELETE", "/user?username=person00002");
		await send("PUT", "/user?username=person00001", { name: "renamed" });
		jira.addToken("admin", "kept");
		const before = jira.population.state();
		await jira.close();
		await start(options);
		expect([jira.restored, jira.population.state()]).toEqual([true, JSON.parse(JSON.stringify(before))]);
		expect((await send("GET", "/user/properties/site?username=renamed")).json).toMatchObject({ value: "Berlin" });
		expect((await send("POST", "/user", { name: "new", displayName: "N", emailAddress: "n@b.c" })).json).toMatchObject({
			key: "JIRAUSER10005",
		});
		await jira.close();
		rmSync(folder, { recursive: true });
		await start();
	});
});
