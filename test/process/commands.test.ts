import { spawnSync } from "node:child_process";
import { access, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Program } from "./support/program.ts";
import { World } from "./support/world.ts";

const LOADS = new URL("./support/note-loads.mjs", import.meta.url).href;

let world: World;
let away: string;
beforeAll(async () => {
	away = await mkdtemp(join(tmpdir(), "rollcall-away-"));
	world = await World.open();
	await world.inside(["sync", "--yes"]);
}, 60_000);
afterAll(async () => {
	await world.close();
	await rm(away, { recursive: true, force: true });
});
/** Without a configuration. */
const bare = (...args: string[]) => new Program(args, { cwd: away }).ended;

describe("start-up", () => {
	test.each([["--help"], ["--version"], ["diff --help"], ["completion bash"]])(
		"rollcall %s loads no client, schema or store",
		async (line) => {
			const list = join(away, "loads");
			await writeFile(list, "");
			const { code } = await new Program(line.split(" "), { cwd: away, preload: LOADS, env: { LOADS: list } }).ended;
			const loaded = await readFile(list, "utf8");
			expect(code).toBe(0);
			expect(loaded).toContain("app/cli.ts");
			const heavy =
				/node_modules\/(axios|@keycloak|kysely|zod|undici|pino|yaml|node-cron|@marcbachmann|cli-progress|re2js)\/|node:sqlite|\/(connectors(?!\/http\/version)|config|sandbox)\//;
			expect(loaded.split("\n").filter((url) => heavy.test(url))).toEqual([]);
		},
	);

	test("--help names every command and every exit code", async () => {
		const { out } = await bare("--help");
		for (const word of "init check snapshot diff apply sync explain runs daemon sandbox demo completion".split(" "))
			expect(out).toMatch(new RegExp(`^  ${word}\\b`, "m"));
		for (const code of [0, 2, 3, 4, 64, 65, 66, 67, 70]) expect(out).toMatch(new RegExp(`\\b${code} [a-z]`));
	});
});

describe("formats", () => {
	test("explain: why, for people and for programs", async () => {
		const text = await world.run(["explain", "grace"]);
		expect(text.out).toContain("Selected: should have an active account.");
		expect(text.out).toMatch(/engineering +\/Engineering\/Platform inside \/Engineering +\(rule Engineering\)/);
		expect(text.out).toContain("What a sync would do now\n  nothing");
		const json = await world.run(["explain", "svc-build", "--format", "json"]);
		const { answers } = JSON.parse(json.out) as { answers: { product: string; people: unknown[] }[] };
		expect(answers).toMatchObject([{ product: "jira", people: [{ story: { outcome: { kind: "excluded" } } }] }]);
		const nobody = await world.run(["explain", "nobody"]);
		expect([text.code, json.code, nobody.code]).toEqual([0, 0, 0]);
		expect(nobody.out).toContain("nobody: no directory of jira knows such a person, and jira has no such account.");
	});

	test("runs: the list and one run", async () => {
		expect((await world.run(["runs"])).out).toMatch(
			/^\d{4}-\d\d-\d\dT\S+Z {2}1 {2}jira {2}done {2}42 planned \(9 already, 33 done\) {2}by cli\n$/,
		);
		const list = JSON.parse((await world.run(["runs", "--format", "json"])).out) as { runs: unknown[] };
		expect(list.runs).toMatchObject([{ id: "1", outcome: "done", planned: 42, trigger: "cli" }]);
		const one = JSON.parse((await world.run(["runs", "1", "--format", "json"])).out) as { entries: unknown[] };
		expect(one.entries).toHaveLength(42);
		expect((await world.run(["runs", "1"])).out).toContain("  create alice  done\n");
	});

	test("snapshot: text, JSON, CSV, and a file", async () => {
		expect((await world.run(["snapshot", "staff"])).out).toContain("staff: 11 people (0 switched off), 5 groups, 24 direct memberships");
		const { code, out } = await world.run(["snapshot", "staff", "--format", "csv", "--out", "staff.json"]);
		expect([code, out.split("\r\n").length]).toEqual([0, 13]);
		expect(JSON.parse(await readFile(world.path("staff.json"), "utf8"))).toMatchObject({
			source: "staff",
			size: { people: 11, groups: 5 },
		});
		const page = await world.inside(["snapshot", "staff", "--out", world.path("staff.html")]);
		expect([page.code, page.err]).toEqual([64, expect.stringContaining("the name must end in .json, .csv")]);
	});

	test("check: text and JSON", async () => {
		const text = await world.run(["check"]);
		expect([text.code, text.out]).toEqual([0, expect.stringContaining("Everything needed is there. Next: rollcall diff\n")]);
		const { checks } = JSON.parse((await world.run(["check", "--format", "json"])).out) as { checks: { what: string; code: number }[] };
		expect(checks.map(({ what, code }) => [what, code])).toEqual([
			["source", 0],
			["product", 0],
			["store", 0],
		]);
	});

	test("diff: text, JSON, Markdown, CSV and a page that needs nothing else", async () => {
		const starts = {
			text: /^Rollcall · dry run of jira/,
			json: /^\{\n {2}"version": 1,/,
			markdown: /^## /,
			csv: /^[\w",]+\r\n/,
			html: /^<!doctype html>/i,
		};
		for (const [format, start] of Object.entries(starts)) {
			const { code, out } = await world.run(["diff", "--format", format]);
			expect([format, code, start.test(out) ? true : out.slice(0, 200)]).toEqual([format, 0, true]);
			if (format === "html") expect(out).not.toMatch(/(src|href)="(?!#|data:)/);
		}
	});

	test("what a command cannot do is refused, not ignored", async () => {
		for (const [args, message] of [
			[["runs", "--format", "csv"], "rollcall runs has no format csv"],
			[["check", "--out", "x.json"], "rollcall check has no --out"],
			[["snapshot", "staff", "--format", "html"], "rollcall snapshot has no format html"],
			[["daemon", "--format", "json"], "rollcall daemon has no format json"],
		] as const) {
			const { code, out, err } = await world.inside(args);
			expect([code, out + err]).toEqual([64, expect.stringContaining(message)]);
		}
	});
});

describe("init", () => {
	test("writes a configuration that loads, keeps it to itself, and never overwrites", async () => {
		const path = join(away, "new", "rollcall.yaml");
		const { code, out } = await bare("init", "--config", path);
		expect([code, out]).toEqual([0, expect.stringContaining(`rollcall check --config ${path}`)]);
		expect((await stat(join(away, "new", "credentials"))).mode & 0o777).toBe(0o700);
		const loaded = await bare("runs", "--config", path);
		expect([loaded.code, loaded.out]).toEqual([0, expect.stringContaining("No runs yet.")]);
		const before = await readFile(path, "utf8");
		const again = await bare("init", "--config", path);
		expect([again.code, again.err, await readFile(path, "utf8")]).toEqual([
			64,
			expect.stringContaining("exists already; nothing was written"),
			before,
		]);
	});

	test("without a configuration every other command says where it looked", async () => {
		const { code, err } = await bare("diff");
		expect([code, err]).toEqual([
			64,
			expect.stringContaining(
				`no configuration file; looked for --config (not given), ROLLCALL_CONFIG (not set), ${join(away, "rollcall.yaml")}`,
			),
		]);
		await expect(access(join(away, "rollcall.yaml"))).rejects.toMatchObject({ code: "ENOENT" });
	});
});

describe("completion", () => {
	test("bash completes commands, options and formats", async () => {
		const { out } = await bare("completion", "bash");
		const complete = (...words: string[]) => {
			const script = `${out}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _rollcall; echo "\${COMPREPLY[@]}"`;
			return spawnSync("bash", ["-c", script], { encoding: "utf8" }).stdout.trim().split(" ");
		};
		expect(complete("rollcall", "sn")).toEqual(["snapshot"]);
		expect(complete("rollcall", "--format", "m")).toEqual(["markdown"]);
		expect(complete("rollcall", "sync", "--over")).toEqual(["--override"]);
	});

	test.each(["bash", "zsh", "fish"])("%s gets a script in its own language", async (shell) => {
		const { code, out } = await bare("completion", shell);
		expect([code, out]).toEqual([0, expect.stringMatching(shell === "fish" ? /^complete -c rollcall/m : /complete -F _rollcall rollcall/)]);
		const there = spawnSync(shell, ["-n"], { input: out, encoding: "utf8" });
		if (there.error === undefined) expect([shell, there.status, there.stderr]).toEqual([shell, 0, ""]);
	});

	test("another shell is refused", async () => {
		const { code, err } = await bare("completion", "tcsh");
		expect([code, err]).toEqual([64, expect.stringContaining("Choose one of bash, zsh, fish.")]);
	});
});
