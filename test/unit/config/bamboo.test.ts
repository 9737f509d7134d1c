import { describe, expect, test } from "@jest/globals";
import { configText, judge, problems } from "./support.ts";

const TOKEN = "token: ${credential:bamboo}\n";
/** The small configuration with a Bamboo in the place of Jira; `kind` stands in line 11. */
const withBamboo = (lines: string): string =>
	configText()
		.replace("  jira:\n", "  ci:\n")
		.replace(/ {4}kind: jira\n.*\n.*\n/, `kind: bamboo\nurl: https://ci.example.org\n${lines}`.replace(/^(?=.)/gm, "    "));
const product = async (lines: string) => (await judge(withBamboo(lines))).products.get("ci" as never);

describe("a Bamboo", () => {
	test("with a token; everything else has a default", async () => {
		const config = await product(TOKEN);
		expect(config).toMatchObject({
			kind: "bamboo",
			id: "ci",
			url: "https://ci.example.org",
			auth: { kind: "pat", token: { reference: "credential:bamboo" } },
			protect: { accounts: ["admin"], groups: ["bamboo-admin", "rollcall-admins"], stated: { accounts: false, groups: false } },
			network: { concurrency: 4 },
		});
		expect(config).not.toHaveProperty("pageSize");
	});
	test("with a password; what is written counts", async () => {
		expect(await product("username: rollcall\npassword: ${credential:ci}\npageSize: 200\nleavers: { action: unlicense }\n")).toMatchObject({
			auth: { kind: "basic", username: "rollcall", password: { reference: "credential:ci" } },
			pageSize: 200,
			leavers: { action: "unlicense" },
		});
	});
	test.each([
		[
			"",
			"10:3: products.ci: no way to log in; allowed: `token`, or `username` and `password`. Add `token: ${credential:bamboo}` (docs/guides/bamboo.md says how to make one).",
		],
		[`${TOKEN}username: rollcall\n`, expect.stringContaining("found `token` and `username`")],
		[`${TOKEN}pageSize: 2000\n`, expect.stringMatching(/^14:15: products\.ci\.pageSize: .*from 1 to 1000/)],
		[`${TOKEN}invite: true\n`, expect.stringContaining('there is no key "invite" here')],
		["token: secretsecret\n", expect.stringMatching(/^13:12: products\.ci\.token: /)],
	])("%j is told", async (lines, message) => {
		const found = await problems(withBamboo(lines));
		expect(found).toEqual([message]);
		expect(found.join()).not.toContain("secretsecret");
	});
});
