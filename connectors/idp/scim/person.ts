import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { readPeople, withActive } from "./people.ts";
import type { Talk } from "./talk.ts";
import { type FoundPerson, type Known, personFrom } from "./translate.ts";
import { known } from "./whole.ts";

/** What is asked for, by whom it is found. */
interface Who {
	readonly idOrName: string;
	readonly request: SnapshotRequest;
}
/** Ways in which servers say that they know no such filter, or no such id. */
const NOT_THAT_WAY = new Set<unknown>([400, 403, 404, 405, 501]);

/**
 * Somebody by id, else by username (which has no case, RFC 7643 section 4.1.1). A filter that the server does not know or
 * does not heed shows itself by somebody else in the answer: then the whole list is read and searched.
 */
export async function readPerson(talk: Talk, who: Who, signal: AbortSignal): Promise<Person | undefined> {
	if (who.idOrName === "") return undefined;
	const found = (await byId(talk, who, signal)) ?? (await byName(talk, who, signal));
	if (found === undefined) return undefined;
	const [row] = withActive(new Map([[found.id, found]]), talk.settings.activeMissing).values();
	if (row?.kind === "good") return row.value.person;
	throw new SyncError(
		"source.malformed",
		`${found.kind === "bad" ? (found.label ?? found.id) : found.id} could not be understood: ${row?.because ?? ""}`,
	);
}

async function byId(talk: Talk, { idOrName, request }: Who, signal: AbortSignal): Promise<Known<FoundPerson> | undefined> {
	const { users: path } = await talk.provider(signal);
	const raw = await answered(() => talk.single({ path, id: idOrName }, signal));
	const row = raw === undefined ? undefined : personFrom(raw, request.attributes);
	// Some servers take the username there as well, or answer with a list.
	return row === undefined || row.kind === "unusable" || row.id !== idOrName ? undefined : row;
}

async function byName(talk: Talk, who: Who, signal: AbortSignal): Promise<Known<FoundPerson> | undefined> {
	const { users: path, filters } = await talk.provider(signal);
	const { idOrName, request } = who;
	const query = { filter: `userName eq ${JSON.stringify(idOrName)}` };
	const page = filters === false ? undefined : await answered(() => talk.page(path, query, signal));
	if (page === undefined) return await inTheList(talk, who, signal);
	const rows = page.rows.map((raw) => known(personFrom(raw, request.attributes), path));
	if (rows.some((row) => !isCalled(row, idOrName))) return await inTheList(talk, who, signal);
	return theOne(talk, rows, idOrName);
}

/** The list knows of everybody, and by it whether others say that they are active. */
async function inTheList(talk: Talk, { idOrName, request }: Who, signal: AbortSignal): Promise<Known<FoundPerson> | undefined> {
	const people = await readPeople(talk, request, signal);
	return theOne(
		talk,
		[...people.values()].filter((row) => isCalled(row, idOrName)),
		idOrName,
	);
}

const nameOf = (row: Known<FoundPerson>): string | undefined => (row.kind === "good" ? row.value.person.username : row.label);
const isCalled = (row: Known<FoundPerson>, name: string): boolean => nameOf(row)?.toLowerCase() === name.toLowerCase();

function theOne(talk: Talk, rows: readonly Known<FoundPerson>[], name: string): Known<FoundPerson> | undefined {
	const exact = rows.filter((row) => nameOf(row) === name);
	const [one, other] = exact.length > 0 ? exact : rows;
	if (one === undefined || other === undefined) return one;
	throw new SyncError("source.malformed", `${talk.host} has two people called ${name}: ${one.id} and ${other.id}`, { todo: "Ask by id." });
}

/** Undefined where the server answers that it cannot be asked like that. */
async function answered<T>(work: () => Promise<T>): Promise<T | undefined> {
	try {
		return await work();
	} catch (error) {
		// A page of something in between is `source.malformed`, whatever its status.
		if (error instanceof SyncError && error.code !== "source.malformed" && NOT_THAT_WAY.has(error.context.status)) return undefined;
		throw error;
	}
}
