import type { SnapshotRequest } from "../../../core/connector.ts";
import { together } from "../../http/together.ts";
import { type Listing, readPages } from "./paging.ts";
import { type Known, known, unsettled } from "./people.ts";
import { PAGE_SIZE } from "./settings.ts";
import type { Talk } from "./talk.ts";
import { type FoundGroup, groupFrom } from "./translate.ts";

export interface Groups {
	readonly rows: ReadonlyMap<string, Known<FoundGroup>>;
	/** What Keycloak counted before the list. */
	readonly counted: number;
}
type GroupRow = Known<FoundGroup>;
type Way = (talk: Talk, signal: AbortSignal) => Promise<ReadonlyMap<string, GroupRow>>;

/**
 * Every group of every level: whole when as many came as Keycloak counts. The flat list in pages is tried first. Where
 * many groups have one name, databases may order them differently from page to page, so the same list in one answer
 * comes second; servers that do not know the flat list (before Keycloak 23 and 24) are walked level by level.
 * Throws `source.incomplete` when none of the three agrees with the count.
 */
export async function readGroups(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Groups> {
	let counted = 0;
	let found = 0;
	for (const way of [flatInPages, flatAtOnce, levelByLevel] satisfies Way[]) {
		counted = await countGroups(talk, signal);
		const rows = await way(talk, signal);
		request.progress?.({ stage: "groups", done: rows.size, total: counted });
		if (rows.size === counted) return { rows, counted };
		found = rows.size;
	}
	throw unsettled({ what: "groups", counted, found, torn: false });
}

/** All levels, and also those that the account may not see. */
export const countGroups = (talk: Talk, signal: AbortSignal): Promise<number> =>
	talk.count(
		{ path: "/groups/count", ask: (client) => client.groups.count() },
		(answer) => (answer instanceof Object && "count" in answer ? answer.count : undefined),
		signal,
	);

/**
 * The server trims the blank and finds every name of every level; an empty search would not be sent at all. Without
 * `populateHierarchy` the matches come in a tree, without `subGroupsCount` each costs one query more.
 */
const FLAT = { search: " ", populateHierarchy: false, subGroupsCount: false, briefRepresentation: true };

async function flatInPages(talk: Talk, signal: AbortSignal): Promise<ReadonlyMap<string, GroupRow>> {
	const { rows } = await readPages(
		listing(talk, (span, stop) => talk.page({ path: "/groups", ask: (client) => client.groups.find({ ...FLAT, ...span }) }, stop)),
		signal,
	);
	return unfolded([...rows.values()]);
}

async function flatAtOnce(talk: Talk, signal: AbortSignal): Promise<ReadonlyMap<string, GroupRow>> {
	const rows = await talk.page({ path: "/groups", ask: (client) => client.groups.find(FLAT) }, signal);
	return unfolded(rows.map(row));
}

async function levelByLevel(talk: Talk, signal: AbortSignal): Promise<ReadonlyMap<string, GroupRow>> {
	const size = { populateHierarchy: false, subGroupsCount: true, briefRepresentation: true };
	const below = async (parent: GroupRow, stop: AbortSignal) => {
		const path = `/groups/${encodeURIComponent(parent.id)}/children`;
		const { rows } = await readPages(
			listing(talk, (span, s) =>
				talk.page({ path, ask: (client) => client.groups.listSubGroups({ parentId: parent.id, ...size, ...span }) }, s),
			),
			stop,
		);
		return [...rows.values()];
	};
	const all = new Map<string, GroupRow>();
	let level = [
		...(
			await readPages(
				listing(talk, (span, stop) => talk.page({ path: "/groups", ask: (client) => client.groups.find({ ...size, ...span }) }, stop)),
				signal,
			)
		).rows.values(),
	];
	while (level.length > 0) {
		for (const [id, group] of unfolded(level)) all.set(id, group);
		const parents = level.filter((group) => group.kind === "good" && group.value.children !== 0);
		const found = await together({ items: parents, width: talk.wire.settings.network.concurrency }, below, signal);
		// Only what is new goes on: a server that hands out a circle is not followed round.
		level = found.flat().filter((group) => !all.has(group.id));
	}
	return all;
}

/** The count is the proof, so pages may end where they like. */
function listing(talk: Talk, page: (span: object, signal: AbortSignal) => Promise<readonly unknown[]>): Listing<GroupRow> {
	return {
		what: "groups",
		size: talk.wire.settings.pageSize ?? PAGE_SIZE,
		shortIsLast: () => true,
		atMost: 1_000_000,
		page: async (span, signal) => (await page(span, signal)).map(row),
	};
}

const row = (raw: unknown): GroupRow => known(groupFrom(raw), "/groups");

/** Older servers answer with trees, in which a child does not name its parent. */
function unfolded(roots: readonly GroupRow[]): ReadonlyMap<string, GroupRow> {
	const all = new Map<string, GroupRow>();
	const queue = [...roots];
	for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
		if (all.has(at.id)) continue;
		all.set(at.id, at);
		if (at.kind !== "good") continue;
		const { id: parent } = at.value;
		for (const raw of at.value.nested) {
			const child = row(raw);
			queue.push(child.kind === "good" ? { ...child, value: { ...child.value, parent } } : child);
		}
	}
	return all;
}
