/** What the stand-in keeps of a user. Absent values are absent, never empty. */
export interface KeycloakUser {
	readonly id: string;
	/** Lower case, as Keycloak stores it. */
	readonly username: string;
	readonly firstName?: string;
	readonly lastName?: string;
	readonly email?: string;
	readonly emailVerified: boolean;
	readonly enabled: boolean;
	/** Milliseconds. */
	readonly createdTimestamp: number;
	readonly attributes: Readonly<Record<string, readonly string[]>>;
	/** Component id of the LDAP provider that the user comes from. */
	readonly federationLink?: string;
	/** `clientId` of the client that this service account belongs to. */
	readonly serviceAccountOf?: string;
}

export type NewUser = { readonly username: string } & Partial<Omit<KeycloakUser, "username">>;

/** `null`: take the value away. */
export interface UserChange {
	readonly username?: string;
	readonly firstName?: string | null;
	readonly lastName?: string | null;
	readonly email?: string | null;
	readonly emailVerified?: boolean;
	readonly enabled?: boolean;
	readonly attributes?: Readonly<Record<string, readonly string[]>>;
}

export interface KeycloakGroup {
	readonly id: string;
	readonly name: string;
	readonly parentId?: string;
	readonly description?: string;
	readonly attributes: Readonly<Record<string, readonly string[]>>;
}

export interface NewGroup {
	readonly id?: string;
	readonly name: string;
	readonly parentId?: string;
	readonly description?: string;
	readonly attributes?: Readonly<Record<string, readonly string[]>>;
}

/** A realm as it is written to the state file. */
export interface RealmState {
	readonly created: number;
	readonly users: readonly KeycloakUser[];
	readonly groups: readonly KeycloakGroup[];
	readonly members: readonly (readonly [group: string, users: readonly string[]])[];
}

export function keptOf(user: NewUser, at: { readonly id: string; readonly now: number }): KeycloakUser {
	return {
		emailVerified: false,
		enabled: true,
		createdTimestamp: at.now,
		attributes: {},
		...user,
		id: at.id,
		username: user.username.toLowerCase(),
	};
}

export function withChange(user: KeycloakUser, change: UserChange): KeycloakUser {
	const merged: Record<string, unknown> = { ...user };
	for (const [key, value] of Object.entries(change)) {
		if (value === null) delete merged[key];
		else if (value !== undefined) merged[key] = key === "username" ? String(value).toLowerCase() : value;
	}
	return merged as unknown as KeycloakUser;
}
