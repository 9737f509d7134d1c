import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodePlan } from "../../core/plan-file.ts";
import { Program } from "./support/program.ts";

let away: string;
beforeAll(async () => {
	away = await mkdtemp(join(tmpdir(), "rollcall-demo-"));
});
afterAll(() => rm(away, { recursive: true, force: true }));

test.each(["demo", "sandbox"])("%s writes over no installation that it has not made", async (command) => {
	const folder = await mkdtemp(join(tmpdir(), "rollcall-own-"));
	await mkdir(join(folder, "credentials"));
	await writeFile(join(folder, "rollcall.yaml"), "version: 1\n");
	await writeFile(join(folder, "credentials", "jira"), "mine");
	await writeFile(join(folder, "rollcall.db"), "links");
	const { code, err } = await new Program([command, "--directory", folder], { cwd: away }).ended;
	expect([code, err]).toEqual([64, expect.stringContaining("holds an installation that no demo has made; nothing was touched")]);
	expect(await readFile(join(folder, "rollcall.yaml"), "utf8")).toBe("version: 1\n");
	expect(await readFile(join(folder, "credentials", "jira"), "utf8")).toBe("mine");
	expect(await readFile(join(folder, "rollcall.db"), "utf8")).toBe("links");
	await rm(folder, { recursive: true });
});

test("the demo writes into no folder whose configuration it cannot read", async () => {
	const folder = await mkdtemp(join(tmpdir(), "rollcall-own-"));
	await mkdir(join(folder, "rollcall.yaml"));
	const { code, err } = await new Program(["demo", "--directory", folder], { cwd: away }).ended;
	expect([code, err]).toEqual([64, expect.stringContaining("nothing was touched")]);
	expect(await readdir(folder)).toEqual(["rollcall.yaml"]);
	await rm(folder, { recursive: true });
});

test("the demo tells its story to the end and leaves what it says", async () => {
	const { code, out, err } = await new Program(["demo"], { cwd: away }).ended;
	expect([code, err.includes("Bug in Rollcall")]).toEqual([0, false]);
	const commands = [...out.matchAll(/^\$ rollcall (.*)$/gm)].map(([, args]) => args);
	const exits = [...out.matchAll(/^exit (\d+)$/gm)].map(([, exit]) => Number(exit));
	expect([commands, exits]).toEqual([
		[
			"diff",
			"sync --yes",
			"diff",
			"diff --out rollcall-demo/plan.json --out rollcall-demo/report.html",
			"apply rollcall-demo/plan.json",
			"sync --yes",
			"sync --yes",
		],
		[2, 0, 0, 2, 0, 65, 3],
	]);
	for (const event of ["joined", "moved", "left", "renamed", "married", "returned"]) expect(out).toMatch(new RegExp(`^    ${event} `, "m"));
	for (const number of [1, 2, 3, 4, 5, 6, 7]) expect(out).toMatch(new RegExp(`^ ${number}  \\S`, "m"));
	expect(out).toContain("REFUSED BY THE GUARD");
	expect(out).toContain("\n  rollcall init ");
	const left = join(away, "rollcall-demo");
	expect(await readdir(left)).toEqual(expect.arrayContaining(["plan.json", "report.html", "rollcall.yaml", "rollcall.db"]));
	const plan = decodePlan(await readFile(join(left, "plan.json"), "utf8"), { path: "plan.json" });
	expect(plan.operations.length).toBeGreaterThan(10);
	expect(await readFile(join(left, "report.html"), "utf8")).toMatch(/^<!doctype html>/i);
	// A second time, over what the first has left.
	expect((await new Program(["demo"], { cwd: away }).ended).code).toBe(0);
}, 120_000);
