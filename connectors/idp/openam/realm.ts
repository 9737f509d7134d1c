import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import { type HeldRecord, identify } from "./identify.ts";
import { assertShown, type Kind, type Known, readKind, type Whole } from "./listing.ts";
import type { Talk } from "./talk.ts";
import { type FoundGroup, type FoundPerson, groupFrom, personFrom } from "./translate.ts";

/** Everything in one realm. */
export interface RealmReading {
	readonly realm: string;
	readonly people: readonly Known<FoundPerson>[];
	readonly groups: readonly Known<FoundGroup>[];
	readonly heldPeople: readonly HeldRecord[];
	readonly heldGroups: readonly HeldRecord[];
}

export async function readRealm(
	talk: Talk,
	realm: string,
	run: { readonly request: SnapshotRequest; readonly signal: AbortSignal },
): Promise<RealmReading> {
	const { progress } = run.request;
	const people = peopleOf(talk, realm, run.request);
	const wholePeople = await readKind(talk, people, { progress, signal: run.signal });
	if (wholePeople.rows.length + wholePeople.unreadable.length === 0) throw nobody(talk, realm);
	await assertPeopleShown({ kind: people, whole: wholePeople }, { talk, request: run.request }, run.signal);
	const groups = groupsOf(talk, realm);
	const wholeGroups = await readKind(talk, groups, { progress, signal: run.signal });
	await assertMembersShown({ kind: groups, whole: wholeGroups }, talk, run.signal);
	return {
		realm,
		people: wholePeople.rows,
		groups: wholeGroups.rows,
		heldPeople: await identify(people, wholePeople, run.signal),
		heldGroups: await identify(groups, wholeGroups, run.signal),
	};
}

export function peopleOf(talk: Talk, realm: string, request: SnapshotRequest): Kind<FoundPerson> {
	const names = talk.settings.attributes;
	const translate: Kind<FoundPerson>["translate"] = (row) => personFrom(row, names, request.attributes);
	return { realm, what: "users", word: "people", attribute: names.name, idAttribute: names.id, translate };
}

function groupsOf(talk: Talk, realm: string): Kind<FoundGroup> {
	const names = talk.settings.attributes;
	return {
		realm,
		what: "groups",
		word: "groups",
		attribute: names.groupName,
		idAttribute: names.groupId,
		translate: (row) => groupFrom(row, names),
	};
}

const good = <T>(whole: Whole<T>): readonly T[] => whole.rows.flatMap((row) => (row.kind === "good" ? [row.value] : []));

interface List<T> {
	readonly kind: Kind<T>;
	readonly whole: Whole<T>;
}

async function assertPeopleShown(
	list: List<FoundPerson>,
	of: { readonly talk: Talk; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<void> {
	const rows = good(list.whole);
	const { status } = of.talk.settings.attributes;
	if (!rows.some((row) => row.saysStatus))
		await assertShown(list, { attribute: status, so: "people who are switched off would look active" }, signal);
	const { attributes } = of.request;
	for (const attribute of attributes === "all" ? [] : attributes) {
		if (rows.some(({ person }) => person.attributes[attribute] !== undefined)) continue;
		await assertShown(list, { attribute, so: "the policy uses it, and nobody would seem to have it" }, signal);
	}
}

async function assertMembersShown(list: List<FoundGroup>, talk: Talk, signal: AbortSignal): Promise<void> {
	const rows = good(list.whole);
	if (rows.length === 0 || rows.some(({ members }) => members.length > 0)) return;
	await assertShown(list, { attribute: talk.settings.attributes.member, so: "all groups would look empty" }, signal);
}

const nobody = (talk: Talk, realm: string): SyncError =>
	new SyncError("source.incomplete", `OpenAM on ${talk.host} lists nobody in realm ${realm}`, {
		todo: "An empty directory is never synced. Is this the right realm, and does its data store answer? Otherwise take it out of realms.",
		context: { realm },
	});
