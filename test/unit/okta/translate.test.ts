import { describe, expect, test } from "@jest/globals";
import { nextOf } from "../../../connectors/idp/okta/link.ts";
import { projection, quoted } from "../../../connectors/idp/okta/people.ts";
import { groupFrom, memberFrom, personFrom } from "../../../connectors/idp/okta/translate.ts";

/** As Okta's reference shows it: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/#tag/User/operation/listUsers */
const documented = {
	id: "00u118oQYT4TBTemp0g4",
	status: "ACTIVE",
	created: "2022-04-04T15:56:05.000Z",
	activated: null,
	statusChanged: null,
	lastLogin: "2022-05-04T19:50:52.000Z",
	lastUpdated: "2022-05-05T18:15:44.000Z",
	passwordChanged: "2022-04-04T16:00:22.000Z",
	type: { id: "oty1162QAr8hJjTaq0g4" },
	profile: {
		firstName: "Alice",
		lastName: "Smith",
		mobilePhone: null,
		secondEmail: null,
		login: "alice.smith@example.com",
		email: "alice.smith@example.com",
		costCenterCode: "custom",
	},
	credentials: { password: {}, provider: { type: "OKTA", name: "OKTA" } },
	_links: { self: { href: "https://example.okta.com/api/v1/users/00u118oQYT4TBTemp0g4" } },
};
const withProfile = (profile: object) => ({ ...documented, profile: { ...documented.profile, ...profile } });

describe("people", () => {
	test("the documented record", () => {
		expect(personFrom(documented, "all")).toEqual({
			kind: "good",
			id: documented.id,
			value: {
				id: documented.id,
				username: "alice.smith@example.com",
				email: "alice.smith@example.com",
				givenName: "Alice",
				familyName: "Smith",
				displayName: undefined,
				active: true,
				attributes: { costCenterCode: ["custom"] },
			},
		});
	});

	test("values of every type become texts; null, an empty list and what nobody asked for do not come", () => {
		const profile = { level: 3, remote: false, tags: ["a", "b"], numbers: [1, 2], none: [], nothing: null, empty: "", unasked: "x" };
		const needs = new Set(["level", "remote", "tags", "numbers", "none", "nothing", "empty", "login"]);
		expect(personFrom(withProfile(profile), needs)).toMatchObject({
			value: { attributes: { level: ["3"], remote: ["false"], tags: ["a", "b"], numbers: ["1", "2"], empty: [""] } },
		});
		const found = personFrom(withProfile(profile), needs);
		expect(Object.keys(found.kind === "good" ? found.value.attributes : {}).sort()).toEqual([
			"empty",
			"level",
			"numbers",
			"remote",
			"tags",
		]);
	});

	test.each([
		["ACTIVE", true],
		["ACTIVATING", true],
		["PROVISIONED", true],
		["RECOVERY", true],
		["LOCKED_OUT", true],
		["PASSWORD_EXPIRED", true],
		["STAGED", false],
		["SUSPENDED", false],
		["DEPROVISIONED", false],
	])("%s is active: %s", (status, active) => {
		expect(personFrom({ ...documented, status }, new Set())).toMatchObject({ kind: "good", value: { active } });
	});

	test.each([
		["a status of tomorrow", { ...documented, status: "RETIRED" }, /status "RETIRED" is not known/],
		["a status that JavaScript knows", { ...documented, status: "constructor" }, /is not known/],
		["no status", { ...documented, status: undefined }, /no usable status/],
		["no login", withProfile({ login: undefined }), /no usable profile.login/],
		["a login that is no text", withProfile({ login: 7 }), /no usable profile.login/],
	])("%s: held by its id", (_name, row, because) => {
		expect(personFrom(row, "all")).toMatchObject({ kind: "bad", id: documented.id, because: expect.stringMatching(because) });
	});

	test.each([[null], ["text"], [[]], [{}], [{ id: "" }], [{ id: 5 }]])("unusable: %p", (row) => {
		expect(personFrom(row, "all").kind).toBe("unusable");
		expect(groupFrom(row).kind).toBe("unusable");
		expect(memberFrom(row).kind).toBe("unusable");
	});
});

describe("groups", () => {
	const own = { id: "00g1", type: "OKTA_GROUP", profile: { name: "West", description: null }, _embedded: { stats: { usersCount: 3 } } };
	test("Okta's own, with its count; Everyone; one of Active Directory, told apart by where it lies", () => {
		expect(groupFrom(own)).toMatchObject({ value: { name: "West", path: "West", everyone: false, counted: 3 } });
		const everyone = { ...own, type: "BUILT_IN", profile: { name: "Everyone" }, _embedded: undefined };
		expect(groupFrom(everyone)).toMatchObject({ value: { everyone: true, closed: false, counted: undefined } });
		const administrators = { ...everyone, profile: { name: "Okta Administrators" } };
		expect(groupFrom(administrators)).toMatchObject({ value: { everyone: false, closed: true } });
		expect(groupFrom({ ...own, profile: { name: "Everyone" } })).toMatchObject({ value: { everyone: false, closed: false } });
		const ad = { name: "West", dn: "CN=West,DC=example", windowsDomainQualifiedName: "EXAMPLE\\West" };
		expect(groupFrom({ ...own, type: "APP_GROUP", profile: ad })).toMatchObject({ value: { name: "West", path: "CN=West,DC=example" } });
		expect(groupFrom({ ...own, type: "APP_GROUP", profile: { ...ad, dn: null } })).toMatchObject({ value: { path: "EXAMPLE\\West" } });
	});
	test("a name or a count that is none: held", () => {
		expect(groupFrom({ ...own, profile: { name: "" } })).toMatchObject({ kind: "bad", id: "00g1" });
		expect(groupFrom({ ...own, _embedded: { stats: { usersCount: -1 } } })).toMatchObject({ kind: "bad", label: "West" });
	});
});

describe("Link headers", () => {
	const list = "https://example.okta.com/api/v1/users";
	const wrong = (what: string) => new Error(what) as never;
	const next = (link: string) => nextOf(link, wrong, list);
	test.each([
		[`<${list}?limit=2>; rel="self"`, undefined],
		[`<${list}?limit=2>; rel="self", <${list}?after=a,b&limit=2>; rel="next"`, `${list}?after=a,b&limit=2`],
		[`<${list}?after=x>; rel=next`, `${list}?after=x`],
		[`<${list}?after=x>; title="a, b"; rel="next"; hreflang=en`, `${list}?after=x`],
		[`<${list}?after=x>; rel="nextish"`, undefined],
	])("%s", (link, expected) => expect(next(link)).toBe(expected));
	test.each([
		["https://evil.example/api/v1/users?after=x", /another origin, https:\/\/evil\.example/],
		["http://example.okta.com/api/v1/users?after=x", /another origin/],
		["https://example.okta.com/api/v1/groups?after=x", /another list/],
		["/api/v1/users?after=x", /not a URL/],
	])("refused: %s", (target, message) => expect(() => next(`<${target}>; rel="next"`)).toThrow(message));
});

describe("what is asked", () => {
	test("a projection without what would break its syntax", () => {
		expect(projection("all")).toBeUndefined();
		expect(projection(new Set(["site", "a,b", "c)", "login"]))).toBe("id,status,profile:(login,email,firstName,lastName,displayName,site)");
	});
	test("quotes inside a filter", () => expect(quoted('a"b\\c')).toBe('"a\\"b\\\\c"'));
});
