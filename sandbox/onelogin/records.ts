import { createHash } from "node:crypto";

/** A user as OneLogin keeps it; further fields as the user resource names them. Times are ISO 8601. */
export interface OneLoginUser {
	readonly id: number;
	readonly username: string | null;
	readonly email: string | null;
	readonly firstname: string | null;
	readonly lastname: string | null;
	/** Any number: servers may have more than those known. */
	readonly status: number;
	readonly state: number;
	readonly group_id: number | null;
	readonly custom_attributes: Readonly<Record<string, unknown>>;
	readonly [field: string]: unknown;
}
export interface OneLoginRole {
	readonly id: number;
	readonly name: string;
}
/** A security-policy group: at most one for a user. */
export interface OneLoginGroup {
	readonly id: number;
	readonly name: string;
	readonly reference: string | null;
}
export type NewUser = Partial<OneLoginUser> & Pick<OneLoginUser, "username">;

/** An account as it is written to the state file. */
export interface AccountState {
	readonly nextId: number;
	readonly users: readonly OneLoginUser[];
	readonly roles: readonly OneLoginRole[];
	readonly groups: readonly OneLoginGroup[];
	readonly members: readonly (readonly [role: number, users: readonly number[]])[];
}

/** What fields a list shows that were not asked for by name: https://developers.onelogin.com/api-docs/2/users/list-users */
export const USER_ROW = [
	"id",
	"username",
	"email",
	"firstname",
	"lastname",
	"status",
	"state",
	"group_id",
	"directory_id",
	"external_id",
	"samaccountname",
	"member_of",
	"distinguished_name",
	"created_at",
	"updated_at",
	"activated_at",
	"last_login",
	"invitation_sent_at",
	"locked_until",
	"password_changed_at",
	"invalid_login_attempts",
	"phone",
] as const;
/** And those that a single user shows besides: https://developers.onelogin.com/api-docs/2/users/user-resource */
export const USER_MORE = [
	"comment",
	"company",
	"department",
	"manager_ad_id",
	"manager_user_id",
	"preferred_locale_code",
	"title",
	"trusted_idp_id",
	"userprincipalname",
	"role_ids",
	"custom_attributes",
] as const;

/** Below 2^31, depending on the words only; of two that fall together the first one keeps it, so callers see to that. */
export function numberOf(...words: readonly (string | number)[]): number {
	return 10_000_000 + (createHash("sha256").update(words.join("\u0000")).digest().readUInt32BE(0) % 2_000_000_000);
}
