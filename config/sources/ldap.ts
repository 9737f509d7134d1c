import { z } from "zod";
import { field } from "../fields.ts";
import type { Rules, SourceBase, SourceKind } from "../kind.ts";
import {
	ATTRIBUTE_ALLOWED,
	attribute,
	attributes,
	bases,
	connection,
	FILTER_ALLOWED,
	filter,
	LDAP_URL_ALLOWED,
	ldapUrl,
	NAME_ALLOWED,
	stated,
} from "../ldap-fields.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";

/** OpenLDAP, 389 Directory Server, FreeIPA, OpenDJ, eDirectory. What is absent follows the server's make. */
export interface LdapSource extends SourceBase {
	readonly kind: "ldap";
	readonly url: string;
	readonly startTls: boolean;
	readonly account: string;
	readonly password: SecretRef;
	readonly pageSize?: number;
	readonly peopleBases: readonly string[];
	readonly peopleFilter?: string;
	readonly groupBases: readonly string[];
	readonly groupFilter?: string;
	readonly memberAttributes?: readonly string[];
	readonly idAttribute?: string;
	readonly usernameAttribute?: string;
	readonly emailAttribute?: string;
	readonly givenNameAttribute?: string;
	readonly familyNameAttribute?: string;
	readonly displayNameAttribute?: string;
	readonly groupNameAttribute?: string;
	readonly disabledWhen?: string;
	readonly unknownMembers: "ignore" | "hold";
	readonly network: NetworkConfig;
}

const schema = z.strictObject({
	kind: field(z.literal("ldap"), {
		meaning: "An LDAP server: OpenLDAP, 389 Directory Server, FreeIPA, OpenDJ, eDirectory or another one with paged results.",
		allowed: "ldap",
		example: "ldap",
	}),
	url: field(ldapUrl(), {
		meaning: "The server's address. `ldaps://` is TLS from the first byte (port 636), `ldap://` is StartTLS (port 389).",
		allowed: LDAP_URL_ALLOWED,
		example: "ldaps://ldap.example.org",
		todo: "Name one server, not several behind one name that differ.",
	}),
	...connection({ account: "uid=rollcall,ou=system,dc=example,dc=org", credential: "ldap", guide: "docs/guides/ldap.md" }),
	peopleBases: field(bases(), {
		meaning: "Where people are, with everything below. Each must exist: a base that cannot be seen is an error.",
		allowed: `a list of ${NAME_ALLOWED}s`,
		example: '["ou=people,dc=example,dc=org"]',
		todo: "Name the entry above all people.",
	}),
	peopleFilter: field(filter().optional(), {
		meaning: "Which entries below are people. Whoever does not match counts as gone.",
		allowed: FILTER_ALLOWED,
		example: '"(&(objectClass=inetOrgPerson)(!(employeeType=robot)))"',
		default: "`(objectClass=inetOrgPerson)`",
	}),
	groupBases: field(bases(), {
		meaning: "Where groups are, with everything below. A group that contains one from elsewhere is held.",
		allowed: `a list of ${NAME_ALLOWED}s`,
		example: '["ou=groups,dc=example,dc=org"]',
		todo: "Name the entry above all groups.",
	}),
	groupFilter: field(filter().optional(), {
		meaning: "Which entries below are groups.",
		allowed: FILTER_ALLOWED,
		example: '"(objectClass=groupOfNames)"',
		default: "groupOfNames, groupOfUniqueNames, posixGroup, groupOfMembers",
	}),
	memberAttributes: field(attributes().optional(), {
		meaning: "What a group names its members in: distinguished names, or, in `memberUid`, values of `uid`.",
		allowed: `a list of ${ATTRIBUTE_ALLOWED}s`,
		example: "[member]",
		default: "`member`, `uniqueMember`, `memberUid`",
	}),
	idAttribute: attribute(
		"What identifies an entry for ever. Choose it once: with another one everybody looks new.",
		"entryUUID",
		"by make: `entryUUID`, `nsUniqueId` (389 DS), `ipaUniqueID` (FreeIPA), `GUID` (eDirectory)",
	),
	usernameAttribute: attribute("The username.", "uid", "`uid`"),
	emailAttribute: attribute("The e-mail address.", "mail", "`mail`"),
	givenNameAttribute: attribute("The given name.", "givenName", "`givenName`"),
	familyNameAttribute: attribute("The family name.", "sn", "`sn`"),
	displayNameAttribute: attribute("The full name.", "cn", "`displayName`, else `cn`"),
	groupNameAttribute: attribute("A group's name.", "cn", "`cn`"),
	disabledWhen: field(filter().optional(), {
		meaning:
			"Who matches is inactive. `{now}`, `{nowFiletime}` and `{today}` stand for the time of the reading, as GeneralizedTime, Windows FILETIME and days since 1970.",
		allowed: FILTER_ALLOWED,
		example: '"(|(nsAccountLock=true)(shadowExpire<={today}))"',
		default: "by make; see docs/guides/ldap.md",
	}),
	unknownMembers: field(z.enum(["ignore", "hold"]).default("ignore"), {
		meaning:
			"A member whose entry the server does not show: left behind by a deletion, or hidden from the account. `hold` changes nothing in groups that have such.",
		allowed: "ignore or hold",
		example: "hold",
	}),
	network: network(4),
});

/** Encrypting twice is no mistake of StartTLS, but a sign of one in the address. */
const rules: Rules = ({ raw, path, report }) => {
	if (raw.startTls !== undefined && typeof raw.url === "string" && raw.url.startsWith("ldaps:"))
		report(
			[...path, "startTls"],
			"found startTls beside an ldaps:// address, which is encrypted already.",
			"Take startTls away, or write ldap://.",
			"key",
		);
};

export const ldap: SourceKind<z.output<typeof schema>, LdapSource> = {
	kind: "ldap",
	title: "LDAP",
	schema,
	rules,
	build: (input, { id, secretAt, networkAt }) => {
		const { kind, network: reach, password: _, ...rest } = input;
		return { ...stated(rest), id, kind, password: secretAt("password"), network: networkAt(reach) };
	},
};
