import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type JiraSandbox, startJira } from "../../sandbox/jira/server.ts";
import { fillJiraBefore, person } from "./support/people.ts";
import { World } from "./support/world.ts";

let world: World;
let other: JiraSandbox;
beforeEach(async () => {
	[world, other] = await Promise.all([World.open(), startJira()]);
	fillJiraBefore(other.population);
	await world.edit((text) => {
		const section = /^ {2}jira:\n(?: {4}.*\n|\n)+/m.exec(text)![0];
		return text.replace(section, `${section}${section.replace("  jira:", "  service:").replace(world.jira.url, other.url)}`);
	});
});
afterEach(() => Promise.all([world.close(), other.close()]));

interface All {
	readonly headline: string;
	readonly products: readonly { product: { id: string }; outcome?: string; error?: { code: string }; operations?: object[] }[];
}

describe("several products of one directory", () => {
	test("a dry run, a sync and a second look: each product's report, one overview, one file", async () => {
		const diff = await world.run(["diff", "--out", "all.html", "--out", "all.md"]);
		expect(diff.code).toBe(2);
		expect(diff.out.match(/dry run of (jira|service)/g)).toHaveLength(2);
		expect(diff.out.slice(diff.out.indexOf("All products"))).toMatch(
			/2 products: 2 with differences\.\n.*created.*\n {2}jira +Differences found +9 .*\n {2}service +Differences found +9 /,
		);
		expect((await readFile(world.path("all.html"), "utf8")).match(/<iframe /g)).toHaveLength(2);
		expect(await readFile(world.path("all.md"), "utf8")).toMatch(/^# Rollcall: all products/);
		const sync = await world.run(["sync", "--yes", "--format", "json"]);
		const all = JSON.parse(sync.out) as All;
		expect([sync.code, all.headline, all.products.map(({ product }) => product.id)]).toEqual([
			0,
			"2 products: 2 done.",
			["jira", "service"],
		]);
		expect((await world.run(["diff"])).out).toContain("2 products: 2 with nothing to do.");
	});

	test("one that is down keeps nobody from theirs, and its failure decides the exit code", async () => {
		await other.close();
		const { code, out } = await world.run(["sync", "--yes", "--format", "json"]);
		const all = JSON.parse(out) as All;
		expect([code, all.headline]).toEqual([66, "2 products: 1 done, 1 failed."]);
		expect(all.products[1]).toMatchObject({ product: { id: "service" }, error: { code: "target.unreachable" } });
		realmLeaver();
		const text = await world.run(["diff"]);
		expect([text.code, text.err]).toEqual([66, expect.stringContaining("target.unreachable")]);
		expect(text.out).toMatch(/jira +Differences found .*\n {2}service +Failed \(target\.unreachable\)/);
	});
	function realmLeaver(): void {
		const { realm } = world.keycloak;
		realm.updateUser(person(realm, "bob"), { enabled: false });
	}

	test("a plan file is about one product, and says so", async () => {
		const { code, err } = await world.run(["diff", "--out", "plan.json"]);
		expect([code, err]).toEqual([64, expect.stringMatching(/--out PLAN\.json is about one product[\s\S]*--product: jira, service/)]);
	});
});
