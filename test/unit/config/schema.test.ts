import { describe, expect, test } from "@jest/globals";
import { either } from "../../../config/nearest.ts";
import { problemsOf } from "../../../config/problem.ts";
import { PRODUCT_KINDS, SOURCE_KINDS } from "../../../config/schema.ts";
import { asSyncError } from "../../../core/errors.ts";
import { configText, failure, judge, problems } from "./support.ts";

test("a small configuration is enough; everything else has a default", async () => {
	const config = await judge(configText());
	const product = config.products.get("jira" as never)!;
	expect(config.store).toEqual({ sqlite: "/var/lib/rollcall/state.db" });
	expect(config.warnings).toEqual([]);
	expect(product).toMatchObject({
		kind: "jira",
		posture: "mirror",
		adopt: "username",
		policy: { from: ["staff"], groups: { map: [], nested: true, createMissing: false, default: [], ignore: [], strangers: "keep" } },
		leavers: { action: "disable", after: { sightings: 2, periodMs: 3_600_000 }, stripGroups: false },
		protect: { accounts: ["admin"], groups: ["jira-administrators"], stated: { accounts: false, groups: false } },
		shrink: { people: 0.1, groups: 0.2, memberships: 0.2 },
		errorBudget: { floor: 5, fraction: 0.05 },
		timeZone: "UTC",
		network: { timeoutMs: 60_000, concurrency: 4 },
		auth: { kind: "pat", token: { reference: "credential:jira", place: "/etc/rollcall/rollcall.yaml:13:12" } },
	});
	expect("schedule" in product).toBe(false);
	expect(product.limits["account.disable"]).toEqual({ floor: 3, fraction: 0.05 });
	expect(config.sources.get("staff" as never)).toMatchObject({
		network: { timeoutMs: 60_000, concurrency: 6 },
		url: "https://sso.example.org",
	});
	expect(config.secrets.map((secret) => secret.reference)).toEqual(["credential:keycloak", "credential:jira"]);
});

test("what is written counts", async () => {
	const config = await judge(
		configText({
			product: `    groups:
      map: [{ match: engineering, to: jira-developers }, { path: '/^/Company/(?P<site>[^/]+)$/', to: 'site-\${site}' }]
      createMissing: true
    limits: { account.disable: { floor: 2 }, member.remove: { fraction: 2.5% } }
    leavers: { action: keep, after: { sightings: 3, period: 1.5h }, stripGroups: true }
    protect: { accounts: [root], groups: [] }
    schedule: "*/15 * * * *"
    timeZone: Europe/Vienna
    network: { timeout: 90s, concurrency: 2, proxy: "http://proxy.example.org:3128" }
`,
			rest: "store: { sqlite: state/rollcall.db }\n",
		}),
	);
	const product = config.products.get("jira" as never)!;
	expect(product.limits["account.disable"]).toEqual({ floor: 2, fraction: 0.05 });
	expect(product.limits["member.remove"]).toEqual({ floor: 10, fraction: 0.025 });
	expect(product.policy.groups.map[0]).toMatchObject({
		match: { text: "engineering", line: 19, column: 22 },
		to: { text: "jira-developers" },
	});
	expect(product.policy.groups.map[1]).toMatchObject({ path: { column: 67 }, to: { text: "site-${site}" } });
	expect(product).toMatchObject({
		leavers: { action: "keep", after: { sightings: 3, periodMs: 5_400_000 }, stripGroups: true },
		protect: { accounts: ["root"], groups: [], stated: { accounts: true, groups: true } },
		schedule: "*/15 * * * *",
		timeZone: "Europe/Vienna",
		network: { timeoutMs: 90_000, concurrency: 2, proxy: "http://proxy.example.org:3128" },
	});
	expect(config.store.sqlite).toBe("/etc/rollcall/state/rollcall.db");
});

describe("each thing that is wrong: place, path, what was found, what is allowed, what to do", () => {
	const cases: readonly (readonly [string, string, string])[] = [
		[
			"unknown key",
			configText({ product: "    postur: mirror\n" }),
			'18:5: products.jira.postur: there is no key "postur" here; allowed: kind, url, token, username, password, userServer, pageSize, mark, posture, adopt, people, groups, leavers, protect, limits, shrink, errorBudget, schedule, timeZone, network. Did you mean "posture"?',
		],
		[
			"unknown key inside",
			configText({ product: "    groups: { strangres: keep }\n" }),
			'18:15: products.jira.groups.strangres: there is no key "strangres" here; allowed: map, nested, createMissing, default, ignore, strangers. Did you mean "strangers"?',
		],
		[
			"unknown kind of operation",
			configText({ product: "    limits: { account.delete: { floor: 1 } }\n" }),
			'18:15: products.jira.limits.account.delete: there is no key "account.delete" here; allowed: link.adopt, group.create, account.disable, account.rename, account.enable, account.create, account.update, attribute.set, member.add, member.remove, group.delete. Did you mean "account.create"?',
		],
		[
			"newer version",
			configText().replace("version: 1", "version: 2"),
			"1:10: version: found the number 2; allowed: 1. This file is for a newer Rollcall: upgrade, or use the file that belongs to this one.",
		],
		[
			"version as text",
			configText().replace("version: 1", 'version: "1"'),
			'1:10: version: found "1"; allowed: 1. Write it without quotes.',
		],
		[
			"version missing",
			configText().replace("version: 1\n", ""),
			"1:1: version: `version` is missing; allowed: 1. Write `version: 1` at the top.",
		],
		[
			"posture missing",
			configText().replace("    posture: mirror\n", ""),
			"10:3: products.jira.posture: `posture` is missing; allowed: observe, additive or mirror. There is no default; begin with observe.",
		],
		[
			"adopt missing",
			configText().replace("    adopt: username\n", ""),
			"10:3: products.jira.adopt: `adopt` is missing; allowed: never, username or email. There is no default; never is the careful choice, username the usual one.",
		],
		[
			"posture misspelt",
			configText().replace("posture: mirror", "posture: mirrow"),
			'14:14: products.jira.posture: found "mirrow"; allowed: observe, additive or mirror. Did you mean "mirror"?',
		],
		[
			"unknown kind of source",
			configText().replace("kind: keycloak", "kind: keyclaok"),
			`4:11: sources.staff.kind: found "keyclaok"; allowed: ${either(Object.keys(SOURCE_KINDS))}. Did you mean "keycloak"?`,
		],
		[
			"kind missing",
			configText().replace("    kind: jira\n", ""),
			`10:3: products.jira.kind: \`kind\` is missing; allowed: ${either(Object.keys(PRODUCT_KINDS).sort())}. Add the one that is meant.`,
		],
		[
			"number for a text",
			configText().replace("realm: staff", "realm: 2024"),
			'6:12: sources.staff.realm: found the number 2024; allowed: a realm\'s name. To mean the text, put it in quotes: "2024".',
		],
		[
			"text for a number",
			configText({ source: '    pageSize: "500"\n' }),
			'9:15: sources.staff.pageSize: found "500"; allowed: a whole number from 1 to 5000. Write it without quotes.',
		],
		[
			"number out of range",
			configText({ source: "    network: { concurrency: 0 }\n" }),
			"9:29: sources.staff.network.concurrency: found the number 0; allowed: a whole number from 1 to 32. For example: 4",
		],
		[
			"yes for true",
			configText({ product: "    groups: { nested: yes }\n" }),
			'18:23: products.jira.groups.nested: found "yes"; allowed: true or false. For example: true',
		],
		[
			"duration without unit",
			configText({ source: "    network: { timeout: 30 }\n" }),
			'9:25: sources.staff.network.timeout: found the number 30; allowed: a number with its unit: ms, s, m, h or d ("90s", "15m", "1h", "2d"), from 1s to 10m. Write the unit too: 30s or 30m.',
		],
		[
			"duration too long",
			configText({ source: "    network: { timeout: 2h }\n" }),
			'9:25: sources.staff.network.timeout: found "2h"; allowed: a number with its unit: ms, s, m, h or d ("90s", "15m", "1h", "2d"), from 1s to 10m. For example: 90s',
		],
		[
			"fraction without sign",
			configText({ product: "    shrink: { people: 0.1 }\n" }),
			'18:23: products.jira.shrink.people: found the number 0.1; allowed: a percentage from "0%" to "100%", with the sign. Write the sign too: 10%.',
		],
		[
			"fraction above all",
			configText({ product: "    shrink: { people: 101% }\n" }),
			'18:23: products.jira.shrink.people: found "101%"; allowed: a percentage from "0%" to "100%", with the sign. For example: 10%',
		],
		[
			"a text for a list",
			configText().replace("from: [staff]", "from: staff"),
			'17:13: products.jira.people.from: found "staff"; allowed: a list of names from `sources`. Put it in brackets: […].',
		],
		[
			"an empty section",
			configText({ product: "    groups:\n" }),
			"18:12: products.jira.groups: found nothing (an empty value); allowed: a mapping with map, nested, createMissing, default, ignore, strangers.",
		],
		[
			"a text for a section",
			configText({ product: "    protect: hunter2\n" }),
			"18:14: products.jira.protect: found a text; allowed: a mapping with accounts, groups.",
		],
		[
			"a wrong address",
			configText().replace("https://jira.example.org", "jira.example.org"),
			'12:10: products.jira.url: found "jira.example.org"; allowed: an http:// or https:// address without user name, password, query and fragment. For example: https://jira.example.org',
		],
		[
			"an address with a password",
			configText().replace("https://jira.example.org", "https://me:hunter2@jira.example.org"),
			"12:10: products.jira.url: found an address with a user name or password in it (not shown); allowed: an http:// or https:// address without user name, password, query and fragment. For example: https://jira.example.org",
		],
		[
			"a reference where no secret belongs",
			configText().replace("realm: staff", "realm: ${env:REALM}"),
			'6:12: sources.staff.realm: found "${env:REALM}"; allowed: a realm\'s name. References are for secrets only; write the value itself.',
		],
		[
			"a cron expression of six fields",
			configText({ product: '    schedule: "0 * * * * *"\n' }),
			'18:15: products.jira.schedule: found "0 * * * * *"; allowed: a cron expression of five fields: minute, hour, day of month, month, day of week. For example: "*/15 * * * *"',
		],
		[
			"a minute that does not exist",
			configText({ product: '    schedule: "61 * * * *"\n' }),
			'18:15: products.jira.schedule: found "61 * * * *"; allowed: a cron expression of five fields: minute, hour, day of month, month, day of week. For example: "*/15 * * * *"',
		],
		[
			"a time zone that does not exist",
			configText({ product: "    timeZone: Mars/Olympus\n" }),
			'18:15: products.jira.timeZone: found "Mars/Olympus"; allowed: an IANA time zone. For example: Europe/Vienna',
		],
		[
			"another store",
			configText({ rest: "store: { postgres: x }\n" }),
			'18:10: store.postgres: there is no key "postgres" here; allowed: sqlite. Delete it, or look it up in docs/reference/configuration.md.',
		],
		[
			"an expression that is a number",
			configText({ people: "      where: 5\n" }),
			'18:14: products.jira.people.where: found the number 5; allowed: a CEL expression that gives true or false. To mean the text, put it in quotes: "5".',
		],
	];
	test.each(cases)("%s", async (_, text, expected) => {
		expect(await problems(text)).toEqual([expected]);
	});
});

describe("rules between keys", () => {
	const cases: readonly (readonly [string, string, string])[] = [
		[
			"a source that does not exist",
			configText().replace("from: [staff]", "from: [stuff]"),
			'17:14: products.jira.people.from[0]: there is no source "stuff" in this file; sources: staff. Did you mean "staff"?',
		],
		[
			"a source twice",
			configText().replace("from: [staff]", "from: [staff, staff]"),
			'17:21: products.jira.people.from[1]: the source "staff" stands here twice. Keep the first; the order is the precedence.',
		],
		[
			"several sources and nothing that joins them",
			configText({
				source: "  partners: { kind: keycloak, url: https://x.example.org, realm: p, clientId: c, clientSecret: '${env:X}' }\n",
			}).replace("[staff]", "[staff, partners]"),
			"17:5: products.jira.people: several sources, but `samePerson` is missing; without it one human being would get an account from each. Add for example `samePerson: person.email.lowerAscii()`.",
		],
		[
			"a rule without a group",
			configText({ product: "    groups: { map: [{ to: x }] }\n" }),
			"18:21: products.jira.groups.map[0]: the rule has neither `match` nor `path`. Say which directory group it is about: `match: NAME`, `match: /expression/` or `path: /A/B`.",
		],
		[
			"a rule with two",
			configText({ product: "    groups: { map: [{ match: a, path: /b, to: x }] }\n" }),
			"18:33: products.jira.groups.map[0].path: the rule has both `match` and `path`. Keep one of them.",
		],
		[
			"a rule that leads nowhere",
			configText({ product: "    groups: { map: [{ match: a }] }\n" }),
			"18:21: products.jira.groups.map[0].to: `to` is missing; allowed: a group name. Name the group in the product.",
		],
		[
			"a mapped group that is protected by default",
			configText({ product: "    groups: { map: [{ match: a, to: Jira-Administrators }] }\n" }),
			'18:37: products.jira.groups.map[0].to: the group "Jira-Administrators" is out of bounds (`protect.groups`, by default), so nobody would ever be put into it. Choose another group, or write `protect: { groups: [] }` if this is really meant.',
		],
		[
			"a mapped group that is ignored",
			configText({ product: "    groups: { map: [{ match: a, to: x }], ignore: [X] }\n" }),
			'18:37: products.jira.groups.map[0].to: the group "x" is out of bounds (`groups.ignore`), so nobody would ever be put into it. Take it out of one of the two.',
		],
		[
			"a default group that is protected",
			configText({ product: "    groups: { default: [x] }\n    protect: { groups: [x] }\n" }),
			'18:25: products.jira.groups.default[0]: the group "x" is out of bounds (`protect.groups`), so nobody would ever be put into it. Take it out of one of the two.',
		],
		[
			"no way to log in",
			configText().replace("    token: ${credential:jira}\n", ""),
			"10:3: products.jira: no way to log in; allowed: `token`, or `username` and `password`. Add `token: ${credential:jira}` (docs/guides/jira.md says how to make one).",
		],
		[
			"two ways to log in",
			configText({ product: "    username: me\n" }),
			"18:5: products.jira.username: found `token` and `username`; allowed: a token, or a username with its password. Keep the token and delete the other.",
		],
		[
			"a username without a password",
			configText().replace("    token: ${credential:jira}\n", "    username: me\n"),
			"13:5: products.jira.username: found `username` without `password`. Add `password`, or use `token` instead of both.",
		],
		[
			"a password without a username",
			configText().replace("    token:", "    password:"),
			"13:5: products.jira.password: found `password` without `username`. Add `username`, or use `token` instead of both.",
		],
		[
			"a name with a dot",
			configText().replaceAll("staff", "st.aff").replace("realm: st.aff", "realm: staff"),
			'3:3: sources.st.aff: found the name "st.aff"; allowed: a letter, then letters, digits, dashes and underscores; at most 63 characters. Choose another name.',
		],
		[
			"the console's address",
			configText().replace("https://sso.example.org", "https://sso.example.org/auth/admin/master/console/"),
			'5:10: sources.staff.url: found "/admin" in the address; it ends before that. Write the base address only; the realm has its own key.',
		],
		[
			"a user property without a name",
			configText({ people: "      attributes: { '': person.email }\n" }),
			"18:21: products.jira.people.attributes.: the key of a user property has 1 to 255 characters. Shorten it.",
		],
	];
	test.each(cases)("%s", async (_, text, expected) => {
		expect(await problems(text)).toEqual([expected]);
	});
});

describe("a secret in the file", () => {
	const SECRET_ALLOWED = 'allowed: "${credential:NAME}", "${env:NAME}" or "${file:/absolute/path}"';
	test("in plain text is refused, never shown, and the way out is named", async () => {
		expect(await problems(configText().replace("${credential:keycloak}", "hunter2"))).toEqual([
			`8:19: sources.staff.clientSecret: found a secret in plain text (not shown); ${SECRET_ALLOWED}. Put it into a file that only Rollcall can read, write \`clientSecret: "\${credential:staff}"\` here, and replace the secret: it has stood in a configuration file.`,
		]);
		expect((await problems(configText().replace("${credential:keycloak}", "4711"))).join()).not.toContain("4711");
	});
	test.each([
		[
			"${credential:../jira}",
			`found "\${credential:../jira}": a credential's name has letters, digits, dots, dashes and underscores only; ${SECRET_ALLOWED}. Correct the reference.`,
		],
		[
			"${env:A-B}",
			`found "\${env:A-B}": a variable's name has letters, digits and underscores only; ${SECRET_ALLOWED}. Correct the reference.`,
		],
		[
			"${file:secrets/jira}",
			`found "\${file:secrets/jira}": the path of a secret file is absolute; ${SECRET_ALLOWED}. Correct the reference.`,
		],
		["${exec:cat /x}", `found a reference of an unknown form; ${SECRET_ALLOWED}. Write the reference alone, nothing before or after it.`],
		["Bearer ${env:X}", `found a reference of an unknown form; ${SECRET_ALLOWED}. Write the reference alone, nothing before or after it.`],
		["[]", `found a list; ${SECRET_ALLOWED}. Refer to the secret by name.`],
	])("%s", async (written, expected) => {
		expect(await problems(configText().replace("${credential:jira}", written))).toEqual([`13:12: products.jira.token: ${expected}`]);
	});
});

test("all errors come at once, sorted by line, those of schema, rules and expressions together", async () => {
	const text = configText({
		people: "      where: person.actve\n",
		product: "    timeZone: Nowhere\n    zzz: 1\n",
		source: "    pageSize: 0\n",
	})
		.replace("version: 1", "version: 7")
		.replace("[staff]", "[nobody]");
	const found = await problems(text);
	expect(found.map((line) => line.split(": ").slice(0, 2).join(" "))).toEqual([
		"1:10 version",
		"9:15 sources.staff.pageSize",
		"18:14 products.jira.people.from[0]",
		"19:21 products.jira.people.where",
		"20:15 products.jira.timeZone",
		"21:5 products.jira.zzz",
	]);
	const error = await failure(judge(text));
	expect(error.todo).toBe("Correct the lines named above and run the command again; nothing was read or changed.");
	expect(error.context).toEqual({ file: "/etc/rollcall/rollcall.yaml", problems: 6 });
	expect(problemsOf(asSyncError(new Error("another")))).toEqual([]);
});

test("plain http is allowed and warned about, but not for this machine", async () => {
	const config = await judge(
		configText().replace("https://jira.example.org", "http://jira.example.org").replace("https://sso.example.org", "http://127.0.0.1:8080"),
	);
	expect(config.warnings).toEqual([
		"/etc/rollcall/rollcall.yaml:12:10: products.jira.url: plain http to another machine: the credential can be read on the way. Use https.",
	]);
});

test("a default group that a rule feeds too is warned about: only the rule gives it", async () => {
	const groups = (text: string) => judge(configText({ product: `    groups:\n${text}` }));
	const map = "      map: [{ match: staff, to: Jira-Users }, { match: /^ops-(.+)$/, to: jira-$1 }]\n";
	expect((await groups(`${map}      default: [lunch, jira-users]\n`)).warnings).toEqual([
		expect.stringMatching(
			/:20:24: products\.jira\.groups\.default\[1\]: a rule of `groups\.map` feeds "jira-users" too, .* Take it out of/,
		),
	]);
	expect((await groups(`${map}      default: [lunch]\n`)).warnings).toEqual([]);
	expect((await groups("      default: [lunch]\n")).warnings).toEqual([]);
});
