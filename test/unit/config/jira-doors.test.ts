import { describe, expect, test } from "@jest/globals";
import type { JiraProduct } from "../../../config/products/jira.ts";
import { configText, judge, problems } from "./support.ts";

const TOKEN = "token: ${credential:jira}\n";
const USER_SERVER = 'userServer: { application: rollcall, password: "${credential:jira-user-server}" }\n';
/** The small configuration with these ways to log in. */
const withLogin = (lines: string): string =>
	configText().replace(/ {4}kind: jira\n.*\n.*\n/, `kind: jira\nurl: https://jira.example.org\n${lines}`.replace(/^(?=.)/gm, "    "));
const product = async (lines: string) => (await judge(withLogin(lines))).products.get("jira" as never) as JiraProduct;

describe("the doors of a Jira", () => {
	test("REST v2 alone", async () => {
		const config = await product(TOKEN);
		expect(config.auth).toMatchObject({ kind: "pat", token: { reference: "credential:jira" } });
		expect(config).not.toHaveProperty("userServer");
	});
	test("the user server alone", async () => {
		const config = await product(USER_SERVER);
		expect(config.userServer).toMatchObject({ application: "rollcall", password: { reference: "credential:jira-user-server" } });
		expect(config).not.toHaveProperty("auth");
	});
	test.each([
		["token", TOKEN, { kind: "pat" }],
		["name and password", "username: rollcall\npassword: ${credential:jira}\n", { kind: "basic", username: "rollcall" }],
	])("both, with a %s", async (_title, login, auth) => {
		const config = await product(login + USER_SERVER);
		expect(config).toMatchObject({ auth, userServer: { application: "rollcall" } });
		expect(config.userServer?.password.reference).toBe("credential:jira-user-server");
	});
	test.each([
		["", /no way to log in; allowed: `token`, or `username` and `password`/],
		[`username: rollcall\n${USER_SERVER}`, /found `username` without `password`/],
		[`password: \${credential:jira}\n${USER_SERVER}`, /found `password` without `username`/],
		[`${TOKEN}username: rollcall\n${USER_SERVER}`, /found `token` and `username`/],
		["userServer: { application: rollcall }\n", /userServer\.password/],
		['userServer: { password: "${credential:x}" }\n', /userServer\.application.*Jira user server/],
		["userServer: { application: rollcall, password: secretsecret }\n", /userServer\.password/],
		["userServer: { name: rollcall }\n", /there is no key "name" here/],
	])("%j is told", async (lines, says) => {
		const found = (await problems(withLogin(lines))).join("\n");
		expect(found).toMatch(says);
		expect(found).not.toContain("secretsecret");
	});
});
