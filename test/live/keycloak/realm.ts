import { createHash } from "node:crypto";
import { chanceFrom, uuidOf } from "./chance.ts";
import { makeGroups, pathOf, type SeedGroup } from "./realm-groups.ts";
import { makePeople, type SeedPerson } from "./realm-people.ts";

/** How large a realm shall be. `children` of one group, `grandchildren` below one of these. */
export interface RealmSize {
	readonly realm: string;
	readonly people: number;
	readonly groups: number;
	readonly topGroups: number;
	readonly children: number;
	readonly grandchildren: number;
}

/** The one that is measured. */
export const LARGE: RealmSize = { realm: "large", people: 10_000, groups: 1_000, topGroups: 130, children: 150, grandchildren: 110 };
/** More than 100 (Keycloak's default page) of everything at every level, small enough to be read often. */
export const WIDE: RealmSize = { realm: "wide", people: 310, groups: 480, topGroups: 110, children: 110, grandchildren: 110 };
/** Small enough to be read one record a page. */
export const SMALL: RealmSize = { realm: "small", people: 23, groups: 50, topGroups: 9, children: 6, grandchildren: 4 };

/** Service accounts by client id, with their roles of `realm-management`. The secret of each is `<client id>-secret`. */
export const ACCOUNTS = {
	rollcall: ["view-users"],
	"rollcall-short": ["view-users"],
	"query-users-only": ["query-users"],
	"query-groups-only": ["query-groups"],
	manager: ["view-users", "manage-users"],
	"realm-admin": ["realm-admin"],
	"no-roles": [],
} as const satisfies Record<string, readonly string[]>;
export type AccountName = keyof typeof ACCOUNTS;
export const secretOf = (account: AccountName): string => `${account}-secret`;
/** Seconds that a token of `rollcall-short` lives. */
const SHORT_LIFE = 2;

/** What a reader must find. The sums are SHA-256 over sorted lines, fields parted by tabs, each line ended by a newline. */
export interface Truth {
	readonly realm: string;
	readonly people: number;
	readonly disabled: number;
	readonly groups: number;
	readonly topGroups: number;
	readonly memberships: number;
	readonly largestGroup: number;
	readonly sha256: {
		/** id, username, enabled (1 or 0), e-mail address or -, first name or -, last name or - */
		readonly people: string;
		/** id, parent id or -, name */
		readonly groups: string;
		/** group id, person id; direct ones, service accounts left out */
		readonly memberships: string;
	};
}

/** The realm as `POST /admin/realms` takes it, and the truth about it. The same for the same size, byte for byte. */
export function makeRealm(size: RealmSize): SeedRealm & { readonly body: object; readonly truth: Truth } {
	const chance = chanceFrom(size.realm);
	const groups = makeGroups(size, chance);
	const people = makePeople(size, groups, chance);
	return { groups, people, body: realmBody(size, groups, people), truth: truthOf(size, groups, people) };
}

export interface SeedRealm {
	readonly groups: readonly SeedGroup[];
	readonly people: readonly SeedPerson[];
}

function realmBody(size: RealmSize, groups: readonly SeedGroup[], people: readonly SeedPerson[]): object {
	const tree = (group: SeedGroup): object => ({
		id: group.id,
		name: group.name,
		...(group.attributes === undefined ? {} : { attributes: group.attributes }),
		subGroups: group.children.map(tree),
	});
	const declared = ["username", "email", "firstName", "lastName"].map((name) => ({
		name,
		permissions: { view: ["admin", "user"], edit: ["admin", "user"] },
	}));
	const profile = JSON.stringify({ attributes: declared, unmanagedAttributePolicy: "ADMIN_EDIT" });
	return {
		realm: size.realm,
		enabled: true,
		sslRequired: "none",
		accessTokenLifespan: 60,
		components: {
			"org.keycloak.userprofile.UserProfileProvider": [
				{ providerId: "declarative-user-profile", config: { "kc.user.profile.config": [profile] } },
			],
		},
		clients: Object.keys(ACCOUNTS).map((account) => clientBody(account as AccountName)),
		groups: groups.filter((g) => g.parent === undefined).map(tree),
		users: [
			...Object.entries(ACCOUNTS).map(([account, roles]) => ({
				id: uuidOf(`${size.realm}|service|${account}`),
				username: `service-account-${account}`,
				enabled: true,
				serviceAccountClientId: account,
				clientRoles: { "realm-management": roles },
				// A service account may be a member like anybody, and must not come out as a person.
				groups: account === "rollcall" ? [pathOf(groups[0]!)] : [],
			})),
			...people.map((person) => ({ ...person, groups: person.groups.map(pathOf) })),
		],
	};
}

const clientBody = (account: AccountName): object => ({
	clientId: account,
	secret: secretOf(account),
	publicClient: false,
	serviceAccountsEnabled: true,
	standardFlowEnabled: false,
	directAccessGrantsEnabled: false,
	fullScopeAllowed: true,
	attributes: account === "rollcall-short" ? { "access.token.lifespan": String(SHORT_LIFE) } : {},
});

function truthOf(size: RealmSize, groups: readonly SeedGroup[], people: readonly SeedPerson[]): Truth {
	const memberships = people.flatMap((person) => person.groups.map((group) => [group.id, person.id]));
	const sizes = new Map<string, number>();
	for (const [group] of memberships) sizes.set(group!, (sizes.get(group!) ?? 0) + 1);
	return {
		realm: size.realm,
		people: people.length,
		disabled: people.filter((person) => !person.enabled).length,
		groups: groups.length,
		topGroups: groups.filter((group) => group.parent === undefined).length,
		memberships: memberships.length,
		largestGroup: Math.max(...sizes.values()),
		sha256: {
			people: sumOf(people.map(personLine)),
			groups: sumOf(groups.map((g) => [g.id, g.parent?.id ?? "-", g.name])),
			memberships: sumOf(memberships),
		},
	};
}
// Keycloak keeps e-mail addresses in lower case.
const personLine = (p: SeedPerson) => [
	p.id,
	p.username,
	p.enabled ? "1" : "0",
	p.email?.toLowerCase() ?? "-",
	p.firstName ?? "-",
	p.lastName ?? "-",
];

/** For the truth and for what was read alike. */
export function sumOf(lines: readonly (readonly string[])[]): string {
	const text = lines.map((fields) => `${fields.join("\t")}\n`).sort();
	return createHash("sha256").update(text.join("")).digest("hex");
}
