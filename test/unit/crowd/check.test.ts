import { afterEach, describe, expect, test } from "@jest/globals";
import { Secret } from "../../../core/secret.ts";
import type { CrowdSandbox } from "../../../sandbox/crowd/server.ts";
import { DIRECTORIES } from "../../contract/crowd-harness.ts";
import { calm, closeAll, connect, server } from "./stand-in.ts";

afterEach(closeAll);
type More = Parameters<typeof connect>[1];
const check = (sandbox: CrowdSandbox, more: More = {}) => connect(sandbox, more).check(calm);
const troubles = async (sandbox: CrowdSandbox, more: More = {}) =>
	(await check(sandbox, more)).filter((f) => f.level !== "ok").map((f) => `${f.level} ${f.name}: ${f.message} ${f.todo}`);

describe("check", () => {
	test("all is well: what was found, in three requests of at most one page", async () => {
		const sandbox = await server();
		const connector = connect(sandbox);
		const findings = await connector.check(calm);
		expect(findings.map((f) => `${f.level} ${f.name}`)).toEqual([
			"ok server.login",
			"ok clock.skew",
			"ok people.visible",
			"ok groups.visible",
			"ok rights.writing",
		]);
		expect(findings[0]?.message).toMatch(/application "rollcall" is logged in at 127\.0\.0\.1:\d+ \(Crowd 6\.3\.1\)/);
		expect(findings[2]?.message).toMatch(/of directories 32769, 98305$/);
		expect(connector.requests()).toBe(3);
		expect(new Set(sandbox.exchanges.map(({ method }) => method))).toEqual(new Set(["GET"]));
	});
	test("a wrong password is said to be an application's, and tried once", async () => {
		const sandbox = await server();
		const found = await troubles(sandbox, { password: new Secret("wrong", "test") });
		expect(found).toEqual([
			expect.stringMatching(/^error server\.credentials: .*application "rollcall" were not accepted.*never those of a person/),
		]);
		expect(sandbox.exchanges).toHaveLength(1);
	});
	test("an address that is not on the application's list", async () => {
		const sandbox = await server();
		sandbox.quirks.foreignAddress = "192.0.2.17";
		expect(await troubles(sandbox)).toEqual([
			expect.stringMatching(
				/^error server\.address: .*the address 192\.0\.2\.17 are not accepted.*Add 192\.0\.2\.17 to the remote addresses/,
			),
		]);
		sandbox.quirks.foreignAddress = "2001:db8:0:0:0:0:0:1";
		expect((await troubles(sandbox)).join()).toMatch(/Add 2001:db8:0:0:0:0:0:1 to/);
	});
	test("any other 403", async () => {
		const sandbox = await server();
		sandbox.faults.add({ effect: { kind: "status", status: 403, body: { reason: "APPLICATION_ACCESS_DENIED", message: "Not allowed" } } });
		expect(await troubles(sandbox)).toEqual([
			expect.stringMatching(/^error rights\.missing: .*403: Not allowed .*switched off, or the address/),
		]);
	});
	test("an application without directories sees nobody", async () => {
		const sandbox = await server({ applications: [{ name: "rollcall", password: "pw", directories: [] }] });
		expect(await troubles(sandbox, { password: new Secret("pw", "test") })).toEqual([
			expect.stringMatching(/^error people\.empty: .*Directories & groups/),
			expect.stringMatching(/^warning groups\.empty: /),
		]);
	});
	test("an application that has not all directories that are named", async () => {
		const sandbox = await server({ applications: [{ name: "rollcall", password: "pw", directories: [DIRECTORIES[0].id] }] });
		const more = { password: new Secret("pw", "test"), directories: DIRECTORIES.map(({ id }) => id) };
		expect(await troubles(sandbox, more)).toEqual([expect.stringMatching(/^warning directories\.unseen: .*directory 98305.*is refused/)]);
		await expect(connect(sandbox, more).snapshot({ attributes: new Set() }, calm)).rejects.toMatchObject({ code: "source.incomplete" });
	});
	test("the application of Crowd's own console may do too much", async () => {
		const sandbox = await server({ applications: [{ name: "crowd", password: "pw" }] });
		const found = await troubles(sandbox, { application: "crowd", password: new Secret("pw", "test") });
		expect(found).toEqual([expect.stringMatching(/^warning rights\.excessive: "crowd" is an application of Crowd's own/)]);
	});
	test("no keys", async () => {
		const sandbox = await server();
		sandbox.quirks.keys = false;
		expect(await troubles(sandbox)).toEqual([expect.stringMatching(/^error people\.keys: /)]);
		expect(await troubles(sandbox, { personId: "username" })).toEqual([]);
	});
	test("something that is no Crowd; a wrong context path", async () => {
		const sandbox = await server();
		sandbox.quirks.saysVersion = false;
		expect(await troubles(sandbox)).toEqual([expect.stringMatching(/^error server\.malformed: .*X-Embedded-Crowd-Version.*context path/)]);
		expect(await troubles(sandbox, { url: new URL(sandbox.url).origin })).toEqual([
			expect.stringMatching(/^error server\.incomplete: .*404/),
		]);
	});
	test("clocks that differ", async () => {
		const sandbox = await server();
		const date = new Date(Date.now() + 3_600_000).toUTCString();
		const body = { groups: [] };
		sandbox.faults.add({
			effect: { kind: "status", status: 200, headers: { date, "x-embedded-crowd-version": "Crowd/7.0" }, body },
			times: 1,
		});
		expect((await troubles(sandbox)).join()).toMatch(/warning clock\.skew: .*3[56]\d\d s ahead/);
	});
});

describe("one person", () => {
	const ask = (sandbox: CrowdSandbox, who: string, more: More = {}) =>
		connect(sandbox, more).person!(who, { attributes: new Set(["employeeNumber"]) }, calm);
	test("by key, and by name in any case", async () => {
		const sandbox = await server();
		const key = `${DIRECTORIES[0].id}:00000000-0000-4000-8100-000000000000`;
		const person = await ask(sandbox, key);
		expect(person).toMatchObject({ id: key, username: "person-00", attributes: { employeeNumber: ["0", "E0"] } });
		expect(await ask(sandbox, "PERSON-00")).toEqual(person);
	});
	test("is the one of the snapshot", async () => {
		const sandbox = await server();
		const attributes = new Set(["employeeNumber"]);
		const { people } = await connect(sandbox).snapshot({ attributes }, calm);
		for (const person of people.values()) expect(await ask(sandbox, person.id)).toEqual(person);
	});
	test("who is not there", async () => {
		const sandbox = await server();
		expect(await ask(sandbox, "nobody-of-that-name")).toBeUndefined();
		expect(await ask(sandbox, "1:gone")).toBeUndefined();
	});
	test("a 404 for another reason is no answer", async () => {
		const sandbox = await server();
		await expect(ask(sandbox, "person-00", { url: new URL(sandbox.url).origin })).rejects.toMatchObject({ code: "source.malformed" });
		sandbox.faults.add({ effect: { kind: "status", status: 404, body: { reason: "GROUP_NOT_FOUND", message: "?" } } });
		await expect(ask(sandbox, "person-00")).rejects.toMatchObject({ code: "source.malformed" });
	});
	test("by name where there are no keys", async () => {
		const sandbox = await server();
		sandbox.quirks.keys = false;
		expect(await ask(sandbox, "Person-00", { personId: "username" })).toMatchObject({ id: "person-00" });
		await expect(ask(sandbox, "person-00")).rejects.toMatchObject({ code: "config.invalid" });
	});
});
