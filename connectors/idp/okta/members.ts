import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { PersonId } from "../../../core/model.ts";
import { type Held, readEachGroup } from "../../http/each-group.ts";
import { groupList, groupsPath } from "./groups.ts";
import { readList } from "./paging.ts";
import { quoted } from "./people.ts";
import { MEMBERS_PAGE } from "./settings.ts";
import type { Question, Talk } from "./talk.ts";
import { type FoundGroup, groupFrom, memberFrom } from "./translate.ts";

/** The members of one group, or why they could not be read whole. */
export type Members = { readonly people: readonly PersonId[] } | Held;

/** How often a group is read before its count and its list are said to disagree. */
const TRIES = 2;

export const readMembers = (
	talk: Talk,
	groups: readonly FoundGroup[],
	run: { readonly request: SnapshotRequest; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Members>> =>
	readEachGroup(groups, async (group, signal) => ({ people: await membersOf(talk, group, signal) }), {
		width: talk.wire.settings.network.concurrency,
		progress: run.request.progress,
		signal: run.signal,
	});

/**
 * Groups without members need no request, as long as the statistics are alive: a group that counts nobody is believed
 * only where Everyone counts somebody.
 */
export function withMembers(groups: readonly FoundGroup[]): {
	readonly empty: readonly FoundGroup[];
	readonly others: readonly FoundGroup[];
} {
	const alive = groups.some((group) => group.everyone && (group.counted ?? 0) > 0);
	const isEmpty = (group: FoundGroup) => alive && !group.everyone && group.counted === 0;
	return { empty: groups.filter(isEmpty), others: groups.filter((group) => !isEmpty(group)) };
}

async function membersOf(talk: Talk, group: FoundGroup, signal: AbortSignal): Promise<readonly PersonId[]> {
	const size = Math.min(talk.wire.settings.pageSize ?? MEMBERS_PAGE, MEMBERS_PAGE);
	const path = `${groupsPath}/${encodeURIComponent(group.id)}/users`;
	const question: Question = {
		path,
		about: `group ${group.path}`,
		bucket: "members",
		url: async (sdk) => (await sdk.groupApi.listGroupUsers({ groupId: group.id, limit: size })).nextUri,
	};
	let { counted } = group;
	for (let attempt = 1; ; attempt += 1) {
		const rows = await readList(talk, { what: `members of group ${group.path}`, question, size, translate: memberFrom }, signal);
		const found = [...rows.values()].map((row) => row.id as PersonId);
		if (counted === undefined || found.length >= counted || talk.wire.settings.memberCount === "ignore") return found;
		if (attempt === TRIES) throw tooFew(group, { counted, found: found.length });
		counted = await countAgain(talk, group, signal);
	}
}

/** Undefined: the group is gone, or comes without statistics; its list, read again, must then say so by itself. */
async function countAgain(talk: Talk, group: FoundGroup, signal: AbortSignal): Promise<number | undefined> {
	const question = { ...groupList({ limit: 1, expand: "stats", filter: `id eq ${quoted(group.id)}` }), about: `group ${group.path}` };
	const rows = await readList(talk, { what: `group ${group.path}`, question, size: 2, translate: groupFrom }, signal);
	const row = rows.get(group.id);
	return row?.kind === "good" ? row.value.counted : undefined;
}

const tooFew = (group: FoundGroup, numbers: { readonly counted: number; readonly found: number }): SyncError =>
	new SyncError("source.incomplete", `Okta counts ${numbers.counted} members of group ${group.path}, but lists ${numbers.found}`, {
		retry: "spent",
		context: { group: group.id, ...numbers },
		todo: "If it stays, compare with the group's page in the admin console; where Okta's count is wrong, memberCount: ignore goes by the list alone.",
	});
