import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../../../config/fields.ts";
import {
	type AskedKind,
	alternatives,
	fits,
	furtherQuestions,
	objections,
	questionOf,
	readAnswer,
	requiredQuestions,
} from "../../../config/questions.ts";
import { renderConfigSchema } from "../../../config/reference.ts";
import { PRODUCT_KINDS, SOURCE_KINDS } from "../../../config/schema.ts";
import { exampleConfig, examplePart, renderStarter } from "../../../config/starter.ts";
import { judge } from "./support.ts";

const SOURCES: readonly AskedKind[] = Object.values(SOURCE_KINDS);
const PRODUCTS: readonly AskedKind[] = Object.values(PRODUCT_KINDS);
const keys = (questions: readonly { readonly key: string }[]) => questions.map(({ key }) => key).join(" ");
const kindOf = (name: string) => [...SOURCES, ...PRODUCTS].find(({ kind }) => kind === name)!;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(renderConfigSchema()) as object);

describe("what is asked", () => {
	test.each([
		["keycloak", "url realm clientId clientSecret", []],
		["okta", "url", ["token", "clientId privateKey"]],
		["ldap", "url account password peopleBases groupBases", []],
		["activedirectory", "url account password", []],
		["openam", "url username password", []],
		["google", "", ["key", "serviceAccount", "serviceAccount federation"]],
		["entra", "", ["tenant clientId clientSecret", "tenant clientId certificate", "tenant clientId federatedToken", "managedIdentity"]],
		["jira", "url posture adopt", ["token", "username password"]],
	])("%s: %s, and one of %j", (name, required, ways) => {
		expect([keys(requiredQuestions(kindOf(name))), alternatives(kindOf(name)).map(keys)]).toEqual([required, ways]);
	});

	test.each([...SOURCES, ...PRODUCTS].map((kind) => [kind.kind, kind] as const))(
		"%s: what is required and one way are enough, and every way is one",
		(_name, kind) => {
			const ways = alternatives(kind);
			for (const way of ways.length === 0 ? [[]] : ways) {
				const { values } = examplePart("x", kind);
				const chosen = Object.fromEntries(
					Object.entries(values).filter(
						([key]) => !ways.flat().some((question) => question.key === key) || keys(way).split(" ").includes(key),
					),
				);
				const missing = way.filter(({ key }) => !(key in chosen));
				const whole = { ...chosen, ...Object.fromEntries(missing.map(({ key, doc }) => [key, parse(doc.example!)])) };
				const people = PRODUCTS.includes(kind) ? { people: { from: ["staff"] } } : {};
				expect([keys(way), fits(kind, { kind: kind.kind, ...people, ...whole })]).toEqual([keys(way), true]);
			}
			// Everything has one place only: required, in a way, or further.
			const all = [...requiredQuestions(kind), ...new Set(ways.flat()), ...furtherQuestions(kind)].map(({ key }) => key);
			expect(new Set(all).size).toBe(all.length);
			expect(all).not.toContain("kind");
			for (const key of all) expect(questionOf(kind, key)?.key).toBe(key);
		},
	);

	test("of products nothing of the policy", () => {
		expect(keys(furtherQuestions(kindOf("jira")))).toMatch(
			/^userServer\.application userServer\.password pageSize .*network\.timeout network\.concurrency network\.proxy network\.ca$/,
		);
		expect(keys(furtherQuestions(kindOf("jira")))).not.toMatch(/people|groups|limits|leavers|protect/);
		expect([questionOf(kindOf("jira"), "groups.map"), questionOf(kindOf("jira"), "people"), questionOf(kindOf("okta"), "realm")]).toEqual([
			undefined,
			undefined,
			undefined,
		]);
	});

	test("a section that must be there is taken apart, one that need not be is further", () => {
		const text = (meaning: string) => field(line(), { meaning, allowed: "a name", example: "x" });
		const kind: AskedKind = {
			kind: "made-up",
			title: "Made up",
			schema: z.strictObject({
				kind: field(z.literal("made-up"), { meaning: "M.", allowed: "made-up", example: "made-up" }),
				server: field(z.strictObject({ host: text("The host."), port: text("The port.").optional() }), { meaning: "The server." }),
				cache: field(z.strictObject({ folder: text("The folder.") }).optional(), { meaning: "The cache." }),
				pin: field(secret().optional(), { meaning: "The pin.", allowed: SECRET_ALLOWED, example: "${credential:pin}", secret: true }),
			}),
			rules: ({ raw, path, report }) => {
				if (raw.pin === undefined) report(path, "no pin.", "Add one.");
			},
		};
		expect([keys(requiredQuestions(kind)), alternatives(kind).map(keys)]).toEqual(["server.host", ["pin"]]);
		expect(keys(furtherQuestions(kind))).toBe("server.port cache.folder");
		expect(objections(kind, {})).toEqual([{ key: "", message: "no pin. Add one." }]);
	});
});

describe("an answer", () => {
	const read = (kind: string, key: string, text: string) => readAnswer(questionOf(kindOf(kind), key)!, text);
	test.each<readonly [string, string, string, unknown]>([
		["okta", "url", "https://example.okta.com", "https://example.okta.com"],
		["okta", "pageSize", "100", 100],
		["okta", "rateShare", "45%", "45%"],
		["okta", "memberCount", "ignore", "ignore"],
		["okta", "keyId", "12345", "12345"],
		["ldap", "startTls", "false", false],
		["ldap", "peopleBases", "ou=people,dc=example,dc=org", ["ou=people,dc=example,dc=org"]],
		["ldap", "peopleBases", "ou=a,dc=x; ou=b,dc=x", ["ou=a,dc=x", "ou=b,dc=x"]],
		["ldap", "peopleBases", '["ou=a;b,dc=x"]', ["ou=a;b,dc=x"]],
		["activedirectory", "furtherDomains", "[{ url: ldaps://dc1.emea.example.org }]", [{ url: "ldaps://dc1.emea.example.org" }]],
		["okta", "network.timeout", "90s", "90s"],
	])("%s.%s: %s", (kind, key, text, value) => {
		expect(read(kind, key, text)).toEqual({ value });
	});
	test.each([
		["okta", "url", "okta.com", /^That is not an http:\/\/ or https:\/\/ address .* For example: https:\/\/example\.okta\.com$/],
		["okta", "pageSize", "1001", /^That is not a whole number from 1 to 1000\./],
		["okta", "memberCount", "perhaps", /^That is not prove or ignore\./],
		["ldap", "peopleBases", "people", /^That is not a list of a distinguished names\./],
		["ldap", "peopleBases", "[", /^That is not/],
	])("%s.%s: %s is refused with what is allowed", (kind, key, text, problem) => {
		expect(read(kind, key, text)).toEqual({ problem: expect.stringMatching(problem) });
	});
});

describe("the file to begin with", () => {
	const odd = 'odd "quotes" \\ : # \u2028 {x} - $y';
	const fileOf = (...kinds: readonly AskedKind[]) =>
		renderStarter({
			sources: kinds.map((kind, index) => examplePart(`source${index}`, kind)),
			products: PRODUCTS.map((kind) => examplePart(kind.kind, kind)),
			store: "./rollcall.db",
			schema: "../docs/reference/config.schema.json",
		});

	test.each(SOURCES.map((kind) => [kind.kind, kind] as const))(
		"with %s and every product loads, and the JSON schema takes it",
		async (_name, kind) => {
			const text = fileOf(kind);
			const config = await judge(text);
			expect([config.warnings, config.products.size]).toEqual([[], PRODUCTS.length]);
			expect([validate(parse(text)), validate.errors]).toEqual([true, null]);
			expect(text.startsWith("# yaml-language-server: $schema=../docs/reference/config.schema.json\n")).toBe(true);
			for (const row of text.split("\n")) expect(row.length).toBeLessThan(260);
		},
	);

	test("with every directory at once loads", async () => {
		const config = await judge(fileOf(...SOURCES));
		expect([...config.products.values()].map(({ policy }) => [policy.from.length, policy.samePerson?.text])).toEqual(
			PRODUCTS.map(() => [SOURCES.length, "person.email.lowerAscii()"]),
		);
	});

	test.each(SOURCES.map((kind) => [kind.kind, kind] as const))(
		"each key of %s that stands in a comment may be taken into use",
		async (_name, kind) => {
			const text = fileOf(kind);
			const rows = text.split("\n");
			const commented = rows.flatMap((row, index) => (/^ {4}# [A-Za-z.]+: .* {3}# /.test(row) ? [index] : []));
			for (const index of commented)
				await judge(rows.map((row, at) => (at === index ? row.replace("# ", "") : row)).join("\n")).catch((error: unknown) => {
					throw new Error(`${rows[index]}\n${String(error)}`);
				});
		},
	);

	test("the examples of the policy load too", async () => {
		const text = exampleConfig()
			.replace("      map: []\n", "      map:\n")
			.replaceAll(/^( +)# (- \{|username:|displayName:|leavers:|protect:)/gm, "$1$2");
		const product = (await judge(text)).products.get("jira" as never)!;
		expect(product.policy.groups.map).toHaveLength(3);
		expect([product.policy.username?.text, product.policy.displayName?.text]).toEqual([
			'person.email.split("@")[0].lowerAscii()',
			'person.givenName + " " + person.familyName',
		]);
		expect([product.leavers.action, product.protect]).toEqual([
			"disable",
			{ accounts: ["admin"], groups: ["jira-administrators"], stated: { accounts: true, groups: true } },
		]);
	});

	test("odd answers stay values", async () => {
		const keycloak = examplePart("staff", SOURCE_KINDS.keycloak, { realm: odd, clientId: "yes", authRealm: "12" });
		const jira = examplePart("jira", PRODUCT_KINDS.jira, { posture: "mirror" });
		const text = renderStarter({ sources: [keycloak], products: [jira], store: '/var/lib/odd "name".db' });
		const config = await judge(text);
		expect(config.sources.get("staff" as never)).toMatchObject({ realm: odd, clientId: "yes", authRealm: "12" });
		expect(config.products.get("jira" as never)).toMatchObject({ posture: "mirror" });
		expect(config.store.sqlite).toBe('/var/lib/odd "name".db');
	});

	test("a key that was answered does not stand in a comment as well", () => {
		const part = examplePart("staff", SOURCE_KINDS.okta, { pageSize: 100 });
		const text = renderStarter({ sources: [part], products: [examplePart("jira", PRODUCT_KINDS.jira)], store: "./x.db" });
		expect(text.slice(0, text.indexOf("products:")).match(/^.*pageSize.*$/gm)).toEqual(["    pageSize: 100"]);
	});

	test("what is only an example says so", () => {
		const part = { ...examplePart("staff", SOURCE_KINDS.okta), examples: new Set(["url"]) };
		const text = renderStarter({ sources: [part], products: [examplePart("jira", PRODUCT_KINDS.jira)], store: "./x.db" });
		expect(text.match(/^.*# an example: put your own here$/gm)).toEqual([
			'    url: "https://example.okta.com"   # an example: put your own here',
		]);
	});
	test("begins as the guides say where a product cannot disable anybody, or where there are several directories", () => {
		const text = (product: string, ...sources: string[]) =>
			renderStarter({
				sources: sources.map((name) => examplePart(name, kindOf(name))),
				products: [examplePart(product, kindOf(product))],
				store: "./x.db",
			});
		expect(text("bitbucket", "okta")).toMatch(/^ {4}leavers: \{ action: unlicense,[\s\S]*/m);
		expect(text("bitbucket", "okta")).toContain("default: [stash-users]");
		expect(text("jira", "okta")).toMatch(/^ {4}# leavers: \{ action: disable,/m);
		expect(text("jira", "okta")).toMatch(/^ {6}# username:/m);
		expect(text("jira", "okta", "ldap")).toMatch(/^ {6}username:/m);
	});
});
