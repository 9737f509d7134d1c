import { describe, expect, test } from "@jest/globals";
import { configText, judge, problems } from "./support.ts";

/** Two directories into one product; `people` stands below `samePerson`, from line 20 on. */
const twoSources = (people: string): string =>
	configText({
		source: "  partners: { kind: keycloak, url: https://x.example.org, realm: p, clientId: c, clientSecret: '${env:X}' }\n",
		people: `      samePerson: person.email\n${people}`,
	}).replace("from: [staff]", "from: [staff, partners]");

describe("several sources into one product", () => {
	test("an order per field, and when somebody is active, reach the policy as they stand; nothing written, nothing there", async () => {
		const people = "      active: every\n      precedence: { email: [partners, staff], attributes: { city: [partners] } }\n";
		const policyOf = async (text: string) => (await judge(twoSources(text))).products.get("jira" as never)!.policy;
		expect(await policyOf(people)).toMatchObject({
			active: "every",
			precedence: { fields: { email: ["partners", "staff"] }, attributes: { city: ["partners"] } },
		});
		expect(await policyOf("      precedence: { username: [staff] }\n")).toMatchObject({
			precedence: { fields: { username: ["staff"] }, attributes: {} },
		});
		expect(Object.keys((await policyOf("")) as object)).not.toEqual(expect.arrayContaining(["active"]));
		expect(Object.keys((await policyOf("")) as object)).not.toEqual(expect.arrayContaining(["precedence"]));
	});

	test.each<readonly [string, string, readonly string[]]>([
		[
			"an order where people come from one source",
			configText({ people: "      active: any\n      precedence: { email: [staff] }\n" }),
			[
				"18:7: products.jira.people.active: `active` is for people whom several sources know; `from` has one. Delete it.",
				"19:7: products.jira.people.precedence: `precedence` is for people whom several sources know; `from` has one. Delete it.",
			],
		],
		[
			"an order that names no source of the product, or one twice",
			twoSources("      precedence: { email: [stuff, staff, staff], attributes: { city: [partner] } }\n"),
			[
				'20:29: products.jira.people.precedence.email[0]: there is no source "stuff" in `from`; sources there: staff, partners. Did you mean "staff"?',
				'20:43: products.jira.people.precedence.email[2]: the source "staff" stands here twice. Keep the first.',
				'20:72: products.jira.people.precedence.attributes.city[0]: there is no source "partner" in `from`; sources there: staff, partners. Did you mean "partners"?',
			],
		],
		[
			"a source that nothing is like",
			twoSources("      precedence: { email: [warehouse] }\n"),
			[
				'20:29: products.jira.people.precedence.email[0]: there is no source "warehouse" in `from`; sources there: staff, partners. Take people from it too, or take it out here.',
			],
		],
		[
			"a field that no order is for",
			twoSources("      precedence: { mail: [staff] }\n"),
			[
				'20:21: products.jira.people.precedence.mail: there is no key "mail" here; allowed: username, email, givenName, familyName, displayName, attributes. Did you mean "email"?',
			],
		],
		[
			"an order that is none, and a word that is none",
			twoSources("      active: all\n      precedence: { email: staff, username: [] }\n"),
			[
				'20:15: products.jira.people.active: found "all"; allowed: first, any or every. For example: any',
				'21:28: products.jira.people.precedence.email: found "staff"; allowed: a list of names from `from`. Put it in brackets: […].',
				"21:45: products.jira.people.precedence.username: found a list; allowed: a list of names from `from`. For example: [corp, staff]",
			],
		],
	])("%s", async (_what, text, expected) => {
		expect(await problems(text)).toEqual(expected);
	});
});
