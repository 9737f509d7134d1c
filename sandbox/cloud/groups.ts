import type { Answer, Call } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import { operationsIn, type PatchOperation } from "./patch.ts";
import type { CloudGroup } from "./records.ts";
import { folded } from "./records.ts";
import { refuse } from "./refusals.ts";
import { bodyOf, type CloudView, groupOf, type Json, listAnswer } from "./view.ts";

export function groupRoutes(router: Router<CloudView>): void {
	router.on("GET", "/Groups", listGroups);
	router.on("POST", "/Groups", createGroup);
	router.on("GET", "/Groups/{id}", (_call, view, params) => shown(view, groupAt(view, params)));
	router.on("PUT", "/Groups/{id}", replaceGroup);
	router.on("PATCH", "/Groups/{id}", patchGroup);
	router.on("DELETE", "/Groups/{id}", (_call, view, params) => {
		view.population.removeGroup(groupAt(view, params).id);
		return { status: 204 };
	});
}

const shown = (view: CloudView, group: CloudGroup, status = 200): Answer => ({ status, json: groupOf(view, group) });

function groupAt(view: CloudView, params: Params): CloudGroup {
	const group = view.population.groups.get(params.id ?? "");
	if (group === undefined) throw refuse(404, `Resource [GROUP]: ${params.id} not found.`);
	return group;
}

function listGroups(call: Call, view: CloudView): Answer {
	const row = (group: CloudGroup) => () => groupOf(view, group);
	return {
		status: 200,
		json: listAnswer(call, view, {
			rows: [...view.population.groups.values()].map(row),
			find: (attribute, value) => {
				if (!/^displayName$/i.test(attribute)) return "unknown";
				const found = view.population.groupNamed(value);
				return found && row(found);
			},
		}),
	};
}

function createGroup(call: Call, view: CloudView): Answer {
	const { population } = view;
	const body = bodyOf(call);
	const name = typeof body.displayName === "string" ? body.displayName.trim() : "";
	if (name === "" || !Array.isArray(body.schemas)) throw refuse(400, "schemas and displayName are required.", "invalidValue");
	const outside = [...population.outsideGroups].some((other) => folded(other) === folded(name));
	if (population.groupNamed(name) !== undefined || outside)
		throw refuse(409, `Resource [GROUP]: with displayName[${name}] already exists.`, "uniqueness");
	if (population.groups.size >= population.bounds.groups)
		throw refuse(400, `The directory has reached its limit of ${population.bounds.groups} groups.`, "tooMany");
	const members = membersIn(view, body.members ?? []);
	const group = population.addGroup(name, typeof body.externalId === "string" ? body.externalId : undefined);
	for (const id of members) population.join(group, id);
	return shown(view, group, 201);
}

/** A name that was once synchronised stays. */
function assertSameName(group: CloudGroup, value: unknown): void {
	if (value !== undefined && value !== group.displayName) throw refuse(400, "displayName is immutable.", "mutability");
}

function replaceGroup(call: Call, view: CloudView, params: Params): Answer {
	const group = groupAt(view, params);
	const body = bodyOf(call);
	assertSameName(group, body.displayName);
	const members = new Set(membersIn(view, body.members ?? [], 400));
	for (const id of [...group.members]) if (!members.has(id)) view.population.leave(group, id);
	for (const id of members) view.population.join(group, id);
	return shown(view, group);
}

/** All of it or nothing. */
function patchGroup(call: Call, view: CloudView, params: Params): Answer {
	const group = groupAt(view, params);
	const members = new Set(group.members);
	for (const operation of operationsIn(call)) changeMembers(view, { group, members, operation });
	const most = view.population.bounds.membersPerGroup;
	if (members.size > most && members.size > group.members.size) throw refuse(400, `A group can have at most ${most} members.`, "tooMany");
	for (const id of [...group.members]) if (!members.has(id)) view.population.leave(group, id);
	for (const id of members) if (!group.members.has(id)) view.population.join(group, id);
	return shown(view, group);
}

function changeMembers(
	view: CloudView,
	{ group, members, operation }: { readonly group: CloudGroup; readonly members: Set<string>; readonly operation: PatchOperation },
): void {
	const { op, path, value } = operation;
	if (path === undefined || path === "displayName") {
		assertSameName(group, path === undefined ? (value as Json | undefined)?.displayName : value);
		return;
	}
	const [, only] = /^members\[value eq "([^"]+)"\]$/.exec(path) ?? [];
	if (path !== "members" && only === undefined) throw refuse(400, `The path ${path} is not supported.`, "invalidPath");
	if (op === "remove") {
		// Without a filter and a list it is everybody (RFC 7644 section 3.5.2.2).
		const gone = only === undefined ? (value === undefined ? [...members] : membersIn(view, value)) : [only];
		for (const id of gone)
			if (!members.delete(id) && view.behaviour.removeAgain === "refused")
				throw refuse(400, `${id} is no member of the group.`, "noTarget");
		return;
	}
	if (only !== undefined) throw refuse(400, `The path ${path} is not supported.`, "invalidPath");
	if (op === "replace") members.clear();
	for (const id of membersIn(view, value)) members.add(id);
}

/** @throws Refused for whoever is not in the directory; `unknown` is the status. */
function membersIn(view: CloudView, value: unknown, unknown: 400 | 404 = 404): readonly string[] {
	const list = Array.isArray(value) ? value : [value];
	return list.map((one: unknown) => {
		const id = typeof one === "object" && one !== null ? String((one as Json).value) : String(one);
		if (!view.population.users.has(id)) throw refuse(unknown, `Resource [USER]: ${id} not found.`);
		return id;
	});
}
