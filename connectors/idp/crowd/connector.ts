import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { UserManagement } from "../../usermanagement/talk.ts";
import { checkCrowd } from "./check.ts";
import { readPerson } from "./person.ts";
import type { CrowdSourceSettings } from "./settings.ts";
import { readSnapshot } from "./snapshot.ts";

export type { CrowdSourceSettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false };

/**
 * Crowd 3 and newer (and a Jira that serves as user server) as a directory, by the user-management API, with the log-in of
 * an application. Throws `config.invalid` for an unusable URL.
 */
export function crowd(settings: CrowdSourceSettings): Connector {
	const talk = new UserManagement({ ...settings, side: "source" });
	const door = { settings, talk };
	return {
		id: settings.id,
		kind: "crowd",
		traits: TRAITS,
		check: (signal) => checkCrowd(door, signal),
		snapshot: (request, signal) => readSnapshot(door, request, signal),
		person: (idOrName, request, signal) => readPerson(door, { idOrName, request }, signal),
		requests: () => talk.requests(),
		close: () => talk.close(),
	};
}
