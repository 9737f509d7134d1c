import type { Answer, Call } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import { accountBean, groupBean } from "./beans.ts";
import { type ConfluenceGroup, folded } from "./records.ts";
import { noSuchUser, readOnly, refuse } from "./refusals.ts";
import { accountNamed, bodyOf, type ConfluenceView, groupNamed, notAbove, pageAnswer, permitted, textOf, using } from "./view.ts";

export function groupRoutes(router: Router<ConfluenceView>): void {
	router.on("GET", "/api/group", (call, view) => {
		using(view);
		const rows = [...view.population.groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
		return pageAnswer(call, view, { rows, bean: (group) => groupBean(view, group), standard: 200 });
	});
	router.on("GET", "/api/group/{group}", (_call, view, { group = "" }) => {
		using(view);
		return { status: 200, json: groupBean(view, groupNamed(view, group)) };
	});
	router.on("GET", "/api/group/{group}/member", listMembers);
	router.on("GET", "/api/user/memberof", listGroupsOf);
	router.on("POST", "/api/admin/group", createGroup);
	router.on("DELETE", "/api/admin/group/{group}", deleteGroup);
	router.on("PUT", "/api/user/{username}/group/{group}", (_call, view, params) => change(view, params, true));
	router.on("DELETE", "/api/user/{username}/group/{group}", (_call, view, params) => change(view, params, false));
}

function listMembers(call: Call, view: ConfluenceView, { group = "" }: Params): Answer {
	if (view.behaviour.membersNeedAdmin) permitted(view, "application administer");
	else using(view);
	const rows = view.population.membersOf(groupNamed(view, group));
	return pageAnswer(call, view, { rows, bean: (account) => accountBean(view, account, call), standard: 200 });
}
function listGroupsOf(call: Call, view: ConfluenceView): Answer {
	using(view);
	const [key, username] = [call.query.get("key"), call.query.get("username")];
	const account = key === null ? view.population.named(username ?? "") : view.population.accounts.get(key);
	if (account === undefined) throw noSuchUser(key ?? username ?? "");
	const rows = view.population.groupsOf(account.id);
	return pageAnswer(call, view, { rows, bean: (group) => groupBean(view, group), standard: 200 });
}

function createGroup(call: Call, view: ConfluenceView): Answer {
	permitted(view, "application administer");
	const name = textOf(bodyOf(call), "name")?.trim() ?? "";
	if (name === "") throw refuse(400, "Group name must be specified");
	if (view.population.groups.has(folded(name))) throw refuse(409, `A group with the name ${name} already exists`);
	if (view.population.writableDirectory() === undefined)
		throw refuse(403, "No directory is configured that does allow groups to be added: all are read-only");
	return { status: 200, json: groupBean(view, view.population.addGroup(name)) };
}

function deleteGroup(_call: Call, view: ConfluenceView, { group: name = "" }: Params): Answer {
	permitted(view, "application administer");
	const group = groupNamed(view, name);
	if (isLastOfAdministrators(view, group)) throw refuse(400, `The group ${group.name} is the last one of administrators`);
	view.population.removeGroup(group.name);
	return { status: 204 };
}
function isLastOfAdministrators(view: ConfluenceView, group: ConfluenceGroup): boolean {
	const administers = [...view.population.groupPermissions].filter(([, held]) => held.has("application administer")).map(([name]) => name);
	return administers.length === 1 && administers[0] === folded(group.name);
}

/** Idempotent, as the vendor says: 204 whether or not there was anything to do. */
function change(view: ConfluenceView, { username = "", group: name = "" }: Params, member: boolean): Answer {
	const { population, behaviour } = view;
	const caller = permitted(view, "application administer");
	const account = accountNamed(view, username);
	const group = population.groups.get(folded(name));
	if (group === undefined) throw refuse(behaviour.unknownGroup, `No group found with name : ${name}`);
	notAbove(view, caller, account);
	if (population.groupPermissions.get(folded(name))?.has("system administer") && !population.may(caller.id, "system administer"))
		throw refuse(403, "User is not permitted to change this group");
	if (population.isReadOnly(account)) {
		if (behaviour.readOnlyMembership === "ignored") return { status: 204 };
		throw readOnly(account.name);
	}
	if (!member) population.removeMember(group.name, account.id);
	else {
		const seat = account.active && population.groupPermissions.get(folded(name))?.has("application use");
		if (seat && !population.may(account.id, "application use") && population.isFull())
			throw refuse(402, "There are no more licenses available");
		population.addMember(group.name, account.id);
	}
	return { status: 204 };
}
