import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { outliveErrors, type Terminal, write } from "../../app/console.ts";
import { openLog } from "../../app/log.ts";
import { openProgress } from "../../app/progress.ts";
import { World } from "./support/world.ts";

let world: World;
beforeEach(async () => {
	world = await World.open();
});
afterEach(() => world.close());

const CLOSED = [{ closed: ["stdout"] }, { closed: ["stderr"] }, { closed: ["stdout", "stderr"] }] as const;
const SH = (redirection: string) => ["sh", "-c", `exec "$@" ${redirection}`, "sh"];
async function journal(): Promise<unknown> {
	return JSON.parse((await world.inside(["runs", "--format", "json"])).out);
}
const DONE = { runs: [expect.objectContaining({ outcome: "done" })] };

describe("nobody listens any more", () => {
	test.each(CLOSED)("to $closed: a refused sync is still refused", async ({ closed }) => {
		await world.edit((text) =>
			text.replace("account.create: { floor: 10000, fraction: 100% }", "account.create: { floor: 2, fraction: 5% }"),
		);
		const program = world.start(["sync", "--yes", "--log-level", "debug"]);
		for (const name of closed) program.child[name]!.destroy();
		expect((await program.ended).code).toBe(3);
	});
	test.each(CLOSED)("to $closed: a sync finishes, and its run is journalled", async ({ closed }) => {
		const program = world.start(["sync", "--yes", "--log-level", "debug"]);
		for (const name of closed) program.child[name]!.destroy();
		expect((await program.ended).code).toBe(0);
		expect(await journal()).toEqual(DONE);
		expect((await world.inside(["diff"])).code).toBe(0);
	});
	test("in the middle of the log: the same", async () => {
		const program = world.start(["sync", "--yes", "--log-level", "debug"]);
		program.child.stderr!.once("data", () => program.child.stderr!.destroy());
		expect(await program.ended).toMatchObject({ code: 0, out: expect.stringContaining("sync of jira · Done") });
		expect(await journal()).toEqual(DONE);
	});
	test("while a slow reader is waited for: the wait is over", async () => {
		const stuck = new Writable({ highWaterMark: 1, write: () => {} });
		const writing = write(stuck, ["one", "two", "three"]);
		stuck.destroy();
		await writing;
		await write(stuck, ["four"]);
	});
	test("to bars and log lines: they go on for nothing", async () => {
		const tried: string[] = [];
		const broken = new Writable({
			autoDestroy: false,
			write(chunk, _encoding, done) {
				tried.push(String(chunk));
				done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
			},
		});
		const err = Object.assign(broken, { isTTY: true, columns: 80 }) as unknown as Terminal["err"];
		const failed = outliveErrors(err as unknown as NodeJS.WriteStream);
		const terminal: Terminal = { env: {}, out: err, err, input: process.stdin };
		const gone = new Promise((resolve) => broken.once("error", resolve));
		const [log, progress] = [await openLog(terminal, "info"), await openProgress(terminal, false)];
		log.info({}, "first");
		await gone;
		const before = tried.length;
		progress.show({ stage: "people", done: 1, total: 2 });
		log.info({}, "second");
		progress.end();
		await write(err, ["third"]);
		const told = await new Promise((resolve) => err.write("fourth", resolve));
		expect([before > 0, tried.length - before, failed(), told]).toEqual([true, 0, undefined, undefined]);
	});
});

describe("a full disk", () => {
	test("under standard output: the run is whole, its report is not, and 4 says so", async () => {
		const { code, err } = await world.run(["sync", "--yes"], { through: SH(">/dev/full") });
		expect([code, err]).toEqual([4, expect.stringContaining("standard output could not be written (ENOSPC): what it got is not whole\n")]);
		expect(await journal()).toEqual(DONE);
	});
	test("under standard output: any other code stays", async () => {
		expect((await world.run(["diff"], { through: SH(">/dev/full") })).code).toBe(2);
	});
	test("under standard error: nothing is different", async () => {
		const { code, out } = await world.run(["sync", "--yes", "--log-level", "debug"], { through: SH("2>/dev/full") });
		expect([code, out]).toEqual([0, expect.stringContaining("sync of jira · Done")]);
		expect(await journal()).toEqual(DONE);
	});
});
