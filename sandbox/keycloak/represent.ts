import { type Caller, hasOne } from "./access.ts";
import type { Realm } from "./realm.ts";
import type { KeycloakGroup, KeycloakUser } from "./records.ts";

type Json = Record<string, unknown>;

/** Members in the order of a real answer; absent values are absent keys (recorded from 26.7.4). */
export function userJson(user: KeycloakUser, brief: boolean): Json {
	const has = (key: keyof KeycloakUser): Json => (user[key] === undefined ? {} : { [key]: user[key] });
	const names = { id: user.id, username: user.username, ...has("firstName"), ...has("lastName"), ...has("email") };
	const attributes = brief || Object.keys(user.attributes).length === 0 ? {} : { attributes: user.attributes };
	const head = { ...names, emailVerified: user.emailVerified, ...attributes };
	const state = { ...head, enabled: user.enabled, createdTimestamp: user.createdTimestamp };
	if (brief) return { ...state, ...has("federationLink") };
	return { ...state, totp: false, ...has("federationLink"), disableableCredentialTypes: [], requiredActions: [], notBefore: 0 };
}

export const listAccess = (caller: Caller): Json => ({ access: { manage: hasOne(caller, "manage-users") } });

export function singleAccess(caller: Caller): Json {
	const manage = hasOne(caller, "manage-users");
	return {
		access: { manageGroupMembership: manage, resetPassword: manage, view: true, mapRoles: manage, impersonate: false, manage },
	};
}

export interface GroupForm {
	readonly brief: boolean;
	readonly count: boolean;
	readonly subGroups?: readonly Json[];
}

export function groupJson(realm: Realm, group: KeycloakGroup, form: GroupForm): Json {
	return {
		id: group.id,
		name: group.name,
		...(group.description === undefined ? {} : { description: group.description }),
		path: realm.pathOf(group),
		...(group.parentId === undefined ? {} : { parentId: group.parentId }),
		...(form.count ? { subGroupCount: realm.childrenOf(group.id).length } : {}),
		subGroups: form.subGroups ?? [],
		...(form.brief ? {} : { attributes: group.attributes, realmRoles: [], clientRoles: {} }),
	};
}

export function groupAccess(caller: Caller): Json {
	const manage = hasOne(caller, "manage-users");
	return { access: { view: true, viewMembers: true, manageMembers: manage, manage, manageMembership: manage } };
}
