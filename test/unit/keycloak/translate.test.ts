import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { groupFrom, memberFrom, personFrom } from "../../../connectors/idp/keycloak/translate.ts";

const { answers } = JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8")) as { answers: Record<string, unknown[]> };
const first = (name: string): unknown => answers[name]![0];
const none = new Set<string>();

describe("people, as a real Keycloak 26.7.4 sent them", () => {
	test("a full record, with the attributes that are asked for only", () => {
		expect(personFrom(first("users, full page"), new Set(["department"]))).toEqual({
			kind: "good",
			id: "69246367-a883-4ffe-9a4b-aff6f905b369",
			value: {
				person: {
					id: "69246367-a883-4ffe-9a4b-aff6f905b369",
					username: "anna.smith.003719",
					email: "u003719@example.com",
					givenName: "Anna",
					familyName: "Smith",
					displayName: undefined,
					active: true,
					attributes: { department: ["開発"] },
				},
				federated: false,
			},
		});
		expect(personFrom(first("users, full page"), "all")).toMatchObject({
			value: { person: { attributes: { employeeId: ["E003719"], department: ["開発"] } } },
		});
	});

	test("brief and full records make the same person when no attribute is asked for", () => {
		expect(personFrom(first("users, brief page"), none)).toEqual(personFrom(first("users, full page"), none));
	});

	test("absent keys are absent values, disabled is inactive, nothing is normalised", () => {
		expect(personFrom(first("user without e-mail"), none)).toMatchObject({ value: { person: { email: undefined, givenName: "Anna" } } });
		expect(personFrom(first("user without any name"), none)).toMatchObject({
			value: { person: { givenName: undefined, familyName: undefined } },
		});
		expect(personFrom(first("user, disabled"), none)).toMatchObject({
			value: { person: { active: false, email: "u001074+tag@example.com" } },
		});
		expect(personFrom(first("user, emoji"), none)).toMatchObject({ value: { person: { username: "😀rocket.000077" } } });
	});

	test.each([
		[{ federationLink: "4c0f" }, "3f1b"],
		[{}, "f:4c0f:anna"],
	])("somebody from a federation is known as such: %j %s", (more, id) => {
		expect(personFrom({ id, username: "anna", enabled: true, ...more }, none)).toMatchObject({ value: { federated: true } });
	});

	test.each([
		["no username", { id: "1", enabled: true }, { kind: "bad", id: "1", label: undefined }],
		["a status that is none", { id: "1", username: "anna", enabled: "yes" }, { kind: "bad", id: "1", label: "anna" }],
		["attributes that are no lists", { id: "1", username: "anna", enabled: true, attributes: { a: "b" } }, { kind: "bad", id: "1" }],
		["no id", { username: "anna", enabled: true }, { kind: "unusable" }],
		["no record", "anna", { kind: "unusable" }],
	])("held or refused: %s", (_what, row, expected) => {
		expect(personFrom(row, none)).toMatchObject({ ...expected, because: expect.stringContaining("Keycloak's answer has no usable") });
	});
});

describe("groups and members", () => {
	test("a child names its parent; a path is kept, and never split", () => {
		expect(groupFrom(first("flat list, a child"))).toMatchObject({
			value: { name: "Admins", parent: "659060ea-e352-4916-b256-4d045ea900d7" },
		});
		expect(groupFrom(first("flat list, a name with a slash"))).toMatchObject({
			value: { name: "Alpha/Beta", path: "/R&D/Labs/Alpha/Beta" },
		});
		expect(groupFrom(first("flat list, brief"))).toMatchObject({ value: { name: "all-users", parent: undefined, children: undefined } });
	});

	test("groups inside a tree are handed on", () => {
		const tree = groupFrom(first("tree by search (hierarchy filled)"));
		expect(tree).toMatchObject({ kind: "good" });
		expect(tree.kind === "good" && tree.value.nested.length).toBeGreaterThan(0);
	});

	test("members are ids; service accounts are known by their name", () => {
		expect(memberFrom(first("members, brief"))).toMatchObject({ value: { id: "025a4eeb-25e3-4a7c-9ed7-377a6039ad5a", service: false } });
		expect(memberFrom({ id: "1", username: "service-account-rollcall" })).toMatchObject({ value: { service: true } });
		expect(memberFrom({ username: "anna" })).toMatchObject({ kind: "unusable" });
	});
});
