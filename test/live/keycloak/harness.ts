import { type KeycloakSettings, keycloak } from "../../../connectors/idp/keycloak/connector.ts";
import type { ConnectorId } from "../../../core/model.ts";
import { Secret } from "../../../core/secret.ts";
import type { ConnectorHarness, DirectoryTruth, Tuning } from "../../contract/connector-harness.ts";
import type { LiveKeycloak } from "./live.ts";
import { type AccountName, makeRealm, type RealmSize, type SeedRealm } from "./realm.ts";

const NO_FAULTS = "a real server does not fail on demand; the stand-in does";

/** One seeded realm of a real server. It is read only, so every test gets the same one. */
export function liveKeycloak(
	live: LiveKeycloak,
	size: RealmSize,
	more: Pick<ConnectorHarness, "pageSizes" | "untried"> = {},
): ConnectorHarness {
	const truth = truthOf(makeRealm(size));
	return {
		name: `real Keycloak, realm ${size.realm} (${size.people} people, ${size.groups} groups)`,
		traits: { statesTotal: true, nestedGroups: true, listsInactive: true, incremental: false },
		open: () =>
			Promise.resolve({
				truth,
				connector: (tuning?: Tuning) => keycloak(liveSettings(live, size.realm, tuning)),
				shortTokens: () => {
					let logIns = 0;
					const log = ({ path }: { readonly path: string }) => {
						if (path.endsWith("/token")) logIns += 1;
					};
					return { tuning: { clientId: "rollcall-short", concurrency: 1, log }, logIns: () => Promise.resolve(logIns) };
				},
				close: () => Promise.resolve(),
			}),
		...more,
		untried: {
			C3: NO_FAULTS,
			C4: NO_FAULTS,
			C5: NO_FAULTS,
			C9: NO_FAULTS,
			C10: NO_FAULTS,
			C11: NO_FAULTS,
			C13: NO_FAULTS,
			...more.untried,
		},
	};
}

export function liveSettings(live: LiveKeycloak, realm: string, tuning: Tuning = {}): KeycloakSettings {
	const clientId = (tuning.clientId ?? "rollcall") as AccountName;
	return {
		id: "staff" as ConnectorId,
		url: live.server.url,
		realm,
		clientId,
		clientSecret: new Secret(live.accounts[clientId], "test"),
		network: { timeoutMs: 60_000, concurrency: tuning.concurrency ?? 8 },
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

function truthOf({ people, groups }: SeedRealm): DirectoryTruth {
	const members = new Map(groups.map((group) => [group, [] as string[]]));
	for (const person of people) for (const group of person.groups) members.get(group)!.push(person.id);
	return {
		people: people.map((p) => ({ id: p.id, username: p.username, active: p.enabled, attributes: p.attributes })),
		groups: groups.map((g) => ({ id: g.id, name: g.name, people: members.get(g)!, groups: g.children.map((c) => c.id) })),
	};
}
