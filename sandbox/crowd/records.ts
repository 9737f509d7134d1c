export interface CrowdUser {
	/** Of the directory; with the directory's id it makes the key. */
	readonly externalId: string;
	name: string;
	firstName: string;
	lastName: string;
	displayName: string;
	email: string;
	active: boolean;
	password?: string;
	attributes: Record<string, readonly string[]>;
}

export interface CrowdGroup {
	readonly name: string;
	description: string;
	active: boolean;
	/** Direct members by folded name; a name that nobody has (any more) is not shown. */
	users: readonly string[];
	/** Groups inside, by folded name. */
	groups: readonly string[];
	attributes: Record<string, readonly string[]>;
}

/** What an application may do in a directory (Crowd: Applications > NAME > Permissions), if the directory may be written at all. */
export type Permission =
	| "create user"
	| "update user"
	| "delete user"
	| "create group"
	| "update group"
	| "delete group"
	| "update user attribute"
	| "update group attribute";
export const PERMISSIONS: readonly Permission[] = [
	"create user",
	"update user",
	"delete user",
	"create group",
	"update group",
	"delete group",
	"update user attribute",
	"update group attribute",
];

export interface DirectoryState {
	readonly id: number;
	readonly name: string;
	readonly permissions: readonly Permission[];
	readonly users: readonly CrowdUser[];
	readonly groups: readonly CrowdGroup[];
}

/** Matching ignores case; the case that was entered is kept. */
export const fold = (name: string): string => name.toLowerCase();
