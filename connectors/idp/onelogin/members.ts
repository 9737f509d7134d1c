import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import { together } from "../../http/together.ts";
import { rolesListing } from "./lists.ts";
import { begin, type Rows, readRest } from "./paging.ts";
import { onePerson } from "./person.ts";
import type { Talk } from "./talk.ts";
import type { FoundPerson, FoundRole, Known } from "./translate.ts";

/** Who is in a role, or why that is not known. */
type Members = { readonly people: readonly string[] } | { readonly held: string };
export type MembersByRole = ReadonlyMap<string, Members>;

/** What has been read; people who were looked at again later are put in the place of what they were. */
export interface Reading {
	readonly people: Map<string, Known<FoundPerson>>;
	roles: Rows<FoundRole>;
}
interface Run {
	readonly request: SnapshotRequest;
	readonly signal: AbortSignal;
}

/** So many people are looked at one by one; more are no accident. */
const FEW = 50;
/** So often it is looked again, where the two lists disagree. */
const TRIES = 2;

/**
 * Roles list their people, and people list their roles. The two are read one after the other, so that whoever is given a
 * role in between is in one of them only: those people, and all roles, are read again. Where the two disagree for good, one
 * of them is not whole, and the role is held. Throws `source.incomplete` when a role names somebody who is there and was in
 * no list of people.
 */
export async function membersOf(talk: Talk, reading: Reading, run: Run): Promise<MembersByRole> {
	const gone = new Set<string>();
	await settleStrangers(talk, { reading, gone }, run);
	for (let attempt = 1; attempt <= TRIES; attempt += 1) {
		const disputed = disputedPeople(reading);
		if (disputed.length === 0 || disputed.length > FEW) break;
		for (const [id, row] of await look(talk, disputed, run)) {
			if (row === undefined) reading.people.delete(id);
			else reading.people.set(id, row);
		}
		const again = await begin(talk, rolesListing(talk.settings, run.request), run.signal);
		reading.roles = await readRest(talk, again, run.signal);
		await settleStrangers(talk, { reading, gone }, run);
	}
	const byPeople = rolesByPeople(reading.people);
	const members = new Map<string, Members>();
	for (const [id, role] of reading.roles)
		if (role.kind === "good") members.set(id, settled({ listed: role.value.people, told: byPeople?.of(id) }, reading.people));
	return members;
}

/**
 * People whom a role names and the list of people does not: either deleted, or created after the list was read, and then
 * with a higher id than everybody in it; otherwise the list was not whole.
 */
async function settleStrangers(talk: Talk, at: { readonly reading: Reading; readonly gone: Set<string> }, run: Run): Promise<void> {
	const { people, roles } = at.reading;
	const strangers = new Set<string>();
	for (const role of roles.values())
		if (role.kind === "good") for (const id of role.value.people ?? []) if (!people.has(id) && !at.gone.has(id)) strangers.add(id);
	if (strangers.size > FEW) throw notWhole(strangers.size);
	let highest = 0n;
	for (const id of people.keys()) if (BigInt(id) > highest) highest = BigInt(id);
	for (const [id, row] of await look(talk, [...strangers], run)) {
		if (row === undefined) at.gone.add(id);
		else if (BigInt(id) > highest) people.set(id, row);
		else throw notWhole(1);
	}
}

/** Those in whom a role's list and their own record disagree. */
function disputedPeople({ people, roles }: Reading): readonly string[] {
	const byPeople = rolesByPeople(people);
	const disputed = new Set<string>();
	for (const [id, role] of roles) {
		if (role.kind !== "good" || role.value.people === undefined || byPeople === undefined) continue;
		for (const person of differing(role.value.people, byPeople.of(id), people)) disputed.add(person);
	}
	return [...disputed];
}

/** People of each role, by their own records; undefined when those do not say. */
function rolesByPeople(people: Reading["people"]): { of(role: string): ReadonlySet<string> } | undefined {
	const byRole = new Map<string, Set<string>>();
	for (const [id, row] of people) {
		if (row.kind !== "good") continue;
		if (row.value.roles === undefined) return undefined;
		for (const role of row.value.roles) {
			const members = byRole.get(role);
			if (members === undefined) byRole.set(role, new Set([id]));
			else members.add(id);
		}
	}
	return { of: (role) => byRole.get(role) ?? new Set() };
}

/** Those in one of the two only. Only people whose own record was understood can be compared. */
function differing(one: ReadonlySet<string>, other: ReadonlySet<string>, people: Reading["people"]): readonly string[] {
	const different = [...[...one].filter((id) => !other.has(id)), ...[...other].filter((id) => !one.has(id))];
	return different.filter((id) => people.get(id)?.kind === "good");
}

/** `listed`: by the role itself; `told`: by the people's records. Either may say nothing. */
function settled(
	by: { readonly listed: ReadonlySet<string> | undefined; readonly told: ReadonlySet<string> | undefined },
	people: Reading["people"],
): Members {
	const { listed, told } = by;
	if (listed === undefined)
		return told === undefined ? { held: "OneLogin says neither who is in this role nor which roles people have" } : { people: [...told] };
	const known = [...listed].filter((id) => people.has(id));
	const different = told === undefined ? 0 : differing(new Set(listed), told, people).length;
	if (different === 0) return { people: known };
	return {
		held: `the role lists ${known.length} people, and the records of ${told?.size ?? 0} name it; they differ in ${different}`,
	};
}

async function look(talk: Talk, ids: readonly string[], run: Run): Promise<readonly (readonly [string, Known<FoundPerson> | undefined])[]> {
	if (ids.length === 0) return [];
	await talk.budget.require(ids.length, `looking again at ${ids.length} people`, run.signal);
	return await together(
		{ items: ids, width: talk.settings.network.concurrency },
		async (id, stop) => [id, await onePerson(talk, { id, request: run.request }, stop)] as const,
		run.signal,
	);
}

const notWhole = (count: number): SyncError =>
	new SyncError("source.incomplete", `OneLogin's list of people lacks ${count} who are in roles`, {
		retry: "later",
		context: { strangers: count },
		todo: "Nothing was changed. If many people are being created or deleted just now, the next run reads them; if it stays, ask OneLogin's support why its list leaves people out.",
	});
