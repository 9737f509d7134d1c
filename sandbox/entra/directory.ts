import { type Answer, type Call, Refused } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import { READ_GROUPS, READ_USERS, requireOne } from "./access.ts";
import { graphError } from "./errors.ts";
import { filterOf, page, type Scene, selectOf } from "./listing.ts";
import { basicOnly, selected } from "./properties.ts";
import type { EntraUser, Member, MemberType, Value } from "./records.ts";

const caller = (scene: Scene) => ({ clientId: "", roles: scene.roles });
const missing = (id: string) =>
	new Refused(
		graphError(
			404,
			"Request_ResourceNotFound",
			`Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
		),
	);
const contextOf = (set: string, call: Call, wanted: readonly string[]): string =>
	call.query.has("$select") ? `${set}(${wanted.join(",")})` : set;

/** What the caller may see of a user. */
function visible(user: EntraUser, scene: Scene): Readonly<Record<string, Value>> {
	const full = READ_USERS.some((role) => scene.roles.has(role)) ? user : basicOnly(user);
	return scene.quirks.untyped.has(user.id) ? { ...full, userType: null } : full;
}

function listUsers(call: Call, scene: Scene): Answer {
	requireOne(caller(scene), ...READ_USERS, "User.ReadBasic.All");
	const wanted = selectOf(call.query, "user", scene.tenant);
	const filter = filterOf(call.query);
	const rows = [...scene.tenant.users.values()]
		.filter((user) => !scene.quirks.unindexed.has(user.id))
		.map((user) => visible(user, scene))
		.filter((user) => filter === undefined || filter(user));
	return page(call, scene, { rows, context: contextOf("users", call, wanted), standardTop: 100, render: (row) => selected(row, wanted) });
}

function oneUser(call: Call, scene: Scene, { id = "" }: Params): Answer {
	requireOne(caller(scene), ...READ_USERS, "User.ReadBasic.All");
	const user = scene.tenant.users.get(id.toLowerCase()) ?? scene.tenant.userNamed(id);
	if (user === undefined) throw missing(id);
	const wanted = selectOf(call.query, "user", scene.tenant);
	const context = `${scene.origin}/v1.0/$metadata#${contextOf("users", call, wanted)}/$entity`;
	return { status: 200, json: { "@odata.context": context, ...selected(visible(user, scene), wanted) } };
}

function listGroups(call: Call, scene: Scene): Answer {
	requireOne(caller(scene), ...READ_GROUPS);
	const wanted = selectOf(call.query, "group", scene.tenant);
	const filter = filterOf(call.query);
	const rows = [...scene.tenant.groups.values()].filter((group) => filter === undefined || filter(group));
	return page(call, scene, { rows, context: contextOf("groups", call, wanted), standardTop: 100, render: (row) => selected(row, wanted) });
}

function oneGroup(call: Call, scene: Scene, { id = "" }: Params): Answer {
	requireOne(caller(scene), ...READ_GROUPS);
	const group = scene.tenant.groups.get(id.toLowerCase());
	if (group === undefined) throw missing(id);
	const wanted = selectOf(call.query, "group", scene.tenant);
	const context = `${scene.origin}/v1.0/$metadata#${contextOf("groups", call, wanted)}/$entity`;
	return { status: 200, json: { "@odata.context": context, ...selected(group, wanted) } };
}

/** Direct members: type and id, the rest needs the right to read that type. v1.0 leaves service principals out of the list. */
function listMembers(call: Call, scene: Scene, { id = "", cast }: Params): Answer {
	requireOne(caller(scene), ...READ_GROUPS);
	const group = scene.tenant.groups.get(id.toLowerCase());
	if (group === undefined) throw missing(id);
	const failing = scene.quirks.failingGroups.get(group.id);
	if (failing !== undefined) throw new Refused(graphError(failing, failing === 403 ? "Authorization_RequestDenied" : "UnknownError", "x"));
	const type = castOf(cast);
	const hidden = group.visibility === "HiddenMembership" && !scene.roles.has("Member.Read.Hidden");
	const all = hidden ? [] : scene.tenant.membersOf(group.id).filter((member) => type === undefined || member.type === type);
	const listed = all.filter((member) => member.type !== "servicePrincipal");
	const rows = scene.quirks.shortGroups.has(group.id) ? listed.slice(0, -1) : listed;
	const wanted = selectOf(call.query, "directoryObject", scene.tenant);
	const set = type === undefined ? "directoryObjects" : `${type}s`;
	return page(call, scene, {
		rows,
		context: contextOf(set, call, wanted),
		standardTop: 100,
		counted: scene.quirks.countsServicePrincipals ? all.length : listed.length,
		render: (member: Member) => ({
			...(type === undefined ? { "@odata.type": `#microsoft.graph.${member.type}` } : {}),
			...selected({ id: member.id }, wanted),
		}),
	});
}

function castOf(cast: string | undefined): MemberType | undefined {
	if (cast === undefined) return undefined;
	const type = /^microsoft\.graph\.(user|group|device|servicePrincipal|orgContact)$/.exec(cast)?.[1];
	if (type === undefined) throw new Refused(graphError(400, "BadRequest", `Resource not found for the segment '${cast}'.`));
	return type as MemberType;
}

export function directoryRoutes(router: Router<Scene>): void {
	router
		.on("GET", "/v1.0/users", listUsers)
		.on("GET", "/v1.0/users/{id}", oneUser)
		.on("GET", "/v1.0/groups", listGroups)
		.on("GET", "/v1.0/groups/{id}", oneGroup)
		.on("GET", "/v1.0/groups/{id}/members", listMembers)
		.on("GET", "/v1.0/groups/{id}/members/{cast}", listMembers);
}
