import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { checkJumpCloud } from "./check.ts";
import { readPerson } from "./person.ts";
import type { JumpCloudSettings } from "./settings.ts";
import { readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { JumpCloudSettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: true, nestedGroups: false, listsInactive: true, incremental: false };

/** One JumpCloud organisation, by its APIs V1 (people) and V2 (groups), with an API key or a service account. Throws `config.invalid` for an unusable URL. */
export function jumpcloud(settings: JumpCloudSettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "jumpcloud",
		traits: TRAITS,
		check: (signal) => checkJumpCloud(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.requests(),
		close: () => talk.close(),
	};
}
