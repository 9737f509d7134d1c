import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { checkActiveDirectory } from "./check.ts";
import type { ActiveDirectorySettings } from "./settings.ts";
import { readPerson, readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { ActiveDirectorySettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false };

/** Active Directory Domain Services, and Samba as a domain controller, over LDAP. Throws `config.invalid` for unusable settings. */
export function activedirectory(settings: ActiveDirectorySettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "activedirectory",
		traits: TRAITS,
		check: (signal) => checkActiveDirectory(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.requests(),
		close: () => Promise.resolve(talk.close()),
	};
}
