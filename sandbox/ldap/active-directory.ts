import { createHash } from "node:crypto";
import { PAGED } from "./protocol.ts";
import type { LdapQuirks } from "./quirks.ts";
import type { Attribute, StoredEntry, Tree, Value } from "./tree.ts";
import { commonRoot, type VendorWays } from "./vendors.ts";

/** One domain: `ad.example.com` is `DC=ad,DC=example,DC=com`. */
export interface DomainName {
	readonly dns: string;
	readonly base: string;
	/** The first part of every identifier in this domain. */
	readonly sid: string;
	readonly controller: string;
}

export function domainNamed(dns: string): DomainName {
	const hash = createHash("sha256").update(dns).digest();
	const sid = `S-1-5-21-${[0, 4, 8].map((at) => hash.readUInt32LE(at)).join("-")}`;
	return {
		dns,
		base: dns
			.split(".")
			.map((part) => `DC=${part}`)
			.join(","),
		sid,
		controller: `dc1.${dns}`,
	};
}

const CONTROLS = [PAGED, "1.2.840.113556.1.4.841", "1.2.840.113556.1.4.417", "1.2.840.113556.1.4.1339", "1.2.840.113556.1.4.1340"];
const one = (name: string, values: readonly Value[]): Attribute => ({ name, values, operational: false });

/** Active Directory Domain Services as [MS-ADTS] describes it. */
export function activeDirectoryWays(domain: DomainName): VendorWays {
	const { base } = domain;
	return {
		vendor: "activedirectory",
		suffix: base,
		controls: CONTROLS,
		anonymous: {
			code: 1,
			text: "000004DC: LdapErr: DSID-0C090A71, comment: In order to perform this operation a successful bind must be completed on the connection., data 0, v4563",
		},
		wrongPassword: { code: 49, text: "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 52e, v4563" },
		tlsRequired: {
			code: 8,
			text: "00002028: LdapErr: DSID-0C090259, comment: The server requires binds to turn on integrity checking if SSL\\TLS are not already active on the connection, data 0, v4563",
		},
		missing: (nearest) => ({
			text: `0000208D: NameErr: DSID-0310028B, problem 2001 (NO_OBJECT), data 0, best match of:\n\t'${nearest ?? ""}'\n`,
			matched: nearest ?? "",
		}),
		root: (quirks) => [
			...commonRoot(base, CONTROLS).map((attribute) =>
				attribute.name === "namingContexts"
					? one("namingContexts", [base, `CN=Configuration,${base}`, `DC=DomainDnsZones,${base}`])
					: { ...attribute, operational: false },
			),
			one("supportedCapabilities", ["1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1670", "1.2.840.113556.1.4.1791"]),
			one("defaultNamingContext", [base]),
			one("rootDomainNamingContext", [base]),
			one("dnsHostName", [domain.controller]),
			one("currentTime", [`${new Date(Date.now() + quirks.clockAheadMs).toISOString().slice(0, 19).replace(/[-:T]/g, "")}.0Z`]),
		],
		named: (dn, tree) => {
			const guid = /^<GUID=([0-9a-f-]{36})>$/i.exec(dn)?.[1]?.toLowerCase();
			if (guid === undefined) return undefined;
			const bytes = guidOctets(guid);
			return tree.all().find((entry) => (entry.attributes.get("objectguid")?.values[0] as Buffer | undefined)?.equals(bytes) === true);
		},
		computed: (entry) => entry,
		sent: (attribute, how) => (attribute.name === "member" ? ranged(attribute.values, 0, how.quirks) : [attribute]),
		further: ({ wanted, entry, tree, quirks, caller }) => {
			const found: Pick<Attribute, "name" | "values">[] = [];
			const from = wanted.map((name) => /^member;range=(\d+)-\*$/.exec(name)?.[1]).find((start) => start !== undefined);
			if (from !== undefined) found.push(...ranged(entry.attributes.get("member")?.values ?? [], Number(from), quirks, true));
			if (wanted.includes("allowedattributeseffective") && caller.administrator)
				found.push(one("allowedAttributesEffective", ["mail", "userAccountControl", "memberOf"]));
			if (wanted.includes("tokengroups")) found.push(one("tokenGroups", tokenGroups(entry, tree)));
			return found;
		},
		shortensPages: true,
	};
}

/** A long list in parts: an empty `member`, and `member;range=0-1499`; asked for by range, only the part. [MS-ADTS] 3.1.1.3.1.3.3. */
function ranged(values: readonly Value[], from: number, quirks: LdapQuirks, always = false): readonly Pick<Attribute, "name" | "values">[] {
	if (!always && values.length <= quirks.range) return values.length === 0 ? [] : [one("member", values)];
	const part = values.slice(from, from + quirks.range);
	const isLast = from + part.length >= values.length;
	const name = `member;range=${from}-${isLast ? "*" : from + part.length - 1}`;
	const kept = quirks.shortRange && !isLast ? part.slice(0, -1) : part;
	return [...(always ? [] : [one("member", [])]), one(name, kept)];
}

/** Direct groups and the primary one; the stand-in's accounts are in no nested ones. */
function tokenGroups(entry: StoredEntry, tree: Tree): readonly Buffer[] {
	const direct = tree
		.all()
		.filter(
			(group) => group.attributes.get("member")?.values.some((name) => name.toString().toLowerCase() === entry.dn.toLowerCase()) === true,
		);
	return direct.flatMap((group) => (group.attributes.get("objectsid")?.values[0] as Buffer | undefined) ?? []);
}

/** A GUID as Active Directory stores it: the first three fields little-endian ([MS-DTYP] 2.3.4.2). */
export function guidOctets(text: string): Buffer {
	const hex = text.replaceAll("-", "");
	const order = [6, 4, 2, 0, 10, 8, 14, 12, 16, 18, 20, 22, 24, 26, 28, 30];
	return Buffer.from(order.map((at) => hex.slice(at, at + 2)).join(""), "hex");
}

/** [MS-DTYP] 2.4.2.2. */
export function sidOctets(text: string): Buffer {
	const [, revision, authority, ...parts] = text.split("-").map(Number);
	const bytes = Buffer.alloc(8 + parts.length * 4);
	bytes[0] = revision ?? 1;
	bytes[1] = parts.length;
	bytes.writeUIntBE(authority ?? 5, 2, 6);
	for (const [at, part] of parts.entries()) bytes.writeUInt32LE(part, 8 + at * 4);
	return bytes;
}
