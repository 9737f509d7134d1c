import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { CASES } from "./world.ts";

/** `node bench/plan/run.ts [people …]`: every case at each size, one process each. */
const sizes = process.argv.length > 2 ? process.argv.slice(2) : ["100000", "500000"];
const columns = [
	"people",
	"which",
	"memberships",
	"operations",
	"snapshotMs",
	"desiredMs",
	"passMs",
	"diffMs",
	"ratio",
	"digestMs",
	"encodeMs",
	"fileMb",
	"inputsMb",
	"planMb",
	"peakMb",
] as const;

console.log(`| ${columns.join(" | ")} |\n|${columns.map(() => "---:").join("|")}|`);
for (const size of sizes)
	for (const which of CASES) {
		const line = execFileSync(process.execPath, [join(import.meta.dirname, "one.ts"), size, which], {
			encoding: "utf8",
			stdio: ["ignore", "pipe", "inherit"],
		});
		const result = JSON.parse(line) as Readonly<Record<(typeof columns)[number], string | number>>;
		console.log(`| ${columns.map((column) => result[column].toLocaleString("en")).join(" | ")} |`);
	}
