/** Directory vocabulary. Pure data: no I/O, no classes, nothing that knows a vendor. */

type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** The name a source has in the configuration (`sources: staff: …`). */
export type ConnectorId = Brand<string, "ConnectorId">;
/** The name a product has in the configuration (`products: jira: …`). */
export type ProductId = Brand<string, "ProductId">;
/** The directory's own immutable id of a person. Never a username, never an e-mail address. */
export type PersonId = Brand<string, "PersonId">;
/** The directory's own immutable id of a group. Never its name or path. */
export type GroupId = Brand<string, "GroupId">;
/** `PersonId` qualified by its source (`staff:5f3e…`), so two directories can never collide. */
export type PersonKey = Brand<string, "PersonKey">;
/** The Atlassian product's own immutable id of an account (Jira: the user key). */
export type AccountId = Brand<string, "AccountId">;
/** A group's name in a product; products identify groups by name. */
export type GroupName = Brand<string, "GroupName">;
/** 32 hexadecimal digits of a SHA-256. */
export type Digest = Brand<string, "Digest">;

export const personKey = (connector: ConnectorId, id: PersonId): PersonKey => `${connector}:${id}` as PersonKey;

/** Attributes as directories keep them: every attribute may have several values. */
export type Attributes = Readonly<Record<string, readonly string[]>>;

export interface Person {
	readonly id: PersonId;
	readonly username: string;
	readonly email: string | undefined;
	readonly givenName: string | undefined;
	readonly familyName: string | undefined;
	/** What the directory itself shows as the full name, where it keeps one. */
	readonly displayName: string | undefined;
	/** False: known, and switched off in the directory. A deleted person is absent instead. */
	readonly active: boolean;
	/** Only those that the policy uses (see `AttributeNeeds`). */
	readonly attributes: Attributes;
}

export interface Group {
	readonly id: GroupId;
	readonly name: string;
	/** Where the directory keeps it, for people to read (`/Company/Berlin`). Never split it, never key by it. */
	readonly path: string;
	/** Direct members, each once. May name people that are rejects. */
	readonly people: readonly PersonId[];
	/** Groups inside this one: their members count as members here. Nesting is flattened later, once. */
	readonly groups: readonly GroupId[];
	/** Set when the member list could not be proven whole: `people` is then empty and means nothing. */
	readonly held?: string;
}

/** Seen in the directory but not understood. Held: nothing about it is changed. */
export interface Reject {
	readonly kind: "person" | "group";
	readonly id: PersonId | GroupId;
	/** A username or a group name, where one could be read. */
	readonly label?: string;
	readonly because: string;
}

/** A complete reading of one directory. There is no such thing as a partial snapshot (law 1). */
export interface Snapshot {
	readonly connector: ConnectorId;
	readonly takenAt: Date;
	readonly people: ReadonlyMap<PersonId, Person>;
	readonly groups: ReadonlyMap<GroupId, Group>;
	readonly rejects: readonly Reject[];
	readonly size: SnapshotSize;
	/** Same directory, same digest, whatever order the pages came in. */
	readonly digest: Digest;
}

export interface SnapshotSize {
	readonly people: number;
	readonly active: number;
	readonly groups: number;
	/** Direct memberships. */
	readonly memberships: number;
	readonly rejects: number;
	/** People who are there and could not be understood; absent when there are none. They are not gone. */
	readonly rejectedPeople?: number;
	/** Groups whose members could not be proven whole, when there are any: `memberships` does not count theirs. */
	readonly heldGroups?: number;
}
