import { describe, expect, test } from "@jest/globals";
import { asked, attributesOf, ENTERPRISE } from "../../../connectors/idp/scim/attributes.ts";
import { groupFrom, personFrom } from "../../../connectors/idp/scim/translate.ts";
import { absentSchema, errorOf, fieldsOf, pageSchema } from "../../../connectors/idp/scim/wire.ts";

/** After RFC 7643 section 8.3, shortened. */
const BJENSEN = {
	schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
	id: "2819c223-7f76-453a-919d-413861904646",
	externalId: "701984",
	userName: "bjensen@example.com",
	name: { formatted: "Ms. Barbara J Jensen, III", familyName: "Jensen", givenName: "Barbara", middleName: "Jane" },
	displayName: "Babs Jensen",
	emails: [
		{ value: "babs@jensen.org", type: "home" },
		{ value: "bjensen@example.com", type: "work", primary: true },
	],
	addresses: [
		{ type: "work", locality: "Hollywood", primary: true },
		{ type: "home", locality: "Berlin" },
	],
	phoneNumbers: [{ value: "555-555-5555", type: "work" }],
	title: "Tour Guide",
	active: true,
	password: "t1meMa$heen",
	groups: [
		{ value: "e9e30dba", $ref: "https://example.com/v2/Groups/e9e30dba", display: "Tour Guides" },
		{ value: "fc348aa8", type: "indirect" },
	],
	x509Certificates: [{ value: "MIIDQzCC" }],
	[ENTERPRISE]: {
		employeeNumber: "701984",
		department: "Tour Operations",
		manager: { value: "26118915", $ref: "../Users/26118915", displayName: "John Smith" },
	},
	meta: { resourceType: "User", created: "2010-01-23T04:56:22Z", version: 'W/"3694e05e9dff591"' },
};
const person = (raw: unknown, needs: ReadonlySet<string> | "all" = new Set()) => {
	const row = personFrom(raw, needs);
	if (row.kind !== "good") throw new Error(row.because);
	return row.value;
};

describe("a person", () => {
	test("as the standard has one", () => {
		expect(person(BJENSEN)).toEqual({
			person: {
				id: BJENSEN.id,
				username: "bjensen@example.com",
				email: "bjensen@example.com",
				givenName: "Barbara",
				familyName: "Jensen",
				displayName: "Babs Jensen",
				active: true,
				attributes: {},
			},
			saysActive: true,
			groups: [
				{ id: "e9e30dba", indirect: false },
				{ id: "fc348aa8", indirect: true },
			],
		});
	});

	test("with little: empty is absent, a number is an id, a formatted name is shown", () => {
		const found = person({ ID: 42, username: "x", DisplayName: "", Name: { Formatted: "X Y" }, emails: [], active: null });
		expect(found).toMatchObject({
			person: { id: "42", username: "x", displayName: "X Y", email: undefined, active: true },
			saysActive: false,
			groups: undefined,
		});
	});

	test.each([
		[true, true],
		[false, false],
		["True", true],
		["false", false],
	])("active: %j", (active, expected) => expect(person({ id: "1", userName: "x", active }).person.active).toBe(expected));

	test.each([
		[
			[
				{ value: "a", type: "home" },
				{ value: "b", type: "work" },
			],
			"b",
		],
		[
			[
				{ value: "a", type: "home" },
				{ value: "b", type: "work" },
				{ value: "c", primary: true },
			],
			"c",
		],
		[[{ value: "a" }, { value: "b" }], "a"],
		[
			[
				{ value: "a", primary: false },
				{ value: "", primary: true },
			],
			"a",
		],
		["plain@example.com", "plain@example.com"],
		[["first@example.com", "second@example.com"], "first@example.com"],
	])("e-mail address of %j", (emails, expected) => expect(person({ id: "1", userName: "x", emails }).person.email).toBe(expected));

	test("held when it cannot be understood; unusable without an id", () => {
		expect(personFrom({ id: "1", userName: "" }, "all")).toMatchObject({ kind: "bad", id: "1", because: "the record has no userName" });
		expect(personFrom({ id: "1", userName: "x", active: "perhaps" }, "all")).toMatchObject({ kind: "bad", id: "1", label: "x" });
		for (const raw of [{ userName: "x" }, { id: "", userName: "x" }, null, "x", []]) expect(personFrom(raw, "all").kind).toBe("unusable");
	});
});

describe("attributes", () => {
	const of = (...names: string[]) => person(BJENSEN, new Set(names)).person.attributes;

	test("by path, in any case, the enterprise extension also without its URN", () => {
		expect(
			of("title", "NAME.middlename", "department", `${ENTERPRISE.toUpperCase()}:EmployeeNumber`, "addresses.locality", "phoneNumbers"),
		).toEqual({
			title: ["Tour Guide"],
			"NAME.middlename": ["Jane"],
			department: ["Tour Operations"],
			[`${ENTERPRISE.toUpperCase()}:EmployeeNumber`]: ["701984"],
			"addresses.locality": ["Hollywood", "Berlin"],
			phoneNumbers: ["555-555-5555"],
		});
		expect(of("manager", "manager.displayName", "emails", "externalId")).toEqual({
			manager: ["26118915"],
			"manager.displayName": ["John Smith"],
			emails: ["babs@jensen.org", "bjensen@example.com"],
			externalId: ["701984"],
		});
	});

	test("never the password, nor what is about the record", () => {
		expect(of("password", "meta.created", "schemas", "groups", "id", "nothing", "title.sub", "urn:x:y")).toEqual({});
		const all = Object.keys(person(BJENSEN, "all").person.attributes);
		for (const name of ["password", "meta", "schemas", "groups", "id"]) expect(all).not.toContain(name);
	});

	test("all of them are what each alone is", () => {
		const { attributes } = person(BJENSEN, "all").person;
		expect(Object.keys(attributes)).toEqual(
			expect.arrayContaining(["department", `${ENTERPRISE}:department`, "addresses.locality", "manager.displayName"]),
		);
		for (const [name, values] of Object.entries(attributes)) expect(of(name)).toEqual({ [name]: values });
	});

	test("a name that several extensions have is nobody's, unless the core or the enterprise extension has it", () => {
		const fields = fieldsOf({
			id: "1",
			"urn:a:User": { badge: "1", division: "x" },
			"urn:b:User": { badge: "2" },
			[ENTERPRISE]: { division: "y" },
		})!;
		expect(attributesOf(fields, new Set(["badge", "urn:b:User:badge", "division"]))).toEqual({
			"urn:b:User:badge": ["2"],
			division: ["y"],
		});
	});

	test("how they are asked for", () => {
		expect(asked("title")).toBe("title");
		expect(asked("manager.displayName")).toBe(`${ENTERPRISE}:manager.displayName`);
		expect(asked("badge", new Map([["badge", "urn:a:User"]]))).toBe("urn:a:User:badge");
		expect(asked("unheardOf")).toBe("unheardOf");
	});
});

describe("a group", () => {
	test("its members, as far as their kind is said", () => {
		const members = [
			{ value: "1", type: "User" },
			{ value: "2", type: "group" },
			{ value: "3", $ref: "https://example.com/v2/Groups/3" },
			{ $ref: "../Users/a%2Fb?x" },
			{ value: 5 },
			{ value: "6", type: "Device", $ref: "https://example.com/v2/Devices/6" },
			{ value: "7", type: "direct", $ref: "/Users/7" },
		];
		expect(groupFrom({ id: "g", displayName: "G", members })).toMatchObject({
			kind: "good",
			value: {
				id: "g",
				name: "G",
				fault: undefined,
				members: [
					{ id: "1", kind: "person" },
					{ id: "2", kind: "group" },
					{ id: "3", kind: "group" },
					{ id: "a/b", kind: "person" },
					{ id: "5", kind: "unsaid" },
					{ id: "6", kind: "other", type: "Device" },
					{ id: "7", kind: "person" },
				],
			},
		});
	});

	test("what cannot be believed is a fault of it", () => {
		const of = (members: unknown) => {
			const row = groupFrom({ id: "g", displayName: "G", members });
			return row.kind === "good" ? row.value : { fault: "not understood", members: [] };
		};
		expect(of(null)).toMatchObject({ fault: undefined, members: [] });
		expect(of([])).toMatchObject({ fault: undefined, members: [] });
		expect(of({ value: "1" }).fault).toMatch(/not a list/);
		expect(of([{ value: "1" }, { display: "?" }]).fault).toMatch(/no id/);
		expect(groupFrom({ id: "g" })).toMatchObject({ kind: "bad", because: "the record has no displayName" });
	});
});

describe("a page", () => {
	test("with rows, or with nothing but a total", () => {
		expect(pageSchema.parse({ totalResults: "3", Resources: [1], nextCursor: "" })).toEqual({ rows: [1], total: 3, nextCursor: undefined });
		expect(pageSchema.parse({ TotalResults: 0 })).toEqual({ rows: [], total: 0, nextCursor: undefined });
		expect(pageSchema.parse({ resources: [], nextCursor: "x" })).toEqual({ rows: [], total: undefined, nextCursor: "x" });
	});

	test.each([
		[{}],
		[null],
		[[]],
		["x"],
		[{ error: "x" }],
		[{ totalResults: -1 }],
		[{ totalResults: 1, Resources: {} }],
		[{ totalResults: 1, Resources: null }],
		[{ totalResults: "many", Resources: [] }],
	])("%j is none", (raw) => expect(pageSchema.safeParse(raw).success).toBe(false));

	test.each([
		[{ schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"] }, true],
		[{ status: 404 }, true],
		[{ Status: "404" }, true],
		[{ schemas: [], status: "400" }, false],
		[{ error: "not found" }, false],
		["", false],
	])("404 with %j is the server's own statement: %j", (body, expected) => expect(absentSchema.safeParse(body).success).toBe(expected));

	test("what an error says of itself", () => {
		expect(errorOf({ scimType: "expiredCursor", detail: "x", status: "400" })).toEqual({ scimType: "expiredCursor", detail: "x" });
		expect(errorOf({ scimType: "has blanks in it", detail: 7 })).toEqual({ scimType: undefined, detail: undefined });
		expect(errorOf({ detail: "x" })).toEqual({ scimType: undefined, detail: "x" });
		expect(errorOf("x")).toEqual({ scimType: undefined, detail: undefined });
	});
});
