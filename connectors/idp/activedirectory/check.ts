import type { Finding } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import { inFilter } from "../../ldap/filter.ts";
import { baseFindings, failedFinding, look, missingAttributes, serverFindings } from "../../ldap/findings.ts";
import { sidText } from "../../ldap/ids.ts";
import type { OpenDomain, Talk } from "./talk.ts";
import { namesOf } from "./translate.ts";

/** Kerberos' own limit, and beyond it accounts expire at the wrong time. */
const SKEW_MS = 300_000;

/** Log-in, clock, bases, a look at people and groups of every domain, and what the account may do beyond reading. */
export async function checkActiveDirectory(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	let domains: readonly OpenDomain[];
	try {
		domains = await talk.domains(signal);
	} catch (error) {
		return [failedFinding(error)];
	}
	const findings: Finding[] = [];
	for (const domain of domains) findings.push(...(await checkDomain(talk, domain, signal)));
	return findings;
}

async function checkDomain(talk: Talk, domain: OpenDomain, signal: AbortSignal): Promise<readonly Finding[]> {
	const { lines, root } = domain;
	const { account } = talk.settings;
	const findings = [
		...serverFindings(lines, { ...root, shown: `${root.dnsHostName ?? "domain controller"} of ${domain.base}` }),
		...clock(domain),
	];
	const bases = await baseFindings(lines, [...domain.peopleBases, ...domain.groupBases], signal);
	if (bases.length > 0) return [...findings, ...bases];
	const lists = talk.lists(domain, new Set());
	const people = await look(
		lines,
		{ kind: "people", asks: lists.people.map((ask) => ({ ...ask, attributes: [...ask.attributes, WRITABLE] })) },
		signal,
	);
	const groups = await look(lines, { kind: "groups", asks: lists.groups }, signal);
	const needed = ["objectGUID", "objectSid", "userAccountControl", "primaryGroupID", namesOf(talk.settings).username];
	const writable = new Set(people.entries.flatMap((entry) => entry.texts(WRITABLE) ?? []));
	return [
		...findings,
		...people.findings,
		...missingAttributes(people.entries, needed, account),
		...groups.findings,
		...missingAttributes(groups.entries, ["objectGUID", "objectSid", "uSNChanged"], account),
		...excessive(account, [
			...(writable.size > 0 ? [`change ${writable.size} attributes of people`] : []),
			...(await powers(domain, account, signal)),
		]),
	];
}

/** Computed by the server: what the one who asks may change in this entry ([MS-ADTS] 3.1.1.4.5.23). */
const WRITABLE = "allowedAttributesEffective";

function clock({ lines, root }: OpenDomain): readonly Finding[] {
	if (root.clock === undefined) return [];
	const skew = Math.round((root.clock - Date.now()) / 1_000);
	if (Math.abs(skew) * 1_000 <= SKEW_MS)
		return [{ level: "ok", name: "clock.skew", message: `the clocks of ${lines.address.shown} and of this machine agree` }];
	const message = `the clock of ${lines.address.shown} is ${Math.abs(skew)} s ${skew > 0 ? "ahead of" : "behind"} this machine's`;
	return [
		{ level: "warning", name: "clock.skew", message, todo: "Let both machines follow a time server (NTP); accounts expire by the clock." },
	];
}

/** Groups of administrators, by the end of their identifiers ([MS-DTYP] 2.4.2.4). */
const POWERS: Readonly<Record<string, string>> = {
	"500": "it is the built-in Administrator",
	"512": "it is in Domain Admins",
	"518": "it is in Schema Admins",
	"519": "it is in Enterprise Admins",
	"S-1-5-32-544": "it is in Administrators",
	"S-1-5-32-548": "it is in Account Operators",
	"S-1-5-32-549": "it is in Server Operators",
	"S-1-5-32-551": "it is in Backup Operators",
};

/** The account's own groups, nested ones included: tokenGroups is computed for its own entry. */
async function powers(domain: OpenDomain, account: string, signal: AbortSignal): Promise<readonly string[]> {
	const entry = await ownEntry(domain, account, signal);
	if (entry === undefined) return [];
	const sids = [...entry.bytes("tokenGroups"), ...entry.bytes("objectSid")].flatMap((bytes) => sidText(bytes) ?? []);
	const named = sids.flatMap(
		(sid) => POWERS[sid] ?? (sid.startsWith("S-1-5-21-") ? POWERS[sid.slice(sid.lastIndexOf("-") + 1)] : undefined) ?? [],
	);
	return [...new Set(named)].sort();
}

async function ownEntry(domain: OpenDomain, account: string, signal: AbortSignal) {
	const name = account.includes("\\") ? account.slice(account.indexOf("\\") + 1) : account;
	const isDn = /^[A-Za-z]+=/.test(account);
	try {
		const filter = `(|(userPrincipalName=${inFilter(account)})(sAMAccountName=${inFilter(name.split("@")[0] ?? name)}))`;
		const base = isDn ? account : domain.base;
		const found = await domain.lines.look(
			{ base, scope: isDn ? "base" : "sub", filter: isDn ? "(objectClass=*)" : filter, attributes: ["1.1"], domainScope: true },
			2,
			signal,
		);
		const [one] = found.entries;
		return one === undefined
			? undefined
			: await domain.lines.entry({ base: one.dn, filter: "(objectClass=*)", attributes: ["tokenGroups", "objectSid"] }, signal);
	} catch (error) {
		// Its own entry may lie in another domain or be hidden: nothing can be said about its groups then.
		if (error instanceof SyncError && (error.context.result === 32 || error.context.result === 50)) return undefined;
		throw error;
	}
}

function excessive(account: string, found: readonly string[]): readonly Finding[] {
	if (found.length === 0) return [];
	return [
		{
			level: "warning",
			name: "rights.excessive",
			message: `${account} may do more than read: ${found.map((what) => (what.startsWith("it is") ? what : `it may ${what}`)).join("; ")}`,
			todo: "Use an account of its own: being a member of Domain Users is all that Rollcall needs.",
		},
	];
}
