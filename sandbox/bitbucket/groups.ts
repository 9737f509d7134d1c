import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { detailedBean, groupBean } from "./beans.ts";
import { type BitbucketAccount, type BitbucketGroup, folded, higher } from "./records.ts";
import { licenceFull, noSuchGroup, notPermitted, refuse, refuseField } from "./refusals.ts";
import { accountNamed, type BitbucketView, bodyOf, groupNamed, neededQuery, neededText, pageAnswer, permitted, textsOf } from "./view.ts";

export function groupRoutes(router: Router<BitbucketView>): void {
	router.on("GET", "/groups", (call, view) => {
		permitted(view, "LICENSED_USER");
		return pageAnswer(call, view, { rows: found(call, view), bean: ({ name }) => name });
	});
	router.on("GET", "/admin/groups", (call, view) => {
		permitted(view, "LICENSED_USER");
		return pageAnswer(call, view, { rows: found(call, view), bean: (group) => groupBean(view, group) });
	});
	router.on("POST", "/admin/groups", createGroup);
	router.on("DELETE", "/admin/groups", deleteGroup);
	router.on("GET", "/admin/groups/more-members", listMembers);
	router.on("POST", "/admin/groups/add-users", addUsers);
	router.on("POST", "/admin/groups/remove-user", (call, view) => remove(call, view, { account: "itemName", group: "context" }));
	router.on("GET", "/admin/users/more-members", listGroupsOf);
	router.on("POST", "/admin/users/add-groups", addGroups);
	router.on("POST", "/admin/users/remove-group", (call, view) => remove(call, view, { account: "context", group: "itemName" }));
}

function found(call: Call, view: BitbucketView): readonly BitbucketGroup[] {
	const text = folded(call.query.get("filter") ?? "");
	const all = [...view.population.groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
	return all.filter(([name]) => name.includes(text)).map(([, group]) => group);
}

function createGroup(call: Call, view: BitbucketView): Answer {
	permitted(view, "ADMIN");
	const name = neededQuery(call, "name");
	if (name.length > 255) throw refuseField("name", "The name must not be longer than 255 characters");
	if (view.population.groups.has(folded(name))) throw refuse(409, `A group with the name '${name}' already exists.`, "IntegrityException");
	if (view.population.writableDirectory() === undefined)
		throw refuse(400, "None of the user directories allows groups to be created.", "user.UserAdminException");
	return { status: 200, json: groupBean(view, view.population.addGroup(name)) };
}

/** Nobody deletes a group with more permissions than their own, nor the one that they have theirs from. */
function deleteGroup(call: Call, view: BitbucketView): Answer {
	const caller = permitted(view, "ADMIN");
	const group = groupNamed(view, neededQuery(call, "name"));
	const granted = view.population.groupPermissions.get(folded(group.name));
	const own = view.population.levelOf(caller.id);
	if (higher(granted, own)) throw refuse(403, `The group '${group.name}' has more permissions than you have.`, "AuthorisationException");
	const bean = groupBean(view, group);
	const rest = view.population.groupsOf(caller.id).filter((one) => one !== group);
	const without = rest.map((one) => view.population.groupPermissions.get(folded(one.name)));
	const kept = [view.population.accountPermissions.get(caller.id), ...without].some((level) => !higher(own, level));
	if (!kept) throw refuse(409, "You cannot delete this group: it grants you your own permissions.", "IntegrityException");
	view.population.removeGroup(group.name);
	return { status: 200, json: bean };
}

function listMembers(call: Call, view: BitbucketView): Answer {
	permitted(view, "LICENSED_USER");
	const group = view.population.groups.get(folded(neededQuery(call, "context")));
	if (group === undefined && view.behaviour.membersOfNobody === "missing") throw noSuchGroup(call.query.get("context") ?? "");
	const text = folded(call.query.get("filter") ?? "");
	const members = group === undefined ? [] : view.population.membersOf(group);
	const rows =
		text === ""
			? members
			: members.filter((one) => [one.name, one.displayName, one.emailAddress].some((value) => folded(value).includes(text)));
	return pageAnswer(call, view, { rows, bean: (account) => detailedBean(view, account) });
}
function listGroupsOf(call: Call, view: BitbucketView): Answer {
	permitted(view, "LICENSED_USER");
	const account = accountNamed(view, neededQuery(call, "context"));
	const text = folded(call.query.get("filter") ?? "");
	const rows = view.population.groupsOf(account.id).filter(({ name }) => folded(name).includes(text));
	return pageAnswer(call, view, { rows, bean: (group) => groupBean(view, group) });
}

/** All of them or none. */
function addUsers(call: Call, view: BitbucketView): Answer {
	const body = bodyOf(call);
	const group = neededText(body, "group");
	return add(view, { groups: [group], accounts: textsOf(body, "users") });
}
function addGroups(call: Call, view: BitbucketView): Answer {
	const body = bodyOf(call);
	return add(view, { groups: textsOf(body, "groups"), accounts: [neededText(body, "user")] });
}

function add(view: BitbucketView, wanted: { readonly groups: readonly string[]; readonly accounts: readonly string[] }): Answer {
	permitted(view, "ADMIN");
	const groups = wanted.groups.map((name) => groupNamed(view, name));
	const accounts = wanted.accounts.map((name) => accountNamed(view, name));
	for (const group of groups) {
		assertBelow(view, group);
		for (const account of accounts) assertGroupsOf(view, account, group);
		const again = accounts.find(({ id }) => group.members.has(id));
		if (again !== undefined && view.behaviour.addAgain === "refused")
			throw refuse(409, `The user '${again.name}' is already a member of the group '${group.name}'.`, "IntegrityException");
	}
	assertSeats(view, groups, accounts);
	for (const group of groups) for (const account of accounts) view.population.addMember(group.name, account.id);
	return { status: 200 };
}

/** Nobody hands out more permissions than they have. */
function assertBelow(view: BitbucketView, group: BitbucketGroup): void {
	const own = view.caller === undefined ? undefined : view.population.levelOf(view.caller.id);
	if (higher(view.population.groupPermissions.get(folded(group.name)), own))
		throw refuse(403, `The group '${group.name}' has more permissions than you have.`, "AuthorisationException");
}
function assertGroupsOf(view: BitbucketView, account: BitbucketAccount, group: BitbucketGroup): void {
	const directory = view.population.directoryOf(account);
	if (directory.kind !== "external") return;
	const text = `The groups of '${account.name}' cannot be changed (${group.name}): the directory '${directory.name}' is read-only.`;
	throw refuse(403, text, "user.UserAdminException");
}
function assertSeats(view: BitbucketView, groups: readonly BitbucketGroup[], accounts: readonly BitbucketAccount[]): void {
	const { population } = view;
	if (population.licence === undefined || population.licence.seats < 0) return;
	if (!groups.some(({ name }) => population.groupPermissions.has(folded(name)))) return;
	const fresh = accounts.filter((account) => account.active && population.levelOf(account.id) === undefined);
	if (fresh.length > 0 && population.seatsTaken() + fresh.length > population.licence.seats) throw licenceFull();
}

function remove(call: Call, view: BitbucketView, keys: { readonly account: string; readonly group: string }): Answer {
	const caller = permitted(view, "ADMIN");
	const body = bodyOf(call);
	const account = accountNamed(view, neededText(body, keys.account));
	const group = groupNamed(view, neededText(body, keys.group));
	assertBelow(view, group);
	if (!group.members.has(account.id)) return notIn(view, account, group);
	assertGroupsOf(view, account, group);
	if (higher(view.population.levelOf(account.id), view.population.levelOf(caller.id))) throw notPermitted();
	view.population.removeMember(group.name, account.id);
	return { status: 200 };
}
function notIn(view: BitbucketView, account: BitbucketAccount, group: BitbucketGroup): Answer {
	if (view.behaviour.removeAgain === "accepted") return { status: 200 };
	throw refuse(404, `The user '${account.name}' is not a member of the group '${group.name}'.`, "user.NoSuchUserException");
}
