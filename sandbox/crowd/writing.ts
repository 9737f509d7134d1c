import { type Answer, type Call, jsonOf } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import type { Directory } from "./directory.ts";
import { groupWritingRoutes } from "./group-writing.ts";
import type { CrowdUser, Permission } from "./records.ts";
import { denied, failed, refused } from "./refusals.ts";
import { userEntity } from "./represent.ts";
import { type CrowdContext, required, userNamed } from "./routes.ts";

export const NOTHING: Answer = { status: 204 };

export const mayIn = (context: CrowdContext, directory: Directory, permission: Permission): boolean =>
	context.permissions.has(permission) && directory.permissions.has(permission);

/** Everything that changes something. */
export function writingRoutes(router: Router<CrowdContext>): void {
	router
		.on("POST", "/user", createUser)
		.on("PUT", "/user", replaceUser)
		.on("DELETE", "/user", removeUser)
		.on("POST", "/user/rename", renameUser)
		.on("PUT", "/user/password", setPassword)
		.on("POST", "/user/attribute", storeAttributes)
		.on("DELETE", "/user/attribute", removeAttribute);
	groupWritingRoutes(router);
}

export const bodyOf = (call: Call): Record<string, unknown> => {
	const body = jsonOf(call);
	if (typeof body !== "object" || body === null || Array.isArray(body))
		throw refused(400, "ILLEGAL_ARGUMENT", "The request body is missing or is not JSON");
	return body as Record<string, unknown>;
};
const textIn = (body: Record<string, unknown>, key: string): string | undefined =>
	typeof body[key] === "string" ? (body[key] as string) : undefined;
const invalid = (message: string) => refused(400, "INVALID_USER", message);

/** Missing parts of a name are filled in, not blanked. */
function namesIn(body: Record<string, unknown>, name: string): Pick<CrowdUser, "firstName" | "lastName" | "displayName"> {
	const first = textIn(body, "first-name") ?? "";
	const last = textIn(body, "last-name") ?? "";
	const display = textIn(body, "display-name") ?? "";
	const displayName = display !== "" ? display : `${first} ${last}`.trim() !== "" ? `${first} ${last}`.trim() : name;
	const words = displayName.split(/\s+/);
	return {
		displayName,
		firstName: first !== "" || last !== "" ? first : words.slice(0, -1).join(" "),
		lastName: last !== "" ? last : (words.at(-1) ?? name),
	};
}

function createUser(call: Call, context: CrowdContext): Answer {
	const body = bodyOf(call);
	const name = textIn(body, "name") ?? "";
	if (name === "") throw invalid("The user's name is missing");
	if (name !== name.trim()) throw invalid("User name may not contain leading or trailing whitespace");
	if (context.how.quirks.onlyMembersOf !== undefined)
		throw failed("Adding users is not supported while filtering users with access is enabled");
	if (context.view.user(name) !== undefined) throw invalid("User already exists");
	const directory = context.view.directories.find((one) => mayIn(context, one, "create user"));
	if (directory === undefined) throw denied("Application 'rollcall' has no directories that allow adding of users.");
	const password = (body.password as { value?: unknown } | undefined)?.value;
	if (typeof password !== "string" || password === "") throw refused(400, "INVALID_CREDENTIAL", "Credential must not be null");
	const user = directory.addUser({
		name,
		...namesIn(body, name),
		email: textIn(body, "email") ?? "",
		active: body.active !== false,
		password,
	});
	if (context.how.quirks.silentCreation) return { status: 201 };
	return { status: 201, json: userEntity({ user, directory }, context.how, false), headers: { "x-root": "user" } };
}

/** What is left out is not kept: `active` becomes true, the address empty. */
function replaceUser(call: Call, context: CrowdContext): Answer {
	const username = required(call, "username");
	const body = bodyOf(call);
	const name = textIn(body, "name") ?? username;
	if (name.toLowerCase() !== username.toLowerCase())
		throw invalid(`The username in the body <${name}> and in the query <${username}> differ`);
	const { user, directory } = userNamed(context, username);
	const email = textIn(body, "email") ?? "";
	const [major, minor] = context.how.version;
	const mayChange = context.how.quirks.emailChanges ?? (major < 4 || (major === 4 && minor < 4));
	if (email.toLowerCase() !== user.email.toLowerCase() && !mayChange)
		throw denied("External applications are not allowed to change user emails");
	if (!mayIn(context, directory, "update user"))
		throw denied(`Cannot update user '${user.name}' because directory '${directory.name}' does not allow updates.`);
	const active = context.how.quirks.keepsActive.has(directory.id) ? user.active : body.active !== false;
	Object.assign(user, { ...namesIn(body, user.name), email, active });
	directory.touch();
	return NOTHING;
}

function removeUser(call: Call, context: CrowdContext): Answer {
	const { user, directory } = userNamed(context, required(call, "username"));
	if (!mayIn(context, directory, "delete user"))
		throw denied(`Not allowed to delete user '${user.name}' from directory '${directory.name}'.`);
	directory.removeUser(user.name);
	return NOTHING;
}

function renameUser(call: Call, context: CrowdContext): Answer {
	const { user, directory } = userNamed(context, required(call, "username"));
	const name = textIn(bodyOf(call), "new-name") ?? "";
	if (name === "" || name !== name.trim()) throw invalid("The new name is not one");
	if (!mayIn(context, directory, "update user"))
		throw denied(`Cannot rename user '${user.name}' because directory '${directory.name}' does not allow updates.`);
	const holder = directory.user(name);
	if (holder !== undefined && holder !== user) throw invalid(`User ${name} already exists.`);
	directory.rename(user, name);
	return { status: 200, json: userEntity({ user, directory }, context.how, false), headers: { "x-root": "user" } };
}

function setPassword(call: Call, context: CrowdContext): Answer {
	const { user, directory } = userNamed(context, required(call, "username"));
	const value = textIn(bodyOf(call), "value") ?? "";
	if (value === "") throw refused(400, "INVALID_CREDENTIAL", "Credential must not be null");
	if (!mayIn(context, directory, "update user"))
		throw denied(`Not allowed to update user '${user.name}' in directory '${directory.name}'.`);
	user.password = value;
	directory.touch();
	return NOTHING;
}

function storeAttributes(call: Call, context: CrowdContext): Answer {
	const { user, directory } = userNamed(context, required(call, "username"));
	if (!mayIn(context, directory, "update user attribute"))
		throw denied(`Not allowed to update user attributes '${user.name}' in directory '${directory.name}'.`);
	const rows = (bodyOf(call).attributes ?? []) as readonly { readonly name: string; readonly values: readonly string[] }[];
	if (rows.some(({ values }) => values.some((value) => value.length > 255))) throw failed("could not execute statement");
	user.attributes = { ...user.attributes, ...Object.fromEntries(rows.map(({ name, values }) => [name, values])) };
	directory.touch();
	return NOTHING;
}

function removeAttribute(call: Call, context: CrowdContext): Answer {
	const { user, directory } = userNamed(context, required(call, "username"));
	if (!mayIn(context, directory, "update user attribute"))
		throw denied(`Not allowed to update user attributes '${user.name}' in directory '${directory.name}'.`);
	const { [required(call, "attributename")]: _gone, ...left } = user.attributes;
	user.attributes = left;
	directory.touch();
	return NOTHING;
}

/** A user whom a body names: not to be found there is the body's fault. */
export function userInBody(context: CrowdContext, name: string) {
	const seen = context.view.user(name);
	if (seen === undefined) throw refused(400, "USER_NOT_FOUND", `User <${name}> does not exist`);
	return seen;
}
