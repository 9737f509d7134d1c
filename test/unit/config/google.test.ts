import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { openConnector } from "../../../app/wiring.ts";
import { compile, loadConfig } from "../../../config/load.ts";
import { configOf, startGoogle } from "../../../sandbox/google/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { configText, judge, problems } from "./support.ts";

const KEY = "key: ${credential:google}";
const SUBJECT = "subject: reader@example.org";
/** The small configuration with a Google source in the place of Keycloak; `kind` stands in line 4. */
const withGoogle = (...lines: readonly string[]): string =>
	configText().replace(/ {4}kind: keycloak\n[\s\S]*?(?=products:)/, ["kind: google", ...lines].map((line) => `    ${line}\n`).join(""));
const source = async (...lines: readonly string[]) => (await judge(withGoogle(...lines))).sources.get("staff" as never);

describe("a Google source", () => {
	test("with a key file; everything else has a default", async () => {
		expect(await source(KEY, SUBJECT)).toMatchObject({
			kind: "google",
			auth: { kind: "key", key: { reference: "credential:google" } },
			subject: "reader@example.org",
			organizationalUnits: "ignore",
			memberCount: "prove",
			requestsPerMinute: 1200,
			network: { concurrency: 8 },
		});
	});

	test.each([
		[[KEY], { kind: "key" }],
		[["serviceAccount: a@p.iam.gserviceaccount.com"], { kind: "machine", serviceAccount: "a@p.iam.gserviceaccount.com" }],
		[
			["serviceAccount: a@p.iam.gserviceaccount.com", "federation: ${file:/etc/federation.json}"],
			{ kind: "federation", configuration: { reference: "file:/etc/federation.json" } },
		],
	])("log-in by %j", async (lines, auth) => {
		expect((await source(...lines)) as object).toMatchObject({ auth });
	});

	test("what is written counts", async () => {
		const lines = [
			"customer: C03az79cb",
			"domain: example.org",
			"organizationalUnits: groups",
			"memberCount: ignore",
			"requestsPerMinute: 600",
		];
		expect(
			await source(KEY, ...lines, "pageSize: 200", "url: http://127.0.0.1:1", "tokenUrl: http://127.0.0.1:2", "iamUrl: http://127.0.0.1:3"),
		).toMatchObject({
			customer: "C03az79cb",
			domain: "example.org",
			organizationalUnits: "groups",
			memberCount: "ignore",
			requestsPerMinute: 600,
			pageSize: 200,
			url: "http://127.0.0.1:1",
			tokenUrl: "http://127.0.0.1:2",
			iamUrl: "http://127.0.0.1:3",
		});
	});

	test.each<readonly [readonly string[], unknown]>([
		[
			[],
			"3:3: sources.staff: no way to log in; allowed: `key`, or `serviceAccount`. Add `key: ${credential:google}` (docs/guides/google.md says how to make one).",
		],
		[
			[KEY, "serviceAccount: a@p.iam.gserviceaccount.com"],
			"6:5: sources.staff.serviceAccount: found `key` and `serviceAccount`; allowed: a key file, or a service account without one. Keep one of the two and delete the other.",
		],
		[
			["federation: ${credential:f}"],
			"5:5: sources.staff.federation: found `federation` without `serviceAccount`. Add the e-mail address of the service account that the federation may sign for.",
		],
		[
			[KEY, "subject: a@p.iam.gserviceaccount.com"],
			"6:14: sources.staff.subject: found a service account; it can stand in for a person only. Write the address of an administrator, or leave `subject` out and give the service account a role of its own.",
		],
		[[KEY, "subject: reader"], expect.stringMatching(/^6:14: sources\.staff\.subject: .*primary e-mail address of an administrator/)],
		[[KEY, "domain: a@example.org"], expect.stringMatching(/^6:13: sources\.staff\.domain: .*one domain of the organisation/)],
		[[KEY, "organizationalUnits: yes"], expect.stringMatching(/^6:26: sources\.staff\.organizationalUnits: .*groups or ignore/)],
		[[KEY, "requestsPerMinute: 9000"], expect.stringMatching(/^6:24: sources\.staff\.requestsPerMinute: .*from 10 to 2400/)],
		[[KEY, "pageSize: 501"], expect.stringMatching(/^6:15: sources\.staff\.pageSize: .*from 1 to 500/)],
		[["key: PRIVATE"], expect.stringMatching(/^5:10: sources\.staff\.key: /)],
		[[KEY, "subjekt: x@example.org"], expect.stringMatching(/Did you mean "subject"\?$/)],
	])("%j is told", async (lines, message) => {
		const found = await problems(withGoogle(...lines));
		expect(found).toEqual([message]);
		expect(found.join()).not.toContain("PRIVATE");
	});
});

test("the guide's ways to name a group and a custom field work in a policy", async () => {
	const more = "    groups:\n      map: [{ path: eng@example.org, to: developers }]\n";
	const people = '      where: person.attribute("HR.site") == "Berlin"\n      username: person.email.split("@")[0]\n';
	const policy = compile(await judge(configText({ people, product: more }))).get("jira" as never)!;
	expect(policy.needs).toEqual(new Set(["HR.site"]));
	expect(policy.groups.map[0]!.target({ name: "Engineering", path: "eng@example.org" })).toBe("developers");
	expect(policy.groups.map[0]!.target({ name: "eng@example.org", path: "else@example.org" })).toBeUndefined();
});

test("the guide's examples are sources", async () => {
	const guide = await readFile(new URL("../../../docs/guides/google.md", import.meta.url), "utf8");
	const found = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
	expect(found.length).toBeGreaterThanOrEqual(2);
	for (const example of found.filter((text) => text.startsWith("sources:"))) {
		const config = await judge(configText().replace(/sources:\n[\s\S]*?(?=products:)/, example));
		expect(config.sources.get("staff" as never)?.kind).toBe("google");
	}
});

test("the stand-in's own piece of configuration is right, and the wiring reads the stand-in with it", async () => {
	const sandbox = await startGoogle();
	const folder = await mkdtemp(join(tmpdir(), "rollcall-google-"));
	try {
		sandbox.load(company({ people: 20, groups: 8, seed: 1 }));
		const { yaml, secrets } = configOf(sandbox);
		const credentials = join(folder, "credentials");
		await mkdir(credentials, { mode: 0o700 });
		for (const [name, text] of Object.entries(secrets)) await writeFile(join(credentials, name), text, { mode: 0o600 });
		await chmod(credentials, 0o700);
		const file = join(folder, "rollcall.yaml");
		const lines = yaml.trimEnd().split("\n").slice(1);
		await writeFile(file, withGoogle(...lines), { mode: 0o600 });
		const config = await loadConfig({ path: file, env: { CREDENTIALS_DIRECTORY: credentials } });
		const connector = await openConnector(config.sources.get("staff" as never)!, undefined);
		const snapshot = await connector.snapshot({ attributes: new Set(["department"]) }, new AbortController().signal);
		await connector.close();
		expect(snapshot.size).toMatchObject({ people: 20, groups: 8, rejects: 0 });
	} finally {
		await sandbox.close();
		await rm(folder, { recursive: true });
	}
});
