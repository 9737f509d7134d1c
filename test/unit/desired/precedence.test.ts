import { describe, expect, test } from "@jest/globals";
import { buildDesired } from "../../../core/desired/build.ts";
import { tracePerson } from "../../../core/desired/trace.ts";
import type { Person, PersonKey } from "../../../core/model.ts";
import { type DirectoryDraft, directory, type PolicyDraft, policyOf } from "./directory.ts";

const key = (text: string) => text as PersonKey;
type Record = Partial<Omit<Person, "id">>;

const staff: Record = {
	username: "anna",
	email: "anna@x.org",
	givenName: "Anna",
	familyName: "Alt",
	displayName: "Anna Alt",
	attributes: { nr: ["7"], city: ["Wien"], team: ["red", "blue"] },
};
const corp: Record = {
	username: "aalt",
	email: "a.alt@corp.org",
	givenName: "Annie",
	familyName: "Neu",
	displayName: "Annie Neu",
	attributes: { nr: ["7"], city: ["Graz"], team: ["green"] },
};

/** Everything that expressions see, as user properties. */
const seen = {
	username: "person.username",
	email: "person.email",
	givenName: "person.givenName",
	familyName: "person.familyName",
	displayName: "person.displayName",
	city: 'person.attribute("city")',
	team: 'person.attribute("team")',
	active: 'person.active ? "yes" : "no"',
	source: "person.source",
};

const build = (policy: PolicyDraft, drafts: readonly DirectoryDraft[]) => {
	const from = ["staff", "corp", "firm"].slice(0, drafts.length);
	return buildDesired(
		policyOf({ from, attributes: seen, ...policy, say: { samePerson: 'person.attribute("nr")', ...policy.say } }),
		drafts.map((draft, at) => directory(from[at]!, draft)),
	);
};
const seenOf = (policy: PolicyDraft, ...records: readonly Record[]) =>
	build(
		policy,
		records.map((record, at) => ({ people: { [`p${at}`]: record } })),
	).people.get(key("staff:p0"))!.attributes;
const asStaff = {
	username: "anna",
	email: "anna@x.org",
	givenName: "Anna",
	familyName: "Alt",
	displayName: "Anna Alt",
	city: "Wien",
	team: "red",
	active: "yes",
	source: "staff",
};

describe("precedence", () => {
	test("without it every field is the first source's", () => {
		expect(seenOf({}, staff, corp)).toEqual(asStaff);
	});

	test.each([
		["username", { username: "aalt" }],
		["email", { email: "a.alt@corp.org" }],
		["givenName", { givenName: "Annie" }],
		["familyName", { familyName: "Neu" }],
		["displayName", { displayName: "Annie Neu" }],
	])("of %s changes that field and no other", (field, change) => {
		expect(seenOf({ precedence: { fields: { [field]: ["corp", "staff"] } } }, staff, corp)).toEqual({ ...asStaff, ...change });
	});

	test("of an attribute changes that attribute and no other", () => {
		expect(seenOf({ precedence: { attributes: { team: ["corp"] } } }, staff, corp)).toEqual({ ...asStaff, team: "green" });
	});

	test("both at once", () => {
		const precedence = { fields: { email: ["corp"] }, attributes: { city: ["corp"], team: ["staff"] } };
		expect(seenOf({ precedence }, staff, corp)).toEqual({ ...asStaff, email: "a.alt@corp.org", city: "Graz" });
	});

	test.each([
		["absent", undefined],
		["empty", ""],
		["blank", "  "],
	])("a value that is %s counts as none: the next in the list is asked", (_how, email) => {
		const precedence = { fields: { email: ["corp", "staff"] } };
		expect(seenOf({ precedence }, staff, { ...corp, email }).email).toBe("anna@x.org");
	});

	test.each([
		["absent", {}],
		["empty", { city: [] }],
		["blank", { city: ["", " "] }],
	])("an attribute that is %s counts as none", (_how, attributes) => {
		const precedence = { attributes: { city: ["corp", "staff"] } };
		expect(seenOf({ precedence }, staff, { ...corp, attributes: { nr: ["7"], ...attributes } }).city).toBe("Wien");
	});

	test("sources that are not listed come after those that are, in the order of from", () => {
		const precedence = { fields: { email: ["firm"] }, attributes: { city: ["firm"] } };
		const bare = { ...corp, email: undefined, attributes: { nr: ["7"] } };
		expect(seenOf({ precedence }, staff, corp, bare)).toMatchObject({ email: "anna@x.org", city: "Wien" });
		expect(seenOf({ precedence }, { ...staff, email: undefined, attributes: { nr: ["7"] } }, corp, bare)).toMatchObject({
			email: "a.alt@corp.org",
			city: "Graz",
		});
		expect(seenOf({ precedence }, staff, corp, { ...bare, email: "f@firm.org" }).email).toBe("f@firm.org");
	});

	test("where nobody has a value there is none", () => {
		const precedence = { fields: { email: ["corp"] }, attributes: { city: ["corp"] } };
		const bare = { email: undefined, attributes: { nr: ["7"] } };
		expect(seenOf({ precedence }, { ...staff, ...bare }, { ...corp, ...bare })).toMatchObject({ email: "", city: "" });
	});

	test("says nothing about somebody whom one source knows", () => {
		const desired = build({ precedence: { fields: { email: ["staff"] } } }, [{}, { people: { p1: corp } }]);
		expect(desired.people.get(key("corp:p1"))!.attributes.email).toBe("a.alt@corp.org");
	});

	test("samePerson looks at each record by itself, before anything is put together", () => {
		const desired = build({ precedence: { fields: { email: ["corp"] } }, say: { samePerson: "person.email" } }, [
			{ people: { p0: staff } },
			{ people: { p1: corp } },
		]);
		expect([...desired.people.keys()]).toEqual(["staff:p0", "corp:p1"]);
	});

	test("a source that no people come from is an error", () => {
		for (const precedence of [{ fields: { email: ["staff", "crop"] } }, { attributes: { email: ["crop"] } }])
			expect(() => build({ precedence }, [{}, {}])).toThrow(
				'the order for email names the source "crop", which no people come from; name sources of from only',
			);
	});
});

describe("active", () => {
	const off = (record: Record): Record => ({ ...record, active: false });
	const cases: readonly (readonly [PolicyDraft["active"], boolean, boolean, boolean])[] = [
		[undefined, true, false, true],
		[undefined, false, true, false],
		["first", true, false, true],
		["first", false, true, false],
		["any", true, false, true],
		["any", false, true, true],
		["any", false, false, false],
		["every", true, true, true],
		["every", true, false, false],
		["every", false, true, false],
	];
	test.each(cases)("%s: active in the first %s, in the second %s: %s", (active, first, second, expected) => {
		const desired = build({ ...(active === undefined ? {} : { active }), map: [["g", "devs"]] }, [
			{ people: { p0: first ? staff : off(staff) }, groups: { g: { people: ["p0"] } } },
			{ people: { p1: second ? corp : off(corp) } },
		]);
		const wish = desired.people.get(key("staff:p0"))!;
		// What expressions see and what becomes of the account are one answer.
		expect([wish.active, wish.attributes.active]).toEqual([expected, expected ? "yes" : "no"]);
		expect(wish.groups).toEqual(expected ? ["devs"] : []);
	});

	test("whoever is active by the second source only is held where an expression fails, as anybody active is", () => {
		const policy: PolicyDraft = { active: "any", say: { username: 'person.attributes.city[9] + ""' } };
		const drafts = [{ people: { p0: off(staff) } }, { people: { p1: corp } }];
		expect([...build(policy, drafts).held.keys()]).toEqual(["staff:p0"]);
		expect(build({ ...policy, active: "every" }, drafts).people.get(key("staff:p0"))).toMatchObject({ active: false, raw: true });
	});

	test("a group in doubt concerns whoever is active by any source", () => {
		const drafts = [{ people: { p0: off(staff) } }, { people: { p1: corp }, groups: { g: { held: "no" } } }];
		const uncertain = (active: "first" | "any") => build({ active, map: [["g", "devs"]] }, drafts).people.get(key("staff:p0"))!.uncertain;
		expect([uncertain("any"), uncertain("first")]).toEqual([["devs"], []]);
	});
});

test("explain names the source of each field with an order of its own", () => {
	const policy = policyOf({
		from: ["staff", "corp"],
		say: { samePerson: 'person.attribute("nr")' },
		active: "every",
		precedence: { fields: { email: ["corp"], username: ["corp", "staff"] }, attributes: { city: ["corp"], none: ["corp"] } },
	});
	const snapshots = [
		directory("staff", { people: { p0: staff, p2: { attributes: { nr: ["8"] } } } }),
		directory("corp", { people: { p1: { ...corp, username: " ", active: false } } }),
	];
	const [story] = tracePerson(policy, snapshots, "anna").people;
	expect(story!.record).toMatchObject({ username: "anna", email: "a.alt@corp.org", familyName: "Alt", active: false });
	expect(story!.record!.attributes).toMatchObject({ city: ["Graz"], team: ["red", "blue"] });
	expect(story!.origins).toEqual({ username: "staff", email: "corp", "attributes.city": "corp", "attributes.none": "staff" });
	expect(tracePerson(policy, snapshots, "p2").people[0]!.origins).toEqual({});
});
