import { describe, expect, test } from "@jest/globals";
import type { CrowdProduct } from "../../../config/products/crowd.ts";
import { configText, judge, problems } from "./support.ts";

const LOGIN = "application: rollcall\npassword: ${credential:crowd}\n";
/** The small configuration with a Crowd in the place of Jira. */
const withCrowd = (lines: string, url = "https://crowd.example.org/crowd"): string =>
	configText()
		.replace("  jira:\n", "  people:\n")
		.replace(/ {4}kind: jira\n.*\n.*\n/, `kind: crowd\nurl: ${url}\n${lines}`.replace(/^(?=.)/gm, "    "));
const product = async (lines: string) => (await judge(withCrowd(lines))).products.get("people" as never) as CrowdProduct;

describe("kind: crowd among the products", () => {
	test("the log-in of an application; everything else has a default", async () => {
		const config = await product(LOGIN);
		expect(config).toMatchObject({
			kind: "crowd",
			id: "people",
			url: "https://crowd.example.org/crowd",
			application: "rollcall",
			password: { reference: "credential:crowd" },
			protect: { accounts: ["admin"], groups: ["crowd-administrators"], stated: { accounts: false, groups: false } },
			network: { concurrency: 4, timeoutMs: 300_000 },
		});
		for (const key of ["emailChanges", "directories", "pageSize", "mark"]) expect(config).not.toHaveProperty(key);
	});
	test("what is written counts", async () => {
		const lines = `${LOGIN}emailChanges: allowed\ndirectories: [32769]\npageSize: 200\nmark: { key: "\${credential:mark}" }\n`;
		expect(await product(lines)).toMatchObject({
			emailChanges: "allowed",
			directories: [32_769],
			pageSize: 200,
			mark: { attribute: "rollcall", key: { reference: "credential:mark" } },
		});
	});
	test.each([
		["token: ${credential:crowd}\n", /token/],
		["username: admin\n", /username/],
		["emailChanges: perhaps\n", /allowed or refused/],
		["directories: []\n", /directories/],
		["groups: { default: [crowd-administrators] }\n", /out of bounds/],
	])("%s", async (line, says) => {
		expect((await problems(withCrowd(LOGIN + line))).join("\n")).toMatch(says);
	});
	test("no application; an address that goes on too far", async () => {
		expect((await problems(withCrowd("password: ${credential:crowd}\n"))).join("\n")).toMatch(/application.*docs\/guides\/crowd\.md/s);
		expect((await problems(withCrowd(LOGIN, "https://crowd.example.org/crowd/console"))).join("\n")).toMatch(/found "\/console"/);
	});
});
