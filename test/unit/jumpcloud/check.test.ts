import { describe, expect, test } from "@jest/globals";
import type { JumpCloudSettings } from "../../../connectors/idp/jumpcloud/settings.ts";
import { Secret } from "../../../core/secret.ts";
import type { JumpCloudSandbox } from "../../../sandbox/jumpcloud/server.ts";
import { connector, group, populate, signal, standIn } from "./stand-in.ts";

async function filled(): Promise<JumpCloudSandbox> {
	const sandbox = await standIn();
	group(sandbox, "g", populate(sandbox, 30));
	return sandbox;
}
const findings = (sandbox: JumpCloudSandbox, more: Partial<JumpCloudSettings> = {}) => connector(sandbox, more).check(signal);
async function troubles(sandbox: JumpCloudSandbox, more: Partial<JumpCloudSettings> = {}) {
	return (await findings(sandbox, more)).filter(({ level }) => level !== "ok");
}

describe("check", () => {
	test("nothing to complain about: everything that was looked at is named", async () => {
		const found = await findings(await filled());
		expect(found.map(({ level, name, message }) => [level, name, message])).toEqual([
			["ok", "server.login", expect.stringMatching(/^the API key is let in at 127\.0\.0\.1:\d+$/)],
			["ok", "clock.skew", expect.stringContaining("agree")],
			["ok", "people.visible", "JumpCloud counts 30 people"],
			["ok", "groups.visible", "JumpCloud shows its groups and who is in them"],
			["ok", "rights.roles", "rollcall@example.com is Read Only, which sees everything and changes nothing"],
		]);
	});

	test("it is cheap: four requests of one row each", async () => {
		const sandbox = await filled();
		const jumpcloud = connector(sandbox);
		await jumpcloud.check(signal);
		expect(jumpcloud.requests()).toBe(4);
		expect(sandbox.exchanges.map(({ query }) => query.limit)).toEqual(["1", "1", "1", undefined]);
	});

	test("a wrong key, and a key of another region", async () => {
		const auth = { kind: "apiKey", key: new Secret("jca_not-the-right-one", "credential:jumpcloud") } as const;
		const found = await troubles(await filled(), { auth, region: "eu" });
		expect(found).toMatchObject([
			{ level: "error", name: "server.credentials", todo: expect.stringContaining('It must be of region "eu"') },
		]);
		expect(JSON.stringify(found)).not.toContain("jca_not");
	});

	test("rights that are missing are named: people, groups, members", async () => {
		const sandbox = await filled();
		const missing = { level: "error", name: "rights.missing", todo: expect.stringContaining('the role "Read Only"') };
		sandbox.become({ sees: ["groups", "members"] });
		expect(await troubles(sandbox)).toMatchObject([{ ...missing, message: expect.stringMatching(/^people: GET \/api\/systemusers /) }]);
		sandbox.become({ sees: ["people", "members"] });
		expect(await troubles(sandbox)).toMatchObject([{ ...missing, message: expect.stringMatching(/^groups: GET \/api\/v2\/usergroups /) }]);
		sandbox.become({ sees: ["people", "groups"] });
		expect(await troubles(sandbox)).toMatchObject([{ ...missing, message: expect.stringMatching(/^groups: .*\/membership /) }]);
		sandbox.become({ roles: ["Command Runner"] });
		expect(await troubles(sandbox)).toMatchObject([missing]);
	});

	test.each([
		["Administrator With Billing", "may do everything"],
		["Administrator", "may change people, groups, devices and settings"],
		["Manager", "may change people, groups and devices"],
		["Help Desk", "may change people"],
		["manager", "may change people, groups and devices"],
	])("rights that are too much are named: %s", async (role, may) => {
		const sandbox = await filled();
		sandbox.become({ roles: [role] });
		expect(await troubles(sandbox)).toMatchObject([
			{ level: "warning", name: "rights.excessive", message: `rollcall@example.com is ${role}, and ${may}` },
		]);
	});

	test("several roles are judged one by one, and one of one's own cannot be", async () => {
		const sandbox = await filled();
		sandbox.become({ roles: ["Read Only", "Help Desk", "Directory readers"] });
		expect((await findings(sandbox)).slice(4).map(({ level, name }) => [level, name])).toEqual([
			["ok", "rights.roles"],
			["warning", "rights.excessive"],
			["warning", "rights.unknown"],
		]);
		sandbox.become({ roles: [], sees: ["people", "groups", "members"] });
		expect(await troubles(sandbox)).toMatchObject([
			{ name: "rights.unknown", message: expect.stringContaining("does not name the roles") },
		]);
	});

	test("whose key it is may not be told; what was let in stays let in", async () => {
		const sandbox = await filled();
		const { clientId, clientSecret } = sandbox.credentials;
		sandbox.quirks.hidesSelf = true;
		expect(await troubles(sandbox)).toMatchObject([
			{ level: "warning", name: "rights.unknown", todo: expect.stringContaining("Read Only") },
		]);
		const auth = { kind: "serviceAccount", clientId, clientSecret: new Secret(clientSecret, "test") } as const;
		const jumpcloud = connector(sandbox, { auth });
		expect((await jumpcloud.check(signal)).filter(({ level }) => level !== "ok")).toMatchObject([
			{ name: "rights.unknown", message: `JumpCloud does not say what service account ${clientId} may do` },
		]);
		expect((await jumpcloud.snapshot({ attributes: new Set() }, signal)).size.people).toBe(30);
	});

	test("a key that ends soon", async () => {
		const sandbox = await filled();
		const inDays = (days: number) => new Date(Date.now() + days * 86_400_000 + 60_000).toISOString();
		sandbox.become({ endsAt: inDays(12) });
		expect(await troubles(sandbox)).toMatchObject([
			{ level: "warning", name: "credential.ends", message: expect.stringContaining(`in 12 days, on ${inDays(12).slice(0, 10)}`) },
		]);
		sandbox.become({ endsAt: inDays(40) });
		expect(await troubles(sandbox)).toEqual([]);
	});

	test("nobody, and no groups", async () => {
		const sandbox = await standIn();
		expect(await troubles(sandbox)).toMatchObject([
			{ level: "error", name: "people.empty" },
			{ level: "warning", name: "groups.empty" },
		]);
	});

	test("an organisation that is not there, one that must be named, an address that is blocked, a server that is not there", async () => {
		const sandbox = await filled();
		sandbox.become({ organizations: [sandbox.organizationId, "5e0000000000000000000001"] });
		expect(await troubles(sandbox, { organization: "5e0000000000000000000009" })).toMatchObject([
			{ level: "error", name: "server.organization" },
		]);
		expect(await troubles(sandbox)).toMatchObject([
			{ name: "server.credentials", message: expect.stringContaining("x-org-id header is required") },
		]);
		sandbox.quirks.blocked = true;
		expect(await troubles(sandbox)).toMatchObject([{ level: "error", message: expect.stringContaining("blocks this machine's address") }]);
		expect(await troubles(sandbox, { url: "http://127.0.0.1:9" })).toMatchObject([{ level: "error", name: "server.unreachable" }]);
	});

	test("a clock that is wrong", async () => {
		const sandbox = await filled();
		const headers = (ms: number) => ({ date: new Date(Date.now() + ms).toUTCString() });
		const body = { totalCount: 1, results: [{}] };
		for (const [ms, words] of [
			[90_000, "ahead of"],
			[-90_000, "behind"],
		] as const) {
			sandbox.faults.clear();
			sandbox.faults.add({ path: /systemusers/, effect: { kind: "status", status: 200, headers: headers(ms), body } });
			expect(await troubles(sandbox)).toMatchObject([{ level: "warning", name: "clock.skew", message: expect.stringContaining(words) }]);
		}
	});

	test("stopped is stopped", async () => {
		await expect(connector(await filled()).check(AbortSignal.abort())).rejects.toMatchObject({ code: "run.cancelled" });
	});
});
