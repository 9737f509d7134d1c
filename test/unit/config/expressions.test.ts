import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseDocument, type Scalar, stringify } from "yaml";
import { compile } from "../../../config/load.ts";
import { offsetsOf } from "../../../config/scalar.ts";
import { ConfigText, placeIn } from "../../../config/text.ts";
import { configText, judge, problems } from "./support.ts";

describe("an error in an expression points at the character in the file", () => {
	const field = 'person has no field "famlyName". Did you mean person.familyName? (a custom attribute is person.attribute("famlyName")).';
	const cases: readonly (readonly [string, string])[] = [
		["without quotes", "      displayName: person.famlyName\n"],
		["single quotes", "      displayName: 'person.famlyName'\n"],
		["single quotes doubled before it", "      displayName: '''a'' + person.famlyName'\n"],
		["double quotes with escapes before it", '      displayName: "\\"\\u00e4\\" + person.famlyName"\n'],
		["a literal block", "      displayName: |\n        person.givenName +\n          person.famlyName\n"],
		["a folded block", "      displayName: >-   # folded\n        person.givenName\n        + person.famlyName\n"],
		["lines without quotes", "      displayName: person.givenName\n        + person.famlyName\n"],
		["lines in double quotes", '      displayName: "person.givenName \\\n        + person.famlyName"\n'],
		["a mapping in braces", "      attributes: { full name: person.famlyName }\n"],
	];
	test.each(cases)("%s", async (_, people) => {
		const text = configText({ people });
		const before = text.slice(0, text.indexOf("famlyName")).split("\n");
		const place = `${before.length}:${before.at(-1)!.length + 1}`;
		const path = people.includes("attributes") ? "attributes.full name" : "displayName";
		expect(await problems(text)).toEqual([`${place}: products.jira.people.${path}: ${field}`]);
	});

	test("wrong result, wrong regular expression, wrong capture", async () => {
		const found = await problems(
			configText({
				people: "      where: person.username\n      samePerson: true\n",
				product:
					"    groups:\n      map:\n        - { match: '/^(a/', to: x }\n        - { match: a, to: x-$1 }\n        - { path: '/^(a)$/', to: y-$2 }\n",
			}),
		);
		expect(found).toEqual([
			"18:14: products.jira.people.where: the result must be true or false (bool), but it is string.",
			'19:19: products.jira.people.samePerson: found true; allowed: a CEL expression that gives a string. To mean the text, put it in quotes: "true".',
			"22:22: products.jira.groups.map[0].match: not a usable regular expression: missing closing ): `^(a`. Regular expressions follow RE2 (linear time): no look-ahead, look-behind or back-references; see docs/guides/policy.md.",
			expect.stringMatching(/^23:29: products\.jira\.groups\.map\[1\]\.to: \$1 /),
			expect.stringMatching(/^24:36: products\.jira\.groups\.map\[2\]\.to: \$2 /),
		]);
	});
});

test("compile gives the policies by product", async () => {
	const policies = compile(await judge(configText({ people: '      where: person.attribute("site") == "Berlin"\n' })));
	expect([...policies.keys()]).toEqual(["jira"]);
	expect([...policies.values()].map((policy) => [policy.from, [...policy.needs]])).toEqual([[["staff"], ["site"]]]);
});

test("the place of every visible character of any text, however it is quoted, is where it stands", () => {
	const styles = ["PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE", "BLOCK_LITERAL", "BLOCK_FOLDED"] as const;
	const text = fc.string({ unit: fc.constantFrom(..."abc \n\t\"'\\|&ä😀${}[]:#", ..."xyz"), maxLength: 120 });
	fc.assert(
		fc.property(text, fc.constantFrom(...styles), fc.constantFrom(20, 80), (wanted, style, lineWidth) => {
			const file = stringify({ outer: { value: wanted } }, { defaultStringType: style, lineWidth });
			const document = parseDocument(file);
			const node = document.getIn(["outer", "value"], true) as Scalar<string>;
			const { value } = node;
			const offsets = offsetsOf(node, file);
			expect(offsets).toHaveLength(value.length + 1);
			[...value].reduce((index, character) => {
				const at = offsets[index]!;
				if (/\S/.test(character) && file[at] !== "\\") expect(file.slice(at, at + character.length)).toBe(character);
				return index + character.length;
			}, 0);
			for (let i = 1; i < offsets.length; i++) expect(offsets[i]).toBeGreaterThanOrEqual(offsets[i - 1]!);
		}),
		{ numRuns: 500 },
	);
});

test("a text that came from nowhere keeps its own place", () => {
	expect(placeIn({ text: "abc", line: 7, column: 3 }, 2)).toEqual({ line: 7, column: 5 });
	expect(new ConfigText("a: 5\n", "x.yaml").sourceText(["a"])).toBeUndefined();
});
