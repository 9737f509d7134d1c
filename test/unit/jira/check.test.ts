import { afterEach, describe, expect, test } from "@jest/globals";
import type { Finding } from "../../../core/connector.ts";
import { Secret } from "../../../core/secret.ts";
import type { JiraOptions } from "../../../sandbox/jira/server.ts";
import { connectJira, jiraStage } from "../../contract/jira-harness.ts";
import { calm, populate } from "../../contract/product-world.ts";
import { deadPort } from "../http/servers.ts";

const ONCE = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
async function findings(
	options: JiraOptions = {},
	arrange: (stage: Awaited<ReturnType<typeof jiraStage>>) => void = () => undefined,
	more: Parameters<typeof connectJira>[1] = {},
): Promise<readonly Finding[]> {
	const stage = await jiraStage(options);
	open.push(stage);
	arrange(stage);
	const product = connectJira(stage.server, { retry: ONCE, ...more });
	open.push(product);
	const found = await product.check(calm);
	for (const { level, todo, message } of found) {
		expect(message.length).toBeGreaterThan(10);
		expect(level === "ok" ? todo : (todo?.length ?? 0) > 15).toBe(level === "ok" ? undefined : true);
	}
	expect(stage.server.exchanges.every(({ method }) => method === "GET")).toBe(true);
	expect(stage.server.exchanges.length).toBeLessThan(12);
	return found;
}
const named = (found: readonly Finding[], name: string) => found.filter((one) => one.name === name);

describe("check", () => {
	test("a healthy Jira: the only remark is about too many rights", async () => {
		const found = await findings({}, (stage) => populate(stage));
		expect(found.filter(({ level }) => level !== "ok").map(({ name }) => name)).toEqual(["rights.excessive"]);
		expect(found.map(({ name }) => name)).toEqual([
			"server.reachable",
			"clock.skew",
			"identity",
			"rights",
			"rights.excessive",
			"accounts.listing",
			"groups.listing",
			"licence.seats",
		]);
	});
	test("nobody there", async () => {
		const url = `http://127.0.0.1:${await deadPort()}`;
		expect(await findings({}, undefined, { url })).toMatchObject([
			{ level: "error", name: "server.reachable", message: expect.stringContaining("no connection") },
		]);
	});
	test.each(["9.12", "10.3"] as const)("a wrong token on %s", async (version) => {
		const auth = { kind: "pat", token: new Secret("nonsense-token", "t") } as const;
		const found = await findings({ version }, undefined, { auth });
		expect(found.at(-1)).toMatchObject({ level: "error", message: expect.stringContaining("token") });
		expect(JSON.stringify(found)).not.toContain("nonsense-token");
	});
	test("too old", async () => {
		expect(named(await findings({ version: "8.2" }), "server.version")).toMatchObject([
			{ level: "error", message: expect.stringContaining("8.2.6") },
		]);
	});
	test("newer than known", async () => {
		const found = await findings({}, (stage) =>
			stage.server.faults.add({ path: /serverInfo/, effect: { kind: "wrong-json", body: { version: "12.1.0" } } }),
		);
		expect(named(found, "server.version")).toMatchObject([{ level: "warning" }]);
	});
	test("rights missing: nothing further is looked at", async () => {
		const auth = { kind: "pat", token: new Secret("clerk-token", "t") } as const;
		const arrange = (stage: Awaited<ReturnType<typeof jiraStage>>) => {
			populate(stage);
			stage.server.addToken("person0", "clerk-token");
		};
		expect((await findings({}, arrange, { auth })).at(-1)).toMatchObject({ level: "error", name: "rights.missing" });
	});
	test("Browse Users missing", async () => {
		const body = { permissions: { ADMINISTER: { havePermission: true }, USER_PICKER: { havePermission: false } } };
		const found = await findings({}, (stage) => stage.server.faults.add({ path: /mypermissions/, effect: { kind: "wrong-json", body } }));
		expect(named(found, "rights.missing")).toMatchObject([{ level: "error", message: expect.stringContaining("USER_PICKER") }]);
		expect(named(found, "rights.excessive")).toEqual([]);
	});
	test("addresses that Jira hides", async () => {
		const body = { key: "K", name: "rollcall", emailAddress: "rollcall at jira dot example", active: true };
		const found = await findings({}, (stage) => stage.server.faults.add({ path: /myself/, effect: { kind: "wrong-json", body } }));
		expect(named(found, "emails.hidden")).toMatchObject([{ level: "warning" }]);
	});
	test.each([
		["10.0", 98, "error"],
		["10.0", 40, "ok"],
		["9.12", 998, "error"],
		["9.12", 1_000, "ok"],
	] as const)("accounts on %s with %i people: %s", async (version, count, level) => {
		const found = await findings({ version }, (stage) => populate(stage, count));
		expect(named(found, level === "ok" ? "accounts.listing" : "accounts.capped")).toMatchObject([{ level }]);
	});
	test("a cut group listing", async () => {
		const found = await findings({ behaviour: { picker: "cut", pickerLimit: 2 } }, (stage) => populate(stage));
		expect(named(found, "groups.cut")).toMatchObject([
			{ level: "warning", message: expect.stringContaining("2 of 5"), todo: expect.stringContaining("autocomplete.limit") },
		]);
	});
	test("seats", async () => {
		const role = { name: "Jira Software", groups: ["jira-software-users"], defaultGroups: [], selectedByDefault: true };
		const applications = [
			{ ...role, key: "full", seats: 0 },
			{ ...role, key: "some", seats: 5 },
		];
		const found = await findings({ applications });
		expect(named(found, "licence.full")).toMatchObject([{ level: "warning" }]);
		expect(named(found, "licence.seats")).toMatchObject([{ message: expect.stringContaining("5 of 5") }]);
	});
	test("a clock that is an hour off", async () => {
		const found = await findings({}, (stage) =>
			stage.server.faults.add({
				path: /serverInfo/,
				effect: {
					kind: "status",
					status: 200,
					headers: { Date: new Date(Date.now() + 3_600_000).toUTCString(), "Content-Type": "application/json" },
					body: { version: "10.3.1" },
				},
			}),
		);
		expect(named(found, "clock.skew")).toMatchObject([{ level: "warning", message: expect.stringContaining("ahead of") }]);
	});
	test("one look that fails is a finding, and the others are still taken", async () => {
		const found = await findings({}, (stage) => stage.server.faults.add({ path: /picker/, effect: { kind: "html" } }));
		expect(named(found, "groups.listing")).toMatchObject([{ level: "error", message: expect.stringContaining("HTML") }]);
		expect(named(found, "licence.seats")).toHaveLength(1);
	});
});
