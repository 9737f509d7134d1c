/**
 * A real Keycloak by hand, for looking around and for the benchmark:
 *
 *   node test/live/keycloak/main.ts start FILE [REALM ...]   start, seed (small, wide, large), write addresses and truths to FILE
 *   node test/live/keycloak/main.ts stop FILE
 *
 * ROLLCALL_LIVE_KEYCLOAK=FILE makes `npm run test:live` and `npm run bench` use that server instead of starting one.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { type LiveKeycloak, startSeeded } from "./live.ts";
import { missing, stop } from "./server.ts";

const [command, file, ...realms] = process.argv.slice(2);
if (file === undefined || (command !== "start" && command !== "stop")) {
	process.stderr.write("usage: main.ts start FILE [REALM ...] | stop FILE\n");
	process.exitCode = 64;
} else if (command === "stop") {
	await stop((JSON.parse(readFileSync(file, "utf8")) as LiveKeycloak).server);
	rmSync(file);
} else {
	const because = missing();
	if (because !== undefined) {
		process.stderr.write(`No Keycloak here: ${because}\n`);
		process.exitCode = 1;
	} else {
		const live = await startSeeded(realms.length === 0 ? ["small", "wide", "large"] : realms, (line) => process.stdout.write(`${line}\n`));
		writeFileSync(file, `${JSON.stringify(live, undefined, "\t")}\n`, { mode: 0o600 });
	}
}
