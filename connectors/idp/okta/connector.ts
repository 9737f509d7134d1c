import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { checkOkta } from "./check.ts";
import { readPerson } from "./person.ts";
import type { OktaSettings } from "./settings.ts";
import { readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { OktaAuth, OktaSettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: false, nestedGroups: false, listsInactive: true, incremental: false };

/** One Okta organisation, by its management API with an API token or a service app that may read people and groups. Throws `config.invalid` for an unusable URL. */
export function okta(settings: OktaSettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "okta",
		traits: TRAITS,
		check: (signal) => checkOkta(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.wire.requests(),
		close: () => talk.wire.close(),
	};
}
