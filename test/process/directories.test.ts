import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { DIRECTORIES } from "../../sandbox/directories.ts";
import { Program } from "./support/program.ts";

const folders: string[] = [];
afterEach(async () => {
	for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** The whole main job from every directory's stand-in; the demo itself checks the exit code of each of its steps. */
describe("rollcall demo --from", () => {
	test.each(DIRECTORIES.filter((name) => name !== "keycloak"))(
		"%s",
		async (name) => {
			const folder = await mkdtemp(join(tmpdir(), `rollcall-demo-${name}-`));
			folders.push(folder);
			const { code, out, err } = await new Program(["demo", "--from", name, "--directory", folder], { cwd: folder }).ended;
			expect([code, err.match(/^Bug.*/m)?.[0]]).toEqual([0, undefined]);
			expect(out.match(/^exit \d+$/gm)).toEqual(["exit 2", "exit 0", "exit 0", "exit 2", "exit 0", "exit 65", "exit 3"]);
			// Joiners, a leaver, a new username, a changed name: the working day has reached the directory and the plan.
			const { operations } = JSON.parse(await readFile(join(folder, "plan.json"), "utf8")) as { operations: { kind: string }[] };
			const kinds = Object.groupBy(operations, ({ kind }) => kind);
			expect(Object.entries(kinds).map(([kind, all]) => [kind, all!.length])).toEqual([
				["account.disable", 1],
				["account.rename", 1],
				["account.create", 3],
				["account.update", 1],
				["member.add", 8],
			]);
		},
		60_000,
	);

	test("a name that there is no stand-in of is refused, with those that there are", async () => {
		const { code, err } = await new Program(["demo", "--from", "nis"], { cwd: tmpdir() }).ended;
		expect([code, err]).toEqual([64, expect.stringContaining(`Choose one of ${DIRECTORIES.join(", ")}`)]);
	});
});
