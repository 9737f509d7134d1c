import { describe, expect, test } from "@jest/globals";
import { tracePerson } from "../../../core/desired/trace.ts";
import { type DirectoryDraft, directory, type PolicyDraft, policyOf } from "./directory.ts";

const draft: DirectoryDraft = {
	people: {
		"id-1": { username: "Anna", email: "anna@x.org", givenName: "Anna", familyName: "B" },
		"id-2": { username: "bo", email: "ANNA@x.org" },
		"id-3": { username: "carl", active: false },
	},
	groups: {
		company: { groups: ["berlin", "oslo"], path: "/company" },
		berlin: { groups: ["team"], path: "/company/berlin" },
		oslo: { groups: ["far"], path: "/company/oslo" },
		far: { groups: ["team"], path: "/far" },
		team: { people: ["id-1", "id-3"], path: "/team" },
		lost: { held: "page 2 failed" },
		admins: { people: ["id-1"] },
		empty: {},
	},
	rejectedPeople: { "id-9": "dora" },
};
const policy: PolicyDraft = {
	say: { where: 'person.username != "bo" && !("empty" in person.groups)', username: "person.username.lowerAscii()" },
	map: [
		["company", "all"],
		["/^(team|empty)$/", "t-$1"],
		["lost", "lost"],
		["admins", "administrators"],
	],
	groups: { ignore: ["administrators"] },
};
const trace = (who: string) => tracePerson(policyOf(policy), [directory("staff", draft)], who).people;

describe("explain", () => {
	test.each([
		["id-1", ["staff:id-1"]],
		["staff:id-2", ["staff:id-2"]],
		["ANNA", ["staff:id-1"]],
		["anna@x.org", ["staff:id-1", "staff:id-2"]],
		["dora", ["staff:id-9"]],
		["nobody", []],
	])("%s is %j", (who, keys) => {
		expect(trace(who).map((story) => story.person)).toEqual(keys);
	});

	test("tells the record, the clauses, the steps, the shortest way to each group, and the groups withheld", () => {
		const [anna] = trace("anna");
		expect(anna!.record).toMatchObject({ source: "staff", groups: ["admins", "berlin", "company", "far", "oslo", "team"] });
		expect(anna!.filter!.parts.map((part) => [part.text, part.value])).toEqual([
			['person.username != "bo"', "true"],
			['!("empty" in person.groups)', "true"],
		]);
		expect(anna!.steps.map(({ setting, value, error }) => [setting, value, error])).toEqual([
			["username", "anna", undefined],
			["email", "anna@x.org", undefined],
			["displayName", "Anna B", undefined],
		]);
		expect(anna!.steps[0]!.place).toBe("rollcall.yaml:11:14");
		expect(anna!.groups).toEqual([
			{ group: "all", through: [{ source: "staff", path: ["/team", "/company/berlin", "/company"], rule: "company" }] },
			{ group: "t-team", through: [{ source: "staff", path: ["/team"], rule: "/^(team|empty)$/" }] },
		]);
		expect(anna!.withheld.map(({ group, why }) => [group, why])).toEqual([
			["lost", "uncertain"],
			["t-empty", "not-a-member"],
			["administrators", "not-managed"],
		]);
		expect(anna!.withheld.map(({ detail }) => detail)).toEqual([
			expect.stringContaining("page 2 failed"),
			"the person is in none of the groups that feed it: /empty",
			expect.stringContaining("groups.ignore"),
		]);
	});

	test("says who is not selected, inactive or held, and what they would have had", () => {
		const [bo] = trace("bo");
		expect(bo!.outcome).toEqual({
			kind: "excluded",
			because: 'the filter (rollcall.yaml:10:14) says no: person.username != "bo" is false',
		});
		const [carl] = trace("carl");
		expect(carl!.outcome).toMatchObject({ kind: "wish", wish: { active: false } });
		expect(carl!.groups).toEqual([]);
		expect(carl!.withheld.find(({ group }) => group === "all")).toEqual({
			group: "all",
			why: "inactive",
			detail: "a member through /team → /company/berlin → /company, but switched off in the directory",
		});
		const [dora] = trace("dora");
		expect(dora).toMatchObject({ record: undefined, outcome: { kind: "held", held: { because: "rejected-at-source" } } });
		expect(new Set(dora!.withheld.map(({ why }) => why))).toEqual(new Set(["held"]));
	});

	test("shows a failing step and the people that are one", () => {
		const held = tracePerson(
			policyOf({
				from: ["staff", "other"],
				say: { samePerson: "person.email.lowerAscii()", username: "person.attributes.nr[0]", email: '"x"' },
			}),
			[directory("staff", { people: { a: { email: "a@x.org" } } }), directory("other", { people: { b: { email: "A@x.org" } } })],
			"other:b",
		).people;
		expect(held.map(({ person, aliases }) => [person, aliases])).toEqual([["staff:a", ["other:b"]]]);
		expect(held[0]!.outcome.kind).toBe("held");
		expect(held[0]!.steps.map(({ setting, value, error }) => [setting, value, error?.slice(0, 20)])).toEqual([
			["samePerson", "a@x.org", undefined],
			["username", undefined, "there is no attribut"],
			["email", "x", "the value is not an "],
			["displayName", "a", undefined],
		]);
	});

	test("tells who is held because nobody can say who they are", () => {
		const two = { people: { a: { email: "x@x.org" }, b: { email: "x@x.org" } } };
		const stories = tracePerson(policyOf({ say: { samePerson: "person.email" } }), [directory("staff", two)], "x@x.org").people;
		expect(stories.map(({ person, outcome }) => [person, outcome.kind])).toEqual([
			["staff:a", "held"],
			["staff:b", "held"],
		]);
	});
});
