import { describe, expect, test } from "@jest/globals";
import { ATTRIBUTES } from "../../../connectors/idp/openam/settings.ts";
import type { Row } from "../../../connectors/idp/openam/talk.ts";
import { groupFrom, personFrom } from "../../../connectors/idp/openam/translate.ts";
import recorded from "./recorded.json" with { type: "json" };

/** The recorded server did not show entryUUID. */
const BY_NAME = { ...ATTRIBUTES, id: "uid", groupId: "cn" };
const rows = (name: keyof typeof recorded.answers): readonly Row[] => (recorded.answers[name].body as unknown as { result: Row[] }).result;
const NONE = new Set<string>();

describe("people, as a real server sent them", () => {
	test("names, mail, status; no attributes unless asked for", () => {
		const [inactive, active] = rows("users, two of them, v3.0").map((row) => personFrom(row, BY_NAME, NONE));
		expect(inactive).toEqual({
			kind: "good",
			name: "user00025",
			id: "user00025",
			dn: "uid=user00025,ou=people,dc=openam,dc=example,dc=com",
			value: {
				saysStatus: true,
				person: {
					id: "user00025",
					username: "user00025",
					email: "user00025@example.com",
					givenName: "Test",
					familyName: "User25",
					displayName: "Test User 25",
					active: false,
					attributes: {},
				},
			},
		});
		expect(active).toMatchObject({ value: { person: { active: true } } });
	});

	test("attributes under the names that were asked for; all: what has no place of its own", () => {
		const [, row] = rows("users, two of them, v3.0");
		expect(personFrom(row!, BY_NAME, new Set(["EmployeeNumber", "mail", "title"]))).toMatchObject({
			value: { person: { attributes: { EmployeeNumber: ["30"], mail: ["user00030@example.com"] } } },
		});
		const found = personFrom(row!, BY_NAME, "all");
		expect(found.kind === "good" && found.value.person.attributes).toEqual({
			telephoneNumber: ["+49 30 30"],
			manager: ["uid=user00025,ou=people,dc=openam,dc=example,dc=com"],
			employeeNumber: ["30"],
		});
	});

	test("odd names; DNs in one spelling", () => {
		expect(rows("users, odd names, v3.0").map((row) => personFrom(row, BY_NAME, NONE))).toMatchObject([
			{ name: "smith,john", dn: "uid=smith\\,john,ou=people,dc=openam,dc=example,dc=com" },
			{ name: "李雷", dn: "uid=李雷,ou=people,dc=openam,dc=example,dc=com" },
		]);
	});

	const row = {
		_id: "ann",
		_rev: "1",
		username: "ann",
		realm: "/",
		dn: ["UID=Ann, ou=People"],
		entryUUID: ["AAAAAAAA-0000-4000-8000-00000000000F"],
	};
	test.each([
		[{}, true, false],
		[{ inetUserStatus: ["Inactive"] }, false, true],
		[{ inetuserstatus: ["INACTIVE"] }, false, true],
		[{ INETUSERSTATUS: ["active"] }, true, true],
	])("status %j", (more, active, saysStatus) => {
		expect(personFrom({ ...row, ...more }, ATTRIBUTES, NONE)).toMatchObject({
			id: "aaaaaaaa-0000-4000-8000-00000000000f",
			dn: "uid=ann,ou=people",
			value: { saysStatus, person: { active } },
		});
	});

	test("values have no order: whatever comes first, the person is the same", () => {
		const one = personFrom({ ...row, mail: ["b@x", "a@x"], tags: ["2", "10"] }, ATTRIBUTES, "all");
		expect(one).toEqual(personFrom({ ...row, mail: ["a@x", "b@x"], tags: ["10", "2"] }, ATTRIBUTES, "all"));
		expect(one).toMatchObject({ value: { person: { email: "a@x" } } });
	});

	test("what is not understood is held; without an id it cannot be", () => {
		expect(personFrom({ ...row, inetUserStatus: ["Parked"] }, ATTRIBUTES, NONE)).toMatchObject({ kind: "bad", name: "ann" });
		expect(personFrom({ ...row, mail: [{ at: 1 }] }, ATTRIBUTES, NONE)).toMatchObject({
			kind: "bad",
			because: "mail is not a list of texts",
		});
		expect(personFrom({ ...row, entryUUID: [] }, ATTRIBUTES, NONE)).toEqual({ kind: "unusable", because: '"ann" has no entryUUID' });
		expect(personFrom({ ...row, entryUUID: ["a", "b"] }, ATTRIBUTES, NONE)).toMatchObject({ kind: "unusable" });
		expect(personFrom({ ...row, dn: [] }, ATTRIBUTES, NONE)).toMatchObject({ kind: "unusable" });
		expect(personFrom({}, ATTRIBUTES, NONE)).toMatchObject({ kind: "unusable" });
	});
});

describe("groups, as a real server sent them", () => {
	test("members are DNs of people and of groups", () => {
		const nested = recorded.answers["group, v3.0"].body as unknown as Row;
		expect(groupFrom(nested, BY_NAME)).toMatchObject({
			name: "nested",
			value: {
				title: "nested",
				members: ["cn=team-01", "cn=team-02"]
					.map((cn) => `${cn},ou=groups,dc=openam,dc=example,dc=com`)
					.concat("uid=user00030,ou=people,dc=openam,dc=example,dc=com"),
			},
		});
	});

	test("nobody in it: the key is absent", () => {
		const empty = recorded.answers["group without members, v3.0"].body as unknown as Row;
		expect(groupFrom(empty, BY_NAME)).toMatchObject({ value: { members: [] } });
	});
});
