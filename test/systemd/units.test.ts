import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { DEFAULT_STORE } from "../../config/schema.ts";
import { exampleConfig } from "../../config/starter.ts";

const UNITS = fileURLToPath(new URL("../../systemd/", import.meta.url));
const PROGRAM = "/usr/lib/rollcall/bin/rollcall";
const names = await readdir(UNITS);
const services = names.filter((name) => name.endsWith(".service"));

/** Values of a key, in order; systemd allows a key several times. */
const valuesOf = (unit: string, key: string): readonly string[] =>
	[...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map((match) => match[1]!);
const read = (name: string) => readFile(join(UNITS, name), "utf8");

function systemdAnalyze(...args: readonly string[]) {
	const { status, stdout, stderr, error } = spawnSync("systemd-analyze", args, { encoding: "utf8", timeout: 20_000 });
	return { status, stdout, stderr, missing: error !== undefined && "code" in error && error.code === "ENOENT" };
}
const { missing } = systemdAnalyze("--version");
if (missing)
	process.stderr.write("test/systemd: SKIPPED the checks by systemd-analyze: the program is not installed (Debian: apt install systemd)\n");
const withSystemd = missing ? describe.skip : describe;

test("the units that are promised are there", () => {
	expect([...names].sort()).toEqual(["rollcall-daemon.service", "rollcall.service", "rollcall.timer"]);
});

withSystemd(`systemd-analyze${missing ? " (skipped: not installed)" : ""}`, () => {
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "rollcall-units-"));
		// The program is not installed where this runs, and verify wants to see one: any executable does, units and all else stay as they are.
		await mkdir(join(folder, "bin"));
		await copyFile("/bin/true", join(folder, "bin", "rollcall"));
		for (const name of names) await writeFile(join(folder, name), (await read(name)).replaceAll(PROGRAM, join(folder, "bin", "rollcall")));
	});
	afterAll(() => rm(folder, { recursive: true, force: true }));

	// Unknown keys and values that cannot be understood leave the exit code at 0: only silence is success.
	test.each(names)("verify finds nothing to say about %s", (name) => {
		const { status, stdout, stderr } = systemdAnalyze("verify", "--man=no", join(folder, name));
		expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: "" });
	});

	test("and it would have something to say about a mistake", async () => {
		await writeFile(
			join(folder, "wrong.service"),
			(await readFile(join(folder, "rollcall.service"), "utf8")).replace("ProtectHome=yes", "ProtectHome=yess"),
		);
		expect(systemdAnalyze("verify", "--man=no", join(folder, "wrong.service")).stderr).toMatch(/Failed to parse protect home value/);
	});

	test.each(services)("%s is exposed to 1.5 at most", (name) => {
		const { status, stdout, stderr } = systemdAnalyze("security", "--offline=true", "--threshold=15", join(UNITS, name));
		expect({ status, stderr, level: Number(/exposure level for \S+ (\d+\.\d)/.exec(stdout)?.[1]) <= 1.5 }).toEqual({
			status: 0,
			stderr: "",
			level: true,
		});
	});

	test("the timer's expression is one", async () => {
		const [when] = valuesOf(await read("rollcall.timer"), "OnCalendar");
		const { status, stdout } = systemdAnalyze("calendar", "--iterations=2", "--base-time=2026-01-01 00:00:00 UTC", when!);
		expect(status).toBe(0);
		expect(stdout).toMatch(/Next elapse:.*2026-01-01 00:15:00 UTC/);
		expect(stdout).toMatch(/2026-01-01 00:30:00 UTC/);
	});
});

describe("the units and the configuration fit together", () => {
	test("every credential of the configuration that init writes is loaded, in both services", async () => {
		const wanted = [...exampleConfig().matchAll(/"\$\{credential:([^}]+)\}"/g)].map((match) => match[1]!).sort();
		expect(wanted).toEqual(["jira", "keycloak"]);
		for (const name of services) {
			const loaded = valuesOf(await read(name), "LoadCredential");
			expect([...loaded].sort()).toEqual(wanted.map((credential) => `${credential}:/etc/rollcall/credentials/${credential}`));
		}
	});

	test("the default store is in the state directory, which both services share", async () => {
		for (const name of services) {
			const unit = await read(name);
			expect([valuesOf(unit, "StateDirectory"), valuesOf(unit, "User"), valuesOf(unit, "DynamicUser")]).toEqual([
				["rollcall"],
				["rollcall"],
				["yes"],
			]);
		}
		expect(DEFAULT_STORE).toBe("/var/lib/rollcall/state.db");
	});

	test("what runs, and how long it may", async () => {
		const oneshot = await read("rollcall.service");
		expect(valuesOf(oneshot, "ExecStart")).toEqual([`${PROGRAM} sync --config /etc/rollcall/rollcall.yaml --yes`]);
		expect([valuesOf(oneshot, "Type"), valuesOf(oneshot, "TimeoutStartSec"), valuesOf(oneshot, "SuccessExitStatus")]).toEqual([
			["oneshot"],
			["2h"],
			["2"],
		]);
		const daemon = await read("rollcall-daemon.service");
		expect(valuesOf(daemon, "ExecStart")).toEqual([`${PROGRAM} daemon --config /etc/rollcall/rollcall.yaml`]);
		expect([valuesOf(daemon, "Type"), valuesOf(daemon, "NotifyAccess"), valuesOf(daemon, "RestartPreventExitStatus")]).toEqual([
			["notify"],
			["all"],
			["64"],
		]);
	});

	test("both services have the same sandbox, but for the program that the daemon tells systemd with", async () => {
		const sandbox = (unit: string) =>
			unit.slice(unit.indexOf("# Who it is"), unit.includes("\n[Install]") ? unit.indexOf("\n[Install]") : undefined).trim();
		expect(sandbox(await read("rollcall-daemon.service")).replace(" /usr/bin/systemd-notify", "")).toBe(
			sandbox(await read("rollcall.service")),
		);
		expect(await read("rollcall.service")).not.toMatch(/^MemoryDenyWriteExecute=/m);
	});
});
