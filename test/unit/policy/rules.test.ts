import { describe, expect, test } from "@jest/globals";
import type { Problem } from "../../../core/policy/place.ts";
import type { GroupMapText } from "../../../core/policy/policy.ts";
import { compileRule } from "../../../core/policy/rules.ts";

const text = (value: string) => ({ text: value, file: "rollcall.yaml", line: 20, column: 14 });
const rule = (match: Partial<Record<"match" | "path", string>>, to: string) => {
	const problems: Problem[] = [];
	const source: GroupMapText = {
		...(match.match === undefined ? {} : { match: text(match.match) }),
		...(match.path === undefined ? {} : { path: text(match.path) }),
		to: text(to),
	};
	return { rule: compileRule(source, "groups.map[3]", problems), problems };
};
const target = (match: Partial<Record<"match" | "path", string>>, to: string, group: { name: string; path?: string }) =>
	rule(match, to).rule!.target({ path: `/${group.name}`, ...group });

describe("group rules", () => {
	test.each([
		[{ match: "engineering" }, "devs", { name: "engineering" }, "devs"],
		[{ match: "engineering" }, "devs", { name: "Engineering" }, undefined],
		[{ match: "a.c" }, "x", { name: "abc" }, undefined],
		[{ match: "/^ops-(.+)$/" }, "jira-$1", { name: "ops-berlin" }, "jira-berlin"],
		[{ match: "/^ops-(.+)$/" }, "jira-$1", { name: "xops-berlin" }, undefined],
		[{ match: "/ops/" }, "all-ops", { name: "xops-berlin" }, "all-ops"],
		[{ match: "/^(?<team>[a-z]+)-(?<city>.+)$/" }, "${city}.${team}.$0", { name: "ops-berlin" }, "berlin.ops.ops-berlin"],
		[{ match: "/^(a)(b)?$/" }, "[$2]", { name: "a" }, "[]"],
		[{ match: "/^(.)/" }, "${1}0-$$1", { name: "x" }, "x0-$1"],
		[{ match: "/(?i)^OPS$/" }, "ops", { name: "oPs" }, "ops"],
		[{ match: "us" }, "US$-team", { name: "us" }, "US$-team"],
		[{ path: "/Company/Berlin" }, "berlin", { name: "Berlin", path: "/Company/Berlin" }, "berlin"],
		[{ path: "/Company/i" }, "i", { name: "i", path: "/Company/i" }, "i"],
		[{ path: "/^/Company/([^/]+)$/" }, "c-$1", { name: "Oslo", path: "/Company/Oslo" }, "c-Oslo"],
		[{ path: "/Company/Berlin" }, "berlin", { name: "/Company/Berlin", path: "/x" }, undefined],
		[{ match: "/(a+)+$/" }, "x", { name: `${"a".repeat(5000)}!` }, undefined],
	])("%j to %s: %j is %s", (match, to, group, expected) => {
		expect(target(match, to, group)).toBe(expected);
	});

	test("literal names are known as such, so that they can be missed", () => {
		expect(rule({ match: "engineering" }, "x").rule).toMatchObject({ literal: "engineering", on: "name" });
		expect(rule({ path: "/^x/" }, "x").rule).toMatchObject({ literal: undefined, on: "path" });
	});

	test.each([
		[{ match: "/(/" }, "x", ".match", 1, "missing closing )"],
		[{ match: "/x(?!y)/" }, "x", ".match", 2, "(?!"],
		[{ match: "/^(.+)$/" }, "x-$2", ".to", 2, "captures only 1"],
		[{ match: "/^.+$/" }, "$1", ".to", 0, "captures nothing"],
		[{ match: "/^(.)/" }, "$10", ".to", 0, "${1}0"],
		[{ match: "engineering" }, "a$1", ".to", 1, "names one group literally"],
		[{ match: "/(?<team>.)/" }, "${taem}", ".to", 0, "${team}"],
		[{ match: "/(.)/" }, "${city}", ".to", 0, "(?<city>…)"],
		[{ match: " " }, "x", ".match", 0, "cannot be empty"],
		[{ match: "x" }, "", ".to", 0, "cannot be empty"],
		[{}, "x", "", 0, "exactly one"],
		[{ match: "x", path: "/x" }, "x", "", 0, "exactly one"],
	])("%j to %s is refused at %s, offset %d: %s", (match, to, setting, offset, message) => {
		const { rule: made, problems } = rule(match, to);
		expect(made).toBeUndefined();
		expect(problems).toHaveLength(1);
		expect(problems[0]).toMatchObject({ setting: `groups.map[3]${setting}`, offset });
		expect(`${problems[0]!.what} ${problems[0]!.instead}`).toContain(message);
	});
});
