import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { configText, judge, problems } from "./support.ts";

const TOKEN = "token: ${credential:confluence}\n";
/** The small configuration with a Confluence in the place of Jira; `kind` stands in line 11. */
const withConfluence = (lines: string, url = "https://wiki.example.org/confluence"): string =>
	configText()
		.replace("  jira:\n", "  wiki:\n")
		.replace(/ {4}kind: jira\n.*\n.*\n/, `kind: confluence\nurl: ${url}\n${lines}`.replace(/^(?=.)/gm, "    "));
const product = async (lines: string) => (await judge(withConfluence(lines))).products.get("wiki" as never);

describe("a Confluence", () => {
	test("with a token; everything else has a default", async () => {
		const config = await product(TOKEN);
		expect(config).toMatchObject({
			kind: "confluence",
			id: "wiki",
			url: "https://wiki.example.org/confluence",
			auth: { kind: "pat", token: { reference: "credential:confluence" } },
			invite: false,
			switching: "probe",
			updating: "probe",
			jsonRpc: false,
			protect: {
				accounts: ["admin"],
				groups: ["confluence-administrators", "rollcall-admins"],
				stated: { accounts: false, groups: false },
			},
			network: { concurrency: 4 },
		});
		expect(config).not.toHaveProperty("pageSize");
	});
	test("with a password; what is written counts", async () => {
		const lines =
			"username: rollcall\npassword: ${credential:wiki}\ninvite: true\nswitching: yes\nupdating: no\njsonRpc: true\npageSize: 50\n";
		expect(await product(lines)).toMatchObject({
			auth: { kind: "basic", username: "rollcall", password: { reference: "credential:wiki" } },
			invite: true,
			switching: "yes",
			updating: "no",
			jsonRpc: true,
			pageSize: 50,
		});
	});
	test("the example of the guide loads", async () => {
		const guide = await readFile(new URL("../../../docs/guides/confluence.md", import.meta.url), "utf8");
		const [, example = ""] = /```yaml\n([\s\S]*?)^ *```$/m.exec(guide) ?? [];
		const text = configText().replace(/^products:[\s\S]*$/m, "") + example.replaceAll(/^ {3}/gm, "");
		expect((await judge(text)).products.get("confluence" as never)).toMatchObject({ kind: "confluence", adopt: "username" });
	});
	test("nobody is recognised by an address that Confluence never shows", async () => {
		const found = await problems(withConfluence(TOKEN).replace(/adopt: \w+/, "adopt: email"));
		expect(found).toEqual([
			expect.stringMatching(/^\d+:12: products\.wiki\.adopt: found email; allowed: never or username\. .*adopt: username/),
		]);
	});
	test.each([
		[
			"",
			"10:3: products.wiki: no way to log in; allowed: `token`, or `username` and `password`. Add `token: ${credential:confluence}` (docs/guides/confluence.md says how to make one).",
		],
		["username: rollcall\n", expect.stringContaining("products.wiki.username: found `username` without `password`")],
		[`${TOKEN}pageSize: 500\n`, expect.stringMatching(/^14:15: products\.wiki\.pageSize: .*from 1 to 200/)],
		[`${TOKEN}switching: maybe\n`, expect.stringMatching(/^14:16: products\.wiki\.switching: .*allowed: probe, yes or no/)],
		["token: NDc3secretsecret\n", expect.stringMatching(/^13:12: products\.wiki\.token: /)],
	])("%j is told", async (lines, message) => {
		const found = await problems(withConfluence(lines));
		expect(found).toEqual([message]);
		expect(found.join()).not.toContain("secretsecret");
	});
});
