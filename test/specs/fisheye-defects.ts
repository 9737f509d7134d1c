import type { Defect } from "./defects.ts";

export const FISHEYE_SPEC = "atlassian/fisheye-crucible-fecru.wadl-converted.json";

const object = (properties: Readonly<Record<string, unknown>>, required = Object.keys(properties)) => ({
	type: "object",
	required,
	properties,
	additionalProperties: false,
});
const text = { type: "string" };
const json = (schema: unknown) => ({ description: "put right", content: { "application/json": { schema } } });
const at = (path: string, method: string, part: string) => `/paths/${`/rest-service-fecru${path}`.replaceAll("/", "~1")}/${method}/${part}`;

const user = object({ name: text, displayName: text, email: text });
const group = object({ name: text, admin: { type: "boolean" } });
const name = object({ name: text });
const version = { anyOf: [text, object({ releaseNumber: text, buildDate: text })] };
const flag = { type: "boolean" };
const server = object({ appHomeDir: text, appInstanceDir: text, timeZone: text, version, isFishEye: flag, isCrucible: flag });
/** The vendor's page itself has this one: "Paged APIs". */
const pageOf = (row: unknown) => {
	const number = { type: "integer" };
	return object({ start: number, size: number, limit: number, lastPage: { type: "boolean" }, values: { type: "array", items: row } });
};

/** By others' clients: github.com/MFueg/crucible-connector (src/common), written down from the vendor's pages of 4.5.1. */
const answers: readonly (readonly [path: string, method: string, status: number, body: unknown])[] = [
	["/server-v1", "get", 200, server],
	["/admin/users/", "get", 200, pageOf(user)],
	["/admin/users/", "post", 201, user],
	["/admin/users/{name}", "get", 200, user],
	["/admin/users/{name}", "put", 200, user],
	["/admin/users/{name}/groups", "get", 200, pageOf(name)],
	["/admin/groups/", "get", 200, pageOf(group)],
	["/admin/groups/", "post", 201, group],
	["/admin/groups/{name}", "get", 200, group],
	["/admin/groups/{name}", "put", 200, group],
	["/admin/groups/{name}/users", "get", 200, pageOf(name)],
];
const creation = object({ name: text, displayName: text, password: text, email: text }, ["name", "displayName", "password"]);
const bodies: readonly (readonly [path: string, method: string, body: unknown])[] = [
	// The client has no address here: ours is one of the things that `unverified` is about.
	["/admin/users/", "post", creation],
	// The client knows the password only.
	["/admin/users/{name}", "put", object({ displayName: text, email: text, password: text }, [])],
	["/admin/users/{name}/groups", "put", name],
	["/admin/users/{name}/groups", "delete", name],
	["/admin/groups/", "post", group],
	["/admin/groups/{name}", "put", object({ admin: { type: "boolean" } })],
	["/admin/groups/{name}/users", "put", name],
	["/admin/groups/{name}/users", "delete", name],
];

export const fisheyeDefects: readonly Defect[] = [
	{ because: "has no part for schemas", pointer: "/components", value: { schemas: {} } },
	...answers.map(([path, method, status, body]) => ({
		because: "the conversion lost the body of the answer",
		pointer: at(path, method, `responses/${status}`),
		value: json(body),
	})),
	...bodies.map(([path, method, body]) => ({
		because: "the conversion lost the body of the request",
		pointer: at(path, method, "requestBody"),
		value: json(body),
	})),
	{
		because: "its own page says that every paged call takes start and limit",
		problem: /^GET \S+: query parameter (start|limit) is not described$/,
	},
	{
		because: "the converter wrote 200 everywhere; 204 and 304 are those that others' clients expect, and refusals are described nowhere",
		problem: /: status (204|304|400|401|403|404|409|429) is not described$/,
	},
];
