import type { Outcome } from "./protocol.ts";
import { PAGED } from "./protocol.ts";
import type { LdapQuirks } from "./quirks.ts";
import type { Caller } from "./site.ts";
import type { Attribute, StoredEntry, Tree, Value } from "./tree.ts";

export type LdapVendor = "openldap" | "389ds" | "freeipa" | "opendj" | "edirectory" | "activedirectory";

/** What differs from make to make, as clients see it. */
export interface VendorWays {
	readonly vendor: LdapVendor;
	readonly suffix: string;
	/** Supported controls. */
	readonly controls: readonly string[];
	/** To whoever searches without having logged in. */
	readonly anonymous: Outcome;
	/** To a bind with a wrong password. */
	readonly wrongPassword: Outcome;
	readonly tlsRequired: Outcome;
	/** What noSuchObject carries; `nearest` is the closest entry above that exists. */
	missing(nearest: string | undefined): Pick<Outcome, "text" | "matched">;
	root(quirks: LdapQuirks): readonly Attribute[];
	/** Other names of an entry (`<GUID=…>`). */
	named(dn: string, tree: Tree): StoredEntry | undefined;
	/** The entry with attributes that the server computes. */
	computed(entry: StoredEntry, tree: Tree): StoredEntry;
	/** An attribute on its way out: long ones are cut by Active Directory. */
	sent(attribute: Attribute, how: { readonly named: boolean; readonly quirks: LdapQuirks }): readonly Pick<Attribute, "name" | "values">[];
	/** Attributes that exist only when asked for in a special way (`member;range=1500-*`). */
	further(ask: {
		readonly wanted: readonly string[];
		readonly entry: StoredEntry;
		readonly tree: Tree;
		readonly quirks: LdapQuirks;
		readonly caller: Caller;
	}): readonly Pick<Attribute, "name" | "values">[];
	/** Pages larger than allowed come shorter, instead of being refused. */
	readonly shortensPages: boolean;
}

const OPENLDAP_CONTROLS = [PAGED, "1.3.6.1.4.1.4203.1.9.1.1", "2.16.840.1.113730.3.4.2", "1.3.6.1.1.12"];

const attribute = (name: string, values: readonly Value[], operational = true): Attribute => ({ name, values, operational });
/** The root DSE's attributes that every make has. */
export const commonRoot = (context: string, controls: readonly string[]): readonly Attribute[] => [
	attribute("objectClass", ["top"], false),
	attribute("namingContexts", [context]),
	attribute("supportedControl", controls),
	attribute("supportedExtension", ["1.3.6.1.4.1.1466.20037", "1.3.6.1.4.1.4203.1.11.3"]),
	attribute("supportedLDAPVersion", ["3"]),
];

const plain = {
	anonymous: { code: 50, text: "" },
	wrongPassword: { code: 49 },
	tlsRequired: { code: 13, text: "TLS confidentiality required" },
	missing: (nearest: string | undefined) => (nearest === undefined ? {} : { matched: nearest }),
	named: () => undefined,
	computed: (entry: StoredEntry) => entry,
	sent: (one: Attribute) => [one],
	further: () => [],
	shortensPages: false,
} as const;

/** Root DSEs: OpenLDAP 2.5 and 389 DS 2.3 as seen, the others as their documentation shows them. */
export const PLAIN_WAYS: Readonly<Record<Exclude<LdapVendor, "activedirectory">, VendorWays>> = {
	openldap: {
		...plain,
		vendor: "openldap",
		suffix: "dc=example,dc=com",
		controls: OPENLDAP_CONTROLS,
		root: () => [
			attribute("objectClass", ["top", "OpenLDAProotDSE"], false),
			...commonRoot("dc=example,dc=com", OPENLDAP_CONTROLS).slice(1),
		],
	},
	"389ds": {
		...plain,
		vendor: "389ds",
		suffix: "dc=example,dc=com",
		controls: [PAGED, "2.16.840.1.113730.3.4.3", "1.3.6.1.4.1.42.2.27.9.5.2"],
		root: () => [
			...commonRoot("dc=example,dc=com", [PAGED, "2.16.840.1.113730.3.4.3"]),
			attribute("vendorName", ["389 Project"]),
			attribute("vendorVersion", ["389-Directory/2.3.1 B2023.020.1534"]),
		],
	},
	freeipa: {
		...plain,
		vendor: "freeipa",
		suffix: "dc=ipa,dc=example,dc=com",
		controls: [PAGED, "2.16.840.1.113730.3.4.3"],
		root: () => [
			...commonRoot("dc=ipa,dc=example,dc=com", [PAGED, "2.16.840.1.113730.3.4.3"]),
			attribute("vendorName", ["389 Project"]),
			attribute("vendorVersion", ["389-Directory/2.4.5 B2024.198.0000"]),
			attribute("ipaTopologyPluginVersion", ["1.0"]),
			attribute("ipaDomainLevel", ["1"]),
		],
	},
	opendj: {
		...plain,
		vendor: "opendj",
		suffix: "dc=example,dc=com",
		controls: [PAGED, "1.3.6.1.1.12"],
		root: () => [
			...commonRoot("dc=example,dc=com", [PAGED, "1.3.6.1.1.12"]),
			attribute("vendorName", ["Open Identity Platform Community"]),
			attribute("vendorVersion", ["OpenDJ Server 4.6.5"]),
		],
	},
	edirectory: {
		...plain,
		vendor: "edirectory",
		suffix: "o=example",
		controls: [PAGED, "2.16.840.1.113730.3.4.3"],
		missing: () => ({ text: "NDS error: no such entry (-601)" }),
		wrongPassword: { code: 49, text: "NDS error: failed authentication (-669)" },
		root: () => [
			...commonRoot("", [PAGED, "2.16.840.1.113730.3.4.3"]),
			attribute("vendorName", ["NetIQ Corporation"]),
			attribute("vendorVersion", ["LDAP Agent for NetIQ eDirectory 9.2.8 (40206.42)"]),
		],
	},
};
