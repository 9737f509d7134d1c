import { type Answer, type Call, jsonOf } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import type { ApplicationView, SeenUser } from "./application.ts";
import type { CrowdGroup, Permission } from "./records.ts";
import { illegal, noGroup, noMembership, noUser, refused } from "./refusals.ts";
import {
	attributesEntity,
	type Expand,
	groupEntity,
	groupList,
	membershipDocument,
	type Rendering,
	shown,
	userEntity,
	userList,
} from "./represent.ts";
import { search, span } from "./search.ts";

/** What a handler works on. The root element of an XML answer is named in the header `x-root`, which is not sent. */
export interface CrowdContext {
	readonly view: ApplicationView;
	readonly how: Rendering;
	/** What the application may do, in directories that permit it. */
	readonly permissions: ReadonlySet<Permission>;
}

export const expandOf = (call: Call): Expand => new Set((call.query.get("expand") ?? "").split(","));

export function required(call: Call, name: string): string {
	const value = call.query.get(name);
	if (value === null || value === "") throw illegal(`${name} query parameter required.`);
	return value;
}
export function userNamed(context: CrowdContext, name: string): SeenUser {
	const user = context.view.user(name);
	if (user === undefined) throw noUser(name);
	return user;
}
export function groupNamed(context: CrowdContext, name: string): CrowdGroup {
	const group = context.view.group(name);
	if (group === undefined) throw noGroup(name);
	return group;
}
export const ok = (root: string, json: unknown): Answer => ({ status: 200, json, headers: { "x-root": root } });

/** Everything that only reads. */
export function readingRoutes(router: Router<CrowdContext>): void {
	router
		.on("GET", "/search", search)
		.on("POST", "/search", search)
		.on("GET", "/user", (call, context) => {
			const key = call.query.get("key");
			const seen = key === null ? userNamed(context, required(call, "username")) : context.view.userByKey(key);
			if (seen === undefined) throw noUser(key ?? "");
			return ok("user", userEntity(seen, context.how, expandOf(call).has("attributes")));
		})
		.on("GET", "/user/attribute", (call, context) => {
			const { user } = userNamed(context, required(call, "username"));
			return ok(
				"attributes",
				attributesEntity(`${context.how.base}/user/attribute?username=${encodeURIComponent(user.name)}`, user.attributes, context.how),
			);
		})
		.on("GET", "/group", (call, context) =>
			ok("group", groupEntity(groupNamed(context, required(call, "groupname")), context.how, expandOf(call).has("attributes"))),
		)
		.on("GET", "/group/membership", (_call, { view, how }) => ({
			status: 200,
			text: membershipDocument(view, how),
			type: "application/xml",
		}))
		.on("POST", "/authentication", authenticate)
		.on("GET", "/config/cookie", () => ok("cookie-config", { domain: "", name: "crowd.token_key", secure: false }));
	membershipRoutes(router);
}

function membershipRoutes(router: Router<CrowdContext>): void {
	for (const reach of ["direct", "nested"] as const) {
		const nested = reach === "nested";
		router
			.on("GET", `/group/user/${reach}`, (call, context) => {
				const group = groupNamed(context, required(call, "groupname")).name;
				const from = nested ? context.view.within(group) : [group];
				return users(call, context, { group, names: from.flatMap((name) => context.view.members(name)) });
			})
			.on("GET", `/user/group/${reach}`, (call, context) => {
				const { name } = userNamed(context, required(call, "username")).user;
				const own = context.view.groupsOf(name);
				return groups(call, context, { of: name, names: nested ? own.flatMap((group) => context.view.around(group)) : own });
			})
			.on("GET", `/group/child-group/${reach}`, (call, context) => {
				const group = groupNamed(context, required(call, "groupname")).name;
				const names = nested ? context.view.within(group).slice(1) : context.view.children(group);
				return groups(call, context, { of: group, names, one: "child-groupname" });
			})
			.on("GET", `/group/parent-group/${reach}`, (call, context) => {
				const group = groupNamed(context, required(call, "groupname")).name;
				const names = nested ? context.view.around(group).slice(1) : context.view.parents(group);
				return groups(call, context, { of: group, names, one: "parent-groupname" });
			});
	}
}

/** With `username`, that one member, or 404. */
function users(call: Call, context: CrowdContext, found: { readonly group: string; readonly names: readonly string[] }): Answer {
	const one = call.query.get("username");
	const unique = new Map(found.names.map((name) => [name.toLowerCase(), name]));
	if (one !== null) {
		if (!unique.has(one.toLowerCase())) throw noMembership(one, found.group);
		const seen = userNamed(context, one);
		return ok("user", expandOf(call).has("user") ? userEntity(seen, context.how, false) : { name: shown(context.how, seen.user.name) });
	}
	const seen = [...unique.values()].map((name) => context.view.user(name)).filter((user) => user !== undefined);
	return ok("users", userList(span(seen, call, context), context.how, expandOf(call)));
}

function groups(
	call: Call,
	context: CrowdContext,
	found: { readonly of: string; readonly names: readonly string[]; readonly one?: string },
): Answer {
	const one = call.query.get(found.one ?? "groupname");
	const unique = new Map(found.names.map((name) => [name.toLowerCase(), name]));
	if (one !== null && (found.one !== undefined || call.path.includes("/user/group/"))) {
		if (!unique.has(one.toLowerCase())) throw noMembership(found.of, one);
		return ok("group", { name: shown(context.how, groupNamed(context, one).name) });
	}
	const seen = [...unique.values()].map((name) => context.view.group(name)).filter((group) => group !== undefined);
	return ok("groups", groupList(span(seen, call, context), context.how, expandOf(call)));
}

function authenticate(call: Call, context: CrowdContext): Answer {
	const name = required(call, "username");
	const { value } = (jsonOf(call) ?? {}) as { value?: unknown };
	const seen = context.view.user(name);
	if (seen === undefined) throw refused(400, "USER_NOT_FOUND", `User <${name}> does not exist`);
	if (seen.user.password !== value)
		throw refused(400, "INVALID_USER_AUTHENTICATION", "Failed to authenticate principal, password was invalid");
	if (!seen.user.active) throw refused(400, "INACTIVE_ACCOUNT", `Account with name <${name}> is inactive`);
	return ok("user", userEntity(seen, context.how, false));
}
