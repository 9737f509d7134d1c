import { describe, expect, test } from "@jest/globals";
import { buildDesired } from "../../../core/desired/build.ts";
import type { GroupName, PersonKey } from "../../../core/model.ts";
import { type DirectoryDraft, directory, type PolicyDraft, policyOf } from "./directory.ts";

const build = (draft: DirectoryDraft, policy: PolicyDraft = {}) => buildDesired(policyOf(policy), [directory("staff", draft)]);
const wish = (desired: ReturnType<typeof build>, id: string) => desired.people.get(`staff:${id}` as PersonKey);
const held = (desired: ReturnType<typeof build>, id: string) => desired.held.get(`staff:${id}` as PersonKey);
const people = { anna: {}, bo: {} };

describe("a record that could not be read", () => {
	test("is held, with its name where one is known", () => {
		const desired = build({ people: { anna: {} }, rejectedPeople: { r1: "carl", r2: undefined } });
		expect(held(desired, "r1")).toEqual({
			username: "carl",
			because: "rejected-at-source",
			detail: 'the record "carl" (r1) of staff could not be read: it has no username',
			aliases: [],
		});
		expect(held(desired, "r2")!.username).toBe("");
		expect([...desired.people.keys()]).toEqual(["staff:anna"]);
	});
});

describe("a group whose members are not known", () => {
	test("makes the targets it feeds uncertain, for everybody who is not in them by another group", () => {
		const desired = build(
			{ people, groups: { a: { held: "page 3 failed" }, b: { people: ["anna"] }, c: { people: ["bo"] } } },
			{
				map: [
					["a", "one"],
					["b", "one"],
					["c", "two"],
				],
			},
		);
		expect(wish(desired, "anna")).toMatchObject({ groups: ["one"], uncertain: [] });
		expect(wish(desired, "bo")).toMatchObject({ groups: ["two"], uncertain: ["one"] });
		expect(desired.groups.get("one" as GroupName)!.uncertain).toBe('staff: "/a" could not be read whole: page 3 failed');
		expect(desired.groups.get("two" as GroupName)!.uncertain).toBeUndefined();
	});

	test("makes every group around it uncertain, also around a cycle", () => {
		const desired = build(
			{ people, groups: { outer: { groups: ["middle"] }, middle: { groups: ["inner", "outer"] }, inner: { held: "no" }, other: {} } },
			{
				map: [
					["outer", "o"],
					["middle", "m"],
					["other", "x"],
				],
			},
		);
		expect(wish(desired, "anna")!.uncertain).toEqual(["m", "o"]);
		expect(desired.groups.get("o" as GroupName)!.uncertain).toBe(
			'staff: "outer" contains a group whose members are not known: "/inner" could not be read whole: no',
		);
	});

	test("does not spread where nesting is off", () => {
		const desired = build(
			{ people, groups: { outer: { groups: ["inner"] }, inner: { held: "no" } } },
			{ map: [["outer", "o"]], groups: { nested: false } },
		);
		expect(desired.groups.get("o" as GroupName)!.uncertain).toBeUndefined();
	});

	test("holds whoever the filter would judge differently inside it", () => {
		const groups = { eng: { held: "no" }, sales: { people: ["bo"] } };
		const desired = build({ people, groups }, { say: { where: '"eng" in person.groups || "sales" in person.groups' } });
		expect(held(desired, "anna")).toMatchObject({
			because: "rejected-at-source",
			detail: expect.stringContaining('"/eng" could not be read whole: no'),
		});
		expect(wish(desired, "bo")).toBeDefined();
		expect(desired.excluded.size).toBe(0);
	});

	test("does not hold whoever is out, or in, either way", () => {
		const draft = { people: { anna: {}, bo: { active: false } }, groups: { eng: { held: "no" } } };
		const desired = build(draft, { say: { where: 'person.active && "eng" in person.groups' } });
		expect([...desired.excluded.keys(), ...desired.held.keys()]).toEqual(["staff:bo", "staff:anna"]);
	});

	test("matters only when the expression asks about it", () => {
		const groups = { eng: { people: ["anna"] }, far: { held: "no" } };
		expect(build({ people, groups }, { say: { where: '"eng" in person.groups' } }).held.size).toBe(0);
		expect([...build({ people, groups }, { say: { where: "person.groups.size() == 1" } }).held.keys()]).toEqual(["staff:anna", "staff:bo"]);
		expect(build({ people, groups }, { say: { where: 'person.groups.exists(g, g == "eng")' } }).held.size).toBe(0);
	});

	test("an expression that would fail inside the group is not decided by how it ends outside", () => {
		const say = { where: '"eng" in person.groups && person.attributes.nope[0] == "x"' };
		const desired = build({ people: { anna: {} }, groups: { eng: { held: "no" } } }, { say });
		expect([[...desired.excluded.keys()], held(desired, "anna")?.because]).toEqual([[], "rejected-at-source"]);
	});

	test("a membership by another group of the same name is certain", () => {
		const groups = { g1: { name: "eng", path: "/a/eng", people: ["anna"] }, g2: { name: "eng", path: "/b/eng", held: "no" } };
		const desired = build({ people, groups }, { say: { where: '"eng" in person.groups' } });
		expect([[...desired.people.keys()], [...desired.held.keys()]]).toEqual([["staff:anna"], ["staff:bo"]]);
	});

	test("holds whoever a transform hangs on it for, but not inactive people", () => {
		const draft = { people: { anna: {}, bo: { active: false } }, groups: { ext: { held: "no" } } };
		const desired = build(draft, { say: { username: '("ext" in person.groups ? "x-" : "") + person.username' } });
		expect([...desired.held.keys()]).toEqual(["staff:anna"]);
		expect(wish(desired, "bo")).toMatchObject({ raw: true, fields: { username: "bo" } });
	});

	test("up to four are tried in every combination, more are held without", () => {
		const groups = Object.fromEntries(["a", "b", "c", "d", "e"].map((id) => [id, { held: "no" }]));
		const either = (names: string[]) => ({ say: { where: `!(${names.map((n) => `"${n}" in person.groups`).join(" && ")}) || true` } });
		expect(build({ people, groups }, either(["a", "b", "c", "d"])).people.size).toBe(2);
		expect(build({ people, groups }, either(["a", "b", "c", "d", "e"])).held.size).toBe(2);
		const needsAllFour = build(
			{ people, groups },
			{ say: { where: '!("a" in person.groups && "b" in person.groups && "c" in person.groups && "d" in person.groups)' } },
		);
		expect(needsAllFour.held.size).toBe(2);
	});
});

describe("a group of which not even the path is known", () => {
	test("with a name, it stands for that name", () => {
		const desired = build(
			{ people, groups: { b: { people: ["anna"] } }, rejectedGroups: { r: "eng" } },
			{
				map: [
					["eng", "devs"],
					["b", "bees"],
				],
			},
		);
		expect(wish(desired, "bo")!.uncertain).toEqual(["devs"]);
		expect(desired.groups.get("devs" as GroupName)!.uncertain).toContain('group "eng" could not be read: it has no path');
		expect(desired.groups.get("bees" as GroupName)!.uncertain).toBeUndefined();
	});
	test("it may have any path", () => {
		const desired = build(
			{ people, groups: { b: { people: ["anna"] } }, rejectedGroups: { r: "eng" } },
			{
				map: [
					{ path: "/^/b/", to: "bees" },
					{ path: "/gone", to: "gone" },
				],
			},
		);
		expect(wish(desired, "bo")!.uncertain).toEqual(["bees", "gone"]);
	});
	test("without a name, it may be any group that the policy names", () => {
		const draft = { people, groups: { b: { people: ["anna"] } }, rejectedGroups: { r: undefined } };
		const desired = build(draft, {
			map: [
				["eng", "devs"],
				["b", "bees"],
			],
		});
		expect(wish(desired, "bo")!.uncertain).toEqual(["bees", "devs"]);
		expect([...build(draft, { say: { where: '"b" in person.groups' } }).held.keys()]).toEqual(["staff:bo"]);
		expect([...build(draft, { say: { where: "person.groups.size() < 9" } }).held.keys()]).toEqual(["staff:anna", "staff:bo"]);
	});
	test("and whatever contains it is uncertain", () => {
		const desired = build({ people, groups: { outer: { groups: ["r"] } }, rejectedGroups: { r: "inner" } }, { map: [["outer", "o"]] });
		expect(wish(desired, "anna")!.uncertain).toEqual(["o"]);
	});
});
