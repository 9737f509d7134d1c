import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { type AccessDesk, type Caller, requireRead } from "./access.ts";
import { masked } from "./fields.ts";
import { paged } from "./page.ts";
import type { GoogleQuirks } from "./quirks.ts";
import type { GoogleGroup, GoogleUser } from "./records.ts";
import { forbidden, invalid, notFound } from "./refusals.ts";
import type { Workspace } from "./workspace.ts";

/** What handlers look at. */
export interface View {
	readonly workspace: Workspace;
	readonly quirks: GoogleQuirks;
	readonly caller: Caller;
	readonly access: AccessDesk;
}

const BASE = "/admin/directory/v1";

/** The reading part of directory_v1 that has to do with people, groups and units: https://developers.google.com/admin-sdk/directory/reference/rest/v1 */
export function routes(router: Router<View>): void {
	router
		.on("GET", `${BASE}/users`, listUsers)
		.on("GET", `${BASE}/users/{userKey}`, getUser)
		.on("GET", `${BASE}/groups`, listGroups)
		.on("GET", `${BASE}/groups/{groupKey}`, getGroup)
		.on("GET", `${BASE}/groups/{groupKey}/members`, listMembers)
		.on("GET", `${BASE}/customer/{customerId}/orgunits`, listUnits)
		.on("GET", `${BASE}/customer/{customerId}/schemas`, listSchemas);
}

const answer = (call: Call, view: View, json: unknown): Answer => ({
	status: 200,
	json: view.quirks.ignoresFields ? json : masked(json, call.query.get("fields")),
});

/** `customer` or `domain`, one of which must be there. */
function inDomain(call: Call, { workspace }: View): (address: string) => boolean {
	const { query } = call;
	const customer = query.get("customer");
	const domain = query.get("domain");
	if (domain !== null) {
		const known = [workspace.domain, ...[...workspace.users.values()].map((user) => domainOf(user.primaryEmail))];
		if (!known.includes(domain)) throw notFound("domain");
		return (address) => domainOf(address) === domain;
	}
	if (customer === null) throw invalid("customer");
	assertCustomer(customer, workspace);
	return () => true;
}

function assertCustomer(customer: string, workspace: Workspace): void {
	if (customer !== "my_customer" && customer !== workspace.customerId) throw forbidden();
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);

function listUsers(call: Call, view: View): Answer {
	requireRead(view.caller, ["admin.directory.user"], "USERS_RETRIEVE");
	const { workspace, quirks } = view;
	const within = inDomain(call, view);
	const onlyIds = call.query.get("fields")?.includes("users(id)") === true;
	const listed = (user: GoogleUser) => within(user.primaryEmail) && !quirks.unlisted.has(user.id) && (onlyIds || !quirks.late.has(user.id));
	const deleted = call.query.get("showDeleted") === "true";
	const rows = deleted ? [] : [...workspace.users.values()].filter(listed);
	const page = paged(call, rows, { quirks, standard: 100, most: 500 });
	const project = projected(call, view);
	return answer(call, view, { kind: "admin#directory#users", etag: '"page"', ...page.next, ...listOf("users", page.rows.map(project)) });
}

/** @throws Refused 400 for a projection that does not go with its mask */
function projected(call: Call, { workspace, quirks }: View): (user: GoogleUser) => object {
	const projection = call.query.get("projection") ?? "basic";
	const mask = call.query.get("customFieldMask");
	if (!["basic", "custom", "full"].includes(projection)) throw invalid("projection");
	if ((projection === "custom") !== (mask !== null)) throw invalid("custom_field_mask");
	const schemas = mask?.split(",") ?? [];
	const unknown = schemas.filter((name) => !workspace.schemas.has(name));
	if (unknown.length > 0 && quirks.unknownSchema === "refused") throw invalid("custom_field_mask");
	return (user) => {
		const { customSchemas, ...rest } = user;
		const own = Object.entries((customSchemas ?? {}) as Record<string, unknown>);
		const wanted = own.filter(([name]) => projection === "full" || schemas.includes(name));
		const custom = projection === "basic" || wanted.length === 0 ? {} : { customSchemas: Object.fromEntries(wanted) };
		return { kind: "admin#directory#user", etag: `"${user.id}"`, customerId: workspace.customerId, ...rest, ...custom };
	};
}

function getUser(call: Call, view: View, { userKey = "" }: Readonly<Record<string, string>>): Answer {
	requireRead(view.caller, ["admin.directory.user"], "USERS_RETRIEVE");
	const administrator = view.access.administrators.get(userKey);
	if (administrator !== undefined) {
		const { email, superAdmin } = administrator;
		const name = { givenName: "Rollcall", familyName: "Reader", fullName: "Rollcall Reader" };
		const flags = { isAdmin: superAdmin, isDelegatedAdmin: !superAdmin, suspended: false, archived: false };
		return answer(call, view, {
			kind: "admin#directory#user",
			id: "100000000000000000001",
			primaryEmail: email,
			name,
			...flags,
			orgUnitPath: "/",
		});
	}
	const user = view.workspace.userBy(userKey);
	if (user === undefined) throw notFound("userKey");
	return answer(call, view, projected(call, view)(user));
}

const groupScopes = ["admin.directory.group"];

function listGroups(call: Call, view: View): Answer {
	requireRead(view.caller, groupScopes, "GROUPS_RETRIEVE");
	const { workspace, quirks } = view;
	const within = inDomain(call, view);
	const onlyIds = call.query.get("fields")?.includes("groups(id)") === true;
	const rows = [...workspace.groups.values()].filter(
		(group) => within(group.email) && !quirks.unlisted.has(group.id) && (onlyIds || !quirks.late.has(group.id)),
	);
	const page = paged(call, rows, { quirks, standard: 200, most: 200 });
	const json = page.rows.map((group) => groupJson(group, view));
	return answer(call, view, { kind: "admin#directory#groups", etag: '"page"', ...page.next, ...listOf("groups", json) });
}

function groupJson(group: GoogleGroup, { workspace, quirks }: View): object {
	const members = workspace.membersOf(group.id);
	const counted =
		quirks.counts === "everything" ? members : members.filter((member) => member.type === "USER" || member.type === "EXTERNAL");
	const count = quirks.wrongCounts.get(group.id) ?? counted.length;
	return { kind: "admin#directory#group", etag: `"${group.id}"`, directMembersCount: String(count), ...group };
}

function getGroup(call: Call, view: View, { groupKey = "" }: Readonly<Record<string, string>>): Answer {
	requireRead(view.caller, groupScopes, "GROUPS_RETRIEVE");
	const group = view.workspace.groupBy(groupKey);
	if (group === undefined) throw notFound("groupKey");
	return answer(call, view, groupJson(group, view));
}

function listMembers(call: Call, view: View, { groupKey = "" }: Readonly<Record<string, string>>): Answer {
	requireRead(view.caller, ["admin.directory.group", "admin.directory.group.member"], "GROUPS_RETRIEVE");
	const { workspace, quirks } = view;
	const group = workspace.groupBy(groupKey);
	if (group === undefined) throw notFound("groupKey");
	if (quirks.closedGroups.has(group.id)) throw forbidden();
	const rows = workspace.membersOf(group.id).map((member) => ({ ...member, id: member.id ?? "", key: member.id ?? member.email ?? "" }));
	const page = paged(call, rows, { quirks, standard: 200, most: 200, circular: true });
	const json = page.rows.map(({ key, id, ...member }) => {
		const status = statusOf(workspace.users.get(id));
		return {
			kind: "admin#directory#member",
			etag: `"${key}"`,
			...(id === "" ? {} : { id }),
			...member,
			...(member.type === "USER" ? { status } : {}),
		};
	});
	return answer(call, view, { kind: "admin#directory#members", etag: '"page"', ...page.next, ...listOf("members", json) });
}

const statusOf = (user: GoogleUser | undefined): string =>
	user?.suspended === true ? "SUSPENDED" : user?.archived === true ? "ARCHIVED" : "ACTIVE";

function listUnits(call: Call, view: View, { customerId = "" }: Readonly<Record<string, string>>): Answer {
	requireRead(view.caller, ["admin.directory.orgunit"], "ORGANIZATION_UNITS_RETRIEVE");
	const { workspace, quirks } = view;
	assertCustomer(customerId, workspace);
	const type = call.query.get("type") ?? "children";
	if (!["all", "children", "allIncludingParent"].includes(type)) throw invalid("type");
	const depth = (path: string) => path.split("/").filter((part) => part !== "").length;
	const onlyIds = call.query.get("fields")?.includes("organizationUnits(orgUnitId)") === true;
	const units = [...workspace.units.values()].filter((unit) => {
		if (quirks.unlisted.has(unit.orgUnitId) || (!onlyIds && quirks.late.has(unit.orgUnitId))) return false;
		if (unit.orgUnitPath === "/") return type === "allIncludingParent" && !quirks.noTopUnit;
		return type !== "children" || depth(unit.orgUnitPath) === 1;
	});
	const json = units.map((unit) => ({ kind: "admin#directory#orgUnit", etag: `"${unit.orgUnitId}"`, ...unit }));
	return answer(call, view, { kind: "admin#directory#orgUnits", etag: '"page"', ...listOf("organizationUnits", json) });
}

function listSchemas(call: Call, view: View, { customerId = "" }: Readonly<Record<string, string>>): Answer {
	requireRead(view.caller, ["admin.directory.userschema"], "USERS_RETRIEVE");
	assertCustomer(customerId, view.workspace);
	const schemas = [...view.workspace.schemas.values()].map((schema) => ({
		kind: "admin#directory#schema",
		etag: '"s"',
		displayName: schema.schemaName,
		...schema,
	}));
	return answer(call, view, { kind: "admin#directory#schemas", etag: '"page"', ...listOf("schemas", schemas) });
}

/** An empty list has no key at all. */
const listOf = (name: string, rows: readonly unknown[]): object => (rows.length === 0 ? {} : { [name]: rows });
