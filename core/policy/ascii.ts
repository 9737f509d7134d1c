/**
 * Letters that have no canonical or compatibility decomposition in Unicode (UAX #15), and their usual plain spelling
 * in machine-readable travel documents and library catalogues, shortened where usernames customarily are (ø → o, å by NFKD → a).
 */
export const PLAIN_LETTERS: Readonly<Record<string, string>> = {
	ß: "ss",
	ẞ: "SS",
	æ: "ae",
	Æ: "AE",
	œ: "oe",
	Œ: "OE",
	ø: "o",
	Ø: "O",
	ł: "l",
	Ł: "L",
	đ: "d",
	Đ: "D",
	ð: "d",
	Ð: "D",
	þ: "th",
	Þ: "Th",
	ı: "i",
	ħ: "h",
	Ħ: "H",
	ŧ: "t",
	Ŧ: "T",
	ŋ: "n",
	Ŋ: "N",
	ĸ: "k",
	ə: "e",
	Ə: "E",
	ɓ: "b",
	Ɓ: "B",
	ɗ: "d",
	Ɗ: "D",
	ƙ: "k",
	Ƙ: "K",
	"‘": "'",
	"’": "'",
	ʼ: "'",
	"“": '"',
	"”": '"',
	"‐": "-",
	"–": "-",
	"—": "-",
};

/**
 * Latin letters without their marks (é → e, ü → u, ß → ss). Throws RangeError naming the first character that has no
 * plain spelling here: leaving it out would make two different people's usernames the same.
 */
export function toAscii(text: string): string {
	if (/^[\x00-\x7f]*$/.test(text)) return text;
	let plain = "";
	for (const character of text.normalize("NFKD")) {
		if (character <= "\x7f") plain += character;
		else if (!/\p{M}/u.test(character)) plain += PLAIN_LETTERS[character] ?? noPlainSpelling(character);
	}
	return plain;
}

function noPlainSpelling(character: string): never {
	const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
	throw new RangeError(`ascii() knows no plain spelling for "${character}" (U+${code}); replace() it first, or use another field`);
}
