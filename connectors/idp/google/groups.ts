import type { SnapshotRequest } from "../../../core/connector.ts";
import { readList } from "./paging.ts";
import { stated } from "./people.ts";
import { GROUPS_PAGE } from "./settings.ts";
import type { PageShape, Question, Talk } from "./talk.ts";
import { type FoundGroup, groupFrom, idFrom, type Known } from "./translate.ts";

export type GroupRows = ReadonlyMap<string, Known<FoundGroup>>;

export const GROUPS: PageShape = { kind: "admin#directory#groups", rows: "groups" };
/** What is asked for of a group. */
export const GROUP_FIELDS = "id,email,name,directMembersCount";

/** Every group of the organisation, in whichever of its domains. */
export const readGroups = (talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<GroupRows> =>
	readList(
		talk,
		{
			what: "groups",
			shape: GROUPS,
			question: (pageToken) =>
				groupList(talk, { fields: `kind,nextPageToken,groups(${GROUP_FIELDS})`, maxResults: groupsPage(talk), pageToken }),
			translate: groupFrom,
			found: (done) => request.progress?.({ stage: "groups", done }),
		},
		signal,
	);

/** The same list, ids only. */
export const readGroupsAgain = (talk: Talk, signal: AbortSignal): Promise<ReadonlyMap<string, unknown>> =>
	readList(
		talk,
		{
			what: "groups",
			shape: GROUPS,
			question: (pageToken) => groupList(talk, { fields: "kind,nextPageToken,groups(id)", maxResults: groupsPage(talk), pageToken }),
			translate: idFrom("id"),
		},
		signal,
	);

const groupsPage = (talk: Talk): number => Math.min(talk.wire.settings.pageSize ?? GROUPS_PAGE, GROUPS_PAGE);

export function groupList(
	talk: Talk,
	ask: { readonly maxResults: number; readonly pageToken?: string | undefined; readonly fields?: string },
): Question {
	return { path: "/groups", ask: (sdk, options) => sdk.groups.list(stated({ customer: talk.customer, ...ask }), options) };
}
