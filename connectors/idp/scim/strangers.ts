import { SyncError } from "../../../core/errors.ts";
import { together } from "../../http/together.ts";
import type { Strangers } from "./members.ts";
import type { Talk } from "./talk.ts";

/** So many are looked up one by one; more are no accident. */
const FEW = 500;

/**
 * Members that no list names: how many of them the server still knows. Those that it does not are gone, and stay in
 * groups because not every server tidies up. Throws `source.incomplete` when there are too many to ask for.
 */
export async function knownStrangers(talk: Talk, strangers: Strangers, signal: AbortSignal): Promise<number> {
	const { users, groups } = await talk.provider(signal);
	const all = [...[...strangers.people].map((id) => ({ path: users, id })), ...[...strangers.groups].map((id) => ({ path: groups, id }))];
	if (all.length > FEW) throw notWhole(talk, all.length);
	const found = await together(
		{ items: all, width: talk.settings.network.concurrency },
		async (one, stop) => (await talk.single({ ...one, query: { attributes: "id" } }, stop)) !== undefined,
		signal,
	);
	return found.filter(Boolean).length;
}

export const notWhole = (talk: Talk, count: number): SyncError =>
	new SyncError("source.incomplete", `${talk.host}: ${count} members of groups are in no list of people or of groups`, {
		retry: "spent",
		context: { strangers: count },
		todo: "Nothing was changed. The credential may not see everybody: run `rollcall check`.",
	});
