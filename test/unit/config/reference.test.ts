import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { DEFAULT_LIMITS } from "../../../config/guard-fields.ts";
import { keysOf, renderConfigSchema } from "../../../config/reference.ts";
import { PRODUCT_KINDS, SOURCE_KINDS, schema } from "../../../config/schema.ts";
import { exampleConfig } from "../../../config/starter.ts";
import { parseDuration, parsePercent } from "../../../config/units.ts";
import { KINDS, OPERATION_KINDS } from "../../../core/operation.ts";
import { CONFIG_PAGES } from "../../../docs/build/config.ts";
import { configText, judge } from "./support.ts";

const ROWS = [
	...keysOf(schema),
	...Object.values(SOURCE_KINDS).flatMap((kind) => keysOf(kind.schema, kind.kind)),
	...Object.values(PRODUCT_KINDS).flatMap((kind) => keysOf(kind.schema, kind.kind)),
];

test("every key is documented, and every example is right", async () => {
	expect(ROWS.length).toBeGreaterThan(80);
	for (const { path, doc, type } of ROWS) {
		expect([path, doc?.meaning]).toEqual([path, expect.stringMatching(/\.$/)]);
		if (type !== "section") expect([path, doc?.allowed, doc?.example]).toEqual([path, expect.any(String), expect.any(String)]);
	}
	const example = (path: string) => ROWS.find((row) => row.path === path)?.doc?.example ?? "";
	const optional = (at: string, keys: readonly string[], indent: string) =>
		keys.map((key) => `${indent}${key}: ${quote(example(`${at}.${key}`))}\n`).join("");
	const quote = (text: string) => (/[&:]/.test(text) && !/^["[{]/.test(text) ? `'${text}'` : text);
	const config = await judge(
		configText({
			source:
				optional("keycloak", ["authRealm", "pageSize"], "    ") +
				"    network:\n" +
				optional("keycloak.network", ["timeout", "concurrency", "proxy"], "      "),
			people: optional("jira.people", ["samePerson", "where", "username", "email", "displayName", "attributes"], "      "),
			product:
				optional("jira", ["schedule", "timeZone"], "    ") +
				`    groups: { map: [{ match: '${example("jira.groups.map[].match")}', to: ${example("jira.groups.map[].to")} }, { path: ${example("jira.groups.map[].path")}, to: a }] }\n`,
		}),
	);
	expect(config.products.get("jira" as never)).toMatchObject({ timeZone: "Europe/Vienna", schedule: "*/15 * * * *" });
});

test("every kind of operation has a limit; what takes something away has the tightest", () => {
	expect(Object.keys(DEFAULT_LIMITS).sort()).toEqual([...OPERATION_KINDS].sort());
	for (const [kind, { floor, fraction }] of Object.entries(DEFAULT_LIMITS)) {
		if (!KINDS[kind as keyof typeof KINDS].destructive) continue;
		expect(floor).toBeLessThanOrEqual(10);
		expect(parsePercent(fraction)).toBeLessThanOrEqual(0.1);
	}
});

test("units", () => {
	expect(["90s", "1.5h", "250ms", "2d", "15m"].map(parseDuration)).toEqual([90_000, 5_400_000, 250, 172_800_000, 900_000]);
	expect(["90", "s", "1 h", "-1s", "1w", "1h30m", "", "1e3s"].map(parseDuration)).toEqual(Array(8).fill(undefined));
	expect(["0%", "2.5%", "100%"].map(parsePercent)).toEqual([0, 0.025, 1]);
	expect(["5", "100.1%", "-1%", "%", "5 %"].map(parsePercent)).toEqual(Array(5).fill(undefined));
});

describe("the JSON schema for editors", () => {
	const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(renderConfigSchema()) as object);
	test("takes what the loader takes", () => {
		expect([validate(parse(exampleConfig())), validate.errors]).toEqual([true, null]);
		expect([validate(parse(configText())), validate.errors]).toEqual([true, null]);
	});
	test.each([
		["a literal secret", (text: string) => text.replace("${credential:jira}", "hunter2")],
		["an unknown key", (text: string) => text.replace("posture:", "postur:")],
		["a wrong value", (text: string) => text.replace("mirror", "mirrow")],
		["a wrong type", (text: string) => text.replace("realm: staff", "realm: 5")],
	])("refuses %s", (_, change) => {
		expect(validate(parse(change(configText())))).toBe(false);
	});
});

test.each(Object.entries(CONFIG_PAGES))("docs/reference/%s is what the code says (npm run docs)", async (name, render) => {
	expect(await readFile(new URL(`../../../docs/reference/${name}`, import.meta.url), "utf8")).toBe(render());
});
