#!/usr/bin/env node
// Starts Rollcall under Node 24 or newer. Where the `node` on the path is older, the one that was installed with the
// project takes over; arguments, terminal, signals and exit code pass through.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const WANTED = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
// A checkout runs its sources; an installed package has only the compiled files.
const main = [join(root, "app", "main.ts"), join(root, "dist", "app", "main.js")].find(existsSync);

if (main === undefined) {
	console.error("rollcall: neither app/main.ts nor dist/app/main.js is there; run `npm run build`, or install the package anew.");
	process.exit(70);
}
if (Number(process.versions.node.split(".")[0]) >= WANTED) await import(main);
else delegate(bundledNode());

function bundledNode() {
	try {
		return createRequire(import.meta.url).resolve(`node-linux-${process.arch}/bin/node`);
	} catch {
		console.error(
			`rollcall: needs Node ${WANTED} or newer, this is ${process.version}; install it, or run \`npm ci\`, which brings one for Linux.`,
		);
		process.exit(70);
	}
}

function delegate(node) {
	const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
	child.on("exit", (code, signal) => (signal === null ? process.exit(code ?? 70) : process.kill(process.pid, signal)));
}
