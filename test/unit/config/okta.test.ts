import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { configText, judge, problems } from "./support.ts";

const TOKEN = "token: ${credential:okta}\n";
const APP = "clientId: 0oa1\nprivateKey: ${credential:okta-key}\n";
/** The small configuration with an Okta source in the place of Keycloak; `kind` stands in line 4. */
const withOkta = (lines: string, url = "https://example.okta.com"): string =>
	configText().replace(/ {4}kind: keycloak\n[\s\S]*?(?=products:)/, `kind: okta\nurl: ${url}\n${lines}`.replace(/^(?=.)/gm, "    "));
const source = async (lines: string) => (await judge(withOkta(lines))).sources.get("staff" as never);

describe("an Okta source", () => {
	test("with an API token; everything else has a default", async () => {
		expect(await source(TOKEN)).toMatchObject({
			kind: "okta",
			url: "https://example.okta.com",
			auth: { kind: "token", token: { reference: "credential:okta" } },
			rateShare: 0.45,
			memberCount: "prove",
			network: { concurrency: 8 },
		});
	});

	test("as a service app; what is written counts", async () => {
		expect(await source(`${APP}keyId: K1\npageSize: 500\nrateShare: 20%\nmemberCount: ignore\n`)).toMatchObject({
			auth: { kind: "serviceApp", clientId: "0oa1", privateKey: { reference: "credential:okta-key" }, keyId: "K1" },
			pageSize: 500,
			rateShare: 0.2,
			memberCount: "ignore",
		});
	});

	test.each([
		[
			"",
			"3:3: sources.staff: no way to log in; allowed: `token`, or `clientId` and `privateKey`. Add `token: ${credential:okta}` (docs/guides/okta.md says how to make one).",
		],
		[
			`${TOKEN}clientId: 0oa1\n`,
			"7:5: sources.staff.clientId: found `token` and `clientId`; allowed: a token, or a service app's clientId with its privateKey. Keep one of the two and delete the other.",
		],
		["clientId: 0oa1\n", "6:5: sources.staff.clientId: found `clientId` without `privateKey`. Add `privateKey`, or use `token` instead."],
		[
			"keyId: K1\n",
			"6:5: sources.staff.keyId: found `keyId` without `clientId` and `privateKey`. Add `clientId` and `privateKey`, or use `token` instead.",
		],
		[`${TOKEN}rateShare: 0%\n`, expect.stringMatching(/^7:16: sources\.staff\.rateShare: .*allowed: a percentage from "1%" to "100%"/)],
		[`${TOKEN}memberCount: maybe\n`, expect.stringMatching(/^7:18: sources\.staff\.memberCount: .*allowed: prove or ignore/)],
		[`${TOKEN}pageSize: 2000\n`, expect.stringMatching(/^7:15: sources\.staff\.pageSize: .*from 1 to 1000/)],
		["token: 00secretsecret\n", expect.stringMatching(/^6:12: sources\.staff\.token: /)],
	])("%j is told", async (lines, message) => {
		const found = await problems(withOkta(lines));
		expect(found).toEqual([message]);
		expect(found.join()).not.toContain("00secretsecret");
	});

	test("the admin console's address and a path behind it are told", async () => {
		expect(await problems(withOkta(TOKEN, "https://example-admin.okta.com"))).toEqual([
			'5:10: sources.staff.url: found the address of the admin console ("-admin"). Write it without -admin.',
		]);
		expect(await problems(withOkta(TOKEN, "https://example.okta.com/api/v1"))).toEqual([
			'5:10: sources.staff.url: found "/api" behind the address; it ends before that. Write https:// and the host only.',
		]);
	});
});

test("both examples of the guide load", async () => {
	const guide = await readFile(new URL("../../../docs/guides/okta.md", import.meta.url), "utf8");
	const examples = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
	const rest = configText().replace(/sources:[\s\S]*?(?=products:)/, "");
	const kinds = [];
	for (const example of examples) kinds.push((await judge(rest + example)).sources.get("staff" as never));
	expect(kinds).toMatchObject([{ auth: { kind: "serviceApp" } }, { auth: { kind: "token" } }]);
});
