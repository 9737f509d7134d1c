import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { together } from "../../http/together.ts";
import type { PeopleRows } from "./people.ts";
import type { Question, Talk } from "./talk.ts";
import type { FoundPerson, Known, Member } from "./translate.ts";

/** So many are looked up one by one. */
const FEW = 50;
/** More unknown colleagues than this share of all people are no private accounts: a part of the people is hidden. */
const MANY = 0.1;

/** Members whom no list of people names though their address is one of ours. */
interface Unlisted {
	/** How many of them are in the organisation all the same. */
	readonly there: number;
	/** Google refuses to say (403): whoever they are, they are held. */
	readonly refused: ReadonlyMap<string, Known<FoundPerson>>;
}

/**
 * Looks up members who should be in the list of people. Who is in neither answer has been deleted since. A private Google
 * account made with a company address may be refused, and so is somebody whom an administrator role for a part of the
 * organisation hides: nobody can tell. Members from outside are not looked at. Throws `source.incomplete` for more of
 * them than there could be.
 */
export async function unlistedPeople(talk: Talk, people: PeopleRows, members: Iterable<Member>, signal: AbortSignal): Promise<Unlisted> {
	const ours = ownDomains(talk, people);
	const strangers = new Map<string, string | undefined>();
	for (const member of members) {
		if (member.kind !== "person" || people.has(member.id)) continue;
		if (member.email === undefined || ours.has(domainOf(member.email))) strangers.set(member.id, member.email);
	}
	if (strangers.size > Math.max(FEW, people.size * MANY)) throw hidden(talk, strangers.size, people.size);
	const asked = [...strangers].slice(0, FEW);
	const found = await lookUp(
		talk,
		asked.map(([id]) => personQuestion(id)),
		signal,
	);
	const refused = asked.filter((_, at) => found[at] === "refused");
	const because = `Google shows ${talk.actor()} neither in its list of people nor by itself this member of a group, whose address is one of ours: hidden by a role for a part of the organisation, or a private account`;
	return {
		there: found.filter((answer) => answer === "there").length,
		refused: new Map(refused.map(([id, label]) => [id, { kind: "bad", id, label, because }])),
	};
}

/** How many of these inner groups, which no list of groups names, are there all the same; the others are from outside, or gone. */
export async function unlistedGroups(talk: Talk, ids: readonly string[], signal: AbortSignal): Promise<number> {
	const found = await lookUp(talk, ids.map(groupQuestion), signal);
	return found.filter((answer) => answer === "there").length;
}

function lookUp(talk: Talk, questions: readonly Question[], signal: AbortSignal): Promise<readonly Looked[]> {
	const width = talk.wire.settings.network.concurrency;
	return together({ items: questions, width }, (question, stop) => look(talk, question, stop), signal);
}

const personQuestion = (id: string): Question => ({
	path: `/users/${encodeURIComponent(id)}`,
	ask: (sdk, options) => sdk.users.get({ userKey: id, fields: "id" }, options),
});
const groupQuestion = (id: string): Question => ({
	path: `/groups/${encodeURIComponent(id)}`,
	ask: (sdk, options) => sdk.groups.get({ groupKey: id, fields: "id" }, options),
});

type Looked = "there" | "gone" | "refused";

/** Google answers 404 for what is gone, and 403 for what belongs to somebody else or is hidden. */
async function look(talk: Talk, question: Question, signal: AbortSignal): Promise<Looked> {
	try {
		await talk.record(question, z.unknown(), signal);
		return "there";
	} catch (error) {
		if (!(error instanceof SyncError) || error.code === "source.limited") throw error;
		if (error.context.status === 404) return "gone";
		if (error.context.status === 403) return "refused";
		throw error;
	}
}

function ownDomains(talk: Talk, people: PeopleRows): ReadonlySet<string> {
	const { domain } = talk.wire.settings;
	if (domain !== undefined) return new Set([domain.toLowerCase()]);
	const domains = new Set<string>();
	for (const row of people.values()) if (row.kind === "good") domains.add(domainOf(row.value.person.username));
	return domains;
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();

const hidden = (talk: Talk, strangers: number, people: number): SyncError =>
	new SyncError(
		"source.incomplete",
		`${strangers} members of groups have an address of ours and are not in Google's list of ${people} people`,
		{
			retry: "spent",
			context: { strangers, people },
			todo: `Nothing was changed. Is the administrator role of ${talk.actor()} limited to some organisational units? It must be given for the whole organisation.`,
		},
	);
