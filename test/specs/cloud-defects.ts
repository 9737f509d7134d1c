import type { Defect } from "./defects.ts";

export const CLOUD_SPECS = {
	provisioning: "atlassian/cloud-admin-user-provisioning-scim.2022-08-29.swagger.v3.json",
	management: "atlassian/cloud-admin-user-management.swagger.v3.json",
} as const;

const schemas = "/components/schemas";
const directory = "/paths/~1scim~1directory~1{directoryId}";
const json = (schema: unknown) => ({ description: "put right", content: { "application/json": { schema } } });
const document = { type: "object", required: ["schemas"], properties: { schemas: { type: "array", items: { type: "string" } } } };
const documents = { type: "object", required: ["totalResults", "Resources"], properties: { totalResults: { type: "integer" } } };
const described = [
	["Schemas", documents],
	["ResourceTypes", documents],
	["ServiceProviderConfig", document],
	["ResourceTypes~1User", document],
	["ResourceTypes~1Group", document],
	["Schemas~1urn:ietf:params:scim:schemas:core:2.0:User", document],
	["Schemas~1urn:ietf:params:scim:schemas:core:2.0:Group", document],
	["Schemas~1urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", document],
] as const;

/** Of 2022; the vendor's current text differs in its words only, as far as it could be seen. */
export const provisioningDefects: readonly Defect[] = [
	{
		because: "the base address ends with a slash, and every path begins with one",
		pointer: "/servers/0/url",
		value: "https://api.atlassian.com",
	},
	{
		because: "described as `operations`; its own example and RFC 7644 write `Operations`",
		pointer: `${schemas}/RequestPayloadToPatch/properties`,
		value: {
			schemas: { type: "array", items: { type: "string" } },
			Operations: { type: "array", items: { $ref: "#/components/schemas/OperationForAScimPatch" } },
		},
	},
	{
		because: "a value is described as an object of the library that reads JSON; its own example sends a list",
		pointer: `${schemas}/OperationForAScimPatch/properties/value`,
		value: { description: "any JSON value" },
	},
	{
		because: "the enumeration says USER and GROUP; all examples, and answers recorded by others, say User and Group",
		pointer: `${schemas}/ScimMetadata/properties/resourceType/enum`,
		value: ["User", "Group", "Directory"],
	},
	{
		because: "described as an exception of Java with its stack trace; every other refusal is a ScimError",
		pointer: `${directory}~1Groups~1{id}/put/responses/400`,
		value: json({ $ref: "#/components/schemas/ScimError" }),
	},
	...described.map(([path, value]) => ({
		because: "described as text; it is a document of RFC 7643",
		pointer: `${directory}~1${path}/get/responses/200`,
		value: json(value),
	})),
	{ because: "no call describes its 429; Atlassian's page on rate limits does", problem: /: status 429 is not described$/ },
];

const property = (name: string) => ({ $ref: `#${schemas}/${name}` });
export const managementDefects: readonly Defect[] = [
	{
		because: "the pattern ends in a line feed, so that no id fits it",
		pointer: `${schemas}/AccountId/pattern`,
		value: "^[a-zA-Z0-9_|:-]{1,128}$",
	},
	{
		because: "two lists of members that are one thing: closed each by itself, they would exclude each other",
		pointer: `${schemas}/AtlassianAccountUser`,
		value: {
			type: "object",
			required: ["account_id", "account_status", "account_type", "name", "email", "picture", "nickname"],
			properties: {
				account_id: property("AccountId"),
				account_type: property("AccountType"),
				account_status: property("AccountStatus"),
				name: property("Name"),
				picture: property("Avatar"),
				email: property("Email"),
				characteristics: property("AccountCharacteristics"),
				nickname: property("Nickname"),
				zoneinfo: property("ZoneInfo"),
				locale: property("Locale"),
				extended_profile: property("ExtendedProfile"),
			},
		},
	},
];
