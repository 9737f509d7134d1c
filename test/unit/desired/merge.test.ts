import { describe, expect, test } from "@jest/globals";
import { buildDesired } from "../../../core/desired/build.ts";
import type { PersonKey } from "../../../core/model.ts";
import { type DirectoryDraft, directory, type PolicyDraft, policyOf } from "./directory.ts";

const build = (staff: DirectoryDraft, partners: DirectoryDraft, policy: PolicyDraft = {}) =>
	buildDesired(policyOf({ from: ["staff", "partners"], ...policy, say: { samePerson: "person.email.lowerAscii()", ...policy.say } }), [
		directory("partners", partners),
		directory("staff", staff),
	]);
const key = (text: string) => text as PersonKey;
const anna = { username: "anna", email: "anna@x.org" };

describe("the same person in several sources", () => {
	test("has the fields of the first source that knows them, the groups of all, and aliases", () => {
		const desired = build(
			{ people: { s1: anna }, groups: { eng: { people: ["s1"] } } },
			{
				people: { p1: { username: "ab", email: "Anna@X.org" }, p2: { username: "bo", email: "bo@x.org" } },
				groups: { ext: { people: ["p1"] } },
			},
			{
				map: [
					["eng", "devs"],
					["ext", "externals"],
				],
			},
		);
		expect([...desired.people.keys()]).toEqual(["staff:s1", "partners:p2"]);
		expect(desired.people.get(key("staff:s1"))).toMatchObject({
			aliases: ["partners:p1"],
			fields: { username: "anna", email: "anna@x.org" },
			groups: ["devs", "externals"],
		});
	});

	test("the first source says whether they are active, even when the other still has them", () => {
		const desired = build({ people: { s1: { ...anna, active: false } } }, { people: { p1: anna } });
		expect(desired.people.get(key("staff:s1"))).toMatchObject({ active: false, aliases: ["partners:p1"] });
		const filtered = build({ people: { s1: { ...anna, active: false } } }, { people: { p1: anna } }, { say: { where: "person.active" } });
		expect(filtered.people.size).toBe(0);
		expect([...filtered.excluded.keys()]).toEqual(["staff:s1", "partners:p1"]);
	});

	test("the filter sees the groups of all sources", () => {
		const desired = build(
			{ people: { s1: anna } },
			{ people: { p1: anna }, groups: { ext: { people: ["p1"] } } },
			{ say: { where: '"ext" in person.groups' } },
		);
		expect([...desired.people.keys()]).toEqual(["staff:s1"]);
	});

	test("an empty value stands for nobody else", () => {
		const nobody = { email: undefined };
		expect(build({ people: { s1: nobody, s2: nobody } }, { people: { p1: nobody } }).people.size).toBe(3);
	});

	test("two records of one source with one value: everybody is held, and everybody is named", () => {
		const desired = build({ people: { s1: anna, s2: { ...anna, username: "anna2" } } }, { people: { p1: { ...anna, username: "ab" } } });
		expect(desired.people.size).toBe(0);
		expect([...desired.held].map(([person, { because }]) => [person, because])).toEqual([
			["staff:s1", "ambiguous"],
			["staff:s2", "ambiguous"],
			["partners:p1", "ambiguous"],
		]);
		for (const { detail } of desired.held.values())
			expect(detail).toContain(
				'"anna@x.org" for 3 records, more than one of them in one source: anna (staff:s1), anna2 (staff:s2), ab (partners:p1)',
			);
	});

	test("whoever cannot be recognised is held", () => {
		const desired = build({ people: { s1: anna } }, { people: { p1: {} } }, { say: { samePerson: 'person.attributes.nr[0] + ""' } });
		expect([...desired.held.values()].map((held) => held.because)).toEqual(["invalid-value", "invalid-value"]);
		const byGroup = build(
			{ people: { s1: anna }, groups: { g: { held: "no" } } },
			{},
			{ say: { samePerson: '"g" in person.groups ? "x" : "y"' } },
		);
		expect([...byGroup.held.values()].map((held) => held.because)).toEqual(["rejected-at-source"]);
	});

	test("a held group of one source leaves memberships of its people open, not of others", () => {
		const desired = build(
			{ people: { s1: anna }, groups: { eng: { held: "no" } } },
			{ people: { p1: anna, p2: { email: "bo@x.org" } }, groups: { eng: { people: ["p1", "p2"] }, far: {} } },
			{
				map: [
					["eng", "devs"],
					["/^far$/", "far"],
				],
			},
		);
		expect(desired.people.get(key("staff:s1"))).toMatchObject({ groups: ["devs"], uncertain: [] });
		expect(desired.people.get(key("partners:p2"))).toMatchObject({ groups: ["devs"], uncertain: [] });
		expect(desired.groups.get("devs" as never)!.uncertain).toContain("staff: ");
	});

	test("a held person is held under every key", () => {
		const desired = build({ people: { s1: anna } }, { people: { p1: anna } }, { say: { username: '""' } });
		expect(desired.held.get(key("staff:s1"))).toMatchObject({ because: "invalid-value", aliases: ["partners:p1"] });
	});
});
