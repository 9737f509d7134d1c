import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { openConnector } from "../../../app/wiring.ts";
import { compile, loadConfig } from "../../../config/load.ts";
import { secretRef } from "../../../config/secrets.ts";
import type { EntraSource } from "../../../config/sources/entra.ts";
import { configOf, startEntra } from "../../../sandbox/entra/server.ts";
import { selfSigned } from "../../../sandbox/kit/certificate.ts";
import { company } from "../../../sandbox/world/company.ts";
import { configText, judge, problems } from "./support.ts";

/** The small configuration, with this source in place of its own. */
const withSource = (lines: string): string =>
	configText().replace(/ {4}kind: keycloak\n[\s\S]*?(?=products:)/, lines.replace(/^/gm, "    ").concat("\n"));
const APPLICATION = "tenant: contoso.onmicrosoft.com\nclientId: app-1";
const entra = async (lines: string): Promise<EntraSource> =>
	(await judge(withSource(`kind: entra\n${lines}`))).sources.get("staff" as never) as EntraSource;

describe("kind: entra", () => {
	test("with a client secret, all else by default", async () => {
		const source = await entra(`${APPLICATION}\nclientSecret: \${credential:entra}`);
		expect(source).toMatchObject({
			kind: "entra",
			login: { kind: "secret", tenant: "contoso.onmicrosoft.com", clientId: "app-1", secret: { reference: "credential:entra" } },
			cloud: "global",
			username: "userPrincipalName",
			people: "everybody",
			network: { timeoutMs: 60_000, concurrency: 4 },
		});
		for (const key of ["url", "authority", "pageSize"]) expect(key in source).toBe(false);
	});

	test.each([
		["certificate: ${credential:c}", { kind: "certificate", pem: { reference: "credential:c" } }],
		["federatedToken: ${file:/run/token}", { kind: "federated", token: { reference: "file:/run/token" } }],
	])("with %s", async (line, login) => {
		expect((await entra(`${APPLICATION}\n${line}`)).login).toMatchObject({
			...login,
			tenant: "contoso.onmicrosoft.com",
			clientId: "app-1",
		});
	});

	test("with the machine's identity, or one of several", async () => {
		expect((await entra("managedIdentity: true")).login).toEqual({ kind: "managed" });
		expect((await entra("managedIdentity: true\nclientId: app-3")).login).toEqual({ kind: "managed", clientId: "app-3" });
	});

	test("everything that can be written counts", async () => {
		const lines =
			"cloud: usgov-dod\nusername: mailNickname\npeople: guests\npageSize: 5\nurl: https://g.example.org/\nauthority: https://l.example.org";
		expect(await entra(`${APPLICATION}\nclientSecret: \${env:X}\n${lines}`)).toMatchObject({
			cloud: "usgov-dod",
			username: "mailNickname",
			people: "guests",
			pageSize: 5,
			url: "https://g.example.org",
			authority: "https://l.example.org",
		});
	});

	test.each([
		[
			APPLICATION,
			"3:3: sources.staff: no way to log in; allowed: one of `clientSecret`, `certificate`, `federatedToken`, `managedIdentity`. Add `clientSecret: ${credential:entra}` (docs/guides/entra.md says how to make one).",
		],
		[
			`${APPLICATION}\nclientSecret: \${env:A}\ncertificate: \${env:B}`,
			"8:5: sources.staff.certificate: found `clientSecret` and `certificate`; allowed: one way to log in. Keep one and delete the other.",
		],
		[
			"clientId: x\nclientSecret: ${env:A}",
			"3:3: sources.staff: `tenant` is missing; it is needed with `clientSecret`. It stands on the application's overview page in the Entra admin center: Directory (tenant) ID.",
		],
		[
			"tenant: t\nmanagedIdentity: true",
			"5:5: sources.staff.tenant: found `tenant` with `managedIdentity`; the machine's identity has its own. Delete it.",
		],
		[
			`${APPLICATION}\nclientSecret: \${env:A}\nurl: https://graph.microsoft.com/v1.0`,
			'8:10: sources.staff.url: found "/v1.0" in the address; it ends before that. Write the address without the version.',
		],
		[
			`${APPLICATION}\nclientSecret: \${env:A}\nauthority: http://login.example.org`,
			'8:16: sources.staff.authority: found "http://login.example.org"; allowed: an https:// address without user name, password, query and fragment. For example: https://login.example.org',
		],
		[
			`${APPLICATION}\nclientSecret: \${env:A}\npageSize: 1000`,
			"8:15: sources.staff.pageSize: found the number 1000; allowed: a whole number from 1 to 999. For example: 500",
		],
		[
			`${APPLICATION}\nclientSecret: \${env:A}\nusername: upn`,
			'8:15: sources.staff.username: found "upn"; allowed: userPrincipalName, mail, onPremisesSamAccountName or mailNickname. For example: onPremisesSamAccountName',
		],
	])("wrong: %s", async (lines, message) => {
		expect(await problems(withSource(`kind: entra\n${lines}`))).toEqual([message]);
	});

	test("a client secret in plain text is not repeated", async () => {
		const [message] = await problems(withSource(`kind: entra\n${APPLICATION}\nclientSecret: geheim-geheim`));
		expect(message).toContain("a secret in plain text (not shown)");
		expect(message).not.toContain("geheim");
	});
});

describe("a key file as a secret", () => {
	const resolving = async (text: string): Promise<string> => {
		const folder = await mkdtemp(join(tmpdir(), "rollcall-pem-"));
		try {
			const path = join(folder, "key.pem");
			await writeFile(path, text);
			await chmod(path, 0o600);
			return (await secretRef(`\${file:${path}}`, "here", { file: path, env: {} }).resolve()).reveal();
		} finally {
			await rm(folder, { recursive: true });
		}
	};

	test("keeps its lines", async () => {
		const { key, cert } = selfSigned({ name: "app", rsa: true });
		expect(await resolving(cert + key)).toBe((cert + key).trimEnd());
	});

	test.each(["two\nlines", "-----BEGIN X-----\nAAAA\n-----END X-----\nand more", "before\n-----BEGIN X-----\nAAAA\n-----END X-----"])(
		"other texts of several lines are refused as before: %j",
		async (text) => {
			await expect(resolving(text)).rejects.toMatchObject({ code: "config.secret-missing" });
		},
	);
});

test("the guide's example is a source, and its way to name one group by id works", async () => {
	const guide = await readFile(new URL("../../../docs/guides/entra.md", import.meta.url), "utf8");
	const [example] = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
	const text = configText().replace(/sources:\n[\s\S]*?(?=products:)/, example!);
	const id = "0a1b2c3d-0000-4000-8000-000000000000";
	const config = await judge(`${text}    groups:\n      map: [{ path: '/^/${id}//', to: developers }]\n`);
	expect(config.sources.get("staff" as never)).toMatchObject({ kind: "entra", people: "members", username: "onPremisesSamAccountName" });
	const rule = compile(config).get("jira" as never)!.groups.map[0]!;
	expect(rule.target({ name: "Renamed", path: `/${id}/Renamed` })).toBe("developers");
	expect(rule.target({ name: "Other", path: "/ffffffff-0000-4000-8000-000000000000/Other" })).toBeUndefined();
});

test("the stand-in's own piece of configuration is right, and the wiring reads the stand-in with it", async () => {
	const sandbox = await startEntra();
	const folder = await mkdtemp(join(tmpdir(), "rollcall-entra-"));
	try {
		sandbox.load(company({ people: 20, groups: 8, seed: 1 }));
		const { yaml, secrets } = configOf(sandbox);
		await mkdir(join(folder, "credentials"), { mode: 0o700 });
		for (const [name, text] of Object.entries(secrets)) await writeFile(join(folder, "credentials", name), text, { mode: 0o600 });
		const path = join(folder, "rollcall.yaml");
		await writeFile(path, withSource(yaml.trimEnd()));
		const config = await loadConfig({ path, env: {} });
		const connector = await openConnector(config.sources.get("staff" as never)!, undefined);
		const snapshot = await connector.snapshot({ attributes: new Set(["department"]) }, new AbortController().signal);
		await connector.close();
		expect(snapshot.size).toMatchObject({ people: 20, groups: 8, rejects: 0 });
	} finally {
		await rm(folder, { recursive: true });
		await sandbox.close();
	}
});
