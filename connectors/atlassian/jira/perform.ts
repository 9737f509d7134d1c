import { randomBytes } from "node:crypto";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, Digest } from "../../../core/model.ts";
import type { AccountCreate, AccountFields, AccountUpdate, AttributeSet, ProductOperation } from "../../../core/operation.ts";
import type { Performed } from "../../../core/product.ts";
import { membersOf } from "./groups.ts";
import { detailOf, isStatus, refusalOf } from "./refusals.ts";
import type { JiraTalk } from "./talk.ts";
import type { WireUser, WireWritten } from "./translate.ts";

const DONE: Performed = { outcome: "done" };
const ALREADY: Performed = { outcome: "already" };
const fold = (name: string): string => name.toLowerCase();

type Change = Parameters<JiraTalk["updateUser"]>[1];

/** Who tells direct memberships from those that come through a subgroup, which REST v2 does not. */
export interface DirectMemberships {
	isMember(group: string, username: string, signal: AbortSignal): Promise<boolean>;
}

/** One operation at a time, each idempotent: asked twice, the second answer is `already`. */
export class JiraWriter {
	readonly #talk: JiraTalk;
	readonly #direct: DirectMemberships | undefined;
	/** Usernames by key, since group calls want names. Refreshed by every reading and every rename. */
	readonly #names = new Map<string, string>();
	/** What this process created, by operation: the only creations that are provably ours. */
	readonly #created = new Map<Digest, AccountId>();

	/** `direct`: asked instead of REST v2 where there is somebody who knows. */
	constructor(talk: JiraTalk, direct?: DirectMemberships) {
		this.#talk = talk;
		this.#direct = direct;
	}

	/** After a reading: what is known about names. */
	learn(names: Iterable<readonly [key: string, username: string]>): void {
		this.#names.clear();
		for (const [key, username] of names) this.#names.set(key, username);
	}

	async perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		try {
			return await this.#act(operation, account, signal);
		} catch (error) {
			// 403 stands both for a directory that cannot be written and for a right that is missing: the rights decide.
			if (isStatus(error, 403) && !(await this.#mayAdminister(signal))) throw error;
			throw refusalOf(error);
		}
	}

	async #mayAdminister(signal: AbortSignal): Promise<boolean> {
		const rights = await this.#talk.permissions(signal);
		return rights.has("ADMINISTER") || rights.has("SYSTEM_ADMIN");
	}

	async #act(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		switch (operation.kind) {
			case "group.create":
				return await this.#createGroup(operation.group, signal);
			case "group.delete":
				return await this.#deleteGroup(operation.group, signal);
			case "account.create":
				return await this.#create(operation, signal);
			case "account.rename":
				return await this.#rename(subject(operation, account), operation.after.username, signal);
			case "account.update":
				return await this.#update(subject(operation, account), operation.after, signal);
			case "account.enable":
				return await this.#switch(subject(operation, account), true, signal);
			case "account.disable":
				return await this.#switch(subject(operation, account), false, signal);
			case "attribute.set":
				return await this.#set(subject(operation, account), operation, signal);
			case "member.add":
				return await this.#add(subject(operation, account), operation.group, signal);
			case "member.remove":
				return await this.#remove(subject(operation, account), operation.group, signal);
		}
	}

	async #createGroup(group: string, signal: AbortSignal): Promise<Performed> {
		try {
			await this.#talk.createGroup(group, signal);
			return DONE;
		} catch (error) {
			if (isStatus(error, 400) && (await this.#groupExists(group, signal))) return ALREADY;
			throw error;
		}
	}
	async #deleteGroup(group: string, signal: AbortSignal): Promise<Performed> {
		try {
			await this.#talk.deleteGroup(group, signal);
			return DONE;
		} catch (error) {
			// "400: Returned if user requested a group that does not exist" (vendor's description), or 404.
			const missing = isStatus(error, 404) || isStatus(error, 400);
			if (missing && !(await this.#groupExists(group, signal))) return ALREADY;
			throw error;
		}
	}
	async #groupExists(group: string, signal: AbortSignal): Promise<boolean> {
		return (await this.#talk.members(group, { startAt: 0, maxResults: 1 }, signal)) !== undefined;
	}

	async #create({ id, after }: AccountCreate, signal: AbortSignal): Promise<Performed> {
		const before = this.#created.get(id);
		if (before !== undefined && (await this.#talk.user({ key: before }, signal)) !== undefined) return { ...ALREADY, account: before };
		const { username, email, displayName } = after;
		try {
			const answer = await this.#talk.createUser({ name: username, password: unknownPassword(), emailAddress: email, displayName }, signal);
			const account = await this.#keyOf(answer, username, signal);
			this.#created.set(id, account);
			this.#names.set(account, answer.name ?? username);
			return { ...DONE, account };
		} catch (error) {
			if (isStatus(error, 400)) await this.#assertNameFree(username, error, signal);
			throw error;
		}
	}
	async #keyOf(answer: WireWritten, username: string, signal: AbortSignal): Promise<AccountId> {
		const key = answer.key ?? (await this.#talk.user({ username }, signal))?.key;
		if (key !== undefined) return key as AccountId;
		throw new SyncError("target.malformed", `Jira says that it created "${username}", names no key, and does not find the account`, {
			outcomeUnknown: true,
			todo: "Look for the account in Jira; the next run takes it over.",
		});
	}
	/** Whatever language Jira answers in: the name is taken when there is an account of that name. */
	async #assertNameFree(username: string, refused: SyncError, signal: AbortSignal, self?: string): Promise<void> {
		const holder = await this.#talk.user({ username }, signal);
		if (holder === undefined || holder.key === self) return;
		throw new SyncError("target.conflict", `the username "${username}" is taken by the account ${holder.key}: ${detailOf(refused)}`, {
			todo: "Rename one of the two, or let Rollcall adopt the existing account (adopt: username). One that a lost request of Rollcall's created is taken over by the next run.",
			context: { ...refused.context, holder: holder.key },
			cause: refused,
		});
	}

	async #rename(key: AccountId, username: string, signal: AbortSignal): Promise<Performed> {
		const before = await this.#existing(key, signal);
		if (before.name === username) return ALREADY;
		try {
			const after = await this.#write(key, { name: username }, signal);
			if (fold(after.name) !== fold(username)) throw ignored(key, `username "${username}"`);
		} catch (error) {
			if (isStatus(error, 400)) await this.#assertNameFree(username, error, signal, key);
			throw error;
		}
		return before.name !== username && fold(before.name) === fold(username) ? await this.#renamedCase(key, before.name, signal) : DONE;
	}
	/** A Jira that keeps names in lower case has nothing to do when only the case differs. */
	async #renamedCase(key: AccountId, before: string, signal: AbortSignal): Promise<Performed> {
		return (await this.#existing(key, signal)).name === before ? ALREADY : DONE;
	}

	async #update(key: AccountId, after: AccountUpdate["after"], signal: AbortSignal): Promise<Performed> {
		const before = await this.#existing(key, signal);
		const wanted = changeOf(after);
		if (holds(before, wanted)) return ALREADY;
		const written = await this.#write(key, wanted, signal);
		if (!holds(written, wanted)) throw ignored(key, Object.keys(wanted).join(" and "));
		return DONE;
	}
	async #switch(key: AccountId, active: boolean, signal: AbortSignal): Promise<Performed> {
		if ((await this.#existing(key, signal)).active === active) return ALREADY;
		const written = await this.#write(key, { active }, signal);
		// Accounts of an LDAP connector have no active flag in Jira: the request succeeds and changes nothing (KB 295309946).
		if (written.active !== active) throw ignored(key, active ? "switching on" : "switching off");
		return DONE;
	}
	/** The answer of a write promises no field at all; where one is missing, Jira is asked again. */
	async #write(key: AccountId, change: Change, signal: AbortSignal): Promise<WireUser> {
		const answer = await this.#talk.updateUser(key, change, signal);
		const { name, active, emailAddress, displayName } = answer;
		const told =
			typeof name === "string" && typeof active === "boolean" && typeof emailAddress === "string" && typeof displayName === "string";
		if (!told) return await this.#existing(key, signal);
		this.#names.set(key, name);
		return { key, name, active, emailAddress, displayName };
	}

	async #set(key: AccountId, { attribute: property, after }: AttributeSet, signal: AbortSignal): Promise<Performed> {
		// The vendor's bound is on the JSON text.
		if (Buffer.byteLength(JSON.stringify(after)) > 32_768) {
			throw new SyncError(
				"target.rejected",
				`the value of the user property "${property}" is longer than the 32,768 bytes that Jira keeps`,
				{
					todo: "Shorten the expression that makes it.",
				},
			);
		}
		if ((await this.#talk.property({ key, property }, signal)) === after) return ALREADY;
		await this.#talk.setProperty({ key, property }, after, signal);
		return DONE;
	}

	async #add(key: AccountId, group: string, signal: AbortSignal): Promise<Performed> {
		try {
			await this.#talk.addMember(group, await this.#nameOf(key, signal), signal);
			return DONE;
		} catch (error) {
			if (isStatus(error, 400) && (await this.#isMember(key, group, signal))) return ALREADY;
			throw error;
		}
	}

	/**
	 * Read before, since a name may have gone over to somebody else since the reading, and read back: whoever is in through
	 * a subgroup stays, be it that Jira refuses (400) or does nothing (200), and REST v2 does not tell beforehand
	 * (facts: 11.1; https://jira.atlassian.com/browse/JRASERVER-71493).
	 */
	async #remove(key: AccountId, group: string, signal: AbortSignal): Promise<Performed> {
		if (!(await this.#isMember(key, group, signal))) return ALREADY;
		let refused: SyncError | undefined;
		try {
			await this.#talk.removeMember(group, await this.#nameOf(key, signal), signal);
		} catch (error) {
			if (!isStatus(error, 400) && !isStatus(error, 404)) throw error;
			refused = error;
		}
		if (!(await this.#isMember(key, group, signal))) return DONE;
		if (refused !== undefined && !/not a (direct )?member/i.test(detailOf(refused))) throw refused;
		if (this.#direct !== undefined) throw ignored(key, `leaving the group "${group}"`);
		throw new SyncError("target.inherited", `account ${key} is a member of "${group}" through a subgroup, and stays one`, {
			todo: `Remove the account from the group inside "${group}", or the inner group from the outer one; Jira's REST API cannot.`,
			context: { group, account: key },
		});
	}

	async #isMember(key: AccountId, group: string, signal: AbortSignal): Promise<boolean> {
		// By the name of now: it may have gone over to somebody else since the reading.
		if (this.#direct !== undefined) return await this.#direct.isMember(group, (await this.#existing(key, signal)).name, signal);
		const user = await this.#talk.userWithGroups(key, signal);
		if (user === undefined) throw gone(key);
		this.#names.set(key, user.name);
		if (user.groups.items.some((item) => fold(item.name) === fold(group))) return true;
		if (user.groups.items.length >= user.groups.size) return false;
		return (await membersOf(this.#talk, group, { signal }))?.has(key) ?? false;
	}

	async #nameOf(key: AccountId, signal: AbortSignal): Promise<string> {
		return this.#names.get(key) ?? (await this.#existing(key, signal)).name;
	}
	async #existing(key: AccountId, signal: AbortSignal): Promise<WireUser> {
		const user = await this.#talk.user({ key }, signal);
		if (user === undefined) throw gone(key);
		this.#names.set(key, user.name);
		return user;
	}
}

function subject(operation: ProductOperation, account: AccountId | undefined): AccountId {
	if (account !== undefined) return account;
	throw new SyncError("bug", `${operation.kind} without an account`, { todo: "Please report this; nothing was sent." });
}

const gone = (key: string): SyncError =>
	new SyncError("target.missing", `Jira has no account ${key} any more`, {
		todo: "Somebody deleted it; the next run plans without it.",
		context: { account: key },
	});

const ignored = (key: string, what: string): SyncError =>
	new SyncError("target.rejected", `Jira accepted the request and changed nothing: ${what} of account ${key}`, {
		todo: "The account probably lives in an LDAP directory that Jira only reads: change it there, or leave the account to it (protect.accounts).",
		context: { account: key },
	});

function changeOf(after: Partial<AccountFields>): { emailAddress?: string; displayName?: string } {
	return {
		...(after.email === undefined ? {} : { emailAddress: after.email }),
		...(after.displayName === undefined ? {} : { displayName: after.displayName }),
	};
}
const holds = (user: WireUser, wanted: { emailAddress?: string; displayName?: string }): boolean =>
	(wanted.emailAddress === undefined || (user.emailAddress ?? "") === wanted.emailAddress) &&
	(wanted.displayName === undefined || (user.displayName ?? "") === wanted.displayName);

/** 192 random bits that nobody learns, and one of each kind of character for any password policy. */
const unknownPassword = (): string => `${randomBytes(24).toString("base64url")}aA1!`;
