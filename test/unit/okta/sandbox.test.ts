import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { openConnector } from "../../../app/wiring.ts";
import { publishedLimits } from "../../../sandbox/okta/limits.ts";
import { configOf, type OktaSandbox, startOkta } from "../../../sandbox/okta/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { configText, judge } from "../config/support.ts";
import { connector, NOTHING, signal, standIn } from "./stand-in.ts";

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
const get = (sandbox: OktaSandbox, path: string) =>
	fetch(`${sandbox.url}/api/v1${path}`, { headers: { authorization: `SSWS ${sandbox.credentials.token}` } });
const ids = async (sandbox: OktaSandbox, path: string) =>
	((await (await get(sandbox, path)).json()) as { id: string }[]).map((row) => row.id);

describe("the Okta stand-in", () => {
	test("keeps people, groups and memberships from run to run", async () => {
		const folder = await mkdtemp(join(tmpdir(), "okta-"));
		open.push({ close: () => rm(folder, { recursive: true }) });
		const stateFile = join(folder, "okta.json");
		const first = await startOkta({ stateFile });
		first.load(company({ people: 20, groups: 8, seed: 2 }));
		const before = await connector(first).snapshot({ attributes: "all" }, signal);
		await first.close();
		const second = await startOkta({ stateFile });
		open.push(second);
		expect([first.restored, second.restored]).toEqual([false, true]);
		expect((await connector(second).snapshot({ attributes: "all" }, signal)).digest).toBe(before.digest);
	});

	test("ids and states depend on the company only; members of inner groups are members of outer ones", async () => {
		const world = company({ people: 80, groups: 20, seed: 4 });
		const [one, two] = [await standIn(), await standIn()];
		for (const sandbox of [one, two]) sandbox.load(world);
		expect(await ids(one, "/users")).toEqual(await ids(two, "/users"));
		expect([...one.org.users.keys()].every((id) => /^00u[0-9A-Za-z]{17}$/.test(id))).toBe(true);
		const inner = world.groups.find(
			(group) => group.parentId !== undefined && world.people.some((person) => person.groups.includes(group.id)),
		)!;
		const named = (id: string) =>
			[...one.org.groups.values()].find((group) => group.profile.name === world.groups.find((g) => g.id === id)!.name)!;
		const members = (id: string) => new Set(one.org.membersOf(named(id).id).map((user) => user.id));
		expect([...members(inner.id)].filter((id) => !members(inner.parentId!).has(id))).toEqual([]);
		expect(members(inner.id).size).toBeGreaterThan(0);
	});

	test("the plain list has no deactivated people; filters have, and are understood as documented", async () => {
		const sandbox = await standIn();
		const [anna, ben] = ["anna", "ben"].map((name) => sandbox.org.userNamed(`${name}@example.com`)!.id);
		const filter = (text: string) => ids(sandbox, `/users?filter=${encodeURIComponent(text)}`);
		expect(await ids(sandbox, "/users")).toEqual([anna]);
		expect(await filter('status eq "DEPROVISIONED"')).toEqual([ben]);
		expect(await filter('status eq "ACTIVE" and profile.login eq "ben@example.com" or id eq "x"')).toEqual([]);
		expect((await filter('lastUpdated gt "2020-01-01T00:00:00.000Z"')).length).toBe(2);
		for (const wrong of ["status", 'status gt "A"', 'profile.site eq "Bonn"', 'id eq "x" xor id eq "y"'])
			expect([wrong, (await get(sandbox, `/users?filter=${encodeURIComponent(wrong)}`)).status]).toEqual([wrong, 400]);
	});

	test("counts requests as Okta did, half of them for one token", async () => {
		const sandbox = await standIn({ limits: { ...publishedLimits, perWindow: { users: 4 } } });
		const answers = [];
		for (let n = 0; n < 3; n += 1) answers.push(await get(sandbox, "/users"));
		expect(answers.map((answer) => [answer.status, answer.headers.get("x-rate-limit-remaining")])).toEqual([
			[200, "3"],
			[200, "2"],
			[429, "0"],
		]);
		expect(await answers[2]!.json()).toMatchObject({ errorCode: "E0000047" });
		const reset = Number(answers[2]!.headers.get("x-rate-limit-reset")) - Date.now() / 1000;
		expect(reset).toBeGreaterThan(55);
	});

	test("its configuration is what the program can open", async () => {
		const sandbox = await standIn();
		const { yaml, secrets } = configOf(sandbox);
		expect(Object.keys(secrets)).toEqual(["okta"]);
		const lines = yaml.replace("credential:okta", "env:OKTA").replace(/^(?=.)/gm, "    ");
		const config = await judge(configText().replace(/ {4}kind: keycloak\n[\s\S]*?(?=products:)/, lines), { OKTA: secrets.okta! });
		const okta = await openConnector(config.sources.get("staff" as never)!, undefined);
		open.push(okta);
		expect((await okta.snapshot(NOTHING, signal)).size.people).toBe(2);
	});
});

test("requests go through the configured proxy, and none beside it", async () => {
	const sandbox = await standIn();
	const passed: string[] = [];
	const proxy = http.createServer((request, response) => {
		const { host, pathname, search } = new URL(request.url ?? "");
		passed.push(host);
		const onward = http.request(sandbox.url + pathname + search, { method: request.method, headers: request.headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		request.pipe(onward);
	});
	await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
	open.push({ close: () => new Promise((resolve) => proxy.close(resolve)) });
	const network = { timeoutMs: 10_000, concurrency: 1, proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
	const okta = connector(sandbox, { network, url: sandbox.url.replace("127.0.0.1", "example.okta.test") });
	await okta.check(signal);
	expect(new Set(passed)).toEqual(new Set([`example.okta.test:${new URL(sandbox.url).port}`]));
	expect(sandbox.exchanges.length).toBe(okta.requests());
	await okta.close();
});
