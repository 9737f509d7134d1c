import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import type { ConnectorId } from "../../../core/model.ts";
import { compilePolicy } from "../../../core/policy/compile.ts";
import { FUNCTIONS } from "../../../core/policy/functions.ts";
import type { PolicyText, SourceText } from "../../../core/policy/policy.ts";
import { PERSON_FIELDS } from "../../../core/policy/record.ts";
import { person, policyText, view } from "./people.ts";

const guide = readFileSync(new URL("../../../docs/guides/policy.md", import.meta.url), "utf8");
const blocks = [...guide.matchAll(/^```(\S+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map(([, language, type, text]) => ({
	language,
	type: type ?? "",
	text: text!,
}));

describe("docs/guides/policy.md", () => {
	const examples = blocks.filter((block) => block.language === "cel");
	test("has examples of both kinds", () => {
		expect(new Set(examples.map((example) => example.type))).toEqual(new Set(["bool", "string"]));
		expect(examples.length).toBeGreaterThan(10);
	});
	test.each(examples.map((example): [string, string] => [example.text.trim(), example.type]))("%s", (text, type) => {
		const source: SourceText = { text };
		const policy = compilePolicy(policyText(type === "bool" ? { where: source } : { displayName: source }));
		const anna = view(person({ attributes: { site: ["berlin"], workMail: ["a@work.example"] } }), ["engineering", "project-x"]);
		expect(typeof (type === "bool" ? policy.where! : policy.displayName).evaluate(anna)).toBe(type === "bool" ? "boolean" : "string");
	});

	test.each(blocks.filter((block) => block.language === "yaml").map((block) => [block.text]))("compiles the policy %#", (text) => {
		expect(() => compilePolicy(fromYaml(text))).not.toThrow();
	});

	test("lists every function of the table, in the table's words, and every field", () => {
		for (const { usage, what } of FUNCTIONS) expect(guide).toContain(`| \`${usage}\` | ${what} |`);
		for (const field of Object.keys(PERSON_FIELDS)) expect(guide).toContain(`| \`person.${field}\` |`);
	});
});

type Texts = Record<string, string>;
/** The guide's fragments as the configuration would hand them over. */
function fromYaml(text: string): PolicyText {
	const { people, groups } = parse(text) as {
		people: { from: string[]; attributes?: Texts } & Partial<Record<"where" | "samePerson" | "username" | "displayName", string>>;
		groups: { map: Texts[]; default?: string[]; ignore?: string[] };
	};
	const each = (texts: Texts): Record<string, SourceText> =>
		Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, { text: value }]));
	const { from, attributes, ...expressions } = people;
	return {
		...policyText({ ...each(expressions as Texts), ...(attributes === undefined ? {} : { attributes: each(attributes) }) }),
		from: from as ConnectorId[],
		groups: { ...policyText({}).groups, ...groups, map: groups.map.map(each) as unknown as PolicyText["groups"]["map"] },
	};
}
