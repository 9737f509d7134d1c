import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { several } from "./support/program.ts";
import { Before, type Picture } from "./support/site.ts";

const KILL_AT_COMMIT = new URL("./support/kill-at-commit.mjs", import.meta.url).href;
/** Two children keep two cores busy. */
const AT_ONCE = 2;

let before: Before;
let undisturbed: Picture;
let writes: string[];
let commits: number;

beforeAll(async () => {
	before = await Before.prepare();
	const site = await before.site();
	writes = [];
	site.door.keeper = async ({ what }) => {
		writes.push(what);
		return "pass";
	};
	const run = await site.run(["sync", "--yes", "--format", "json"], { preload: KILL_AT_COMMIT });
	commits = Number(/commits: (\d+)/.exec(run.err)?.[1]);
	const counts = (JSON.parse(run.out) as { counts: { kind: string; planned: number }[] }).counts.filter((count) => count.planned > 0);
	// Something of everything that is ever written, or the rest proves too little.
	expect(counts.map((count) => count.kind).sort()).toEqual([
		"account.create",
		"account.disable",
		"account.enable",
		"account.rename",
		"account.update",
		"attribute.set",
		"group.create",
		"link.adopt",
		"member.add",
		"member.remove",
	]);
	expect(run.code).toBe(0);
	undisturbed = await site.picture();
	await site.close();
}, 120_000);
afterAll(() => before.close());

test("the undisturbed sync does what the directory says", () => {
	expect(Object.keys(undisturbed.accounts).sort()).toEqual(
		["admin", "rollcall", "alice", "bob", "bobby", "dan", "eve", "frank", "grace", "Heidi", "ivan", "judy", "mia", "noah", "olga"].sort(),
	);
	expect(undisturbed.accounts).toMatchObject({
		bobby: { displayName: "Bob Example", active: true },
		bob: { displayName: "Carla Example", groups: ["engineering", "jira-software-users"] },
		dan: { active: false },
		eve: { active: false },
		frank: { active: true },
		grace: { groups: ["jira-software-users", "project-zeus"], properties: { department: "Sales" } },
		olga: { displayName: "Olga Example", groups: expect.arrayContaining(["contractors", "project-apollo"]) },
	});
	expect(Object.values(undisturbed.links)).toHaveLength(13);
});

describe("kill -9, then run again until nothing is to be done: the same world and the same links", () => {
	test.each([
		["before Jira has done", false],
		["after Jira has done, and before it has answered,", true],
	])(
		"%s each writing request in turn",
		async (_, done) => {
			expect(writes.length).toBeGreaterThan(15);
			const worlds = await several([...writes.keys()], AT_ONCE, async (index) => {
				const site = await before.site();
				const child = site.start(["sync", "--yes"]);
				site.door.keeper = async (passing) => {
					if (passing.number <= index) return "pass";
					if (passing.number === index + 1) {
						if (done) await passing.through();
						await child.kill("SIGKILL");
					}
					return "drop";
				};
				expect((await child.ended).signal).toBe("SIGKILL");
				site.door.keeper = async () => "pass";
				await site.settle();
				const picture = await site.picture();
				await site.close();
				return { index, picture };
			});
			for (const { index, picture } of worlds) expect({ index, picture }).toEqual({ index, picture: undisturbed });
		},
		600_000,
	);

	test("after an account was made, where nobody's account may be adopted: the journal knows that it is ours", async () => {
		const never = async () => {
			const site = await before.site();
			await site.edit((text) => text.replace("adopt: username ", "adopt: never "));
			return site;
		};
		const quiet = await never();
		await quiet.settle();
		const wanted = await quiet.picture();
		await quiet.close();
		expect(Object.values(wanted.links)).toEqual(expect.arrayContaining(["mia", "noah"]));
		for (const username of ["mia", "noah"]) {
			const site = await never();
			const child = site.start(["sync", "--yes"]);
			let dead = false;
			site.door.keeper = async (passing) => {
				if (dead) return "drop";
				if (passing.what !== "POST /rest/api/2/user") return "pass";
				await passing.through();
				if (site.jira.population.named(username) === undefined) return "pass";
				dead = true;
				await child.kill("SIGKILL");
				return "drop";
			};
			expect((await child.ended).signal).toBe("SIGKILL");
			site.door.keeper = async () => "pass";
			await site.settle();
			expect(await site.picture()).toEqual(wanted);
			await site.close();
		}
	}, 120_000);

	test("directly before each flush of the store in turn", async () => {
		const numbers = Array.from({ length: commits }, (_, index) => index + 1);
		const worlds = await several(numbers, AT_ONCE, async (number) => {
			const site = await before.site();
			const killed = await site.run(["sync", "--yes"], { preload: KILL_AT_COMMIT, env: { KILL_AT_COMMIT: String(number) } });
			await site.settle();
			const picture = await site.picture();
			await site.close();
			return { number, signal: killed.signal, picture };
		});
		// Flushes are shared by whatever waits for one at the moment, so a run may need fewer than the one that was counted.
		expect(worlds.filter(({ signal }) => signal === "SIGKILL").length).toBeGreaterThan(25);
		for (const { number, picture } of worlds) expect({ number, picture }).toEqual({ number, picture: undisturbed });
	}, 600_000);
});
