import type { SnapshotRequest } from "../../../core/connector.ts";
import { readList } from "./paging.ts";
import { type Known, known } from "./people.ts";
import { PAGE_SIZE } from "./settings.ts";
import type { Talk } from "./talk.ts";
import { type FoundGroup, groupFrom } from "./translate.ts";

export interface Groups {
	readonly rows: ReadonlyMap<string, Known<FoundGroup>>;
}

/** Every group of every kind: security, Microsoft 365, distribution; with members by hand or by rule. */
export async function readGroups(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Groups> {
	const listing = {
		what: "groups",
		path: "/groups",
		query: { $select: "id,displayName,visibility", $top: talk.wire.settings.pageSize ?? PAGE_SIZE },
		units: 1,
		progress: (done: number, total: number) => request.progress?.({ stage: "groups", done, total }),
	};
	const { rows } = await readList(talk, listing, signal);
	return { rows: new Map([...rows].map(([id, row]) => [id, known(groupFrom(row), "/groups")])) };
}
