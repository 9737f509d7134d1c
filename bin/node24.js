#!/usr/bin/env node
// Runs a script under Node 24 or newer: `node bin/node24.js [options of node] SCRIPT [arguments]`. Where the `node` on the
// path is older, the one that was installed with the project takes over: not every npm links that one as `node`.
import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const WANTED = 24;
const BROKEN = 70;

export const isNewEnough = Number(process.versions.node.split(".")[0]) >= WANTED;

/** The path of a Node that is new enough; ends the process with 70 where there is none. */
function newNode() {
	if (isNewEnough) return process.execPath;
	try {
		return createRequire(import.meta.url).resolve(`node-linux-${process.arch}/bin/node`);
	} catch {
		console.error(
			`rollcall: needs Node ${WANTED} or newer, this is ${process.version}; install it, or run \`npm ci\`, which brings one for Linux.`,
		);
		process.exit(BROKEN);
	}
}

/** Goes on as `node ...args`: arguments, terminal, signals and exit code pass through. */
export function delegate(args) {
	const child = spawn(newNode(), args, { stdio: "inherit" });
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => passOn(child, signal));
	child.on("error", (error) => {
		console.error(`rollcall: ${error.message}`);
		process.exit(BROKEN);
	});
	child.on("exit", (code, signal) => {
		if (signal === null) process.exit(code ?? BROKEN);
		process.removeAllListeners(signal);
		process.kill(process.pid, signal);
	});
}

/** A terminal gives Ctrl-C to the child too: passed on as well it would count as the second one, which gives up what is under way. */
function passOn(child, signal) {
	if (signal === "SIGTERM" || !process.stdin.isTTY) child.kill(signal);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) delegate(process.argv.slice(2));
