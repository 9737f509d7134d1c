/** Global permissions, lowest first; each holds those before it. Every one of them takes a licence seat. */
export const LEVELS = ["LICENSED_USER", "PROJECT_CREATE", "ADMIN", "SYS_ADMIN"] as const;
export type Level = (typeof LEVELS)[number];

/** Where accounts live. `external`: nothing can be written; `delegated`: details come from LDAP, groups are Bitbucket's own. */
export interface Directory {
	readonly name: string;
	readonly kind: "internal" | "external" | "delegated";
}

export interface BitbucketAccount {
	/** Never changes. */
	readonly id: number;
	readonly name: string;
	/** Made from the name: lower case, other characters replaced (two names may want the same one). */
	readonly slug: string;
	readonly displayName: string;
	readonly emailAddress: string;
	/** False only for accounts that an external directory has switched off. */
	readonly active: boolean;
	/** Name of its directory. */
	readonly directory: string;
	readonly password?: string;
	/** User settings: a flat map. */
	readonly settings?: Readonly<Record<string, unknown>>;
}

export interface NewAccount {
	readonly name: string;
	readonly displayName?: string;
	readonly emailAddress?: string;
	readonly active?: boolean;
	readonly directory?: string;
	readonly password?: string;
}

export interface BitbucketGroup {
	readonly name: string;
	/** Ids of members; groups inside groups are unknown to an internal directory. */
	readonly members: Set<number>;
}

export interface Licence {
	/** -1: unlimited. */
	readonly seats: number;
	/** What tells this Bitbucket from another. */
	readonly serverId: string;
}

/** As it is written to the state file. */
export interface PopulationState {
	readonly nextId: number;
	readonly accounts: readonly BitbucketAccount[];
	readonly groups: readonly { readonly name: string; readonly members: readonly number[] }[];
	readonly tokens: readonly (readonly [token: string, account: number])[];
	readonly groupPermissions: readonly (readonly [group: string, level: Level])[];
	readonly accountPermissions: readonly (readonly [account: number, level: Level])[];
	readonly directories: readonly Directory[];
	readonly licence: Licence | undefined;
}

export const folded = (name: string): string => name.toLowerCase();
export const higher = (one: Level | undefined, other: Level | undefined): boolean => rank(one) > rank(other);
const rank = (level: Level | undefined): number => (level === undefined ? -1 : LEVELS.indexOf(level));
