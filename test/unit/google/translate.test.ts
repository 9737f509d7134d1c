import { describe, expect, test } from "@jest/globals";
import { projectionOf } from "../../../connectors/idp/google/attributes.ts";
import { groupFrom, memberFrom, personFrom, unitFrom } from "../../../connectors/idp/google/translate.ts";

/** The examples of the reference (https://developers.google.com/admin-sdk/directory/v1/guides/manage-users), put together. */
const LIZ = {
	kind: "admin#directory#user",
	id: "112233445566778899000",
	primaryEmail: "liz@example.com",
	name: { givenName: "Elizabeth", familyName: "Smith", fullName: "Elizabeth Smith" },
	isAdmin: false,
	suspended: false,
	archived: false,
	aliases: ["lizzy@example.com"],
	orgUnitPath: "/Engineering",
	externalIds: [
		{ value: "E-1001", type: "organization" },
		{ value: "77", type: "custom", customType: "badge" },
	],
	relations: [{ value: "boss@example.com", type: "manager" }],
	organizations: [
		{ title: "Second", department: "Sales" },
		{ title: "First", department: "Engineering", costCenter: "", primary: true, description: "Contractor" },
	],
	phones: [{ value: "+49 1", type: "work" }],
	customSchemas: {
		HR: {
			level: "3",
			remote: true,
			skills: [
				{ type: "work", value: "go" },
				{ type: "home", value: "rust" },
			],
		},
	},
};
const attributes = (needs: readonly string[] | "all") => {
	const row = personFrom(LIZ, needs === "all" ? "all" : new Set(needs));
	return row.kind === "good" ? row.value.person.attributes : undefined;
};

describe("a person", () => {
	test("as the reference has one", () => {
		expect(personFrom(LIZ, new Set())).toEqual({
			kind: "good",
			id: LIZ.id,
			value: {
				unit: "/Engineering",
				person: {
					id: LIZ.id,
					username: "liz@example.com",
					email: "liz@example.com",
					givenName: "Elizabeth",
					familyName: "Smith",
					displayName: "Elizabeth Smith",
					active: true,
					attributes: {},
				},
			},
		});
	});

	test.each([
		[{ suspended: true }, false],
		[{ archived: true }, false],
		[{ archived: undefined }, true],
	])("%j: active is %s", (change, active) => {
		expect(personFrom({ ...LIZ, ...change }, new Set())).toMatchObject({ value: { person: { active } } });
	});

	test("without the word whether it is suspended, without id, without anything", () => {
		expect(personFrom({ ...LIZ, suspended: undefined }, new Set())).toMatchObject({
			kind: "bad",
			id: LIZ.id,
			label: "liz@example.com",
			because: expect.stringContaining("suspended"),
		});
		expect(personFrom({ ...LIZ, id: undefined }, new Set()).kind).toBe("unusable");
		expect(personFrom(null, new Set()).kind).toBe("unusable");
	});

	test("attributes by everyday names, by type, of schemas; the primary organisation first", () => {
		expect(
			attributes(["employeeId", "externalIds.badge", "manager", "title", "department", "employeeType", "costCenter", "phones.work"]),
		).toEqual({
			employeeId: ["E-1001"],
			"externalIds.badge": ["77"],
			manager: ["boss@example.com"],
			title: ["First", "Second"],
			department: ["Engineering", "Sales"],
			employeeType: ["Contractor"],
			"phones.work": ["+49 1"],
		});
		expect(attributes(["HR.level", "HR.remote", "HR.skills", "HR.none"])).toEqual({
			"HR.level": ["3"],
			"HR.remote": ["true"],
			"HR.skills": ["go", "rust"],
		});
		expect(Object.keys(attributes("all") ?? {})).toEqual(
			expect.arrayContaining(["aliases", "archived", "HR.level", "orgUnitPath", "suspended"]),
		);
	});
});

test("only what is needed is asked for, custom fields by their schemas", () => {
	const own = ["id", "primaryEmail", "name", "suspended", "archived"];
	expect(projectionOf(new Set())).toEqual({ projection: "basic", members: own });
	expect(projectionOf(new Set(["manager", "title", "department", "aliases", "no-such"]))).toEqual({
		projection: "basic",
		members: [...own, "relations", "organizations", "aliases"],
	});
	expect(projectionOf(new Set(["IT.room", "HR.level", "HR.site", "a,b.c", "externalIds.badge"]))).toEqual({
		projection: "custom",
		customFieldMask: "HR,IT",
		members: [...own, "externalIds", "customSchemas"],
	});
	expect(projectionOf("all")).toEqual({ projection: "full", members: undefined });
});

describe("groups, members, units", () => {
	test("a group goes by its name, and its path is its address; the count is a text", () => {
		const group = { id: "01abcd", email: "eng@example.com", name: "Engineering", directMembersCount: "5" };
		expect(groupFrom(group)).toMatchObject({ kind: "good", value: { name: "Engineering", path: "eng@example.com", counted: 5 } });
		expect(groupFrom({ ...group, name: "", directMembersCount: undefined })).toMatchObject({
			value: { name: "eng@example.com", counted: undefined },
		});
		expect(groupFrom({ ...group, directMembersCount: "many" })).toMatchObject({ kind: "bad", id: "01abcd" });
	});

	test.each([
		[
			{ id: "1", email: "liz@example.com", role: "OWNER", type: "USER", status: "ACTIVE" },
			{ kind: "good", value: { kind: "person", id: "1" } },
		],
		[
			{ id: "01efgh", email: "backend@example.com", type: "GROUP" },
			{ kind: "good", value: { kind: "group", id: "01efgh" } },
		],
		[
			{ id: "C03az79cb", type: "CUSTOMER" },
			{ kind: "good", value: { kind: "customer" } },
		],
		[
			{ email: "partner@other.org", type: "EXTERNAL" },
			{ kind: "good", id: "partner@other.org", value: { kind: "outside" } },
		],
		[
			{ email: "liz@example.com", type: "USER" },
			{ kind: "bad", label: "liz@example.com" },
		],
		[
			{ id: "1", type: "OTHER" },
			{ kind: "bad", id: "1" },
		],
		[{ type: "USER" }, { kind: "unusable" }],
		[{ id: "1" }, { kind: "bad" }],
	])("member %j", (row, expected) => {
		expect(memberFrom(row)).toMatchObject(expected);
	});

	test("a unit", () => {
		expect(unitFrom({ orgUnitId: "id:1", name: "Berlin", orgUnitPath: "/Berlin", parentOrgUnitId: "id:0" })).toMatchObject({
			value: { id: "id:1", name: "Berlin", path: "/Berlin", parent: "id:0" },
		});
		expect(unitFrom({ orgUnitId: "id:1", name: "x" })).toMatchObject({ kind: "bad", id: "id:1" });
	});
});
