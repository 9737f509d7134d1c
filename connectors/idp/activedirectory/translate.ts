import type { AttributeNeeds } from "../../../core/connector.ts";
import type { GroupId, Person } from "../../../core/model.ts";
import type { FoundGroup } from "../../ldap/assemble.ts";
import { ownValue } from "../../ldap/dn.ts";
import type { Entry } from "../../ldap/entry.ts";
import { guidText, sidText } from "../../ldap/ids.ts";
import { type Names, personOf, type Translated } from "../../ldap/person.ts";
import type { ActiveDirectorySettings } from "./settings.ts";

/** [MS-ADA3] userAccountControl, [MS-ADA1] accountExpires, [MS-ADA3] primaryGroupID; uSNChanged counts this controller's changes. */
const OWN = ["userAccountControl", "accountExpires", "primaryGroupID", "objectSid"] as const;
const ACCOUNT_DISABLED = 0x2;

export function namesOf(settings: ActiveDirectorySettings): Names {
	return {
		id: "objectGUID",
		username: settings.usernameAttribute ?? "sAMAccountName",
		email: settings.emailAttribute ?? "mail",
		givenName: "givenName",
		familyName: "sn",
		displayName: ["displayName", "cn"],
	};
}
export const personAttributes = (names: Names): readonly string[] => [
	...[names.id, names.username, names.email, names.givenName, names.familyName, ...names.displayName],
	...OWN,
];
export const groupAttributes = (settings: ActiveDirectorySettings): readonly string[] => [
	...["objectGUID", "objectSid", "uSNChanged", "member"],
	groupName(settings),
];
const groupName = (settings: ActiveDirectorySettings): string => settings.groupNameAttribute ?? "cn";

export function personFrom(
	entry: Entry,
	how: { readonly settings: ActiveDirectorySettings; readonly now: Date },
	needs: AttributeNeeds,
): Translated<Person> {
	const reading = {
		names: namesOf(how.settings),
		id: idOf,
		active: (one: Entry) => activeOf(one, how),
		decoded: { objectguid: guidText, "ms-ds-consistencyguid": guidText, objectsid: sidText, sidhistory: sidText },
	};
	const found = personOf(entry, reading, needs);
	if (found.kind !== "good" || primaryGroupSid(entry) !== undefined) return found;
	return {
		kind: "bad",
		id: found.value.id,
		label: found.value.username,
		because: "objectSid or primaryGroupID could not be read, so that its primary group is not known",
	};
}

function activeOf(
	entry: Entry,
	how: { readonly settings: ActiveDirectorySettings; readonly now: Date },
): boolean | { readonly because: string } {
	const control = entry.text("userAccountControl");
	if (control === undefined || !/^-?\d+$/.test(control))
		return { because: "userAccountControl could not be read, so that it is not known whether the account is switched off" };
	if ((Number(control) & ACCOUNT_DISABLED) !== 0) return false;
	if (how.settings.expiredIsInactive === false) return true;
	const expires = expiryOf(entry.text("accountExpires"));
	return expires === undefined || expires > how.now.getTime();
}

/** A FILETIME: hundreds of nanoseconds since 1601. 0 and the largest number mean never. Milliseconds since 1970. */
function expiryOf(text: string | undefined): number | undefined {
	if (text === undefined || !/^\d+$/.test(text)) return undefined;
	const filetime = BigInt(text);
	if (filetime === 0n || filetime >= 0x7fff_ffff_ffff_ffffn) return undefined;
	return Number(filetime / 10_000n) - 11_644_473_600_000;
}

export function idOf(entry: Entry): string | undefined {
	const [value, ...more] = entry.bytes("objectGUID");
	return value === undefined || more.length > 0 ? undefined : guidText(value);
}
export function sidOf(entry: Entry): string | undefined {
	const value = entry.bytes("objectSid")[0];
	return value === undefined ? undefined : sidText(value);
}

/** A primary group is in neither `member` nor `memberOf`: it is the domain's identifier with this number at the end. */
export function primaryGroupSid(entry: Entry): string | undefined {
	const sid = sidOf(entry);
	const number = entry.text("primaryGroupID");
	return sid === undefined || number === undefined || !/^\d+$/.test(number) ? undefined : sid.replace(/\d+$/, number);
}

/** `members` are filled in by ranges.ts. Undefined: no id. */
export function groupFrom(entry: Entry, settings: ActiveDirectorySettings): Omit<FoundGroup, "members"> | undefined {
	const id = idOf(entry);
	if (id === undefined) return undefined;
	return { entry, id: id as GroupId, name: entry.text(groupName(settings)) ?? ownValue(entry.dn, "cn") ?? entry.dn };
}
