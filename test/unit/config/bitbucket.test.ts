import { describe, expect, test } from "@jest/globals";
import { configText, judge, problems } from "./support.ts";

const TOKEN = "token: ${credential:bitbucket}\n";
/** The small configuration with a Bitbucket in the place of Jira; `kind` stands in line 11. */
const withBitbucket = (lines: string, url = "https://git.example.org/bitbucket"): string =>
	configText()
		.replace("  jira:\n", "  git:\n")
		.replace(/ {4}kind: jira\n.*\n.*\n/, `kind: bitbucket\nurl: ${url}\n${lines}`.replace(/^(?=.)/gm, "    "));
const product = async (lines: string) => (await judge(withBitbucket(lines))).products.get("git" as never);

describe("a Bitbucket", () => {
	test("with a token; everything else has a default", async () => {
		const config = await product(TOKEN);
		expect(config).toMatchObject({
			kind: "bitbucket",
			id: "git",
			url: "https://git.example.org/bitbucket",
			auth: { kind: "pat", token: { reference: "credential:bitbucket" } },
			invite: false,
			protect: {
				accounts: ["admin"],
				groups: ["bitbucket-administrators", "stash-administrators", "rollcall-admins"],
				stated: { accounts: false, groups: false },
			},
			network: { concurrency: 4 },
		});
		expect(config).not.toHaveProperty("pageSize");
	});
	test("with a password; what is written counts", async () => {
		const lines = "username: rollcall\npassword: ${credential:git}\ninvite: true\npageSize: 200\nleavers: { action: unlicense }\n";
		expect(await product(lines)).toMatchObject({
			auth: { kind: "basic", username: "rollcall", password: { reference: "credential:git" } },
			invite: true,
			pageSize: 200,
			leavers: { action: "unlicense" },
		});
	});
	test.each([
		[
			"",
			"10:3: products.git: no way to log in; allowed: `token`, or `username` and `password`. Add `username` and `password` (docs/guides/bitbucket.md says which).",
		],
		["username: rollcall\n", expect.stringContaining("products.git.username: found `username` without `password`")],
		[`${TOKEN}pageSize: 2000\n`, expect.stringMatching(/^14:15: products\.git\.pageSize: .*from 1 to 1000/)],
		[`${TOKEN}invite: yes please\n`, expect.stringMatching(/^14:13: products\.git\.invite: .*allowed: true or false/)],
		["token: BBDC-secretsecret\n", expect.stringMatching(/^13:12: products\.git\.token: /)],
	])("%j is told", async (lines, message) => {
		const found = await problems(withBitbucket(lines));
		expect(found).toEqual([message]);
		expect(found.join()).not.toContain("secretsecret");
	});
});
