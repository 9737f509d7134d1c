import { spawnSync } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { World } from "./support/world.ts";

/** Every message whole: what happened, where, whose move it is, what to do. */
let world: World;
beforeEach(async () => {
	world = await World.open();
});
afterEach(() => world.close());

const PROGRESS = /^[a-z]+: \d+ of \d+\n/gm;
/** What is said of a failure, without the lines of progress before it. */
async function failureOf(args: readonly string[]): Promise<{ readonly code: number | null; readonly err: string }> {
	const { code, err } = await world.run(args);
	return { code, err: err.replace(PROGRESS, "") };
}

describe("the configuration", () => {
	const ONE = "1 problem in the configuration";
	const CORRECT = "What to do: Correct the lines named above and run the command again; nothing was read or changed.";

	test.each<[string, (text: string) => string, string]>([
		[
			"an unknown key",
			(text) => text.replace("    leavers:", "    leaver:"),
			`31:5: products.jira.leaver: there is no key "leaver" here; allowed: kind, url, token, username, password, userServer, pageSize, mark, posture, adopt, people, groups, leavers, protect, limits, shrink, errorBudget, schedule, timeZone, network. Did you mean "leavers"?`,
		],
		[
			"a wrong type",
			(text) => text.replace("createMissing: true", "createMissing: maybe"),
			'29:22: products.jira.groups.createMissing: found "maybe"; allowed: true or false. For example: true',
		],
		[
			"an expression with a field that people do not have",
			(text) => text.replace("!person.username.starts", "!person.usrname.starts"),
			'21:23: products.jira.people.where: person has no field "usrname". Did you mean person.username? (a custom attribute is person.attribute("usrname")).',
		],
		[
			"an expression that is cut off",
			(text) => text.replace(`startsWith("svc-")'`, `startsWith("svc-"'`),
			"21:49: products.jira.people.where: the expression ends too early.",
		],
		[
			"an expression of the wrong type",
			(text) => text.replace(`'!person.username.startsWith("svc-")'`, "person.username"),
			"21:14: products.jira.people.where: ",
		],
	])("%s: line, column, what is allowed", async (_, change, problem) => {
		await world.edit(change);
		const { code, err } = await failureOf(["diff"]);
		expect(code).toBe(64);
		expect(err).toContain(`Configuration (config.invalid): ${world.config}: ${ONE}\n${world.config}:${problem}`);
		expect(err).toContain(`\n${CORRECT}\nexit 64\n`);
		expect(world.jira.exchanges.length + world.keycloak.exchanges.length).toBe(0);
	});

	test("a file that cannot be read, and one that is not there", async () => {
		await rm(world.config);
		expect(await failureOf(["diff"])).toEqual({
			code: 64,
			err: `Configuration (config.invalid): cannot read the configuration ${world.config}: there is no such file\nWhat to do: Name the file with --config, or write one to begin with: rollcall init.\nexit 64\n`,
		});
		await mkdir(world.config);
		expect(await failureOf(["diff"])).toEqual({
			code: 64,
			err: `Configuration (config.invalid): cannot read the configuration ${world.config}: it is not a file\nWhat to do: Name a YAML file with --config.\nexit 64\n`,
		});
	});

	test("a group that the directory does not have", async () => {
		await world.edit((text) => text.replace("match: Engineering", "match: Enginering"));
		expect(await failureOf(["sync", "--yes"])).toEqual({
			code: 64,
			err: [
				`store ${world.store}: made (0001-first)`,
				`Configuration (config.invalid): ${world.config}:27:20: groups.map[1]: there is no group "Enginering" in staff (5 groups); did you mean "Engineering"?`,
				"What to do: Correct the name in the policy, or make the group in the directory; if it was renamed there, write the new name. Nothing was changed: a group that is not there would have looked like an empty one.",
				"exit 64\n",
			].join("\n"),
		});
		expect(world.writes()).toEqual([]);
	});
});

describe("secrets", () => {
	test("one that is missing", async () => {
		await rm(world.path("credentials/jira"));
		expect(await failureOf(["diff"])).toEqual({
			code: 64,
			err: [
				`Configuration (config.secret-missing): the secret \${credential:jira} (${world.config}:16:12) was not found; looked in $CREDENTIALS_DIRECTORY (not set: not started by systemd with LoadCredential=) and ${world.path("credentials/jira")}.`,
				`What to do: Write the secret into ${world.path("credentials/jira")} (mode 0600), or add LoadCredential=jira:/path/of/the/file to the unit.`,
				"exit 64\n",
			].join("\n"),
		});
	});

	test("one that everybody may read", async () => {
		await chmod(world.path("credentials/jira"), 0o644);
		const { code, err } = await failureOf(["diff"]);
		expect(code).toBe(64);
		expect(err).toContain(`every user of this machine may use ${world.path("credentials/jira")} (mode 0644)`);
	});

	test("systemd's folder comes first", async () => {
		await mkdir(world.path("systemd"));
		await writeFile(world.path("systemd/jira"), "not-the-token");
		const { code, err } = await world.run(["diff"], { env: { CREDENTIALS_DIRECTORY: world.path("systemd") } });
		expect(code).toBe(66);
		expect(err).toContain("Jira did not accept the personal access token");
	});
});

describe("the command line", () => {
	test.each<[string, string[], string]>([
		[
			"sync without --yes where nobody can be asked",
			["sync"],
			"Configuration (config.invalid): sync was started without a terminal and without --yes, so nobody can be asked\nWhat to do: Add --yes (timers and scripts do), or look first: rollcall diff.\nexit 64\n",
		],
		[
			"a product that does not exist",
			["diff", "--product", "jirra"],
			`Configuration (config.invalid): there is no product "jirra" in CONFIG\nWhat to do: Products there: jira.\nexit 64\n`,
		],
		[
			"a source that does not exist",
			["snapshot", "stuff"],
			`Configuration (config.invalid): there is no source "stuff" in CONFIG\nWhat to do: Sources there: staff.\nexit 64\n`,
		],
		[
			"--out into a folder that is not there, before anything is read or done",
			["sync", "--yes", "--out", "nowhere/report.html"],
			"Configuration (config.invalid): cannot write nowhere/report.html: ENOENT\nWhat to do: Name a file in an existing folder that Rollcall may write to, on a disk with room.\nexit 64\n",
		],
		[
			"--out with an ending that means nothing",
			["diff", "--out", "report.pdf"],
			"Configuration (config.invalid): --out report.pdf: the name must end in .html, .htm, .md, .csv, .txt, .json\nWhat to do: The ending says in which format the file is written.\nexit 64\n",
		],
		[
			"a format that the command does not have",
			["explain", "alice", "--format", "html"],
			"Configuration (config.invalid): rollcall explain has no format html\nWhat to do: Choose text or json.\nexit 64\n",
		],
		[
			"a misspelt option",
			["diff", "--fromat", "json"],
			"error: unknown option '--fromat'\n(Did you mean --format?)\n(rollcall --help lists the commands)\n",
		],
		["a command without its argument", ["explain"], "error: missing required argument 'who'\n(rollcall --help lists the commands)\n"],
	])("%s", async (_, args, message) => {
		expect(await failureOf(args)).toEqual({ code: 64, err: message.replace("CONFIG", world.config) });
		expect(world.jira.exchanges.length + world.keycloak.exchanges.length).toBe(0);
	});

	test("failures as JSON, for programs", async () => {
		const { code, out, err } = await world.run(["diff", "--product", "jirra", "--format", "json"]);
		expect({ code, error: JSON.parse(out), err }).toEqual({
			code: 64,
			error: {
				error: {
					code: "config.invalid",
					message: `there is no product "jirra" in ${world.config}`,
					todo: "Products there: jira.",
					context: {},
					exit: 64,
				},
			},
			err: "",
		});
	});
});

describe("the store", () => {
	test("one that is no database", async () => {
		await writeFile(world.store, "a letter to somebody\n".repeat(400), { mode: 0o600 });
		expect(await failureOf(["sync", "--yes"])).toEqual({
			code: 67,
			err: `Store (store.unavailable): ${world.store} is not a Rollcall store (file is not a database)\nWhat to do: Check store.sqlite in the configuration. If this was the store, restore it from a backup; do not delete it, it knows which accounts are ours.\nexit 67\n`,
		});
		expect(world.jira.exchanges).toEqual([]);
	});

	test("one from a newer version", async () => {
		await world.inside(["sync", "--yes"]);
		const raw = new DatabaseSync(world.store);
		raw.exec("insert into kysely_migration (name, timestamp) values ('0099-later', '2031-01-01T00:00:00.000Z')");
		raw.close();
		const writes = world.writes().length;
		for (const args of [["sync", "--yes"], ["diff"], ["runs"]]) {
			const { code, err } = await failureOf(args);
			expect({ code, err }).toEqual({
				code: 67,
				err: expect.stringContaining(
					`Store (store.newer): the store ${world.store} was written by a newer version of Rollcall (it has 0099-later, this version knows `,
				),
			});
			expect(err).toContain("What to do: Install the newer version again.");
		}
		expect(world.writes()).toHaveLength(writes);
	});

	const canMount = spawnSync("unshare", ["-m", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"], { stdio: "ignore" }).status === 0;
	if (!canMount) process.stderr.write("skipped: a full disk under a whole sync, because this user may not mount a file system\n");
	(canMount ? test : test.skip)("a disk that is full: nothing is sent to Jira that could not be journalled", async () => {
		await mkdir(world.path("small"));
		await world.edit((text) => text.replace("./rollcall.db", "./small/rollcall.db"));
		const script = 'dir=$1; shift; mount -t tmpfs -o size=160k tmpfs "$dir" && exec "$@"';
		const { code, err } = await world.run(["sync", "--yes"], { through: ["unshare", "-m", "sh", "-c", script, "sh", world.path("small")] });
		expect({ code, err }).toEqual({
			code: 67,
			err: expect.stringContaining(`no room left for the store ${world.path("small/rollcall.db")}: the write was undone`),
		});
		expect(err).toContain("What to do: Free space on its file system (df), then run again; what was written before is whole.");
		expect([...world.jira.population.accounts.values()].filter((account) => !account.active)).toEqual([]);
	});
});
