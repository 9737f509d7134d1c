/** Global permissions as REST names them: target type and operation. */
export const PERMISSIONS = ["application use", "application administer", "system administer", "space create"] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Where accounts live. `external`: nothing can be written. */
export interface Directory {
	readonly name: string;
	readonly kind: "internal" | "external";
}

export interface ConfluenceAccount {
	/** `userKey`: 32 hexadecimal digits; never changes. */
	readonly id: string;
	readonly name: string;
	readonly displayName: string;
	/** Never shown by REST. */
	readonly emailAddress: string;
	readonly active: boolean;
	/** Name of its directory. */
	readonly directory: string;
	readonly password?: string;
	/** Its directory no longer has it: only a trace is left (`type: unknown`). */
	readonly gone?: boolean;
}

export interface NewAccount {
	readonly name: string;
	readonly displayName?: string;
	readonly emailAddress?: string;
	readonly active?: boolean;
	readonly directory?: string;
	readonly password?: string;
	readonly gone?: boolean;
}

export interface ConfluenceGroup {
	readonly name: string;
	/** Keys of members. */
	readonly members: Set<string>;
	/** Groups inside this one: their members count as its own, and cannot be taken out of it. Only outer directories nest. */
	readonly inside: Set<string>;
}

/** As it is written to the state file. */
export interface PopulationState {
	readonly nextId: number;
	readonly accounts: readonly ConfluenceAccount[];
	readonly groups: readonly { readonly name: string; readonly members: readonly string[]; readonly inside: readonly string[] }[];
	readonly tokens: readonly (readonly [token: string, account: string])[];
	readonly groupPermissions: readonly (readonly [group: string, permissions: readonly Permission[]])[];
	readonly directories: readonly Directory[];
	readonly seats: number;
}

export const folded = (name: string): string => name.toLowerCase();
