import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { checkEntra } from "./check.ts";
import { readPerson } from "./person.ts";
import type { EntraSettings } from "./settings.ts";
import { readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { EntraLogin, EntraSettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: true, nestedGroups: true, listsInactive: true, incremental: false };

/** Microsoft Entra ID by Microsoft Graph v1.0, as an application of its own. Throws `config.invalid` for an address that is not https. */
export function entra(settings: EntraSettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "entra",
		traits: TRAITS,
		check: (signal) => checkEntra(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.wire.requests(),
		close: () => talk.wire.close(),
	};
}
