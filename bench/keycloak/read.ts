/**
 * How long the connector takes to read 10,000 people and 1,000 groups from a real Keycloak, beside a plain `fetch`
 * reading of the same realm in the same run. Run: node bench/keycloak/read.ts [ROUNDS] [CONCURRENCY]
 * Uses the server of ROLLCALL_LIVE_KEYCLOAK (see test/live/keycloak/main.ts), else starts one and stops it.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type LiveKeycloak, startSeeded } from "../../test/live/keycloak/live.ts";
import { missing, stop } from "../../test/live/keycloak/server.ts";
import type { OneReading } from "./one.ts";

const run = promisify(execFile);
const [rounds = 7, concurrency = 8] = process.argv.slice(2).map(Number);
type Who = "ours" | "plain";

async function one(who: Who, file: string): Promise<OneReading> {
	const script = new URL("one.ts", import.meta.url).pathname;
	const { stdout } = await run(process.execPath, [script, who, file, String(concurrency)]);
	const reading = JSON.parse(stdout) as OneReading;
	if (!reading.whole) throw new Error(`the ${who} reading is not whole`);
	return reading;
}

/** The reading's own processor time and the server's, in seconds: hardly moved by whatever else the machine does. */
interface Measured extends OneReading {
	readonly serverSeconds: number;
}
async function measured(who: Who, file: string): Promise<Measured> {
	const { server } = JSON.parse(readFileSync(file, "utf8")) as LiveKeycloak;
	const before = processorSeconds(server.pid);
	const reading = await one(who, file);
	return { ...reading, serverSeconds: processorSeconds(server.pid) - before };
}

/** Of this process and its children, as Linux counts it: utime and stime are fields 14 and 15, in ticks of 10 ms (man 5 proc). */
function processorSeconds(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
	const own = (Number(fields[11]) + Number(fields[12])) / 100;
	const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
		.split(" ")
		.filter((child) => child.trim() !== "");
	return children.reduce((sum, child) => sum + processorSeconds(Number(child)), own);
}

async function measure(file: string): Promise<void> {
	for (const who of ["plain", "ours"] as const) await one(who, file); // warms the server's caches
	const readings: Record<Who, Measured[]> = { ours: [], plain: [] };
	for (let round = 0; round < rounds; round += 1) {
		// Who begins changes, so that a machine that grows busier favours nobody.
		for (const who of round % 2 === 0 ? (["ours", "plain"] as const) : (["plain", "ours"] as const))
			readings[who].push(await measured(who, file));
	}
	console.log(`${cpus().length} processors, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}\n`);
	console.log(
		`| reading, ${concurrency} requests at once, ${rounds} rounds | requests | median | fastest | slowest | processor, reader | processor, server | peak memory |`,
	);
	console.log("|---|---|---|---|---|---|---|---|");
	for (const who of ["plain", "ours"] as const) {
		const times = readings[who].map((r) => r.ms / 1000);
		const peak = Math.max(...readings[who].map((r) => r.peakBytes)) / 1e6;
		const cpu = median(readings[who].map((r) => r.cpuMs / 1000));
		const server = median(readings[who].map((r) => r.serverSeconds));
		const numbers = [median(times), Math.min(...times), Math.max(...times), cpu, server].map((s) => `${s.toFixed(2)} s`);
		console.log(`| ${who} | ${readings[who][0]!.requests} | ${numbers.join(" | ")} | ${peak.toFixed(0)} MB |`);
	}
	const ratio = (of: (r: Measured) => number) => (median(readings.ours.map(of)) / median(readings.plain.map(of))).toFixed(2);
	const paired = readings.ours.map((r, i) => r.ms / readings.plain[i]!.ms);
	console.log(`\nours / plain: ${ratio((r) => r.ms)} (median times), ${median(paired).toFixed(2)} (median of the rounds' ratios),`);
	console.log(`${ratio((r) => r.cpuMs / 1000 + r.serverSeconds)} (processor time of reader and server together)`);
	console.log("Every reading was compared with the truth: all people, groups and memberships, by SHA-256.");
}

function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const stated = process.env.ROLLCALL_LIVE_KEYCLOAK;
if (stated !== undefined && stated !== "") await measure(stated);
else {
	const because = missing();
	if (because !== undefined) console.log(`SKIPPED: Keycloak reading: ${because}`);
	else {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-bench-"));
		const live = await startSeeded(["large"], (line) => console.error(line));
		try {
			writeFileSync(join(folder, "live.json"), JSON.stringify(live));
			await measure(join(folder, "live.json"));
		} finally {
			await stop(live.server);
			rmSync(folder, { recursive: true, force: true });
		}
	}
}
