import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { AdminRole } from "../../../sandbox/keycloak/access.ts";
import { type KeycloakSandbox, startKeycloak } from "../../../sandbox/keycloak/server.ts";
import { type Answered, type Asked, ask, keycloakAsker, tokenOf } from "./ask.ts";

type Row = Record<string, unknown>;
const names = (answer: Answered, key = "username") => (answer.json as Row[]).map((row) => row[key]);

let keycloak: KeycloakSandbox;
let now = Date.UTC(2026, 0, 1);

beforeEach(async () => {
	now = Date.UTC(2026, 0, 1);
	keycloak = await startKeycloak({ clock: () => now });
});
afterEach(() => keycloak.close());

async function reader(): Promise<(path: string, asked?: Asked) => Promise<Answered>> {
	const { clientId, clientSecret } = keycloak.credentials;
	return keycloakAsker(keycloak, await tokenOf(keycloak, clientId, clientSecret));
}

async function withRoles(...roles: AdminRole[]): Promise<(path: string, asked?: Asked) => Promise<Answered>> {
	keycloak.addClient({ clientId: "other", secret: "s", roles });
	return keycloakAsker(keycloak, await tokenOf(keycloak, "other", "s"));
}

/** 250 people, two thirds of them in Company, the others in /Company/Berlin; 12 more groups inside Company. */
function fill(): { company: string; berlin: string } {
	const { realm } = keycloak;
	const company = realm.addGroup({ name: "Company" }).id;
	const berlin = realm.addGroup({ name: "Berlin", parentId: company }).id;
	for (let count = 0; count < 12; count += 1) realm.addGroup({ name: `team ${String.fromCharCode(97 + count)}`, parentId: company });
	for (let count = 0; count < 250; count += 1) {
		const user = realm.addUser({ username: `User.${String(count).padStart(3, "0")}`, email: `u${count}@example.com` });
		realm.addMember(count % 3 === 0 ? berlin : company, user.id);
	}
	return { company, berlin };
}

describe("token endpoint", () => {
	const post = (realm: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
		ask(`${keycloak.url}/realms/${realm}/protocol/openid-connect/token`, { method: "POST", body: new URLSearchParams(form), headers });

	test("gives a JWT with the claims of a real one, no refresh token and no Date header", async () => {
		const { clientId: client_id, clientSecret: client_secret } = keycloak.credentials;
		const answer = await post("acme", { grant_type: "client_credentials", client_id, client_secret });
		expect(answer.headers.get("date")).toBeNull();
		expect(answer.json).toEqual({
			access_token: expect.any(String),
			expires_in: 60,
			refresh_expires_in: 0,
			token_type: "Bearer",
			"not-before-policy": 0,
			scope: "profile email",
		});
		const [, body = ""] = (answer.json as { access_token: string }).access_token.split(".");
		expect(JSON.parse(Buffer.from(body, "base64url").toString())).toMatchObject({
			iat: now / 1000,
			exp: now / 1000 + 60,
			iss: `${keycloak.url}/realms/acme`,
			aud: "realm-management",
			azp: "rollcall",
			sub: keycloak.realm.userNamed("service-account-rollcall")?.id,
			resource_access: { "realm-management": { roles: expect.arrayContaining(["view-users", "query-groups", "query-users"]) } },
		});
	});

	test("takes HTTP Basic with form-encoded parts", async () => {
		keycloak.addClient({ clientId: "odd client", secret: "a:b+c d%", roles: [] });
		const encode = (text: string) => encodeURIComponent(text).replaceAll("%20", "+");
		const basic = Buffer.from(`${encode("odd client")}:${encode("a:b+c d%")}`).toString("base64");
		expect((await post("acme", { grant_type: "client_credentials" }, { authorization: `Basic ${basic}` })).status).toBe(200);
	});

	test("refuses as the real one does", async () => {
		const why = "Invalid client or Invalid client credentials";
		const grant_type = "client_credentials";
		expect(await post("acme", { grant_type, client_id: "rollcall", client_secret: "no" })).toMatchObject({
			status: 401,
			json: { error: "unauthorized_client", error_description: why },
		});
		expect(await post("acme", { grant_type, client_id: "nobody", client_secret: "no" })).toMatchObject({
			status: 401,
			json: { error: "invalid_client", error_description: why },
		});
		expect(await post("nope", { grant_type })).toMatchObject({ status: 404, json: { error: "Realm does not exist" } });
		expect((await post("acme", { client_id: "rollcall" })).status).toBe(400);
		const right = { client_id: "rollcall", client_secret: keycloak.credentials.clientSecret };
		expect(await post("acme", { grant_type: "magic", ...right })).toMatchObject({ status: 400, json: { error: "unsupported_grant_type" } });
	});

	test("a token ends by time, by number of uses, or when all are revoked: 401 without WWW-Authenticate", async () => {
		const read = await reader();
		expect((await read("/users/count")).status).toBe(200);
		now += 60_000;
		const late = await read("/users/count");
		expect([late.status, late.json, late.headers.get("www-authenticate")]).toEqual([401, { error: "HTTP 401 Unauthorized" }, null]);
		keycloak.tokens.settings = { lifeSeconds: 60, uses: 2 };
		const twice = await reader();
		expect([(await twice("/users/count")).status, (await twice("/users/count")).status, (await twice("/users/count")).status]).toEqual([
			200, 200, 401,
		]);
		const revoked = await reader();
		keycloak.tokens.revokeAll();
		expect((await revoked("/users/count")).status).toBe(401);
		expect((await ask(`${keycloak.url}/admin/realms/acme/users`)).status).toBe(401);
		expect(keycloak.tokens.issued).toBe(3);
	});

	test("a client of the master realm administers from there", async () => {
		keycloak.addClient({ clientId: "central", secret: "s", roles: ["view-users"], realm: "master" });
		const form = { grant_type: "client_credentials", client_id: "central", client_secret: "s" };
		expect((await post("acme", form)).status).toBe(401);
		const { access_token: token } = (await post("master", form)).json as { access_token: string };
		expect((await keycloakAsker(keycloak, token)("/users")).status).toBe(200);
	});
});

describe("rights", () => {
	test("another realm is 403, an unknown one 404", async () => {
		const token = await tokenOf(keycloak, "rollcall", keycloak.credentials.clientSecret);
		const headers = { authorization: `Bearer ${token}` };
		expect((await ask(`${keycloak.url}/admin/realms/master/users`, { headers })).status).toBe(403);
		expect(await ask(`${keycloak.url}/admin/realms/nope/users`, { headers })).toMatchObject({
			status: 404,
			json: { error: "Realm not found." },
		});
	});

	test("no role: 403 everywhere", async () => {
		const { company } = fill();
		const read = await withRoles();
		for (const path of [
			"",
			"/users",
			"/users/count",
			"/groups",
			"/groups/count",
			`/groups/${company}`,
			`/groups/${company}/members`,
			"/clients",
		]) {
			expect([path, await read(path)]).toEqual([path, expect.objectContaining({ status: 403, json: { error: "HTTP 403 Forbidden" } })]);
		}
	});

	test("query-users only: 200 and nobody, while the count shows everybody; 0 with fine-grained permissions", async () => {
		fill();
		const read = await withRoles("query-users");
		expect((await read("/users")).json).toEqual([]);
		expect((await read("/users/count")).json).toBe(250);
		keycloak.quirks.fineGrained = true;
		expect((await read("/users/count")).json).toBe(0);
		expect((await read("/groups")).status).toBe(403);
	});

	test("query-groups only: 200 and no group, while the count shows all; members are 403", async () => {
		const { company } = fill();
		const read = await withRoles("query-groups");
		expect((await read("/groups?search=%20&populateHierarchy=false")).json).toEqual([]);
		expect((await read("/groups/count")).json).toEqual({ count: 14 });
		expect((await read(`/groups/${company}/members`)).status).toBe(403);
	});

	test("view-users is enough to read, not to write; manage-users writes", async () => {
		const { company } = fill();
		const read = await withRoles("view-users");
		for (const path of ["/users", "/groups", `/groups/${company}`, `/groups/${company}/members`])
			expect((await read(path)).status).toBe(200);
		expect((await read("/users", { method: "POST", body: { username: "x" } })).status).toBe(403);
		keycloak.setRoles("other", ["manage-users"]);
		const write = keycloakAsker(keycloak, await tokenOf(keycloak, "other", "s"));
		expect((await write("/users", { method: "POST", body: { username: "New.One", enabled: true } })).status).toBe(201);
		expect(keycloak.realm.userNamed("new.one")?.enabled).toBe(true);
		expect(await write("/users", { method: "POST", body: { username: "new.one" } })).toMatchObject({ status: 409 });
	});

	test("the realm is whole with view-realm, and only a head without", async () => {
		const head = (await (await reader())("")).json as Row;
		expect([head.realm, head.adminEventsEnabled]).toEqual(["acme", undefined]);
		expect((await (await withRoles("view-realm"))("")).json).toMatchObject({ realm: "acme", adminEventsEnabled: false });
	});

	test("role mappings of the own service account", async () => {
		const read = await withRoles("view-users", "view-clients");
		const [client] = (await read("/clients?clientId=other")).json as [{ id: string }];
		const account = (await read(`/clients/${client.id}/service-account-user`)).json as { id: string; username: string };
		expect(account.username).toBe("service-account-other");
		const [management] = (await read("/clients?clientId=realm-management")).json as [{ id: string }];
		const path = `/users/${account.id}/role-mappings/clients/${management.id}`;
		expect(names(await read(path), "name")).toEqual(["view-users", "view-clients"]);
		expect(names(await read(`${path}/composite`), "name")).toEqual([
			"view-users",
			"query-users",
			"query-groups",
			"view-clients",
			"query-clients",
		]);
		expect((await (await reader())("/clients")).status).toBe(403);
	});
});

describe("users", () => {
	test("100 by default, by username, any page; max=-1 is everything; a number that is none is 404", async () => {
		fill();
		const read = await reader();
		expect(names(await read("/users"))).toHaveLength(100);
		expect(names(await read("/users?first=248&max=10"))).toEqual(["user.248", "user.249"]);
		expect(names(await read("/users?max=-1"))).toHaveLength(250);
		expect(await read("/users?max=abc")).toMatchObject({ status: 404, json: { error: "HTTP 404 Not Found" } });
		expect((await read("/users/count")).json).toBe(250);
	});

	test("service accounts are left out of the plain list and of the count, and come with any field filter", async () => {
		fill();
		const read = await reader();
		expect(names(await read("/users?max=-1"))).not.toContain("service-account-rollcall");
		expect(names(await read("/users?username=service-account-rollcall&exact=true"))).toEqual(["service-account-rollcall"]);
		expect(names(await read("/users?enabled=true&max=-1"))).toContain("service-account-rollcall");
		expect(names(await read("/users?search=service"))).toEqual([]);
	});

	test("keys come in the order of a real answer; absent values are absent keys; brief has no attributes", async () => {
		keycloak.realm.addUser({
			username: "full",
			firstName: "F",
			lastName: "L",
			email: "f@example.com",
			attributes: { site: ["Köln"] },
			federationLink: "ldap",
		});
		keycloak.realm.addUser({ username: "lean" });
		const read = await reader();
		const [full, lean] = (await read("/users")).json as [Row, Row];
		const tail = ["disableableCredentialTypes", "requiredActions", "notBefore", "access"];
		expect(Object.keys(full)).toEqual(
			[
				"id",
				"username",
				"firstName",
				"lastName",
				"email",
				"emailVerified",
				"attributes",
				"enabled",
				"createdTimestamp",
				"totp",
				"federationLink",
			].concat(tail),
		);
		expect(Object.keys(lean)).toEqual(["id", "username", "emailVerified", "enabled", "createdTimestamp", "totp"].concat(tail));
		const [brief] = (await read("/users?briefRepresentation=true&max=1")).json as [Row];
		expect(Object.keys(brief)).toEqual([
			"id",
			"username",
			"firstName",
			"lastName",
			"email",
			"emailVerified",
			"enabled",
			"createdTimestamp",
			"federationLink",
			"access",
		]);
		expect(full.access).toEqual({ manage: false });
		expect(((await read(`/users/${full.id}`)).json as Row).access).toMatchObject({ view: true, manageGroupMembership: false });
		expect(await read("/users/none")).toMatchObject({ status: 404, json: { error: "User not found" } });
	});

	test("filters: field contains or exact, search by beginning, attributes, enabled", async () => {
		const { realm } = keycloak;
		realm.addUser({ username: "ada", firstName: "Ada", lastName: "Byron", email: "ada@example.com", attributes: { site: ["Berlin"] } });
		realm.addUser({ username: "adam", enabled: false });
		const read = await reader();
		expect(names(await read("/users?username=DA"))).toEqual(["ada", "adam"]);
		expect(names(await read("/users?username=ada&exact=true"))).toEqual(["ada"]);
		expect(names(await read("/users?username=nobody&exact=true"))).toEqual([]);
		expect(names(await read("/users?email=ada@example.com&exact=true"))).toEqual(["ada"]);
		expect(names(await read("/users?enabled=false"))).toEqual(["adam"]);
		expect(names(await read("/users?q=site:Berlin"))).toEqual(["ada"]);
		expect(names(await read("/users?search=byr"))).toEqual(["ada"]);
		expect(names(await read("/users?search=yron"))).toEqual([]);
		expect(names(await read("/users?search=*yron*"))).toEqual(["ada"]);
		expect(names(await read(`/users?search=%22adam%22`))).toEqual(["adam"]);
		expect((await read("/users/count?enabled=false")).json).toBe(1);
	});

	test("groups of a user are the direct ones, by name", async () => {
		const { realm } = keycloak;
		const outer = realm.addGroup({ name: "outer" }).id;
		const inner = realm.addGroup({ name: "inner", parentId: outer }).id;
		const user = realm.addUser({ username: "ada" }).id;
		realm.addMember(inner, user);
		const read = await reader();
		expect((await read(`/users/${user}/groups`)).json).toEqual([
			{ id: inner, name: "inner", path: "/outer/inner", parentId: outer, subGroups: [] },
		]);
	});
});

describe("groups", () => {
	test("the top list, and the flat list of every level; unbounded unless max is given", async () => {
		fill();
		const read = await reader();
		expect((await read("/groups")).json).toEqual([expect.objectContaining({ name: "Company", subGroupCount: 13, subGroups: [] })]);
		const flat = "/groups?search=+&populateHierarchy=false&subGroupsCount=false&briefRepresentation=false";
		const all = (await read(flat)).json as Row[];
		expect(all).toHaveLength(14);
		expect(Object.keys(all[0] ?? {})).toEqual([
			"id",
			"name",
			"path",
			"parentId",
			"subGroups",
			"attributes",
			"realmRoles",
			"clientRoles",
			"access",
		]);
		expect(names(await read(`${flat}&first=12&max=5`), "name")).toEqual(["team k", "team l"]);
		expect((await read("/groups/count?top=true")).json).toEqual({ count: 1 });
	});

	test("search fills the tree down to what matches", async () => {
		fill();
		const [top] = (await (await reader())("/groups?search=team%20b")).json as [{ subGroups: Row[] }];
		expect(top.subGroups.map((group) => group.name)).toEqual(["team b"]);
	});

	test("children: 10 by default; a slash in a name is not escaped in the path", async () => {
		const { company } = fill();
		const odd = keycloak.realm.addGroup({ name: "Alpha/Beta", parentId: company });
		const read = await reader();
		expect(names(await read(`/groups/${company}/children`), "name")).toHaveLength(10);
		expect(names(await read(`/groups/${company}/children?first=10&max=100`), "name")).toHaveLength(4);
		expect((await read(`/groups/${odd.id}`)).json).toMatchObject({ path: "/Company/Alpha/Beta", parentId: company, subGroupCount: 0 });
		expect(await read("/groups/none/children")).toMatchObject({ status: 404, json: { error: "Could not find group by id" } });
	});

	test("members: 100 by default, full unless brief, direct ones only, without access", async () => {
		const { company, berlin } = fill();
		const read = await reader();
		expect(names(await read(`/groups/${company}/members`))).toHaveLength(100);
		expect(names(await read(`/groups/${company}/members?first=0&max=1000`))).toHaveLength(166);
		const [member] = (await read(`/groups/${berlin}/members?max=1`)).json as [Row];
		expect([member.username, "totp" in member, "access" in member]).toEqual(["user.000", true, false]);
		expect("totp" in ((await read(`/groups/${berlin}/members?max=1&briefRepresentation=true`)).json as [Row])[0]).toBe(false);
		expect((await read("/groups/none/members")).status).toBe(404);
	});
});

describe("quirks", () => {
	test("older versions: the flat list is a tree, or the top groups only", async () => {
		fill();
		const flat = "/groups?search=%20&populateHierarchy=false&subGroupsCount=false";
		const read = await reader();
		keycloak.quirks.flatGroups = "tree";
		expect((await read(flat)).json).toEqual([
			expect.objectContaining({ name: "Company", subGroups: expect.arrayContaining([expect.objectContaining({ name: "Berlin" })]) }),
		]);
		keycloak.quirks.flatGroups = "top";
		expect((await read(flat)).json).toEqual([expect.objectContaining({ name: "Company", subGroups: [] })]);
	});

	async function allMembers(group: string, pages: number): Promise<unknown[]> {
		const read = await reader();
		const seen: unknown[] = [];
		for (let page = 0; page < pages; page += 1) seen.push(...names(await read(`/groups/${group}/members?first=${page * 50}&max=50`)));
		return seen;
	}

	test("members pages overlap, or never end", async () => {
		const { company } = fill();
		expect(await allMembers(company, 4)).toHaveLength(166);
		keycloak.quirks.members = "overlap";
		const overlapping = await allMembers(company, 5);
		expect([overlapping.length, new Set(overlapping).size]).toEqual([169, 166]);
		keycloak.quirks.members = "endless";
		const endless = await allMembers(company, 9);
		expect([endless.length, new Set(endless).size]).toEqual([450, 50]);
	});

	test("unstable order: pages miss and repeat people", async () => {
		fill();
		keycloak.quirks.unstableUserOrder = true;
		const read = await reader();
		const seen = new Set<unknown>();
		let rows = 0;
		for (const first of [0, 100, 200]) {
			const page = names(await read(`/users?first=${first}&max=100`));
			rows += page.length;
			for (const name of page) seen.add(name);
		}
		expect(rows).toBe(250);
		expect(seen.size).toBeLessThan(250);
	});

	test("hidden users make short pages; counts know them unless permissions are fine-grained", async () => {
		fill();
		keycloak.quirks.hiddenUsers = ["user.001", "user.003"];
		const read = await reader();
		expect(names(await read("/users?max=5"))).toEqual(["user.000", "user.002", "user.004"]);
		expect((await read("/users/count")).json).toBe(250);
		keycloak.quirks.fineGrained = true;
		expect((await read("/users/count")).json).toBe(248);
		const hidden = keycloak.realm.userNamed("user.001")?.id;
		expect((await read(`/users/${hidden}`)).status).toBe(404);
	});
});
