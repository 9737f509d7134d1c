import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { PRODUCT_NAMES } from "../../sandbox/products.ts";
import { Program } from "./support/program.ts";

const folders: string[] = [];
afterEach(async () => {
	for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});
async function demo(to: string) {
	const folder = await mkdtemp(join(tmpdir(), `rollcall-demo-${to}-`));
	folders.push(folder);
	const ended = await new Program(["demo", "--to", to, "--directory", folder], { cwd: folder }).ended;
	return { ...ended, folder };
}
const EXITS = ["exit 2", "exit 0", "exit 0", "exit 2", "exit 0", "exit 65", "exit 3"];

/** The whole main job into every product's stand-in; the demo itself checks the exit code of each of its steps. */
describe("rollcall demo --to", () => {
	test.each(PRODUCT_NAMES.filter((name) => name !== "jira"))(
		"%s",
		async (name) => {
			const { code, out, err, folder } = await demo(name);
			expect([code, err.match(/^Bug.*/m)?.[0]]).toEqual([0, undefined]);
			expect(out.match(/^exit \d+$/gm)).toEqual(EXITS);
			const plan = JSON.parse(await readFile(join(folder, "plan.json"), "utf8")) as { operations: { kind: string }[]; holds: object[] };
			const kinds = Object.groupBy(plan.operations, ({ kind }) => kind);
			expect(kinds["account.create"]).toHaveLength(3);
			expect(kinds["member.add"]!.length).toBeGreaterThanOrEqual(8);
			// The leaver is switched off, or loses what gives access, or is held with what to do instead.
			const leaver = [...(kinds["account.disable"] ?? []), ...(kinds["member.remove"] ?? []), ...plan.holds];
			expect(leaver.length).toBeGreaterThan(0);
		},
		60_000,
	);

	test("all: one directory into every product at once, with one report", async () => {
		const { code, out, folder } = await demo("all");
		expect([code, out.match(/^exit \d+$/gm)]).toEqual([0, EXITS]);
		const overviews = out.split("── All products").slice(1);
		expect(overviews).toHaveLength(EXITS.length);
		for (const overview of overviews) for (const name of PRODUCT_NAMES) expect(overview).toMatch(new RegExp(`^  ${name} `, "m"));
		const page = await readFile(join(folder, "report.html"), "utf8");
		expect(page.match(/<iframe /g)).toHaveLength(PRODUCT_NAMES.length);
	}, 120_000);

	test("a name that there is no stand-in of is refused, with those that there are", async () => {
		const { code, err } = await new Program(["demo", "--to", "trello"], { cwd: tmpdir() }).ended;
		expect([code, err]).toEqual([64, expect.stringContaining(`Choose one of ${PRODUCT_NAMES.join(", ")}, all`)]);
	});
});
