import { spawnSync } from "node:child_process";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { EXIT } from "../../core/errors.ts";
import { BIN, type Ended } from "./support/program.ts";
import { World } from "./support/world.ts";

let world: World;
beforeEach(async () => {
	world = await World.open();
});
afterEach(() => world.close());

interface Provoked {
	readonly means: keyof typeof EXIT;
	readonly how: string;
	readonly provoke: () => Promise<Ended>;
	readonly says: RegExp;
}

const TABLE: readonly Provoked[] = [
	{ means: "done", how: "a sync", provoke: () => world.run(["sync", "--yes"]), says: /sync of jira · Done/ },
	{
		means: "done",
		how: "a second look",
		provoke: async () => {
			await world.inside(["sync", "--yes"]);
			return world.run(["diff"]);
		},
		says: /Nothing to do/,
	},
	{ means: "differences", how: "diff", provoke: () => world.run(["diff"]), says: /Differences found/ },
	{ means: "differences", how: "sync --dry-run", provoke: () => world.run(["sync", "--dry-run"]), says: /dry run of jira/ },
	{
		means: "refused",
		how: "more creations than the limit",
		provoke: async () => {
			await world.edit((text) =>
				text.replace("account.create: { floor: 10000, fraction: 100% }", "account.create: { floor: 2, fraction: 5% }"),
			);
			return world.run(["sync", "--yes"]);
		},
		says: /9 times "create" planned, 2 allowed \(limits\.account\.create: at least 2, or 5% of 10 people/,
	},
	{
		means: "failures",
		how: "Jira refuses one account",
		provoke: () => {
			world.jira.faults.add({
				method: "POST",
				path: /\/api\/2\/user$/,
				times: 1,
				effect: { kind: "status", status: 400, body: { errorMessages: ["The username is reserved."], errors: {} } },
			});
			return world.run(["sync", "--yes"]);
		},
		says: /answered 400: The username\s+is reserved\./,
	},
	{
		means: "config",
		how: "a key that does not exist",
		provoke: async () => {
			await world.edit((text) => text.replace("adopt:", "adopted:"));
			return world.run(["diff"]);
		},
		says: /Configuration \(config\.invalid\)[\s\S]*Did you mean "adopt"\?/,
	},
	{ means: "config", how: "a command that does not exist", provoke: () => world.run(["dif"]), says: /Did you mean diff\?/ },
	{
		means: "source",
		how: "a log-in page instead of people",
		provoke: () => {
			world.keycloak.faults.add({ path: /\/users(\?|$)/, effect: { kind: "html" } });
			return world.run(["sync", "--yes"]);
		},
		says: /Directory \(source\.malformed\)/,
	},
	{
		means: "target",
		how: "a log-in page instead of accounts",
		provoke: () => {
			world.jira.faults.add({ path: /user\/list/, effect: { kind: "html" } });
			return world.run(["sync", "--yes"]);
		},
		says: /Product \(target\.malformed\)/,
	},
	{
		means: "store",
		how: "a store that is none",
		provoke: async () => {
			await writeFile(world.store, "once upon a time there was a text file, and it was longer than a header of SQLite".repeat(40));
			return world.run(["sync", "--yes"]);
		},
		says: /Store \(store\.unavailable\): .*rollcall\.db is not a Rollcall store/,
	},
	{
		means: "bug",
		how: "a row of the store that only a bug, or somebody's hand, can have written",
		provoke: async () => {
			await world.inside(["sync", "--yes"]);
			const raw = new DatabaseSync(world.store);
			raw.exec("update run set breaches = '{'");
			raw.close();
			return world.run(["runs", "1"]);
		},
		says: /Bug in Rollcall \(bug\): unexpected: [\s\S]*Please report this[\s\S]*exit 70/,
	},
];

describe("exit codes", () => {
	test.each(TABLE)("$means: $how", async ({ means, provoke, says }) => {
		const { code, out, err } = await provoke();
		expect({ code, said: says.test(out + err) ? true : out + err }).toEqual({ code: EXIT[means], said: true });
	});

	test("70 as well when the installation is not whole", async () => {
		await mkdir(world.path("bin"));
		for (const file of ["rollcall.js", "node24.js"]) await copyFile(join(dirname(BIN), file), world.path(`bin/${file}`));
		await writeFile(world.path("package.json"), '{ "type": "module" }');
		const { status, stderr } = spawnSync(process.execPath, [world.path("bin/rollcall.js"), "--version"], { encoding: "utf8" });
		expect({ status, stderr }).toEqual({
			status: EXIT.bug,
			stderr: expect.stringContaining("run `npm run build`, or install the package anew"),
		});
	});

	test("none is missing from this table", () => {
		expect(new Set(TABLE.map(({ means }) => means))).toEqual(new Set(Object.keys(EXIT)));
	});
});
