import type { Scalar } from "yaml";

/**
 * For every character of a YAML text value, its offset in the file: the reverse of quoting, escaping, indenting and folding.
 * The value and its source are walked together. Characters that are not blank stand in both, in the same order; blanks may have
 * been folded away, and an escape or a doubled quote is one character of the value (YAML 1.2, sections 5.7, 7.3 and 8.1).
 */
export function offsetsOf(node: Scalar<string>, text: string): readonly number[] {
	const start = node.range?.[0] ?? 0;
	const quote = node.type === "QUOTE_DOUBLE" ? '"' : node.type === "QUOTE_SINGLE" ? "'" : undefined;
	let at = start + (quote === undefined ? 0 : 1);
	// A block scalar's header (`|`, `>-`, with a comment perhaps) ends with its line.
	if (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") at = text.indexOf("\n", start) + 1;
	const offsets: number[] = [];
	for (let index = 0; index < node.value.length; index++) {
		const wanted = node.value[index]!;
		if (!isBlank(wanted)) while (at < text.length && (isBlank(text[at]!) || continues(text, at, quote))) at++;
		offsets.push(at);
		const length = quote === undefined ? 1 : lengthInQuotes(text, at, quote);
		if (isBlank(wanted) && length === 1) {
			// A folded line break: the blank of the value stands for a whole run, which the next character skips.
			if (text[at] === wanted) at++;
		} else {
			at += length;
			// \U with a character beyond the first plane is two units of the value.
			if (length === 10 && (wanted.charCodeAt(0) & 0xfc00) === 0xd800 && index + 1 < node.value.length) {
				offsets.push(at - length);
				index++;
			}
		}
	}
	offsets.push(at);
	return offsets;
}

const isBlank = (character: string): boolean => character === " " || character === "\t" || character === "\n" || character === "\r";

/** A backslash at the end of a line in double quotes joins the lines. */
const continues = (text: string, at: number, quote: string | undefined): boolean =>
	quote === '"' && text[at] === "\\" && /[\r\n]/.test(text[at + 1] ?? "");

function lengthInQuotes(text: string, at: number, quote: string): number {
	if (quote === "'") return text[at] === "'" && text[at + 1] === "'" ? 2 : 1;
	if (text[at] !== "\\") return 1;
	const kind = text[at + 1];
	return kind === "x" ? 4 : kind === "u" ? 6 : kind === "U" ? 10 : 2;
}
