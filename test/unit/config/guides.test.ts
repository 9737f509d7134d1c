import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { DEFAULT_LIMITS } from "../../../config/guard-fields.ts";
import { configText, judge, problems } from "./support.ts";

const guide = (name: string) => readFile(new URL(`../../../docs/guides/${name}.md`, import.meta.url), "utf8");
/** The YAML examples of a guide, their indentation in lists taken off. */
const examples = (text: string): readonly string[] =>
	[...text.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)].map((match) => match[2]!.replaceAll(new RegExp(`^${match[1]}`, "gm"), ""));

test("the examples of the Keycloak and Jira guides make a configuration together", async () => {
	const [source] = examples(await guide("keycloak"));
	const [product] = examples(await guide("jira"));
	const config = await judge(`version: 1\n${source}${product}`);
	expect([...config.sources.keys(), ...config.products.keys()]).toEqual(["staff", "jira"]);
});

test("the expressions that the guide quotes load, and without their quotes they do not", async () => {
	const people = examples(await guide("configuration")).find((text) => text.startsWith("where:"))!;
	const config = await judge(configText({ people: people.replaceAll(/^/gm, "      ").trimEnd().concat("\n") }));
	expect(config.products.get("jira" as never)?.policy.username?.text).toBe('person.email.split("@")[0]\n  .lowerAscii()\n');
	const unquoted = people
		.replaceAll(/'(.*)'/g, "$1")
		.replaceAll(/^/gm, "      ")
		.trimEnd()
		.concat("\n");
	expect((await problems(configText({ people: unquoted }))).map((line) => line.split(":")[0])).toEqual(["18", "19"]);
});

test("the errors that the guide shows are those that appear", async () => {
	const shown = (await guide("configuration")).split("\n").filter((line) => line.startsWith("/etc/rollcall/rollcall.yaml:"));
	const found = await problems(configText({ people: "      where: person.actve\n" }).replace("posture: mirror", "posture: mirrow"));
	expect(shown).toEqual(found.map((line) => `/etc/rollcall/rollcall.yaml:${line}`));
});

test("the table of limits is the code's", async () => {
	const rows = [...(await guide("configuration")).matchAll(/^\| `([a-z.]+)` \| (\d+) \| (\d+%) \|/gm)].map((row) => [
		row[1],
		{ floor: Number(row[2]), fraction: row[3] },
	]);
	const limits = Object.entries(DEFAULT_LIMITS).map(([kind, { floor, fraction }]) => [kind, { floor, fraction }]);
	expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(limits));
});

test("the guide for several directories shows a configuration that loads, with an order for a field and for an attribute", async () => {
	const text = await guide("several-directories");
	const config = await judge(examples(text)[0]!);
	expect(config.products.get("jira" as never)?.policy).toMatchObject({
		from: ["okta", "corp"],
		active: "first",
		precedence: { fields: { displayName: ["corp", "okta"] }, attributes: { department: ["corp"] } },
	});
	const [key] = [...text.matchAll(/```cel\n([\s\S]*?)\n```/g)].map((match) => match[1]!);
	await judge(examples(text)[0]!.replace("person.email.lowerAscii()  ", `'${key}'`));
});

test("the example of the files guide makes a configuration with the Jira guide's", async () => {
	const [source] = examples(await guide("files"));
	const [product] = examples(await guide("jira"));
	const config = await judge(`${source}${product}`);
	expect([...config.sources.values()].map(({ kind }) => kind)).toEqual(["files"]);
});
