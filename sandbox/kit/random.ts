import { createHash } from "node:crypto";

/** Repeatable random numbers: the same seed gives the same company, day and ids (mulberry32). */
export class Random {
	#state: number;

	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** 0 ≤ x < 1. */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	}

	/** 0 ≤ n < below. */
	below(below: number): number {
		return Math.floor(this.next() * below);
	}

	chance(probability: number): boolean {
		return this.next() < probability;
	}

	/** One of a list that is not empty. */
	pick<T>(list: readonly T[]): T {
		return list[this.below(list.length)] as T;
	}

	/** So many different ones, in random order; all of them when there are fewer. */
	sample<T>(list: readonly T[], count: number): T[] {
		const pool = [...list];
		const most = Math.min(count, pool.length);
		for (let index = 0; index < most; index += 1) {
			const other = index + this.below(pool.length - index);
			[pool[index], pool[other]] = [pool[other] as T, pool[index] as T];
		}
		return pool.slice(0, most);
	}
}

/** A UUID (version 4 in form) that depends on the words only. */
export function uuidOf(...words: readonly (string | number)[]): string {
	const hex = createHash("sha256").update(words.join("\u0000")).digest("hex");
	const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
