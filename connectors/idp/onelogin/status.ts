/**
 * What OneLogin's numbers mean (https://developers.onelogin.com/api-docs/2/users/user-resource; 6 is not used). Only
 * `active` people can log in at this moment; `locked` ends by itself, and the password ones end with a new password.
 */
const STATUSES = {
	0: "unactivated",
	1: "active",
	2: "suspended",
	3: "locked",
	4: "passwordExpired",
	5: "awaitingPasswordReset",
	7: "passwordPending",
	8: "securityQuestionsRequired",
} as const;
const STATES = { 0: "unapproved", 1: "approved", 2: "rejected", 3: "unlicensed" } as const;

export type Status = (typeof STATUSES)[keyof typeof STATUSES];
export type State = (typeof STATES)[keyof typeof STATES];

/** Undefined: a number that OneLogin's documentation does not have. */
export const statusOf = (number: number): Status | undefined => (STATUSES as Readonly<Record<number, Status>>)[number];
export const stateOf = (number: number): State | undefined => (STATES as Readonly<Record<number, State>>)[number];

/** People who work, or will as soon as they have seen to their password: an account elsewhere must not be shut for that. */
export const ACTIVE: { readonly statuses: readonly Status[]; readonly states: readonly State[] } = {
	statuses: ["active", "locked", "passwordExpired", "awaitingPasswordReset", "passwordPending", "securityQuestionsRequired"],
	states: ["approved"],
};
