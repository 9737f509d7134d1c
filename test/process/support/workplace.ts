import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Writable } from "node:stream";
import { runCommandLine } from "../../../app/cli.ts";
import { writeSandboxConfig } from "../../../app/sandbox-config.ts";
import { type Ended, Program, type ProgramOptions } from "./program.ts";

export type Servers = Parameters<typeof writeSandboxConfig>[1];

/** A folder of its own with a configuration, and the program to run in it. */
export class Workplace {
	readonly directory: string;
	readonly config: string;
	readonly #programs: Program[] = [];

	constructor({ directory, config }: { readonly directory: string; readonly config: string }) {
		this.directory = directory;
		this.config = config;
	}

	path(name: string): string {
		return join(this.directory, name);
	}
	get store(): string {
		return this.path("rollcall.db");
	}

	async edit(change: (text: string) => string): Promise<void> {
		const before = await readFile(this.config, "utf8");
		const after = change(before);
		if (after === before) throw new Error("the edit changed nothing in the configuration");
		await writeFile(this.config, after);
	}

	start(args: readonly string[], options: Partial<ProgramOptions> = {}): Program {
		const program = new Program([...args, "--config", this.config], { cwd: this.directory, ...options });
		this.#programs.push(program);
		return program;
	}
	run(args: readonly string[], options: Partial<ProgramOptions> = {}): Promise<Ended> {
		return this.start(args, options).ended;
	}
	/** The same command line inside this process: for what comes before and after, where starting a program is nothing but time. */
	async inside(args: readonly string[]): Promise<Pick<Ended, "code" | "out" | "err">> {
		const [out, err] = [new Kept(), new Kept()];
		const terminal = { env: {}, out, err, input: Object.assign(process.stdin, { isTTY: false }) };
		const code = await runCommandLine([...args, "--config", this.config], terminal);
		return { code, out: out.text, err: err.text };
	}

	/** Until the store's journal holds an operation of this kind that has begun. */
	async journalHolds(kind: string): Promise<void> {
		for (let looks = 0; looks < 3_000; looks += 1) {
			if (existsSync(this.store) && begun(this.store, kind)) return;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		throw new Error(`no ${kind} was begun within a minute`);
	}

	async leave(): Promise<void> {
		for (const program of this.#programs) await program.kill("SIGKILL");
		await rm(this.directory, { recursive: true, force: true });
	}
}

function begun(store: string, kind: string): boolean {
	const raw = new DatabaseSync(store, { readOnly: true, timeout: 5_000 });
	try {
		if (raw.prepare("select 1 from sqlite_schema where name = 'entry'").get() === undefined) return false;
		return raw.prepare("select 1 from entry where kind = ?").get(kind) !== undefined;
	} finally {
		raw.close();
	}
}

class Kept extends Writable {
	text = "";
	override _write(chunk: Buffer, _encoding: string, done: () => void): void {
		this.text += chunk.toString("utf8");
		done();
	}
}

/** The configuration of the demo for these servers, with a user property besides. */
export async function furnished(servers: Servers): Promise<{ readonly directory: string; readonly config: string }> {
	const directory = await mkdtemp(join(tmpdir(), "rollcall-world-"));
	const config = await writeSandboxConfig(directory, servers);
	const text = await readFile(config, "utf8");
	const attributes = `      attributes: { department: 'person.attribute("department")' }\n`;
	await writeFile(config, text.replace("    groups:\n", `${attributes}    groups:\n`));
	return { directory, config };
}
