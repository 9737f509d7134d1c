import { describe, expect, test } from "@jest/globals";
import type { OktaSettings } from "../../../connectors/idp/okta/settings.ts";
import { Secret } from "../../../core/secret.ts";
import { newServiceApp } from "../../../sandbox/okta/access.ts";
import type { OktaSandbox } from "../../../sandbox/okta/server.ts";
import type { LogIn } from "../../contract/okta-harness.ts";
import { connector, signal, standIn } from "./stand-in.ts";

async function troubles(sandbox: OktaSandbox, more: Partial<OktaSettings> & { readonly logIn?: LogIn } = {}) {
	return (await connector(sandbox, more).check(signal)).filter((finding) => finding.level !== "ok");
}
const role = (sandbox: OktaSandbox, roles: readonly ("SUPER_ADMIN" | "USER_ADMIN" | "READ_ONLY_ADMIN")[], groups?: readonly string[]) =>
	sandbox.addToken({
		token: sandbox.credentials.token,
		owner: "admin@example.com",
		roles,
		...(groups === undefined ? {} : { groups }),
	});

describe("check", () => {
	test("nothing to complain about: everything that was looked at is named", async () => {
		const findings = await connector(await standIn()).check(signal);
		expect(findings.map((finding) => [finding.level, finding.name])).toEqual([
			["ok", "server.login"],
			["ok", "rights.roles"],
			["ok", "people.visible"],
			["ok", "groups.visible"],
			["ok", "clock.skew"],
			["ok", "limits.rate"],
		]);
		expect(findings.map((finding) => finding.message)).toContain("rollcall@example.com is Read-only Administrator");
		expect(findings.at(-1)?.message).toBe("Okta grants 1000000 lists of people a minute; at most 450000 of them are used");
	});

	test("a service app, with proof of possession", async () => {
		const findings = await connector(await standIn({ dpop: true }), { logIn: "serviceApp" }).check(signal);
		expect(findings.every((finding) => finding.level === "ok")).toBe(true);
		expect(findings[0]?.message).toMatch(/^service app 0oaSandboxRollcall00 is logged in at .*, with proof of possession$/);
		expect(findings[1]?.message).toBe("its tokens can do no more than okta.users.read and okta.groups.read");
	});

	test("it is cheap: a handful of requests, no more than ten rows each", async () => {
		const sandbox = await standIn();
		for (let n = 0; n < 30; n += 1) sandbox.org.addUser({ profile: { login: `p${n}@example.com` } });
		const okta = connector(sandbox);
		await okta.check(signal);
		expect(okta.requests()).toBe(4);
		expect(sandbox.exchanges.every((one) => Number(one.query.limit ?? 1) <= 10)).toBe(true);
	});

	test("a wrong token", async () => {
		const sandbox = await standIn();
		const auth = { kind: "token" as const, token: new Secret("00not-the-right-one", "credential:okta") };
		const found = await troubles(sandbox, { auth });
		expect(found).toMatchObject([
			{ level: "error", name: "server.credentials", message: expect.stringContaining("E0000011 Invalid token") },
		]);
		expect(JSON.stringify(found)).not.toContain("00not-the-right-one");
	});

	test("nobody there; a page of HTML", async () => {
		const sandbox = await standIn();
		sandbox.faults.add({ effect: { kind: "html" } });
		expect(await troubles(sandbox)).toMatchObject([{ level: "error", name: "server.malformed" }]);
		await sandbox.close();
		expect(await troubles(sandbox)).toMatchObject([{ level: "error", name: "server.unreachable" }]);
	});

	test("more rights than needed are named", async () => {
		const sandbox = await standIn();
		role(sandbox, ["SUPER_ADMIN", "READ_ONLY_ADMIN"]);
		expect(await troubles(sandbox)).toMatchObject([
			{
				level: "warning",
				name: "rights.excessive",
				message: expect.stringContaining("admin@example.com is Super Organization Administrator"),
			},
		]);
	});

	test("no administrator at all", async () => {
		const sandbox = await standIn();
		role(sandbox, []);
		expect((await troubles(sandbox)).map((finding) => [finding.level, finding.name])).toEqual([
			["error", "rights.missing"],
			["error", "rights.missing"],
			["error", "rights.missing"],
		]);
	});

	test("an administrator of some groups only", async () => {
		const sandbox = await standIn();
		role(sandbox, ["USER_ADMIN"], [[...sandbox.org.groups.values()].find((group) => group.profile.name === "devs")!.id]);
		const found = await troubles(sandbox);
		expect(found.map((finding) => finding.name)).toEqual(["rights.excessive", "rights.missing"]);
		expect(found[1]).toMatchObject({
			level: "error",
			message: expect.stringContaining("Everyone"),
			todo: expect.stringContaining("whole organisation"),
		});
	});

	test("roles that cannot be seen are said to be unknown", async () => {
		expect(await troubles(await standIn({ quirks: { hidesRoles: true } }))).toMatchObject([{ level: "warning", name: "rights.unknown" }]);
	});

	test("a service app without an administrator's role, or without a scope", async () => {
		const sandbox = await standIn();
		const scopes = ["okta.users.read", "okta.groups.read"];
		const bare = newServiceApp("0oaBare", { roles: [], scopes, dpop: false });
		const half = newServiceApp("0oaHalf", { roles: ["READ_ONLY_ADMIN"], scopes: scopes.slice(1), dpop: false });
		for (const { app } of [bare, half]) sandbox.addApp(app);
		const as = ({ app, privateKey }: typeof bare) => ({
			auth: { kind: "serviceApp" as const, clientId: app.clientId, privateKey: new Secret(privateKey, "test") },
		});
		expect(await troubles(sandbox, as(bare))).toMatchObject([
			{ name: "rights.missing", todo: expect.stringContaining('give service app "0oaBare" the role Read-only Administrator') },
			{ name: "rights.missing" },
		]);
		expect(await troubles(sandbox, as(half))).toMatchObject([
			{ level: "error", name: "server.credentials", todo: expect.stringContaining("Okta API Scopes") },
		]);
	});

	test.each([
		["ahead of", 120_000],
		["behind", -120_000],
	])("a clock that is %s ours", async (word, shift) => {
		const sandbox = await standIn();
		const date = new Date(Date.now() + shift).toUTCString();
		const link = `<${sandbox.url}/api/v1/users>; rel="self"`;
		sandbox.faults.add({
			path: /users\?/,
			effect: { kind: "status", status: 200, headers: { date, link }, body: [{ id: "00u1" }] },
		});
		sandbox.faults.add({
			path: /groups\?/,
			effect: {
				kind: "status",
				status: 200,
				headers: { date, link },
				body: [{ id: "00g1", type: "BUILT_IN", profile: { name: "Everyone" } }],
			},
		});
		expect(await troubles(sandbox)).toMatchObject([
			{ level: "warning", name: "clock.skew", message: expect.stringMatching(new RegExp(`1(19|20|21) s ${word}`)) },
		]);
	});
});
