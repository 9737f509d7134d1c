import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { checkScim } from "./check.ts";
import { readPerson } from "./person.ts";
import type { ScimSettings } from "./settings.ts";
import { readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { ScimSettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: true, nestedGroups: true, listsInactive: true, incremental: false };

/** Any SCIM 2.0 service provider (RFC 7643, 7644; cursors by RFC 9865). Throws `config.invalid` for an unusable address. */
export function scim(settings: ScimSettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "scim",
		traits: TRAITS,
		check: (signal) => checkScim(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.requests(),
		close: () => talk.close(),
	};
}
