import type { AttributeNeeds, SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { readList } from "./paging.ts";
import { PEOPLE_PAGE } from "./settings.ts";
import type { Question, Talk } from "./talk.ts";
import { type Known, OWN_MEMBERS, personFrom } from "./translate.ts";

export type PeopleRows = ReadonlyMap<string, Known<Person>>;

const peoplePath = "/api/v1/users";
/** The plain list leaves deactivated people out; only a filter brings them. */
const DEACTIVATED = 'status eq "DEPROVISIONED"';

/**
 * Everybody: the plain list, and after it the deactivated people. In this order somebody who is deactivated meanwhile is
 * in one of the two; who is reactivated meanwhile is in neither, and the members of Everyone, read later, tell.
 */
export async function readPeople(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<PeopleRows> {
	const rows = new Map<string, Known<Person>>();
	for (const filter of [undefined, DEACTIVATED]) {
		const before = rows.size;
		const list = (fields: string | undefined) =>
			readList(
				talk,
				{
					what: filter === undefined ? "people" : "deactivated people",
					question: peopleList({
						limit: peoplePage(talk),
						...(filter === undefined ? {} : { filter }),
						...(fields === undefined ? {} : { fields }),
					}),
					size: peoplePage(talk),
					translate: (row) => personFrom(row, request.attributes),
					found: (found) => request.progress?.({ stage: "people", done: before + found }),
				},
				signal,
			);
		// Whoever is in both lists changed meanwhile: the later one knows better.
		for (const [id, row] of await withFields(request.attributes, list)) rows.set(id, row);
	}
	return rows;
}

const peoplePage = (talk: Talk): number => Math.min(talk.wire.settings.pageSize ?? PEOPLE_PAGE, PEOPLE_PAGE);

export function peopleList(list: { readonly limit: number; readonly filter?: string; readonly fields?: string }): Question {
	return { path: peoplePath, bucket: "people", url: async (sdk) => (await sdk.userApi.listUsers(list)).nextUri };
}

/** A name that could stand in the projection's own syntax. */
const PLAIN_NAME = /^\w+$/;

/** What is asked for of each record; undefined: everything. https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/#tag/User/operation/listUsers!in=query&path=fields */
export function projection(needs: AttributeNeeds): string | undefined {
	if (needs === "all") return undefined;
	const names = [...OWN_MEMBERS, ...[...needs].filter((name) => PLAIN_NAME.test(name)).sort()];
	return `id,status,profile:(${[...new Set(names)].join(",")})`;
}

/** Whole records where the projection is refused (400): what a wrong name in it does is not documented. */
export async function withFields<T>(needs: AttributeNeeds, list: (fields: string | undefined) => Promise<T>): Promise<T> {
	const fields = projection(needs);
	if (fields === undefined) return await list(undefined);
	try {
		return await list(fields);
	} catch (error) {
		if (error instanceof SyncError && error.context.status === 400) return await list(undefined);
		throw error;
	}
}

/** Text inside an expression of `filter` (https://developer.okta.com/docs/api/#filter). */
export const quoted = (value: string): string => `"${value.replace(/[\\"]/g, "\\$&")}"`;
