import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "@jest/globals";
import { bornHere, provablyDead } from "../../../core/store/sqlite/birth.ts";

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("proof that a process is gone", () => {
	const self = (): Record<string, unknown> => JSON.parse(bornHere()) as Record<string, unknown>;

	test("a living process is not dead", () => {
		expect(self()).toMatchObject({ pid: process.pid });
		expect(provablyDead(bornHere())).toBe(false);
	});

	test("an ended one is", async () => {
		const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
		await once(child, "spawn");
		const born = JSON.stringify({ ...self(), pid: child.pid });
		const exited = once(child, "exit");
		child.kill("SIGKILL");
		await exited;
		expect(provablyDead(born)).toBe(true);
	});

	test("its number given to another process does not bring it back", () => {
		expect(provablyDead(JSON.stringify({ ...self(), started: "1" }))).toBe(true);
	});

	test.each([
		["another boot, perhaps of another machine", { boot: "00000000-0000-0000-0000-000000000000", pid: 4_194_303 }],
		["another container's numbering", { space: "pid:[1]", pid: 4_194_303 }],
		["no number", { pid: undefined }],
		["a number of a group of processes", { pid: -1 }],
		["a word for a number", { pid: "4194303" }],
	])("nothing is proven by %s", (_, change) => {
		expect(provablyDead(JSON.stringify({ ...self(), ...change }))).toBe(false);
	});

	test.each(["", "{", "null", "[]", "7"])("nothing is proven by %j", (born) => {
		expect(provablyDead(born)).toBe(false);
	});
});
