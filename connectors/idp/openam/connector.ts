import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { checkOpenAm } from "./check.ts";
import { readPerson } from "./person.ts";
import type { OpenAmSettings } from "./settings.ts";
import { readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { OpenAmSettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false };

/**
 * OpenAM 13 and newer (and by its vendor's description ForgeRock AM 5 and newer), by its REST API with an account that
 * may read identities. Throws `config.invalid` for an unusable URL or realm.
 */
export function openam(settings: OpenAmSettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "openam",
		traits: TRAITS,
		check: (signal) => checkOpenAm(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.requests(),
		close: () => talk.close(),
	};
}
