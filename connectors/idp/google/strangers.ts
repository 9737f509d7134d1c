import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { together } from "../../http/together.ts";
import type { PeopleRows } from "./people.ts";
import type { Question, Talk } from "./talk.ts";
import type { Member } from "./translate.ts";

/** So many are looked up one by one. */
const FEW = 50;
/** More unknown colleagues than this share of all people are no private accounts: a part of the people is hidden. */
const MANY = 0.1;

/**
 * How many members, whom no list of people names though their address is one of ours, are in the organisation all the
 * same. The others are deleted since, or private Google accounts made with a company address. Members from outside are
 * not looked at. Throws `source.incomplete` for more of them than there could be.
 */
export async function unlistedPeople(talk: Talk, people: PeopleRows, members: Iterable<Member>, signal: AbortSignal): Promise<number> {
	const ours = ownDomains(talk, people);
	const strangers = new Set<string>();
	for (const member of members) {
		if (member.kind !== "person" || people.has(member.id)) continue;
		if (member.email === undefined || ours.has(domainOf(member.email))) strangers.add(member.id);
	}
	if (strangers.size > Math.max(FEW, people.size * MANY)) throw hidden(talk, strangers.size, people.size);
	const asked = [...strangers].slice(0, FEW);
	return await countThere(talk, asked, personQuestion, signal);
}

/** How many of these inner groups, which no list of groups names, are there all the same; the others are from outside, or gone. */
export const unlistedGroups = (talk: Talk, ids: readonly string[], signal: AbortSignal): Promise<number> =>
	countThere(talk, ids, groupQuestion, signal);

async function countThere(talk: Talk, ids: readonly string[], about: (id: string) => Question, signal: AbortSignal): Promise<number> {
	const width = talk.wire.settings.network.concurrency;
	const there = await together({ items: ids, width }, (id, stop) => exists(talk, about(id), stop), signal);
	return there.filter(Boolean).length;
}

const personQuestion = (id: string): Question => ({
	path: `/users/${encodeURIComponent(id)}`,
	ask: (sdk, options) => sdk.users.get({ userKey: id, fields: "id" }, options),
});
const groupQuestion = (id: string): Question => ({
	path: `/groups/${encodeURIComponent(id)}`,
	ask: (sdk, options) => sdk.groups.get({ groupKey: id, fields: "id" }, options),
});

/** Google answers 404 for what is gone, and 403 for what belongs to somebody else. */
async function exists(talk: Talk, question: Question, signal: AbortSignal): Promise<boolean> {
	try {
		await talk.record(question, z.unknown(), signal);
		return true;
	} catch (error) {
		const { code, context } = error instanceof SyncError ? error : { code: undefined, context: { status: undefined } };
		if (code !== "source.limited" && (context.status === 404 || context.status === 403)) return false;
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
