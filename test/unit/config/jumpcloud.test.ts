import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { configText, judge, problems } from "./support.ts";

const KEY = "apiKey: ${credential:jumpcloud}\n";
const ACCOUNT = "clientId: 6f1e\nclientSecret: ${credential:jumpcloud}\n";
/** The small configuration with a JumpCloud source in the place of Keycloak; `kind` stands in line 4. */
const withJumpCloud = (lines: string): string =>
	configText().replace(/ {4}kind: keycloak\n[\s\S]*?(?=products:)/, `kind: jumpcloud\n${lines}`.replace(/^(?=.)/gm, "    "));
const source = async (lines: string) => (await judge(withJumpCloud(lines))).sources.get("staff" as never);

describe("a JumpCloud source", () => {
	test("with an API key; everything else has a default", async () => {
		const { network, ...found } = (await source(KEY)) as never as Record<string, unknown>;
		expect(found).toEqual({
			id: "staff",
			kind: "jumpcloud",
			region: "us",
			auth: { kind: "apiKey", key: expect.objectContaining({ reference: "credential:jumpcloud" }) },
			requestsPerMinute: 600,
			locked: "active",
			groupOrder: "id",
			listEnd: "prove",
		});
		expect(network).toMatchObject({ concurrency: 4 });
	});

	test("as a service account; what is written counts", async () => {
		const more =
			"region: in\norganization: 5f0c1b2a3d4e5f6071829304\npageSize: 50\nrequestsPerMinute: 120\nlocked: inactive\ngroupOrder: server\nlistEnd: trust\n" +
			"url: https://gateway.example.org/jc\ntokenUrl: https://gateway.example.org/token\n";
		expect(await source(ACCOUNT + more)).toMatchObject({
			auth: { kind: "serviceAccount", clientId: "6f1e", clientSecret: { reference: "credential:jumpcloud" } },
			region: "in",
			organization: "5f0c1b2a3d4e5f6071829304",
			pageSize: 50,
			requestsPerMinute: 120,
			locked: "inactive",
			groupOrder: "server",
			listEnd: "trust",
			url: "https://gateway.example.org/jc",
			tokenUrl: "https://gateway.example.org/token",
		});
	});

	test.each([
		[
			"",
			"3:3: sources.staff: no way to log in; allowed: `apiKey`, or `clientId` and `clientSecret`. Add `apiKey: ${credential:jumpcloud}` (docs/guides/jumpcloud.md says how to make one).",
		],
		[
			`${KEY}clientId: 6f1e\n`,
			"6:5: sources.staff.clientId: found `apiKey` and `clientId`; allowed: an API key, or a service account's clientId with its clientSecret. Keep one of the two and delete the other.",
		],
		[
			"clientId: 6f1e\n",
			"5:5: sources.staff.clientId: found `clientId` without `clientSecret`. Add `clientSecret`, or use `apiKey` instead.",
		],
		[
			"clientSecret: ${credential:x}\n",
			"5:5: sources.staff.clientSecret: found `clientSecret` without `clientId`. Add `clientId`, or use `apiKey` instead.",
		],
		[`${KEY}region: uk\n`, expect.stringMatching(/^6:13: sources\.staff\.region: .*allowed: us, eu or in/)],
		[`${KEY}organization: Example Corp\n`, expect.stringMatching(/^6:19: sources\.staff\.organization: .*24 hexadecimal digits/)],
		[`${KEY}pageSize: 200\n`, expect.stringMatching(/^6:15: sources\.staff\.pageSize: .*from 1 to 100/)],
		[`${KEY}requestsPerMinute: 5\n`, expect.stringMatching(/^6:24: sources\.staff\.requestsPerMinute: .*from 10 to 6000/)],
		[`${KEY}locked: maybe\n`, expect.stringMatching(/^6:13: sources\.staff\.locked: .*active or inactive/)],
		[`${KEY}listEnd: guess\n`, expect.stringMatching(/^6:14: sources\.staff\.listEnd: .*prove or trust/)],
		[
			`${KEY}url: https://console.eu.jumpcloud.com\n`,
			"6:10: sources.staff.url: found an address of JumpCloud's own. Leave it out, and write its region (us, eu or in) as region.",
		],
		[
			`${KEY}url: https://gateway.example.org/api/v2\n`,
			'6:10: sources.staff.url: found "/api" in the address; it ends before that. Write the address up to there only.',
		],
		[
			`${ACCOUNT}url: https://gateway.example.org\n`,
			"7:5: sources.staff.url: found `url` with `clientId`, but no `tokenUrl`. Add the address of the token endpoint as tokenUrl.",
		],
		["apiKey: jca_secretsecret\n", expect.stringMatching(/^5:13: sources\.staff\.apiKey: /)],
	])("%j is told", async (lines, message) => {
		const found = await problems(withJumpCloud(lines));
		expect(found).toEqual([message]);
		expect(found.join()).not.toContain("secretsecret");
	});

	test("a host that only ends like JumpCloud's is somebody else's", async () => {
		for (const url of ["https://jumpcloud.com.example.org", "https://not-jumpcloud.com"])
			expect(await source(`${KEY}url: ${url}\n`)).toMatchObject({ url });
	});
});

test("every example of the guide loads", async () => {
	const guide = await readFile(new URL("../../../docs/guides/jumpcloud.md", import.meta.url), "utf8");
	const examples = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
	const rest = configText().replace(/sources:[\s\S]*?(?=products:)/, "");
	const kinds = [];
	for (const example of examples) kinds.push((await judge(rest + example)).sources.get("staff" as never));
	expect(kinds).toMatchObject([{ auth: { kind: "serviceAccount" } }, { auth: { kind: "apiKey" } }]);
});
