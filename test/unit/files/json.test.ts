import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readJson } from "../../../connectors/idp/files/json.ts";
import { Folder } from "./folder.ts";

let folder: Folder;
beforeEach(() => {
	folder = new Folder();
});
afterEach(() => folder.remove());

const refusal = (name: string, content: string): Promise<string> => {
	folder.write(name, content);
	return folder.refused(name === "all.json" ? { together: name } : { people: [name] });
};

describe("JSON", () => {
	test("an array, with ids as numbers however long, null, lists, true and false", async () => {
		const text = `[\n{"id": 12345678901234567890, "username": " a ", "active": true, "n": 1.50, "none": null, "l": ["x", 2, null], "e": [], "empty": ""},
{"ID": "b", "Username": "b", "ACTIVE": "false", "address": {"city": "Köln"}, "phones": [{"n": 1}], "b": false}\n]`;
		folder.write("people.json", text);
		expect(await folder.people({ people: ["people.json"] })).toEqual([
			["12345678901234567890", "a", true, { n: ["1.50"], l: ["x", "2"] }],
			["b", "b", false, { b: ["false"] }],
		]);
	});

	test("what is asked for by name and is neither text nor a list of texts is not passed over", async () => {
		folder.write("people.json", '[{"id": 1, "username": "a", "active": true, "address": {"city": "Köln"}}]');
		await expect(folder.read({ people: ["people.json"] }, new Set(["address"]))).rejects.toThrow(
			/people\.json:1: address holds an object$/,
		);
		for (const phones of ['[{"n": 1}]', '["x", ["y"]]']) {
			folder.write("people.json", `[{"id": 1, "username": "a", "active": true, "phones": ${phones}}]`);
			await expect(folder.read({ people: ["people.json"] }, new Set(["phones"]))).rejects.toThrow(
				/phones holds a list of lists or objects$/,
			);
			expect(await folder.people({ people: ["people.json"] })).toEqual([["1", "a", true, {}]]);
		}
	});

	test("JSON Lines, also with CRLF and blank lines", async () => {
		folder.write("people.jsonl", '{"id": 1, "username": "a", "active": true}\r\n\r\n{"id": 2, "username": "b", "active": false}\r\n');
		expect(await folder.people({ people: ["people.jsonl"] })).toEqual([
			["1", "a", true, {}],
			["2", "b", false, {}],
		]);
		for (const chunkBytes of [1, 3, 50]) expect(await folder.people({ people: ["people.jsonl"], chunkBytes })).toHaveLength(2);
	});

	test("the form goes by the ending, or as it is said", async () => {
		folder.write("people.txt", '{"id": 1, "username": "a", "active": true}\n');
		expect(await folder.people({ people: ["people.txt"], format: "jsonl" })).toHaveLength(1);
		folder.write("people.NDJSON", '{"id": 1, "username": "a", "active": true}\n');
		expect(await folder.people({ people: ["people.NDJSON"] })).toHaveLength(1);
	});

	test.each<readonly [string, string, string]>([
		[
			"people.json",
			'[\n{"id": 1,\n"username": "a", "active": true, "USERNAME": "b"}]',
			'malformed people.json:3: the key "USERNAME" comes twice in one object (case does not matter)',
		],
		[
			"people.json",
			'[{"id": 1, "username": "a", "active": true},\n\n{"username": "b", "active": true}]',
			"malformed people.json:3: there is no id",
		],
		["people.json", '[{"id": [1, 2], "username": "a", "active": true}]', "malformed people.json:1: id has 2 values"],
		["people.json", '[{"id": {"n": 1}, "username": "a", "active": true}]', "malformed people.json:1: id holds an object"],
		[
			"people.json",
			'[{"id": 1, "username": "a"}]',
			"malformed people.json:1: there is no active, and an empty one is neither in activeWhen nor in inactiveWhen",
		],
		["people.json", '{"id": 1}', "malformed people.json:1: this is not an array of objects"],
		["people.json", "[1]", "malformed people.json:1: this is not an array of objects"],
		["people.json", '[[{"id": 1}]]', "malformed people.json:1: this is not an array of objects"],
		["people.json", "null", "malformed people.json:1: this is not an array of objects"],
		["people.json", '[{"id": 1,}]', "malformed people.json:1: this is not JSON (PropertyNameExpected)"],
		["people.json", "[\n// a comment\n]", "malformed people.json:2: this is not JSON (InvalidCommentToken)"],
		["people.json", '[{"id": 1, "username": "a", "active": true}]]', "malformed people.json:1: this is not JSON (EndOfFileExpected)"],
		[
			"people.json",
			'[{"id": 1, "username": "a", "active": true}',
			"incomplete people.json: ends in the middle (line 1), as if it were cut off",
		],
		["people.json", '[{"id": 1, "username": "a\\ud800", "active": true}]', "malformed people.json:1: username holds half of a character"],
		["people.json", "[]", "incomplete people.json: has no people"],
		["people.json", " \n", "incomplete people.json: is empty"],
		["people.json", "<html><title>Log in</title>", "malformed people.json:1: this is an HTML page, not JSON"],
		["people.json", `[{"id": 1, "x": ${"[".repeat(100_000)}`, "malformed people.json:1: arrays and objects are nested more than 12 deep"],
		["people.jsonl", '{"id": 1, "username": "a", "active": true}\n[]\n', "malformed people.jsonl:2: this is not one object a line"],
		[
			"people.jsonl",
			'{"id": 1, "username": "a", "active": true}\n{"id": 2} {"id": 3}\n',
			"malformed people.jsonl:2: this is not JSON (EndOfFileExpected)",
		],
		[
			"people.jsonl",
			'{"id": 1, "username": "a", "active": true}\n\n{"id": 1, "username": "b", "active": true}\n',
			'malformed people.jsonl:3: the person "1" has been in people.jsonl:1 already',
		],
		["people.jsonl", "", "incomplete people.jsonl: has no people"],
		[
			"people.jsonl",
			'{"id": 1, "username": "a", "active": true}',
			"incomplete people.jsonl: the last line (1) does not end with a line break, as if the file were cut off",
		],
		[
			"all.json",
			'{"persons": []}',
			"malformed all.json:1: this is not one object with people, groups and memberships, each an array of objects, and perhaps counts",
		],
		["all.json", '{"groups": [{"id": 1, "name": "g"}]}', "malformed all.json:1: the object has no people"],
		[
			"all.json",
			'{"people": null}',
			"malformed all.json:1: this is not one object with people, groups and memberships, each an array of objects, and perhaps counts",
		],
		["all.json", '{"people": [], "people": []}', 'malformed all.json:1: the key "people" comes twice in one object (case does not matter)'],
		[
			"all.json",
			'{"people": [{"id": 1, "username": "a", "active": true}], "counts": {"people": 2}}',
			"incomplete all.json: counts states 2 people, but there are 1",
		],
		[
			"all.json",
			'{"counts": {"groups": 1}, "people": [{"id": 1, "username": "a", "active": true}]}',
			"incomplete all.json: counts states 1 groups, but there are 0",
		],
		[
			"all.json",
			'{"people": [{"id": 1, "username": "a", "active": true}], "counts": {"people": "many"}}',
			"malformed all.json:1: counts is not an object of people, groups, memberships with whole numbers",
		],
		["all.json", '{"people": [{"id": 1, "username": "a", "active": true}], "groups": []}', "incomplete all.json: has no groups"],
	])("%s %s", async (name, content, message) => {
		expect(await refusal(name, content)).toBe(`source.${message}`);
	});

	test("a key that is stated and in no record", async () => {
		folder.write("people.json", '[{"id": 1, "username": "a", "active": true}]');
		expect(await folder.refused({ people: ["people.json"], columns: { email: "E-Mail" } })).toBe(
			'source.malformed no record of people has the key "e-mail"',
		);
	});

	test("all kinds together, and whatever else the object says in one value", async () => {
		const people = [
			{ id: 1, username: "a", active: true, teams: ["dev"] },
			{ id: 2, username: "b", active: true },
		];
		const groups = [
			{ id: "dev", name: "Developers", parents: "all" },
			{ id: "all", name: "All", members: [2], path: "/All" },
		];
		const whole = {
			generatedAt: "2026-11-22",
			people,
			groups,
			memberships: [{ group: "dev", member: 2 }],
			counts: { people: 2, groups: 2, memberships: 1 },
		};
		folder.write("all.json", JSON.stringify(whole, undefined, 2));
		expect(await folder.groups({ together: "all.json", columns: { groups: "teams" } })).toEqual({ dev: "1 2", all: "2 [dev]" });
	});

	test("nothing is read that JSON.parse refuses", () => {
		const good = JSON.stringify([
			{ id: 1, username: 'a"\\\u00e9\n', active: true, list: [1, -2.5e3, null, "x"], o: { p: [{}] } },
			{ id: 2 },
		]);
		const read = (text: string): string => {
			try {
				readJson(text, { file: "f", shape: "records" }, { row: () => undefined });
				return "read";
			} catch (error) {
				if ((error as Error).name !== "SyncError") throw error;
				return "refused";
			}
		};
		expect(read(good)).toBe("read");
		const edits = fc.array(fc.tuple(fc.nat(good.length), fc.nat(2), fc.constantFrom(...'[]{},:"\\0-.eE+tn/* \n\t\u0001\u00a0\ufeff')), {
			minLength: 1,
			maxLength: 3,
		});
		fc.assert(
			fc.property(edits, (some) => {
				const text = some.reduce((now, [at, cut, put]) => now.slice(0, at) + put + now.slice(at + cut), good);
				try {
					JSON.parse(text);
				} catch {
					expect([text, read(text)]).toEqual([text, "refused"]);
				}
			}),
			{ numRuns: 2000 },
		);
	});
});
