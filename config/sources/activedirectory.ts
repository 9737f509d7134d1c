import { z } from "zod";
import { field } from "../fields.ts";
import type { Rules, SourceBase, SourceKind } from "../kind.ts";
import { isRaw } from "../kind.ts";
import { attribute, bases, connection, FILTER_ALLOWED, filter, LDAP_URL_ALLOWED, ldapUrl, NAME_ALLOWED, stated } from "../ldap-fields.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";

interface Domain {
	readonly url: string;
	readonly peopleBases?: readonly string[];
	readonly groupBases?: readonly string[];
}

/** One or several domains of Active Directory, or of Samba as a domain controller. */
export interface ActiveDirectorySource extends SourceBase, Domain {
	readonly kind: "activedirectory";
	readonly startTls: boolean;
	readonly account: string;
	readonly password: SecretRef;
	readonly pageSize?: number;
	readonly peopleFilter?: string;
	readonly groupFilter?: string;
	readonly furtherDomains?: readonly Domain[];
	readonly usernameAttribute?: string;
	readonly emailAttribute?: string;
	readonly groupNameAttribute?: string;
	readonly expiredIsInactive: boolean;
	readonly unknownMembers: "ignore" | "hold";
	readonly network: NetworkConfig;
}

const place = {
	url: field(ldapUrl(), {
		meaning:
			"One domain controller of the domain. A name that several answer to is tied to the first that does, for the length of a reading.",
		allowed: LDAP_URL_ALLOWED,
		example: "ldaps://dc1.ad.example.org",
		todo: "`nltest /dsgetdc:ad.example.org` names one.",
	}),
	peopleBases: field(bases().optional(), {
		meaning: "Where people are, with everything below. Each must exist.",
		allowed: `a list of ${NAME_ALLOWED}s`,
		example: '["OU=Staff,DC=ad,DC=example,DC=org"]',
		default: "the whole domain",
	}),
	groupBases: field(bases().optional(), {
		meaning: "Where groups are, with everything below. A group that contains one from elsewhere is held.",
		allowed: `a list of ${NAME_ALLOWED}s`,
		example: '["OU=Teams,DC=ad,DC=example,DC=org"]',
		default: "the whole domain",
	}),
};

const schema = z.strictObject({
	kind: field(z.literal("activedirectory"), {
		meaning: "Active Directory, 2008 R2 or later, or Samba as a domain controller.",
		allowed: "activedirectory",
		example: "activedirectory",
	}),
	...place,
	...connection({ account: "svc-rollcall@ad.example.org", credential: "activedirectory", guide: "docs/guides/active-directory.md" }),
	furtherDomains: field(
		z
			.array(
				field(z.strictObject(place), {
					meaning: "One further domain.",
					allowed: "a mapping with url, and bases where needed",
					example: '{ url: "ldaps://dc1.emea.example.org" }',
				}),
			)
			.min(1)
			.optional(),
		{
			meaning: "Further domains, read with the same account. Memberships across them are put together.",
			allowed: "a list of domains",
			example: '[{ url: "ldaps://dc1.emea.example.org" }]',
			default: "none",
		},
	),
	peopleFilter: field(filter().optional(), {
		meaning: "Which entries are people. Whoever does not match counts as gone.",
		allowed: FILTER_ALLOWED,
		example: '"(&(objectCategory=person)(objectClass=user)(employeeID=*))"',
		default: "`(&(objectCategory=person)(objectClass=user))`",
	}),
	groupFilter: field(filter().optional(), {
		meaning: "Which entries are groups. The default has security and distribution groups.",
		allowed: FILTER_ALLOWED,
		example: '"(&(objectCategory=group)(groupType:1.2.840.113556.1.4.803:=2147483648))"',
		default: "`(objectCategory=group)`",
	}),
	usernameAttribute: attribute("The username. `sAMAccountName` is unique within one domain only.", "userPrincipalName", "`sAMAccountName`"),
	emailAttribute: attribute("The e-mail address.", "mail", "`mail`"),
	groupNameAttribute: attribute("A group's name.", "sAMAccountName", "`cn`"),
	expiredIsInactive: field(z.boolean().default(true), {
		meaning: "Whether an account past its end (`accountExpires`) counts as inactive.",
		allowed: "true or false",
		example: "false",
	}),
	unknownMembers: field(z.enum(["hold", "ignore"]).default("hold"), {
		meaning:
			"A member that is hidden from the account, or comes from a domain that is not read. `hold` changes nothing in groups that have such.",
		allowed: "hold or ignore",
		example: "ignore",
	}),
	network: network(4),
});

const rules: Rules = ({ raw, path, report }) => {
	const further = Array.isArray(raw.furtherDomains) ? raw.furtherDomains : [];
	const urls = [raw.url, ...further.map((domain: unknown) => (isRaw(domain) ? domain.url : undefined))];
	if (raw.startTls !== undefined && urls.every((url) => typeof url === "string" && url.startsWith("ldaps:")))
		report(
			[...path, "startTls"],
			"found startTls beside an ldaps:// address, which is encrypted already.",
			"Take startTls away, or write ldap://.",
			"key",
		);
	for (const [at, url] of urls.entries()) {
		if (url === undefined || urls.indexOf(url) === at) continue;
		report(
			[...path, "furtherDomains", at - 1, "url"],
			"found the same address twice.",
			"Name each domain once; several bases of one domain go into its peopleBases.",
		);
	}
	for (const [at, url] of urls.entries())
		if (typeof url === "string" && /:326[89]\/?$/.test(url))
			report(
				at === 0 ? [...path, "url"] : [...path, "furtherDomains", at - 1, "url"],
				"found the port of a global catalog, which holds only a part of the attributes and of the memberships.",
				"Name the ordinary port (636, 389) of a domain controller of each domain.",
			);
};

export const activedirectory: SourceKind<z.output<typeof schema>, ActiveDirectorySource> = {
	kind: "activedirectory",
	title: "Active Directory",
	schema,
	rules,
	build: (input, { id, secretAt, networkAt }) => {
		const { kind, network: reach, password: _, furtherDomains, ...rest } = input;
		const further = furtherDomains === undefined ? {} : { furtherDomains: furtherDomains.map(stated) };
		return { ...stated(rest), ...further, id, kind, password: secretAt("password"), network: networkAt(reach) };
	},
};
