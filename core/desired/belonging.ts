import { compareText } from "../digest.ts";
import type { Policy } from "../policy/policy.ts";
import { type FlatGroups, GroupWalk, leadingTo } from "./flatten.ts";
import { expressionsOf } from "./literals.ts";
import type { PersonRef, Source } from "./sources.ts";
import type { Mapping } from "./targets.ts";

/** What follows from the groups that somebody is known to be in, all sources and nesting together. */
export interface Belonging {
	/** Numbers of targets, ascending, each once. */
	readonly targets: readonly number[];
	/** What expressions see; only the names that some expression reads, where that is known. */
	readonly names: readonly string[];
	readonly paths: readonly string[];
}

/** Which groups any expression of the policy looks at. */
export function groupsReadBy(policy: Policy): ReadonlySet<string> | "all" {
	const names = new Set<string>();
	for (const { expression } of expressionsOf(policy)) {
		if (expression.groupsRead === "all") return "all";
		for (const name of expression.groupsRead) names.add(name);
	}
	return names;
}

/** Answers for one person after another; groups that nobody asks about are never walked. */
export class Belongings {
	readonly #flats: readonly FlatGroups[];
	readonly #mapping: Mapping;
	readonly #reads: ReadonlySet<string> | "all";
	readonly #walks: readonly GroupWalk[];
	readonly #found: number[] = [];

	/** `reads`: the names that the views must show; "all" for every one. */
	constructor(sources: readonly Source[], mapping: Mapping, reads: ReadonlySet<string> | "all") {
		this.#flats = sources.map((source) => source.flat);
		this.#mapping = mapping;
		this.#reads = reads;
		this.#walks = this.#flats.map((flat, rank) => new GroupWalk(flat, leadingTo(this.#wanted(flat, rank), flat.outer)));
	}

	#wanted(flat: FlatGroups, rank: number): Uint8Array {
		return Uint8Array.from(flat.groups, (group, i) => (this.#mapping.feeds[rank]![i] !== undefined || this.#isRead(group.name) ? 1 : 0));
	}

	#isRead(name: string | undefined): boolean {
		return name !== undefined && (this.#reads === "all" || this.#reads.has(name));
	}

	of(refs: readonly PersonRef[]): Belonging {
		const targets: number[] = [];
		const names: string[] = [];
		const paths: string[] = [];
		const reading = this.#reads === "all" || this.#reads.size > 0;
		for (const { rank, number } of refs) {
			this.#walks[rank]!.of(number, this.#found);
			for (const group of this.#found) {
				const fed = this.#mapping.feeds[rank]![group];
				if (fed !== undefined) targets.push(...fed);
				const { name, path } = this.#flats[rank]!.groups[group]!;
				if (!reading || !this.#isRead(name)) continue;
				names.push(name!);
				if (path !== undefined) paths.push(path);
			}
		}
		return { targets: once(targets, (a, b) => a - b), names: once(names, compareText), paths: once(paths, compareText) };
	}
}

/** Sorts and drops repetitions, in place: most lists have a handful of elements, and there is one per person. */
function once<T>(list: T[], order: (a: T, b: T) => number): readonly T[] {
	if (list.length < 2) return list;
	list.sort(order);
	let kept = 1;
	for (let i = 1; i < list.length; i++) if (list[i] !== list[i - 1]) list[kept++] = list[i]!;
	list.length = kept;
	return list;
}
