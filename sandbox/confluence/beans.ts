import type { Call } from "../kit/http.ts";
import type { ConfluenceAccount, ConfluenceGroup, Permission } from "./records.ts";
import { folded } from "./records.ts";
import type { ConfluenceView } from "./view.ts";

type Json = Record<string, unknown>;

const picture = { path: "/images/icons/profilepics/default.svg", width: 48, height: 48, isDefault: true };

/** There is no e-mail address in it. The status comes only when asked for. */
export function accountBean(view: ConfluenceView, account: ConfluenceAccount, call?: Call): Json {
	if (account.gone)
		return {
			type: "unknown",
			username: account.name,
			userKey: account.id,
			profilePicture: picture,
			displayName: `Unknown User (${account.name})`,
		};
	const wanted = (call?.query.get("expand") ?? "").split(",").includes("status");
	return {
		type: "known",
		username: account.name,
		userKey: account.id,
		profilePicture: picture,
		displayName: account.displayName,
		...(wanted ? { status: account.active ? "current" : "deactivated" } : {}),
		_links: { self: `${view.base}/rest/api/user?key=${account.id}` },
		_expandable: wanted ? {} : { status: "" },
	};
}
export const anonymousBean = (view: ConfluenceView): Json => ({
	type: "anonymous",
	profilePicture: picture,
	displayName: "Anonymous",
	_links: { self: `${view.base}/rest/api/user/anonymous` },
});

const shownName = (view: ConfluenceView, group: ConfluenceGroup): string =>
	view.behaviour.groupCase === "lowered" ? folded(group.name) : group.name;
export const groupBean = (view: ConfluenceView, group: ConfluenceGroup): Json => ({
	type: "group",
	name: shownName(view, group),
	_links: { self: `${view.base}/rest/api/group/${encodeURIComponent(shownName(view, group))}` },
});

export function permissionBean(view: ConfluenceView, group: ConfluenceGroup, permission: Permission): Json {
	const [targetType, operationKey] = permission.split(" ");
	return {
		operation: { targetType, operationKey },
		subject: { type: "group", name: shownName(view, group), displayName: shownName(view, group) },
	};
}
