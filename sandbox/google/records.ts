import { createHash } from "node:crypto";

/** Members of the User resource beyond those named are kept and sent as they are. Times are ISO 8601. */
export interface GoogleUser {
	readonly id: string;
	readonly primaryEmail: string;
	readonly name: { readonly givenName: string; readonly familyName: string; readonly fullName: string };
	readonly suspended: boolean;
	readonly archived: boolean;
	readonly orgUnitPath: string;
	readonly [member: string]: unknown;
}

/** `directMembersCount` is counted when it is asked for. */
export interface GoogleGroup {
	readonly id: string;
	readonly email: string;
	readonly name: string;
	readonly [member: string]: unknown;
}

export interface GoogleMember {
	/** USER, GROUP, CUSTOMER or EXTERNAL; any text, since newer servers may have more. */
	readonly type: string;
	/** Absent for some from outside. */
	readonly id?: string;
	readonly email?: string;
	readonly role: "OWNER" | "MANAGER" | "MEMBER";
}

export interface GoogleUnit {
	readonly orgUnitId: string;
	readonly name: string;
	readonly orgUnitPath: string;
	/** Absent for the topmost. */
	readonly parentOrgUnitId?: string;
	readonly parentOrgUnitPath?: string;
}

export interface GoogleSchema {
	readonly schemaId: string;
	readonly schemaName: string;
	readonly fields: readonly {
		readonly fieldId: string;
		readonly fieldName: string;
		readonly fieldType: string;
		readonly multiValued: boolean;
	}[];
}

export type NewGoogleUser = Partial<GoogleUser> & Pick<GoogleUser, "primaryEmail">;
export type NewGoogleGroup = Partial<GoogleGroup> & Pick<GoogleGroup, "email" | "name">;

/** An organisation as it is written to the state file. */
export interface WorkspaceState {
	readonly created: number;
	readonly users: readonly GoogleUser[];
	readonly groups: readonly GoogleGroup[];
	readonly members: readonly (readonly [group: string, members: readonly GoogleMember[]])[];
	readonly units: readonly GoogleUnit[];
	readonly schemas: readonly GoogleSchema[];
}

const hash = (words: readonly (string | number)[]): string => createHash("sha256").update(words.join("\u0000")).digest("hex");

/** 21 digits, as Google numbers people; depends on the words only. */
export const userId = (...words: readonly (string | number)[]): string =>
	`1${String(BigInt(`0x${hash(["user", ...words])}`) % 10n ** 20n).padStart(20, "0")}`;
/** 15 letters and digits, as Google names groups. */
export const groupId = (...words: readonly (string | number)[]): string => `0${hash(["group", ...words]).slice(0, 14)}`;
export const unitId = (...words: readonly (string | number)[]): string => `id:03${hash(["unit", ...words]).slice(0, 13)}`;
