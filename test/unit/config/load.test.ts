import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { findConfig } from "../../../config/find.ts";
import { loadConfig } from "../../../config/load.ts";
import { problemsOf, problemText } from "../../../config/problem.ts";
import { exampleConfig } from "../../../config/starter.ts";
import { SyncError } from "../../../core/errors.ts";
import { configText, failure, judge } from "./support.ts";

/** Self-signed, made for this test with openssl; nothing trusts it. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBhzCCAS2gAwIBAgIUZmmS9gViqRP15SQLcL2pCYo/MukwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNcm9sbGNhbGwtdGVzdDAgFw0yNjExMjIwOTAwMDhaGA8yMTI2
MTAyOTA5MDAwOFowGDEWMBQGA1UEAwwNcm9sbGNhbGwtdGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABEzfFC+GXdxTHa/gFOo/jDdVY6d5TgSkhuHFuuM3VPpV
IiHA8sERDHnPEGtW7oAmelL8kRNBxxfsrdTxg7wMTyajUzBRMB0GA1UdDgQWBBTw
ZnPohtmZRYaGX+Y5gf6BqS8pKDAfBgNVHSMEGDAWgBTwZnPohtmZRYaGX+Y5gf6B
qS8pKDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQD6wOQyyZUR
yA1xDvz71SsVK62LzrZnu84B+jxNrZ76OQIgTo83V3cQu8IudXZfTY8KGUGR9F3a
22o/aDTQTY+aEWs=
-----END CERTIFICATE-----
`;

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "rollcall-load-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const put = async (name: string, content: string | Uint8Array): Promise<string> => {
	await writeFile(join(folder, name), content);
	return join(folder, name);
};
const load = (path: string) => loadConfig({ path, env: {} });

describe("the file itself", () => {
	test("is loaded with an absolute path; relative paths start at it", async () => {
		const path = await put("rollcall.yaml", configText({ rest: "store: { sqlite: state.db }\n" }));
		const config = await load(path);
		expect(config.file).toBe(path);
		expect(config.store.sqlite).toBe(join(folder, "state.db"));
	});

	test("missing, a folder, a loop, a path through a file, not text, too large", async () => {
		const cannot = (path: string) => `cannot read the configuration ${path}: `;
		const messageOf = async (path: string) => {
			const error = await failure(load(path));
			expect(error).toMatchObject({ code: "config.invalid", context: { file: path } });
			expect(error.todo).toMatch(/\.$/);
			return error.message;
		};
		expect(await messageOf("/nowhere/rollcall.yaml")).toBe(`${cannot("/nowhere/rollcall.yaml")}there is no such file`);
		expect(await messageOf(folder)).toBe(`${cannot(folder)}it is not a file`);
		await symlink("loop.yaml", join(folder, "loop.yaml"));
		expect(await messageOf(join(folder, "loop.yaml"))).toBe(`${cannot(join(folder, "loop.yaml"))}its symbolic links go round in circles`);
		const file = await put("latin1.yaml", new Uint8Array([0x61, 0xe4]));
		expect(await messageOf(file)).toBe(`${cannot(file)}it is not UTF-8 text`);
		expect(await messageOf(join(file, "x"))).toBe(`${cannot(join(file, "x"))}a part of the path is not a directory`);
		const large = await put("large.yaml", "#".repeat(4 * 1024 * 1024 + 1));
		expect(await messageOf(large)).toBe(`${cannot(large)}it has 4194305 bytes; a configuration has at most 4194304`);
	});

	test("a device is refused, not read", async () => {
		expect((await failure(load("/dev/null"))).message).toBe("cannot read the configuration /dev/null: it is not a file");
	});

	// Root reads everything, so there is nothing to refuse.
	(process.getuid?.() === 0 ? test.skip : test)("unreadable (skipped as root, who reads everything)", async () => {
		const path = await put("rollcall.yaml", configText());
		await chmod(path, 0o000);
		expect((await failure(load(path))).message).toBe(`cannot read the configuration ${path}: permission denied`);
	});

	test("with a byte order mark and Windows line ends, places are right", async () => {
		const path = await put("rollcall.yaml", `\ufeff${configText({ people: "      where: person.actve\n" }).replaceAll("\n", "\r\n")}`);
		expect(problemsOf(await failure(load(path))).map(({ line, column, path: at }) => ({ line, column, at }))).toEqual([
			{ line: 18, column: 21, at: "products.jira.people.where" },
		]);
	});
});

describe("a certificate authority", () => {
	const text = (ca: string) => configText({ source: `    network: { ca: ${ca} }\n` });
	test("is read when the configuration is loaded", async () => {
		await put("ca.pem", `# ours\n${CERTIFICATE}`);
		const config = await load(await put("rollcall.yaml", text("ca.pem")));
		expect(config.sources.get("staff" as never)?.network.ca).toContain("BEGIN CERTIFICATE");
	});
	test("missing, a folder, no certificate, a broken one, a private key", async () => {
		await put("text.pem", "hello");
		await put("broken.pem", `${CERTIFICATE}-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n`);
		await put("key.pem", `-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n${CERTIFICATE}`);
		await mkdir(join(folder, "folder"));
		const messageOf = async (ca: string) => {
			const [problem, ...more] = problemsOf(await failure(load(await put("rollcall.yaml", text(ca)))));
			expect(more).toEqual([]);
			return problemText(problem!).slice(folder.length + 1);
		};
		const start = "rollcall.yaml:9:20: sources.staff.network.ca: ";
		const readable = "Correct the path, or make the file readable for the user that Rollcall runs as.";
		const pem = "Name a PEM file with the certificate of your own certificate authority.";
		expect(await messageOf("none.pem")).toBe(`${start}cannot read the certificates in none.pem: there is no such file. ${readable}`);
		expect(await messageOf("folder")).toBe(`${start}cannot read the certificates in folder: it is a directory. ${readable}`);
		expect(await messageOf("text.pem")).toBe(
			`${start}cannot use the certificates in text.pem: it holds no certificate in PEM form. ${pem}`,
		);
		expect(await messageOf("broken.pem")).toBe(
			`${start}cannot use the certificates in broken.pem: certificate 2 of 2 cannot be understood. ${pem}`,
		);
		expect(await messageOf("key.pem")).toBe(`${start}cannot use the certificates in key.pem: it holds a private key. ${pem}`);
	});
});

describe("where the file is looked for", () => {
	test("the flag, then the variable, then this folder, then the machine's own", async () => {
		const system = await put("system.yaml", "");
		const env = { ROLLCALL_CONFIG: "from-env.yaml" };
		expect(await findConfig({ flag: "named.yaml", env, cwd: folder, system })).toBe(join(folder, "named.yaml"));
		expect(await findConfig({ env, cwd: folder, system })).toBe(join(folder, "from-env.yaml"));
		expect(await findConfig({ env: {}, cwd: folder, system })).toBe(system);
		const here = await put("rollcall.yaml", "");
		expect(await findConfig({ env: { ROLLCALL_CONFIG: "" }, cwd: folder, system })).toBe(here);
	});
	test("nowhere: the error says where it looked", async () => {
		const error = await failure(findConfig({ env: {}, cwd: folder, system: join(folder, "etc.yaml") }));
		expect(error.message).toBe(
			`no configuration file; looked for --config (not given), ROLLCALL_CONFIG (not set), ${folder}/rollcall.yaml and ${folder}/etc.yaml`,
		);
		expect(error).toMatchObject({ code: "config.invalid", todo: "Name it with --config FILE, or write one to begin with: rollcall init." });
	});
});

test("whatever is done to a file, the answer is a configuration or a list of problems inside it, and no secret comes back", async () => {
	const base = exampleConfig().replace('"${credential:keycloak}"', '"${env:A}"').replace('"${credential:jira}"', "hunter2-hunter2");
	const edit = fc.record({
		at: fc.nat(base.length),
		cut: fc.nat(12),
		put: fc.constantFrom("", "{", "]", ": ", "\n", "\t", "- ", '"', "'", "*x", "&x", "!y", "null", "5", "<<: 1\n", "? ", "|\n", "#"),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
			const text = edits.reduce((all, { at, cut, put: piece }) => all.slice(0, at) + piece + all.slice(at + cut), base);
			const outcome = await judge(text).catch((error: unknown) => error);
			if (!(outcome instanceof SyncError)) return;
			expect(outcome.code).toBe("config.invalid");
			const lines = text.split("\n").length;
			const found = problemsOf(outcome);
			expect(found.length).toBeGreaterThan(0);
			for (const problem of found) {
				expect(problem.line).toBeGreaterThanOrEqual(1);
				expect(problem.line).toBeLessThanOrEqual(lines);
			}
			if (text.includes("token: hunter2-hunter2")) expect(outcome.message).not.toContain("hunter2-hunter2");
		}),
		{ numRuns: 400 },
	);
});
