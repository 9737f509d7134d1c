import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { PersonId } from "../../../core/model.ts";
import { together } from "../../http/together.ts";
import { known, listing, type People } from "./lists.ts";
import { readWhole } from "./paging.ts";
import type { Talk } from "./talk.ts";
import { type FoundGroup, memberFrom } from "./translate.ts";

/** The members of one group, or why they could not be read whole. */
export type Members = { readonly people: readonly PersonId[] } | { readonly held: string };

/** Reads the members of these groups. `strangers` collects members whom the list of people does not name. */
export interface MemberReading {
	readonly groups: readonly FoundGroup[];
	readonly people: People;
	readonly strangers: Set<PersonId>;
}

/**
 * One group whose members cannot be read is held. When it goes wrong for more than a few, or for all, it is not the groups: the
 * reading ends with that error. Nothing is held that a lost connection or a refused log-in explains.
 */
export async function readMembers(
	talk: Talk,
	reading: MemberReading,
	run: { readonly request: SnapshotRequest; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Members>> {
	const { groups } = reading;
	const total = groups.length;
	const members = new Map<string, Members>();
	let failed = 0;
	let latest: SyncError | undefined;
	const one = async (group: FoundGroup, signal: AbortSignal) => {
		try {
			members.set(group.id, group.broken === undefined ? await membersOf(talk, group, { reading, signal }) : { held: group.broken });
		} catch (error) {
			if (!(error instanceof SyncError) || !concernsOneGroup(error)) throw error;
			failed += 1;
			latest = error;
			if (failed > Math.max(10, total / 20)) throw tooMany(error, failed);
			members.set(group.id, { held: error.message });
		}
		run.request.progress?.({ stage: "members", done: members.size, total });
	};
	await together({ items: groups, width: talk.settings.network.concurrency }, one, run.signal);
	if (latest !== undefined && failed > 1 && failed === total) throw tooMany(latest, failed);
	return members;
}

async function membersOf(
	talk: Talk,
	group: FoundGroup,
	run: { readonly reading: MemberReading; readonly signal: AbortSignal },
): Promise<Members> {
	const { people, strangers } = run.reading;
	const path = `/api/v2/usergroups/${group.id}/membership`;
	const rows = await readWhole(
		{
			...listing(talk.settings, `members of group "${group.name}"`),
			documented: false,
			atMost: () => people.size * 2 + 1_000,
			page: async (span, stop) => known(await talk.membership(group, span, stop), memberFrom, path),
		},
		run.signal,
	);
	const ids: PersonId[] = [];
	for (const row of rows.values()) {
		const kind = row.kind === "good" ? row.value.kind : "record that cannot be read";
		// Groups inside groups, or whatever else may come one day: then this list does not say who is meant.
		if (kind !== "user") return { held: `it has a ${kind} among its members (${row.id}), which JumpCloud's description does not know` };
		// The list's own text of the id, so that one text serves all memberships of a person.
		const id = (people.get(row.id)?.id ?? row.id) as PersonId;
		if (!people.has(id)) strangers.add(id);
		ids.push(id);
	}
	return { people: ids };
}

function concernsOneGroup(error: SyncError): boolean {
	if (error.code === "source.malformed" || error.code === "source.incomplete") return true;
	const { status } = error.context;
	return typeof status === "number" && status !== 401 && status !== 429;
}

const tooMany = (error: SyncError, failed: number): SyncError =>
	new SyncError(error.code, `the members of ${failed} groups could not be read; the latest: ${error.message}`, {
		retry: "spent",
		context: { ...error.context, groups: failed },
		cause: error,
		...(error.todo === undefined ? {} : { todo: error.todo }),
	});
