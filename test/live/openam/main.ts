/**
 * A real OpenAM by hand, for looking around:
 *
 *   node test/live/openam/main.ts start FILE [PEOPLE]   start, set up, seed, write its address and the truth to FILE
 *   node test/live/openam/main.ts stop FILE
 *
 * ROLLCALL_LIVE_OPENAM=FILE makes `npm run test:live` use that server instead of starting one.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { type LiveOpenAm, startSeeded } from "./live.ts";
import { missing, stop } from "./server.ts";

const [command, file, people = "1500"] = process.argv.slice(2);
if (file === undefined || (command !== "start" && command !== "stop")) {
	process.stderr.write("usage: main.ts start FILE [PEOPLE] | stop FILE\n");
	process.exitCode = 64;
} else if (command === "stop") {
	await stop((JSON.parse(readFileSync(file, "utf8")) as LiveOpenAm).server);
	rmSync(file);
} else {
	const because = missing();
	if (because === undefined) {
		const live = await startSeeded(Number(people), (line) => process.stdout.write(`${line}\n`));
		writeFileSync(file, `${JSON.stringify(live, undefined, "\t")}\n`, { mode: 0o600 });
	} else {
		process.stderr.write(`No OpenAM here: ${because}\n`);
		process.exitCode = 1;
	}
}
