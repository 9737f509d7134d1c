#!/usr/bin/env node
// Starts Rollcall under Node 24 or newer.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { delegate, isNewEnough } from "./node24.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// A checkout runs its sources; an installed package has only the compiled files.
const main = [join(root, "app", "main.ts"), join(root, "dist", "app", "main.js")].find(existsSync);

if (main === undefined) {
	console.error("rollcall: neither app/main.ts nor dist/app/main.js is there; run `npm run build`, or install the package anew.");
	process.exit(70);
}
if (isNewEnough) await import(main);
else delegate([fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
