import type { PersonId } from "../../../core/model.ts";
import { together } from "../../http/together.ts";
import { readList } from "./paging.ts";
import { peopleList, quoted } from "./people.ts";
import type { Talk } from "./talk.ts";
import { memberFrom } from "./translate.ts";

/** So many are looked up one by one; more are no accident. */
const FEW = 50;

/** How many of these members, whom no list of people names, are there all the same; the others have been deleted since. Many are not looked up: they all count. */
export async function existing(talk: Talk, strangers: readonly PersonId[], signal: AbortSignal): Promise<number> {
	if (strangers.length > FEW) return strangers.length;
	const width = talk.wire.settings.network.concurrency;
	const there = await together({ items: strangers, width }, (id, stop) => exists(talk, id, stop), signal);
	return there.filter(Boolean).length;
}

async function exists(talk: Talk, id: PersonId, signal: AbortSignal): Promise<boolean> {
	const question = peopleList({ limit: 2, filter: `id eq ${quoted(id)}` });
	const rows = await readList(talk, { what: `person ${id}`, question, size: 2, translate: memberFrom }, signal);
	return rows.has(id);
}
