/** Where accounts live. `ldap`: a connector directory, which has no active flag of its own. */
export interface Directory {
	readonly name: string;
	readonly kind: "internal" | "read-only" | "ldap";
}

export interface JiraAccount {
	/** Row number; grows with every creation. */
	readonly id: number;
	/** Never changes. */
	readonly key: string;
	readonly name: string;
	readonly displayName: string;
	readonly emailAddress: string;
	readonly active: boolean;
	/** Name of its directory. */
	readonly directory: string;
	readonly password?: string;
	/** Keys of the projects that this account leads: it can be neither disabled nor deleted. */
	readonly leads?: readonly string[];
	/** `KEY/Name`: components that this account leads; it can be neither disabled nor deleted. */
	readonly componentLeads?: readonly string[];
	/** Named in issues as reporter or assignee: it cannot be deleted. */
	readonly referenced?: boolean;
	readonly properties?: Readonly<Record<string, unknown>>;
	/** Of the user server; these are not the properties. */
	readonly attributes?: Readonly<Record<string, readonly string[]>>;
	/** Given and family name, which only the user server tells apart. */
	readonly nameParts?: readonly [given: string, family: string];
}

export interface NewAccount {
	readonly name: string;
	readonly displayName?: string;
	readonly emailAddress?: string;
	readonly active?: boolean;
	readonly directory?: string;
	readonly password?: string;
	readonly leads?: readonly string[];
	readonly componentLeads?: readonly string[];
	readonly referenced?: boolean;
	/** Default: by the version's rule. */
	readonly key?: string;
}

export interface JiraGroup {
	readonly name: string;
	/** Ids of direct members. */
	readonly members: Set<number>;
	/** Folded names of groups inside this one. */
	readonly subgroups: Set<string>;
}

/** An application with its licence. */
export interface Application {
	readonly key: string;
	readonly name: string;
	/** Members of these may use it. */
	readonly groups: readonly string[];
	/** New accounts are put into these. */
	readonly defaultGroups: readonly string[];
	/** -1: unlimited. */
	readonly seats: number;
	readonly selectedByDefault: boolean;
}

/** Accounts and groups as they are written to the state file. */
export interface PopulationState {
	readonly nextId: number;
	readonly accounts: readonly JiraAccount[];
	readonly deleted: readonly JiraAccount[];
	readonly groups: readonly { readonly name: string; readonly members: readonly number[]; readonly subgroups: readonly string[] }[];
	readonly tokens: readonly (readonly [token: string, account: number])[];
	readonly applications: readonly Application[];
	readonly directories: readonly Directory[];
	readonly baseUrl?: string;
}

export const folded = (name: string): string => name.toLowerCase();
