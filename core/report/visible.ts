/**
 * Names come from directories, and a directory may hold anything: an escape sequence that repaints the terminal, a
 * bidirectional override that shows `gnp.exe` for `exe.png`, a zero-width space that makes two names look like one.
 * Controls and line breaks, bidirectional marks and overrides (Unicode Standard Annex 9), and whatever is invisible by
 * default (Annex 44). The zero-width joiners and the variation selectors stay: Persian, Indic scripts, Japanese names
 * and emoji need them.
 */
const TRICKY =
	/[[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]--[\u200c\u200d\p{Variation_Selector}]]/gv;

/** The text with nothing in it that moves the cursor, changes direction or hides: `ESC` becomes `␛`, the others `[U+202E]`. */
export function visible(text: string): string {
	return text.toWellFormed().replace(TRICKY, picture);
}

function picture(character: string): string {
	const code = character.codePointAt(0)!;
	if (code < 0x20) return String.fromCodePoint(0x2400 + code); // Unicode's control pictures
	if (code === 0x7f) return "␡";
	return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
}
