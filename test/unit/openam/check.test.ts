import { afterEach, describe, expect, test } from "@jest/globals";
import { type OpenAmSettings, openam } from "../../../connectors/idp/openam/connector.ts";
import { Secret } from "../../../core/secret.ts";
import { type OpenAmOptions, type OpenAmSandbox, startOpenam } from "../../../sandbox/openam/server.ts";
import { fill, settingsFor } from "../../contract/openam-harness.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
const signal = new AbortController().signal;
const PASSWORD = "päss wörd";

async function server(options: OpenAmOptions = {}) {
	const accounts = (["none", "read", "policies", "admin"] as const).map((privilege) => ({
		username: privilege,
		password: PASSWORD,
		privilege,
	}));
	const sandbox = await startOpenam({ accounts: [{ username: "jürgen", password: PASSWORD, privilege: "read" }, ...accounts], ...options });
	open.push(sandbox);
	fill(sandbox, { reversed: false });
	return sandbox;
}
function connect(sandbox: OpenAmSandbox, more: Partial<OpenAmSettings> = {}) {
	const connector = openam({ ...settingsFor(sandbox), realms: ["/"], ...more });
	open.push(connector);
	return connector;
}
const check = (sandbox: OpenAmSandbox, more: Partial<OpenAmSettings> = {}) => connect(sandbox, more).check(signal);
const troubles = async (sandbox: OpenAmSandbox, more: Partial<OpenAmSettings> = {}) =>
	(await check(sandbox, more)).filter((f) => f.level !== "ok").map((f) => `${f.level} ${f.name}: ${f.message}`);

describe("check", () => {
	test("all is well; names and passwords in any script", async () => {
		const sandbox = await server();
		expect((await check(sandbox)).map((f) => `${f.level} ${f.name}`)).toEqual([
			"ok server.login",
			"ok clock.skew",
			"ok rights.read",
			"ok rights.excessive",
		]);
	});

	test("a missing right, in every realm that is read", async () => {
		const sandbox = await server();
		expect(await troubles(sandbox, { username: "none", realms: ["/", "/twin"] })).toEqual([
			expect.stringMatching(/^error rights\.missing: .*realm \/\)/),
			expect.stringMatching(/^error rights\.missing: .*realm \/twin\)/),
		]);
	});

	test.each([
		["policies", /more than read: administer policies \(PolicyAdmin\)$/],
		["admin", /RealmAdmin.*PolicyAdmin/],
	])("too many rights: %s", async (username, message) => {
		expect(await troubles(await server(), { username })).toEqual([expect.stringMatching(message)]);
	});

	test("who may list realms is told of those that are not read", async () => {
		const sandbox = await server();
		sandbox.addRealm("/sub", "own");
		sandbox.addRealm("/sub/deep", "inherited");
		expect(await check(sandbox, { username: "admin" })).toContainEqual({
			level: "ok",
			name: "realms.unread",
			message: "these realms are not read: /twin, /sub, /sub/deep",
		});
	});

	test("a clock that is wrong", async () => {
		const behind = await server({ clock: () => Date.now() - 300_000 });
		expect(await troubles(behind)).toEqual([expect.stringMatching(/^warning clock\.skew: .* (299|30\d) s behind/)]);
		const ahead = await server({ clock: () => Date.now() + 300_000 });
		expect(await troubles(ahead)).toEqual([expect.stringMatching(/ahead of/)]);
	});

	test("an id that the data store does not show is seen where the account is one of the people", async () => {
		const sandbox = await server();
		sandbox.store("/").addPerson({ entryUUID: "e", uid: "jürgen", attributes: {} });
		sandbox.quirks.shown = ["uid"];
		expect(await troubles(sandbox)).toEqual([expect.stringMatching(/^error attributes\.hidden: .*entryUUID/)]);
	});

	test.each([
		["a wrong password", { password: new Secret("wrong", "t") }, "server.credentials", /Authentication Failed/],
		["an empty password", { password: new Secret("", "t") }, "server.credentials", /wants more than a name and a password/],
		["a realm that is not there", { authRealm: "/nope" }, "server.realm", /no realm \/nope/],
	])("%s", async (_what, more, name, message) => {
		expect(await check(await server(), more)).toMatchObject([{ level: "error", name, message: expect.stringMatching(message) }]);
	});

	test("a chain that asks for more; a host name that is not served", async () => {
		const sandbox = await server({ quirks: { asksMore: true } });
		expect(await check(sandbox)).toMatchObject([
			{ level: "error", name: "server.credentials", message: expect.stringMatching(/stage DataStore1/) },
		]);
		sandbox.quirks.onlyHost = "sso.example.org";
		expect(await check(sandbox)).toMatchObject([{ level: "error", name: "server.host" }]);
	});
});

describe("sessions", () => {
	test("one for all requests, renewed once for all, ended on closing", async () => {
		const sandbox = await server();
		const connector = connect(sandbox);
		await connector.snapshot({ attributes: new Set() }, signal);
		expect(sandbox.sessions.opened).toBe(1);
		await connector.close();
		expect(sandbox.sessions.closed).toBe(1);
		await connector.close();
		expect(sandbox.sessions.closed).toBe(1);
	});

	test("a wrong password is tried once, whatever is asked", async () => {
		const sandbox = await server();
		const connector = connect(sandbox, { password: new Secret("wrong", "t") });
		await connector.check(signal);
		await expect(connector.snapshot({ attributes: new Set() }, signal)).rejects.toMatchObject({ code: "source.denied" });
		expect(sandbox.exchanges.filter(({ path }) => path.endsWith("/authenticate"))).toHaveLength(1);
	});

	test("closing does not fail where the server is gone, nor before the first request", async () => {
		const sandbox = await server();
		const connector = connect(sandbox);
		await connector.check(signal);
		await sandbox.close();
		await expect(connector.close()).resolves.toBeUndefined();
		await expect(openam(settingsFor(sandbox)).close()).resolves.toBeUndefined();
	});
});
