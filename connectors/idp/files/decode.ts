import { isUtf8 } from "node:buffer";
import { malformed, unfinished } from "./failure.ts";

/** Where text comes from, and what is known of its bytes. */
export interface Source {
	readonly file: string;
	readonly encoding: "utf-8" | "windows-1252";
	/** The last line must end with a line break. */
	readonly finalNewline: boolean;
}

/** Turns chunks of bytes into text; throws with file and line for bytes that are none. */
export class Decoder {
	readonly #source: Source;
	#decode: Decode | undefined;
	#head: Buffer = Buffer.alloc(0);
	#lines = 0;
	#last = "";

	constructor(source: Source) {
		this.#source = source;
	}

	push(chunk: Buffer): string {
		if (this.#decode !== undefined) return this.#take(this.#decode.push(chunk));
		// The first four bytes tell what it is.
		this.#head = Buffer.concat([this.#head, chunk]);
		return this.#head.length < 4 ? "" : this.#begin();
	}

	/** The rest. Throws when the text ends in the middle. */
	end(): string {
		const rest = (this.#decode === undefined ? this.#begin() : "") + this.#take(this.#decode!.end());
		if (this.#source.finalNewline && this.#last !== "" && !/[\r\n]/.test(this.#last))
			throw unfinished(
				this.#source.file,
				`the last line (${this.#lines + 1}) does not end with a line break, as if the file were cut off`,
				"Nothing was changed. If the export never ends its last line, say finalNewline: optional, and better let it prove that it is whole (trailer, checksums).",
			);
		return rest;
	}

	#begin(): string {
		const head = this.#head;
		const { file, encoding } = this.#source;
		for (const [magic, what] of FOREIGN)
			if (head.subarray(0, magic.length).equals(magic))
				throw malformed({ file, line: 1 }, `this is ${what}, not text`, { todo: "Export it as CSV or JSON." });
		const mark = MARKS.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes));
		if (mark?.name === "utf-8" && encoding === "windows-1252")
			throw malformed({ file, line: 1 }, "begins with the byte order mark of UTF-8, though encoding: windows-1252 is configured", {
				todo: "Take encoding away.",
			});
		const at = () => this.#lines + 1;
		const name = mark?.name ?? encoding;
		this.#decode =
			name === "utf-8" ? new Utf8(file, at) : name === "windows-1252" ? new Windows1252(file, at) : new Utf16(file, { name, at });
		const text = this.#take(this.#decode.push(head.subarray(mark?.bytes.length ?? 0)));
		this.#head = Buffer.alloc(0);
		return text;
	}

	#take(text: string): string {
		if (text === "") return text;
		const nul = text.indexOf("\0");
		if (nul >= 0) throw zeros(this.#source.file, this.#lines + linesIn(text.slice(0, nul)) + 1);
		this.#lines += linesIn(text);
		this.#last = text.at(-1)!;
		return text;
	}
}

interface Decode {
	push(bytes: Buffer): string;
	end(): string;
}
type Line = () => number;

const linesIn = (text: string): number => {
	let count = 0;
	for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
	return count;
};

const zeros = (file: string, line: number) =>
	malformed({ file, line }, "there are zero bytes: half-written, left so by a crash, or UTF-16 without its byte order mark", {
		retry: "later",
		todo: "Let the export write UTF-8, or UTF-16 with a byte order mark, under another name, and rename it when it is done.",
	});

const MARKS = [
	{ name: "utf-8", bytes: Buffer.from([0xef, 0xbb, 0xbf]) },
	{ name: "utf-16le", bytes: Buffer.from([0xff, 0xfe]) },
	{ name: "utf-16be", bytes: Buffer.from([0xfe, 0xff]) },
] as const;

const FOREIGN: readonly (readonly [Buffer, string])[] = [
	[Buffer.from("PK\u0003\u0004", "latin1"), "a ZIP archive (an Excel workbook?)"],
	[Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), "an old Excel workbook"],
	[Buffer.from([0x1f, 0x8b]), "a gzip archive"],
	[Buffer.from("%PDF", "latin1"), "a PDF document"],
];

const cutCharacter = (file: string) => unfinished(file, "ends in the middle of a character");

class Utf8 implements Decode {
	readonly #file: string;
	readonly #line: Line;
	#rest: Buffer = Buffer.alloc(0);

	constructor(file: string, line: Line) {
		this.#file = file;
		this.#line = line;
	}

	push(bytes: Buffer): string {
		const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
		const whole = all.length - unfinishedBytes(all);
		this.#rest = Buffer.from(all.subarray(whole));
		const part = all.subarray(0, whole);
		if (isUtf8(part)) return part.toString("utf8");
		throw this.#wrong(part);
	}

	end(): string {
		if (this.#rest.length > 0) throw cutCharacter(this.#file);
		return "";
	}

	#wrong(part: Buffer): Error {
		let line = this.#line();
		for (let from = 0; from < part.length; line += 1) {
			const newline = part.indexOf(0x0a, from);
			const to = newline < 0 ? part.length : newline + 1;
			if (!isUtf8(part.subarray(from, to))) break;
			from = to;
		}
		return malformed({ file: this.#file, line }, "there are bytes that are not UTF-8", {
			todo: "Let the export write UTF-8. If it writes windows-1252 (Western European, ANSI), say encoding: windows-1252.",
		});
	}
}

/** How many bytes at the end begin a character that goes on in the next chunk. */
function unfinishedBytes(bytes: Buffer): number {
	for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
		const byte = bytes[bytes.length - back]!;
		if (byte < 0x80) return 0;
		if (byte < 0xc0) continue;
		const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
		return needs > back ? back : 0;
	}
	return 0;
}

/** What TextDecoder throws for bytes that are none of its encoding. */
const isNoText = (error: unknown): boolean =>
	typeof error === "object" && error !== null && "code" in error && error.code === "ERR_ENCODING_INVALID_ENCODED_DATA";

class Utf16 implements Decode {
	readonly #file: string;
	readonly #line: Line;
	readonly #decoder: InstanceType<typeof TextDecoder>;

	constructor(file: string, { name, at }: { readonly name: "utf-16le" | "utf-16be"; readonly at: Line }) {
		this.#file = file;
		this.#line = at;
		this.#decoder = new TextDecoder(name, { fatal: true, ignoreBOM: true });
	}

	push(bytes: Buffer): string {
		try {
			return this.#decoder.decode(bytes, { stream: true });
		} catch (error) {
			if (!isNoText(error)) throw error;
			throw malformed({ file: this.#file, line: this.#line() }, "from this line on there are bytes that are not UTF-16", {
				todo: "Let the export write UTF-8.",
			});
		}
	}

	end(): string {
		try {
			return this.#decoder.decode();
		} catch (error) {
			if (!isNoText(error)) throw error;
			throw cutCharacter(this.#file);
		}
	}
}

/** https://encoding.spec.whatwg.org/windows-1252.html for 0x80 to 0x9F; the five that Windows leaves open are none. */
const HIGH = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/** Nearly every row of bytes is valid here, so that UTF-8 would pass as gibberish: it is looked for. */
class Windows1252 implements Decode {
	readonly #file: string;
	readonly #line: Line;
	readonly #utf8 = new TextDecoder("utf-8", { fatal: true });
	#other = false;
	#isUtf8 = true;

	constructor(file: string, line: Line) {
		this.#file = file;
		this.#line = line;
	}

	push(bytes: Buffer): string {
		this.#suspect(bytes);
		const text = bytes.toString("latin1");
		return text.replace(/[\x80-\x9f]/g, (character, at: number) => {
			const meant = HIGH[character.charCodeAt(0) - 0x80]!;
			if (meant !== " ") return meant;
			const line = this.#line() + linesIn(text.slice(0, at));
			const byte = character.charCodeAt(0).toString(16).toUpperCase();
			throw malformed({ file: this.#file, line }, `there is the byte 0x${byte}, which windows-1252 does not have`, {
				todo: "Let the export write UTF-8, and take encoding away.",
			});
		});
	}

	end(): string {
		this.#suspect(undefined);
		if (this.#other && this.#isUtf8)
			throw malformed({ file: this.#file, line: 1 }, "this is UTF-8, though encoding: windows-1252 is configured", {
				todo: "Take encoding away: names with accents would be spoiled.",
			});
		return "";
	}

	#suspect(bytes: Buffer | undefined): void {
		if (!this.#isUtf8) return;
		this.#other ||= bytes?.some((byte) => byte >= 0x80) ?? false;
		try {
			this.#utf8.decode(bytes, { stream: bytes !== undefined });
		} catch (error) {
			if (!isNoText(error)) throw error;
			this.#isUtf8 = false;
		}
	}
}
