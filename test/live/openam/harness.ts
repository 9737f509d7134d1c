import { type OpenAmSettings, openam } from "../../../connectors/idp/openam/connector.ts";
import { ATTRIBUTES } from "../../../connectors/idp/openam/settings.ts";
import type { ConnectorId } from "../../../core/model.ts";
import { Secret } from "../../../core/secret.ts";
import type { ConnectorHarness, DirectoryTruth, Tuning } from "../../contract/connector-harness.ts";
import type { LiveOpenAm } from "./live.ts";
import { openTap } from "./tap.ts";
import { type AccountName, groupDn, makeWorld, PASSWORD, personDn, type Realm } from "./world.ts";

const NO_FAULTS = "a real server does not fail on demand; the stand-in does";

/** Realm /sub and one below it that repeats its people. Read only, so every test gets the same ones. */
export function liveOpenAm(live: LiveOpenAm): ConnectorHarness {
	return {
		name: "real OpenAM, realms /sub and /sub/deep",
		traits: { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false },
		open: async () => {
			const tap = await openTap(live.server);
			return {
				truth: truthOf(live, "/sub"),
				connector: (tuning?: Tuning) => openam({ ...liveSettings(live, ["/sub", "/sub/deep"], tuning), url: tap.url }),
				shortTokens: () => {
					tap.endSessionsAfter(5);
					return { tuning: { concurrency: 1 }, logIns: () => Promise.resolve(tap.logIns()) };
				},
				close: () => tap.close(),
			};
		},
		pageSizes: [undefined],
		untried: { C3: NO_FAULTS, C4: NO_FAULTS, C5: NO_FAULTS, C9: NO_FAULTS, C10: NO_FAULTS, C11: NO_FAULTS, C13: NO_FAULTS },
	};
}

export function liveSettings(live: LiveOpenAm, realms: readonly string[], tuning: Tuning = {}): OpenAmSettings {
	return {
		id: "staff" as ConnectorId,
		url: live.server.url,
		realms,
		authRealm: "/",
		username: (tuning.clientId ?? "rollcall") satisfies string as AccountName,
		password: new Secret(PASSWORD, "test"),
		attributes: ATTRIBUTES,
		network: { timeoutMs: 180_000, concurrency: tuning.concurrency ?? 2 },
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

/** What one realm holds, with ids as OpenDJ tells them. */
export function truthOf(live: LiveOpenAm, realm: Realm): DirectoryTruth {
	const { people, groups } = makeWorld(live.size);
	const idOf = (dn: string): string => live.ids[dn] ?? `unknown: ${dn}`;
	return {
		people: people
			.filter((person) => person.realm === realm)
			.map((person) => ({ id: idOf(personDn(person)), username: person.uid, active: person.active, attributes: person.further })),
		groups: groups
			.filter((group) => group.realm === realm)
			.map((group) => ({
				id: idOf(groupDn(group)),
				name: group.name,
				people: group.people.map((i) => idOf(personDn(people[i]!))),
				groups: group.groups.map((name) => idOf(groupDn({ realm, name }))),
			})),
	};
}
