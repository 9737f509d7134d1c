import { type Answer, type Call, jsonOf, Refused } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import { type Caller, hasOne, requireOne } from "./access.ts";
import { byName, flag, paged } from "./page.ts";
import type { KeycloakUser, NewUser, UserChange } from "./records.ts";
import { groupJson, listAccess, singleAccess, userJson } from "./represent.ts";
import type { RealmView } from "./view.ts";

const fieldFilters = ["username", "email", "firstName", "lastName", "emailVerified", "enabled", "q", "idpAlias", "idpUserId"] as const;

export function userRoutes(router: Router<RealmView>): void {
	const users = "/admin/realms/{realm}/users";
	router.on("GET", users, listUsers);
	router.on("POST", users, createUser);
	router.on("GET", `${users}/count`, countUsers);
	router.on("GET", `${users}/{id}`, (_call, view, params) => {
		const user = visibleUser(view, params);
		return { status: 200, json: { ...userJson(user, false), ...singleAccess(view.caller) } };
	});
	router.on("PUT", `${users}/{id}`, changeUser);
	router.on("DELETE", `${users}/{id}`, (_call, view, params) => {
		view.realm.removeUser(managedUser(view, params).id);
		return { status: 204 };
	});
	router.on("GET", `${users}/{id}/groups`, groupsOfUser);
	router.on("PUT", `${users}/{id}/groups/{group}`, (_call, view, params) => {
		const user = managedUser(view, params);
		if (!view.realm.groups.has(params.group as string)) throw notFound("Group not found");
		view.realm.addMember(params.group as string, user.id);
		return { status: 204 };
	});
	router.on("DELETE", `${users}/{id}/groups/{group}`, (_call, view, params) => {
		const user = managedUser(view, params);
		if (!view.realm.groups.has(params.group as string)) throw notFound("Group not found");
		view.realm.removeMember(params.group as string, user.id);
		return { status: 204 };
	});
}

const notFound = (error: string) => new Refused({ status: 404, json: { error } });

/** query-users alone may ask, but sees nobody: `200 []` (seen on 26.7.4). */
const mayQuery = (caller: Caller): void => requireOne(caller, "query-users", "view-users", "manage-users");
const mayView = (caller: Caller): boolean => hasOne(caller, "view-users", "manage-users");

function listUsers(call: Call, view: RealmView): Answer {
	mayQuery(view.caller);
	const brief = flag(call, "briefRepresentation", false);
	const rows = paged(call, wantedUsers(call, view), 100);
	const seen = mayView(view.caller) ? rows.filter((user) => !view.isHidden(user)) : [];
	return { status: 200, json: seen.map((user) => ({ ...userJson(user, brief), ...listAccess(view.caller) })) };
}

function countUsers(call: Call, view: RealmView): Answer {
	mayQuery(view.caller);
	// People of a federation that are not imported are listed and not counted.
	const rows = wantedUsers(call, view).filter((user) => !user.id.startsWith("f:"));
	if (!view.quirks.fineGrained) return { status: 200, json: rows.length };
	return { status: 200, json: mayView(view.caller) ? rows.filter((user) => !view.isHidden(user)).length : 0 };
}

/** Service accounts are left out unless a field filter is used: UsersResource of Keycloak, seen on 26.7.4. */
function wantedUsers(call: Call, view: RealmView): readonly KeycloakUser[] {
	const sorted = view.sortedUsers();
	const search = call.query.get("search");
	if (search !== null) return view.shuffled(sorted.filter((user) => user.serviceAccountOf === undefined && matchesSearch(user, search)));
	if (!fieldFilters.some((name) => call.query.has(name))) return view.shuffled(view.people());
	const exact = flag(call, "exact", false);
	const named = exact ? view.realm.userNamed(call.query.get("username") ?? "") : undefined;
	const pool = named === undefined ? sorted : [named];
	return view.shuffled(pool.filter((user) => matchesFields(user, call.query, exact)));
}

function matchesFields(user: KeycloakUser, query: URLSearchParams, exact: boolean): boolean {
	for (const name of ["username", "email", "firstName", "lastName"] as const) {
		const wanted = query.get(name)?.toLowerCase();
		if (wanted === undefined) continue;
		const value = user[name]?.toLowerCase();
		if (value === undefined || (exact ? value !== wanted : !value.includes(wanted))) return false;
	}
	for (const name of ["enabled", "emailVerified"] as const) {
		const wanted = query.get(name);
		if (wanted !== null && user[name] !== (wanted === "true")) return false;
	}
	const attributes =
		query
			.get("q")
			?.split(" ")
			.filter((term) => term.includes(":")) ?? [];
	return attributes.every((term) => {
		const colon = term.indexOf(":");
		return user.attributes[term.slice(0, colon)]?.includes(term.slice(colon + 1)) ?? false;
	});
}

/** `foo` and `foo*` from the start, `*foo*` anywhere, `"foo"` whole, `id:…`: description of `search` in the vendor's API file. */
function matchesSearch(user: KeycloakUser, search: string): boolean {
	if (search.startsWith("id:")) return user.id === search.slice(3).trim();
	const fields = [user.username, user.firstName, user.lastName, user.email].map((text) => text?.toLowerCase() ?? "");
	return search
		.trim()
		.toLowerCase()
		.split(/\s+/)
		.every((term) => {
			if (term.length > 1 && term.startsWith('"') && term.endsWith('"')) return fields.includes(term.slice(1, -1));
			const bare = term.replace(/\*/g, "");
			return fields.some((field) => (term.startsWith("*") ? field.includes(bare) : field.startsWith(bare)));
		});
}

function visibleUser(view: RealmView, params: Params): KeycloakUser {
	const user = view.realm.users.get(params.id as string);
	if (user === undefined || view.isHidden(user)) {
		mayQuery(view.caller);
		throw notFound("User not found");
	}
	requireOne(view.caller, "view-users", "manage-users");
	return user;
}

function managedUser(view: RealmView, params: Params): KeycloakUser {
	const user = visibleUser(view, params);
	requireOne(view.caller, "manage-users");
	return user;
}

function groupsOfUser(call: Call, view: RealmView, params: Params): Answer {
	const user = visibleUser(view, params);
	const brief = flag(call, "briefRepresentation", true);
	const search = call.query.get("search")?.trim().toLowerCase() ?? "";
	const groups = [...view.realm.groupsOf(user.id)].map((id) => view.realm.group(id)).sort(byName((group) => group.name));
	const rows = paged(
		call,
		groups.filter((group) => group.name.toLowerCase().includes(search)),
		-1,
	);
	return { status: 200, json: rows.map((group) => groupJson(view.realm, group, { brief, count: false })) };
}

function createUser(call: Call, view: RealmView): Answer {
	requireOne(view.caller, "manage-users");
	const body = jsonOf(call) as (NewUser & { readonly groups?: readonly string[] }) | undefined;
	if (body === undefined || !body.username) return { status: 400, json: { errorMessage: "User name is missing" } };
	const groups = (body.groups ?? []).map((path) => view.realm.groupAt(path));
	if (groups.includes(undefined)) return { status: 400, json: { errorMessage: "Unable to find group specified by path: " } };
	const user = view.realm.addUser({ ...changeOf(body), username: body.username, enabled: body.enabled ?? false } as NewUser);
	for (const group of groups) if (group !== undefined) view.realm.addMember(group.id, user.id);
	return { status: 201, headers: { location: `${view.origin}/admin/realms/${view.realm.name}/users/${user.id}` } };
}

function changeUser(call: Call, view: RealmView, params: Params): Answer {
	const user = managedUser(view, params);
	view.realm.updateUser(user.id, changeOf(jsonOf(call)));
	return { status: 204 };
}

/** Only what an administrator may set; everything else of a representation is ignored. */
function changeOf(body: unknown): UserChange {
	const wanted = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
	const names = ["username", "firstName", "lastName", "email", "emailVerified", "enabled", "attributes"];
	return Object.fromEntries(names.filter((name) => wanted[name] !== undefined).map((name) => [name, wanted[name]]));
}
