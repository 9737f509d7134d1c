import type { Answer } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { type CloudView, CORE_GROUP, CORE_USER, ENTERPRISE, EXTERNAL, type Json } from "./view.ts";

/** RFC 7643 sections 5 to 7, with little more than names. */
export function documentRoutes(router: Router<CloudView>): void {
	router.on("GET", "/ServiceProviderConfig", (_call, view) => ({
		status: 200,
		json: {
			schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
			documentationUri: "https://developer.atlassian.com/cloud/admin/user-provisioning/",
			patch: { supported: true },
			bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
			filter: { supported: true, maxResults: view.behaviour.largestPage },
			changePassword: { supported: false },
			sort: { supported: false },
			etag: { supported: false },
			authenticationSchemes: [{ type: "oauthbearertoken", name: "OAuth Bearer Token", description: "RFC 6750" }],
		},
	}));
	router.on("GET", "/ResourceTypes", () => listOf([typeOf("User"), typeOf("Group")]));
	for (const name of ["User", "Group"] as const) router.on("GET", `/ResourceTypes/${name}`, () => ({ status: 200, json: typeOf(name) }));
	router.on("GET", "/Schemas", () => listOf([...SCHEMAS.values(), EXTERNAL_SCHEMA]));
	for (const [urn, schema] of SCHEMAS) router.on("GET", `/Schemas/${urn}`, () => ({ status: 200, json: schema }));
}

const typeOf = (name: "User" | "Group"): Json => ({
	schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
	id: name,
	name,
	endpoint: `/${name}s`,
	schema: name === "User" ? CORE_USER : CORE_GROUP,
	...(name === "User" ? { schemaExtensions: [ENTERPRISE, EXTERNAL].map((schema) => ({ schema, required: false })) } : {}),
});

const simple = (name: string, required = false): Json => ({
	name,
	type: "string",
	multiValued: false,
	required,
	mutability: "readWrite",
	returned: "default",
	uniqueness: name === "userName" ? "server" : "none",
});
const several = (name: string, subAttributes: readonly Json[], mutability = "readWrite"): Json => ({
	...simple(name),
	type: "complex",
	multiValued: true,
	mutability,
	subAttributes,
});
const emailParts = [simple("value"), simple("type"), { ...simple("primary"), type: "boolean" }];
const referenceParts = [simple("value"), simple("display"), simple("type"), { ...simple("$ref"), type: "reference" }];
const schemaOf = (id: string, name: string, attributes: readonly Json[]): readonly [string, Json] => [
	id,
	{ schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"], id, name, attributes },
];
const SCHEMAS = new Map<string, Json>([
	schemaOf(CORE_USER, "User", [
		simple("userName", true),
		several("emails", emailParts),
		{ ...simple("active"), type: "boolean" },
		...["displayName", "nickName", "title", "preferredLanguage", "department", "organization", "timezone"].map((name) => simple(name)),
		{ ...simple("name"), type: "complex", subAttributes: ["formatted", "familyName", "givenName"].map((name) => simple(name)) },
		several("phoneNumbers", emailParts),
		several("groups", referenceParts, "readOnly"),
	]),
	schemaOf(CORE_GROUP, "Group", [{ ...simple("displayName", true), mutability: "immutable" }, several("members", referenceParts)]),
	schemaOf(ENTERPRISE, "EnterpriseUser", [simple("organization"), simple("department")]),
]);

/** Has no address of its own in Atlassian's description. */
const [, EXTERNAL_SCHEMA] = schemaOf(EXTERNAL, "AtlassianExternal", [{ ...simple("atlassianAccountId"), mutability: "readOnly" }]);

const listOf = (rows: readonly Json[]): Answer => ({
	status: 200,
	json: {
		Resources: rows,
		schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
		totalResults: rows.length,
		startIndex: 1,
		itemsPerPage: rows.length,
	},
});
