import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { checkOneLogin } from "./check.ts";
import { readPerson } from "./person.ts";
import type { OneLoginSettings } from "./settings.ts";
import { readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { OneLoginSettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: true, nestedGroups: false, listsInactive: true, incremental: false };

/** OneLogin, by version 2 of its API (version 1 for groups) with an API credential that may read users. Throws `config.invalid` for an unusable URL. */
export function onelogin(settings: OneLoginSettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "onelogin",
		traits: TRAITS,
		check: (signal) => checkOneLogin(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.requests(),
		close: () => talk.close(),
	};
}
