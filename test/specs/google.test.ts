import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { google } from "../../connectors/idp/google/connector.ts";
import { type GoogleSandbox, startGoogle } from "../../sandbox/google/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { company } from "../../sandbox/world/company.ts";
import { settingsFor } from "../contract/google-harness.ts";
import { type Discovery, discovery } from "../support/discovery.ts";
import { describeWithSpecs } from "../support/specs.ts";
import { undriven } from "./driven.ts";

const BASE = "/admin/directory/v1";
const signal = new AbortController().signal;

describeWithSpecs("the Google stand-in, and our requests, against Google's own description of directory_v1", () => {
	let sandbox: GoogleSandbox;
	let oracle: Discovery;
	const exchanges: Exchange[] = [];

	beforeAll(async () => {
		oracle = discovery("idp/google-admin-directory_v1-slice.discovery.json");
		sandbox = await startGoogle();
		sandbox.load(company({ people: 40, groups: 30, seed: 3 }));
		sandbox.onExchange((exchange) => exchanges.push(exchange));
	});
	afterAll(() => sandbox.close());

	const directory = () => exchanges.filter((one) => one.path.startsWith(BASE) && one.status > 0 && one.status < 400);
	const disagreements = () =>
		directory().flatMap((one) => [...oracle.request(one), ...oracle.response(one.method, one.path, one.responseBody)]);

	test("every request of the connector agrees, and so does every answer to it", async () => {
		const { workspace, quirks } = sandbox;
		const [person] = [...workspace.users.values()];
		const [group] = [...workspace.groups.values()];
		quirks.wrongCounts.set(group!.id, 4_000);
		for (const more of [{}, { pageSize: 7 }, { domain: "example.com" }, { customer: workspace.customerId }]) {
			const connector = google({ ...settingsFor(sandbox, { units: true }), ...more });
			for (const attributes of [new Set<string>(), new Set(["HR.site", "department", "manager", "orgUnitPath"]), "all" as const]) {
				const snapshot = await connector.snapshot({ attributes }, signal);
				expect(snapshot.size).toMatchObject({ people: 40, rejects: 1 });
				expect(await connector.person!(person!.id, { attributes }, signal)).toBeDefined();
			}
			await connector.check(signal);
			await connector.close();
		}
		expect(directory().length).toBeGreaterThan(400);
		expect([...new Set(disagreements())]).toEqual([]);
	});

	test("every endpoint of the stand-in agrees", async () => {
		const { access, credentials, workspace } = sandbox;
		access.delegate(credentials.serviceAccount, [
			"admin.directory.user.readonly",
			"admin.directory.group.readonly",
			"admin.directory.orgunit.readonly",
			"admin.directory.userschema.readonly",
		]);
		const token = await tokenFor(sandbox);
		const get = (path: string) => fetch(`${sandbox.url}${BASE}${path}`, { headers: { authorization: `Bearer ${token}` } });
		const [group] = [...workspace.groups.values()];
		for (const path of [
			"/users?customer=my_customer&projection=full&orderBy=email",
			"/users?customer=my_customer&showDeleted=true",
			"/users?domain=example.com&maxResults=3&projection=custom&customFieldMask=HR",
			`/users/${[...workspace.users.keys()][0]}?projection=full`,
			"/groups?customer=my_customer&maxResults=5",
			`/groups/${group!.email}`,
			`/groups/${group!.id}/members?maxResults=2&includeDerivedMembership=false`,
			"/customer/my_customer/orgunits?type=all",
			"/customer/my_customer/schemas",
		])
			expect([path, (await get(path)).status]).toEqual([path, 200]);
		expect(undriven(sandbox.endpoints, exchanges)).toEqual([]);
		expect([...new Set(disagreements())]).toEqual([]);
	});

	test("the oracle is awake: a misspelt member, a wrong type, a wrong kind, an unknown parameter, a page too large are seen", () => {
		const path = `${BASE}/users`;
		const kind = "admin#directory#users";
		expect(oracle.response("GET", path, { kind, user: [] })).toEqual(["users.list.user is not described"]);
		expect(oracle.response("GET", path, { kind, users: [{ suspended: "false" }] })).toEqual([
			"users.list.users[0].suspended must be boolean",
		]);
		expect(oracle.response("GET", path, { kind: "admin#directory#groups" })).toEqual([`users.list.kind must be ${kind}`]);
		expect(oracle.response("GET", `${BASE}/groups`, { groups: [{ directMembersCount: "many" }] })).toHaveLength(1);
		expect(oracle.request({ method: "GET", path, query: { limit: "5" } })).toEqual(["users.list: query parameter limit is not described"]);
		expect(oracle.request({ method: "GET", path, query: { maxResults: "501" } })).toEqual(["users.list maxResults is above 500"]);
		expect(oracle.request({ method: "GET", path: `${BASE}/groups`, query: { maxResults: "500" } })).toEqual([
			"groups.list maxResults is above 200",
		]);
		expect(oracle.request({ method: "GET", path, query: { projection: "everything" } })).toHaveLength(1);
		expect(oracle.request({ method: "GET", path: `${BASE}/people` })).toHaveLength(1);
	});
});

/** As anybody would who has the key file: with Google's own library, towards the stand-in. */
async function tokenFor(sandbox: GoogleSandbox): Promise<string> {
	const { JWT } = await import("google-auth-library");
	const { client_email: email, private_key: key } = JSON.parse(sandbox.credentials.key) as { client_email: string; private_key: string };
	const scopes = ["user", "group", "orgunit", "userschema"].map(
		(name) => `https://www.googleapis.com/auth/admin.directory.${name}.readonly`,
	);
	const { subject } = sandbox.credentials;
	const here: typeof fetch = (_url, init) => fetch(`${sandbox.url}/token`, init);
	const client = new JWT({ email, key, scopes, subject, transporterOptions: { fetchImplementation: here } });
	return (await client.authorize()).access_token ?? "";
}
