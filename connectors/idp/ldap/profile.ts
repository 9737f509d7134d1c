import { SyncError } from "../../../core/errors.ts";
import { attributesIn, type Filter, filterOf, ruleOf } from "../../ldap/filter.ts";
import type { Names } from "../../ldap/person.ts";
import type { RootDse } from "../../ldap/root-dse.ts";
import type { LdapSettings } from "./settings.ts";
import { GROUP_FILTER, MEMBER_ATTRIBUTES, PEOPLE_FILTER, VENDORS, type VendorRules } from "./vendors.ts";

/** The settings with the vendor's ways filled in. */
export interface Profile {
	readonly root: RootDse;
	readonly rules: VendorRules;
	readonly names: Names;
	readonly peopleFilter: string;
	readonly groupFilter: string;
	readonly groupName: string;
	readonly memberAttributes: readonly string[];
	readonly disabledWhen: Filter | undefined;
	/** Operational attributes are not sent unless they are asked for by name. */
	readonly personAttributes: readonly string[];
	readonly groupAttributes: readonly string[];
}

/** Throws `config.invalid` for a filter that is none, and for an Active Directory. */
export function profileOf(settings: LdapSettings, root: RootDse): Profile {
	if (root.vendor === "activedirectory")
		throw new SyncError("config.invalid", `${settings.url} is an Active Directory (or Samba as a domain controller)`, {
			todo: "Write kind: activedirectory; it reads primary groups, long member lists and account states, which plain LDAP does not show.",
		});
	const rules = VENDORS[root.vendor];
	const disabled = settings.disabledWhen ?? rules.disabledWhen;
	const disabledWhen = disabled === undefined ? undefined : ruleOf(disabled, "disabledWhen");
	const peopleFilter = settings.peopleFilter ?? PEOPLE_FILTER;
	const groupFilter = settings.groupFilter ?? GROUP_FILTER;
	filterOf(peopleFilter, "peopleFilter");
	filterOf(groupFilter, "groupFilter");
	const names: Names = {
		id: settings.idAttribute ?? rules.idAttribute,
		username: settings.usernameAttribute ?? "uid",
		email: settings.emailAttribute ?? "mail",
		givenName: settings.givenNameAttribute ?? "givenName",
		familyName: settings.familyNameAttribute ?? "sn",
		displayName: settings.displayNameAttribute === undefined ? ["displayName", "cn"] : [settings.displayNameAttribute],
	};
	const memberAttributes = settings.memberAttributes ?? MEMBER_ATTRIBUTES;
	const groupName = settings.groupNameAttribute ?? "cn";
	return {
		root,
		rules,
		names,
		peopleFilter,
		groupFilter,
		groupName,
		memberAttributes,
		disabledWhen,
		personAttributes: [
			...[names.id, names.username, names.email, names.givenName, names.familyName, ...names.displayName],
			// memberUid names people by this, whatever their username is.
			"uid",
			...(disabledWhen === undefined ? [] : attributesIn(disabledWhen)),
		],
		groupAttributes: [names.id, groupName, "objectClass", "memberURL", ...memberAttributes],
	};
}
