import type { Defect } from "./defects.ts";

export const BITBUCKET_SPECS = {
	"8.10": "atlassian/bitbucket-dc-8.10.swagger.v3.json",
	"9.5": "atlassian/bitbucket-dc-9.5.swagger.v3.json",
} as const;

const schema = (name: string) => ({ $ref: `#/components/schemas/${name}` });
/** Schemas without a type would let every misspelt member pass. */
const untyped = [
	"RestDetailedUser",
	"RestDetailedGroup",
	"RestApplicationUser",
	"RestErrorMessage",
	"RestPermittedGroup",
	"RestPermittedUser",
	"RestBitbucketLicense",
	"RestApplicationProperties",
];
const nullable = { type: "string", nullable: true };
const links = {
	type: "object",
	properties: { self: { type: "array", items: { type: "object", properties: { href: { type: "string", format: "uri" } } } } },
};
const pageOfUsers = {
	type: "object",
	properties: {
		size: { type: "integer" },
		limit: { type: "integer" },
		start: { type: "integer" },
		nextPageStart: { type: "integer" },
		isLastPage: { type: "boolean" },
		values: { type: "array", items: schema("RestApplicationUser") },
	},
};
const answerOf = (path: string, method: string, status = 200) => `/paths/${path.replaceAll("/", "~1")}/${method}/responses/${status}`;
const json = (wanted: unknown) => ({ description: "put right", content: { "application/json": { schema: wanted } } });

/** The two descriptions have the same defects, but for the list of directories, which 8.10 has not. */
export const bitbucketDefects: readonly Defect[] = [
	...untyped.map((name) => ({
		because: "has no type, so that every member would pass",
		pointer: `/components/schemas/${name}/type`,
		value: "object",
	})),
	...["RestDetailedUser", "RestApplicationUser"].map((name) => ({
		because: "links are described as an object without members; answers hold the link to itself (recorded by others)",
		pointer: `/components/schemas/${name}/properties/links`,
		value: links,
	})),
	{
		because: "links are described as an object without members; answers hold the link to itself (recorded by others)",
		pointer: "/components/schemas/RestPermittedUser/properties/user/properties/links",
		value: links,
	},
	{
		because: "context is null where the message is about no single field (recorded by others)",
		pointer: "/components/schemas/RestErrorMessage/properties/context",
		value: nullable,
	},
	{
		because: "exceptionName is null where a rule about one field is broken (recorded by others)",
		pointer: "/components/schemas/RestErrorMessage/properties/exceptionName",
		value: nullable,
	},
	{
		because: "described as one user; its own text says page of users",
		pointer: answerOf("/api/latest/users", "get"),
		value: json(pageOfUsers),
	},
	{
		because: "described as users; it lists the groups of a user (its own title: get groups for user)",
		pointer: `${answerOf("/api/latest/admin/users/more-members", "get")}/content`,
		value: json({
			...pageOfUsers,
			properties: { ...pageOfUsers.properties, values: { type: "array", items: schema("RestDetailedGroup") } },
		}).content,
	},
	{
		because: "described as groups with their permissions; its own text says users",
		pointer: `${answerOf("/api/latest/admin/permissions/users", "get")}/content`,
		value: json({
			...pageOfUsers,
			properties: { ...pageOfUsers.properties, values: { type: "array", items: schema("RestPermittedUser") } },
		}).content,
	},
	{
		because: "start and limit are not listed, though the text says page",
		problem: /^GET \/api\/latest\/users: query parameter (start|limit) is not described$/,
	},
	{
		because: "settings are any map; only an example with three keys is described",
		pointer: "/components/schemas/ExampleSettingsMap",
		value: { type: "object", additionalProperties: { oneOf: [{ type: "string" }, { type: "number" }, { type: "boolean" }] } },
	},
	{
		because: "names that are not there are 404 (its own text for other calls)",
		problem: /^GET \/api\/latest\/admin\/(groups|users)\/more-members: status 404 is not described$/,
	},
	{
		because: "a limiter is a setting of the whole product, no call describes its 429",
		problem: /: status 429 is not described$/,
	},
];

export const directoryDefects: readonly Defect[] = [
	{
		because: "described as one directory; its own text says list",
		pointer: answerOf("/api/latest/admin/user-directories", "get"),
		value: json({ type: "array", items: schema("RestUserDirectory") }),
	},
	{
		because: "has no type, so that every member would pass",
		pointer: "/components/schemas/RestUserDirectory/type",
		value: "object",
	},
];
