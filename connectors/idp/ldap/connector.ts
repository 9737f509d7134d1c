import type { Connector, DirectoryTraits } from "../../../core/connector.ts";
import { checkLdap } from "./check.ts";
import type { LdapSettings } from "./settings.ts";
import { readPerson, readSnapshot } from "./snapshot.ts";
import { Talk } from "./talk.ts";

export type { LdapSettings } from "./settings.ts";

const TRAITS: DirectoryTraits = { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false };

/**
 * OpenLDAP, 389 Directory Server, FreeIPA, OpenDJ, eDirectory, and what speaks LDAP version 3 with paged results
 * (RFC 2696). Throws `config.invalid` for an unusable URL.
 */
export function ldap(settings: LdapSettings): Connector {
	const talk = new Talk(settings);
	return {
		id: settings.id,
		kind: "ldap",
		traits: TRAITS,
		check: (signal) => checkLdap(talk, signal),
		snapshot: (request, signal) => readSnapshot(talk, request, signal),
		person: (idOrName, request, signal) => readPerson(talk, { idOrName, request }, signal),
		requests: () => talk.lines.requests(),
		close: () => Promise.resolve(talk.lines.close()),
	};
}
