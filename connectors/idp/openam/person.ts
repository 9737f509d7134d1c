import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { eq, type Filter } from "./filter.ts";
import { peopleOf } from "./realm.ts";
import { outermostFirst } from "./snapshot.ts";
import type { Talk } from "./talk.ts";
import { UUID } from "./translate.ts";

/**
 * Somebody by id, else by name. Always a search, never the record's own address: a read of somebody who is not there
 * makes OpenAM remember that name as missing, and once such a person is created, every list fails.
 */
export async function readPerson(
	talk: Talk,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	for (const filter of filtersFor(talk, who.idOrName)) {
		const found = await search(talk, { filter, ...who }, signal);
		if (found !== undefined) return found;
	}
	return undefined;
}

function filtersFor(talk: Talk, idOrName: string): readonly Filter[] {
	const { id, name } = talk.settings.attributes;
	const byId = id.toLowerCase() === "dn" ? eq("entryDN", idOrName) : eq(id, idOrName);
	const plausible = id.toLowerCase() === "entryuuid" ? UUID.test(idOrName) : id.toLowerCase() !== "dn" || idOrName.includes("=");
	return [...(plausible ? [byId] : []), eq(name, idOrName)];
}

async function search(
	talk: Talk,
	who: { readonly filter: Filter; readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	const people = new Map<string, { readonly person: Person; readonly realm: string }>();
	for (const realm of outermostFirst(talk.settings.realms)) {
		const kind = peopleOf(talk, realm, who.request);
		for (const row of await talk.list({ realm, what: "users", filter: who.filter }, signal)) {
			const found = kind.translate(row);
			if (found.kind !== "good") throw new SyncError("source.malformed", `${who.idOrName} could not be understood: ${found.because}`);
			if (!people.has(found.id)) people.set(found.id, { person: found.value.person, realm });
		}
	}
	const [one, other] = [...people.values()];
	if (one === undefined || other === undefined) return one?.person;
	throw new SyncError("config.invalid", `${who.idOrName} is somebody in realm ${one.realm} and somebody else in realm ${other.realm}`, {
		todo: `Ask by id: ${[...people.keys()].join(", ")}.`,
	});
}
