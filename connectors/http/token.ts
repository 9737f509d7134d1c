import { cancelled } from "./pause.ts";

type Fetch = (signal: AbortSignal) => Promise<{ token: string; expiresInMs: number }>;
interface Flight {
	readonly token: Promise<string>;
	readonly stop: AbortController;
	waiting: number;
}

/**
 * One token for everybody: fetched once however many ask at the same time, and renewed before it runs out (a tenth of
 * its life early, at most half a minute). A caller that is aborted leaves the others waiting; when all have left, the
 * request is aborted too. A failed fetch is not remembered.
 */
export class CachedToken {
	readonly #fetch: Fetch;
	#held: { readonly token: string; readonly staleAt: number } | undefined;
	#flight: Flight | undefined;

	constructor(fetchToken: Fetch) {
		this.#fetch = fetchToken;
	}

	async get(signal: AbortSignal): Promise<string> {
		if (signal.aborted) throw cancelled();
		if (this.#held !== undefined && performance.now() < this.#held.staleAt) return this.#held.token;
		this.#flight ??= this.#start();
		return await this.#join(this.#flight, signal);
	}

	/** The server refused this token: the next `get` fetches. A token that was renewed meanwhile stays. */
	drop(token: string): void {
		if (this.#held?.token === token) this.#held = undefined;
	}

	#start(): Flight {
		const stop = new AbortController();
		// Counted from before the request: the server's clock starts no earlier than this.
		const asked = performance.now();
		const token = this.#fetch(stop.signal)
			.then((got) => {
				const margin = Math.min(30_000, got.expiresInMs / 10);
				this.#held = { token: got.token, staleAt: asked + got.expiresInMs - margin };
				return got.token;
			})
			.finally(() => {
				if (this.#flight === flight) this.#flight = undefined;
			});
		const flight: Flight = { token, stop, waiting: 0 };
		return flight;
	}

	#join(flight: Flight, signal: AbortSignal): Promise<string> {
		flight.waiting += 1;
		return new Promise((resolve, reject) => {
			const leave = () => {
				flight.waiting -= 1;
				if (flight.waiting === 0) {
					if (this.#flight === flight) this.#flight = undefined;
					flight.stop.abort();
				}
				reject(cancelled());
			};
			signal.addEventListener("abort", leave, { once: true });
			flight.token.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
		});
	}
}
