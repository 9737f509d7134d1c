import { describe, expect, test } from "@jest/globals";
import { buildDesired } from "../../../core/desired/build.ts";
import type { PersonKey } from "../../../core/model.ts";
import { type DirectoryDraft, directory, type PolicyDraft, policyOf } from "./directory.ts";

const build = (draft: DirectoryDraft, policy: PolicyDraft = {}) => buildDesired(policyOf(policy), [directory("staff", draft)]);
const wish = (desired: ReturnType<typeof build>, id: string) => desired.people.get(`staff:${id}` as PersonKey);

describe("wishes", () => {
	test("carry transformed fields, mapped groups and attributes", () => {
		const desired = build(
			{
				people: { anna: { email: "Anna.B@x.org", givenName: "Anna", familyName: "B", attributes: { dep: ["eng", "x"] } } },
				groups: { engineering: { people: ["anna"] }, "ops-berlin": { people: ["anna"] }, other: { people: ["anna"] } },
			},
			{
				say: { username: 'person.email.split("@")[0].lowerAscii()' },
				attributes: { department: 'person.attribute("dep")' },
				map: [
					["engineering", "devs"],
					["/^ops-(.+)$/", "jira-$1"],
				],
			},
		);
		expect(wish(desired, "anna")).toEqual({
			person: "staff:anna",
			aliases: [],
			fields: { username: "anna.b", email: "Anna.B@x.org", displayName: "Anna B" },
			active: true,
			groups: ["devs", "jira-berlin"],
			uncertain: [],
			attributes: { department: "eng" },
		});
		expect([...desired.groups.keys()]).toEqual(["devs", "jira-berlin"]);
		expect(desired.groups.get("devs" as never)).toEqual({
			name: "devs",
			from: [{ source: "staff", id: "engineering", path: "/engineering" }],
			uncertain: undefined,
		});
	});

	test("members of nested groups count, unless the policy says no", () => {
		const draft: DirectoryDraft = {
			people: { anna: {}, bo: {} },
			groups: { company: { groups: ["berlin"] }, berlin: { groups: ["team"], people: ["bo"] }, team: { people: ["anna"] } },
		};
		const map: PolicyDraft["map"] = [["company", "all"]];
		expect(wish(build(draft, { map }), "anna")!.groups).toEqual(["all"]);
		expect(wish(build(draft, { map, groups: { nested: false } }), "anna")!.groups).toEqual([]);
		const filtered = { say: { where: '"company" in person.groups' } };
		expect([...build(draft, filtered).people.keys()]).toEqual(["staff:anna", "staff:bo"]);
		expect([...build(draft, { ...filtered, groups: { nested: false } }).people.keys()]).toEqual([]);
	});

	test("one directory group may feed several targets, several may feed one, none twice", () => {
		const desired = build(
			{ people: { anna: {} }, groups: { a: { people: ["anna"] }, b: { people: ["anna"] } } },
			{
				map: [
					["a", "one"],
					["a", "two"],
					["/^[ab]$/", "one"],
				],
			},
		);
		expect(wish(desired, "anna")!.groups).toEqual(["one", "two"]);
		expect(desired.groups.get("one" as never)!.from.map((f) => f.id)).toEqual(["a", "b"]);
	});

	test("ignored groups are never targets, and a note says so", () => {
		const desired = build(
			{ people: { anna: {} }, groups: { admins: { people: ["anna"] } } },
			{
				map: [["admins", "Jira-Administrators"]],
				groups: { ignore: ["jira-administrators"], default: ["jira-users", "JIRA-administrators"] },
			},
		);
		expect([...desired.groups.keys()]).toEqual([]);
		expect(wish(desired, "anna")!.groups).toEqual([]);
		expect(desired.defaultGroups).toEqual(["jira-users"]);
		expect(desired.ignoredGroups).toEqual(["jira-administrators"]);
		expect(desired.notes).toEqual([expect.stringContaining("groups.ignore")]);
	});

	test("two people may wish one username: that is for the comparison to hold", () => {
		const desired = build({ people: { a: {}, b: {} } }, { say: { username: '"same"' } });
		expect([...desired.people.values()].map((w) => w.fields.username)).toEqual(["same", "same"]);
	});

	test("people that the filter leaves out are named with the clause that said no", () => {
		const desired = build(
			{ people: { anna: {}, "svc-x": {} } },
			{ say: { where: 'person.active && !person.username.startsWith("svc-")' } },
		);
		expect([...desired.excluded]).toEqual([
			[
				"staff:svc-x",
				{ username: "svc-x", because: 'the filter (rollcall.yaml:10:14) says no: !person.username.startsWith("svc-") is false' },
			],
		]);
	});
});

describe("values that no account can have", () => {
	test.each([
		["username", '""', "the value is empty"],
		["username", '"  "', "the value is empty"],
		["username", '"a\\u0007b"', "control character (U+0007)"],
		["displayName", '"a\\nb"', "control character (U+000A)"],
		["username", "person.displayName", "256 characters"],
		["email", '"no at sign"', "is not an e-mail address"],
		["email", '"a@b@c"', "is not an e-mail address"],
		["username", "person.attributes.nope[0]", 'no attribute "nope"'],
		["where", 'person.attributes.nope[0] == "x"', 'no attribute "nope"'],
	])("%s: %s is held: %s", (setting, text, detail) => {
		const desired = build({ people: { anna: { displayName: "x".repeat(256) } } }, { say: { displayName: '"ok"', [setting]: text } });
		expect(desired.people.size + desired.excluded.size).toBe(0);
		const held = desired.held.get("staff:anna" as PersonKey)!;
		expect(held).toMatchObject({ username: "anna", because: "invalid-value", aliases: [] });
		expect(held.detail).toContain(detail);
		expect(held.detail).toContain("anna (staff:anna)");
	});
	test("an attribute that cannot be worked out holds too", () => {
		const desired = build({ people: { anna: {} } }, { attributes: { site: "person.attributes.site[0]" } });
		expect(desired.held.get("staff:anna" as PersonKey)!.detail).toContain("attributes.site");
	});
	test("half a character from a directory is not written anywhere", () => {
		const desired = build({ people: { anna: { familyName: "x\ud83d" } } });
		expect(desired.held.get("staff:anna" as PersonKey)!.detail).toContain("lone surrogate");
	});
	test("an empty e-mail address is fine", () => {
		expect(wish(build({ people: { anna: { email: undefined } } }), "anna")!.fields.email).toBe("");
	});
	test("inactive people only get disabled, so the directory's own values do", () => {
		const say = { username: "person.attributes.nope[0]", email: '"x"', displayName: '""+person.attributes.nope[0]' };
		const desired = build(
			{ people: { anna: { active: false } }, groups: { g: { people: ["anna"] } } },
			{ say, attributes: { a: "person.attributes.nope[0]" }, map: [["g", "t"]] },
		);
		expect(wish(desired, "anna")).toEqual({
			person: "staff:anna",
			aliases: [],
			fields: { username: "anna", email: "anna@example.org", displayName: "anna" },
			active: false,
			groups: [],
			uncertain: [],
			attributes: {},
			raw: true,
		});
	});
});

describe("a group that the policy names and no source has", () => {
	const refused = (draft: DirectoryDraft, policy: PolicyDraft) => {
		try {
			build(draft, policy);
		} catch (error) {
			return error as Error & { code: string; todo: string };
		}
		throw new Error("accepted");
	};
	test("is an error with file, line, the nearest names and what to do", () => {
		const error = refused({ groups: { engineers: {}, sales: {} } }, { map: [["engineering", "devs"]] });
		expect(error).toMatchObject({ code: "config.invalid", context: { group: "engineering", file: "rollcall.yaml", line: 20 } });
		expect(error.message).toBe(
			'rollcall.yaml:20:14: groups.map[0]: there is no group "engineering" in staff (2 groups); did you mean "engineers"?',
		);
		expect(error.todo).toContain("looked like an empty one");
	});
	test("also when the source has no group at all", () => {
		expect(refused({ people: { anna: {} } }, { map: [["engineering", "devs"]] }).message).toContain("may Rollcall's account see groups?");
	});
	test("also in a filter or a transform, and by path; all of them at once", () => {
		const error = refused(
			{ groups: { engineering: {} } },
			{
				say: { where: '"enginering" in person.groups', username: '"x" in person.groups ? "a" : "b"' },
				map: [{ path: "/enginering", to: "x" }],
			},
		);
		expect(error.message.split("\n")).toHaveLength(3);
		expect(error.message).toContain('rollcall.yaml:10:14: where: there is no group "enginering"');
		expect(error.message).toContain('rollcall.yaml:11:14: username: there is no group "x"');
		expect(error.message).toContain('group with the path "/enginering" in staff (1 groups); did you mean "/engineering"?');
	});
	test("a regular expression that matches nothing is a note", () => {
		expect(build({}, { map: [["/^ops-/", "ops"]] }).notes).toEqual(["The group rule /^ops-/ matches no group of staff."]);
	});
	test("a name that stands for several groups: all count, with a note", () => {
		const groups = { g1: { name: "ops", path: "/a/ops", people: ["anna"] }, g2: { name: "ops", path: "/b/ops", people: ["bo"] } };
		const desired = build({ people: { anna: {}, bo: {} }, groups }, { map: [["ops", "ops"]] });
		expect([wish(desired, "anna")!.groups, wish(desired, "bo")!.groups]).toEqual([["ops"], ["ops"]]);
		expect(desired.notes).toEqual(['"ops" stands for 2 groups, and members of any of them count: staff: /a/ops, staff: /b/ops.']);
	});
	test("targets that differ in case only are noted", () => {
		const desired = build(
			{ groups: { a: {}, b: {} } },
			{
				map: [
					["a", "Devs"],
					["b", "devs"],
				],
			},
		);
		expect(desired.notes).toEqual([expect.stringContaining("Devs, devs")]);
	});
	test("a default that a rule turns out to feed is noted: only the rule gives it", () => {
		const map: PolicyDraft["map"] = [["/^ops-(.+)$/", "jira-$1"]];
		const groups = { default: ["Jira-Users", "lunch"] };
		expect(build({ groups: { "ops-users": {} } }, { map, groups }).notes).toEqual([
			"groups.default names Jira-Users, which the group rules feed too: new accounts get it as members of the directory's group only.",
		]);
		expect(build({ groups: { "ops-others": {} } }, { map, groups }).notes).toEqual([]);
	});
	test("a rule that gives no usable name manages nothing and says so", () => {
		const desired = build({ groups: { "ops-": {} } }, { map: [["/^ops-(.*)$/", "$1"]] });
		expect([desired.groups.size, desired.notes]).toEqual([0, [expect.stringContaining("the name is empty")]]);
	});
});

test("a source that was not read is a bug, never an empty directory", () => {
	expect(() => buildDesired(policyOf({}), [directory("other", {})])).toThrow('no snapshot of source "staff"');
});
