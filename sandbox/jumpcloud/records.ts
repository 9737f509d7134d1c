import { createHash } from "node:crypto";

/** A record of `/api/systemusers` as far as it matters here; `systemuserreturn` of https://docs.jumpcloud.com/api/1.0/. */
export interface JumpCloudPerson {
	/** 24 hexadecimal digits. */
	readonly _id: string;
	readonly username: string;
	readonly email: string;
	readonly firstname?: string;
	readonly lastname?: string;
	readonly displayname?: string;
	/** Absent on records from before there were states. Any text: there may be more one day. */
	readonly state?: "STAGED" | "ACTIVATED" | "SUSPENDED" | (string & {});
	readonly activated: boolean;
	readonly suspended: boolean;
	readonly account_locked: boolean;
	readonly password_expired: boolean;
	/** ISO 8601. */
	readonly created: string;
	readonly department?: string;
	readonly jobTitle?: string;
	readonly employeeIdentifier?: string;
	readonly location?: string;
	readonly attributes: readonly { readonly name: string; readonly value: string }[];
}
export type NewPerson = Pick<JumpCloudPerson, "username"> & Partial<JumpCloudPerson>;

/** `UserGroup` of https://docs.jumpcloud.com/api/2.0/. */
export interface JumpCloudGroup {
	readonly id: string;
	readonly name: string;
	readonly membershipMethod: "NOTSET" | "STATIC" | "DYNAMIC_REVIEW_REQUIRED" | "DYNAMIC_AUTOMATED";
	readonly memberQueryErrorFlags: readonly string[];
}
export type NewGroup = Pick<JumpCloudGroup, "name"> & Partial<JumpCloudGroup>;

/** An organisation as it is written to the state file. */
export interface OrganizationState {
	readonly made: number;
	readonly people: readonly JumpCloudPerson[];
	readonly groups: readonly JumpCloudGroup[];
	readonly members: readonly (readonly [group: string, people: readonly string[]])[];
}

/** 24 hexadecimal digits that depend on the words only. */
export const objectId = (...words: readonly (string | number)[]): string =>
	createHash("sha256").update(words.join("\u0000")).digest("hex").slice(0, 24);
