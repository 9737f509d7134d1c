import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import fc from "fast-check";
import { drain } from "./globals.ts";

/** What one worker thread is told: the tests, and then one mutant after another. */
export interface Assignment {
	readonly root: string;
	readonly tests: readonly string[];
}
export interface Task {
	readonly id: number;
	/** Absolute path of the file to change, and its whole text; absent for the run without any change. */
	readonly file?: string;
	readonly text?: string;
}
export interface Outcome {
	readonly id: number;
	/** The test that failed, with the first line of its message; absent: all tests passed. */
	readonly killedBy?: string;
}

const { root, tests } = workerData as Assignment;
const standIn = new URL("./globals.ts", import.meta.url).href;
const stripped = new Map<string, string>();
let task: Task = { id: 0 };

/** Project files are loaded anew for each mutant, under an address that names it; packages are shared. */
registerHooks({
	resolve(specifier, context, next) {
		if (specifier === "@jest/globals") return { url: standIn, shortCircuit: true };
		const found = next(specifier, context);
		const mine = found.url.startsWith(root) && !found.url.includes("/node_modules/") && found.url !== standIn;
		return mine ? { ...found, url: `${found.url.split("?", 1)[0]}?mutant=${task.id}` } : found;
	},
	load(url, context, next) {
		const [address, query] = url.split("?", 2);
		if (query === undefined || !address!.endsWith(".ts")) return next(url, context);
		const path = fileURLToPath(address!);
		return { format: "module", source: path === task.file ? stripTypeScriptTypes(task.text!) : textOf(path), shortCircuit: true };
	},
});

function textOf(path: string): string {
	let text = stripped.get(path);
	if (text === undefined) {
		text = stripTypeScriptTypes(readFileSync(path, "utf8"));
		stripped.set(path, text);
	}
	return text;
}

// A fixed seed: the same mutants survive in every run. No shrinking: one failure is enough.
fc.configureGlobal({ seed: 20, endOnFailure: true });

parentPort!.on("message", async (next: Task) => {
	task = next;
	const killedBy = await firstFailure();
	parentPort!.postMessage({ id: next.id, ...(killedBy === undefined ? {} : { killedBy }) } satisfies Outcome);
});

async function firstFailure(): Promise<string | undefined> {
	for (const path of tests) {
		let name = path;
		drain();
		try {
			await import(`${pathToFileURL(path).href}?mutant=${task.id}`);
			for (const each of drain()) {
				name = each.name;
				await each.run();
			}
		} catch (error) {
			return `${name}: ${String((error as Error)?.message ?? error).split("\n", 1)[0]}`;
		}
	}
	return undefined;
}
