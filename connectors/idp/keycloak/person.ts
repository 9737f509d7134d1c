import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { known } from "./people.ts";
import { assertSeesEverybody } from "./rights.ts";
import type { Talk } from "./talk.ts";
import { personFrom } from "./translate.ts";

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Somebody by id, else by exact username; service accounts are nobody. Throws when the record cannot be understood. */
export async function readPerson(
	talk: Talk,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	const { id: source, clientId } = talk.wire.settings;
	assertSeesEverybody(await talk.rights(signal), { source, clientId });
	const { idOrName, request } = who;
	const row = (isId(idOrName) ? await byId(talk, idOrName, signal) : undefined) ?? (await byName(talk, idOrName, signal));
	if (row === undefined) return undefined;
	const found = known(personFrom(row, request.attributes), "/users");
	if (found.kind === "good") return found.value.person;
	throw new SyncError("source.malformed", `${found.label ?? found.id} could not be understood: ${found.because}`);
}

const isId = (text: string): boolean => UUID.test(text) || text.startsWith("f:");

async function byId(talk: Talk, id: string, signal: AbortSignal): Promise<unknown> {
	try {
		const row = await talk.json({ path: `/users/${encodeURIComponent(id)}`, ask: (client) => client.users.findOne({ id }) }, signal);
		return isService(row) ? undefined : row;
	} catch (error) {
		if (error instanceof SyncError && error.context.status === 404) return undefined;
		throw error;
	}
}

/** A search by a field brings in service accounts, which the plain list leaves out. */
async function byName(talk: Talk, username: string, signal: AbortSignal): Promise<unknown> {
	const ask = { username, exact: true, briefRepresentation: false, max: 2 };
	const rows = await talk.page({ path: "/users", ask: (client) => client.users.find(ask) }, signal);
	return rows.find((row) => !isService(row));
}

function isService(row: unknown): boolean {
	const { username, serviceAccountClientId } = (row ?? {}) as Record<string, unknown>;
	return serviceAccountClientId !== undefined || (typeof username === "string" && username.startsWith("service-account-"));
}
