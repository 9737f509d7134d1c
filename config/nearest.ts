import { nearest } from "../core/policy/nearest.ts";

/** `Did you mean "mirror"?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
	const found = nearest(name, known);
	return found === undefined ? "" : `Did you mean "${found}"?`;
}

/** `a`, `a or b`, `a, b or c`. */
export function either(names: readonly string[]): string {
	if (names.length < 2) return names.join("");
	return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
