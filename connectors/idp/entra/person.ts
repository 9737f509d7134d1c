import { z } from "zod";
import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { idOf, pageSchema } from "./paging.ts";
import { known, readingOf } from "./people.ts";
import { assertSeesEverybody } from "./rights.ts";
import { type Talk, targetOf } from "./talk.ts";
import { isWanted, personFrom, selectionFor } from "./translate.ts";

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Somebody by id, else by username. Found by the index, read from the directory itself. Throws when the record cannot be understood. */
export async function readPerson(
	talk: Talk,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	const { idOrName, request } = who;
	const { people = "everybody", id: source } = talk.wire.settings;
	assertSeesEverybody(await talk.rights(signal), source);
	const id = GUID.test(idOrName) ? idOrName : await idOfName(talk, { name: idOrName, request }, signal);
	if (id === undefined) return undefined;
	const row = await byId(talk, { id, request }, signal);
	if (row === undefined || !isWanted(row, people)) return undefined;
	const found = known(personFrom(row, readingOf(talk, request)), "/users");
	if (found.kind === "good") return found.value;
	throw new SyncError("source.malformed", `${found.label ?? found.id} could not be understood: ${found.because}`);
}

async function byId(talk: Talk, at: { readonly id: string; readonly request: SnapshotRequest }, signal: AbortSignal): Promise<unknown> {
	const target = targetOf(`/users/${encodeURIComponent(at.id)}`, { $select: selectionFor(readingOf(talk, at.request)) });
	try {
		return await talk.ask({ target, schema: z.unknown(), units: 1, about: `person ${at.id}` }, signal);
	} catch (error) {
		// Graph's own statement; any other 404 is a wrong address.
		if (error instanceof SyncError && error.context.status === 404 && error.context.graph === "Request_ResourceNotFound") return undefined;
		throw error;
	}
}

/** By a filter, never in the path: names with # or a leading $ are read there as something else. */
async function idOfName(
	talk: Talk,
	at: { readonly name: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<string | undefined> {
	const { username } = readingOf(talk, at.request);
	const $filter = `${username} eq '${at.name.replaceAll("'", "''")}'`;
	const target = targetOf("/users", { $select: `id,${username}`, $top: 2, $filter, $count: "true" });
	const page = await talk.ask({ target, schema: pageSchema, units: 1, eventual: true }, signal);
	if (page.value.length > 1)
		throw new SyncError("source.malformed", `more than one person has the ${username} that was asked for`, { todo: "Ask by id." });
	return page.value.length === 0 ? undefined : idOf(page.value[0], "/users");
}
