import { BAMBOO_SPECS, bambooDefects } from "./bamboo-defects.ts";
import { BITBUCKET_SPECS, bitbucketDefects, directoryDefects } from "./bitbucket-defects.ts";
import { CLOUD_SPECS, managementDefects, provisioningDefects } from "./cloud-defects.ts";
import { CONFLUENCE_SPEC, confluenceDefects } from "./confluence-defects.ts";
import { FISHEYE_SPEC, fisheyeDefects } from "./fisheye-defects.ts";
/**
 * Known defects of the vendors' descriptions, excused one by one. With `pointer` the described thing is put right (and still compared);
 * with `problem` a single disagreement is excused. A defect that excuses nothing any more makes the tests fail.
 */
export type Defect = { readonly because: string } & ({ readonly pointer: string; readonly value: unknown } | { readonly problem: RegExp });

export const jiraSpec = "atlassian/jira-dc-10.3.openapi.json";
export const keycloakSpec = "idp/keycloak-admin-26.6.2-openapi.json";
export const oktaSpec = "idp/okta-management-slice.yaml";

const schema = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const answerOf = (path: string, method: string, status = 200) => `/paths/${path.replaceAll("/", "~1")}/${method}/responses/${status}`;
const json = (wanted: unknown) => ({ description: "put right", content: { "application/json": { schema: wanted } } });
const anyJson = { description: "any JSON value" };

const jiraDefects: readonly Defect[] = [
	{
		because: "describes one user; the server sends a bare array (its own text: a list of users)",
		pointer: answerOf("/api/2/user/search", "get"),
		value: json({ type: "array", items: schema("UserBean") }),
	},
	{
		because: "describes one role; the server sends an array",
		pointer: answerOf("/api/2/applicationrole", "get"),
		value: json({ type: "array", items: schema("ApplicationRoleBean") }),
	},
	{
		because: "describes one project; the server sends an array, with the lead where that is asked for (its own text: all projects)",
		pointer: answerOf("/api/2/project", "get"),
		value: json({
			type: "array",
			items: {
				type: "object",
				required: ["key"],
				additionalProperties: false,
				properties: {
					self: { type: "string" },
					id: { type: "string" },
					key: { type: "string" },
					name: { type: "string" },
					archived: { type: "boolean" },
					lead: schema("UserBean"),
				},
			},
		}),
	},
	{
		because: "describes one component; the server sends an array (its own text: all components)",
		pointer: answerOf("/api/2/project/{projectIdOrKey}/components", "get"),
		value: json({ type: "array", items: schema("ComponentBean") }),
	},
	{
		because: "describes one user; its own text says paginated list",
		pointer: answerOf("/api/2/group/member", "get"),
		value: json({
			type: "object",
			required: ["maxResults", "startAt", "total", "isLast", "values"],
			additionalProperties: false,
			properties: {
				self: { type: "string", format: "uri" },
				nextPage: { type: "string", format: "uri" },
				maxResults: { type: "integer" },
				startAt: { type: "integer" },
				total: { type: "integer" },
				isLast: { type: "boolean" },
				values: { type: "array", items: schema("UserJsonBean") },
			},
		}),
	},
	{
		because: "says that groupname is in the path, which has no such place",
		pointer: "/paths/~1api~12~1group~1member/get/parameters/2/in",
		value: "query",
	},
	{
		because: "rows are untyped objects; the text and other clients know users",
		pointer: "/components/schemas/StreamPageBean/properties/values/items",
		value: schema("UserBean"),
	},
	{
		because: "the wrapper of a user's groups has no items, though the server sends them (JRASERVER-43975)",
		pointer: "/components/schemas/SimpleListWrapperGroupJsonBean/properties/items",
		value: { type: "array", items: schema("GroupJsonBean") },
	},
	{
		because: "the wrapper of a user's applications has no items, though the server sends them",
		pointer: "/components/schemas/SimpleListWrapperApplicationRoleBean/properties/items",
		value: {
			type: "array",
			items: { type: "object", additionalProperties: false, properties: { key: { type: "string" }, name: { type: "string" } } },
		},
	},
	{
		because: "describes an empty object",
		pointer: "/components/schemas/ServerInfoBean/additionalProperties",
		value: true,
	},
	{
		because: "describes what is written; the text and the examples show the user that was made",
		pointer: answerOf("/api/2/user", "post", 201),
		value: json(schema("UserBean")),
	},
	{
		because: "describes what is written; the text and the examples show the user that was changed",
		pointer: answerOf("/api/2/user", "put", 200),
		value: json(schema("UserBean")),
	},
	{
		because: "notification is described as text with the example HTML; the version before says boolean (7.6.1)",
		pointer: "/components/schemas/UserWriteBean/properties/notification",
		value: { type: "boolean" },
	},
	{
		because: "no body described; the text and all clients know a list of keys",
		pointer: answerOf("/api/2/user/properties", "get"),
		value: json(schema("EntityPropertiesKeysBean")),
	},
	{
		because: "a permission lacks havePermission, which its own example shows",
		pointer: "/components/schemas/PermissionJsonBean/properties/havePermission",
		value: { type: "boolean" },
	},
	{
		because: "no body described; the text speaks of the value",
		pointer: answerOf("/api/2/user/properties/{propertyKey}", "get"),
		value: json({
			type: "object",
			required: ["key", "value"],
			additionalProperties: false,
			properties: { key: { type: "string" }, value: anyJson },
		}),
	},
	{
		because: "the body is described as text; its own words: any valid, non-empty JSON",
		pointer: "/paths/~1api~12~1user~1properties~1{propertyKey}/put/requestBody/content/application~1json/schema",
		value: anyJson,
	},
	{
		because: "the list of members inside a group has attribute names of the XML form (max-results) and bounds of the page",
		pointer: "/components/schemas/PagedListWrapperUserJsonBeanApplicationUser/additionalProperties",
		value: { type: "integer" },
	},
	{
		because: "the group has an expand member like every expandable bean",
		pointer: "/components/schemas/GroupBean/properties/expand",
		value: { type: "string" },
	},
	{
		because: "expand is not listed, though the bean has groups and applicationRoles to expand",
		problem: /^GET \/api\/2\/(user|myself): query parameter expand is not described$/,
	},
	{
		because: "a limiter is a setting of the whole product, no call describes its 429",
		problem: /: status 429 is not described$/,
	},
];

const keycloakDefects: readonly Defect[] = [
	{
		because: "errors have no described body (seen on 26.7.4: 404 of users and groups, 401, 409)",
		problem: /^(GET|PUT|DELETE|POST) \S+: status (401|403|404|409) is not described$/,
	},
	{
		because: "the token endpoint is OpenID Connect's, not part of the admin API",
		problem: /^POST \/realms\/\S+ is not described$/,
	},
];

const oktaDefects: readonly Defect[] = [
	{
		because: "a user's links are the sum of two objects, which cannot both be closed; a list holds the link to itself only (its own text)",
		pointer: "/components/schemas/User/properties/_links",
		value: { type: "object", properties: { self: schema("HrefObject") } },
	},
	{
		because: "a group's links are the sum of two objects, which cannot both be closed",
		pointer: "/components/schemas/Group/properties/_links",
		value: { type: "object", properties: { users: schema("HrefObject"), apps: schema("HrefObject") } },
	},
	{
		because: "groups can have custom members in their profile (its own text, and x-okta-extensible)",
		pointer: "/components/schemas/OktaUserGroupProfile/additionalProperties",
		value: true,
	},
	{
		because: "a single user is the sum of two objects, which cannot both be closed",
		pointer: "/components/schemas/UserGetSingleton",
		value: schema("User"),
	},
	{
		because: "a standard role fits the schema of a custom one as well, so that it is never exactly one of the two",
		pointer: `${answerOf("/api/v1/users/{userId}/roles", "get")}/content/application~1json/schema/items`,
		value: schema("StandardRole"),
	},
	{
		because: "log-in is not part of the management API",
		problem: /^POST \/oauth2\/v1\/token is not described$/,
	},
];

export function defectsOf(file: string): readonly Defect[] {
	if (Object.values<string>(BAMBOO_SPECS).includes(file)) return bambooDefects;
	if (file === BITBUCKET_SPECS["8.10"]) return bitbucketDefects;
	if (file === BITBUCKET_SPECS["9.5"]) return [...bitbucketDefects, ...directoryDefects];
	if (file === CLOUD_SPECS.management) return managementDefects;
	if (file === CLOUD_SPECS.provisioning) return provisioningDefects;
	if (file === CONFLUENCE_SPEC) return confluenceDefects;
	if (file === FISHEYE_SPEC) return fisheyeDefects;
	if (file === jiraSpec) return jiraDefects;
	if (file === oktaSpec) return oktaDefects;
	return file === keycloakSpec ? keycloakDefects : [];
}
