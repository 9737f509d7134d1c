import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { PersonId } from "../../../core/model.ts";
import { readCounted } from "./paging.ts";
import { PAGE_SIZE } from "./settings.ts";
import type { Talk } from "./talk.ts";
import { type FoundPerson, isFederatedId, personFrom, type Translated } from "./translate.ts";

/** A record that has at least an id. */
export type Known<T> = Exclude<Translated<T>, { readonly kind: "unusable" }>;

export interface People {
	readonly rows: ReadonlyMap<string, Known<FoundPerson>>;
	/** What Keycloak counted, before and after the list. */
	readonly counted: number;
	/** Somebody comes from a user federation. */
	readonly federated: boolean;
}

/** How often a list that changed while it was read is read again. */
export const TRIES = 3;

/**
 * Everybody in the realm: service accounts are not in this list of Keycloak's, disabled people are. Whole when the
 * pages form one chain and as many came as Keycloak counts; read anew otherwise, then `source.incomplete`.
 */
export async function readPeople(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<People> {
	for (let attempt = 1; ; attempt += 1) {
		const counted = await countPeople(talk, signal);
		const { rows, torn } = await readList(talk, { request, counted }, signal);
		const federated = [...rows.values()].some((row) => row.kind === "good" && row.value.federated);
		// Keycloak's order of federated people is not the same in two requests (https://github.com/keycloak/keycloak/issues/51546),
		// so that their pages never join: there the counts alone must do, at the last try.
		const excused = federated && attempt === TRIES;
		if (agrees(rows, counted) && (!torn || excused)) return { rows, counted, federated };
		if (attempt === TRIES) throw unsettled({ what: "people", counted, found: rows.size, torn });
	}
}

export const countPeople = (talk: Talk, signal: AbortSignal): Promise<number> =>
	talk.count({ path: "/users/count", ask: (client) => client.users.count() }, (answer) => answer, signal);

/** Keycloak lists people of a federation that it does not import, and leaves them out of the count. */
function agrees(rows: People["rows"], counted: number): boolean {
	if (rows.size === counted) return true;
	let own = 0;
	for (const id of rows.keys()) if (!isFederatedId(id)) own += 1;
	return own === counted;
}

async function readList(talk: Talk, list: { readonly request: SnapshotRequest; readonly counted: number }, signal: AbortSignal) {
	const { request, counted } = list;
	const briefRepresentation = request.attributes !== "all" && request.attributes.size === 0;
	let done = 0;
	return await readCounted(
		{
			what: "people",
			size: talk.wire.settings.pageSize ?? PAGE_SIZE,
			// The count is the proof.
			shortIsLast: () => false,
			atMost: Math.max(1_000, counted * 2),
			page: async (span, stop) => {
				const rows = await talk.page({ path: "/users", ask: (client) => client.users.find({ ...span, briefRepresentation }) }, stop);
				const page = rows.map((row) => known(personFrom(row, request.attributes), "/users"));
				done = Math.min(counted, done + page.length);
				request.progress?.({ stage: "people", done, total: counted });
				return page;
			},
		},
		counted,
		signal,
	);
}

/** A record without an id cannot be held: nobody would know whom to leave alone. */
export function known<T>(row: Translated<T>, where: string): Known<T> {
	if (row.kind !== "unusable") return row;
	throw new SyncError("source.malformed", `a record of ${where} could not be understood: ${row.because}`, {
		todo: "The server's version may be newer than what Rollcall knows. Please report it.",
	});
}

export function unsettled(list: {
	readonly what: string;
	readonly counted: number;
	readonly found: number;
	readonly torn: boolean;
}): SyncError {
	const { what, counted, found, torn } = list;
	const seen = found === counted && torn ? `its pages of ${what} did not join` : `it counts ${counted} ${what}, but lists ${found}`;
	return new SyncError("source.incomplete", `Keycloak's list of ${what} could not be read whole, ${TRIES} times over: ${seen}`, {
		retry: "spent",
		context: { what, counted, found },
		todo: "Nothing was changed. Either the realm is being edited heavily just now, or Rollcall's account may not see everything: run `rollcall check`.",
	});
}

export const personId = (id: string): PersonId => id as PersonId;
