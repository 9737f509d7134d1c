/** A value of a property: OData's primitives, lists of them, and complex values. */
export type Value = string | number | boolean | null | readonly string[] | Readonly<Record<string, string | number | boolean | null>>;

/** What the stand-in keeps of a user: the properties that are set. Names as in the entity type `user` of Microsoft Graph. */
export interface EntraUser {
	readonly id: string;
	readonly userPrincipalName: string;
	readonly displayName: string;
	readonly accountEnabled: boolean;
	readonly userType: "Member" | "Guest";
	readonly createdDateTime: string;
	readonly [property: string]: Value;
}
export type NewUser = { readonly userPrincipalName: string } & { readonly [property: string]: Value };

export interface EntraGroup {
	readonly id: string;
	readonly displayName: string;
	readonly visibility: "Public" | "Private" | "HiddenMembership" | null;
	readonly groupTypes: readonly string[];
	readonly securityEnabled: boolean;
	readonly mailEnabled: boolean;
	readonly mailNickname: string;
	readonly createdDateTime: string;
	readonly [property: string]: Value;
}
export type NewGroup = { readonly displayName: string } & { readonly [property: string]: Value };

export type MemberType = "user" | "group" | "device" | "servicePrincipal" | "orgContact";
export interface Member {
	readonly type: MemberType;
	readonly id: string;
}

/** A tenant as it is written to the state file. */
export interface TenantState {
	readonly created: number;
	readonly users: readonly EntraUser[];
	readonly groups: readonly EntraGroup[];
	readonly members: readonly (readonly [group: string, members: readonly Member[]])[];
}
