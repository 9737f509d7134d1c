import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { BIN, type Ended } from "./program.ts";

/** `script` of util-linux gives a program a terminal of its own. */
export const HAS_TERMINALS = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;

export interface ConversationOptions {
	readonly cwd: string;
	readonly env?: Readonly<Record<string, string>>;
	/** On a pseudo-terminal, where everything said is in `out`; else through pipes. */
	readonly terminal?: boolean;
}

/** The real program, talked to: wait for what it says, then answer. */
export class Conversation {
	readonly child: ChildProcess;
	readonly ended: Promise<Ended>;
	out = "";
	err = "";
	/** Up to here everything has been waited for. */
	#heard = { out: 0, err: 0 };
	#look: (() => void) | undefined;

	constructor(args: readonly string[], { cwd, env = {}, terminal = false }: ConversationOptions) {
		const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
		const node = [process.execPath, BIN, ...args];
		const [command, ...rest] = terminal ? ["script", "-qefc", node.map(quoted).join(" "), "/dev/null"] : node;
		const surroundings = { PATH: process.env.PATH ?? "", HOME: cwd, TERM: "dumb", SHELL: "/bin/sh", ...env };
		this.child = spawn(command!, rest, { cwd, env: surroundings, stdio: ["pipe", "pipe", "pipe"] });
		// A program that has ended reads no more answers.
		this.child.stdin!.on("error", () => undefined);
		for (const [name, stream] of [
			["out", this.child.stdout!],
			["err", this.child.stderr!],
		] as const)
			stream.setEncoding("utf8").on("data", (text: string) => {
				this[name] += text;
				this.#look?.();
			});
		this.ended = new Promise((resolve, reject) => {
			this.child.once("error", reject);
			this.child.once("close", (code, signal) => {
				resolve({ code, signal, out: this.out, err: this.err });
				this.#look?.();
			});
		});
	}

	/** Until something new matches on either stream. Rejects with what was said when the program ends before. */
	async says(pattern: RegExp): Promise<void> {
		let over = false;
		void this.ended.then(() => {
			over = true;
		});
		for (;;) {
			for (const name of ["out", "err"] as const) {
				const found = pattern.exec(this[name].slice(this.#heard[name]));
				if (found === null) continue;
				this.#heard[name] += found.index + found[0].length;
				return;
			}
			if (over || this.child.exitCode !== null) throw new Error(`the program ended without saying ${pattern}:\n${this.out}\n${this.err}`);
			await new Promise<void>((resolve) => {
				this.#look = resolve;
			});
		}
	}

	type(text: string): void {
		this.child.stdin!.write(text);
	}

	/** Each question with its answer, in order. */
	async answers(pairs: readonly (readonly [RegExp, string])[]): Promise<void> {
		for (const [question, answer] of pairs) {
			await this.says(question);
			this.type(`${answer}\n`);
		}
	}

	async close(): Promise<void> {
		if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
		await this.ended;
	}
}
