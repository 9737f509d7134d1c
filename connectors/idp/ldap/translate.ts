import type { AttributeNeeds } from "../../../core/connector.ts";
import type { GroupId, Person } from "../../../core/model.ts";
import type { FoundGroup } from "../../ldap/assemble.ts";
import { ownValue } from "../../ldap/dn.ts";
import type { Entry } from "../../ldap/entry.ts";
import { type Moment, matches } from "../../ldap/filter.ts";
import { guidText } from "../../ldap/ids.ts";
import { personOf, type Translated } from "../../ldap/person.ts";
import type { Profile } from "./profile.ts";

export const personFrom = (
	entry: Entry,
	how: { readonly profile: Profile; readonly moment: Moment },
	needs: AttributeNeeds,
): Translated<Person> =>
	personOf(
		entry,
		{
			names: how.profile.names,
			id: (one) => idOf(one, how.profile.names.id),
			active: (one) => how.profile.disabledWhen === undefined || !matches(how.profile.disabledWhen, one, how.moment),
		},
		needs,
	);

/**
 * The one value, as text. eDirectory's GUID is 16 octets, shown as 32 hexadecimal digits; octets are never taken for text
 * though some happen to be valid UTF-8. Identifiers of RFC 4530 and their like are the same in any case.
 */
function idOf(entry: Entry, attribute: string): string | undefined {
	const [value, ...more] = entry.bytes(attribute);
	if (value === undefined || more.length > 0) return undefined;
	const name = attribute.toLowerCase();
	if (name === "guid") return value.length === 16 ? value.toString("hex") : undefined;
	if (name === "objectguid") return guidText(value);
	const text = entry.text(attribute);
	return LOWER.has(name) ? text?.toLowerCase() : text;
}
const LOWER = new Set(["entryuuid", "nsuniqueid", "ipauniqueid"]);

/** Undefined: no id. `held` where the members are computed elsewhere, or hidden. */
export function groupFrom(entry: Entry, profile: Profile): FoundGroup | undefined {
	const id = idOf(entry, profile.names.id);
	if (id === undefined) return undefined;
	const names: string[] = [];
	const uids: string[] = [];
	let held: string | undefined;
	for (const attribute of profile.memberAttributes) {
		const values = entry.texts(attribute);
		if (values === undefined) held = `${attribute} holds values that are not text`;
		(/^memberuid$/i.test(attribute) ? uids : names).push(...(values ?? []));
		// Other servers cut long lists as Active Directory does, where they imitate it.
		if (entry.find((name) => name.startsWith(`${attribute.toLowerCase()};range=`)) !== undefined)
			held = `the server cut its list of ${attribute}`;
	}
	const empty = names.length + uids.length === 0;
	const classes = entry.texts("objectClass")?.map((name) => name.toLowerCase()) ?? [];
	const strict = profile.rules.neverEmpty.find((name) => classes.includes(name));
	if (empty && entry.bytes("memberURL").length > 0)
		held = "its members are found by a search (memberURL), which this server leaves to its clients";
	else if (empty && strict !== undefined)
		held = `it shows no member at all, which ${strict} does not allow: the account may not read ${profile.memberAttributes.join(", ")}`;
	const name = nameOf(entry, profile.groupName);
	return { entry, id: id as GroupId, name, members: { names, uids }, ...(held === undefined ? {} : { held }) };
}

/** As for usernames: of several values, the one in the entry's own name; else the first in the alphabet, so that it is always the same. */
function nameOf(entry: Entry, attribute: string): string {
	const values = entry.texts(attribute) ?? [];
	if (values.length === 1) return values[0] as string;
	return ownValue(entry.dn, attribute) ?? [...values].sort()[0] ?? entry.dn;
}
