import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { checkGoogle } from "./check.ts";
import { readPerson } from "./person.ts";
import type { GoogleSettings } from "./settings.ts";
import { readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { GoogleSettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false };

/**
 * Google Workspace and Cloud Identity, by the Directory API with a service account that stands in for an administrator.
 * Throws `config.invalid` for an unusable key file, configuration or URL.
 */
export function google(settings: GoogleSettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "google",
		traits: TRAITS,
		check: (signal) => checkGoogle(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.wire.requests(),
		close: () => talk.wire.close(),
	};
}
