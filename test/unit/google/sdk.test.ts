import { admin } from "@googleapis/admin";
import { describe, expect, jest, test } from "@jest/globals";
import { ExternalAccountClient, JWT, OAuth2Client } from "google-auth-library";
import { connect, NOTHING, never, open } from "./opened.ts";

/** What the libraries do by themselves, and what we make of it. When one of these fails, a library has learnt: look whether our way round it can go. */
const quota = (status: number) => ({
	kind: "status" as const,
	status,
	headers: { "retry-after": "3600" },
	body: { error: { code: status, message: "x", errors: [{ domain: "usageLimits", reason: "quotaExceeded" }] } },
});

describe("the libraries alone", () => {
	test("a 403 for too many requests is not tried again; a 429 is, with no regard to Retry-After", async () => {
		const sandbox = await open();
		const auth = new OAuth2Client();
		auth.setCredentials({ access_token: "x", expiry_date: Date.now() + 3_600_000 });
		const sdk = admin({ version: "directory_v1", auth, rootUrl: `${sandbox.url}/` });
		const tooMany = sandbox.faults.add({ path: /\/users/, effect: quota(403) });
		await expect(sdk.users.list({ customer: "my_customer" })).rejects.toMatchObject({ status: 403 });
		expect(tooMany.hits).toBe(1);
		sandbox.faults.clear();
		const limited = sandbox.faults.add({ path: /\/users/, times: 1, effect: quota(429) });
		sandbox.faults.add({ path: /\/users/, effect: { kind: "wrong-json", body: { users: [] } } });
		// An hour was asked for.
		expect((await sdk.users.list({ customer: "my_customer" })).status).toBe(200);
		expect(limited.hits).toBe(1);
	});

	test("a refused token is handed out again, whatever is asked for", async () => {
		const sandbox = await open({ tokens: { uses: 1 } });
		const { client_email: email, private_key: key } = JSON.parse(sandbox.credentials.key) as Record<string, string>;
		const here: typeof fetch = (url, init) => fetch(String(url).replace("https://oauth2.googleapis.com", sandbox.url), init);
		const auth = new JWT({
			email: email!,
			key: key!,
			scopes: ["https://www.googleapis.com/auth/admin.directory.user.readonly"],
			subject: sandbox.credentials.subject,
			forceRefreshOnFailure: true,
			transporterOptions: { fetchImplementation: here },
		});
		const sdk = admin({ version: "directory_v1", auth, rootUrl: `${sandbox.url}/` });
		expect((await sdk.users.list({ customer: "my_customer" })).status).toBe(200);
		await expect(sdk.users.list({ customer: "my_customer" })).rejects.toMatchObject({ status: 401 });
		expect(sandbox.access.issued).toBe(1);
	});

	test("the token endpoint of a service account is fixed, whatever the key file says", async () => {
		const sandbox = await open();
		const asked: string[] = [];
		const noting: typeof fetch = (url) => {
			asked.push(String(url));
			return Promise.resolve(Response.json({ access_token: "x", expires_in: 1 }));
		};
		const client = new JWT({ scopes: ["s"], transporterOptions: { fetchImplementation: noting } });
		client.fromJSON({ ...JSON.parse(sandbox.credentials.key), token_uri: `${sandbox.url}/token` });
		await client.authorize();
		expect(asked).toEqual(["https://oauth2.googleapis.com/token"]);
	});

	test("federation trades its token past the transport that it is given", async () => {
		const sandbox = await open();
		const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
		const asked: string[] = [];
		const noting: typeof fetch = (url, init) => {
			asked.push(new URL(String(url)).pathname);
			return fetch(String(url), init);
		};
		const options = { ...JSON.parse(sandbox.credentials.federation), scopes: ["s"], transporterOptions: { fetchImplementation: noting } };
		await ExternalAccountClient.fromJSON(options as never)!.getAccessToken();
		warn.mockRestore();
		expect(asked).toEqual(["/outer-identity"]);
		expect(sandbox.exchanges.map((one) => one.path)).toEqual(["/outer-identity", "/v1/token"]);
	});
});

describe("the connector on top of them", () => {
	test("waits for a quota that comes as 403, and never for a real 403", async () => {
		const sandbox = await open();
		const tooMany = sandbox.faults.add({ path: /\/members/, times: 1, effect: { ...quota(403), headers: {} } });
		expect((await connect(sandbox).snapshot(NOTHING, never())).size).toMatchObject({ memberships: 2, rejects: 0 });
		expect(tooMany.hits).toBe(1);
		sandbox.access.administrators.set(sandbox.credentials.subject, { email: "x", superAdmin: false, privileges: [] });
		const before = sandbox.exchanges.length;
		await expect(connect(sandbox).snapshot(NOTHING, never())).rejects.toMatchObject({
			code: "source.denied",
			retry: "never",
			context: { status: 403, reason: "forbidden" },
			todo: expect.stringContaining("Users > Read"),
		});
		const lists = sandbox.exchanges.slice(before).filter((one) => one.path.endsWith("/users"));
		expect(lists).toHaveLength(1);
	});

	test("gets a new token after a 401", async () => {
		const sandbox = await open({ tokens: { uses: 1 } });
		expect((await connect(sandbox, { network: { timeoutMs: 10_000, concurrency: 1 } }).snapshot(NOTHING, never())).size.people).toBe(3);
		expect(sandbox.access.issued).toBeGreaterThan(4);
	});

	test("sends the log-in to the address in the configuration, and nothing of the library's own", async () => {
		const sandbox = await open();
		await connect(sandbox).snapshot(NOTHING, never());
		expect(sandbox.exchanges[0]).toMatchObject({ method: "POST", path: "/token" });
		for (const one of sandbox.exchanges.slice(1)) expect(Object.keys(one.query)).not.toContain("key");
	});
});
