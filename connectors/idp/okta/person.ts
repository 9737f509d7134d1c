import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { assertSeesEveryone, groupList } from "./groups.ts";
import { readList } from "./paging.ts";
import { peopleList, quoted, withFields } from "./people.ts";
import type { Talk } from "./talk.ts";
import { groupFrom, personFrom } from "./translate.ts";

/**
 * Somebody by id, else by exact login, deactivated people included. By `filter`, not by `/users/{id}`, which also takes a
 * part of a login for a name. "Nobody" is believed only of an account that sees everybody. Throws when the record
 * cannot be understood.
 */
export async function readPerson(
	talk: Talk,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	const { idOrName, request } = who;
	const filter = `id eq ${quoted(idOrName)} or profile.login eq ${quoted(idOrName)}`;
	const list = (fields: string | undefined) =>
		readList(
			talk,
			{
				what: `person ${idOrName}`,
				question: peopleList({ limit: 10, filter, ...(fields === undefined ? {} : { fields }) }),
				size: 10,
				translate: (row) => personFrom(row, request.attributes),
			},
			signal,
		);
	const rows = await withFields(request.attributes, list);
	const row = rows.get(idOrName) ?? [...rows.values()][0];
	if (row === undefined) {
		await assertSeesEverybody(talk, signal);
		return undefined;
	}
	if (row.kind === "good") return row.value;
	throw new SyncError("source.malformed", `${row.label ?? row.id} could not be understood: ${row.because}`, {
		todo: "Look at this person in the Okta admin console.",
	});
}

/** Throws `source.denied` for an administrator of some groups only. */
async function assertSeesEverybody(talk: Talk, signal: AbortSignal): Promise<void> {
	const question = groupList({ limit: 10, filter: 'type eq "BUILT_IN"' });
	assertSeesEveryone(await readList(talk, { what: "groups", question, size: 10, translate: groupFrom }, signal), talk.wire.settings);
}
