import type { Answer, Call } from "../kit/http.ts";
import { Refused } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { groupBean, memberBean } from "./beans.ts";
import { administrators } from "./population.ts";
import { folded, type JiraAccount, type JiraGroup } from "./records.ts";
import { licenceText, refuse } from "./refusals.ts";
import { administrator, bodyOf, groupOf, type JiraView, numberOf, textOf } from "./view.ts";

export function groupRoutes(router: Router<JiraView>): void {
	router.on("GET", "/rest/api/2/group", readGroup);
	router.on("POST", "/rest/api/2/group", createGroup);
	router.on("DELETE", "/rest/api/2/group", deleteGroup);
	router.on("GET", "/rest/api/2/group/member", listMembers);
	router.on("POST", "/rest/api/2/group/user", addMember);
	router.on("DELETE", "/rest/api/2/group/user", removeMember);
}

/** Deprecated, active members only; gone from 10.0. */
function readGroup(call: Call, view: JiraView): Answer {
	if (!view.behaviour.groupRead) throw new Refused({ status: 405, json: { message: "HTTP 405 Method Not Allowed", "status-code": 405 } });
	administrator(view);
	const expand = (call.query.get("expand") ?? "").startsWith("users");
	return { status: 200, json: groupBean(view, groupOf(call, view), expand) };
}

function createGroup(call: Call, view: JiraView): Answer {
	administrator(view);
	const name = textOf(bodyOf(call), "name")?.trim() ?? "";
	if (name === "") throw refuse(400, "The group name is not specified or is empty.");
	if (name.length > 255) throw refuse(400, "The group name must not exceed 255 characters in length.");
	if (view.population.groups.has(folded(name))) throw refuse(400, "A group or user with this name already exists.");
	if (view.population.writableDirectory() === undefined) throw refuse(403, "Cannot add group, all the user directories are read-only.");
	return { status: 201, json: groupBean(view, view.population.addGroup(name), true) };
}

function deleteGroup(call: Call, view: JiraView): Answer {
	administrator(view);
	const group = groupOf(call, view);
	if (folded(group.name) === administrators) {
		throw refuse(
			400,
			"You cannot delete a group that grants you system administration privileges if no other group exists that also grants you system administration privileges.",
		);
	}
	const swap = call.query.get("swapGroup");
	if (swap !== null && !view.population.groups.has(folded(swap))) throw refuse(404, `The group named '${swap}' does not exist.`);
	view.population.removeGroup(group.name);
	return { status: 200 };
}

const largestPage = 50;

/** With the members of subgroups, by username, at most 50 a page. */
function listMembers(call: Call, view: JiraView): Answer {
	administrator(view);
	const group = groupOf(call, view);
	const inactive = call.query.get("includeInactiveUsers") === "true";
	const rows = view.lookup.members(group, inactive);
	const startAt = numberOf(call, "startAt", 0);
	const maxResults = Math.max(1, Math.min(largestPage, numberOf(call, "maxResults", largestPage)));
	const isLast = startAt + maxResults >= rows.length;
	const query = `includeInactiveUsers=${inactive}&groupname=${encodeURIComponent(group.name)}&maxResults=${maxResults}`;
	const address = `${view.base}/rest/api/2/group/member?${query}&startAt=`;
	const next = isLast ? {} : { nextPage: `${address}${startAt + maxResults}` };
	const page = { self: `${address}${startAt}`, ...next, maxResults, startAt, total: rows.length, isLast };
	const values = rows.slice(startAt, startAt + maxResults).map((account) => memberBean(view, account));
	return { status: 200, json: { ...page, values } };
}

function addMember(call: Call, view: JiraView): Answer {
	administrator(view);
	const group = groupOf(call, view);
	const name = textOf(bodyOf(call), "name") ?? "";
	const account = view.population.named(name);
	if (account === undefined) throw refuse(404, `Cannot add user. '${name}' does not exist`);
	if (group.members.has(account.id)) throw refuse(400, `Cannot add user '${account.name}', user is already a member of '${group.name}'`);
	refuseReadOnly(view, account, `You cannot add user '${account.name}' to group '${group.name}'. The user's directory is read only.`);
	if (view.lookup.fullFor(group, account) !== undefined) throw refuse(400, licenceText);
	view.population.addMember(group.name, account.id);
	return { status: 201, json: groupBean(view, group, true) };
}

/** Memberships are kept beside the accounts: 403 for a directory that cannot be written. */
function refuseReadOnly(view: JiraView, account: JiraAccount, text: string): void {
	if (view.population.directoryOf(account).kind === "read-only") throw refuse(403, text);
}

function removeMember(call: Call, view: JiraView): Answer {
	const caller = administrator(view);
	const group = groupOf(call, view);
	const name = call.query.get("username") ?? "";
	const account = view.population.named(name);
	if (account === undefined) throw refuse(404, `Cannot remove user. '${name}' does not exist`);
	if (!group.members.has(account.id)) {
		if (view.lookup.isMember(group, account.id) && view.behaviour.inheritedRemoval === "ignored") return { status: 200 };
		throw refuse(400, `Cannot remove user '${account.name}' from group '${group.name}' since user is not a member of '${group.name}'`);
	}
	refuseReadOnly(view, account, `You cannot remove user '${account.name}' from group '${group.name}'. The user's directory is read only.`);
	refuseLockOut(group, caller, account);
	view.population.removeMember(group.name, account.id);
	return { status: 200 };
}

function refuseLockOut(group: JiraGroup, caller: JiraAccount, account: JiraAccount): void {
	if (folded(group.name) !== administrators || account.id !== caller.id) return;
	throw refuse(
		400,
		"You are trying to leave all of the groups with the system administration permission. You cannot delete your own system administration permission",
	);
}
