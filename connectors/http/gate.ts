import { cancelled, pause } from "./pause.ts";

interface Waiter {
	readonly enter: () => void;
}

/**
 * At most `concurrency` requests at once towards one server, and one place to wait when it asks for patience:
 * whoever is told to wait makes everybody wait. Time is monotonic.
 */
export class Gate {
	readonly #concurrency: number;
	readonly #waiting = new Set<Waiter>();
	#running = 0;
	#openAt = 0;

	constructor(concurrency: number) {
		if (!Number.isInteger(concurrency) || concurrency < 1)
			throw new RangeError(`a gate lets at least one through, not ${String(concurrency)}`);
		this.#concurrency = concurrency;
	}

	/** Runs `work` when there is room and no cool-down. Throws `run.cancelled` when aborted while waiting. */
	async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
		await this.#enter(signal);
		try {
			await this.#cooledDown(signal);
			return await work();
		} finally {
			this.#leave();
		}
	}

	/** Nobody starts within the next `ms` milliseconds. A shorter wait never shortens a longer one. */
	coolDown(ms: number): void {
		this.#openAt = Math.max(this.#openAt, performance.now() + ms);
	}

	async #cooledDown(signal: AbortSignal): Promise<void> {
		for (;;) {
			const left = this.#openAt - performance.now();
			if (signal.aborted) throw cancelled();
			if (left <= 0) return;
			await pause(Math.ceil(left), signal);
		}
	}

	#enter(signal: AbortSignal): Promise<void> {
		if (signal.aborted) return Promise.reject(cancelled());
		if (this.#running < this.#concurrency) {
			this.#running += 1;
			return Promise.resolve();
		}
		return new Promise((resolve, reject) => {
			const stop = () => {
				this.#waiting.delete(waiter);
				reject(cancelled());
			};
			const waiter: Waiter = {
				enter: () => {
					signal.removeEventListener("abort", stop);
					resolve();
				},
			};
			this.#waiting.add(waiter);
			signal.addEventListener("abort", stop, { once: true });
		});
	}

	/** The place goes straight to the next in line, so nobody can slip in between. */
	#leave(): void {
		const [next] = this.#waiting;
		if (next === undefined) {
			this.#running -= 1;
			return;
		}
		this.#waiting.delete(next);
		next.enter();
	}
}
