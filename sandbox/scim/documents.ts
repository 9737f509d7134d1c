import type { ScimQuirks } from "./quirks.ts";

export const CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/** An extension of the stand-in's own, named as many servers name theirs. */
export const SITE = "urn:ietf:params:scim:schemas:extension:site:2.0:User";

/** RFC 7643 section 5, RFC 9865 section 4. */
export function configuration(quirks: ScimQuirks): Readonly<Record<string, unknown>> {
	const most = quirks.statesMost ? { maxPageSize: quirks.mostRows } : {};
	const cursor = quirks.paging !== "index" && !quirks.unannouncedCursors;
	return {
		schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
		patch: { supported: false },
		bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
		filter: { supported: quirks.filters !== "refused", maxResults: quirks.statesMost ? quirks.mostRows : 0 },
		changePassword: { supported: false },
		sort: { supported: true },
		etag: { supported: false },
		authenticationSchemes: [{ type: "oauthbearertoken", name: "OAuth Bearer Token", description: "RFC 6750", primary: true }],
		...(cursor ? { pagination: { cursor, index: quirks.paging === "both", ...most, cursorTimeout: 600 } } : {}),
		meta: { resourceType: "ServiceProviderConfig", location: "/ServiceProviderConfig" },
	};
}

const typeOf = (name: string, endpoint: string, schema: string, extensions: readonly string[]) => ({
	schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
	id: name,
	name,
	endpoint,
	schema,
	schemaExtensions: extensions.map((urn) => ({ schema: urn, required: false })),
});
/** RFC 7643 section 6. */
export const RESOURCE_TYPES = [
	typeOf("User", "/Users", CORE_USER, [ENTERPRISE, SITE]),
	typeOf("Group", "/Groups", CORE_GROUP, []),
] as const;

const attribute = (name: string) => ({
	name,
	type: "string",
	multiValued: false,
	required: false,
	mutability: "readOnly",
	returned: "default",
});
const schemaOf = (id: string, name: string, attributes: readonly string[]) => ({
	schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
	id,
	name,
	attributes: attributes.map(attribute),
});
/** RFC 7643 section 7, with little more than names. */
export const SCHEMAS = [
	schemaOf(CORE_USER, "User", ["userName", "name", "displayName", "title", "active", "emails", "groups", "locale"]),
	schemaOf(CORE_GROUP, "Group", ["displayName", "members"]),
	schemaOf(ENTERPRISE, "EnterpriseUser", ["employeeNumber", "costCenter", "organization", "division", "department", "manager"]),
	schemaOf(SITE, "Site", ["site", "badge"]),
] as const;

/** A list that is not cut: these are never. */
export const listOf = (rows: readonly unknown[]): Readonly<Record<string, unknown>> => ({
	totalResults: rows.length,
	startIndex: 1,
	itemsPerPage: rows.length,
	Resources: rows,
	schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
});
