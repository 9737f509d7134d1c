import { z } from "zod";
import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { askBatch, PARTS } from "./batch.ts";
import { type Known, known, readingOf } from "./people.ts";
import { type Talk, targetOf } from "./talk.ts";
import { personFrom, selectionFor } from "./translate.ts";

/** So many are looked up one by one; more are no accident. */
const FEW = 50;
/** The index behind lists is behind by moments; somebody who has been there this long and is missing in it proves that a list was not whole. */
const SETTLED_MS = 3_600_000;

const bornSchema = z.object({ createdDateTime: z.iso.datetime({ offset: true }) });

/** Members whom the list of people does not name. */
export interface Strangers {
	/** Made so recently that the list did not have them yet: they are people like the others. */
	readonly late: readonly Known<Person>[];
	/** There, and not new. Those who are gone meanwhile are in neither. */
	readonly missing: readonly string[];
}

/** Looks each up by id, which asks the directory itself and not the index. */
export async function lookUp(
	talk: Talk,
	ids: readonly string[],
	run: { readonly request: SnapshotRequest; readonly signal: AbortSignal },
): Promise<Strangers> {
	if (ids.length > FEW) return { late: [], missing: ids };
	const reading = readingOf(talk, run.request);
	const select = [...new Set([...selectionFor(reading).split(","), "createdDateTime"])].join(",");
	const late: Known<Person>[] = [];
	const missing: string[] = [];
	for (let at = 0; at < ids.length; at += PARTS) {
		const some = ids.slice(at, at + PARTS);
		const parts = some.map((id) => ({
			target: targetOf(`/users/${encodeURIComponent(id)}`, { $select: select }),
			about: `person ${id}`,
			units: 1,
		}));
		const answers = await askBatch(talk, parts, run.signal);
		for (const [index, answer] of answers.entries()) {
			if ("error" in answer) {
				if (answer.error.context.status !== 404) throw answer.error;
			} else if (isNew(answer.body)) late.push(known(personFrom(answer.body, reading), "/users"));
			else missing.push(some[index]!);
		}
	}
	return { late, missing };
}

function isNew(row: unknown): boolean {
	const born = bornSchema.safeParse(row).data?.createdDateTime;
	return born !== undefined && Date.now() - Date.parse(born) < SETTLED_MS;
}

export const notWhole = (what: string, count: number): SyncError =>
	new SyncError(
		"source.incomplete",
		`${count} ${count === 1 ? "member" : "members"} of groups (${what}) are not in Graph's list of ${what}, and not new`,
		{
			retry: "spent",
			context: { strangers: count, what },
			todo: "Nothing was changed. The index behind Graph's lists may be behind just now: the next run reads it anew.",
		},
	);
