import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { World } from "./support/world.ts";

let world: World;
beforeEach(async () => {
	world = await World.open();
	await writeFile(world.path("user-server"), world.jira.userServer.password, { mode: 0o600 });
});
afterEach(() => world.close());

const userServer = () =>
	`    userServer: { application: ${world.jira.userServer.application}, password: "\${file:${world.path("user-server")}}" }\n`;
const TOKEN = /( {4}url: http[^\n]*\n)( {4}token:[^\n]*\n)/g;
const jiraOnly = (text: string, lines: (url: string, token: string) => string): string =>
	text.replaceAll(TOKEN, (all, url: string, token: string) => (url.includes(world.jira.url) ? lines(url, token) : all));

test("from a token to both doors: the same accounts, nothing to do; to the user server alone: refused", async () => {
	expect((await world.inside(["sync", "--yes"])).code).toBe(0);
	await world.edit((text) => jiraOnly(text, (url, token) => url + token + userServer()));
	const check = await world.inside(["check"]);
	expect([check.code, check.out]).toEqual([0, expect.stringMatching(/user server of Jira 10\.3\.4 answers/)]);
	expect((await world.inside(["diff"])).out).toMatch(/nothing to do/i);
	expect(world.jira.exchanges.some(({ path }) => path.endsWith("/group/membership"))).toBe(true);

	await world.edit((text) => text.replace(/ {4}token:[^\n]*\n(?= {4}userServer)/, ""));
	const writes = world.writes().length;
	const refused = await world.inside(["sync", "--yes"]);
	expect([refused.code, refused.err + refused.out]).toEqual([64, expect.stringMatching(/belongs to the jira at .*\(user server\)/s)]);
	expect(world.writes()).toHaveLength(writes);
	expect(check.out + check.err + refused.err).not.toContain(world.jira.userServer.password);
});

test("a first run by the user server alone: everybody is adopted or created, the second has nothing to do", async () => {
	await world.edit((text) => jiraOnly(text, (url) => url + userServer()).replace(/\n {6}attributes:[^\n]*/, ""));
	const sync = await world.inside(["sync", "--yes"]);
	expect([sync.code, sync.out]).toEqual([0, expect.stringMatching(/Done/i)]);
	expect((await world.inside(["sync", "--yes"])).out).toMatch(/nothing to do/i);
	expect(world.jira.exchanges.every(({ path }) => path.includes("/rest/usermanagement/1/"))).toBe(true);
});
