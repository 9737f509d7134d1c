import { z } from "zod";
import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import { type Held, readEachGroup } from "../../http/each-group.ts";
import { GROUP_FIELDS } from "./groups.ts";
import { readList } from "./paging.ts";
import { stated } from "./people.ts";
import { MEMBERS_PAGE } from "./settings.ts";
import type { PageShape, Question, Talk } from "./talk.ts";
import { type FoundGroup, groupFrom, type Member, memberFrom } from "./translate.ts";

/** The direct members of one group, or why they could not be read whole. */
export type Members = { readonly members: readonly Member[] } | Held;

/** How often a group is read before its count and its list are said to disagree. */
const TRIES = 2;
const MEMBERS: PageShape = { kind: "admin#directory#members", rows: "members" };

/** Groups that count nobody are read too: the count is one of people, and groups inside may be all that they have. */
export const readMembers = (
	talk: Talk,
	groups: readonly FoundGroup[],
	run: { readonly request: SnapshotRequest; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Members>> =>
	readEachGroup(groups, async (group, signal) => ({ members: await membersOf(talk, group, signal) }), {
		width: talk.wire.settings.network.concurrency,
		progress: run.request.progress,
		signal: run.signal,
	});

/** Direct ones only: Google's own flattening has left people out (https://github.com/GAM-team/GAM/issues/1210). */
async function membersOf(talk: Talk, group: FoundGroup, signal: AbortSignal): Promise<readonly Member[]> {
	let { counted } = group;
	for (let attempt = 1; ; attempt += 1) {
		const rows = await readList(
			talk,
			{
				what: `members of group ${group.path}`,
				shape: MEMBERS,
				question: (pageToken) => memberList(talk, group, pageToken),
				translate: memberFrom,
			},
			signal,
		);
		const members: Member[] = [];
		for (const row of rows.values()) {
			if (row.kind === "bad") throw unknownMember(group, row.label ?? row.id, row.because);
			members.push(row.value);
		}
		if (counted === undefined || members.length >= counted || talk.wire.settings.memberCount === "ignore") return members;
		if (attempt === TRIES) throw tooFew(group, { counted, found: members.length });
		counted = await countAgain(talk, group, signal);
	}
}

function memberList(talk: Talk, group: FoundGroup, pageToken: string | undefined): Question {
	const maxResults = Math.min(talk.wire.settings.pageSize ?? MEMBERS_PAGE, MEMBERS_PAGE);
	const ask = stated({ groupKey: group.id, fields: "kind,nextPageToken,members(id,email,type)", maxResults, pageToken });
	return {
		path: `/groups/${encodeURIComponent(group.id)}/members`,
		about: `group ${group.path}`,
		ask: (sdk, options) => sdk.members.list(ask, options),
	};
}

async function countAgain(talk: Talk, group: FoundGroup, signal: AbortSignal): Promise<number | undefined> {
	const ask = { groupKey: group.id, fields: GROUP_FIELDS };
	const question: Question = {
		path: `/groups/${encodeURIComponent(group.id)}`,
		about: `group ${group.path}`,
		ask: (sdk, options) => sdk.groups.get(ask, options),
	};
	const row = groupFrom(await talk.record(question, z.unknown(), signal));
	if (row.kind === "good") return row.value.counted;
	throw new SyncError("source.malformed", `group ${group.path} could not be understood: ${row.because}`, { context: { group: group.id } });
}

const unknownMember = (group: FoundGroup, member: string, because: string): SyncError =>
	new SyncError("source.malformed", `member ${member} of group ${group.path} could not be understood: ${because}`, {
		context: { group: group.id },
		todo: "Google's API may be newer than what Rollcall knows. Please report it.",
	});

const tooFew = (group: FoundGroup, numbers: { readonly counted: number; readonly found: number }): SyncError =>
	new SyncError("source.incomplete", `Google counts ${numbers.counted} members of group ${group.path}, but lists ${numbers.found}`, {
		retry: "spent",
		context: { group: group.id, ...numbers },
		todo: "If it stays, compare with the group's page in the Admin console; where Google's count is wrong, memberCount: ignore goes by the list alone.",
	});
