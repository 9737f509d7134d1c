import type { Connector } from "../../../core/connector.ts";
import { checkFiles } from "./check.ts";
import type { FilesSettings } from "./settings.ts";
import { readPerson, readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { FilesSettings } from "./settings.ts";

/** CSV, JSON and JSON Lines with people, groups and memberships. Nothing is ever written. A request is a file that is opened. */
export function files(settings: FilesSettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "files",
		traits: {
			statesTotal: settings.proof.trailer?.count !== undefined,
			nestedGroups: true,
			// A file without such a column lists only those that are.
			listsInactive: !settings.everybodyActive,
			incremental: false,
		},
		check: (signal) => checkFiles(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.requests(),
		close: () => Promise.resolve(),
	};
}
