import type { Vendor } from "../../ldap/root-dse.ts";

/** What differs from make to make. */
export interface VendorRules {
	/** Never changes, never comes back, also when the entry is renamed or moved. */
	readonly idAttribute: string;
	/** The filter that inactive people match; undefined: the vendor has no usual way to say so. */
	readonly disabledWhen: string | undefined;
	/** The schema demands a member of these classes, so that one without any shows that the members are hidden. */
	readonly neverEmpty: readonly string[];
}

const NEVER_EMPTY = ["groupofnames", "groupofuniquenames"];

/**
 * OpenLDAP: https://www.openldap.org/software/man.cgi?query=slapo-ppolicy (000001010000Z: locked for good), seen on 2.5.
 * 389 DS: nsAccountLock, nsUniqueId seen on 2.3; its schema lets groupOfNames be empty. FreeIPA adds ipaUniqueID and the
 * end of the Kerberos principal (krbPrincipalExpiration of MIT Kerberos' LDAP schema). OpenDJ and its kin:
 * https://docs.pingidentity.com/pingds/8/schemaref/at-ds-pwp-account-disabled.html and …/at-ds-pwp-account-expiration-time.html.
 * eDirectory: loginDisabled, loginExpirationTime (https://www.novell.com/documentation/developer/ndslib/, checkBind.c).
 */
export const VENDORS: Readonly<Record<Exclude<Vendor, "activedirectory">, VendorRules>> = {
	openldap: { idAttribute: "entryUUID", disabledWhen: "(pwdAccountLockedTime=000001010000Z)", neverEmpty: NEVER_EMPTY },
	"389ds": { idAttribute: "nsUniqueId", disabledWhen: "(nsAccountLock=true)", neverEmpty: [] },
	freeipa: { idAttribute: "ipaUniqueID", disabledWhen: "(|(nsAccountLock=true)(krbPrincipalExpiration<={now}))", neverEmpty: [] },
	opendj: {
		idAttribute: "entryUUID",
		disabledWhen: "(|(ds-pwp-account-disabled=true)(ds-pwp-account-expiration-time<={now}))",
		neverEmpty: [],
	},
	edirectory: { idAttribute: "GUID", disabledWhen: "(|(loginDisabled=TRUE)(loginExpirationTime<={now}))", neverEmpty: [] },
	unknown: { idAttribute: "entryUUID", disabledWhen: undefined, neverEmpty: [] },
};

export const PEOPLE_FILTER = "(objectClass=inetOrgPerson)";
/** RFC 4519, RFC 2307, and groupOfMembers of RFC 2307bis, which may be empty. */
export const GROUP_FILTER =
	"(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(objectClass=groupOfMembers))";
/** What may be a group, wherever it lies. */
export const ANY_GROUP =
	"(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(objectClass=groupOfMembers)(objectClass=groupOfURLs)(objectClass=groupOfEntries)(objectClass=group))";
export const MEMBER_ATTRIBUTES = ["member", "uniqueMember", "memberUid"] as const;
