/** Global permissions, as the REST API names them. `READ` is "Access" on the screen. */
export const PERMISSIONS = ["READ", "CREATE", "CREATEREPOSITORY", "RESTRICTEDADMINISTRATION", "ADMINISTRATION"] as const;
export type Permission = (typeof PERMISSIONS)[number];
/** Who is not a user or a group. */
export type Role = "LOGGED_IN" | "ANONYMOUS";

/** Where accounts live. `external`: nothing can be written. */
export interface Directory {
	readonly name: string;
	readonly kind: "internal" | "external";
}

/** Bamboo shows no number and no key of an account: the name is all that tells it from others. */
export interface BambooAccount {
	/** Of the stand-in only: never sent. */
	readonly id: number;
	readonly name: string;
	readonly displayName: string;
	readonly emailAddress: string;
	readonly directory: string;
	readonly password?: string;
}

export interface NewAccount {
	readonly name: string;
	readonly displayName?: string;
	readonly emailAddress?: string;
	readonly directory?: string;
	readonly password?: string;
}

export interface BambooGroup {
	readonly name: string;
	readonly members: Set<number>;
	/** Name of its directory. */
	readonly directory: string;
}

/** As it is written to the state file. */
export interface PopulationState {
	readonly nextId: number;
	readonly accounts: readonly BambooAccount[];
	readonly groups: readonly { readonly name: string; readonly members: readonly number[]; readonly directory: string }[];
	readonly tokens: readonly (readonly [token: string, account: number])[];
	readonly groupPermissions: readonly (readonly [group: string, permissions: readonly Permission[]])[];
	readonly accountPermissions: readonly (readonly [account: number, permissions: readonly Permission[]])[];
	readonly rolePermissions: readonly (readonly [role: Role, permissions: readonly Permission[]])[];
	readonly directories: readonly Directory[];
}

export const folded = (name: string): string => name.toLowerCase();
