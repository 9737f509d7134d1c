import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { SyncError } from "../../core/errors.ts";
import { print, type Terminal } from "../console.ts";

export interface Asking {
	/** What an empty line means; shown in brackets. */
	readonly otherwise?: string;
	/** Nothing of the answer is shown, and nothing of it is offered in brackets. */
	readonly hidden?: boolean;
}

/**
 * Questions and answers, on a terminal or through a pipe, one line each. Answers that come before their question wait for it.
 * Ctrl-C ends whatever is under way, and then the whole conversation.
 */
export class Dialog implements Disposable {
	readonly #terminal: Terminal;
	readonly #interface: Interface | undefined;
	readonly #lines: string[] = [];
	readonly #stop = new AbortController();
	#waiting: (() => void) | undefined;
	#ended: boolean;
	#muted = false;
	#read = 0;
	/** What Ctrl-C ends; undefined: the conversation. */
	#underWay: AbortController | undefined;
	readonly #interrupt = (): void => {
		if (this.#underWay !== undefined && !this.#underWay.signal.aborted) this.#underWay.abort();
		else this.#stop.abort();
		this.#waiting?.();
	};

	/** `unattended`: nobody is asked anything. */
	constructor(terminal: Terminal, unattended: boolean) {
		this.#terminal = terminal;
		this.#ended = unattended;
		for (const signal of SIGNALS) process.on(signal, this.#interrupt);
		if (unattended) return;
		this.#interface = createInterface({
			input: terminal.input,
			output: this.#screen(),
			terminal: terminal.input.isTTY === true,
			historySize: 0, // A secret must not come back with the arrow keys.
		});
		this.#interface.on("line", (line) => {
			this.#lines.push(line);
			this.#waiting?.();
		});
		this.#interface.on("close", () => {
			this.#ended = true;
			this.#waiting?.();
		});
		this.#interface.on("SIGINT", this.#interrupt);
	}

	/** Aborted when the conversation is over by Ctrl-C or SIGTERM. */
	get stop(): AbortSignal {
		return this.#stop.signal;
	}
	/** No line was ever read, and none will come. */
	get nobody(): boolean {
		return this.#ended && this.#read === 0 && this.#lines.length === 0;
	}
	/** A line that has come already and was not asked for yet. */
	get next(): string | undefined {
		return this.#lines[0];
	}
	/** No further line will come. */
	get ended(): boolean {
		return this.#ended && this.#lines.length === 0;
	}
	get onTerminal(): boolean {
		return this.#interface !== undefined && this.#terminal.input.isTTY === true;
	}

	say(line = ""): void {
		print(this.#terminal.err, line);
	}

	/** The answer without blanks around it, `otherwise` for an empty line; undefined when there is nobody (left) to answer. Throws `run.cancelled`. */
	async ask(question: string, { otherwise, hidden }: Asking = {}): Promise<string | undefined> {
		this.#goOn();
		const prompt = `${question}${otherwise === undefined || hidden ? "" : ` [${otherwise}]`}: `;
		const line = await this.#line(prompt, hidden === true);
		return line === undefined || line.trim() === "" ? otherwise : line.trim();
	}

	/** Yes or no; with nobody there `otherwise`. */
	async yes(question: string, otherwise: boolean): Promise<boolean> {
		const answer = await this.ask(`${question} ${otherwise ? "[Y/n]" : "[y/N]"}`);
		return answer === undefined ? otherwise : /^y(es)?$/i.test(answer);
	}

	/** A further line of the same answer, without a question. */
	more(): Promise<string | undefined> {
		return this.#line("", true);
	}

	/** Runs something that Ctrl-C ends without ending the conversation; undefined: it was ended. */
	async during<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
		this.#goOn();
		const own = new AbortController();
		this.#underWay = own;
		try {
			return await work(own.signal);
		} catch (error) {
			if (own.signal.aborted) return undefined;
			throw error;
		} finally {
			this.#underWay = undefined;
		}
	}

	[Symbol.dispose](): void {
		for (const signal of SIGNALS) process.off(signal, this.#interrupt);
		this.#interface?.close();
		// A pipe that nobody closes must not keep the program alive.
		this.#terminal.input.pause();
	}

	async #line(prompt: string, hidden: boolean): Promise<string | undefined> {
		if (this.#interface === undefined) return undefined;
		if (this.#lines.length === 0 && !this.#ended) {
			if (hidden) this.#terminal.err.write(prompt);
			this.#interface.setPrompt(hidden ? "" : prompt);
			this.#muted = hidden;
			this.#interface.prompt();
			await new Promise<void>((resolve) => {
				this.#waiting = resolve;
				// It may have come between the look and here.
				if (this.#lines.length > 0 || this.#ended || this.#stop.signal.aborted) resolve();
			});
			this.#waiting = undefined;
			this.#muted = false;
			if (hidden) this.say();
		} else this.say(prompt);
		this.#goOn();
		if (this.#lines.length > 0) this.#read += 1;
		return this.#lines.shift();
	}

	#goOn(): void {
		if (this.#stop.signal.aborted) throw new SyncError("run.cancelled", "stopped; nothing was written");
	}

	/** What readline echoes goes to standard error, and nowhere while a secret is typed. */
	#screen(): Writable {
		const { err } = this.#terminal;
		const screen = new Writable({
			write: (chunk: Buffer, _encoding, done) => {
				if (!this.#muted && err.writable) err.write(chunk);
				done();
			},
		});
		return Object.defineProperty(screen, "columns", { get: () => err.columns });
	}
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
