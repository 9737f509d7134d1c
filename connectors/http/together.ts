import { assertRunning } from "./pause.ts";

/**
 * Runs `work` over all items, `width` at a time, and gives the results in the items' order. The first failure aborts
 * the signal of everybody else, waits until they have ended, and is the one that is thrown.
 */
export async function together<T, R>(
	load: { readonly items: readonly T[]; readonly width: number },
	work: (item: T, signal: AbortSignal) => Promise<R>,
	signal: AbortSignal,
): Promise<R[]> {
	const { items, width } = load;
	const stop = new AbortController();
	const onAbort = () => stop.abort();
	signal.addEventListener("abort", onAbort, { once: true });
	const results = new Array<R>(items.length);
	let next = 0;
	let failure: { readonly error: unknown } | undefined;
	const lane = async () => {
		try {
			while (next < items.length) {
				const index = next++;
				assertRunning(stop.signal);
				results[index] = await work(items[index] as T, stop.signal);
			}
		} catch (error) {
			failure ??= { error };
			stop.abort();
		}
	};
	try {
		assertRunning(signal);
		await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
	} finally {
		signal.removeEventListener("abort", onAbort);
	}
	if (failure !== undefined) throw failure.error;
	return results;
}
