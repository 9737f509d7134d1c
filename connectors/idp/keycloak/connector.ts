import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { checkKeycloak } from "./check.ts";
import { readPerson } from "./person.ts";
import type { KeycloakSettings } from "./settings.ts";
import { readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { KeycloakSettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: true, nestedGroups: true, listsInactive: true, incremental: false };

/** Keycloak 24 and newer, by its admin REST API with a service account that may view users. Throws `config.invalid` for an unusable URL. */
export function keycloak(settings: KeycloakSettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "keycloak",
		traits: TRAITS,
		check: (signal) => checkKeycloak(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.wire.requests(),
		close: () => talk.wire.close(),
	};
}
