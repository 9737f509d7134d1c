import { afterEach, describe, expect, test } from "@jest/globals";
import { excessiveRights, missingRights, rightsOf } from "../../../connectors/idp/entra/rights.ts";
import type { EntraSettings } from "../../../connectors/idp/entra/settings.ts";
import { Secret } from "../../../core/secret.ts";
import type { AppRole } from "../../../sandbox/entra/access.ts";
import type { EntraSandbox } from "../../../sandbox/entra/server.ts";
import { selfSigned } from "../../../sandbox/kit/certificate.ts";
import { NOTHING, Opened, signal, staff } from "./tenants.ts";

const opened = new Opened();
afterEach(() => opened.close());

/** Everything that is not well, as `level name: message`. */
async function troubles(sandbox: EntraSandbox, more: Partial<EntraSettings> = {}): Promise<readonly string[]> {
	const findings = await opened.connector(sandbox, more).check(signal);
	for (const { level, todo } of findings) expect(todo !== undefined).toBe(level !== "ok");
	return findings.filter((f) => f.level !== "ok").map((f) => `${f.level} ${f.name}: ${f.message}`);
}
const withRoles = async (...roles: readonly AppRole[]): Promise<EntraSandbox> => {
	const sandbox = await opened.tenant();
	staff(sandbox, 2);
	sandbox.setRoles(sandbox.credentials.clientId, roles);
	return sandbox;
};

describe("check", () => {
	test("all is well with the two rights that are needed, and costs two log-in requests and two rows", async () => {
		const sandbox = await withRoles("User.Read.All", "GroupMember.Read.All");
		expect(await troubles(sandbox)).toEqual([]);
		expect(sandbox.exchanges.map((e) => [e.path.split("/").at(-1), e.query.$top])).toEqual(
			expect.arrayContaining([
				["openid-configuration", undefined],
				["token", undefined],
				["users", "1"],
				["groups", "1"],
			]),
		);
		expect(sandbox.exchanges).toHaveLength(4);
	});

	test.each<readonly [readonly AppRole[], readonly string[]]>([
		[[], ["User.Read.All and GroupMember.Read.All"]],
		[["User.Read.All"], ["GroupMember.Read.All"]],
		[["GroupMember.Read.All"], ["User.Read.All"]],
		[["GroupMember.Read.All", "User.ReadBasic.All"], ["User.Read.All"]],
	])("with %j it names what is missing, and nothing is read", async (roles, missing) => {
		const sandbox = await withRoles(...roles);
		const found = await troubles(sandbox);
		expect(found).toContainEqual(expect.stringContaining(`lacks ${missing[0]}`));
		await expect(opened.connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.denied",
			todo: expect.stringContaining("Grant admin consent"),
		});
	});

	test("with more than is needed it names what is too much, what can write first", async () => {
		const sandbox = await withRoles("Directory.Read.All", "Group.ReadWrite.All", "Member.Read.Hidden");
		const app = sandbox.credentials.clientId;
		expect(await troubles(sandbox)).toEqual([
			`warning rights.excessive: ${app} may do more than read: Group.ReadWrite.All`,
			`warning rights.excessive: ${app} may read more than is needed: Directory.Read.All`,
		]);
	});

	test("rights that the token hides are found by trying: basic people have no state", async () => {
		const sandbox = await withRoles("User.Read.All", "GroupMember.Read.All");
		const rows = [...sandbox.tenant.users.values()].map(({ accountEnabled: _, ...rest }) => ({ ...rest, accountEnabled: null }));
		sandbox.faults.add({ path: /\/users\?/, effect: { kind: "wrong-json", body: { "@odata.count": rows.length, value: rows } } });
		expect(await troubles(sandbox)).toEqual(["error rights.missing: Graph does not show whether accounts are enabled"]);
		await expect(opened.connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("whether the account is enabled"),
		});
	});

	test("one person whose state is not shown is held, not taken for a leaver", async () => {
		const sandbox = await withRoles("User.Read.All", "GroupMember.Read.All");
		const [one] = [...sandbox.tenant.users.keys()];
		sandbox.tenant.updateUser(one!, { accountEnabled: null });
		const snapshot = await opened.connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.rejects).toMatchObject([{ kind: "person", id: one, because: expect.stringContaining("accountEnabled") }]);
	});

	test("wrong secret, wrong tenant, an empty tenant, no server", async () => {
		const sandbox = await opened.tenant();
		const { tenant, clientId, clientSecret } = sandbox.credentials;
		const login = { kind: "secret", tenant, clientId, secret: new Secret("wrong-wrong", "test") } as const;
		expect(await troubles(sandbox, { login })).toEqual([expect.stringMatching(/^error server\.credentials: .*AADSTS7000215/)]);
		const nowhere = { ...login, tenant: "nowhere", secret: new Secret(clientSecret, "test") };
		expect(await troubles(sandbox, { login: nowhere })).toEqual([expect.stringMatching(/^error server\.tenant: .*nowhere/)]);
		expect(await troubles(sandbox)).toEqual(["error people.empty: Graph shows no people", "warning groups.empty: Graph shows no groups"]);
		const gone = opened.connector(sandbox);
		await sandbox.close();
		expect(await gone.check(signal)).toMatchObject([{ level: "error", name: "server.unreachable" }]);
	});

	test("a certificate that ends soon, has ended, or is none", async () => {
		const sandbox = await withRoles("User.Read.All", "GroupMember.Read.All");
		const { tenant, clientId } = sandbox.credentials;
		for (const [days, level] of [
			[400, undefined],
			[10, "warning"],
			[-1, "error"],
		] as const) {
			const { cert, key } = selfSigned({ name: "app", rsa: true, days });
			sandbox.addApp({ clientId, roles: ["User.Read.All", "GroupMember.Read.All"], certificate: cert });
			const login = { kind: "certificate", tenant, clientId, pem: new Secret(cert + key, "test") } as const;
			const found = (await opened.connector(sandbox, { login }).check(signal)).find((f) => f.name === "certificate.expiry");
			expect([days, found?.level]).toEqual([days, level ?? "ok"]);
		}
		const login = { kind: "certificate", tenant, clientId, pem: new Secret("nonsense", "credential:entra") } as const;
		expect(await troubles(sandbox, { login })).toContainEqual(
			expect.stringContaining("error certificate.unreadable: the file of credential:entra"),
		);
	});

	test("a clock that is wrong", async () => {
		const sandbox = await withRoles("User.Read.All", "GroupMember.Read.All");
		const body = { access_token: sandbox.tokens.issue({ clientId: "x", roles: ["User.Read.All", "GroupMember.Read.All"] }, "t") };
		const headers = { date: new Date(Date.now() + 600_000).toUTCString(), "content-type": "application/json" };
		const token = { ...body, token_type: "Bearer", expires_in: 3599 };
		sandbox.faults.add({ path: /oauth2/, effect: { kind: "status", status: 200, headers, body: token } });
		expect(await troubles(sandbox)).toEqual([
			expect.stringMatching(/^warning clock\.skew: the clock of .* is (59\d|60\d) s ahead of this machine's$/),
		]);
	});
});

describe("rights in a token", () => {
	const token = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;

	test("a token without roles has none; one that cannot be read says nothing", () => {
		expect(missingRights(rightsOf(token({ appid: "a" })))).toEqual(["User.Read.All", "GroupMember.Read.All"]);
		for (const text of ["opaque", "a.b.c", "..", token([]), token({ roles: "odd" })])
			expect([text, rightsOf(text).known]).toEqual([text, false]);
	});

	test("what writes is told from what reads", () => {
		const roles = [
			"User.Read.All",
			"User.ReadWrite.All",
			"Mail.Send",
			"Group.Create",
			"Sites.Read.All",
			"User.ReadBasic.All",
			"Member.Read.Hidden",
		];
		expect(excessiveRights(rightsOf(token({ roles })))).toEqual({
			writing: ["Group.Create", "Mail.Send", "User.ReadWrite.All"],
			reading: ["Sites.Read.All", "User.ReadBasic.All"],
		});
	});
});
