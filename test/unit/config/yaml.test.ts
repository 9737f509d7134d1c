import { describe, expect, test } from "@jest/globals";
import { judge, problems } from "./support.ts";

describe("a file that is not YAML says so in its own words", () => {
	const cases: readonly (readonly [string, string, readonly string[]])[] = [
		[
			"a tab",
			"version: 1\nsources:\n\tstaff: {}\n",
			["3:1: found a tab at the start of the line; YAML is indented with spaces. Replace the tab by spaces."],
		],
		[
			"a reference between braces",
			"a: { s: ${credential:k}, b: 1 }\n",
			[
				"1:10: found { or } inside a value without quotes; between { } or [ ] these are YAML's own. Put the value in quotes: \"${…}\" or '/^a{2}$/'.",
			],
		],
		[
			"a colon in an expression",
			"w: person.active ? true : false\n",
			[
				'1:4: found ": " inside a value without quotes, which YAML reads as a further key. Put the whole value in single quotes, or begin it with | on the line before.',
			],
		],
		[
			"an expression that begins with a quote",
			'w: "a" + b\n',
			[
				"1:8: found more text after a value that had already ended. A value that begins with a quote ends with it: put the whole value in single quotes, or begin it with | on the line before.",
			],
		],
		[
			"an alias without its anchor",
			"w: *x\n",
			[
				"1:4: nothing above is called &x; a value without quotes that begins with * is an alias. Define the anchor first, or put the text in quotes.",
			],
		],
		[
			"a reserved character",
			"w: @x\n",
			["1:4: a value without quotes cannot begin with this character. Put the whole value in single quotes."],
		],
		[
			"an open bracket",
			"a: [1, 2\nb: 1\n",
			[
				"2:1: the indentation does not fit what stands above, or a bracket was left open. Indent with two spaces per level and close every bracket.",
			],
		],
		["two documents", "a: 1\n---\nb: 2\n", ["2:1: a second document begins here (---). Keep one document per file."]],
		["a list as a key", "? [a]\n: 1\n", ["1:3: found a list or a mapping as a key; a key is a name. Write a plain name before the colon."]],
		[
			"a backslash in double quotes",
			'a: "\\q"\n',
			["1:5: found a backslash sequence that \"…\" does not know. Use '…' (single quotes), where a backslash is just a backslash."],
		],
		["an open quote", 'a: "foo\n', ["2:1: a quote, bracket or separator is missing before this place. Close what was opened above."]],
	];
	test.each(cases)("%s", async (_, text, expected) => {
		expect(await problems(text)).toEqual(expected);
	});

	test("what the parser would quote is not repeated: it may be a secret", async () => {
		for (const text of ["a: 'b' hunter2\n", "a: { b: c }hunter2\n", "hunter2\n  - x\n - y", 'a: "hunter2\n'])
			expect((await problems(text)).join("\n")).not.toContain("hunter2");
	});

	test("a key that stands twice, beside all other errors", async () => {
		const text = "version: 1\nversion: 1\nsources: {}\nproducts: {}\n";
		expect(await problems(text)).toEqual([
			"2:1: this key stands here twice. Keep one of the two; the last one does not silently win.",
			"3:1: sources: there is no source. Define at least one source; `rollcall init` writes a file to begin with.",
			"4:1: products: there is no product. Define at least one product; `rollcall init` writes a file to begin with.",
		]);
	});

	test("a value that begins with ! is a tag; what follows from misreading it is not reported", async () => {
		expect(await problems("version: 1\nsources: !sources x\nproducts: 5\n")).toEqual([
			"2:10: a value without quotes that begins with ! is a YAML tag, not a text. Put the whole value in single quotes: '!person…'.",
			"3:11: products: found the number 5; allowed: a mapping of names to products. For example: { jira: { kind: jira } }",
		]);
	});

	test("anchors that unfold into millions", async () => {
		const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"];
		for (let i = 1; i < 9; i++)
			lines.push(
				`a${i}: &a${i} [${Array(10)
					.fill(`*a${i - 1}`)
					.join(",")}]`,
			);
		expect((await problems(lines.join("\n")))[0]).toMatch(/the anchors unfold into far more than a configuration holds/);
	});

	test("an empty file and a list", async () => {
		const expected = "found %; allowed: a mapping with version, sources, products, store.";
		expect(await problems("# nothing\n")).toEqual([`1:1: ${expected.replace("%", "nothing (an empty value)")}`]);
		expect(await problems("- a\n")).toEqual([`1:1: ${expected.replace("%", "a list")}`]);
	});
});

test("anchors and merge keys are understood, and errors in them point at the text itself", async () => {
	const text = (where: string): string => `version: 1
sources:
  staff: &keycloak
    kind: keycloak
    url: https://sso.example.org
    realm: staff
    clientId: rollcall
    clientSecret: \${credential:keycloak}
  partners: { <<: *keycloak, realm: partners }
products:
  one: &jira
    kind: jira
    url: https://jira.example.org
    token: \${credential:jira}
    posture: mirror
    adopt: username
    people: { from: [staff], where: &where ${where} }
  two:
    <<: *jira
    people: { from: [partners], where: *where }
`;
	const config = await judge(text("person.active"));
	expect([...config.sources.values()]).toMatchObject([{ realm: "staff" }, { realm: "partners" }]);
	expect([...config.products.values()].map((product) => product.policy.where)).toEqual(
		Array(2).fill({ text: "person.active", file: "/etc/rollcall/rollcall.yaml", line: 17, column: 44 }),
	);
	const broken = await problems(text("person.actve"));
	expect(broken.map((line) => line.split(": ").slice(0, 2).join(" "))).toEqual([
		"17:51 products.one.people.where",
		"17:51 products.two.people.where",
	]);
});

test("a key called __proto__ is unknown like any other", async () => {
	expect(await problems("version: 1\n__proto__: { polluted: true }\nsources: {}\n")).toContain(
		'2:1: __proto__: there is no key "__proto__" here; allowed: version, sources, products, store. Delete it, or look it up in docs/reference/configuration.md.',
	);
	expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
