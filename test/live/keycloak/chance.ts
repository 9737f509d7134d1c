import { createHash } from "node:crypto";

/** Numbers in [0, 1) that depend on the seed only (mulberry32): the same realm on every machine. */
export function chanceFrom(seed: string): () => number {
	let state = createHash("sha256").update(seed).digest().readUInt32LE(0);
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A version 4 UUID that depends on its name only. */
export function uuidOf(name: string): string {
	const bytes = createHash("sha256").update(name).digest().subarray(0, 16);
	bytes[6] = (bytes[6]! & 0x0f) | 0x40;
	bytes[8] = (bytes[8]! & 0x3f) | 0x80;
	const hex = bytes.toString("hex");
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
