import type { OktaQuirks } from "./quirks.ts";
import type { OktaGroup, OktaUser } from "./records.ts";

const time = (ms: number): string => new Date(ms).toISOString();

/** As lists have it: no links but to itself. */
export function userJson(user: OktaUser, origin: string): Record<string, unknown> {
	const settled = user.status !== "STAGED";
	return {
		id: user.id,
		status: user.status,
		created: time(user.created),
		activated: settled ? time(user.created) : null,
		statusChanged: settled ? time(user.created) : null,
		lastLogin: null,
		lastUpdated: time(user.lastUpdated),
		passwordChanged: null,
		type: { id: "otySandbox0123456789" },
		profile: user.profile,
		credentials: { provider: { type: "OKTA", name: "OKTA" } },
		_links: { self: { href: `${origin}/api/v1/users/${user.id}` } },
	};
}

/** `fields=id,status,profile:(login,email)`: only these, and the id in any case. Undefined: the projection cannot be understood. */
export function projected(json: Readonly<Record<string, unknown>>, fields: string): Record<string, unknown> | undefined {
	const inside = /profile:\(([^()]*)\)/.exec(fields);
	const outside = fields
		.replace(inside?.[0] ?? "", "")
		.split(",")
		.filter((name) => name.trim() !== "");
	if (/[():]/.test(outside.join(""))) return undefined;
	const pick = (from: Readonly<Record<string, unknown>>, names: readonly string[]) => {
		const wanted = new Set(names.map((name) => name.trim()));
		return Object.fromEntries(Object.entries(from).filter(([name]) => wanted.has(name)));
	};
	const profile = inside === null ? {} : { profile: pick(json.profile as Record<string, unknown>, (inside[1] ?? "").split(",")) };
	return { id: json.id, ...pick(json, outside), ...profile };
}

export function groupJson(
	group: OktaGroup,
	at: { readonly origin: string; readonly stats?: Record<string, unknown> },
): Record<string, unknown> {
	const self = `${at.origin}/api/v1/groups/${group.id}`;
	return {
		id: group.id,
		created: time(group.created),
		lastUpdated: time(group.lastUpdated),
		lastMembershipUpdated: time(group.lastMembershipUpdated),
		objectClass: [group.type === "APP_GROUP" ? "okta:windows_security_principal" : "okta:user_group"],
		type: group.type,
		profile: group.profile,
		...(at.stats === undefined ? {} : { _embedded: { stats: at.stats } }),
		_links: { users: { href: `${self}/users` }, apps: { href: `${self}/apps` } },
	};
}

/** `hasAdminPrivlege` is Okta's own spelling. */
export function statsJson(members: number, quirk: OktaQuirks["stats"]): Record<string, unknown> {
	const usersCount = quirk === "dead" ? 0 : quirk === "behind" ? members + 1 : members;
	return { usersCount, appsCount: 0, groupPushMappingsCount: 0, hasAdminPrivlege: false };
}
