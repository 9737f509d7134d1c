import type { Answer, Call } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import { type Caller, requireOrganization, requireRight } from "./access.ts";
import { filtered, pageOf, projected } from "./listing.ts";
import type { Organization } from "./organization.ts";
import type { JumpCloudQuirks } from "./quirks.ts";
import { type JumpCloudGroup, type JumpCloudPerson, objectId } from "./records.ts";
import { refuse } from "./refusals.ts";

/** What one request may see. */
export interface View {
	readonly organization: Organization;
	/** The id of it. */
	readonly id: string;
	readonly caller: Caller;
	readonly quirks: JumpCloudQuirks;
	/** Requests so far. */
	readonly turn: number;
}

export function routes(router: Router<View>): void {
	router.on("GET", "/api/systemusers", listPeople);
	router.on("GET", "/api/systemusers/{id}", onePerson);
	router.on("GET", "/api/users/getSelf", self);
	router.on("GET", "/api/v2/usergroups", listGroups);
	router.on("GET", "/api/v2/usergroups/{id}/membership", listMembership);
	router.on("GET", "/api/v2/usergroups/{id}/members", listMembers);
}

const orders = ({ quirks, turn }: View) => ({ sorts: !quirks.ignoresSort, turn: quirks.restless ? turn : 0 });

function listPeople(call: Call, view: View): Answer {
	requireOrganization(call, view.caller);
	requireRight(call, view.caller, "people");
	const all = [...view.organization.people.values()];
	const rows = view.quirks.ignoresFilter ? all : filtered(call, all);
	const page = pageOf(call, { rows, separator: " ", ...orders(view) });
	return { status: 200, json: { totalCount: page.total, results: page.rows.map((row) => projected(call, personJson(row, view))) } };
}

function onePerson(call: Call, view: View, params: Params): Answer {
	requireOrganization(call, view.caller);
	requireRight(call, view.caller, "people");
	const person = view.organization.people.get(params.id ?? "");
	if (person === undefined) throw refuse(call.path, 404, "Not Found");
	return { status: 200, json: projected(call, personJson(person, view)) };
}

/** `id` beside `_id` is not in the vendor's description, and seen in the wild. */
const personJson = (person: JumpCloudPerson, view: View): Readonly<Record<string, unknown>> => ({
	...person,
	id: person._id,
	manager: "",
	external_dn: "",
	external_source_type: "",
	organization: view.quirks.answersFor ?? view.id,
});

function self(call: Call, { caller, quirks }: View): Answer {
	// A service account is no administrator.
	if (quirks.hidesSelf || !caller.name.includes("@")) throw refuse(call.path, 401, "Unauthorized: unable to authenticate");
	const end = caller.endsAt === undefined ? {} : { apiKeyHash: { expireAt: caller.endsAt } };
	const role = { roleName: caller.roles[0], roleNames: caller.roles };
	return { status: 200, json: { _id: objectId("admin", caller.name), email: caller.name, ...role, ...end, suspended: false } };
}

function listGroups(call: Call, view: View): Answer {
	requireOrganization(call, view.caller);
	requireRight(call, view.caller, "groups");
	if (view.quirks.refusesSort && call.query.has("sort")) throw refuse(call.path, 400, "invalid sort parameter");
	const page = pageOf(call, { rows: [...view.organization.groups.values()], separator: ",", ...orders(view) });
	return listed(
		view,
		page.total,
		page.rows.map((group) => groupJson(group, view)),
	);
}

const groupJson = (group: JumpCloudGroup, view: View): unknown => ({
	...group,
	type: "user_group",
	description: "",
	email: "",
	memberQuery: null,
	attributes: null,
	organizationObjectId: view.quirks.answersFor ?? view.id,
});

interface Node {
	readonly id: string;
	readonly type: "user" | "user_group";
}

function listMembership(call: Call, view: View, params: Params): Answer {
	const { id, rows } = nodesOf(call, view, params);
	const page = pageOf(repeated(call, view), { rows, separator: ",", ...orders(view) });
	const to = { attributes: null, id, type: "user_group" };
	return listed(
		view,
		page.total,
		page.rows.map((node) => ({ ...node, compiledAttributes: null, paths: [[{ attributes: null, to }]] })),
	);
}

function listMembers(call: Call, view: View, params: Params): Answer {
	const page = pageOf(call, { rows: nodesOf(call, view, params).rows, separator: ",", sorts: false, turn: orders(view).turn });
	return listed(
		view,
		page.total,
		page.rows.map((node) => ({ from: null, to: { attributes: null, ...node } })),
	);
}

function nodesOf(call: Call, view: View, params: Params): { readonly id: string; readonly rows: readonly Node[] } {
	requireOrganization(call, view.caller);
	requireRight(call, view.caller, "members");
	const id = params.id ?? "";
	if (!view.organization.groups.has(id)) throw refuse(call.path, 404, "user group not found");
	const people = view.organization.membersOf(id).map((person): Node => ({ id: person, type: "user" }));
	const nested: readonly Node[] = view.quirks.nests ? [{ id: objectId("inner"), type: "user_group" }] : [];
	if (view.quirks.members !== "endless") return { id, rows: [...people, ...nested] };
	const end = Number(call.query.get("skip") ?? 0) + 200;
	return { id, rows: Array.from({ length: end }, (_, at) => ({ id: objectId("nobody", at), type: "user" })) };
}

/** The first page, whatever was asked for. */
function repeated(call: Call, { quirks }: View): Call {
	if (quirks.members !== "repeat") return call;
	const query = new URLSearchParams(call.query);
	query.set("skip", "0");
	return { ...call, query };
}

const listed = ({ quirks }: View, total: number, json: readonly unknown[]): Answer => ({
	status: 200,
	...(quirks.counts ? { headers: { "x-total-count": String(total) } } : {}),
	json,
});
