import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * `npm run bench [PART …]`: every benchmark, one after the other, each in a process of its own. Methods and results stand beside
 * them. Ratios within one run are what counts: machines are noisy.
 */
const PARTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
	keycloak: [["keycloak/read.ts"]],
	plan: [["plan/run.ts"]],
	policy: [["policy/expressions.ts"], ["policy/desired.ts"]],
	store: [["store/store.ts"]],
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
const unknown = wanted.filter((part) => !Object.hasOwn(PARTS, part));
if (unknown.length > 0) {
	console.error(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(PARTS).join(", ")}`);
	process.exit(64);
}
let failed = 0;
for (const part of wanted) {
	for (const [script, ...args] of PARTS[part]!) {
		console.log(`\n== ${script}`);
		const { status } = spawnSync(process.execPath, ["--expose-gc", fileURLToPath(new URL(script!, import.meta.url)), ...args], {
			stdio: "inherit",
		});
		if (status !== 0) failed += 1;
	}
}
process.exit(failed === 0 ? 0 : 1);
