import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { judgeConfig, missingSecrets } from "../../../config/load.ts";
import { resolveNetwork } from "../../../config/network.ts";
import { secretRef } from "../../../config/secrets.ts";
import { configText, failure } from "./support.ts";

let folder: string;
let warnings: string[];
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "rollcall-secrets-"));
	warnings = [];
	await mkdir(join(folder, "credentials"));
});
afterEach(() => rm(folder, { recursive: true }));

const refer = (written: string, env: Readonly<Record<string, string>> = {}) =>
	secretRef(written, `${folder}/rollcall.yaml:8:19`, {
		file: join(folder, "rollcall.yaml"),
		env,
		warn: (message) => warnings.push(message),
	});
const put = async (path: string, content: string | Uint8Array, mode = 0o600): Promise<string> => {
	const file = join(folder, path);
	await writeFile(file, content);
	await chmod(file, mode);
	return file;
};

test("systemd's credential is taken first, whatever its mode; one line break at the end goes", async () => {
	await mkdir(join(folder, "systemd"));
	await put("systemd/jira", "from systemd\n", 0o440);
	await put("credentials/jira", "from beside");
	const secret = await refer("${credential:jira}", { CREDENTIALS_DIRECTORY: join(folder, "systemd") }).resolve();
	expect(secret.reveal()).toBe("from systemd");
	expect(secret.origin).toBe("credential:jira");
	expect(warnings).toEqual([]);
	expect(`${secret}${JSON.stringify({ secret })}${inspect(secret)}`).not.toContain("from systemd");
});

test("without systemd, or where it has no such credential, the folder beside the configuration is looked at", async () => {
	await put("credentials/jira", " a pass phrase \r\n");
	expect((await refer("${credential:jira}").resolve()).reveal()).toBe(" a pass phrase ");
	expect((await refer("${credential:jira}", { CREDENTIALS_DIRECTORY: join(folder, "none") }).resolve()).reveal()).toBe(" a pass phrase ");
});

test("each call reads again, so that a renewed secret is seen", async () => {
	const secret = refer("${credential:jira}");
	await put("credentials/jira", "old");
	expect((await secret.resolve()).reveal()).toBe("old");
	await put("credentials/jira", "new");
	expect((await secret.resolve()).reveal()).toBe("new");
});

test("from the environment and from a file", async () => {
	const file = await put("token", "from a file\n");
	expect((await refer(`\${file:${file}}`).resolve()).reveal()).toBe("from a file");
	expect((await refer("${env:JIRA_TOKEN}", { JIRA_TOKEN: "from env" }).resolve()).reveal()).toBe("from env");
});

describe("what is missing says which, where it is asked for, where it was looked for, and what to do", () => {
	const start = (reference: string) => `the secret \${${reference}} (${folder}/rollcall.yaml:8:19)`;
	test("a credential, without systemd", async () => {
		const error = await failure(refer("${credential:jira}").resolve());
		expect(error).toMatchObject({
			code: "config.secret-missing",
			message: `${start("credential:jira")} was not found; looked in $CREDENTIALS_DIRECTORY (not set: not started by systemd with LoadCredential=) and ${folder}/credentials/jira.`,
			todo: `Write the secret into ${folder}/credentials/jira (mode 0600), or add LoadCredential=jira:/path/of/the/file to the unit.`,
			context: { reference: "credential:jira", place: `${folder}/rollcall.yaml:8:19` },
		});
	});
	test("a credential, with systemd", async () => {
		const error = await failure(refer("${credential:jira}", { CREDENTIALS_DIRECTORY: "/run/credentials/rollcall.service" }).resolve());
		expect(error.message).toBe(
			`${start("credential:jira")} was not found; looked in /run/credentials/rollcall.service/jira and ${folder}/credentials/jira.`,
		);
	});
	test("a variable", async () => {
		const error = await failure(refer("${env:JIRA_TOKEN}").resolve());
		expect(error.message).toBe(`${start("env:JIRA_TOKEN")} was not found: the environment has no such variable.`);
		expect(error.todo).toBe("Set JIRA_TOKEN, or use ${credential:…}, which other processes cannot see.");
	});
	test("a file", async () => {
		const error = await failure(refer("${file:/nowhere/token}").resolve());
		expect(error.message).toBe(`${start("file:/nowhere/token")} was not found: there is no file /nowhere/token.`);
		expect(error.todo).toBe("Write the secret into that file, readable by the user that Rollcall runs as and nobody else.");
	});
	test.each([
		["empty", "\n", "is empty."],
		["only blanks", "  \n", "is empty."],
		["two lines", "a\nb\n", "has several lines or control characters."],
		["a zero byte", "a\0b", "has several lines or control characters."],
	])("%s", async (_, content, why) => {
		await put("credentials/jira", content);
		expect((await failure(refer("${credential:jira}").resolve())).message).toBe(`${start("credential:jira")} ${why}`);
	});
	test("not text, too large, a folder, a path through a file", async () => {
		const file = await put("token", new Uint8Array([0xff, 0xfe, 0x41]));
		expect((await failure(refer(`\${file:${file}}`).resolve())).message).toBe(
			`${start(`file:${file}`)} cannot be used: ${file} is not UTF-8 text.`,
		);
		await put("token", "x".repeat(70_000));
		expect((await failure(refer(`\${file:${file}}`).resolve())).message).toBe(
			`${start(`file:${file}`)} cannot be read: ${file} has 70000 bytes, more than any password or token.`,
		);
		expect((await failure(refer(`\${file:${folder}}`).resolve())).message).toBe(
			`${start(`file:${folder}`)} cannot be read: ${folder} is not a file.`,
		);
		expect((await failure(refer(`\${file:${file}/x}`).resolve())).message).toBe(
			`${start(`file:${file}/x`)} cannot be read: ${file}/x: a part of the path is not a directory.`,
		);
	});
});

describe("who else can read the file", () => {
	test("beside the configuration: everybody is refused, the group is warned about", async () => {
		const file = await put("credentials/jira", "x", 0o644);
		const error = await failure(refer("${credential:jira}").resolve());
		expect(error.message).toBe(
			`the secret \${credential:jira} (${folder}/rollcall.yaml:8:19) is refused: every user of this machine may use ${file} (mode 0644).`,
		);
		expect(error.todo).toBe(`Run chmod 0600 ${file}, and replace the secret if strangers have accounts here.`);
		await chmod(file, 0o640);
		expect((await refer("${credential:jira}").resolve()).reveal()).toBe("x");
		expect(warnings).toEqual([
			`${file} (mode 0640) can be read by its group; chmod 0600 keeps the secret \${credential:jira} to its owner.`,
		]);
	});
	test("a file named by path is somebody else's arrangement (containers mount 0444): warned about once", async () => {
		const file = await put("token", "x", 0o444);
		const secret = refer(`\${file:${file}}`);
		await secret.resolve();
		await secret.resolve();
		expect(warnings).toEqual([
			`${file} (mode 0444) can be read by every user of this machine; chmod 0600 keeps the secret \${file:${file}} to its owner.`,
		]);
	});
});

test("all missing secrets of a configuration are found at once; a proxy may be one of them", async () => {
	const text = configText({ source: '    network: { proxy: "${env:PROXY}" }\n' });
	const env: Record<string, string> = {};
	const config = await judgeConfig(text, { file: join(folder, "rollcall.yaml"), env });
	expect(config.secrets.map((secret) => `${secret.reference} ${secret.place.slice(folder.length)}`)).toEqual([
		"credential:keycloak /rollcall.yaml:8:19",
		"env:PROXY /rollcall.yaml:9:24",
		"credential:jira /rollcall.yaml:14:12",
	]);
	expect((await missingSecrets(config)).map((error) => error.context.reference)).toEqual([
		"credential:keycloak",
		"env:PROXY",
		"credential:jira",
	]);
	await put("credentials/jira", "x");
	env.PROXY = "http://me:hunter2@proxy.example.org:3128";
	expect((await missingSecrets(config)).map((error) => error.context.reference)).toEqual(["credential:keycloak"]);
	const source = config.sources.get("staff" as never)!;
	expect(await resolveNetwork(source.network)).toEqual({
		timeoutMs: 60_000,
		concurrency: 6,
		proxy: "http://me:hunter2@proxy.example.org:3128",
	});
	expect(inspect(config, { depth: 9 })).not.toContain("hunter2");
});

test("a reference that the schema has not seen is a bug", () => {
	expect(() => refer("hunter2")).toThrow(
		expect.objectContaining({ code: "bug", message: expect.not.stringContaining("hunter2") as unknown }),
	);
});
