import { describe, expect, test } from "@jest/globals";
import { fieldsFor } from "../../../connectors/idp/onelogin/attributes.ts";
import { GROUPS } from "../../../connectors/idp/onelogin/settings.ts";
import { ACTIVE } from "../../../connectors/idp/onelogin/status.ts";
import { groupFrom, personFrom, roleFrom } from "../../../connectors/idp/onelogin/translate.ts";
import type { AttributeNeeds } from "../../../core/connector.ts";

/** As the documentation shows a single user. */
const MIKE = {
	id: 56781966,
	username: "mike",
	email: "mike@example.com",
	firstname: "Mike",
	lastname: "Tester",
	status: 1,
	state: 1,
	group_id: 17,
	directory_id: null,
	department: "Sales",
	manager_user_id: 42,
	last_login: "2026-08-22T18:43:55.188Z",
	created_at: "2019-08-22T18:43:55.188Z",
	role_ids: [123, "124"],
	custom_attributes: { cost_centre: "CC1", department: "own", empty: null, list: ["a", 2], deep: { x: 1 } },
};
const SETTINGS = { active: ACTIVE, groups: GROUPS };
const person = (row: unknown, needs: AttributeNeeds = new Set()) => personFrom(row, SETTINGS, needs);

describe("a person", () => {
	test("every part has its place; ids are texts", () => {
		expect(person(MIKE)).toEqual({
			kind: "good",
			id: "56781966",
			value: {
				person: {
					id: "56781966",
					username: "mike",
					email: "mike@example.com",
					givenName: "Mike",
					familyName: "Tester",
					displayName: undefined,
					active: true,
					attributes: {},
				},
				roles: new Set(["123", "124"]),
				group: "17",
			},
		});
	});

	test.each([
		[0, 1, false],
		[1, 1, true],
		[2, 1, false],
		[3, 1, true],
		[4, 1, true],
		[5, 1, true],
		[7, 1, true],
		[8, 1, true],
		[1, 0, false],
		[1, 2, false],
		[1, 3, false],
		[1, null, true],
	])("status %j, state %j: active %j", (status, state, active) => {
		expect(person({ ...MIKE, status, state })).toMatchObject({ kind: "good", value: { person: { active } } });
	});

	test("the configuration says who is active", () => {
		const strict = { groups: GROUPS, active: { statuses: ["active", "unactivated"], states: ["approved", "unlicensed"] } } as const;
		const active = (status: number, state: number) => personFrom({ ...MIKE, status, state }, strict, new Set());
		expect(active(3, 1)).toMatchObject({ value: { person: { active: false } } });
		expect(active(0, 3)).toMatchObject({ value: { person: { active: true } } });
	});

	test.each([
		[{ status: 6 }, "OneLogin's status 6 is not a known one"],
		[{ status: 99 }, "OneLogin's status 99 is not a known one"],
		[{ state: 4 }, "OneLogin's state 4 is not a known one"],
		[{ status: null }, "OneLogin's answer has no usable status: Invalid input: expected number, received null"],
		[{ username: null, email: "" }, "OneLogin has neither a username nor an e-mail address"],
		[{ role_ids: "all" }, "OneLogin's answer has no usable role_ids: Invalid input: expected array, received string"],
	])("%j is held", (change, because) => {
		expect(person({ ...MIKE, ...change })).toMatchObject({ kind: "bad", id: "56781966", because });
	});

	test.each([[null], ["text"], [{}], [{ ...MIKE, id: 0 }], [{ ...MIKE, id: 1.5 }], [{ ...MIKE, id: "0x1" }]])(
		"%j cannot be held",
		(row) => {
			expect(person(row)).toMatchObject({ kind: "unusable" });
		},
	);

	test("whoever has no username logs in by e-mail address; empty texts are none", () => {
		expect(person({ ...MIKE, username: "", firstname: "", lastname: null })).toMatchObject({
			value: { person: { username: "mike@example.com", givenName: undefined, familyName: undefined } },
		});
	});

	test("roles that are not told are not none", () => {
		const { role_ids: _, ...without } = MIKE;
		expect(person(without)).toMatchObject({ value: { roles: undefined } });
		expect(person({ ...MIKE, role_ids: null })).toMatchObject({ value: { roles: undefined } });
		expect(personFrom(MIKE, { active: ACTIVE, groups: { ...GROUPS, members: "roles" } }, new Set())).toMatchObject({
			value: { roles: undefined },
		});
	});
});

describe("attributes", () => {
	const attributes = (needs: AttributeNeeds) => {
		const found = person(MIKE, needs);
		return found.kind === "good" ? found.value.person.attributes : undefined;
	};
	test("only those that are asked for; a custom one of a field's name by its long name", () => {
		expect(attributes(new Set(["department", "cost_centre", "custom_attributes.department", "nothing", "empty"]))).toEqual({
			department: ["Sales"],
			cost_centre: ["CC1"],
			"custom_attributes.department": ["own"],
		});
		expect(attributes(new Set(["custom_attributes.cost_centre"]))).toEqual({ "custom_attributes.cost_centre": ["CC1"] });
	});

	test("several values, numbers and objects become texts", () => {
		expect(attributes(new Set(["list", "deep", "manager_user_id", "group_id"]))).toEqual({
			list: ["a", "2"],
			deep: ['{"x":1}'],
			manager_user_id: ["42"],
			group_id: ["17"],
		});
	});

	test("status and state as words", () => {
		expect(attributes(new Set(["status", "state"]))).toEqual({ status: ["active"], state: ["approved"] });
	});

	test("all of them are those that do not change with every log-in", () => {
		expect(attributes("all")).toEqual({
			created_at: ["2019-08-22T18:43:55.188Z"],
			department: ["Sales"],
			manager_user_id: ["42"],
			cost_centre: ["CC1"],
			"custom_attributes.department": ["own"],
			list: ["a", "2"],
			deep: ['{"x":1}'],
		});
	});

	test("fields that must be named", () => {
		expect(fieldsFor(new Set())).toEqual([]);
		expect(fieldsFor(new Set(["title", "department"]))).toEqual(["department", "title"]);
		expect(fieldsFor(new Set(["title", "x", "y"]))).toEqual(["title", "custom_attributes"]);
		expect(fieldsFor(new Set(["custom_attributes.title"]))).toEqual(["custom_attributes"]);
		expect(fieldsFor("all")).toEqual(expect.arrayContaining(["department", "custom_attributes"]));
		expect(fieldsFor("all")).not.toContain("last_login");
	});
});

describe("roles and groups", () => {
	test("a role with its people, or without a word about them", () => {
		expect(roleFrom({ id: 123, name: "Sample Role", apps: [1], users: [5, 6], admins: [7] }, "both")).toEqual({
			kind: "good",
			id: "123",
			value: { name: "Sample Role", people: new Set(["5", "6"]) },
		});
		expect(roleFrom({ id: 123, name: "Sample Role", apps: [] }, "both")).toMatchObject({ value: { people: undefined } });
		expect(roleFrom({ id: 123, name: "Sample Role", users: [5] }, "people")).toMatchObject({ value: { people: undefined } });
	});

	test("what cannot be understood is held where it has an id", () => {
		expect(roleFrom({ id: 123, name: "R", users: [null] }, "both")).toMatchObject({ kind: "bad", id: "123", label: "R" });
		expect(roleFrom({ id: 123, name: "" }, "both")).toMatchObject({ kind: "bad", because: expect.stringContaining("no usable name") });
		expect(groupFrom({ id: 1, name: "Default", reference: null })).toEqual({ kind: "good", id: "1", value: { name: "Default" } });
		expect(groupFrom({ id: 1 })).toMatchObject({ kind: "bad", id: "1" });
		expect(groupFrom({ name: "x" })).toMatchObject({ kind: "unusable" });
	});
});
