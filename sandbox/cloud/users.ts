import type { Answer, Call } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import { projectedFor } from "../scim/protocol.ts";
import { operationsIn } from "./patch.ts";
import { type CloudEmail, type CloudUser, folded } from "./records.ts";
import { refuse } from "./refusals.ts";
import { bodyOf, type CloudView, EXTERNAL, type Json, listAnswer, userOf } from "./view.ts";

export function userRoutes(router: Router<CloudView>): void {
	router.on("GET", "/Users", listUsers);
	router.on("POST", "/Users", createUser);
	router.on("GET", "/Users/{userId}", (call, view, params) => shown(call, view, userAt(view, params)));
	router.on("PUT", "/Users/{userId}", replaceUser);
	router.on("PATCH", "/Users/{userId}", patchUser);
	router.on("DELETE", "/Users/{userId}", (_call, view, params) => {
		view.population.removeUser(userAt(view, params).id);
		return { status: 204 };
	});
}

const shown = (call: Call, view: CloudView, user: CloudUser, status = 200): Answer => ({
	status,
	json: projectedFor(call, userOf(view, user)),
});

function userAt(view: CloudView, params: Params): CloudUser {
	const user = view.population.users.get(params.userId ?? "");
	if (user === undefined) throw refuse(404, `Resource [USER]: ${params.userId} not found.`);
	return user;
}

function listUsers(call: Call, view: CloudView): Answer {
	const row = (user: CloudUser) => () => projectedFor(call, userOf(view, user, true));
	const users = view.population.users;
	return {
		status: 200,
		json: listAnswer(call, view, {
			rows: [...users.values()].map(row),
			find: (attribute, value) => {
				if (!/^(userName|externalId)$/i.test(attribute)) return "unknown";
				const found = /^userName$/i.test(attribute)
					? view.population.named(value)
					: [...users.values()].find((user) => user.profile.externalId === value);
				return found && row(found);
			},
		}),
	};
}

/** What a client may say of a user; unknown members are dropped, those that only Atlassian writes too. */
const PROFILE = [
	"externalId",
	"name",
	"nickName",
	"title",
	"preferredLanguage",
	"department",
	"organization",
	"timezone",
	"phoneNumbers",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
] as const;
type Written = Pick<CloudUser, "userName" | "emails" | "active" | "profile"> & { readonly displayName: string | undefined };

/** @throws Refused 400 for what a user may not lack. */
function writtenIn(body: Json, activeBefore: boolean): Written {
	const userName = typeof body.userName === "string" ? body.userName.trim() : "";
	if (userName === "") throw refuse(400, "userName is required.", "invalidValue");
	const emails = emailsIn(body.emails);
	if (!Array.isArray(body.schemas)) throw refuse(400, "schemas is required.", "invalidValue");
	if (body.displayName !== undefined && typeof body.displayName !== "string")
		throw refuse(400, "displayName must be text.", "invalidValue");
	return {
		userName,
		emails,
		active: typeof body.active === "boolean" ? body.active : activeBefore,
		profile: Object.fromEntries(PROFILE.filter((key) => body[key] !== undefined).map((key) => [key, body[key]])),
		displayName: body.displayName,
	};
}

function emailsIn(value: unknown): readonly CloudEmail[] {
	const emails = Array.isArray(value) ? (value as readonly Partial<CloudEmail>[]) : [];
	const primary = emails.filter((email) => email.primary === true);
	if (primary.length !== 1 || emails.some((email) => typeof email.value !== "string" || !/^[^@\s]+@[^@\s]+$/.test(email.value)))
		throw refuse(400, "emails must hold valid addresses, one of them primary.", "invalidValue");
	return emails.map((email) => ({
		value: email.value as string,
		...(email.type === undefined ? {} : { type: email.type }),
		primary: email.primary === true,
	}));
}

/** @throws Refused 409 when another user has the name or one of the addresses (knowledge base 1035734019), 400 for foreign domains. */
function assertFree(view: CloudView, { userName, emails }: Written, self?: string): void {
	const { population, behaviour } = view;
	const status = self === undefined ? 409 : behaviour.takenOnChange;
	const holder = population.named(userName);
	if (holder !== undefined && holder.id !== self)
		throw refuse(status, `Resource [USER]: with userName[${userName}] already exists.`, "uniqueness");
	for (const { value } of emails) {
		const other = population.withEmail(value);
		if (other !== undefined && other.id !== self)
			throw refuse(status, `Resource [USER]: with email[${value}] already exists.`, "uniqueness");
		const domain = folded(value.split("@").at(-1) ?? "");
		if (behaviour.foreignDomains === "refused" && population.verifiedDomains?.includes(domain) === false)
			throw refuse(400, `The domain ${domain} is not verified by the organization.`, "invalidValue");
	}
}

function createUser(call: Call, view: CloudView): Answer {
	const written = writtenIn(bodyOf(call), true);
	assertFree(view, written);
	if (view.population.users.size >= view.population.bounds.users)
		throw refuse(400, `The directory has reached its limit of ${view.population.bounds.users} users.`, "tooMany");
	return shown(call, view, view.population.addUser(written), 201);
}

/** What is left out is gone afterwards. */
function replaceUser(call: Call, view: CloudView, params: Params): Answer {
	const before = userAt(view, params);
	const written = writtenIn(bodyOf(call), before.active);
	assertFree(view, written, before.id);
	return shown(call, view, view.population.updateUser(before.id, written));
}

function patchUser(call: Call, view: CloudView, params: Params): Answer {
	const before = userAt(view, params);
	const { schemas: _schemas, ...current } = userOf(view, before);
	const body: Record<string, unknown> = { ...current, schemas: [] };
	for (const { op, path, value } of operationsIn(call)) {
		if (path === undefined) {
			if (typeof value !== "object" || value === null || op === "remove") throw refuse(400, "A path is required.", "noTarget");
			Object.assign(body, value);
		} else if (!/^[\w:.-]+$/.test(path) || path === EXTERNAL || path === "id" || path === "groups") {
			throw refuse(400, `The path ${path} is not supported.`, "invalidPath");
		} else if (op === "remove") delete body[path];
		else body[path] = value;
	}
	if (typeof body.active !== "boolean") throw refuse(400, "active must be true or false.", "invalidValue");
	const written = writtenIn(body, before.active);
	assertFree(view, written, before.id);
	return shown(call, view, view.population.updateUser(before.id, written));
}
