import { type Answer, type Call, jsonOf, Refused } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import { hasOne, requireOne } from "./access.ts";
import { byName, flag, paged, wholeNumber } from "./page.ts";
import type { KeycloakGroup, NewGroup } from "./records.ts";
import { groupAccess, groupJson, userJson } from "./represent.ts";
import type { RealmView } from "./view.ts";

export function groupRoutes(router: Router<RealmView>): void {
	const groups = "/admin/realms/{realm}/groups";
	router.on("GET", groups, listGroups);
	router.on("POST", groups, (call, view) => createGroup(call, view, undefined));
	router.on("GET", `${groups}/count`, countGroups);
	router.on("GET", `${groups}/{id}`, (_call, view, params) => {
		const group = viewable(view, params);
		return { status: 200, json: { ...groupJson(view.realm, group, { brief: false, count: true }), ...groupAccess(view.caller) } };
	});
	router.on("PUT", `${groups}/{id}`, changeGroup);
	router.on("DELETE", `${groups}/{id}`, (_call, view, params) => {
		view.realm.removeGroup(managed(view, params).id);
		return { status: 204 };
	});
	router.on("GET", `${groups}/{id}/children`, listChildren);
	router.on("POST", `${groups}/{id}/children`, (call, view, params) => createGroup(call, view, managed(view, params)));
	router.on("GET", `${groups}/{id}/members`, listMembers);
}

/** GroupPermissions.canList: query-groups alone may ask, but is shown nothing: `200 []` (seen on 26.7.4). */
const mayList = (view: RealmView): void => requireOne(view.caller, "query-groups", "view-users", "manage-users");
const mayView = (view: RealmView): boolean => hasOne(view.caller, "view-users", "manage-users");

function viewable(view: RealmView, params: Params): KeycloakGroup {
	const group = view.realm.groups.get(params.id as string);
	if (group === undefined) throw new Refused({ status: 404, json: { error: "Could not find group by id" } });
	requireOne(view.caller, "view-users", "manage-users");
	return group;
}

function managed(view: RealmView, params: Params): KeycloakGroup {
	const group = viewable(view, params);
	requireOne(view.caller, "manage-users");
	return group;
}

/** Unbounded without `max`. With `search` or `q` the groups of every level are looked at. */
function listGroups(call: Call, view: RealmView): Answer {
	mayList(view);
	if (!mayView(view)) return { status: 200, json: [] };
	const search = call.query.get("search") ?? undefined;
	const q = call.query.get("q") ?? undefined;
	const form = { brief: flag(call, "briefRepresentation", true), count: flag(call, "subGroupsCount", true) };
	const json = (group: KeycloakGroup) => ({ ...groupJson(view.realm, group, form), ...groupAccess(view.caller) });
	const topOnly = (search === undefined && q === undefined) || (view.quirks.flatGroups === "top" && search?.trim() === "");
	if (topOnly) return { status: 200, json: paged(call, inOrder(view.realm.childrenOf(undefined)), -1).map(json) };
	const found = paged(call, inOrder(matching(call, view)), -1);
	const flat = !flag(call, "populateHierarchy", true) && view.quirks.flatGroups === "flat";
	return { status: 200, json: flat ? found.map(json) : hierarchy(view, found, form) };
}

const inOrder = (groups: readonly KeycloakGroup[]): KeycloakGroup[] => [...groups].sort(byName((group) => group.name));

function matching(call: Call, view: RealmView): KeycloakGroup[] {
	const exact = flag(call, "exact", false);
	const text = call.query.get("search")?.trim();
	const terms =
		call.query
			.get("q")
			?.split(" ")
			.filter((term) => term.includes(":")) ?? [];
	return [...view.realm.groups.values()].filter((group) => {
		if (text !== undefined && !(exact ? group.name === text : group.name.toLowerCase().includes(text.toLowerCase()))) return false;
		return terms.every((term) => {
			const colon = term.indexOf(":");
			return group.attributes[term.slice(0, colon)]?.includes(term.slice(colon + 1)) ?? false;
		});
	});
}

/** The matches inside their parents, each parent holding only what leads to a match. */
function hierarchy(view: RealmView, found: readonly KeycloakGroup[], form: { brief: boolean; count: boolean }): unknown[] {
	const shown = new Map<string, KeycloakGroup>();
	for (const match of found) {
		for (let group: KeycloakGroup | undefined = match; group !== undefined && !shown.has(group.id); ) {
			shown.set(group.id, group);
			group = group.parentId === undefined ? undefined : view.realm.group(group.parentId);
		}
	}
	const below = new Map<string | undefined, KeycloakGroup[]>();
	for (const group of inOrder([...shown.values()])) below.set(group.parentId, [...(below.get(group.parentId) ?? []), group]);
	const json = (group: KeycloakGroup): Record<string, unknown> => ({
		...groupJson(view.realm, group, { ...form, subGroups: (below.get(group.id) ?? []).map(json) }),
		...groupAccess(view.caller),
	});
	return (below.get(undefined) ?? []).map(json);
}

/** Counts every level unless `top=true`; needs no right to see them. */
function countGroups(call: Call, view: RealmView): Answer {
	mayList(view);
	const search = call.query.get("search");
	const top = flag(call, "top", false);
	const pool = search === null ? [...view.realm.groups.values()] : matching(call, view);
	if (view.quirks.fineGrained && !mayView(view)) return { status: 200, json: { count: 0 } };
	return { status: 200, json: { count: pool.filter((group) => !top || group.parentId === undefined).length } };
}

function listChildren(call: Call, view: RealmView, params: Params): Answer {
	const parent = viewable(view, params);
	const form = { brief: flag(call, "briefRepresentation", false), count: flag(call, "subGroupsCount", true) };
	const search = call.query.get("search")?.toLowerCase() ?? "";
	const children = inOrder(view.realm.childrenOf(parent.id)).filter((group) => group.name.toLowerCase().includes(search));
	const json = (group: KeycloakGroup) => ({ ...groupJson(view.realm, group, form), ...groupAccess(view.caller) });
	return { status: 200, json: paged(call, children, 10).map(json) };
}

/** Direct members only, without `access`; full representation unless brief is asked for. */
function listMembers(call: Call, view: RealmView, params: Params): Answer {
	const group = viewable(view, params);
	const brief = flag(call, "briefRepresentation", false);
	const members = view.sortedMembers(group.id);
	const page = view.quirks.members === "right" ? paged(call, members, 100) : repeating(call, members, view.quirks.members);
	return { status: 200, json: page.filter((user) => !view.isHidden(user)).map((user) => userJson(user, brief)) };
}

function repeating<T>(call: Call, members: readonly T[], how: "overlap" | "endless"): T[] {
	const first = wholeNumber(call, "first") ?? 0;
	const max = wholeNumber(call, "max") ?? 100;
	if (how === "endless") return members.slice(0, max);
	// Each page gives one new member fewer than asked for: page n starts n places earlier than it should.
	const start = first - Math.floor(first / Math.max(1, max));
	return members.slice(Math.max(0, start), Math.max(0, start) + max);
}

function createGroup(call: Call, view: RealmView, parent: KeycloakGroup | undefined): Answer {
	requireOne(view.caller, "manage-users");
	const body = jsonOf(call) as NewGroup | undefined;
	if (body === undefined || !body.name) return { status: 400, json: { errorMessage: "Group name is missing" } };
	if (parent !== undefined && body.id !== undefined && view.realm.groups.has(body.id)) {
		view.realm.moveGroup(body.id, parent.id);
		return { status: 204 };
	}
	const { name, description, attributes } = body;
	const group = view.realm.addGroup({
		name,
		...(description === undefined ? {} : { description }),
		...(attributes === undefined ? {} : { attributes }),
		...(parent === undefined ? {} : { parentId: parent.id }),
	});
	return { status: 201, headers: { location: `${view.origin}/admin/realms/${view.realm.name}/groups/${group.id}` } };
}

function changeGroup(call: Call, view: RealmView, params: Params): Answer {
	const group = managed(view, params);
	const body = (jsonOf(call) ?? {}) as Partial<NewGroup>;
	view.realm.updateGroup(group.id, {
		...(body.name === undefined ? {} : { name: body.name }),
		...(body.description === undefined ? {} : { description: body.description }),
		...(body.attributes === undefined ? {} : { attributes: body.attributes }),
	});
	return { status: 204 };
}
