import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { configText, judge, problems } from "./support.ts";

const NEEDED = "directory: 2fb21891-7bee\nkey: ${credential:cloud}\n";
/** The small configuration with a directory of Atlassian Cloud in the place of Jira; `kind` stands in line 11. */
const withCloud = (lines: string): string =>
	configText()
		.replace("  jira:\n", "  atlassian:\n")
		.replace(/ {4}kind: jira\n.*\n.*\n/, `kind: cloud\n${lines}`.replace(/^(?=.)/gm, "    "));
const product = async (lines: string) => (await judge(withCloud(lines))).products.get("atlassian" as never);

describe("Atlassian Cloud", () => {
	test("a directory and its key; everything else has a default", async () => {
		const config = await product(NEEDED);
		expect(config).toMatchObject({
			kind: "cloud",
			id: "atlassian",
			url: "https://api.atlassian.com",
			directory: "2fb21891-7bee",
			key: { reference: "credential:cloud" },
			memberships: "checked",
			protect: { accounts: [], groups: ["org-admins", "site-admins"], stated: { accounts: false, groups: false } },
			network: { concurrency: 2 },
		});
		expect((config as { bounds?: unknown }).bounds).toEqual({});
		for (const key of ["pageSize", "organizationKey"]) expect(config).not.toHaveProperty(key);
	});
	test("what is written counts", async () => {
		const lines = `${NEEDED}url: http://127.0.0.1:8080/\norganizationKey: \${credential:organization}\nbounds: { users: 20000, membersPerGroup: 500 }\nmemberships: groups\npageSize: 50\n`;
		const config = await product(lines);
		expect(config).toMatchObject({
			url: "http://127.0.0.1:8080",
			organizationKey: { reference: "credential:organization" },
			memberships: "groups",
			pageSize: 50,
		});
		expect((config as { bounds?: unknown }).bounds).toEqual({ users: 20_000, membersPerGroup: 500 });
	});
	test.each([
		["directory: x\n", expect.stringMatching(/products\.atlassian: .*`key`.*cloud\.md|products\.atlassian\.key.*cloud\.md/)],
		[
			NEEDED.replace("2fb21891-7bee", "https://api.atlassian.com/scim/directory/x"),
			expect.stringMatching(/^12:16: products\.atlassian\.directory: .*letters, digits and dashes: the last part/),
		],
		["directory: x\nkey: ATCTT-secretsecret\n", expect.stringMatching(/^13:10: products\.atlassian\.key: /)],
		[`${NEEDED}pageSize: 100\n`, expect.stringMatching(/pageSize: .*from 1 to 99/)],
		[`${NEEDED}bounds: { users: 0 }\n`, expect.stringMatching(/bounds\.users: .*from 1/)],
		[`${NEEDED}memberships: users\n`, expect.stringMatching(/memberships: .*checked or groups/)],
		[`${NEEDED}groups: { default: [Site-Admins] }\n`, expect.stringMatching(/"Site-Admins" is out of bounds/)],
	])("%j is told", async (lines, message) => {
		const found = await problems(withCloud(lines));
		expect(found).toEqual([message]);
		expect(found.join()).not.toContain("secretsecret");
	});
	test("the examples of the guide load", async () => {
		const text = await readFile(new URL("../../../docs/guides/cloud.md", import.meta.url), "utf8");
		const [example = "", bounds = ""] = [...text.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)].map((match) =>
			match[2]!.replaceAll(new RegExp(`^${match[1]}`, "gm"), ""),
		);
		const whole = configText().replace(/^products:\n[\s\S]*/m, `${example}${bounds.replace(/^(?=.)/gm, "    ")}`);
		const config = (await judge(whole)).products.get("cloud" as never);
		expect(config).toMatchObject({ kind: "cloud", bounds: { users: 20_000, groups: 5_000, membersPerGroup: 20_000 } });
	});
});
