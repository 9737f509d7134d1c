import type { ErrorCode } from "yaml";

/** What is wrong, and what to do. Our own words: the parser's quote the file, and the file may hold a secret. */
interface Explained {
	readonly message: string;
	readonly todo: string;
}

const EXPLAINED: Partial<Record<ErrorCode, Explained>> = {
	TAB_AS_INDENT: { message: "found a tab at the start of the line; YAML is indented with spaces.", todo: "Replace the tab by spaces." },
	DUPLICATE_KEY: { message: "this key stands here twice.", todo: "Keep one of the two; the last one does not silently win." },
	MULTIPLE_DOCS: { message: "a second document begins here (---).", todo: "Keep one document per file." },
	NON_STRING_KEY: { message: "found a list or a mapping as a key; a key is a name.", todo: "Write a plain name before the colon." },
	MISSING_CHAR: { message: "a quote, bracket or separator is missing before this place.", todo: "Close what was opened above." },
	BAD_INDENT: {
		message: "the indentation does not fit what stands above, or a bracket was left open.",
		todo: "Indent with two spaces per level and close every bracket.",
	},
	BAD_DQ_ESCAPE: {
		message: 'found a backslash sequence that "…" does not know.',
		todo: "Use '…' (single quotes), where a backslash is just a backslash.",
	},
	BAD_SCALAR_START: { message: "a value without quotes cannot begin with this character.", todo: "Put the whole value in single quotes." },
	MULTIPLE_ANCHORS: { message: "found two anchors (&) on one value.", todo: "Keep one." },
	MULTIPLE_TAGS: { message: "found two tags (!) on one value.", todo: "Put the whole value in quotes." },
	BAD_ALIAS: { message: "an alias (*name) does not stand alone here.", todo: "If a text is meant, put it in quotes." },
	TAG_RESOLVE_FAILED: {
		message: "a value without quotes that begins with ! is a YAML tag, not a text.",
		todo: "Put the whole value in single quotes: '!person…'.",
	},
	KEY_OVER_1024_CHARS: { message: "found a key of more than 1,024 characters.", todo: "Look for a missing line break or quote above." },
};
const NESTED: Explained = {
	message: 'found ": " inside a value without quotes, which YAML reads as a further key.',
	todo: "Put the whole value in single quotes, or begin it with | on the line before.",
};
const AFTER_QUOTES: Explained = {
	message: "found more text after a value that had already ended.",
	todo: "A value that begins with a quote ends with it: put the whole value in single quotes, or begin it with | on the line before.",
};
const BRACES: Explained = {
	message: "found { or } inside a value without quotes; between { } or [ ] these are YAML's own.",
	todo: "Put the value in quotes: \"${…}\" or '/^a{2}$/'.",
};
const ANY: Explained = {
	message: "this is not valid YAML here.",
	todo: "Look for a missing colon, quote or bracket in this line and the one above.",
};

/** `at` is the offset that the parser names. */
export function explainYaml(code: ErrorCode, text: string, at: number): Explained {
	const known = EXPLAINED[code];
	if (known !== undefined) return known;
	if (code === "BLOCK_AS_IMPLICIT_KEY" || code === "MULTILINE_IMPLICIT_KEY") return NESTED;
	if (code === "UNEXPECTED_TOKEN") {
		if (text[at] === "{" && /\S/.test(text[at - 1] ?? " ")) return BRACES;
		if (/["']\s*$/.test(text.slice(text.lastIndexOf("\n", at - 1) + 1, at))) return AFTER_QUOTES;
	}
	return ANY;
}
