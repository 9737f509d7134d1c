import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Folder } from "./folder.ts";

let folder: Folder;
beforeEach(() => {
	folder = new Folder();
});
afterEach(() => folder.remove());

const HEAD = "id,username,active";
const lines = (...rows: readonly string[]): string => `${[HEAD, ...rows].join("\n")}\n`;
const refusal = (content: string | Uint8Array, more = {}): Promise<string> => {
	folder.write("people.csv", content);
	return folder.refused(more);
};

describe("what a personnel system writes", () => {
	test.each([",", ";", "\t", "|"] as const)("columns by %j, found or stated", async (separator) => {
		folder.write("people.csv", lines('1,"a, b; c|d",true').replaceAll(/,(?! )/g, separator));
		const expected = [["1", "a, b; c|d", true, {}]];
		expect(await folder.people()).toEqual(expected);
		expect(await folder.people({ separator })).toEqual(expected);
		expect(await folder.refused({ separator: separator === "," ? ";" : "," })).toMatch(
			/^source\.malformed people\.csv:1: there is no column "id", "username", "active"/,
		);
	});

	test("Excel's line about the separator", async () => {
		folder.write("people.csv", `sep=;\r\nid;username;active;a,b\r\n1;x;true;y\r\n`);
		expect(await folder.people()).toEqual([["1", "x", true, { "a,b": ["y"] }]]);
		expect(await refusal("sep=;\r\nid;username;active\r\n1;x;maybe\r\n")).toMatch(/people\.csv:3: active is "maybe"/);
	});

	test("quotes, line breaks in quotes, mixed line ends, blank lines, blanks, an unnamed empty column, a byte order mark", async () => {
		folder.write(
			"people.csv",
			'\ufeff\r\n id , "User""name" ,active,note,\r\n1,"a ""b""",true,"two\r\nlines",\n\n  2 ,\tb\t, TRUE ,,\r,,,,\n3,c,false,"x",  ',
		);
		const columns = { username: 'user"name' };
		expect(await folder.people({ columns, proof: { quietForMs: 0, finalNewline: "optional" } })).toEqual([
			["1", 'a "b"', true, { note: ["two\r\nlines"] }],
			["2", "b", true, {}],
			["3", "c", false, { note: ["x"] }],
		]);
	});

	test("whatever the size of the pieces, and however lines end, records keep their lines", async () => {
		for (const end of ["\n", "\r\n"]) {
			const text = ["id;username;active;n", '1;a;true;"1\n2\n3"', "", '2;"ü€𝒳";true;x', '3;c;true;"\n"', "4;d;true;", "5;e;perhaps;x", ""]
				.join("\n")
				.replaceAll("\n", end);
			folder.write("people.csv", text);
			for (const chunkBytes of [1, 2, 3, 7, 1000])
				expect(await folder.refused({ chunkBytes })).toMatch(/^source\.malformed people\.csv:10: active is "perhaps"/);
		}
	});

	test("the digest does not change with the order of rows, of columns, of files, nor with the separator", async () => {
		folder.write("people.csv", "id,username,active,x\n1,a,true,9\n2,b,false,8\n");
		const digest = (await folder.read()).digest;
		folder.write("people.csv", "x;active;username;id\n8;false;b;2\n9;true;a;1\n");
		expect((await folder.read()).digest).toBe(digest);
		folder.write("one.csv", "id,username,active,x\n2,b,false,8\n");
		folder.write("two.csv", "id,username,active,x\n1,a,true,9\n");
		expect((await folder.read({ people: ["one.csv", "two.csv"] })).digest).toBe(digest);
	});

	test("all columns by mapping, in any case", async () => {
		folder.write("people.csv", "PERSONALNR;Login;E-Mail;Vorname;Nachname;Name;Status;Ort\n7;x;x@example.com;Än;Ö;Ö, Än;A;Köln\n");
		const columns = {
			id: "PersonalNr",
			username: "login",
			email: "e-mail",
			givenName: "vorname",
			familyName: "Nachname",
			displayName: "Name",
			active: "Status",
		};
		const snapshot = await folder.read({ columns, activeWhen: ["a"], inactiveWhen: ["l"] }, new Set(["ort", "Name", "nothing"]));
		expect([...snapshot.people.values()]).toEqual([
			{
				id: "7",
				username: "x",
				email: "x@example.com",
				givenName: "Än",
				familyName: "Ö",
				displayName: "Ö, Än",
				active: true,
				attributes: { ort: ["Köln"], Name: ["Ö, Än"] },
			},
		]);
	});

	test("several values in a column only where it is said", async () => {
		folder.write("people.csv", `${HEAD},a,b\n1,x,true,1|2| |3,1|2\n`);
		expect(await folder.people({ lists: ["A"], listSeparator: "|" })).toEqual([["1", "x", true, { a: ["1", "2", "3"], b: ["1|2"] }]]);
		expect(await folder.refused({ lists: ["a"] })).toBe(
			'source.malformed people.csv:1: the column "a" holds several values, and what separates them is not stated',
		);
		expect(await folder.refused({ lists: ["c"], listSeparator: "|" })).toMatch(
			/people\.csv:1: there is no column "c"; there are: "id", "username", "active", "a", "b"/,
		);
	});
});

describe("refused with file and line", () => {
	test.each<readonly [string, string | Uint8Array, string]>([
		[
			"two columns of one name",
			"id,username,active,Mail,x,mail \n",
			'malformed people.csv:1: columns 4 and 6 are both called "mail" (case does not matter)',
		],
		["a missing column", "id,user,active\n", 'malformed people.csv:1: there is no column "username"; there are: "id", "user", "active"'],
		["too few columns", lines("1,a,true", "2,b", "3,c,true"), "malformed people.csv:3: the record has 2 of 3 columns"],
		[
			"too many columns",
			lines("1,a,true", "2,b,true,R&D"),
			"malformed people.csv:3: the value in column 4 stands below no header (there are 3 columns)",
		],
		[
			"a value below an unnamed column",
			"id,username,,active\n1,a,x,true\n",
			"malformed people.csv:2: the value in column 3 stands below no header (there are 4 columns)",
		],
		[
			"a quote in the middle",
			lines("1,a,true", '2,b"c,true'),
			"malformed people.csv:3: a quote stands in the middle of a value without quotes around it",
		],
		["text behind a quote", lines("1,a,true", '2,"b"c,true'), "malformed people.csv:3: text follows a closing quote"],
		[
			"a quote that is never closed",
			lines("1,a,true", '2,"b,true', "3,c,true"),
			"malformed people.csv:3: a quote is opened in this record and never closed",
		],
		[
			"a quote in the header that is never closed",
			'"id,username,active\n1,a,true\n',
			"incomplete people.csv: the header (line 1) has a quote that is never closed",
		],
		["no id", lines("1,a,true", " ,b,true"), "malformed people.csv:3: there is no id"],
		["no username", lines("1,,true"), "malformed people.csv:2: there is no username"],
		[
			"an unknown word for active",
			lines("1,a,true", "2,b,Sabbatical"),
			'malformed people.csv:3: active is "Sabbatical", which is neither in activeWhen nor in inactiveWhen',
		],
		[
			"no word for active",
			lines("1,a,"),
			"malformed people.csv:2: there is no active, and an empty one is neither in activeWhen nor in inactiveWhen",
		],
		["an id twice", lines("1,a,true", "2,b,true", "1,c,true"), 'malformed people.csv:4: the person "1" has been in people.csv:2 already'],
		["the same record twice", lines("1,a,true", "1,a,true"), 'malformed people.csv:3: the person "1" has been in people.csv:2 already'],
		[
			"ids that a spreadsheet has rounded",
			lines("1.00E+05,a,true"),
			'malformed people.csv:2: the id "1.00E+05" has been spoiled by a spreadsheet',
		],
		["formulas for ids", lines('"=""007""",a,true'), 'malformed people.csv:2: the id "=\\"007\\"" has been spoiled by a spreadsheet'],
		[
			"a line break in a username",
			lines('1,"a\nb",true'),
			'malformed people.csv:2: the username "a b" has line breaks or control characters in it',
		],
		[
			"bytes that are not UTF-8",
			Buffer.from(lines("1,a,true", "2,M\u00fcller,true"), "latin1"),
			"malformed people.csv:3: there are bytes that are not UTF-8",
		],
		[
			"zero bytes",
			lines("1,a,true", "2,\0\0\0\0"),
			"malformed people.csv:3: there are zero bytes: half-written, left so by a crash, or UTF-16 without its byte order mark",
		],
		[
			"UTF-16 without its mark",
			Buffer.from(lines("1,a,true"), "utf16le"),
			"malformed people.csv:1: there are zero bytes: half-written, left so by a crash, or UTF-16 without its byte order mark",
		],
		["nothing", "", "incomplete people.csv: is empty, without even a header"],
		["blank lines only", "\n \n\n", "incomplete people.csv: is empty, without even a header"],
		["a header only", `${HEAD}\n`, "incomplete people.csv: has no people"],
		["rows without values only", lines(",,", " , ,"), "incomplete people.csv: has no people"],
		[
			"no line break at the end",
			lines("1,a,true").trimEnd(),
			"incomplete people.csv: the last line (2) does not end with a line break, as if the file were cut off",
		],
		[
			"a log-in page",
			"<!DOCTYPE html>\n<title>Log in</title>\n",
			'malformed people.csv:1: this is an HTML page ("Log in"), not a CSV file',
		],
		[
			"an Excel workbook",
			Buffer.from("PK\u0003\u0004\u0014\u0000\u0006\u0000", "latin1"),
			"malformed people.csv:1: this is a ZIP archive (an Excel workbook?), not text",
		],
		["a gzip archive", Buffer.from([0x1f, 0x8b, 8, 0, 0]), "malformed people.csv:1: this is a gzip archive, not text"],
	])("%s", async (_, content, message) => {
		expect(await refusal(content)).toBe(`source.${message}`);
	});

	test("all that is wrong at once, the first eight in words", async () => {
		const rows = Array.from({ length: 11 }, (_, n) => `${n},x${n},who knows`);
		const message = await refusal(lines("a,a,true", ...rows));
		expect(message).toMatch(/people\.csv:3: active.*people\.csv:10: active.*; and 3 more of this kind$/s);
		expect(message).not.toMatch(/people\.csv:11/);
	});

	test("a quote that swallows the rest of a large file, without keeping it all", async () => {
		const filler = Array.from({ length: 40_000 }, (_, n) => `${n + 10},person-${n},true,${"x".repeat(30)}`).join("\n");
		expect(await refusal(`${HEAD},n\n1,a,true,"never closed\n${filler}\n`)).toMatch(
			/^source\.malformed people\.csv:2: this record has no end within 1,048,576 characters/,
		);
	});

	test("nothing that a record holds beside ids and words is repeated", async () => {
		const message = await refusal(`${HEAD},salary\n1,a,true,"12345"6\n`);
		expect(message).not.toMatch(/12345/);
	});
});

describe("held instead, where that is said", () => {
	test("a record with an id; without one the reading is refused all the same", async () => {
		folder.write("people.csv", lines("1,a,true", "2,b,perhaps", "3,,true"));
		const snapshot = await folder.read({ badRecords: "hold" });
		expect([...snapshot.people.keys()]).toEqual(["1"]);
		expect(snapshot.rejects.map(({ id, label, because }) => [id, label, because.replace(folder.path, "")])).toEqual([
			["2", "b", '/people.csv:3: active is "perhaps", which is neither in activeWhen nor in inactiveWhen'],
			["3", undefined, "/people.csv:4: there is no username"],
		]);
		folder.write("people.csv", lines("1,a,true", ",b,true"));
		expect(await folder.refused({ badRecords: "hold" })).toMatch(/people\.csv:3: there is no id/);
		folder.write("people.csv", lines("1,a,perhaps", "1,a,true"));
		expect(await folder.refused({ badRecords: "hold" })).toMatch(/people\.csv:3: the person "1" has been in people\.csv:2 already/);
		folder.write("people.csv", lines("1,a,true", "1,a,perhaps"));
		expect(await folder.refused({ badRecords: "hold" })).toMatch(/people\.csv:3: the person "1" has been in people\.csv:2 already/);
	});
});

describe("active", () => {
	test("in stated words, an empty one too", async () => {
		folder.write("people.csv", lines("1,a,Aktiv", "2,b,1", "3,c,ausgeschieden", "4,d,"));
		expect(await folder.people({ activeWhen: ["aktiv", "1"], inactiveWhen: ["Ausgeschieden", ""] })).toEqual([
			["1", "a", true, {}],
			["2", "b", true, {}],
			["3", "c", false, {}],
			["4", "d", false, {}],
		]);
	});

	test("everybody, where that is said; then a column of that name is one like others", async () => {
		folder.write("people.csv", "id,username\n1,a\n");
		expect(await folder.people({ everybodyActive: true })).toEqual([["1", "a", true, {}]]);
		expect(folder.connector({ everybodyActive: true }).traits.listsInactive).toBe(false);
		expect(folder.connector().traits.listsInactive).toBe(true);
		expect(await folder.refused()).toMatch(/there is no column "active"/);
		folder.write("people.csv", lines("1,a,whatever"));
		expect(await folder.people({ everybodyActive: true })).toEqual([["1", "a", true, { active: ["whatever"] }]]);
	});
});

describe("empty files", () => {
	test("are never nobody, unless that is said", async () => {
		folder.write("people.csv", `${HEAD}\n`);
		expect((await folder.read({ mayBeEmpty: ["people"] })).people.size).toBe(0);
		expect(await folder.refused({ mayBeEmpty: ["groups"] })).toMatch(/has no people/);
		folder.write("people.csv", lines("1,a,true"));
		folder.write("memberships.csv", "group,member\n");
		expect(await folder.refused({ memberships: ["memberships.csv"] })).toBe("source.incomplete memberships.csv: has no memberships");
		expect((await folder.read({ memberships: ["memberships.csv"], mayBeEmpty: ["memberships"] })).groups.size).toBe(0);
		folder.write("more.csv", `${HEAD}\n`);
		expect(await folder.refused({ people: ["people.csv", "more.csv"] })).toBe("source.incomplete more.csv: has no people");
	});

	test("without a header are refused even then", async () => {
		folder.write("people.csv", "");
		expect(await folder.refused({ mayBeEmpty: ["people"] })).toMatch(/is empty, without even a header/);
	});
});
