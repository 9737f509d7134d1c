import type { Defect } from "./defects.ts";

export const CONFLUENCE_SPEC = "atlassian/confluence-dc-10.0.3.openapi.json";

const schema = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const text = { type: "string" };
const links = (...names: readonly string[]) => ({
	type: "object",
	properties: Object.fromEntries(names.map((name) => [name, text])),
});
const noType = "has no type, so that every member would pass";

export const confluenceDefects: readonly Defect[] = [
	...["UserKey", "RestError", "ServerInformation", "LongTaskSubmission", "LongTaskStatus", "Message", "Icon", "ValidationResult"].map(
		(name) => ({
			because: noType,
			pointer: `/components/schemas/${name}/type`,
			value: "object",
		}),
	),
	{
		because: "an empty object; answers and requests have type and name (the vendor's own examples of other calls)",
		pointer: "/components/schemas/Group",
		value: {
			type: "object",
			required: ["type", "name"],
			properties: { type: { type: "string", enum: ["group"] }, name: text, _links: links("self") },
		},
	},
	{
		because: "describes what all kinds of person have in common; a known user has name, key and status too (empty schema KnownUser)",
		pointer: "/components/schemas/Person",
		value: {
			type: "object",
			required: ["type", "displayName"],
			properties: {
				type: { type: "string", enum: ["known", "unknown", "anonymous"] },
				profilePicture: schema("Icon"),
				displayName: text,
				username: text,
				userKey: text,
				status: { type: "string", enum: ["current", "deactivated"] },
				_links: links("self"),
				_expandable: links("status"),
			},
		},
	},
	{
		because: "the groups of a user are described as persons",
		pointer: "/paths/~1rest~1api~1user~1memberof/get/responses/200/content/application~1json/schema/properties/results/items",
		value: schema("Group"),
	},
	{
		because: "the subject of a permission is a group or a user; only what they have in common is described",
		pointer: "/components/schemas/Subject",
		value: { type: "object", required: ["type"], properties: { type: text, displayName: text, name: text, username: text } },
	},
	{
		because: "errors are a list (recorded by others), described as an object",
		pointer: "/components/schemas/ValidationResult/properties/errors",
		value: { type: "array" },
	},
	{
		because: "application links and the licence have interfaces of their own, which this file does not describe",
		problem: /^GET \/confluence\/rest\/(applinks\/1\.0\/manifest|license\/1\.0\/license\/(userCount|maxUsers)) is not described$/,
	},
	{
		because: "asking with GET what an address allows is meant to be refused with 405: it changes nothing",
		problem: /^GET \/rest\/api\/admin\/user\/\{username\}(\/disable)? is not described$/,
	},
	{
		because: "memberships list only 204; a right, a licence, an account or a group may be missing all the same",
		problem: /^(PUT|DELETE) \/rest\/api\/user\/\{username\}\/group\/\{groupName\}: status (402|403|404) is not described$/,
	},
	{
		because: "a group that is not there is described for deleting only",
		problem: /^GET \/rest\/api\/group\/\{groupName\}(\/member)?: status 404 is not described$/,
	},
	{
		because: "a missing or refused log-in is answered before the call; only some list it",
		problem: /: status 401 is not described$/,
	},
	{
		because: "a limiter is a setting of the whole product, no call describes its 429",
		problem: /: status 429 is not described$/,
	},
];
