import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { fieldsFor } from "./attributes.ts";
import { judgementOf, known } from "./lists.ts";
import type { Talk } from "./talk.ts";
import { personFrom } from "./translate.ts";

const OBJECT_ID = /^[\da-f]{24}$/i;

/** Somebody by id, else by username. Throws when the record cannot be understood. */
export async function readPerson(
	talk: Talk,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	const { idOrName, request } = who;
	const fields = fieldsFor(request.attributes);
	const byId = OBJECT_ID.test(idOrName) ? await talk.person(idOrName.toLowerCase(), fields, signal) : undefined;
	const found = byId === undefined ? await talk.named(idOrName, fields, signal) : { rows: [byId], total: 1 };
	const page = known(found, (row) => personFrom(row, judgementOf(talk.settings, request)), "/api/systemusers");
	for (const row of page.rows) {
		if (row.kind === "bad") throw new SyncError("source.malformed", `${row.label ?? row.id} could not be understood: ${row.because}`);
		const { id, username } = row.value;
		const wanted = byId === undefined ? username.toLowerCase() === idOrName.toLowerCase() : id.toLowerCase() === idOrName.toLowerCase();
		// A filter that was dropped on the way lets anybody in.
		if (!wanted)
			throw new SyncError("source.malformed", `JumpCloud was asked for ${idOrName}, and answered with ${username}`, { context: { id } });
		return row.value;
	}
	if ((page.total ?? 0) > 0) throw new SyncError("source.malformed", `JumpCloud finds ${idOrName}, and does not show who it is`);
	return undefined;
}
