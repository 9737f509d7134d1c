import { execFileSync, spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ROOT } from "./support/program.ts";

/** The package as npm installs it: below node_modules, where Node strips no types, with the compiled files only. */
let away: string;
let bin: string;
beforeAll(async () => {
	away = await mkdtemp(join(tmpdir(), "rollcall-package-"));
	const installed = join(away, "node_modules", "rollcall");
	bin = join(installed, "bin", "rollcall.js");
	await mkdir(installed, { recursive: true });
	const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { scripts: { build: string } };
	// The build as package.json says it, into another folder; types are checked elsewhere.
	const build = scripts.build
		.replace("tsc ", `node_modules/.bin/tsc --noCheck --outDir ${installed}/dist `)
		.replace(/ dist\//g, ` ${installed}/dist/`);
	execFileSync("sh", ["-c", build], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
	for (const name of ["bin", "package.json", "docs/reference"]) await cp(join(ROOT, name), join(installed, name), { recursive: true });
	await symlink(join(ROOT, "node_modules"), join(installed, "node_modules"));
}, 120_000);
afterAll(() => rm(away, { recursive: true, force: true }));

test("the lock file names the packages for every platform, or `npm ci` refuses it (node .ci/complete-lock.mjs)", async () => {
	// By URL: the script is plain JavaScript without types.
	const script = new URL("../../.ci/complete-lock.mjs", import.meta.url).href;
	const { missingPlatforms } = (await import(script)) as { missingPlatforms: (lock: unknown) => Record<string, unknown> };
	expect(missingPlatforms(JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")))).toEqual({});
	const lock = { packages: { "": {}, "node_modules/a": { optionalDependencies: { "@a/linux-x64-musl": "1.2.3" } } } };
	expect(missingPlatforms(lock)).toEqual({
		"node_modules/@a/linux-x64-musl": { version: "1.2.3", cpu: ["x64"], libc: ["musl"], optional: true, os: ["linux"] },
	});
});

test("an installed package knows its version, and its demo runs", async () => {
	const run = (...args: string[]) => spawnSync(process.execPath, [bin, ...args], { cwd: away, encoding: "utf8" });
	const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
	expect(run("--version").stdout).toBe(`${version}\n`);
	const demo = run("demo");
	expect([demo.status, demo.stdout]).toEqual([0, expect.stringContaining("Nobody lost access by accident.")]);
	expect(await readFile(join(away, "rollcall-demo", "report.html"), "utf8")).toContain("<style>");
}, 60_000);

test("init of an installed package names the schema that the package brings", async () => {
	const config = join(away, "fresh", "rollcall.yaml");
	const { status, stderr } = spawnSync(process.execPath, [bin, "init", "--yes", "--config", config], { cwd: away, encoding: "utf8" });
	expect([status, stderr]).toEqual([0, ""]);
	const [, address] = /^# yaml-language-server: \$schema=(file:\S+)$/m.exec(await readFile(config, "utf8"))!;
	expect(fileURLToPath(address!)).toBe(join(away, "node_modules", "rollcall", "docs", "reference", "config.schema.json"));
	expect(JSON.parse(await readFile(fileURLToPath(address!), "utf8"))).toMatchObject({ title: "Rollcall configuration" });
	// Both files are in what npm publishes.
	const { files } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { files: string[] };
	expect(files).toContain("docs/reference");
});
