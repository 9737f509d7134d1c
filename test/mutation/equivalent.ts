import type { Mutant } from "./mutants.ts";

/** A change that no test can see, because the program does the same. `nth` when the same change stands in several equal lines. */
export interface Equivalent extends Pick<Mutant, "file" | "text" | "from" | "to"> {
	readonly nth?: number;
	readonly because: string;
}

export const EQUIVALENT: readonly Equivalent[] = [];

export const isEquivalent = (mutant: Mutant, entry: Equivalent): boolean =>
	mutant.file === entry.file &&
	mutant.text === entry.text &&
	mutant.from.trim() === entry.from &&
	mutant.to.trim() === entry.to &&
	mutant.nth === (entry.nth ?? 1);
