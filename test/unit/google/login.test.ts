import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { google } from "../../../connectors/idp/google/connector.ts";
import { Secret } from "../../../core/secret.ts";
import type { GoogleSandbox } from "../../../sandbox/google/server.ts";
import { settingsFor } from "../../contract/google-harness.ts";
import { connect, NOTHING, never, open } from "./opened.ts";

const keyFile = (sandbox: GoogleSandbox, change: object) => ({
	auth: {
		kind: "key" as const,
		key: new Secret(JSON.stringify({ ...JSON.parse(sandbox.credentials.key), ...change }), "credential:google"),
	},
});
const federation = (sandbox: GoogleSandbox, change: object) => ({
	auth: {
		kind: "federation" as const,
		serviceAccount: sandbox.credentials.serviceAccount,
		configuration: new Secret(JSON.stringify({ ...JSON.parse(sandbox.credentials.federation), ...change }), "credential:federation"),
	},
});
const refused = (connector: { snapshot: ReturnType<typeof google>["snapshot"] }) =>
	connector.snapshot(NOTHING, never()).then(
		() => undefined,
		(error: unknown) => error,
	);

describe("without a key", () => {
	test("federated: the outer token is traded, IAM signs, Google takes it", async () => {
		const sandbox = await open();
		expect((await connect(sandbox, federation(sandbox, {})).snapshot(NOTHING, never())).size.people).toBe(3);
		const account = encodeURIComponent(sandbox.credentials.serviceAccount);
		expect(sandbox.exchanges.slice(0, 4).map((one) => one.path)).toEqual([
			"/outer-identity",
			"/v1/token",
			`/v1/projects/-/serviceAccounts/${account}:signJwt`,
			"/token",
		]);
		expect(sandbox.access.signed).toBe(1);
	});

	test("federated by a file, as text or inside JSON", async () => {
		const sandbox = await open();
		sandbox.access.outerTokens.add("from-file");
		const folder = await mkdtemp(join(tmpdir(), "rollcall-google-"));
		try {
			const [plain, inside] = [join(folder, "plain"), join(folder, "inside")];
			await writeFile(plain, "from-file\n");
			await writeFile(inside, JSON.stringify({ id_token: "from-file" }));
			const json = { file: inside, format: { type: "json", subject_token_field_name: "id_token" } };
			for (const credential_source of [{ file: plain }, json])
				expect((await connect(sandbox, federation(sandbox, { credential_source })).snapshot(NOTHING, never())).size.people).toBe(3);
			const absent = connect(sandbox, federation(sandbox, { credential_source: { file: join(folder, "absent") } }));
			expect(await refused(absent)).toMatchObject({ code: "config.secret-missing", message: expect.stringContaining("ENOENT") });
		} finally {
			await rm(folder, { recursive: true });
		}
	});

	test("by the machine's own identity", async () => {
		const sandbox = await open();
		const { serviceAccount } = sandbox.credentials;
		const machine = connect(sandbox, { auth: { kind: "machine", serviceAccount }, metadataUrl: sandbox.url });
		expect((await machine.snapshot(NOTHING, never())).size.people).toBe(3);
		expect(sandbox.exchanges[0]?.path).toBe("/computeMetadata/v1/instance/service-accounts/default/token");
	});

	test("whoever may not let IAM sign is told what to give whom; a refused outer token, where to look", async () => {
		const sandbox = await open();
		const other = connect(sandbox, { auth: { ...federation(sandbox, {}).auth, serviceAccount: "other@p.iam.gserviceaccount.com" } });
		expect(await refused(other)).toMatchObject({
			code: "source.denied",
			todo: expect.stringContaining("Token Creator on other@p.iam.gserviceaccount.com"),
		});
		sandbox.access.outerTokens.clear();
		const outside = connect(sandbox, federation(sandbox, {}));
		expect(await refused(outside)).toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("rejected by the attribute condition"),
		});
	});

	test.each([
		["an executable", { credential_source: { executable: { command: "x" } } }],
		["two sources", { credential_source: { file: "a", url: "https://a.example" } }],
		["a key file in its place", { type: "service_account" }],
	])("a configuration with %s is refused at once", async (_what, change) => {
		const sandbox = await open();
		expect(() => connect(sandbox, federation(sandbox, change))).toThrow(expect.objectContaining({ code: "config.invalid" }));
	});
});

test("a service account with a role of its own stands in for nobody", async () => {
	const sandbox = await open();
	const { subject: _, ...own } = settingsFor(sandbox);
	const connector = google(own);
	expect(await refused(connector)).toMatchObject({
		code: "source.denied",
		todo: expect.stringContaining(sandbox.credentials.serviceAccount),
	});
	sandbox.access.appoint(sandbox.credentials.serviceAccount, ["USERS_RETRIEVE", "GROUPS_RETRIEVE"]);
	expect((await connector.snapshot(NOTHING, never())).size.people).toBe(3);
	await connector.close();
});

describe("a refused log-in", () => {
	test("a delegation that is wanting: client ID and place", async () => {
		const sandbox = await open();
		sandbox.access.delegate(sandbox.credentials.serviceAccount, []);
		expect(await refused(connect(sandbox))).toMatchObject({
			code: "source.denied",
			context: { error: "unauthorized_client" },
			todo: expect.stringMatching(/Domain-wide delegation: client ID 109876543210987654321/),
		});
		// One request: nothing of this gets better by asking again.
		expect(sandbox.exchanges).toHaveLength(1);
	});

	test.each([
		["a subject that does not exist", { subject: "nobody@example.com" }, /nobody@example\.com exists/],
		["a key of another time", undefined, /not one of this service account's any more/],
	] as const)("%s", async (_what, change, todo) => {
		const sandbox = await open();
		const settings = settingsFor(sandbox);
		if (change === undefined) sandbox.access.addAccount(sandbox.credentials.serviceAccount, "1");
		const failure = await refused(connect(sandbox, { ...settings, ...change }));
		expect(failure).toMatchObject({ code: "source.denied", todo: expect.stringMatching(todo) });
	});

	test("a clock that is far off", async () => {
		const sandbox = await open({ clock: () => Date.now() - 7_200_000 });
		expect(await refused(connect(sandbox))).toMatchObject({ code: "source.denied", todo: expect.stringContaining("NTP") });
	});

	test.each([
		["is none", "{}"],
		["is no JSON", "-----BEGIN PRIVATE KEY-----"],
		["holds a broken key", undefined],
	])("a key file that %s is refused at once, and not quoted", async (_what, text) => {
		const sandbox = await open();
		const auth =
			text === undefined
				? keyFile(sandbox, { private_key: "-----BEGIN PRIVATE KEY-----\nbroken\n" }).auth
				: { kind: "key" as const, key: new Secret(text, "credential:google") };
		expect(() => connect(sandbox, { auth })).toThrow(
			expect.objectContaining({ code: "config.invalid", message: expect.stringMatching(/credential:google/) }),
		);
		expect(() => connect(sandbox, { auth })).not.toThrow(/BEGIN|broken/);
	});
});
