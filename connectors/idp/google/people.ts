import type { AttributeNeeds, SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import { type Projection, projectionOf } from "./attributes.ts";
import { readList } from "./paging.ts";
import { PEOPLE_PAGE } from "./settings.ts";
import type { PageShape, Question, Talk } from "./talk.ts";
import { type FoundPerson, idFrom, type Known, personFrom, type Translated } from "./translate.ts";

export type PeopleRows = ReadonlyMap<string, Known<FoundPerson>>;

export const PEOPLE: PageShape = { kind: "admin#directory#users", rows: "users" };

/** Everybody who is not deleted; suspended and archived people are in this list. */
export async function readPeople(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<PeopleRows> {
	const { organizationalUnits } = talk.wire.settings;
	const inUnits = organizationalUnits === "groups";
	return await withProjection(request.attributes, (projection) =>
		readList(
			talk,
			{
				what: "people",
				shape: PEOPLE,
				question: (pageToken) => peopleList(talk, { ...selection(projection, inUnits), maxResults: peoplePage(talk), pageToken }),
				translate: (row) => placed(personFrom(row, request.attributes), inUnits),
				found: (done) => request.progress?.({ stage: "people", done }),
			},
			signal,
		),
	);
}

/** Somebody of whom it is not known in which unit they are would look as if they had left it. */
function placed(row: Translated<FoundPerson>, inUnits: boolean): Translated<FoundPerson> {
	if (!inUnits || row.kind !== "good" || row.value.unit !== undefined) return row;
	return { kind: "bad", id: row.id, label: row.value.person.username, because: "Google's answer has no usable orgUnitPath" };
}

/** The same list, ids only. */
export const readPeopleAgain = (talk: Talk, signal: AbortSignal): Promise<ReadonlyMap<string, unknown>> =>
	readList(
		talk,
		{
			what: "people",
			shape: PEOPLE,
			question: (pageToken) => peopleList(talk, { fields: "kind,nextPageToken,users(id)", maxResults: peoplePage(talk), pageToken }),
			translate: idFrom("id"),
		},
		signal,
	);

const peoplePage = (talk: Talk): number => Math.min(talk.wire.settings.pageSize ?? PEOPLE_PAGE, PEOPLE_PAGE);

export interface PeopleAsk {
	readonly maxResults: number;
	readonly pageToken?: string | undefined;
	readonly fields?: string;
	readonly projection?: Projection["projection"];
	readonly customFieldMask?: string;
}

export function peopleList(talk: Talk, ask: PeopleAsk): Question {
	const { domain } = talk.wire.settings;
	const whose = domain === undefined ? { customer: talk.customer } : { domain };
	return { path: "/users", ask: (sdk, options) => sdk.users.list(stated({ ...whose, ...ask }), options) };
}

/** The SDK would send an undefined parameter as an empty one. */
export function stated<T extends object>(parameters: T): { [K in keyof T]: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]: Exclude<T[K], undefined>;
	};
}

/** How much of each person: everything, or what is needed (https://developers.google.com/admin-sdk/directory/v1/guides/performance#partial). */
function selection(projection: Projection, inUnits: boolean) {
	const { members, ...rest } = projection;
	if (members === undefined) return { ...rest, fields: "kind,nextPageToken,users" };
	const wanted = [...new Set([...members, ...(inUnits ? ["orgUnitPath"] : [])])].sort();
	return { ...rest, fields: `kind,nextPageToken,users(${wanted.join(",")})` };
}

/** Whole records where a named schema is refused (400): it may not exist, and then nobody has it. */
export async function withProjection<T>(needs: AttributeNeeds, read: (projection: Projection) => Promise<T>): Promise<T> {
	const projection = projectionOf(needs);
	if (projection.projection !== "custom") return await read(projection);
	try {
		return await read(projection);
	} catch (error) {
		if (error instanceof SyncError && error.context.status === 400) return await read(projectionOf("all"));
		throw error;
	}
}
