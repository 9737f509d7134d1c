import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { accountBean, groupBean } from "./accounts.ts";
import { folded, PERMISSIONS, type Permission, type Role } from "./records.ts";
import { refuse } from "./refusals.ts";
import { releases } from "./versions.ts";
import { administrator, type BambooView, loggedIn, namesOf, pageAnswer } from "./view.ts";

const ROLES: readonly Role[] = ["LOGGED_IN", "ANONYMOUS"];

export function siteRoutes(router: Router<BambooView>): void {
	router.on("GET", "/info", info);
	router.on("GET", "/currentUser", (_call, view) => {
		const { name, displayName, emailAddress } = loggedIn(view);
		return { status: 200, json: { name, fullName: displayName, email: emailAddress } };
	});
	router.on("GET", "/permissions/global/groups", permittedGroups);
	router.on("PUT", "/permissions/global/groups/{name}", (call, view, { name = "" }) => grantGroup(call, view, { name, add: true }));
	router.on("DELETE", "/permissions/global/groups/{name}", (call, view, { name = "" }) => grantGroup(call, view, { name, add: false }));
	router.on("GET", "/permissions/global/users", permittedUsers);
	router.on("GET", "/permissions/global/roles", permittedRoles);
}

function info(_call: Call, view: BambooView): Answer {
	const { version, build } = releases[view.version];
	return { status: 200, json: { version, edition: "", buildDate: "2026-01-15T00:00:00.000Z", buildNumber: build, state: "RUNNING" } };
}

/** Groups that have any. */
function permittedGroups(call: Call, view: BambooView): Answer {
	administrator(view);
	const text = folded(call.query.get("name") ?? "");
	const rows = [...view.population.groupPermissions].filter(([name]) => name.includes(text)).sort(([a], [b]) => (a < b ? -1 : 1));
	return pageAnswer(call, view, {
		rows,
		bean: ([name, permissions]) => ({ ...groupBean(view, view.population.group(name)), permissions }),
	});
}
/** Accounts that have any themselves. */
function permittedUsers(call: Call, view: BambooView): Answer {
	administrator(view);
	const text = folded(call.query.get("name") ?? "");
	const rows = [...view.population.accountPermissions]
		.map(([id, permissions]) => ({ account: view.population.account(id), permissions }))
		.filter(({ account }) => folded(account.name).includes(text))
		.sort((a, b) => (folded(a.account.name) < folded(b.account.name) ? -1 : 1));
	return pageAnswer(call, view, { rows, bean: ({ account, permissions }) => ({ ...accountBean(view, account), permissions }) });
}
function permittedRoles(call: Call, view: BambooView): Answer {
	administrator(view);
	const bean = (name: Role) => ({ name, permissions: view.population.rolePermissions.get(name) ?? [] });
	return pageAnswer(call, view, { rows: ROLES, bean });
}

/** 304 where nothing changes. */
function grantGroup(call: Call, view: BambooView, { name, add }: { readonly name: string; readonly add: boolean }): Answer {
	administrator(view);
	const group = view.population.groups.get(folded(name));
	if (group === undefined) throw refuse(`Group '${name}' does not exist`);
	const asked = namesOf(call).map((one) => {
		const permission = PERMISSIONS.find((known) => known === one);
		if (permission === undefined) throw refuse(`The permission ${one} is not supported`);
		return permission;
	});
	const before: readonly Permission[] = view.population.groupPermissions.get(folded(name)) ?? [];
	const after = add ? [...new Set([...before, ...asked])] : before.filter((one) => !asked.includes(one));
	if (after.length === before.length) return { status: 304 };
	view.population.grantGroup(group.name, after);
	return { status: add ? 200 : 204 };
}
