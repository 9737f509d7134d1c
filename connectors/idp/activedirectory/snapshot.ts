import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, Person, PersonId, Snapshot } from "../../../core/model.ts";
import { together } from "../../http/together.ts";
import { assemble, type FoundGroup, type FoundPerson } from "../../ldap/assemble.ts";
import { isWithin, keyOf } from "../../ldap/dn.ts";
import type { Entry } from "../../ldap/entry.ts";
import { guidBytes } from "../../ldap/ids.ts";
import type { Lines } from "../../ldap/lines.ts";
import { takeRoll, withoutId } from "../../ldap/roll.ts";
import { wholeMembers } from "./ranges.ts";
import { foreignSid, judgeStrangers } from "./strangers.ts";
import type { OpenDomain, Talk } from "./talk.ts";
import { groupFrom, namesOf, personAttributes, personFrom, primaryGroupSid, sidOf } from "./translate.ts";

/** Domain after domain; memberships across domains are put together at the end. */
export async function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	const domains = await talk.domains(signal);
	const people: FoundPerson[] = [];
	const groups: FoundGroup[] = [];
	for (const domain of domains) {
		const roll = await takeRoll(domain.lines, talk.lists(domain, request.attributes), request, signal);
		if (roll.people.length === 0) throw nobody(talk, domain);
		for (const entry of roll.people) people.push(personIn(talk, entry, { domain, request }));
		groups.push(...(await groupsIn(talk, { domain, entries: roll.groups }, signal)));
	}
	const aliases = aliasesOf(people, groups);
	const { id: connector, unknownMembers: unknown = "hold" } = talk.settings;
	const judge = (names: ReadonlyMap<string, string>) => judgeStrangers({ names, domains, unknown }, signal);
	return await assemble({ connector, people, groups: withPrimaryGroups(groups, people), aliases, judge });
}

function personIn(talk: Talk, entry: Entry, how: { readonly domain: OpenDomain; readonly request: SnapshotRequest }): FoundPerson {
	const found = personFrom(entry, { settings: talk.settings, now: new Date() }, how.request.attributes);
	if (found.kind === "unusable") throw withoutId(how.domain.lines, entry, "objectGUID");
	return { entry, found };
}

async function groupsIn(
	talk: Talk,
	what: { readonly domain: OpenDomain; readonly entries: readonly Entry[] },
	signal: AbortSignal,
): Promise<readonly FoundGroup[]> {
	const { lines } = what.domain;
	return await together(
		{ items: what.entries, width: lines.server.network.concurrency },
		async (entry, stop): Promise<FoundGroup> => {
			const group = groupFrom(entry, talk.settings);
			if (group === undefined) throw withoutId(lines, entry, "objectGUID");
			const members = await wholeMembers(lines, entry, stop);
			return { ...group, members: { names: "names" in members ? members.names : [], uids: [] }, ...("held" in members ? members : {}) };
		},
		signal,
	);
}

const idOf = ({ found }: FoundPerson): PersonId => (found.kind === "good" ? found.value.id : found.id) as PersonId;

/** Groups of a domain are the primary group of most of its people, and name none of them. */
function withPrimaryGroups(groups: readonly FoundGroup[], people: readonly FoundPerson[]): readonly FoundGroup[] {
	const members = new Map<string, PersonId[]>();
	for (const person of people) {
		const sid = primaryGroupSid(person.entry);
		if (sid === undefined) continue;
		const before = members.get(sid);
		if (before === undefined) members.set(sid, [idOf(person)]);
		else before.push(idOf(person));
	}
	return groups.map((group) => {
		const further = members.get(sidOf(group.entry) ?? "");
		return further === undefined ? group : { ...group, further };
	});
}

/** A foreign security principal stands for somebody of another forest; where that one is read too, it is known who. */
function aliasesOf(
	people: readonly FoundPerson[],
	groups: readonly FoundGroup[],
): ReadonlyMap<string, { person: PersonId } | { group: GroupId }> {
	const foreign = new Map<string, string[]>();
	for (const name of groups.flatMap((group) => group.members.names)) {
		const sid = foreignSid(name);
		if (sid !== undefined) foreign.set(sid, [...(foreign.get(sid) ?? []), keyOf(name)]);
	}
	if (foreign.size === 0) return new Map();
	return new Map<string, { person: PersonId } | { group: GroupId }>([
		...people.flatMap((person) => (foreign.get(sidOf(person.entry) ?? "") ?? []).map((key) => [key, { person: idOf(person) }] as const)),
		...groups.flatMap((group) => (foreign.get(sidOf(group.entry) ?? "") ?? []).map((key) => [key, { group: group.id }] as const)),
	]);
}

function nobody(talk: Talk, domain: OpenDomain): SyncError {
	const { id, account } = talk.settings;
	return new SyncError("source.denied", `${id}: ${domain.lines.address.shown} shows nobody to ${account}`, {
		context: { source: id, host: domain.lines.address.shown },
		todo: `Let ${account} read the people below ${domain.peopleBases.join(" and ")}, and check peopleFilter: an empty directory is never synced.`,
	});
}

/** Somebody by objectGUID, else by username, in all domains. Throws when two answer to it, or the record cannot be understood. */
export async function readPerson(
	talk: Talk,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	if (who.idOrName === "") return undefined;
	const found: FoundPerson[] = [];
	for (const domain of await talk.domains(signal)) {
		const byId = guidBytes(who.idOrName) === undefined ? undefined : await byGuid(talk, { ...who, domain }, signal);
		const entries = byId === undefined ? await byName(talk, { ...who, domain }, signal) : [byId];
		found.push(...entries.map((entry) => personIn(talk, entry, { domain, request: who.request })));
	}
	const [one, another] = found;
	if (one === undefined) return undefined;
	if (another !== undefined)
		throw new SyncError("source.malformed", `${who.idOrName} is the username of several people: ${one.entry.dn} and ${another.entry.dn}`, {
			todo: "Ask by the id instead; with several domains, userPrincipalName is the better usernameAttribute.",
		});
	if (one.found.kind === "good") return one.found.value;
	throw new SyncError("source.malformed", `${one.entry.dn} could not be understood: ${one.found.because}`, {
		todo: "Look at the rights of Rollcall's account.",
	});
}

interface Who {
	readonly idOrName: string;
	readonly request: SnapshotRequest;
	readonly domain: OpenDomain;
}
async function byGuid(talk: Talk, who: Who, signal: AbortSignal): Promise<Entry | undefined> {
	const [first] = talk.lists(who.domain, who.request.attributes).people;
	const attributes = first?.attributes ?? personAttributes(namesOf(talk.settings));
	const ask = { base: `<GUID=${who.idOrName}>`, filter: talk.peopleFilter, attributes };
	const entry = await who.domain.lines.entry(ask, signal);
	return entry !== undefined && who.domain.peopleBases.some((base) => isWithin(entry.key, keyOf(base))) ? entry : undefined;
}
async function byName(talk: Talk, who: Who, signal: AbortSignal): Promise<readonly Entry[]> {
	const { lines }: { readonly lines: Lines } = who.domain;
	const found = new Map<string, Entry>();
	for (const ask of talk.named(who.domain, who.idOrName, who.request.attributes))
		for (const entry of await lines.list(ask, {}, signal)) found.set(entry.key, entry);
	return [...found.values()];
}
