import { compareText, digestOf } from "../../../core/digest.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { AccountFields } from "../../../core/operation.ts";
import type { Account, Actual, SeatPool } from "../../../core/product.ts";
import type { DirectoryBounds } from "./settings.ts";
import { CORE_USER, EXTERNAL, type WireUser } from "./wire.ts";

export const fold = (name: string): string => name.toLowerCase();

export function emailOf({ emails }: Pick<WireUser, "emails">): string {
	const list = emails ?? [];
	return (list.find(({ primary }) => primary === true) ?? list[0])?.value ?? "";
}

/** Atlassian shows `displayName`; users that others made may have only a name in parts. */
export function displayNameOf({ displayName, name }: Pick<WireUser, "displayName" | "name">): string {
	if (displayName) return displayName;
	if (name?.formatted) return name.formatted;
	return [name?.givenName, name?.familyName].filter(Boolean).join(" ");
}

const accountOf = (user: WireUser, groups: readonly GroupName[]): Account => ({
	id: user.id as AccountId,
	username: user.userName,
	email: emailOf(user),
	displayName: displayNameOf(user),
	active: user.active,
	editable: true,
	groups,
});

/** Blanks around a value never reach a user. Case is kept, and ignored where names are compared. */
export const canonicalFields = (fields: AccountFields): AccountFields => ({
	username: fields.username.trim(),
	email: fields.email.trim(),
	displayName: fields.displayName.trim(),
});

/** Filters know a single exact comparison; the value is a JSON text (RFC 7644 section 3.4.2.2). */
export const equals = (attribute: "userName" | "displayName", value: string): string => `${attribute} eq ${JSON.stringify(value)}`;

/** As it is created. `externalId`: whom the directory's people know it as. */
export const newUser = ({ username, email, displayName }: AccountFields, externalId: string) => ({
	schemas: [CORE_USER],
	userName: username,
	externalId,
	emails: [{ value: email, type: "work", primary: true }],
	...(displayName === "" ? {} : { displayName }),
	active: true,
});

/** Members that only Atlassian writes. */
const READ_ONLY = new Set(["id", "meta", "groups", EXTERNAL]);

/** The whole user with some fields changed: what a replacement leaves out is cleared. Addresses beside the primary one stay. */
export function changedUser(user: WireUser, change: Partial<AccountFields>): Readonly<Record<string, unknown>> {
	const kept = Object.fromEntries(Object.entries(user).filter(([key, value]) => !READ_ONLY.has(key) && value !== null));
	const urns = Array.isArray(kept.schemas) ? kept.schemas.filter((urn) => urn !== EXTERNAL) : [CORE_USER];
	return {
		...kept,
		schemas: urns,
		...(change.username === undefined ? {} : { userName: change.username }),
		...(change.displayName === undefined ? {} : { displayName: change.displayName }),
		...(change.email === undefined ? {} : { emails: changedEmails(user.emails ?? [], change.email) }),
	};
}
function changedEmails(emails: NonNullable<WireUser["emails"]>, value: string): readonly unknown[] {
	const at = Math.max(
		emails.findIndex(({ primary }) => primary === true),
		0,
	);
	const others = emails.filter((email, index) => index !== at && fold(email.value) !== fold(value));
	return [{ type: "work", ...emails[at], value, primary: true }, ...others];
}

export interface Reading {
	readonly product: ProductId;
	readonly users: readonly WireUser[];
	readonly groups: readonly GroupName[];
	/** Names of groups by user. */
	readonly belonging: ReadonlyMap<string, readonly GroupName[]>;
	readonly bounds: DirectoryBounds;
	readonly site: string;
}

/** The reading as the planner gets it; the digest does not depend on the order of pages. */
export function actualOf({ product, users, groups, belonging, bounds, site }: Reading): Actual {
	const accounts = users.map((user) => accountOf(user, [...(belonging.get(user.id) ?? [])].sort(compareText)));
	const sorted = accounts.sort((a, b) => compareText(a.id, b.id));
	const names = [...groups].sort(compareText);
	assertDistinct(
		"user",
		sorted.map(({ username }) => username),
	);
	assertDistinct("group", names);
	return {
		product,
		takenAt: new Date(),
		accounts: new Map(sorted.map((account) => [account.id, account])),
		groups: new Set(names),
		// A key is nobody's account.
		self: undefined,
		seats: seatsOf({ users: sorted.length, groups: names.length }, bounds),
		site,
		digest: digestOf([sorted.map((account) => digestOf(account)), names]),
	};
}

/**
 * Bounds in the shape of seats. A place in the directory is taken by a creation and by nothing else in a plan: switching
 * off frees none, switching on needs none, so no group gives one. What takes a place for a group asks for itself.
 */
export const seatsOf = (
	used: { readonly users: number; readonly groups: number },
	bounds: Pick<DirectoryBounds, "users" | "groups">,
): readonly SeatPool[] => [
	{ name: "users of the directory", total: bounds.users, used: used.users, groups: new Set(), givenToNewAccounts: true },
	{ name: "groups of the directory", total: bounds.groups, used: used.groups, groups: new Set(), givenToNewAccounts: false },
];

/** Names are compared without case; where two differ in nothing else, nobody could say which one is meant. */
function assertDistinct(what: string, names: readonly string[]): void {
	const seen = new Map<string, string>();
	for (const name of names) {
		const other = seen.get(fold(name));
		if (other !== undefined)
			throw new SyncError(
				"target.malformed",
				`the directory has two ${what}s that differ only in capital letters: "${other}" and "${name}"`,
				{
					todo: `Remove or rename one of them at admin.atlassian.com: nobody could say which of the two is meant.`,
				},
			);
		seen.set(fold(name), name);
	}
}
