import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Verbs } from "./store-process.ts";

export const SCRIPT = fileURLToPath(new URL("./store-process.ts", import.meta.url));

export const forkWorker = (uid?: number): Worker =>
	new Worker(
		fork(SCRIPT, { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"], ...(uid === undefined ? {} : { uid, gid: uid }) }),
	);

type Answer = { readonly id: number; readonly value?: unknown; readonly error?: { readonly code?: string; readonly message?: string } };
type Message = Answer | { readonly intended: number };

/** The parent's side of store-process.ts. */
export class Worker {
	readonly child: ChildProcess;
	readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
	#ids = 0;
	#intended = 0;
	#onIntended: () => void = () => {};

	constructor(child: ChildProcess) {
		this.child = child;
		child.on("message", (message) => this.#hear(message as Message));
		child.on("exit", (code, signal) => {
			for (const { reject } of this.#waiting.values()) reject(new Error(`the process ended (${code ?? signal})`));
		});
	}

	#hear(message: Message): void {
		if ("intended" in message) {
			this.#intended = message.intended + 1;
			this.#onIntended();
			return;
		}
		const waiting = this.#waiting.get(message.id);
		this.#waiting.delete(message.id);
		if (message.error === undefined) waiting?.resolve(message.value);
		else waiting?.reject(message.error);
	}

	say<Verb extends keyof Verbs>(verb: Verb, ...values: Parameters<Verbs[Verb]>): Promise<Awaited<ReturnType<Verbs[Verb]>>> {
		const id = ++this.#ids;
		const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
		// Looked at later by the test; until then it is not unhandled.
		answer.catch(() => undefined);
		this.child.send({ id, say: [verb, ...values] });
		return answer as Promise<Awaited<ReturnType<Verbs[Verb]>>>;
	}

	/** Writes until `count` intentions are acknowledged, then is killed. Returns how many were. */
	async flooded(count: number): Promise<number> {
		const enough = new Promise<void>((resolve) => {
			this.#onIntended = () => this.#intended >= count && resolve();
		});
		void this.say("flood");
		await enough;
		await this.kill();
		return this.#intended;
	}

	async kill(): Promise<void> {
		if (this.child.exitCode !== null || this.child.signalCode !== null) return;
		const gone = once(this.child, "exit");
		this.child.kill("SIGKILL");
		await gone;
	}
}
