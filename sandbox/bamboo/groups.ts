import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { accountBean, changeMembers, groupBean, holding } from "./accounts.ts";
import { folded } from "./records.ts";
import { refuse, refuseField } from "./refusals.ts";
import { administrator, type BambooView, bodyOf, groupNamed, namesOf, neededText, pageAnswer } from "./view.ts";

export const ADMIN_GROUP = "bamboo-admin";

export function groupRoutes(router: Router<BambooView>): void {
	router.on("GET", "/admin/groups", listGroups);
	router.on("POST", "/admin/groups", createGroup);
	router.on("DELETE", "/admin/groups/{name}", deleteGroup);
	router.on("GET", "/admin/groups/{name}/more-members", (call, view, { name = "" }) => {
		administrator(view);
		const rows = holding(call, view.population.membersOf(groupNamed(view, name)));
		return pageAnswer(call, view, { rows, bean: (account) => accountBean(view, account) });
	});
	router.on("GET", "/admin/groups/{name}/more-non-members", (call, view, { name = "" }) => {
		administrator(view);
		const group = groupNamed(view, name);
		const rows = holding(call, view.population.sorted()).filter(({ id }) => !group.members.has(id));
		return pageAnswer(call, view, { rows, bean: (account) => accountBean(view, account) });
	});
	router.on("POST", "/admin/groups/{name}/add-users", (call, view, { name = "" }) => {
		administrator(view);
		return changeMembers(view, { groups: [name], accounts: namesOf(call), add: true });
	});
	router.on("DELETE", "/admin/groups/{name}/remove-users", (call, view, { name = "" }) => {
		administrator(view);
		return changeMembers(view, { groups: [name], accounts: view.behaviour.dropsDeleteBody ? [] : namesOf(call), add: false });
	});
}

function listGroups(call: Call, view: BambooView): Answer {
	administrator(view);
	const text = folded(call.query.get("filter") ?? "");
	const rows = [...view.population.groups.entries()]
		.filter(([name]) => name.includes(text))
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([, group]) => group);
	return pageAnswer(call, view, { rows, bean: (group) => groupBean(view, group) });
}

function createGroup(call: Call, view: BambooView): Answer {
	administrator(view);
	const name = neededText(bodyOf(call), "name");
	if (name.length > 255) throw refuseField("name", "The name must not be longer than 255 characters.");
	if (view.population.groups.has(folded(name))) throw refuseField("name", "A group with this name already exists.");
	if (view.population.writableDirectory() === undefined) throw refuse("Group management is read only: no directory takes new groups.");
	view.population.addGroup(name);
	return { status: 204 };
}

function deleteGroup(_call: Call, view: BambooView, { name = "" }: Readonly<Record<string, string>>): Answer {
	administrator(view);
	const group = groupNamed(view, name);
	if (folded(group.name) === ADMIN_GROUP) throw refuse("The group of Bamboo's administrators cannot be deleted.");
	if (view.population.isExternal(group.directory)) throw refuse(`The group '${group.name}' is read only and cannot be deleted.`);
	view.population.removeGroup(group.name);
	return { status: 204 };
}
