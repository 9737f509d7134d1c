import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const BIN = join(ROOT, "bin", "rollcall.js");

export interface ProgramOptions {
	readonly cwd: string;
	/** Added to an environment that has nothing else in it but PATH, HOME and a cache that saves start-up time. */
	readonly env?: Readonly<Record<string, string>>;
	/** Loaded before the program (`node --import`). */
	readonly preload?: string | readonly string[];
	/** Programs in front of it, for example `["unshare", "-m"]`. */
	readonly through?: readonly string[];
}

export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly out: string;
	readonly err: string;
}

/** The real program as a child process, without a terminal. */
export class Program {
	readonly child: ChildProcess;
	readonly ended: Promise<Ended>;
	out = "";
	err = "";
	readonly #watchers = new Set<() => void>();

	constructor(args: readonly string[], { cwd, env = {}, preload, through = [] }: ProgramOptions) {
		const node = [process.execPath, ...[preload ?? []].flat().flatMap((module) => ["--import", module]), BIN, ...args];
		const [command, ...rest] = [...through, ...node] as [string, ...string[]];
		const surroundings = { PATH: process.env.PATH ?? "", HOME: cwd, NODE_COMPILE_CACHE: join(tmpdir(), "rollcall-test-compile-cache") };
		this.child = spawn(command, rest, { cwd, env: { ...surroundings, ...env }, stdio: ["ignore", "pipe", "pipe"] });
		for (const name of ["stdout", "stderr"] as const) {
			this.child[name]!.setEncoding("utf8").on("data", (text: string) => {
				if (name === "stdout") this.out += text;
				else this.err += text;
				for (const look of this.#watchers) look();
			});
		}
		this.ended = new Promise((resolve, reject) => {
			this.child.once("error", reject);
			this.child.once("close", (code, signal) => resolve({ code, signal, out: this.out, err: this.err }));
		});
	}

	/** Until either stream holds the pattern. Rejects with what was said when the program ends before. */
	async says(pattern: RegExp): Promise<void> {
		const heard = new Promise<void>((resolve) => {
			const look = () => {
				if (!pattern.test(this.out) && !pattern.test(this.err)) return;
				this.#watchers.delete(look);
				resolve();
			};
			this.#watchers.add(look);
			look();
		});
		const silent = this.ended.then(({ out, err }) => {
			if (!pattern.test(out) && !pattern.test(err)) throw new Error(`the program ended without saying ${pattern}:\n${out}${err}`);
		});
		await Promise.race([heard, silent]);
	}

	/** Until the program has been stopped (SIGSTOP), by itself or by others. Linux only. */
	async stands(): Promise<void> {
		for (let looks = 0; looks < 3_000; looks += 1) {
			const stat = await readFile(`/proc/${this.child.pid}/stat`, "latin1");
			if (stat.slice(stat.lastIndexOf(")") + 2).startsWith("T")) return;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		throw new Error("the program was not stopped within a minute");
	}

	async kill(signal: NodeJS.Signals): Promise<Ended> {
		if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
		return this.ended;
	}
}

/** Never more than `atOnce` at a time: the machine may have two cores. Answers in the order of the inputs. */
export async function several<In, Out>(inputs: readonly In[], atOnce: number, work: (input: In) => Promise<Out>): Promise<Out[]> {
	const answers: Out[] = [];
	let next = 0;
	const worker = async () => {
		while (next < inputs.length) {
			const index = next++;
			answers[index] = await work(inputs[index]!);
		}
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, inputs.length) }, worker));
	return answers;
}
