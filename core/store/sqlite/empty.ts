import { SyncError } from "../../errors.ts";
import type { Store } from "../store.ts";

/** What a dry run sees where no store was ever written: nothing, and nothing is created. */
export function emptyStore(path: string): Store {
	return { ...NOTHING_WRITTEN, ...refusingWrites(path), shut: async () => {} };
}

const NOTHING_WRITTEN = {
	holderOf: async () => undefined,
	links: async () => new Map(),
	origins: async () => new Map(),
	site: async () => undefined,
	absences: async () => new Map(),
	lastGood: async () => undefined,
	openCreates: async () => new Map(),
	inherited: async () => [],
	released: async () => new Map(),
	marks: async () => new Map(),
	written: async () => new Map(),
	runs: async () => [],
	run: async () => undefined,
} satisfies Partial<Store>;

/** Every writing method of a store that was opened for reading. */
export function refusingWrites(path: string) {
	const refuse = async (): Promise<never> => {
		throw new SyncError("bug", `the store ${path} was opened for reading only`, { context: { path }, todo: "Please report this." });
	};
	return {
		acquire: refuse,
		link: refuse,
		unlink: refuse,
		rememberSite: refuse,
		recordAbsences: refuse,
		putSnapshot: refuse,
		open: refuse,
		intend: refuse,
		settle: refuse,
		settleReleased: refuse,
		close: refuse,
		recover: refuse,
	} satisfies Partial<Store>;
}
