import { randomBytes } from "node:crypto";
import { SyncError } from "../../core/errors.ts";
import type { AccountFields } from "../../core/operation.ts";
import type { Performed } from "../../core/product.ts";
import { fold } from "./memberships.ts";
import { hasReason } from "./refusals.ts";
import type { Who } from "./talk.ts";
import type { WireUser } from "./wire.ts";
import type { WholeUser, WritingUserManagement } from "./write.ts";

const DONE: Performed = { outcome: "done" };
const ALREADY: Performed = { outcome: "already" };

/** What can be changed about a user in place. */
export type UserChange = Partial<Pick<WholeUser, "displayName" | "email" | "active">>;

/** What the protocol keeps of an attribute (https://developer.atlassian.com/server/crowd/crowd-rest-resources/). */
const LONGEST_VALUE = 255;

/** How an attribute with several values, which somebody else wrote, reads: it equals no single one. */
export const textOfValues = (values: readonly string[]): string => values.join(", ");

/** Throws `target.missing` for a user who is not there. */
export async function existing(talk: WritingUserManagement, who: Who, signal: AbortSignal): Promise<WireUser> {
	const user = await talk.user(who, false, signal);
	if (user !== undefined) return user;
	const name = "key" in who ? who.key : `"${who.username}"`;
	throw new SyncError("target.missing", `there is no user ${name} any more on ${talk.host}`, {
		todo: "Somebody deleted it; the next run plans without it.",
		context: { user: "key" in who ? who.key : who.username },
	});
}

/** A new user whose password nobody knows. Throws `target.conflict` when the name is taken. */
export async function createUser(talk: WritingUserManagement, fields: AccountFields, signal: AbortSignal): Promise<WireUser> {
	const { username: name, email, displayName } = fields;
	try {
		const user = { name, email, displayName, ...namePartsOf(displayName), active: true };
		const { key } = await talk.createUser(user, unknownPassword(), signal);
		return await created(talk, { name, key }, signal);
	} catch (error) {
		if (hasReason(error, "INVALID_USER")) await assertFree(talk, { name, refused: error }, signal);
		throw error;
	}
}

/** The answer's key says whose it is; a server that sends none is asked. */
async function created(
	talk: WritingUserManagement,
	one: { readonly name: string; readonly key: string | undefined },
	signal: AbortSignal,
): Promise<WireUser> {
	if (one.key !== undefined) return { name: one.name, key: one.key, active: true };
	const user = await talk.user({ username: one.name }, false, signal);
	if (user !== undefined) return user;
	throw new SyncError("target.malformed", `"${one.name}" was created, the answer has no key, and nobody is found by that name`, {
		outcomeUnknown: true,
		todo: "Look for the user there; the next run takes it over.",
	});
}

async function assertFree(
	talk: WritingUserManagement,
	wish: { readonly name: string; readonly refused: SyncError; readonly self?: string | undefined },
	signal: AbortSignal,
): Promise<void> {
	const holder = await talk.user({ username: wish.name }, false, signal);
	if (holder === undefined || (wish.self !== undefined && holder.key === wish.self)) return;
	throw new SyncError(
		"target.conflict",
		`the username "${wish.name}" is taken by ${holder.key ?? "another user"}: ${wish.refused.message}`,
		{
			todo: "Rename one of the two, or let Rollcall adopt the existing account (adopt: username). One that a lost request of Rollcall's created is taken over by the next run.",
			context: { ...wish.refused.context },
			cause: wish.refused,
		},
	);
}

/**
 * The whole user as it is now, with what is to change. There is no partial update, so it is read directly before; and read
 * back, since a directory may take a change and keep nothing of it.
 */
export async function changeUser(talk: WritingUserManagement, who: Who, change: UserChange, signal: AbortSignal): Promise<Performed> {
	const before = await existing(talk, who, signal);
	if (holds(before, change)) return ALREADY;
	await talk.replaceUser(replacementOf(before, change), signal);
	const after = await existing(talk, who, signal);
	if (holds(after, change)) return DONE;
	throw new SyncError(
		"target.rejected",
		`${talk.host} accepted the change of "${before.name}" (${Object.keys(change).join(", ")}) and kept nothing of it`,
		{
			todo: "The user probably lives in a directory that is only read (LDAP): change it there, or leave the account to it (protect.accounts).",
			context: { user: before.name },
		},
	);
}

function holds(user: WireUser, change: UserChange): boolean {
	const now = { displayName: user["display-name"] ?? "", email: user.email ?? "", active: user.active };
	return (Object.keys(change) as (keyof UserChange)[]).every((key) => now[key] === change[key]);
}

/** Given and family name follow the display name as long as it was made of them. */
function replacementOf(user: WireUser, change: UserChange): WholeUser {
	const [firstName, lastName, displayName] = [user["first-name"] ?? "", user["last-name"] ?? "", user["display-name"] ?? ""];
	const made = `${firstName} ${lastName}`.trim() === displayName.trim();
	return {
		name: user.name,
		firstName,
		lastName,
		displayName,
		email: user.email ?? "",
		active: user.active,
		...(change.displayName !== undefined && made ? namePartsOf(change.displayName) : {}),
		...change,
	};
}

/** The last word is the family name, as where Crowd itself has to guess. */
function namePartsOf(displayName: string): Pick<WholeUser, "firstName" | "lastName"> {
	const words = displayName.trim().split(/\s+/);
	return { firstName: words.slice(0, -1).join(" "), lastName: words.at(-1) ?? "" };
}

/** Throws `target.conflict` when another user has the name, in whichever directory: the two would be shown as one. */
export async function renameUser(talk: WritingUserManagement, who: Who, username: string, signal: AbortSignal): Promise<Performed> {
	const before = await existing(talk, who, signal);
	if (before.name === username) return ALREADY;
	const wish = { name: username, self: before.key ?? undefined, refused: new SyncError("target.conflict", "it was not tried") };
	if (fold(before.name) !== fold(username)) await assertFree(talk, wish, signal);
	try {
		await talk.renameUser(before.name, username, signal);
	} catch (error) {
		if (hasReason(error, "INVALID_USER")) await assertFree(talk, { ...wish, refused: error }, signal);
		throw error;
	}
	// An application that is shown names in lower case sees no change when only the case differs.
	const after = "key" in who ? await existing(talk, who, signal) : undefined;
	return after !== undefined && after.name === before.name ? ALREADY : DONE;
}

export async function storeAttribute(
	talk: WritingUserManagement,
	username: string,
	attribute: { readonly name: string; readonly value: string },
	signal: AbortSignal,
): Promise<Performed> {
	const { name, value } = attribute;
	if (value.length > LONGEST_VALUE || name.length > LONGEST_VALUE) {
		throw new SyncError(
			"target.rejected",
			`the attribute "${name.slice(0, 80)}" or its value is longer than the ${LONGEST_VALUE} characters that the server keeps`,
			{
				todo: "Shorten the expression that makes it.",
			},
		);
	}
	const stored = (await talk.attributes(username, signal))?.find((one) => one.name === name);
	if (stored !== undefined && textOfValues(stored.values) === value) return ALREADY;
	await talk.storeAttribute(username, { name, values: [value] }, signal);
	return DONE;
}

export async function createGroup(talk: WritingUserManagement, group: string, signal: AbortSignal): Promise<Performed> {
	try {
		await talk.createGroup(group, signal);
		return DONE;
	} catch (error) {
		if (hasReason(error, "INVALID_GROUP") && (await talk.group(group, signal)) !== undefined) return ALREADY;
		throw error;
	}
}

/** Read back: a directory that does not permit it keeps its group of that name. */
export async function deleteGroup(talk: WritingUserManagement, group: string, signal: AbortSignal): Promise<Performed> {
	try {
		await talk.deleteGroup(group, signal);
	} catch (error) {
		if (hasReason(error, "GROUP_NOT_FOUND")) return ALREADY;
		throw error;
	}
	if ((await talk.group(group, signal)) === undefined) return DONE;
	throw new SyncError(
		"target.rejected",
		`the group "${group}" is still there: one of the application's directories does not let it be deleted`,
		{
			todo: "Delete it there, or give the application the permission to delete groups in that directory.",
			context: { group },
		},
	);
}

export async function addMember(talk: WritingUserManagement, membership: Direct, signal: AbortSignal): Promise<Performed> {
	try {
		await talk.addMember(membership.group, membership.username, signal);
		return DONE;
	} catch (error) {
		if (hasReason(error, "MEMBERSHIP_ALREADY_EXISTS")) return ALREADY;
		// Not every version says it in so many words.
		const unclear = error instanceof SyncError && (error.context.status === 409 || hasReason(error, "INVALID_MEMBERSHIP"));
		if (unclear && (await talk.isMember(membership.group, membership.username, signal))) return ALREADY;
		throw error;
	}
}

/** Read back: the same name may be a member in another directory, where the application may not write. */
export async function removeMember(talk: WritingUserManagement, membership: Direct, signal: AbortSignal): Promise<Performed> {
	const { group, username } = membership;
	try {
		await talk.removeMember(group, username, signal);
	} catch (error) {
		if (hasReason(error, "MEMBERSHIP_NOT_FOUND", "GROUP_NOT_FOUND")) return ALREADY;
		throw error;
	}
	if (!(await talk.isMember(group, username, signal))) return DONE;
	throw new SyncError("target.rejected", `"${username}" is still a direct member of "${group}"`, {
		todo: "The membership probably lives in another directory of the application, which it may not write: end it there.",
		context: { group, user: username },
	});
}

interface Direct {
	readonly group: string;
	readonly username: string;
}

/** 192 random bits that nobody learns, and one of each kind of character for any password policy. */
const unknownPassword = (): string => `${randomBytes(24).toString("base64url")}aA1!`;
