import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { GROUPS, RESERVE } from "../../../connectors/idp/onelogin/settings.ts";
import { ACTIVE } from "../../../connectors/idp/onelogin/status.ts";
import { configText, judge, problems } from "./support.ts";

const CREDENTIAL = "clientId: 5a8f\nclientSecret: ${credential:onelogin}\n";
/** The small configuration with a OneLogin source in the place of Keycloak; `kind` stands in line 4. */
const withOneLogin = (lines: string, url = "https://example.onelogin.com"): string =>
	configText().replace(/ {4}kind: keycloak\n[\s\S]*?(?=products:)/, `kind: onelogin\nurl: ${url}\n${lines}`.replace(/^(?=.)/gm, "    "));
const source = async (lines: string, url?: string) => (await judge(withOneLogin(lines, url))).sources.get("staff" as never);

describe("a OneLogin source", () => {
	test("everything but the credential has a default, and the connector's own", async () => {
		const found = await source(CREDENTIAL);
		expect(found).toMatchObject({
			kind: "onelogin",
			url: "https://example.onelogin.com",
			clientId: "5a8f",
			clientSecret: { reference: "credential:onelogin" },
			groups: GROUPS,
			active: ACTIVE,
			reserve: RESERVE,
			network: { concurrency: 2 },
		});
		expect(found).not.toHaveProperty("pageSize");
	});

	test("what is written counts", async () => {
		const lines =
			"groups: { read: [groups], rolePrefix: 'r ', groupPrefix: '', members: people }\nactive: { statuses: [active], states: [approved, unlicensed] }\nreserve: 0%\npageSize: 50\n";
		expect(await source(CREDENTIAL + lines, "https://api.eu.onelogin.com/")).toMatchObject({
			url: "https://api.eu.onelogin.com",
			groups: { read: ["groups"], rolePrefix: "r ", groupPrefix: "", members: "people" },
			active: { statuses: ["active"], states: ["approved", "unlicensed"] },
			reserve: 0,
			pageSize: 50,
		});
	});

	test.each([
		["clientId: 5a8f\n", expect.stringMatching(/^\d+:\d+: sources\.staff\.clientSecret: .*Put the secret into a file/)],
		["clientId: 'a, b'\nclientSecret: ${credential:onelogin}\n", expect.stringMatching(/^6:15: sources\.staff\.clientId: /)],
		["clientId: 5a8f\nclientSecret: 0c2dsecret\n", expect.stringMatching(/^7:19: sources\.staff\.clientSecret: /)],
		[`${CREDENTIAL}reserve: 100%\n`, expect.stringMatching(/^8:14: sources\.staff\.reserve: .*from "0%" to "99%"/)],
		[`${CREDENTIAL}pageSize: 0\n`, expect.stringMatching(/^8:15: sources\.staff\.pageSize: .*from 1 to 1000/)],
		[`${CREDENTIAL}groups: { read: [mappings] }\n`, expect.stringMatching(/sources\.staff\.groups\.read\[0\]: .*allowed: roles or groups/)],
		[`${CREDENTIAL}groups: { members: some }\n`, expect.stringMatching(/sources\.staff\.groups\.members: .*both, roles or people/)],
		[`${CREDENTIAL}active: { statuses: [actve] }\n`, expect.stringMatching(/sources\.staff\.active\.statuses\[0\]: .*unactivated, active/)],
		[`${CREDENTIAL}active: { states: [] }\n`, expect.stringMatching(/sources\.staff\.active\.states: /)],
	])("%j is told", async (lines, message) => {
		const found = await problems(withOneLogin(lines));
		expect(found).toEqual([message]);
		expect(found.join()).not.toContain("0c2dsecret");
	});

	test("addresses that are no account's are told", async () => {
		expect(await problems(withOneLogin(CREDENTIAL, "https://example.onelogin.com/admin2"))).toEqual([
			'5:10: sources.staff.url: found "/admin2" behind the address; it ends before that. Write https:// and the host only.',
		]);
		expect(await problems(withOneLogin(CREDENTIAL, "https://app.onelogin.com"))).toEqual([
			"5:10: sources.staff.url: found app.onelogin.com, which is nobody's account. Write the account's own address, like https://example.onelogin.com.",
		]);
	});
});

test("the guide's example loads", async () => {
	const guide = await readFile(new URL("../../../docs/guides/onelogin.md", import.meta.url), "utf8");
	const [example] = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
	const rest = configText().replace(/sources:[\s\S]*?(?=products:)/, "");
	expect((await judge(rest + example!)).sources.get("staff" as never)).toMatchObject({
		kind: "onelogin",
		groups: { read: ["roles"] },
		reserve: 0.2,
	});
});
