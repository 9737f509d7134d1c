import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { World } from "./support/world.ts";

let world: World;
beforeEach(async () => {
	world = await World.open();
});
afterEach(() => world.close());

interface Line {
	readonly level: string;
	readonly time: string;
	readonly msg: string;
	readonly product?: string;
	readonly outcome?: string;
	readonly exit?: number;
	readonly code?: string;
	readonly next?: string;
}
const linesOf = (err: string): readonly Line[] =>
	err
		.split("\n")
		.filter((line) => line.startsWith("{"))
		.map((line) => JSON.parse(line) as Line);

describe("rollcall daemon", () => {
	test("runs each product, says so in JSON lines, and stops cleanly", async () => {
		const daemon = world.start(["daemon", "--now"]);
		await daemon.says(/"outcome":"done"/);
		const { code, out, err } = await daemon.kill("SIGTERM");
		expect([code, out]).toEqual([0, ""]);
		const lines = linesOf(err);
		expect(lines.map(({ msg }) => msg)).toEqual(["scheduled", "run begins", expect.stringMatching(/^10 people changed: /), "stopped"]);
		for (const { level, time } of lines) expect([level, time]).toEqual(["info", expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)]);
		expect(Date.parse(lines[0]!.next!)).toBeGreaterThan(Date.now());
		expect(lines[2]).toMatchObject({ product: "jira", exit: 0, counts: { "account.create": 9 } });
		expect((await world.run(["diff"])).code).toBe(0);
	});

	test("SIGTERM during a run: what is under way ends, the run is closed, exit 0", async () => {
		world.jira.faults.add({ method: "POST", path: /\/api\/2\/user$/, times: 2, effect: { kind: "slow", ms: 500 } });
		const daemon = world.start(["daemon", "--now"]);
		await world.journalHolds("account.create");
		const { code, err } = await daemon.kill("SIGTERM");
		expect(code).toBe(0);
		expect(linesOf(err).at(-2)).toMatchObject({ level: "error", outcome: "stopped", exit: 4 });
		expect(linesOf(err).at(-1)).toMatchObject({ msg: "stopped" });
		expect((await world.inside(["runs"])).out).toMatch(/ {2}1 {2}jira {2}stopped {2}/);
		expect((await world.inside(["sync", "--yes"])).code).toBe(0);
	});

	test("a run that fails is logged, and the daemon goes on", async () => {
		world.keycloak.faults.add({ path: /\/users(\?|$)/, effect: { kind: "html" } });
		const daemon = world.start(["daemon", "--now"]);
		await daemon.says(/"code":"source\.malformed"/);
		expect(daemon.child.exitCode).toBeNull();
		const { code, err } = await daemon.kill("SIGINT");
		expect(code).toBe(0);
		expect(linesOf(err).find(({ level }) => level === "error")).toMatchObject({
			product: "jira",
			code: "source.malformed",
			exit: 65,
			msg: expect.stringContaining("answered 200 with an HTML page instead of JSON"),
			todo: expect.any(String),
		});
	});

	test("two daemons on one store: one runs, the other is told who does", async () => {
		world.jira.faults.add({ method: "POST", path: /\/api\/2\/user$/, effect: { kind: "slow", ms: 600_000 } });
		const first = world.start(["daemon", "--now"]);
		await world.journalHolds("account.create");
		const second = world.start(["daemon", "--now"]);
		await second.says(/"code":"store\.lease-held"/);
		expect(second.err).toContain(`process ${first.child.pid} `);
		expect((await second.kill("SIGTERM")).code).toBe(0);
		await first.kill("SIGKILL");
	});

	test("nothing to wait for is an error at the start", async () => {
		await world.edit((text) => text.replace(/^ {4}schedule: .*$/m, ""));
		const { code, err } = await world.run(["daemon"]);
		expect([code, err]).toEqual([
			64,
			expect.stringContaining("has a schedule, so there is nothing to wait for\nWhat to do: Add for example schedule:"),
		]);
	});
});
