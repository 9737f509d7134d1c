import type { Defect } from "./defects.ts";

export const BAMBOO_SPECS = {
	"9.3": "atlassian/bamboo-dc-9.3.2.swagger.v3.json",
	"12.1": "atlassian/bamboo-dc-12.1.1.swagger.v3.json",
} as const;

/** Schemas without a type would let every misspelt member pass. */
const untyped = [
	"RestErrorCollection",
	"RestGroup",
	"RestGroupPermission",
	"RestUserDetails",
	"RestUserPermission",
	"RestRolePermission",
	"RestInfo",
	"UserBean",
];

/** The two descriptions have the same defects. */
export const bambooDefects: readonly Defect[] = [
	...untyped.map((name) => ({
		because: "has no type, so that every member would pass",
		pointer: `/components/schemas/${name}/type`,
		value: "object",
	})),
	{
		because: "the base address ends with a slash, and every path begins with one",
		pointer: "/servers/0/url",
		value: "http://{baseurl}/rest",
	},
	{
		because: "sentences by field are described as an object without members",
		pointer: "/components/schemas/RestErrorCollection/properties/fieldErrors",
		value: { type: "object", additionalProperties: { type: "array", items: { type: "string" } } },
	},
	{
		because: "what is missing is described as JSON without a shape; the text of other answers knows the collection of errors",
		problem: / 404: a body came, none is described$/,
	},
	{
		because: "a limiter is a setting of the whole product, no call describes its 429",
		problem: /: status 429 is not described$/,
	},
];
