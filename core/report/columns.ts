import stringWidth from "string-width";

const PLAIN = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Terminal columns: East Asian wide characters and emoji take two, combining marks and colours none. */
export const widthOf = (text: string): number => (PLAIN.test(text) ? text.length : stringWidth(text));

/** Filled with spaces to that many columns; a longer text stays whole. */
export function padTo(text: string, width: number, align: "left" | "right" = "left"): string {
	const fill = " ".repeat(Math.max(0, width - widthOf(text)));
	return align === "left" ? text + fill : fill + text;
}

/** Lines of at most `width` columns, broken at spaces; a word that is longer is broken between characters. Nothing is lost. */
export function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = "";
	let used = 0;
	for (const word of text.split(" ").flatMap((w) => pieces(w, width))) {
		const size = widthOf(word);
		if (line === "") [line, used] = [word, size];
		else if (used + 1 + size <= width) [line, used] = [`${line} ${word}`, used + 1 + size];
		else {
			lines.push(line);
			[line, used] = [word, size];
		}
	}
	lines.push(line);
	return lines;
}

function pieces(word: string, width: number): string[] {
	if (widthOf(word) <= width) return [word];
	const parts: string[] = [];
	let part = "";
	let used = 0;
	for (const { segment } of graphemes.segment(word)) {
		const size = widthOf(segment);
		if (used + size > width && part !== "") {
			parts.push(part);
			[part, used] = ["", 0];
		}
		part += segment;
		used += size;
	}
	parts.push(part);
	return parts;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of at most `width` columns; anything above nothing shows at least a sliver. */
export function bar(value: number, most: number, width: number): string {
	if (value <= 0 || most <= 0) return "";
	const eighths = Math.max(1, Math.round((value / most) * width * 8));
	return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
