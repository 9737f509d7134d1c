import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { type JiraSandbox, startJira } from "../../../sandbox/jira/server.ts";
import { type Answered, jiraAsker, until } from "./ask.ts";

describe("faults on demand", () => {
	let jira: JiraSandbox;
	let send: (method: string, path: string, body?: unknown) => Promise<Answered>;
	beforeEach(async () => {
		jira = await startJira();
		send = jiraAsker(jira);
	});
	afterEach(async () => {
		jest.useRealTimers();
		await jira.close();
	});
	const create = () => send("POST", "/user", { name: "ada", emailAddress: "ada@example.com", displayName: "Ada" });

	test("status: answered instead of the work, with headers and body", async () => {
		jira.faults.add({ effect: { kind: "status", status: 503, headers: { "retry-after": "7" }, body: { message: "later" } } });
		const answer = await create();
		expect([answer.status, answer.headers.get("retry-after"), answer.json]).toEqual([503, "7", { message: "later" }]);
		expect(jira.population.named("ada")).toBeUndefined();
	});

	test("cut: the work is done, half of the body comes", async () => {
		jira.faults.add({ effect: { kind: "cut" } });
		await expect(create()).rejects.toThrow();
		expect(jira.population.named("ada")).toBeDefined();
		expect(jira.exchanges.at(-1)).toMatchObject({ status: 201, fault: "cut" });
	});

	test("reset: nothing is done and no answer comes", async () => {
		jira.faults.add({ effect: { kind: "reset" } });
		await expect(create()).rejects.toThrow("fetch failed");
		expect(jira.population.named("ada")).toBeUndefined();
		expect(jira.exchanges.at(-1)).toMatchObject({ status: 0, fault: "reset" });
	});

	test("drop-after-write: the work is done and no answer comes", async () => {
		jira.faults.add({ method: "POST", effect: { kind: "drop-after-write" }, times: 1 });
		await expect(create()).rejects.toThrow("fetch failed");
		expect(jira.population.named("ada")).toBeDefined();
		expect((await create()).status).toBe(400);
	});

	test("html: a page with status 200 and nothing done", async () => {
		jira.faults.add({ effect: { kind: "html" } });
		const answer = await create();
		expect([answer.status, answer.headers.get("content-type"), answer.json]).toEqual([200, "text/html;charset=utf-8", undefined]);
		expect(jira.population.named("ada")).toBeUndefined();
	});

	test("wrong-json: valid JSON of another kind", async () => {
		jira.faults.add({ effect: { kind: "wrong-json", body: { error: "unknown_error" } } });
		expect(await send("GET", "/user/search?username=.")).toMatchObject({ status: 200, json: { error: "unknown_error" } });
	});

	test("glued: half of a list with an error document behind it, status 200", async () => {
		jira.faults.add({ effect: { kind: "glued" } });
		const answer = await send("GET", "/user/search?username=.");
		expect([answer.status, answer.json]).toEqual([200, undefined]);
		expect(answer.text).toMatch(/^\[\{.*"error":"unknown_error"/);
	});

	test("short-page: rows are missing at the end, of arrays and of pages", async () => {
		jira.faults.add({ effect: { kind: "short-page", drop: 1 } });
		expect((await send("GET", "/user/search?username=.")).json).toEqual([expect.objectContaining({ name: "admin" })]);
		const page = (await send("GET", "/group/member?groupname=jira-administrators")).json;
		expect(page).toMatchObject({ total: 2, values: [{ name: "admin" }] });
	});

	test("slow: the right answer later; a client that has gone by then has changed nothing", async () => {
		jira.faults.add({ times: 1, effect: { kind: "slow", ms: 1 } });
		expect((await send("GET", "/myself")).status).toBe(200);
		// Only the stand-in's own timer is faked: it never fires by itself, so it can only go by being given up.
		jest.useFakeTimers({
			doNotFake: ["setImmediate", "clearImmediate", "nextTick", "queueMicrotask", "performance", "Date", "setInterval", "clearInterval"],
		});
		jira.faults.add({ method: "POST", effect: { kind: "slow", ms: 1000 } });
		const stop = new AbortController();
		const headers = { authorization: `Bearer ${jira.credentials.token}`, "content-type": "application/json" };
		const body = JSON.stringify({ name: "ada", emailAddress: "ada@example.com", displayName: "Ada" });
		const late = fetch(`${jira.url}/rest/api/2/user`, { method: "POST", headers, body, signal: stop.signal });
		await until(() => jest.getTimerCount() === 1);
		stop.abort();
		await expect(late).rejects.toThrow();
		await until(() => jest.getTimerCount() === 0);
		expect(jira.population.named("ada")).toBeUndefined();
	});

	test("closing does not wait for slow answers", async () => {
		const slow = jira.faults.add({ effect: { kind: "slow", ms: 60_000 } });
		const pending = send("GET", "/myself").then(
			() => "answered",
			() => "dropped",
		);
		await until(() => slow.hits === 1);
		await jira.close();
		expect(await pending).toBe("dropped");
	});

	test("skip and times hit exactly the n-th matching request", async () => {
		const fault = jira.faults.add({ path: /\/user\/list/, skip: 1, times: 1, effect: { kind: "status", status: 500 } });
		const statuses: number[] = [];
		for (const path of ["/user/list", "/myself", "/user/list", "/user/list"]) statuses.push((await send("GET", path)).status);
		expect([statuses, fault.hits]).toEqual([[200, 200, 500, 200], 1]);
	});

	test("a fault may look at the query and the method; clear ends all of them", async () => {
		jira.faults.add({ method: "get", path: /startAt=50/g, effect: { kind: "status", status: 500 } });
		const page = (start: number) => send("GET", `/group/member?groupname=jira-administrators&startAt=${start}`);
		expect([(await page(0)).status, (await page(50)).status, (await page(50)).status]).toEqual([200, 500, 500]);
		jira.faults.clear();
		expect((await page(50)).status).toBe(200);
	});
});
