import { describe, expect, test } from "@jest/globals";
import { configText, judge, problems } from "./support.ts";

const LOGIN = "username: rollcall\npassword: ${credential:fisheye}\n";
/** The small configuration with a Fisheye in the place of Jira; `kind` stands in line 11. */
const withFisheye = (lines: string): string =>
	configText()
		.replace("  jira:\n", "  code:\n")
		.replace(/ {4}kind: jira\n.*\n.*\n/, `kind: fisheye\nurl: https://fisheye.example.org\n${lines}`.replace(/^(?=.)/gm, "    "));
const product = async (lines: string) => (await judge(withFisheye(lines))).products.get("code" as never);

describe("a Fisheye", () => {
	test("with a password; nothing that is unproven is switched on", async () => {
		const config = await product(LOGIN);
		expect(config).toMatchObject({
			kind: "fisheye",
			id: "code",
			url: "https://fisheye.example.org",
			auth: { kind: "basic", username: "rollcall", password: { reference: "credential:fisheye" } },
			unverified: [],
			protect: { accounts: ["admin"], groups: ["fisheye-administrators", "rollcall-admins"], stated: { accounts: false, groups: false } },
			network: { concurrency: 4 },
		});
		expect(config).not.toHaveProperty("pageSize");
	});
	test("with the server's token; what is written counts", async () => {
		const lines =
			"token: ${credential:code}\npageSize: 200\nunverified: [member.remove]\nleavers: { action: unlicense, licenceGroups: [fisheye-users] }\n";
		expect(await product(lines)).toMatchObject({
			auth: { kind: "pat", token: { reference: "credential:code" } },
			pageSize: 200,
			unverified: ["member.remove"],
			leavers: { action: "unlicense", licenceGroups: ["fisheye-users"] },
		});
	});
	test.each([
		[
			"",
			"10:3: products.code: no way to log in; allowed: `token`, or `username` and `password`. Add `username` and `password` (docs/guides/fisheye.md says which).",
		],
		[`${LOGIN}token: \${credential:code}\n`, expect.stringContaining("found `token` and `username`")],
		[`${LOGIN}pageSize: 2000\n`, expect.stringMatching(/^15:15: products\.code\.pageSize: .*from 1 to 1000/)],
		[
			`${LOGIN}unverified: [account.rename]\n`,
			expect.stringMatching(/^15:18: products\.code\.unverified\[0\]: .*allowed: account\.create, .*member\.remove/),
		],
		["username: rollcall\npassword: secretsecret\n", expect.stringMatching(/^14:15: products\.code\.password: /)],
	])("%j is told", async (lines, message) => {
		const found = await problems(withFisheye(lines));
		expect(found).toEqual([message]);
		expect(found.join()).not.toContain("secretsecret");
	});
});
