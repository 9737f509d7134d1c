import type { Answer, Call } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import { type Caller, requireRead } from "./access.ts";
import { filtered } from "./filter.ts";
import type { Bucket } from "./limits.ts";
import type { Org } from "./org.ts";
import { byId, paged } from "./page.ts";
import type { OktaQuirks } from "./quirks.ts";
import { type OktaGroup, type OktaUser, oktaId } from "./records.ts";
import { refuse } from "./refusals.ts";
import { groupJson, projected, statsJson, userJson } from "./represent.ts";

/** What one request may see. */
export interface View {
	readonly org: Org;
	readonly caller: Caller;
	readonly quirks: OktaQuirks;
	readonly origin: string;
	readonly linked: boolean;
	readonly users: () => readonly OktaUser[];
	readonly groups: () => readonly OktaGroup[];
}

/** Which limit a path counts against. */
export function bucketOf(segments: readonly string[]): Bucket {
	const [, , kind, id] = segments;
	if (kind === "users") return id === undefined ? "users" : "user";
	if (kind === "groups") return id === undefined ? "groups" : "group";
	return "other";
}

export function routes(router: Router<View>): void {
	router.on("GET", "/api/v1/users", listUsers);
	router.on("GET", "/api/v1/users/me", ownUser);
	router.on("GET", "/api/v1/users/{id}", (_call, view, params) => {
		requireRead(view.caller, "okta.users.read");
		return { status: 200, json: userJson(wantedUser(view, params), view.origin) };
	});
	router.on("GET", "/api/v1/users/{id}/groups", (_call, view, params) => {
		requireRead(view.caller, "okta.users.read");
		const groups = view.org.groupsOf(wantedUser(view, params).id).filter((group) => isVisible(view, group));
		return { status: 200, json: groups.map((group) => groupJson(group, view)) };
	});
	router.on("GET", "/api/v1/users/{id}/roles", listRoles);
	router.on("GET", "/api/v1/groups", listGroups);
	router.on("GET", "/api/v1/groups/{id}", (_call, view, params) => {
		requireRead(view.caller, "okta.groups.read");
		return { status: 200, json: groupJson(wantedGroup(view, params), view) };
	});
	router.on("GET", "/api/v1/groups/{id}/users", listMembers);
}

/** A group administrator sees the members of these groups, and never Everyone; whether the group of administrators is not said. */
const isVisible = (view: View, group: OktaGroup): boolean =>
	view.caller.groups === undefined || view.caller.groups.includes(group.id) || group.id === view.org.administrators;

function visibleUsers(view: View): readonly OktaUser[] {
	const { groups } = view.caller;
	if (groups === undefined) return view.users();
	const seen = new Set(groups.flatMap((id) => view.org.membersOf(id).map((user) => user.id)));
	return view.users().filter((user) => seen.has(user.id));
}

/** Deactivated people come with a filter only (reference of listUsers). */
function listUsers(call: Call, view: View): Answer {
	requireRead(view.caller, "okta.users.read");
	const filter = call.query.get("filter");
	const fields = call.query.get("fields");
	if (fields !== null && view.quirks.refusesFields) throw refuse(400, "E0000001", "fields: The field is not supported");
	const seen = visibleUsers(view).filter((user) => filter !== null || user.status !== "DEPROVISIONED");
	const rows = filtered(seen, filter, (user) => ({
		id: user.id,
		status: user.status,
		lastUpdated: new Date(user.lastUpdated).toISOString(),
		"profile.login": user.profile.login,
		"profile.email": textOf(user.profile.email),
		"profile.firstName": textOf(user.profile.firstName),
		"profile.lastName": textOf(user.profile.lastName),
	}));
	const json = (user: OktaUser) => {
		const whole = userJson(user, view.origin);
		if (fields === null) return whole;
		const part = projected(whole, fields);
		if (part === undefined) throw refuse(400, "E0000001", "fields: cannot be parsed");
		return part;
	};
	return paged(call, rows, { ...view, standard: 200, most: 200, json });
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function listGroups(call: Call, view: View): Answer {
	requireRead(view.caller, "okta.groups.read");
	const seen = view.groups().filter((group) => isVisible(view, group));
	const rows = filtered(seen, call.query.get("filter"), (group) => ({
		id: group.id,
		type: group.type,
		lastUpdated: new Date(group.lastUpdated).toISOString(),
		lastMembershipUpdated: new Date(group.lastMembershipUpdated).toISOString(),
	}));
	const counted = (call.query.get("expand") ?? "").split(",").includes("stats") && view.quirks.stats !== "absent";
	const json = (group: OktaGroup) => {
		const stats = counted ? { stats: statsJson(view.org.membersOf(group.id).length, view.quirks.stats) } : {};
		return groupJson(group, { origin: view.origin, ...stats });
	};
	return paged(call, rows, { ...view, standard: 10_000, most: 10_000, json });
}

function listMembers(call: Call, view: View, params: Params): Answer {
	requireRead(view.caller, "okta.groups.read");
	const group = wantedGroup(view, params);
	if (group.id === view.org.administrators) throw refuse(403, "E0000006");
	const rows = [...view.org.membersOf(group.id)].sort(byId);
	return paged(call, rows, { ...view, standard: 1000, most: 1000, circular: true, json: (user) => userJson(user, view.origin) });
}

/** The maker of the API token. A service app is nobody. */
function ownUser(_call: Call, view: View): Answer {
	const { owner } = view.caller;
	if (owner === undefined) throw refuse(404, "E0000007");
	const user = { id: ownerId(owner), status: "ACTIVE", created: 0, lastUpdated: 0, profile: { login: owner, email: owner } };
	return { status: 200, json: userJson(user, view.origin) };
}

const ownerId = (login: string): string => oktaId("00u", "owner", login);

const labels: Readonly<Record<string, string>> = {
	SUPER_ADMIN: "Super Organization Administrator",
	ORG_ADMIN: "Organizational Administrator",
	READ_ONLY_ADMIN: "Read-only Administrator",
	USER_ADMIN: "Group Administrator",
};

function listRoles(_call: Call, view: View, params: Params): Answer {
	const { owner, roles } = view.caller;
	if (view.quirks.hidesRoles) throw refuse(403, "E0000006");
	if (owner === undefined || params.id !== ownerId(owner)) {
		requireRead(view.caller, "okta.roles.read");
		return { status: 200, json: [] };
	}
	const rows = roles.map((type) => ({
		id: oktaId("ra", owner, type),
		label: labels[type],
		type,
		status: "ACTIVE",
		created: new Date(0).toISOString(),
		lastUpdated: new Date(0).toISOString(),
		assignmentType: "USER",
	}));
	return { status: 200, json: rows };
}

/** By id, by login, or by the part of a login before the @ where it is one person's only. */
function wantedUser(view: View, params: Params): OktaUser {
	const wanted = (params.id ?? "").toLowerCase();
	const seen = visibleUsers(view);
	const exact = seen.find((user) => user.id === params.id || user.profile.login.toLowerCase() === wanted);
	const short = seen.filter((user) => user.profile.login.toLowerCase().split("@")[0] === wanted);
	const found = exact ?? (short.length === 1 ? short[0] : undefined);
	if (found === undefined) throw refuse(404, "E0000007");
	return found;
}

function wantedGroup(view: View, params: Params): OktaGroup {
	const group = view.org.groups.get(params.id ?? "");
	if (group === undefined || !isVisible(view, group)) throw refuse(404, "E0000007");
	return group;
}
