import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import type { Directory } from "./directory.ts";
import { fold } from "./records.ts";
import { denied, failed, noGroup, noMembership, refused } from "./refusals.ts";
import { attributesEntity, groupEntity } from "./represent.ts";
import { type CrowdContext, groupNamed, ok, required, userNamed } from "./routes.ts";
import { bodyOf, mayIn, NOTHING, userInBody } from "./writing.ts";

/** The npm client takes an answer without a content type for none at all. */
const CREATED: Answer = { status: 201, text: "", type: "application/json" };
const exists = (child: string, parent: string) =>
	refused(409, "MEMBERSHIP_ALREADY_EXISTS", `The membership <${child}> in <${parent}> already exists`);

export function groupWritingRoutes(router: Router<CrowdContext>): void {
	router
		.on("POST", "/group", createGroup)
		.on("PUT", "/group", replaceGroup)
		.on("DELETE", "/group", removeGroup)
		.on("GET", "/group/attribute", (call, context) => {
			const { name, attributes } = groupNamed(context, required(call, "groupname"));
			return ok(
				"attributes",
				attributesEntity(`${context.how.base}/group/attribute?groupname=${encodeURIComponent(name)}`, attributes, context.how),
			);
		})
		.on("POST", "/group/attribute", storeAttributes)
		.on("POST", "/group/user/direct", (call, context) => add(context, required(call, "groupname"), nameIn(call)))
		.on("DELETE", "/group/user/direct", (call, context) => remove(context, required(call, "groupname"), required(call, "username")))
		.on("POST", "/user/group/direct", (call, context) => {
			userNamed(context, required(call, "username"));
			if (context.view.group(nameIn(call)) === undefined) throw refused(400, "GROUP_NOT_FOUND", `Group <${nameIn(call)}> does not exist`);
			return add(context, nameIn(call), required(call, "username"));
		})
		.on("DELETE", "/user/group/direct", (call, context) => remove(context, required(call, "groupname"), required(call, "username")))
		.on("POST", "/group/child-group/direct", (call, context) => nest(context, required(call, "groupname"), nameIn(call)))
		.on("POST", "/group/parent-group/direct", (call, context) => nest(context, nameIn(call), required(call, "groupname")))
		.on("DELETE", "/group/child-group/direct", unnest);
}

const nameIn = (call: Call): string => String(bodyOf(call).name ?? "");

/** In every directory that permits it. */
function createGroup(call: Call, context: CrowdContext): Answer {
	const body = bodyOf(call);
	const name = String(body.name ?? "");
	if (name === "" || name !== name.trim()) throw refused(400, "INVALID_GROUP", "Group name may not contain leading or trailing whitespace");
	if (context.how.quirks.onlyMembersOf !== undefined)
		throw failed("Adding groups is not supported while filtering groups with access is enabled");
	if (context.view.group(name) !== undefined) throw refused(400, "INVALID_GROUP", "Group already exists");
	const permitting = context.view.directories.filter((directory) => mayIn(context, directory, "create group"));
	if (permitting.length === 0) throw denied('Application "rollcall" does not allow adding of groups');
	for (const directory of permitting)
		directory.addGroup(name, { description: String(body.description ?? ""), active: body.active !== false });
	return { status: 201, json: groupEntity(groupNamed(context, name), context.how, false), headers: { "x-root": "group" } };
}

/** `active` left out is true. */
function replaceGroup(call: Call, context: CrowdContext): Answer {
	const name = required(call, "groupname");
	groupNamed(context, name);
	const body = bodyOf(call);
	const permitting = context.view.directories.filter((directory) => mayIn(context, directory, "update group"));
	if (permitting.length === 0) throw denied('Application "rollcall" does not allow group modifications');
	for (const directory of permitting) {
		Object.assign(directory.group(name) ?? {}, { description: String(body.description ?? ""), active: body.active !== false });
		directory.touch();
	}
	return ok("group", groupEntity(groupNamed(context, name), context.how, false));
}

/** In every directory that permits it; others keep theirs. */
function removeGroup(call: Call, context: CrowdContext): Answer {
	const name = required(call, "groupname");
	groupNamed(context, name);
	const permitting = context.view.directories.filter((directory) => mayIn(context, directory, "delete group"));
	if (permitting.length === 0) throw denied('Application "rollcall" does not allow group removal');
	for (const directory of permitting) directory.removeGroup(name);
	return NOTHING;
}

function storeAttributes(call: Call, context: CrowdContext): Answer {
	const name = required(call, "groupname");
	groupNamed(context, name);
	const rows = (bodyOf(call).attributes ?? []) as readonly { readonly name: string; readonly values: readonly string[] }[];
	const permitting = context.view.directories.filter((directory) => mayIn(context, directory, "update group attribute"));
	if (permitting.length === 0) throw denied('Application "rollcall" does not allow group attribute modifications');
	for (const directory of permitting) {
		const group = directory.group(name);
		if (group !== undefined) for (const row of rows) group.attributes[row.name] = row.values;
		directory.touch();
	}
	return NOTHING;
}

/** In the user's own directory; when only another one has the group, the user's gets one of its own. */
function add(context: CrowdContext, groupname: string, username: string): Answer {
	const group = groupNamed(context, groupname);
	const { user, directory } = userInBody(context, username);
	if (directory.group(groupname) === undefined) {
		if (!mayIn(context, directory, "create group"))
			throw denied(
				`Could not add group '${group.name}' to the directory '${directory.name}' because the application does not allow group creation.`,
			);
		directory.addGroup(group.name, { description: group.description });
	}
	requireUpdate(context, directory, group.name);
	const own = groupOf(directory, groupname);
	if (own.users.includes(fold(user.name))) {
		const { alreadyMember } = context.how.quirks;
		if (alreadyMember === 201) return CREATED;
		if (alreadyMember === 400) throw refused(400, "INVALID_MEMBERSHIP", `User <${user.name}> is already a member of <${group.name}>`);
		throw exists(user.name, group.name);
	}
	own.users = [...own.users, fold(user.name)];
	directory.touch();
	return CREATED;
}

function remove(context: CrowdContext, groupname: string, username: string): Answer {
	const group = groupNamed(context, groupname);
	const { user, directory } = userNamed(context, username);
	const own = directory.group(groupname);
	if (own === undefined || !own.users.includes(fold(user.name))) throw noMembership(user.name, group.name);
	requireUpdate(context, directory, group.name);
	own.users = own.users.filter((member) => member !== fold(user.name));
	directory.touch();
	return NOTHING;
}

function nest(context: CrowdContext, parent: string, child: string): Answer {
	const outer = groupNamed(context, parent);
	if (context.view.group(child) === undefined) throw refused(400, "GROUP_NOT_FOUND", `Group <${child}> does not exist`);
	if (context.view.within(child).some((name) => fold(name) === fold(parent)))
		throw refused(400, "INVALID_MEMBERSHIP", `Cannot add group <${child}> to <${parent}>: circular`);
	for (const directory of context.view.directories) {
		const own = directory.group(parent);
		if (own === undefined || directory.group(child) === undefined) continue;
		requireUpdate(context, directory, outer.name);
		if (own.groups.includes(fold(child))) throw exists(child, parent);
		own.groups = [...own.groups, fold(child)];
		directory.touch();
	}
	return CREATED;
}

function unnest(call: Call, context: CrowdContext): Answer {
	const parent = required(call, "groupname");
	const child = required(call, "child-groupname");
	groupNamed(context, parent);
	if (!context.view.children(parent).some((name) => fold(name) === fold(child))) throw noMembership(child, parent);
	for (const directory of context.view.directories) {
		const own = directory.group(parent);
		if (own === undefined) continue;
		requireUpdate(context, directory, parent);
		own.groups = own.groups.filter((name) => name !== fold(child));
		directory.touch();
	}
	return NOTHING;
}

function requireUpdate(context: CrowdContext, directory: Directory, group: string): void {
	if (!mayIn(context, directory, "update group"))
		throw denied(`Could not update group '${group}' in the directory '${directory.name}' because the application does not allow updates.`);
}

function groupOf(directory: Directory, name: string) {
	const group = directory.group(name);
	if (group === undefined) throw noGroup(name);
	return group;
}
