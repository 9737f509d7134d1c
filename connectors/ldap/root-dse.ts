import type { Entry } from "./entry.ts";

export type Vendor = "openldap" | "389ds" | "freeipa" | "opendj" | "edirectory" | "activedirectory" | "unknown";

/** What the server says about itself (RFC 4512, section 5.1). */
export interface RootDse {
	readonly vendor: Vendor;
	/** Vendor and version for people, as far as stated. */
	readonly shown: string;
	readonly namingContexts: readonly string[];
	readonly controls: ReadonlySet<string>;
	readonly extensions: ReadonlySet<string>;
	/** Active Directory only: the domain, this domain controller's name, and its clock (milliseconds). */
	readonly defaultNamingContext: string | undefined;
	readonly dnsHostName: string | undefined;
	readonly clock: number | undefined;
}

/** Asked for by name: several servers keep all but a few back otherwise. */
export const ROOT_ATTRIBUTES = [
	"objectClass",
	"namingContexts",
	"supportedControl",
	"supportedExtension",
	"supportedCapabilities",
	"vendorName",
	"vendorVersion",
	"defaultNamingContext",
	"dnsHostName",
	"currentTime",
	"ipaDomainLevel",
	"ipaTopologyPluginVersion",
] as const;

export const PAGED_RESULTS = "1.2.840.113556.1.4.319";
/** LDAP_SERVER_DOMAIN_SCOPE_OID: no references to other domains and partitions ([MS-ADTS] 3.1.1.3.4.1.6). */
export const DOMAIN_SCOPE = "1.2.840.113556.1.4.1339";
/** LDAP_CAP_ACTIVE_DIRECTORY_OID ([MS-ADTS] 3.1.1.3.4.3.1); Samba states it too. */
const ACTIVE_DIRECTORY = "1.2.840.113556.1.4.800";

export function rootDseOf(entry: Entry): RootDse {
	const all = (name: string): readonly string[] => entry.texts(name) ?? [];
	const shown = [entry.text("vendorName"), entry.text("vendorVersion")].filter((text) => text !== undefined).join(" ");
	const vendor = vendorOf(entry, shown);
	const time = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(entry.text("currentTime") ?? "");
	return {
		vendor,
		shown: shown === "" ? NAMES[vendor] : shown,
		namingContexts: all("namingContexts").filter((name) => name !== ""),
		controls: new Set(all("supportedControl")),
		extensions: new Set(all("supportedExtension")),
		defaultNamingContext: entry.text("defaultNamingContext"),
		dnsHostName: entry.text("dnsHostName"),
		clock:
			time === null
				? undefined
				: Date.UTC(Number(time[1]), Number(time[2]) - 1, Number(time[3]), Number(time[4]), Number(time[5]), Number(time[6])),
	};
}

const NAMES: Readonly<Record<Vendor, string>> = {
	openldap: "OpenLDAP",
	"389ds": "389 Directory Server",
	freeipa: "FreeIPA",
	opendj: "OpenDJ",
	edirectory: "eDirectory",
	activedirectory: "Active Directory",
	unknown: "an LDAP server of unknown make",
};

function vendorOf(entry: Entry, shown: string): Vendor {
	const has = (name: string): boolean => entry.bytes(name).length > 0;
	if (entry.texts("supportedCapabilities")?.includes(ACTIVE_DIRECTORY) === true) return "activedirectory";
	if (entry.texts("objectClass")?.some((name) => name.toLowerCase() === "openldaprootdse") === true) return "openldap";
	// FreeIPA is 389 Directory Server with plug-ins, which show themselves here.
	if (has("ipaDomainLevel") || has("ipaTopologyPluginVersion")) return "freeipa";
	if (/\b389[ -]|Red Hat.*Directory|Fedora-Directory/i.test(shown)) return "389ds";
	if (/eDirectory/i.test(shown)) return "edirectory";
	if (/OpenDJ|ForgeRock Directory Services|OpenDS|Open Identity Platform|PingDS|Ping Identity Directory Server/i.test(shown))
		return "opendj";
	return "unknown";
}
