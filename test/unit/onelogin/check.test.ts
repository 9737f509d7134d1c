import { describe, expect, test } from "@jest/globals";
import type { OneLoginSettings } from "../../../connectors/idp/onelogin/connector.ts";
import { GROUPS } from "../../../connectors/idp/onelogin/settings.ts";
import { Secret } from "../../../core/secret.ts";
import type { Scope } from "../../../sandbox/onelogin/access.ts";
import type { OneLoginOptions, OneLoginSandbox } from "../../../sandbox/onelogin/server.ts";
import { connect, never, standIn } from "./stand-in.ts";

const check = (sandbox: OneLoginSandbox, more: Partial<OneLoginSettings> = {}) => connect(sandbox, more).check(never());
const names = async (sandbox: OneLoginSandbox, more: Partial<OneLoginSettings> = {}) =>
	(await check(sandbox, more)).map(({ level, name }) => `${level} ${name}`);
const troubles = async (sandbox: OneLoginSandbox, more: Partial<OneLoginSettings> = {}) =>
	(await check(sandbox, more)).filter(({ level }) => level !== "ok").map(({ level, name, message }) => `${level} ${name}: ${message}`);

function withScope(sandbox: OneLoginSandbox, scope: Scope): Partial<OneLoginSettings> {
	sandbox.addCredential({ clientId: "other", clientSecret: "other-secret", scope });
	return { clientId: "other", clientSecret: new Secret("other-secret", "test") };
}

describe("check", () => {
	test("all is well, with a page of each list at most", async () => {
		const sandbox = await standIn(120);
		expect(await check(sandbox)).toEqual([
			{ level: "ok", name: "server.login", message: expect.stringMatching(/^API credential 5a8f\w+ is accepted at 127\.0\.0\.1:\d+$/) },
			{ level: "ok", name: "people.visible", message: "OneLogin counts 120 people" },
			{ level: "ok", name: "roles.visible", message: "OneLogin counts 1 roles" },
			{ level: "ok", name: "groups.visible", message: "groups may be read" },
			{ level: "ok", name: "rights.excessive", message: expect.stringContaining("neither Read all nor Manage all") },
			{ level: "ok", name: "clock.skew", message: expect.stringContaining("agree") },
			{
				level: "ok",
				name: "limits.hour",
				message: "of the account's 5000 calls an hour 1000 are kept for others; a reading takes about 7, so that 571 fit into an hour",
			},
		]);
		expect(sandbox.exchanges).toHaveLength(6);
		expect(await names(sandbox, { groups: { ...GROUPS, read: [] } })).not.toEqual(
			expect.arrayContaining([expect.stringMatching(/roles|groups\./)]),
		);
	});

	test.each([401, 403] as const)("a missing right, said with %d", async (scopeRefusal) => {
		const sandbox = await standIn(3, { quirks: { scopeRefusal } });
		expect(await check(sandbox, withScope(sandbox, "Authentication Only"))).toEqual([
			expect.objectContaining({ name: "server.login" }),
			{
				level: "error",
				name: "rights.missing",
				message: expect.stringContaining(String(scopeRefusal)),
				todo: expect.stringContaining("Read users"),
			},
		]);
	});

	test.each(["Read All", "Manage All"] as const)("too many rights: %s", async (scope) => {
		const sandbox = await standIn(3);
		expect(await troubles(sandbox, withScope(sandbox, scope))).toEqual([
			"warning rights.excessive: API credential other may do more than read people: it may read apps, so that its scope is Read all or Manage all",
		]);
	});

	test.each([401, 403] as const)("the probe for too many rights spoils nothing (%d)", async (scopeRefusal) => {
		const sandbox = await standIn(3, { quirks: { scopeRefusal } });
		const connector = connect(sandbox);
		await connector.check(never());
		const { size } = await connector.snapshot({ attributes: new Set() }, never());
		expect([size.people, sandbox.access.issued]).toEqual([3, 1]);
	});

	test("a probe that fails says nothing about rights", async () => {
		const sandbox = await standIn(3);
		sandbox.faults.add({ path: /api\/2\/apps/, effect: { kind: "status", status: 500 } });
		expect(await troubles(sandbox)).toEqual([expect.stringMatching(/^error server\.unreachable: GET \/api\/2\/apps /)]);
	});

	test("a wrong secret", async () => {
		const sandbox = await standIn(3);
		expect(await troubles(sandbox, { clientSecret: new Secret("wrong-secret", "test") })).toEqual([
			expect.stringMatching(/^error server\.credentials: POST \/auth\/oauth2\/v2\/token on .* answered 401: Authentication Failure$/),
		]);
	});

	test.each<readonly [string, OneLoginOptions["quirks"], readonly (string | RegExp)[]]>([
		["nothing says who is in a role", { ignoresFields: "everywhere" }, [/^error roles\.members: /]],
		["only roles say it", { ignoresFields: "people" }, [/^warning roles\.unproven: .*only the list of roles says/]],
		["no word about the hour", { ratePage: "absent" }, [/^warning limits\.unknown: /]],
	])("%s", async (_, quirks, expected) => {
		const found = await troubles(await standIn(3, { quirks: quirks ?? {} }));
		expect(found).toEqual(expected.map((one) => expect.stringMatching(one)));
	});

	test("what is known needs no warning", async () => {
		const sandbox = await standIn(3, { quirks: { ignoresFields: "people" } });
		expect(await troubles(sandbox, { groups: { ...GROUPS, members: "roles" } })).toEqual([]);
	});

	test("nobody is there", async () => {
		expect(await troubles(await standIn(0))).toEqual(["error people.empty: OneLogin shows nobody"]);
	});

	test("a reading that would never fit into an hour; the pages that OneLogin really gives count", async () => {
		const limit = { calls: 12, windowSeconds: 3_600, counts: "all" } as const;
		const sandbox = await standIn(120, { limit, quirks: { mostPeople: 20 } });
		expect(await troubles(sandbox)).toEqual([
			"error limits.hour: of the account's 12 calls an hour 3 are kept for others; a reading takes about 11, which never fit",
		]);
	});

	test("the hour is used up", async () => {
		const sandbox = await standIn(3);
		sandbox.limiter.useByOthers(4_990);
		expect(await names(sandbox)).toEqual(["error limits.hour"]);
	});

	test("a clock that is wrong", async () => {
		const sandbox = await standIn(1);
		const { account } = sandbox;
		const date = new Date(Date.now() - 300_000).toUTCString();
		const body = [{ ...account.user(1), role_ids: [] }];
		const headers = { "total-count": "1", date };
		sandbox.faults.add({ path: /api\/2/, effect: { kind: "status", status: 200, headers, body } });
		expect((await troubles(sandbox, { groups: { ...GROUPS, read: [] } })).filter((line) => line.includes("clock"))).toEqual([
			expect.stringMatching(/^warning clock\.skew: the clock of .* is (299|300|301) s behind this machine's$/),
		]);
	});

	test("a server that is not there", async () => {
		expect(await troubles(await standIn(1), { url: "http://127.0.0.1:9" })).toEqual([
			expect.stringMatching(/^error server\.unreachable: /),
		]);
	});
});
