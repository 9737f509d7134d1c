import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Decoder } from "../../../connectors/idp/files/decode.ts";
import { Folder } from "./folder.ts";

let folder: Folder;
beforeEach(() => {
	folder = new Folder();
});
afterEach(() => folder.remove());

const TEXT = "id;username;active;name\r\n1;jürgen;true;Jürgen Łóś 李雷 𝒳\r\n";
const NAME = "Jürgen Łóś 李雷 𝒳";
const bigEndian = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const name = async (content: Uint8Array, more = {}): Promise<unknown> => {
	folder.write("people.csv", content);
	const [person] = (await folder.read(more)).people.values();
	return person?.attributes.name?.[0];
};

describe("encodings", () => {
	test.each([
		["UTF-8", Buffer.from(TEXT)],
		["UTF-8 with its mark", Buffer.from(`\ufeff${TEXT}`)],
		["UTF-16, little end first", Buffer.from(`\ufeff${TEXT}`, "utf16le")],
		["UTF-16, big end first", bigEndian(`\ufeff${TEXT}`)],
	])("%s, in pieces of any size", async (_, content) => {
		for (const chunkBytes of [1, 2, 3, 5, 1000]) expect(await name(content, { chunkBytes })).toBe(NAME);
	});

	test("a file may end with a character of several bytes", async () => {
		for (const last of ["ü", "雷", "𝒳"]) {
			const content = Buffer.from(`id;username;active;name\n1;x;true;${last}`);
			for (const chunkBytes of [1, 2, 1000])
				expect(await name(content, { chunkBytes, proof: { quietForMs: 0, finalNewline: "optional" } })).toBe(last);
		}
	});

	test("windows-1252 when it is said, with all characters that it has", async () => {
		const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).filter(
			(byte) => byte >= 0x20 && ![0x22, 0x3b, 0x7f, 0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte),
		);
		const row = Buffer.concat([Buffer.from("id;username;active;name\n1;x;true;a"), bytes, Buffer.from("\n")]);
		expect(await name(row, { encoding: "windows-1252" })).toBe(`a${new TextDecoder("windows-1252").decode(bytes)}`);
	});

	test("of windows-1252 five bytes are none", async () => {
		for (const byte of [0x81, 0x8d, 0x8f, 0x90, 0x9d]) {
			folder.write(
				"people.csv",
				Buffer.concat([Buffer.from("id;username;active\n1;a;true\n2;\xe4", "latin1"), Buffer.from([byte]), Buffer.from(";true\n")]),
			);
			expect(await folder.refused({ encoding: "windows-1252" })).toBe(
				`source.malformed people.csv:3: there is the byte 0x${byte.toString(16).toUpperCase()}, which windows-1252 does not have`,
			);
		}
	});

	test("UTF-8 is not taken for windows-1252, or everybody's name would change", async () => {
		folder.write("people.csv", "id;username;active\n1;jürgen;true\n");
		expect(await folder.refused({ encoding: "windows-1252" })).toMatch(/^source\.malformed people\.csv:1: this is UTF-8/);
		expect(await folder.refused({ encoding: "windows-1252", chunkBytes: 1 })).toMatch(/this is UTF-8/);
		folder.write("people.csv", "\ufeffid;username;active\n1;x;true\n");
		expect(await folder.refused({ encoding: "windows-1252" })).toMatch(/people\.csv:1: begins with the byte order mark of UTF-8/);
		folder.write("people.csv", "id;username;active\n1;plain;true\n");
		expect(await folder.people({ encoding: "windows-1252" })).toEqual([["1", "plain", true, {}]]);
	});

	test("UTF-16 is recognised whatever is said", async () => {
		expect(await name(Buffer.from(`\ufeff${TEXT}`, "utf16le"), { encoding: "windows-1252" })).toBe(NAME);
	});

	test("half of a pair in UTF-16", async () => {
		folder.write(
			"people.csv",
			Buffer.concat([
				Buffer.from("\ufeffid;username;active\n1;a", "utf16le"),
				Buffer.from([0x00, 0xd8]),
				Buffer.from("b;true\n", "utf16le"),
			]),
		);
		expect(await folder.refused()).toMatch(/^source\.malformed people\.csv:\d: from this line on there are bytes that are not UTF-16/);
	});

	test("a replacement character that stands in the file is a character", async () => {
		expect(await name(Buffer.from("id;username;active;name\n1;x;true;a\ufffdb\n"))).toBe("a\ufffdb");
	});

	test("the line of a wrong byte is right in a later piece", () => {
		const decoder = new Decoder({ file: "f", encoding: "utf-8", finalNewline: false });
		decoder.push(Buffer.from("one\ntwo\nthr\xc3", "latin1"));
		expect(() => decoder.push(Buffer.from("\xa9e\nfour\nfi\xffe\n", "latin1"))).toThrow(/^f:5: there are bytes that are not UTF-8$/);
	});
});
