import { z } from "zod";
import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { type Projection, projectionOf } from "./attributes.ts";
import { stated, withProjection } from "./people.ts";
import { domainOf } from "./strangers.ts";
import type { Question, Talk } from "./talk.ts";
import { personFrom } from "./translate.ts";

/** An id (digits) or an address; anything else is nobody's. */
const KEY = /^\d+$|^[^\s/\\%?#]+@[^\s/\\%?#]+$/;

/** Somebody by id or primary address; an alias is nobody's name, and a deleted person is nobody. Throws when the record cannot be understood. */
export async function readPerson(
	talk: Talk,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	const { idOrName, request } = who;
	if (!KEY.test(idOrName)) return undefined;
	const row = await withProjection(request.attributes, (projection) => found(talk, question(idOrName, projection), signal));
	if (row === undefined || (row as { readonly deletionTime?: unknown }).deletionTime !== undefined) return undefined;
	const translated = personFrom(row, request.attributes);
	if (translated.kind !== "good")
		throw new SyncError("source.malformed", `${idOrName} could not be understood: ${translated.because}`, {
			todo: "Look at this person in the Admin console.",
		});
	const { person } = translated.value;
	const { domain } = talk.wire.settings;
	if (domain !== undefined && domainOf(person.username) !== domain.toLowerCase()) return undefined;
	return person.id === idOrName || person.username.toLowerCase() === idOrName.toLowerCase() ? person : undefined;
}

function question(userKey: string, { members, ...projection }: Projection): Question {
	const fields = members === undefined ? undefined : [...members, "deletionTime"].join(",");
	const ask = stated({ userKey, ...projection, fields });
	return { path: `/users/${encodeURIComponent(userKey)}`, ask: (sdk, options) => sdk.users.get(ask, options) };
}

/** Undefined on a 404 that is Google's own word, not that of something in between. */
async function found(talk: Talk, asked: Question, signal: AbortSignal): Promise<object | undefined> {
	try {
		return await talk.record(asked, z.looseObject({}), signal);
	} catch (error) {
		if (error instanceof SyncError && error.context.status === 404 && error.context.reason === "notFound") return undefined;
		throw error;
	}
}

/** Whether the one whom Rollcall acts as has more power than reading; undefined: not known. */
export async function powerOf(talk: Talk, address: string, signal: AbortSignal): Promise<{ readonly superAdmin: boolean } | undefined> {
	const fields = [...(projectionOf(new Set(["isAdmin"])).members ?? [])].join(",");
	const ask = { userKey: address, fields };
	const asked: Question = { path: `/users/${encodeURIComponent(address)}`, ask: (sdk, options) => sdk.users.get(ask, options) };
	const row = await talk.record(asked, z.looseObject({ isAdmin: z.boolean().optional() }), signal);
	return row.isAdmin === undefined ? undefined : { superAdmin: row.isAdmin };
}
