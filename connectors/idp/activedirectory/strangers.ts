import { together } from "../../http/together.ts";
import { isWithin, keyOf, ownValue } from "../../ldap/dn.ts";
import type { Entry } from "../../ldap/entry.ts";
import type { Ask } from "../../ldap/line.ts";
import type { OpenDomain } from "./talk.ts";

/** So many are looked up one by one; beyond that, one list of everything that is a member of something is cheaper. */
const ONE_BY_ONE = 200;

export interface Strangers {
	readonly names: ReadonlyMap<string, string>;
	readonly domains: readonly OpenDomain[];
	readonly unknown: "ignore" | "hold";
}

/**
 * Members that no list held. Links in a domain never point at nothing, so what is not shown is hidden. Computers,
 * contacts and people outside of the bases are deliberately not ours; a group outside, somebody hidden, and whoever
 * comes from a domain that is not read, may bring in people that are: whoever contains them is held.
 */
export async function judgeStrangers(strangers: Strangers, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
	const reasons = new Map<string, string>();
	const doubt = (key: string, because: string) => {
		if (strangers.unknown === "hold") reasons.set(key, because);
	};
	const rest = new Map(strangers.names);
	for (const [key, name] of strangers.names) {
		const sid = foreignSid(name);
		if (sid === undefined) continue;
		rest.delete(key);
		if (isOfADomain(sid)) doubt(key, `its member ${name} stands for somebody or some group of a trusted domain that is not read`);
	}
	for (const domain of strangers.domains) {
		const here = new Map([...rest].filter(([key]) => isHere(key, domain, strangers.domains)));
		const shown = here.size === 0 ? new Map<string, boolean>() : await lookAt(domain, here, signal);
		for (const [key, name] of here) {
			rest.delete(key);
			const isGroup = shown.get(key);
			if (isGroup === undefined) doubt(key, `its member ${name} is not shown to this account, so that it is not known who or what that is`);
			else if (isGroup)
				reasons.set(key, `it contains the group ${name}, which is not in the group bases that are read, so that its members are not known`);
		}
	}
	for (const [key, name] of rest) doubt(key, `its member ${name} lies in a domain that is not read`);
	return reasons;
}

/** A child domain's name ends in its parent's. */
function isHere(key: string, domain: OpenDomain, all: readonly OpenDomain[]): boolean {
	const base = keyOf(domain.base);
	if (!isWithin(key, base)) return false;
	return !all.some((other) => keyOf(other.base).length > base.length && isWithin(key, keyOf(other.base))) && domainOf(key) === base;
}
const domainOf = (key: string): string => /(?:^|,)(dc=.*)$/.exec(key)?.[1] ?? "";

/** `CN=S-1-5-21-…,CN=ForeignSecurityPrincipals,…`: the name is the identifier. */
export const foreignSid = (name: string): string | undefined => {
	const sid = ownValue(name, "cn");
	return sid !== undefined && /^S-1-\d+(-\d+)+$/.test(sid) && /,cn=foreignsecurityprincipals,/i.test(name) ? sid : undefined;
};
/** Others stand for "everyone", "authenticated users" and the like, which no directory lists. */
const isOfADomain = (sid: string): boolean => sid.startsWith("S-1-5-21-");

/** Whether each is a group. What is missing is not shown. */
async function lookAt(domain: OpenDomain, names: ReadonlyMap<string, string>, signal: AbortSignal): Promise<ReadonlyMap<string, boolean>> {
	const isGroup = (entry: Entry): boolean => entry.texts("objectClass")?.some((name) => name.toLowerCase() === "group") === true;
	const attributes = ["objectClass"];
	if (names.size <= ONE_BY_ONE) {
		const found = await together(
			{ items: [...names], width: domain.lines.server.network.concurrency },
			async ([key, name], stop) => ({
				key,
				entry: await domain.lines.entry({ base: name, filter: "(objectClass=*)", attributes, domainScope: true }, stop),
			}),
			signal,
		);
		return new Map(found.flatMap(({ key, entry }) => (entry === undefined ? [] : [[key, isGroup(entry)] as const])));
	}
	const everything: Ask = { base: domain.base, scope: "sub", filter: "(memberOf=*)", attributes, domainScope: true };
	return new Map((await domain.lines.list(everything, {}, signal)).map((entry) => [entry.key, isGroup(entry)]));
}
