import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import { readList } from "./paging.ts";
import { GROUPS_PAGE, type OktaSettings } from "./settings.ts";
import type { Question, Talk } from "./talk.ts";
import { type FoundGroup, groupFrom, type Known } from "./translate.ts";

export type GroupRows = ReadonlyMap<string, Known<FoundGroup>>;

export const groupsPath = "/api/v1/groups";

/** Every group with the number of its members. Not by `filter` or `search`: both lag behind. */
export async function readGroups(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<GroupRows> {
	const rows = await list(talk, { expand: "stats", found: (found) => request.progress?.({ stage: "groups", done: found }) }, signal);
	assertSeesEveryone(rows, talk.wire.settings);
	return rows;
}

/** The same list without statistics, for comparing afterwards. */
export const readGroupsAgain = (talk: Talk, signal: AbortSignal): Promise<GroupRows> => list(talk, {}, signal);

function list(
	talk: Talk,
	more: { readonly expand?: string; readonly found?: (rows: number) => void },
	signal: AbortSignal,
): Promise<GroupRows> {
	const size = Math.min(talk.wire.settings.pageSize ?? GROUPS_PAGE, GROUPS_PAGE);
	const { expand, found } = more;
	return readList(
		talk,
		{
			what: "groups",
			question: groupList({ limit: size, ...(expand === undefined ? {} : { expand }) }),
			size,
			translate: groupFrom,
			...(found === undefined ? {} : { found }),
		},
		signal,
	);
}

export function groupList(list: { readonly limit: number; readonly expand?: string; readonly filter?: string }): Question {
	return { path: groupsPath, bucket: "groups", url: async (sdk) => (await sdk.groupApi.listGroups(list)).nextUri };
}

export const whoToGrant = ({ auth }: Pick<OktaSettings, "auth">): string =>
	auth.kind === "token"
		? "Give whoever made the API token the role Read-only Administrator, for the whole organisation."
		: `In the Okta admin console: Applications > the app > Admin roles: give service app "${auth.clientId}" the role Read-only Administrator, for the whole organisation.`;

/**
 * An administrator of some groups only sees their members, and never the group Everyone (reference of listGroups):
 * whoever is hidden would look as if they had left. Throws `source.denied`.
 */
export function assertSeesEveryone(rows: GroupRows, settings: OktaSettings): void {
	for (const row of rows.values()) if (row.kind === "good" && row.value.everyone) return;
	throw new SyncError("source.denied", `${settings.id}: Okta does not show the group Everyone, so a part of the people is hidden`, {
		todo: whoToGrant(settings),
		context: { source: settings.id, groups: rows.size },
	});
}
