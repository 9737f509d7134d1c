import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ROOT } from "./support/program.ts";

const NODE24 = join(ROOT, "bin", "node24.js");

test("no script of the package counts on the `node` of the path: npm 10 does not link ours", async () => {
	const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> };
	expect(Object.entries(scripts).filter(([, script]) => /\bnode (?!bin\/(rollcall|node24)\.js\b)/.test(script))).toEqual([]);
});

test("options of node, arguments, standard input and exit code pass through", () => {
	const script = `process.stdin.on("data", (text) => console.log(process.title, ...process.argv.slice(1), String(text))).on("end", () => process.exit(7))`;
	const { status, stdout } = spawnSync(process.execPath, [NODE24, "--title=other", "-e", script, "--", "a b", "--c"], {
		input: "in",
		encoding: "utf8",
	});
	expect([status, stdout]).toEqual([7, "other a b --c in\n"]);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s reaches the script, which decides", async (signal) => {
	const script = `process.on("${signal}", () => process.exit(9)); setInterval(() => {}, 1_000); console.log("ready")`;
	const child = spawn(process.execPath, [NODE24, "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
	await once(child.stdout, "data");
	child.kill(signal);
	expect(await once(child, "exit")).toEqual([9, null]);
});

test.each(["SIGTERM", "SIGKILL"])("a script that dies of %s is seen to die of it", (signal) => {
	const { signal: seen } = spawnSync(process.execPath, [
		NODE24,
		"-e",
		`process.kill(process.pid, "${signal}"); setInterval(() => {}, 1_000)`,
	]);
	expect(seen).toBe(signal);
});
