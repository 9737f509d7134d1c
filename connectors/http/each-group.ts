import type { Progress } from "../../core/connector.ts";
import { SyncError } from "../../core/errors.ts";
import { together } from "./together.ts";

/** Why the members of a group could not be read whole. */
export interface Held {
	readonly held: string;
}

/**
 * Reads the members of each group by itself; by the groups' ids. One group whose members cannot be read is held, within
 * what `Holding` allows.
 */
export async function readEachGroup<Group extends { readonly id: string }, Members extends object>(
	groups: readonly Group[],
	read: (group: Group, signal: AbortSignal) => Promise<Members>,
	run: { readonly width: number; readonly progress: Progress | undefined; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Members | Held>> {
	const total = groups.length;
	const holding = new Holding(total);
	const all = new Map<string, Members | Held>();
	const one = async (group: Group, signal: AbortSignal) => {
		try {
			all.set(group.id, await read(group, signal));
		} catch (error) {
			all.set(group.id, holding.hold(error));
		}
		run.progress?.({ stage: "members", done: all.size, total });
	};
	await together({ items: groups, width: run.width }, one, run.signal);
	return all;
}

/**
 * Counts the groups that one reading holds. When it goes wrong for more than a few, it is not the groups: the reading ends
 * with that error. Nothing is held that a lost connection, a used-up quota or a refused log-in explains.
 */
export class Holding {
	readonly #most: number;
	#held = 0;

	/** `total`: how many groups there are. */
	constructor(total: number) {
		this.#most = Math.max(10, total / 20);
	}

	/** Throws what concerns more than one group. */
	hold(error: unknown): Held {
		if (!concernsOneGroup(error)) throw error;
		this.#held += 1;
		if (this.#held > this.#most) throw tooMany(error, this.#held);
		return { held: error.message };
	}
}

function concernsOneGroup(error: unknown): error is SyncError {
	if (!(error instanceof SyncError) || error.code === "source.limited") return false;
	if (error.code === "source.malformed" || error.code === "source.incomplete") return true;
	const { status } = error.context;
	return typeof status === "number" && status !== 401;
}

const tooMany = (error: SyncError, held: number): SyncError =>
	new SyncError(error.code, `the members of ${held} groups could not be read; the latest: ${error.message}`, {
		retry: "spent",
		context: { ...error.context, groups: held },
		cause: error,
		...(error.todo === undefined ? {} : { todo: error.todo }),
	});
