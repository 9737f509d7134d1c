import { z } from "zod";
import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { peopleFields, personReader } from "./lists.ts";
import type { Talk } from "./talk.ts";
import { type FoundPerson, type Known, known } from "./translate.ts";

const ID = /^[1-9]\d{0,18}$/;
const PATH = "/api/2/users";

/** Somebody by id, else by username, else by e-mail address where that is the username. Throws when the record cannot be understood. */
export async function readPerson(
	talk: Talk,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	const { idOrName, request } = who;
	const byId = ID.test(idOrName) ? await onePerson(talk, { id: idOrName, request }, signal) : undefined;
	const row =
		byId ?? (await byName(talk, { field: "username", ...who }, signal)) ?? (await byName(talk, { field: "email", ...who }, signal));
	if (row === undefined) return undefined;
	if (row.kind === "good") return row.value.person;
	throw new SyncError("source.malformed", `${row.label ?? row.id} could not be understood: ${row.because}`);
}

/** A record by its id, read fresh; undefined: OneLogin says that there is none. */
export async function onePerson(
	talk: Talk,
	who: { readonly id: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Known<FoundPerson> | undefined> {
	const path = `${PATH}/${who.id}`;
	const row = await talk.record({ path }, z.looseObject({}), signal);
	if (row === undefined) return undefined;
	const person = known(personReader(talk.settings, who.request)(row), path);
	if (person.id === who.id) return person;
	throw new SyncError("source.malformed", `GET ${path} on ${talk.host} answered with somebody else, ${person.id}`, {
		todo: "Is something between Rollcall and OneLogin answering from a cache?",
	});
}

/**
 * OneLogin's filters take `*` for anything, and are compared here once more. Without upper and lower case, as OneLogin does.
 * A name with a `*` is found by its beginning only, and then compared.
 */
async function byName(
	talk: Talk,
	who: { readonly field: "username" | "email"; readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Known<FoundPerson> | undefined> {
	const { field, idOrName, request } = who;
	const list = { path: PATH, what: "people", query: { [field]: idOrName, fields: peopleFields(talk.settings, request) } };
	const { rows, total } = await talk.page(list, { page: 1, limit: 50 }, signal);
	const matching = rows.filter((row) => sameText((row as Record<string, unknown> | null)?.[field], idOrName));
	if (matching.length === 0 && rows.length > 0 && !idOrName.includes("*"))
		throw new SyncError("source.malformed", `GET ${PATH} on ${talk.host} found ${total} others for the ${field} ${idOrName}`, {
			todo: "Something between Rollcall and OneLogin drops the query: exempt this host from it.",
		});
	const people = matching
		.map((row) => known(personReader(talk.settings, request)(row), PATH))
		// An e-mail address is a name only for whoever has no other.
		.filter((row) => field === "username" || row.kind === "bad" || sameText(row.value.person.username, idOrName));
	if (people.length <= 1) return people[0];
	throw new SyncError("config.invalid", `${people.length} people have the ${field} ${idOrName}`, {
		todo: `Ask by id: ${people.map((row) => row.id).join(", ")}.`,
	});
}

const sameText = (a: unknown, b: string): boolean => typeof a === "string" && a.toLowerCase() === b.toLowerCase();
