import { SyncError } from "../../../core/errors.ts";
import type { PersonId } from "../../../core/model.ts";
import { together } from "../../http/together.ts";
import type { Talk } from "./talk.ts";

/** So many are looked up one by one; more are no accident. */
const FEW = 50;

/**
 * Members whom the list of people does not name, two readings of it over: they must be gone meanwhile. One who is still
 * there proves that the list of people is not whole, whatever its total says. Throws `source.incomplete`.
 */
export async function assertGone(talk: Talk, strangers: readonly PersonId[], signal: AbortSignal): Promise<void> {
	if (strangers.length > FEW) throw notWhole(strangers.length);
	const there = await together(
		{ items: strangers, width: talk.settings.network.concurrency },
		async (id, stop) => (await talk.person(id, "_id", stop)) !== undefined,
		signal,
	);
	const left = there.filter(Boolean).length;
	if (left > 0) throw notWhole(left);
}

const notWhole = (count: number): SyncError =>
	new SyncError("source.incomplete", `${count} members of groups are not in JumpCloud's list of people`, {
		retry: "spent",
		context: { strangers: count },
		todo: "Nothing was changed. Rollcall's account may not see everybody: run `rollcall check`.",
	});
