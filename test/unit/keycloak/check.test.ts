import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "@jest/globals";
import { keycloak } from "../../../connectors/idp/keycloak/connector.ts";
import { claimsOf, excessiveRoles, rightsOf, seesEverybody } from "../../../connectors/idp/keycloak/rights.ts";
import type { KeycloakSettings } from "../../../connectors/idp/keycloak/settings.ts";
import { Secret } from "../../../core/secret.ts";
import { type KeycloakOptions, type KeycloakSandbox, startKeycloak } from "../../../sandbox/keycloak/server.ts";
import { settingsFor } from "../../contract/keycloak-harness.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
const signal = new AbortController().signal;

async function standIn(options: KeycloakOptions = {}): Promise<KeycloakSandbox> {
	const sandbox = await startKeycloak(options);
	open.push(sandbox);
	const anna = sandbox.realm.addUser({
		username: "anna",
		enabled: true,
		email: "anna@example.com",
		attributes: { site: ["Köln"], cost: ["1"] },
	});
	sandbox.realm.addMember(sandbox.realm.addGroup({ name: "a" }).id, anna.id);
	return sandbox;
}
function connector(sandbox: KeycloakSandbox, more: Partial<KeycloakSettings> = {}) {
	const made = keycloak({ ...settingsFor(sandbox), ...more });
	open.push(made);
	return made;
}
async function troubles(sandbox: KeycloakSandbox, more: Partial<KeycloakSettings> = {}) {
	return (await connector(sandbox, more).check(signal)).filter((f) => f.level !== "ok");
}

describe("check", () => {
	test("nothing to complain about: everything that was looked at is named", async () => {
		const findings = await connector(await standIn()).check(signal);
		expect(findings.map((f) => [f.level, f.name])).toEqual([
			["ok", "server.login"],
			["ok", "clock.skew"],
			["ok", "rights.view"],
			["ok", "people.visible"],
			["ok", "groups.visible"],
		]);
		expect(findings.map((f) => f.message)).toContain("Keycloak counts 1 people in realm acme");
	});

	test("wrong secret", async () => {
		const clientSecret = new Secret("not-the-right-one", "credential:keycloak");
		const found = await troubles(await standIn(), { clientSecret });
		expect(found).toMatchObject([{ level: "error", name: "server.credentials", todo: expect.stringContaining("credential:keycloak") }]);
		expect(JSON.stringify(found)).not.toContain("not-the-right-one");
	});

	test("a server that repeats the secret in its own words is not quoted with it", async () => {
		const sandbox = await standIn();
		const { clientSecret } = sandbox.credentials;
		const body = { error: "invalid_client", error_description: `no client has ${clientSecret}` };
		sandbox.faults.add({ skip: 1, effect: { kind: "status", status: 403, body } });
		const probed = await troubles(sandbox);
		sandbox.faults.clear();
		sandbox.faults.add({ effect: { kind: "status", status: 401, body } });
		const text = JSON.stringify([probed, await troubles(sandbox)]);
		expect(text.match(/no client has \[secret\]/g)?.length).toBeGreaterThan(2);
		expect(text).not.toContain(clientSecret);
	});

	test("unknown realm", async () => {
		expect(await troubles(await standIn(), { realm: "nope" })).toMatchObject([
			{ level: "error", name: "server.realm", todo: expect.stringContaining('realm "nope"') },
		]);
	});

	test("nobody there", async () => {
		const sandbox = await standIn();
		await sandbox.close();
		expect(await troubles(sandbox)).toMatchObject([
			{ level: "error", name: "server.unreachable", todo: expect.stringContaining("is running") },
		]);
	});

	test("a page of HTML instead of a token", async () => {
		const sandbox = await standIn();
		sandbox.faults.add({ effect: { kind: "html" } });
		expect(await troubles(sandbox)).toMatchObject([{ level: "error", name: "server.malformed" }]);
	});

	test.each([
		["ahead of", 120_000],
		["behind", -120_000],
	])("a clock that is %s ours", async (word, shift) => {
		const found = await troubles(await standIn({ clock: () => Date.now() + shift }));
		expect(found).toMatchObject([
			{ level: "warning", name: "clock.skew", message: expect.stringMatching(new RegExp(`1(19|20|21) s ${word}`)) },
		]);
	});

	test("query-users only: people and groups that are counted and not shown", async () => {
		const sandbox = await standIn({ clients: [{ clientId: "rollcall", secret: "sandbox-client-secret", roles: ["query-users"] }] });
		const found = await troubles(sandbox);
		expect(found.every((f) => f.level === "error" && f.name === "rights.missing")).toBe(true);
		expect(found.map((f) => f.message)).toEqual(
			expect.arrayContaining([
				expect.stringContaining("lacks the role view-users"),
				expect.stringContaining("counts 1 people, but shows none"),
			]),
		);
		expect(found[0]?.todo).toContain('"realm-management view-users"');
	});

	test("with fine-grained permissions the counts are empty too", async () => {
		const sandbox = await standIn({ quirks: { fineGrained: true } });
		sandbox.setRoles("rollcall", ["query-users", "query-groups"]);
		expect((await troubles(sandbox)).map((f) => [f.level, f.name])).toEqual([
			["error", "rights.missing"],
			["error", "people.empty"],
			["warning", "groups.empty"],
		]);
	});

	test("no role at all: 403, and a token that names none", async () => {
		const sandbox = await standIn();
		sandbox.setRoles("rollcall", []);
		expect((await troubles(sandbox)).map((f) => f.name)).toEqual(["rights.unknown", "rights.missing", "rights.missing"]);
	});

	test("more rights than needed are named", async () => {
		const sandbox = await standIn();
		sandbox.setRoles("rollcall", ["view-users", "manage-users", "manage-realm", "view-events"]);
		expect(await troubles(sandbox)).toMatchObject([
			{
				level: "warning",
				name: "rights.excessive",
				message: expect.stringContaining("manage-realm, manage-users"),
				todo: expect.stringContaining("view-users"),
			},
		]);
	});

	test("a client of the master realm keeps its roles elsewhere", async () => {
		const sandbox = await standIn({ clients: [{ clientId: "outside", secret: "outside-secret", roles: ["view-users"], realm: "master" }] });
		const more = {
			authRealm: "master",
			realm: sandbox.realm.name,
			clientId: "outside",
			clientSecret: new Secret("outside-secret", "test"),
		};
		expect(await troubles(sandbox, more)).toEqual([]);
		expect((await connector(sandbox, more).snapshot({ attributes: new Set() }, signal)).size).toMatchObject({ people: 1, memberships: 1 });
	});
});

describe("rights in a token", () => {
	const { answers } = JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8")) as {
		answers: { "token claims": object };
	};
	const token = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;

	test("as a real server writes them", () => {
		const rights = rightsOf(claimsOf(token(answers["token claims"])), "acme", "acme");
		expect(rights.known && seesEverybody(rights)).toBe(true);
		expect(excessiveRoles(rights)).toEqual([]);
	});

	test("roles of another client do not count", () => {
		const claims = { resource_access: { account: { roles: ["view-users"] } } };
		expect(seesEverybody(rightsOf(claims, "acme", "acme"))).toBe(false);
		expect(seesEverybody(rightsOf({ resource_access: { "realm-management": { roles: ["view-users"] } } }, "acme", "master"))).toBe(false);
		expect(seesEverybody(rightsOf({ resource_access: { "master-realm": { roles: ["view-users"] } } }, "master", "master"))).toBe(true);
	});

	test.each(["opaque", "a.b.c", token({ resource_access: "odd" }), "..", token([])])("a token that says nothing: %s", (text) => {
		expect(rightsOf(claimsOf(text), "acme", "acme").known).toBe(false);
	});
});

describe("person", () => {
	test("by id and by name, fresh, with the wanted attributes", async () => {
		const sandbox = await standIn();
		const kc = connector(sandbox);
		const request = { attributes: new Set(["site"]) };
		const anna = sandbox.realm.userNamed("anna")!;
		const byName = await kc.person?.("anna", request, signal);
		expect(byName).toMatchObject({ id: anna.id, email: "anna@example.com", attributes: { site: ["Köln"] } });
		expect(await kc.person?.(anna.id, request, signal)).toEqual(byName);
		sandbox.realm.updateUser(anna.id, { enabled: false });
		expect((await kc.person?.("anna", request, signal))?.active).toBe(false);
	});

	test("nobody: an unknown name, an unknown id, the beginning of a name, a service account", async () => {
		const sandbox = await standIn();
		const kc = connector(sandbox);
		const service = sandbox.realm.userNamed("service-account-rollcall")!;
		for (const who of ["bert", "00000000-0000-4000-8000-000000000000", "ann", "service-account-rollcall", service.id])
			expect([who, await kc.person?.(who, { attributes: "all" }, signal)]).toEqual([who, undefined]);
	});

	test("missing rights are not taken for a missing person", async () => {
		const sandbox = await standIn();
		sandbox.setRoles("rollcall", ["query-users"]);
		await expect(connector(sandbox).person?.("anna", { attributes: "all" }, signal)).rejects.toMatchObject({ code: "source.denied" });
	});
});

test("the SDK is loaded when it is needed, not when the program starts", () => {
	const room = new URL("../../../connectors/idp/keycloak/", import.meta.url);
	for (const file of readdirSync(room)) {
		const statics = readFileSync(new URL(file, room), "utf8").match(/^import (?!type ).*keycloak-admin-client.*$/gm);
		expect([file, statics]).toEqual([file, null]);
	}
});
