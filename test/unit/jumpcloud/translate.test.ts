import { describe, expect, test } from "@jest/globals";
import { fieldsFor } from "../../../connectors/idp/jumpcloud/attributes.ts";
import { groupFrom, memberFrom, personFrom } from "../../../connectors/idp/jumpcloud/translate.ts";
import type { AttributeNeeds } from "../../../core/connector.ts";

/** As documented, with what is seen beside it (`id`). */
const ANN = {
	_id: "5f0c1b2a3d4e5f6071829304",
	id: "5f0c1b2a3d4e5f6071829304",
	username: "ann",
	email: "ann@example.com",
	firstname: "Ann",
	lastname: "Lee",
	displayname: "Ann Lee",
	state: "ACTIVATED",
	activated: true,
	suspended: false,
	account_locked: false,
	password_expired: false,
	created: "2024-01-02T03:04:05.000Z",
	employeeIdentifier: "E1",
	department: "R&D",
	jobTitle: "Engineer",
	manager: "",
	external_dn: "",
	external_source_type: "",
	unix_uid: 5001,
	attributes: [{ name: "costCentre", value: "CC1" }],
};
const person = (change: object, needs: AttributeNeeds = new Set(), locked: "active" | "inactive" = "active") =>
	personFrom({ ...ANN, ...change }, { needs, locked });
const without = (...names: string[]) =>
	personFrom(Object.fromEntries(Object.entries(ANN).filter(([name]) => !names.includes(name))), { needs: new Set(), locked: "active" });

describe("a person", () => {
	test("as JumpCloud documents it", () => {
		expect(person({})).toEqual({
			kind: "good",
			id: "5f0c1b2a3d4e5f6071829304",
			organization: undefined,
			value: {
				id: "5f0c1b2a3d4e5f6071829304",
				username: "ann",
				email: "ann@example.com",
				givenName: "Ann",
				familyName: "Lee",
				displayName: "Ann Lee",
				active: true,
				attributes: {},
			},
		});
	});

	test("empty texts and nulls are nothing; one of the two ids is enough", () => {
		expect(person({ email: "", firstname: null, lastname: "", displayname: undefined })).toMatchObject({
			value: { email: undefined, givenName: undefined, familyName: undefined, displayName: undefined },
		});
		expect(without("id")).toMatchObject({ kind: "good", id: ANN._id });
		expect(without("_id")).toMatchObject({ kind: "good", id: ANN._id });
		expect(without("_id", "id")).toMatchObject({ kind: "unusable" });
		expect(person({ _id: "aaaa", id: "bbbb" })).toMatchObject({ id: "aaaa", value: { id: "aaaa" } });
	});

	test.each([
		[{ state: "ACTIVATED" }, true],
		[{ state: "STAGED", activated: false }, false],
		// What was activated once and is staged again is staged.
		[{ state: "STAGED" }, false],
		[{ state: "SUSPENDED", suspended: true }, false],
		[{ state: "SUSPENDED" }, false],
		[{ state: "ACTIVATED", suspended: true }, false],
		// Waits for a first password; has let it run out; has mistyped it too often.
		[{ activated: false }, true],
		[{ password_expired: true }, true],
		[{ account_locked: true }, true],
		// From before there were states.
		[{ state: undefined }, true],
		[{ state: "", suspended: true }, false],
		[{ state: null, activated: false }, false],
	])("%j: active %s", (change, active) => {
		expect(person(change)).toMatchObject({ kind: "good", value: { active } });
	});

	test("locked people are inactive where that is asked for, and nobody else is", () => {
		expect(person({ account_locked: true }, new Set(), "inactive")).toMatchObject({ value: { active: false } });
		expect(person({}, new Set(), "inactive")).toMatchObject({ value: { active: true } });
	});

	test.each([
		[{ state: "RETIRED" }, "JumpCloud says state RETIRED, which Rollcall does not know"],
		[{ state: undefined, suspended: undefined }, "JumpCloud does not say whether this account is active"],
		[{ state: undefined, activated: null }, "JumpCloud does not say whether this account is active"],
		[{ suspended: "no" }, expect.stringContaining("no usable suspended")],
		[{ attributes: { costCentre: "CC1" } }, expect.stringContaining("no usable attributes")],
	])("%j is held", (change, because) => {
		expect(person(change)).toEqual({ kind: "bad", id: ANN._id, label: "ann", because });
	});

	test("without a username it is held, without anything it is unusable", () => {
		expect(person({ username: "" })).toMatchObject({ kind: "bad", id: ANN._id });
		for (const row of [null, "ann", 7, [], {}, { _id: "" }])
			expect(personFrom(row, { needs: "all", locked: "active" })).toMatchObject({ kind: "unusable" });
	});
});

describe("attributes", () => {
	test("only those that are asked for; numbers and truth values are text, what is empty is absent", () => {
		const attributesOf = (needs: AttributeNeeds, change: object = {}) => {
			const found = person(change, needs);
			return found.kind === "good" ? found.value.attributes : undefined;
		};
		expect(attributesOf(new Set(["department", "costCentre", "manager", "nothing", "unix_uid"]))).toEqual({
			department: ["R&D"],
			costCentre: ["CC1"],
		});
		expect(attributesOf(new Set(["account_locked", "state"]), { account_locked: true })).toEqual({
			account_locked: ["true"],
			state: ["ACTIVATED"],
		});
		const custom = [
			{ name: "level", value: 7 },
			{ name: "site", value: "Köln" },
			{ name: "site", value: "Bonn" },
			{ name: "empty", value: "" },
			{ name: "odd", value: { a: 1 } },
			{ name: "department", value: "custom one" },
		];
		expect(attributesOf(new Set(["level", "site", "empty", "odd", "department", "custom.department"]), { attributes: custom })).toEqual({
			level: ["7"],
			site: ["Köln", "Bonn"],
			department: ["R&D"],
			"custom.department": ["custom one"],
		});
		expect(attributesOf("all", { attributes: custom })).toEqual({
			account_locked: ["false"],
			created: ["2024-01-02T03:04:05.000Z"],
			department: ["R&D"],
			"custom.department": ["custom one"],
			employeeIdentifier: ["E1"],
			jobTitle: ["Engineer"],
			level: ["7"],
			password_expired: ["false"],
			site: ["Köln", "Bonn"],
			state: ["ACTIVATED"],
		});
	});

	test("the server is asked for no other field", () => {
		const always = "_id username email firstname lastname displayname state activated suspended account_locked organization";
		expect(fieldsFor(new Set())).toBe(always);
		expect(fieldsFor(new Set(["department", "state"]))).toBe(`${always} department`);
		expect(fieldsFor(new Set(["department", "costCentre", "site"]))).toBe(`${always} department attributes`);
		expect(fieldsFor(new Set(["custom.department"]))).toBe(`${always} attributes`);
		expect(fieldsFor("all")).toBeUndefined();
	});
});

describe("a group", () => {
	const ENGINEERING = {
		id: "60a1b2c3d4e5f60718293041",
		name: "Engineering",
		type: "user_group",
		description: "",
		email: "",
		membershipMethod: "STATIC",
		memberQuery: null,
		attributes: null,
	};
	test("as JumpCloud documents it", () => {
		expect(groupFrom(ENGINEERING)).toEqual({
			kind: "good",
			id: ENGINEERING.id,
			organization: undefined,
			value: { id: ENGINEERING.id, name: "Engineering", broken: undefined },
		});
		expect(groupFrom({ ...ENGINEERING, organizationObjectId: "5e" })).toMatchObject({ organization: "5e" });
	});

	test("a rule that JumpCloud cannot evaluate says nothing about anybody", () => {
		const broken = "JumpCloud cannot evaluate the rule that says who is in it (CYCLE, INVALID_GROUP_REFERENCE)";
		const flags = { memberQueryErrorFlags: ["CYCLE", "INVALID_GROUP_REFERENCE"] };
		for (const membershipMethod of ["DYNAMIC_AUTOMATED", "DYNAMIC_REVIEW_REQUIRED", null])
			expect(groupFrom({ ...ENGINEERING, ...flags, membershipMethod })).toMatchObject({ value: { broken } });
		// Left over from when it had a rule.
		expect(groupFrom({ ...ENGINEERING, ...flags })).toMatchObject({ value: { broken: undefined } });
		expect(groupFrom({ ...ENGINEERING, memberQueryErrorFlags: [], membershipMethod: "DYNAMIC_AUTOMATED" })).toMatchObject({
			value: { broken: undefined },
		});
	});

	test("of devices, without a name, without an id", () => {
		expect(groupFrom({ ...ENGINEERING, type: "system_group" })).toMatchObject({ kind: "bad", label: "Engineering" });
		expect(groupFrom({ ...ENGINEERING, name: "" })).toMatchObject({ kind: "bad", id: ENGINEERING.id });
		expect(groupFrom({ name: "x" })).toMatchObject({ kind: "unusable" });
	});
});

test("members come as objects with paths, and as connections", () => {
	const id = "5f0c1b2a3d4e5f6071829304";
	const good = { kind: "good", id, value: { id, kind: "user" } };
	expect(memberFrom({ id, type: "user", compiledAttributes: null, paths: [] })).toMatchObject(good);
	expect(memberFrom({ from: null, to: { attributes: null, id, type: "user" } })).toMatchObject(good);
	expect(memberFrom({ id, type: "user_group" })).toMatchObject({ value: { kind: "user_group" } });
	for (const row of [null, {}, { id }, { id: "", type: "user" }, { to: null }, { to: { id } }])
		expect(memberFrom(row)).toMatchObject({ kind: "unusable" });
});
