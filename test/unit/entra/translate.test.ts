import { describe, expect, test } from "@jest/globals";
import { attributesOf, propertiesFor } from "../../../connectors/idp/entra/attributes.ts";
import { groupFrom, isWanted, memberFrom, personFrom, selectionFor } from "../../../connectors/idp/entra/translate.ts";

/** As the vendor's documentation shows them (https://learn.microsoft.com/graph/api/user-list, group-list-members), with $select. */
const ADELE = {
	"@odata.type": "#microsoft.graph.user",
	id: "87d349ed-44d7-43e1-9a83-5f2406dee5bd",
	userPrincipalName: "AdeleV@contoso.com",
	displayName: "Adele Vance",
	givenName: "Adele",
	surname: "Vance",
	mail: "AdeleV@contoso.com",
	accountEnabled: true,
	userType: "Member",
	mailNickname: "AdeleV",
	onPremisesSamAccountName: null,
	businessPhones: ["+1 425 555 0109"],
	department: "",
	onPremisesExtensionAttributes: { extensionAttribute1: "A", extensionAttribute2: null, extensionAttribute15: "O" },
	employeeOrgData: null,
	extension_abc_level: 3,
	extension_abc_remote: false,
	extension_abc_tags: ["x", "", "y"],
};
const UPN = { username: "userPrincipalName", needs: new Set<string>() } as const;

describe("people", () => {
	test("as documented", () => {
		expect(personFrom(ADELE, { ...UPN, needs: new Set(["businessPhones", "extensionAttribute15"]) })).toEqual({
			kind: "good",
			id: ADELE.id,
			value: {
				id: ADELE.id,
				username: "AdeleV@contoso.com",
				email: "AdeleV@contoso.com",
				givenName: "Adele",
				familyName: "Vance",
				displayName: "Adele Vance",
				active: true,
				attributes: { businessPhones: ["+1 425 555 0109"], extensionAttribute15: ["O"] },
			},
		});
	});

	test("names that are null or empty are absent", () => {
		const bare = personFrom({ ...ADELE, givenName: null, surname: "", mail: null, displayName: null }, UPN);
		expect(bare).toMatchObject({ value: { givenName: undefined, familyName: undefined, email: undefined, displayName: undefined } });
	});

	test.each([
		[{ ...ADELE, accountEnabled: null }, "accountEnabled"],
		[{ ...ADELE, userPrincipalName: null }, "userPrincipalName"],
		[{ ...ADELE, mail: 7 }, "mail"],
	])("held: %#", (row, lacks) => {
		expect(personFrom(row, UPN)).toMatchObject({ kind: "bad", id: ADELE.id, lacks });
	});

	test.each([null, "text", {}, { ...ADELE, id: "" }, []])("not even an id: %j", (row) => {
		expect(personFrom(row, UPN)).toMatchObject({ kind: "unusable" });
	});

	test("who is wanted", () => {
		const kinds = [{ userType: "Member" }, { userType: "Guest" }, { userType: null }, {}];
		expect(kinds.map((row) => isWanted(row, "members"))).toEqual([true, false, true, true]);
		expect(kinds.map((row) => isWanted(row, "guests"))).toEqual([false, true, false, false]);
		expect(kinds.map((row) => isWanted(row, "everybody"))).toEqual([true, true, true, true]);
	});

	test("each property is selected once", () => {
		const selected = selectionFor({ username: "mailNickname", needs: new Set(["mail", "mailNickname", "x"]) }).split(",");
		expect(new Set(selected).size).toBe(selected.length);
		expect(selected).toEqual(expect.arrayContaining(["mailNickname", "accountEnabled", "x"]));
	});
});

describe("attributes", () => {
	test("numbers and truth values become texts; null, empty texts and empty lists are no value", () => {
		const names = ["extension_abc_level", "extension_abc_remote", "extension_abc_tags", "department", "employeeOrgData.division", "absent"];
		expect(attributesOf(ADELE, new Set(names))).toEqual({
			extension_abc_level: ["3"],
			extension_abc_remote: ["false"],
			extension_abc_tags: ["x", "y"],
		});
	});

	test("all: what is documented, under plain names; extensions only by name", () => {
		expect(attributesOf(ADELE, "all")).toEqual({
			businessPhones: ["+1 425 555 0109"],
			extensionAttribute1: ["A"],
			extensionAttribute15: ["O"],
			mailNickname: ["AdeleV"],
			userType: ["Member"],
		});
	});

	test("names that a server could take for something else are not asked for", () => {
		const odd = ["no-such", "a,b", "a&$top=1", "a(b)", "a.b.c", "", "1a", "x'y"];
		expect(propertiesFor(new Set(odd))).toEqual([]);
		expect(attributesOf({ "no-such": "x" }, new Set(odd))).toEqual({});
	});

	test("members of a complex property select the whole of it, once", () => {
		expect(
			propertiesFor(new Set(["employeeOrgData.division", "employeeOrgData.costCenter", "extensionAttribute1", "extensionAttribute9"])),
		).toEqual(["employeeOrgData", "onPremisesExtensionAttributes"]);
	});
});

describe("groups and members", () => {
	test("a group, one that hides its members, and one without a name", () => {
		const group = { id: "c2f798fd-f95d-4623-8824-63aec21fffff", displayName: "TestGroup1", visibility: null };
		expect(groupFrom(group)).toMatchObject({ value: { name: "TestGroup1", hidesMembers: false } });
		expect(groupFrom({ ...group, visibility: "HiddenMembership" })).toMatchObject({ value: { hidesMembers: true } });
		expect(groupFrom({ ...group, displayName: null })).toMatchObject({ kind: "bad", id: group.id });
	});

	test.each([
		["#microsoft.graph.user", "person"],
		["#microsoft.graph.group", "group"],
		["#microsoft.graph.device", "other"],
		["#microsoft.graph.servicePrincipal", "other"],
		["#microsoft.graph.orgContact", "other"],
	])("a member that is a %s", (type, wanted) => {
		expect(memberFrom({ "@odata.type": type, id: "a", displayName: null })).toMatchObject({
			kind: "good",
			value: { id: "a", type: wanted },
		});
	});

	test("a member of no type is not guessed at", () => {
		expect(memberFrom({ id: "a" })).toMatchObject({ kind: "bad" });
	});
});
