import { describe, expect, test } from "@jest/globals";
import { beyondReading, claimsOf, endOf, scopesIn } from "../../../connectors/idp/scim/rights.ts";
import { Secret } from "../../../core/secret.ts";
import { BEARER, CLIENT, settingsFor } from "../../contract/scim-harness.ts";
import { bearer, type Opened, open, signal } from "./stand-in.ts";

const rights = { people: true, groups: true, scopes: [] } as const;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (claims: object) => `${part({ alg: "none" })}.${part(claims)}.c2ln`;
const check = async ({ connect }: Opened, more: Parameters<Opened["connect"]>[0] = {}) => await connect(more).check(signal);
const troubles = async (...of: Parameters<typeof check>) =>
	(await check(...of)).filter(({ level }) => level !== "ok").map(({ level, name }) => `${level} ${name}`);

describe("check", () => {
	test("all is well: at most ten rows of anything, and nothing is written", async () => {
		const opened = await open();
		const findings = await check(opened);
		expect(findings.map(({ level, name }) => `${level} ${name}`)).toEqual([
			"ok server.configuration",
			"ok server.login",
			"ok clock.skew",
			"ok people.visible",
			"ok server.filter",
			"ok groups.visible",
			"ok rights.unknown",
		]);
		expect(findings.every(({ level, todo }) => (level === "ok") === (todo === undefined))).toBe(true);
		expect(opened.sandbox.exchanges.every(({ method }) => method === "GET")).toBe(true);
		expect(opened.asked().filter((path) => /count=(?!1\b|10\b)/.test(path))).toEqual([]);
	});

	test("a wrong token, and a wrong secret of a client", async () => {
		const opened = await open();
		expect(await troubles(opened, bearer("wrong"))).toEqual(["error server.credentials"]);
		const wrong = { ...settingsFor(opened.sandbox).auth, clientSecret: new Secret("wrong", "test") };
		expect(await troubles(opened, { auth: wrong as never })).toEqual(["error server.credentials"]);
	});

	test("rights that are missing, by what may not be read", async () => {
		const accounts = [
			{ kind: "bearer", token: "no-groups", ...rights, groups: false },
			{ kind: "bearer", token: "no-people", ...rights, people: false },
		] as const;
		const opened = await open({}, { accounts });
		const found = (await check(opened, bearer("no-groups"))).find(({ level }) => level === "error");
		expect(found).toMatchObject({ name: "rights.missing", todo: expect.stringContaining("read groups") });
		expect(await troubles(opened, bearer("no-people"))).toEqual(["error rights.missing"]);
		expect(await troubles(opened, { ...bearer("no-groups"), groups: "none" })).toEqual([]);
	});

	test("rights that are too many, as far as scopes tell", async () => {
		const opened = await open({}, { accounts: [{ ...CLIENT, scopes: ["scim.read", "scim.write"] }] });
		const { auth } = settingsFor(opened.sandbox);
		const found = (await check(opened, { auth })).find(({ level }) => level === "warning");
		expect(found).toMatchObject({ name: "rights.excessive", message: expect.stringMatching(/: scim\.write$/) });
		const plain = await open();
		expect((await check(plain, { auth: settingsFor(plain.sandbox).auth })).at(-1)).toMatchObject({ level: "ok", name: "rights.scopes" });
	});

	test("a token that ends soon", async () => {
		const at = (days: number) => jwt({ exp: Math.floor(Date.now() / 1000) + days * 86_400 });
		const [soon, late] = [at(3), at(40)];
		const opened = await open({}, { accounts: [soon, late].map((token) => ({ kind: "bearer", token, ...rights }) as const) });
		expect(await troubles(opened, bearer(soon))).toEqual(["warning credential.ends"]);
		expect(await troubles(opened, bearer(late))).toEqual([]);
	});

	test("nobody, no groups, groups without members", async () => {
		const opened = await open();
		opened.sandbox.store.replace({ people: [], groups: [] });
		expect(await troubles(opened)).toEqual(["error people.empty", "warning groups.empty"]);
		const silent = await open({ members: "never" });
		expect(await troubles(silent)).toEqual(["warning members.unseen"]);
		expect(await troubles(silent, { memberships: "people" })).toEqual([]);
	});

	test.each([
		["heeded", /heeds filters/],
		["ignored", /ignores filters/],
		["refused", /knows no filters/],
	] as const)("filters that are %s", async (filters, message) => {
		const found = (await check(await open({ filters }))).find(({ name }) => name === "server.filter");
		expect(found).toMatchObject({ level: "ok", message: expect.stringMatching(message) });
	});

	test("a server that does not describe itself; one whose pages go by cursor", async () => {
		expect((await check(await open({ undescribed: true })))[0]).toMatchObject({
			message: expect.stringMatching(/has no \/ServiceProviderConfig: .* by index, 200/),
		});
		expect((await check(await open({ paging: "cursor", mostRows: 50 })))[0]).toMatchObject({
			message: expect.stringMatching(/by cursor, 50 at a time/),
		});
	});

	test("clocks apart", async () => {
		const opened = await open();
		const date = new Date(Date.now() - 90_000).toUTCString();
		const body = { totalResults: 1, Resources: [{ id: "1", userName: "rollcall-check-nobody" }] };
		opened.sandbox.faults.add({ path: /Users/, effect: { kind: "status", status: 200, headers: { date }, body } });
		expect((await check(opened)).find(({ name }) => name === "clock.skew")).toMatchObject({
			level: "warning",
			message: expect.stringMatching(/(89|90|91) s behind/),
		});
	});

	test("a server that is down", async () => {
		const opened = await open();
		opened.sandbox.faults.add({ effect: { kind: "status", status: 503 } });
		expect(await troubles(opened)).toEqual(["error server.unreachable"]);
	});
});

test("what tokens say", () => {
	expect(claimsOf(jwt({ scope: "a b" }))).toEqual({ scope: "a b" });
	for (const text of ["", "plain", "a.b.c", `x.${part([1])}.y`, "sandbox.token.with.dots"]) expect(claimsOf(text)).toBeUndefined();
	expect(scopesIn({ scope: "a  b", scp: ["c"], roles: ["d", 7] })).toEqual(["a", "b", "c", "d"]);
	expect(beyondReading(["scim.read", "SCIM.ReadWrite.All", "users:manage", "profile", "okta.users.read"])).toEqual([
		"SCIM.ReadWrite.All",
		"users:manage",
	]);
	expect([endOf({ exp: 2 }), endOf({ exp: "2" }), endOf(undefined)]).toEqual([2_000, undefined, undefined]);
	expect(BEARER.token).not.toMatch(/\./);
});
