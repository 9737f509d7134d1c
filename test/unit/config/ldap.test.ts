import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { configText, judge, problems } from "./support.ts";

/** The small configuration with another source in the place of Keycloak; `kind` stands in line 4. */
const withSource = (kind: string, lines: string): string =>
	configText().replace(/ {4}kind: keycloak\n[\s\S]*?(?=products:)/, `kind: ${kind}\n${lines}`.replace(/^(?=.)/gm, "    "));
const source = async (kind: string, lines: string) => (await judge(withSource(kind, lines))).sources.get("staff" as never);

const LDAP = `url: ldaps://ldap.example.org
account: "uid=rollcall,ou=system,dc=example,dc=org"
password: \${credential:ldap}
peopleBases: ["ou=people,dc=example,dc=org"]
groupBases: ["ou=groups,dc=example,dc=org"]
`;
const AD = `url: ldaps://dc1.ad.example.org
account: svc-rollcall@ad.example.org
password: \${credential:ad}
`;

describe("an LDAP source", () => {
	test("what must be said is enough; the rest follows the server's make", async () => {
		const found = await source("ldap", LDAP);
		expect(found).toMatchObject({
			kind: "ldap",
			url: "ldaps://ldap.example.org",
			startTls: true,
			password: { reference: "credential:ldap" },
			peopleBases: ["ou=people,dc=example,dc=org"],
			unknownMembers: "ignore",
			network: { concurrency: 4 },
		});
		for (const absent of ["idAttribute", "disabledWhen", "peopleFilter", "pageSize"]) expect(found).not.toHaveProperty(absent);
	});

	test("what is written counts", async () => {
		const more = `startTls: false
peopleFilter: "(&(objectClass=inetOrgPerson)(!(employeeType=robot)))"
memberAttributes: [member]
idAttribute: employeeNumber
disabledWhen: "(|(nsAccountLock=true)(shadowExpire<={today}))"
unknownMembers: hold
pageSize: 1000
`;
		expect(await source("ldap", LDAP.replace("ldaps:", "ldap:") + more)).toMatchObject({
			startTls: false,
			peopleFilter: "(&(objectClass=inetOrgPerson)(!(employeeType=robot)))",
			memberAttributes: ["member"],
			idAttribute: "employeeNumber",
			disabledWhen: "(|(nsAccountLock=true)(shadowExpire<={today}))",
			unknownMembers: "hold",
			pageSize: 1000,
		});
	});

	test.each([
		[LDAP.replace("ldaps://ldap.example.org", "https://ldap.example.org"), /^5:10: sources\.staff\.url: .*ldaps:\/\/ or ldap:\/\//],
		[LDAP.replace("ldaps://ldap.example.org", "ldaps://ldap.example.org/dc=example"), /^5:10: sources\.staff\.url: .*host and port only/],
		[LDAP.replace("ldaps://ldap.example.org", "ldaps://me:pass@ldap.example.org"), /^5:10: sources\.staff\.url: /],
		[LDAP.replace('["ou=people,dc=example,dc=org"]', "[]"), /sources\.staff\.peopleBases/],
		[LDAP.replace('["ou=people,dc=example,dc=org"]', "[people]"), /sources\.staff\.peopleBases.*distinguished name/],
		[LDAP.replace("${credential:ldap}", "hunter2"), /^7:15: sources\.staff\.password: /],
		[`${LDAP}peopleFilter: "objectClass=inetOrgPerson"\n`, /^10:19: sources\.staff\.peopleFilter: .*in brackets/],
		[`${LDAP}peopleFilter: "(&(a=b)"\n`, /^10:19: sources\.staff\.peopleFilter: .*in brackets/],
		[`${LDAP}groupFilter: "(a=b)(c=d)"\n`, /^10:18: sources\.staff\.groupFilter: .*in brackets/],
		[`${LDAP}idAttribute: "entry UUID"\n`, /^10:18: sources\.staff\.idAttribute: .*attribute's name/],
		[`${LDAP}startTls: true\n`, /^10:5: sources\.staff\.startTls: .*encrypted already/],
		[`${LDAP}unknownMembers: maybe\n`, /^10:21: sources\.staff\.unknownMembers: .*ignore or hold/],
	])("case %#", async (lines, message) => {
		const found = await problems(withSource("ldap", lines));
		expect(found).toEqual([expect.stringMatching(message)]);
		expect(found.join()).not.toMatch(/hunter2|pass@/);
	});
});

describe("an Active Directory source", () => {
	test("what must be said is enough", async () => {
		expect(await source("activedirectory", AD)).toMatchObject({
			kind: "activedirectory",
			startTls: true,
			expiredIsInactive: true,
			unknownMembers: "hold",
			password: { reference: "credential:ad" },
		});
	});

	test("further domains", async () => {
		const more = `furtherDomains:
  - { url: "ldaps://dc1.emea.example.org", peopleBases: ["OU=Staff,DC=emea,DC=example,DC=org"] }
expiredIsInactive: false
`;
		expect(await source("activedirectory", AD + more)).toMatchObject({
			furtherDomains: [{ url: "ldaps://dc1.emea.example.org", peopleBases: ["OU=Staff,DC=emea,DC=example,DC=org"] }],
			expiredIsInactive: false,
		});
	});

	test.each([
		[`${AD}furtherDomains: []\n`, /sources\.staff\.furtherDomains/],
		[`${AD}furtherDomains: [{ url: "ldaps://dc1.ad.example.org" }]\n`, /furtherDomains.*same address twice/],
		[AD.replace("dc1.ad.example.org", "dc1.ad.example.org:3269"), /^5:10: sources\.staff\.url: found the port of a global catalog/],
		[`${AD}startTls: false\n`, /^8:5: sources\.staff\.startTls: .*encrypted already/],
		[`${AD}idAttribute: cn\n`, /sources\.staff\.idAttribute: there is no key "idAttribute" here/],
	])("case %#", async (lines, message) => {
		expect(await problems(withSource("activedirectory", lines))).toEqual([expect.stringMatching(message)]);
	});
});

test.each(["ldap", "active-directory"])("the example of the guide %s loads", async (name) => {
	const guide = await readFile(new URL(`../../../docs/guides/${name}.md`, import.meta.url), "utf8");
	const [example] = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
	const config = await judge(configText().replace(/sources:\n[\s\S]*?(?=products:)/, example!));
	expect([...config.sources.keys()]).toEqual(["staff"]);
	expect(config.warnings).toEqual([]);
});
