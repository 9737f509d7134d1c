/** A user of the SCIM directory. What the client may write and we do not look into is kept in `profile`. */
export interface CloudUser {
	readonly id: string;
	readonly userName: string;
	readonly displayName?: string | undefined;
	readonly emails: readonly CloudEmail[];
	readonly active: boolean;
	readonly profile: Readonly<Record<string, unknown>>;
	/** The Atlassian account that it is linked to; absent while Atlassian has not got round to it. */
	readonly accountId?: string;
	readonly created: string;
	readonly lastModified: string;
}
export interface CloudEmail {
	readonly value: string;
	readonly type?: string;
	readonly primary?: boolean;
}

export interface CloudGroup {
	readonly id: string;
	readonly displayName: string;
	readonly externalId?: string;
	/** Ids of users, in the order in which they came. */
	readonly members: Set<string>;
	readonly created: string;
	readonly lastModified: string;
}

/** An Atlassian account of the organisation, whether or not a user of the directory is linked to it. */
export interface OrganizationAccount {
	readonly accountId: string;
	readonly email: string;
	readonly name: string;
	readonly status: "active" | "inactive" | "closed";
	/** False for guests: the organisation has not verified their domain. */
	readonly managed: boolean;
	/** Who decides about its life: this directory, or the organisation's administrators. */
	readonly governedBy: "scim" | "google" | "organization";
	/** The last words of whoever switched it off. */
	readonly message?: string;
}

export interface NewAccount {
	/** The userName. */
	readonly name: string;
	readonly displayName?: string;
	readonly emailAddress: string;
	readonly active?: boolean;
	/** Accounts of the cloud have none in the directory; taken and forgotten. */
	readonly password?: string;
}

/** Upper bounds of one directory (https://support.atlassian.com/provisioning-users/docs/users-and-groups-limits). */
export interface DirectoryBounds {
	readonly users: number;
	readonly groups: number;
	readonly membersPerGroup: number;
}

/** As it is written to the state file. */
export interface DirectoryState {
	readonly directoryId: string;
	readonly users: readonly CloudUser[];
	readonly groups: readonly (Omit<CloudGroup, "members"> & { readonly members: readonly string[] })[];
	readonly accounts: readonly OrganizationAccount[];
	readonly outsideGroups: readonly string[];
}

export const folded = (text: string): string => text.toLowerCase();
export const primaryOf = (emails: readonly CloudEmail[]): string =>
	(emails.find((email) => email.primary === true) ?? emails[0])?.value ?? "";
