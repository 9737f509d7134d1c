import { folded, type JiraAccount, type JiraGroup } from "./records.ts";
import type { JiraView } from "./view.ts";

type Json = Record<string, unknown>;

const encoded = (text: string): string => encodeURIComponent(text).replace(/%20/g, "+");

function avatars(view: JiraView): Json {
	const sizes = { "48x48": "", "24x24": "size=small&", "16x16": "size=xsmall&", "32x32": "size=medium&" };
	return Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, `${view.base}/secure/useravatar?${size}avatarId=10122`]));
}

/** As members of a group are listed. */
export function memberBean(view: JiraView, account: JiraAccount): Json {
	return {
		self: `${view.base}/rest/api/2/user?username=${encoded(account.name)}`,
		name: account.name,
		key: account.key,
		emailAddress: account.emailAddress,
		avatarUrls: avatars(view),
		displayName: account.displayName,
		active: account.active,
		timeZone: "Europe/Berlin",
	};
}

/** As lists and searches give it: without groups and applications. */
export function listedBean(view: JiraView, account: JiraAccount, deleted = false): Json {
	const { self, name, key, emailAddress, avatarUrls, displayName, active, timeZone } = memberBean(view, account);
	return { self, key, name, emailAddress, avatarUrls, displayName, active, deleted, timeZone, locale: "en_US" };
}

/** The whole bean; `groups` and `applicationRoles` hold their items only when asked for by `expand`. */
export function accountBean(view: JiraView, account: JiraAccount, shown: { readonly expand: string; readonly deleted?: boolean }): Json {
	const wanted = new Set(shown.expand.split(",").map((part) => part.trim()));
	const deleted = shown.deleted ?? false;
	const groups = deleted ? [] : view.lookup.groupsOf(account.id);
	const roles = view.population.applications.filter((application) =>
		application.groups.some((name) => groups.some((group) => group.name === name)),
	);
	return {
		...listedBean(view, account, deleted),
		groups: { size: groups.length, items: wanted.has("groups") ? groups.map((group) => groupLink(view, group)) : [] },
		applicationRoles: { size: roles.length, items: wanted.has("applicationRoles") ? roles.map(({ key, name }) => ({ key, name })) : [] },
		expand: "groups,applicationRoles",
	};
}

const groupLink = (view: JiraView, group: JiraGroup): Json => ({
	name: group.name,
	self: `${view.base}/rest/api/2/group?groupname=${encoded(group.name)}`,
});

/** A group; its active members (the first 50) only when asked for. */
export function groupBean(view: JiraView, group: JiraGroup, expand: boolean): Json {
	const active = view.lookup.members(group, false);
	const items = expand ? active.slice(0, 50).map((account) => memberBean(view, account)) : [];
	const users = { size: active.length, items, "max-results": 50, "start-index": 0, "end-index": Math.max(0, items.length - 1) };
	return { ...groupLink(view, group), users, expand: "users" };
}

/** One line of the group picker, the matched part in bold. */
export function suggestionBean(group: JiraGroup, query: string): Json {
	const at = query === "" ? -1 : folded(group.name).indexOf(folded(query));
	const plain = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
	const [before, match, after] = [group.name.slice(0, at), group.name.slice(at, at + query.length), group.name.slice(at + query.length)];
	const html = at < 0 ? plain(group.name) : `${plain(before)}<b>${plain(match)}</b>${plain(after)}`;
	return { name: group.name, html, labels: [] };
}
