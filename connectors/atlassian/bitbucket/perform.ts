import { randomBytes } from "node:crypto";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, Digest, GroupName } from "../../../core/model.ts";
import type { AccountCreate, AccountFields, AccountUpdate, AttributeSet, ProductOperation } from "../../../core/operation.ts";
import type { MembershipWork, Performed } from "../../../core/product.ts";
import { Lookup } from "./lookup.ts";
import { Memberships } from "./memberships.ts";
import { firstOf, LARGEST_PAGE } from "./pages.ts";
import { detailOf, isStatus, judged } from "./refusals.ts";
import type { BitbucketTalk } from "./talk.ts";
import { settingText, type WireUser } from "./translate.ts";

const DONE: Performed = { outcome: "done" };
const ALREADY: Performed = { outcome: "already" };
const fold = (name: string): string => name.toLowerCase();

/** One operation at a time, each idempotent: asked twice, the second answer is `already`. */
export class BitbucketWriter {
	readonly lookup: Lookup;
	readonly #talk: BitbucketTalk;
	readonly #memberships: Memberships;
	readonly #invite: boolean;
	/** What this process created, by operation: the only creations that are provably ours. */
	readonly #created = new Map<Digest, AccountId>();

	constructor(talk: BitbucketTalk, options: { readonly invite: boolean }) {
		this.#talk = talk;
		this.#invite = options.invite;
		this.lookup = new Lookup(talk);
		this.#memberships = new Memberships(talk, this.lookup, (error, signal) => this.#judged(error, signal));
	}

	perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		return this.#refused(() => this.#act(operation, account, signal), signal);
	}
	performMembers(batch: readonly MembershipWork[], signal: AbortSignal): Promise<readonly (Performed | SyncError)[]> {
		return this.#refused(() => this.#memberships.several(batch, signal), signal);
	}

	async #refused<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
		try {
			return await work();
		} catch (error) {
			throw await this.#judged(error, signal);
		}
	}
	#judged(error: unknown, signal: AbortSignal): Promise<unknown> {
		return judged(error, async () => {
			try {
				await this.#talk.permittedGroups({ start: 0, limit: 1 }, signal);
				return true;
			} catch (refused) {
				if (refused instanceof SyncError && refused.code === "target.denied") return false;
				throw refused;
			}
		});
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
			case "attribute.set":
				return await this.#set(subject(operation, account), operation, signal);
			case "member.add":
				return await this.#memberships.add(subject(operation, account), operation.group, signal);
			case "member.remove":
				return await this.#memberships.remove(subject(operation, account), operation.group, signal);
			case "account.enable":
			case "account.disable":
				throw new SyncError("bug", `${operation.kind} came through to Bitbucket`, { todo: "Please report this; nothing was sent." });
		}
	}

	async #createGroup(group: GroupName, signal: AbortSignal): Promise<Performed> {
		try {
			await this.#talk.createGroup(group, signal);
			return DONE;
		} catch (error) {
			if (isStatus(error, 409) && (await this.#groupExists(group, signal))) return ALREADY;
			throw error;
		}
	}
	async #deleteGroup(group: GroupName, signal: AbortSignal): Promise<Performed> {
		try {
			await this.#talk.deleteGroup(group, signal);
			return DONE;
		} catch (error) {
			if (isStatus(error, 404) && !(await this.#groupExists(group, signal))) return ALREADY;
			throw error;
		}
	}
	async #groupExists(group: GroupName, signal: AbortSignal): Promise<boolean> {
		const listing = {
			what: "GET /rest/api/latest/admin/groups",
			ask: (page: { start: number; limit: number }) => this.#talk.groups({ ...page, filter: group }, signal),
			key: (row: { name: string }) => row.name,
			pageSize: LARGEST_PAGE,
		};
		return (await firstOf(listing, ({ name }) => fold(name) === fold(group))) !== undefined;
	}

	/** The answer names no id, so the account is looked for by its name. */
	async #create({ id, after }: AccountCreate, signal: AbortSignal): Promise<Performed> {
		const before = this.#created.get(id);
		if (before !== undefined && (await this.#stillThere(before, signal))) return { ...ALREADY, account: before };
		const passwords = this.#invite ? [] : [unknownPassword(), unknownPassword()];
		await this.#talk.hiding(passwords, () => this.#createWith(after, passwords, signal));
		const { username } = after;
		const created = await this.#foundAgain(username, signal);
		this.#created.set(id, created);
		return { ...DONE, account: created };
	}
	async #createWith(
		{ username, email, displayName }: AccountFields,
		[first, second]: readonly string[],
		signal: AbortSignal,
	): Promise<void> {
		try {
			await this.#talk.createUser({ name: username, displayName, emailAddress: email }, first, signal);
		} catch (error) {
			if (isStatus(error, 400, 409)) await this.#assertNameFree(username, error, signal);
			throw error;
		}
		if (second !== undefined) await this.#replacePassword(username, second, signal);
	}
	async #stillThere(account: AccountId, signal: AbortSignal): Promise<boolean> {
		try {
			await this.lookup.account(account, signal);
			return true;
		} catch (error) {
			if (error instanceof SyncError && error.code === "target.missing") return false;
			throw error;
		}
	}
	/** The first one stood in a URL, and so perhaps in an access log; this one stands in a body. */
	async #replacePassword(username: string, password: string, signal: AbortSignal): Promise<void> {
		try {
			await this.#talk.setPassword(username, password, signal);
		} catch (error) {
			if (!(error instanceof SyncError)) throw error;
			throw afterCreation(`created "${username}", and its first password, which stood in a URL, could not be replaced: ${error.message}`, {
				todo: `Set another password for "${username}" in Bitbucket (Administration > Users). The next run takes the account over.`,
				cause: error,
			});
		}
	}
	async #foundAgain(username: string, signal: AbortSignal): Promise<AccountId> {
		let found: WireUser | undefined;
		try {
			found = await this.lookup.named(username, signal);
		} catch (error) {
			if (!(error instanceof SyncError)) throw error;
			throw afterCreation(`created "${username}", and could not be asked for its id: ${error.message}`, {
				todo: "Run again: the next run takes the account over.",
				cause: error,
			});
		}
		if (found === undefined) {
			throw afterCreation(`says that it created "${username}", and does not find the account`, {
				todo: "Look for the account in Bitbucket; the next run takes it over.",
			});
		}
		this.lookup.remember(found);
		return String(found.id) as AccountId;
	}
	/** Whatever language Bitbucket answers in: the name is taken when there is an account of that name. */
	async #assertNameFree(username: string, refused: SyncError, signal: AbortSignal, self?: number): Promise<void> {
		const holder = await this.lookup.named(username, signal);
		if (holder === undefined || holder.id === self) return;
		throw new SyncError("target.conflict", `the username "${username}" is taken by the account ${holder.id}: ${detailOf(refused)}`, {
			todo: "Rename one of the two, or let Rollcall adopt the existing account (adopt: username). One that a lost request of Rollcall's created is taken over by the next run.",
			context: { holder: holder.id },
			cause: refused,
		});
	}

	async #rename(id: AccountId, username: string, signal: AbortSignal): Promise<Performed> {
		const before = await this.lookup.account(id, signal);
		if (before.name === username) return ALREADY;
		assertDetails(before);
		try {
			const after = await this.#talk.renameUser(before.name, username, signal);
			this.lookup.remember(after);
			if (fold(after.name) !== fold(username)) throw ignored(id, `username "${username}"`);
			// One that keeps names in its own case has nothing to do when only the case differs.
			return after.name === before.name ? ALREADY : DONE;
		} catch (error) {
			if (isStatus(error, 400, 409)) await this.#assertNameFree(username, error, signal, before.id);
			throw error;
		}
	}

	/** Both fields are sent, so that it does not matter what Bitbucket makes of one that is left out. */
	async #update(id: AccountId, after: AccountUpdate["after"], signal: AbortSignal): Promise<Performed> {
		const before = await this.lookup.account(id, signal);
		const wanted = { displayName: after.displayName ?? before.displayName ?? "", email: after.email ?? before.emailAddress ?? "" };
		const holds = (user: WireUser) => (user.displayName ?? "") === wanted.displayName && (user.emailAddress ?? "") === wanted.email;
		if (holds(before)) return ALREADY;
		assertDetails(before);
		const written = await this.#talk.updateUser({ name: before.name, ...wanted }, signal);
		if (!holds(written)) throw ignored(id, Object.keys(after).join(" and "));
		return DONE;
	}

	async #set(id: AccountId, { attribute, after }: AttributeSet, signal: AbortSignal): Promise<Performed> {
		const { slug, name } = await this.lookup.account(id, signal);
		const entries = await this.#talk.settings(slug ?? name, signal);
		if (entries !== undefined && Object.hasOwn(entries, attribute) && settingText(entries[attribute]) === after) return ALREADY;
		await this.#talk.setSettings(slug ?? name, { [attribute]: after }, signal);
		return DONE;
	}
}

function subject(operation: ProductOperation, account: AccountId | undefined): AccountId {
	if (account !== undefined) return account;
	throw new SyncError("bug", `${operation.kind} without an account`, { todo: "Please report this; nothing was sent." });
}

/** The account is there and nobody was told its id: as if the answer had been lost, so that the next run claims it. */
const afterCreation = (what: string, more: { readonly todo: string; readonly cause?: unknown }): SyncError =>
	new SyncError("target.malformed", `Bitbucket ${what}`, { ...more, outcomeUnknown: true });

function assertDetails(account: WireUser): void {
	if (account.mutableDetails !== false) return;
	const where = account.directoryName ? `the directory "${account.directoryName}"` : "its directory";
	throw new SyncError(
		"target.rejected",
		`the account "${account.name}" is read-only in Bitbucket (mutableDetails: false): ${where} keeps it`,
		{
			todo: "Change it in that directory, or leave the account to it (protect.accounts).",
			context: { account: String(account.id) },
		},
	);
}

const ignored = (id: string, what: string): SyncError =>
	new SyncError("target.rejected", `Bitbucket accepted the request and changed nothing: ${what} of account ${id}`, {
		todo: "The account probably lives in a directory that Bitbucket only reads: change it there, or leave the account to it (protect.accounts).",
		context: { account: id },
	});

/** 192 random bits that nobody learns, and one of each kind of character for any password policy. */
const unknownPassword = (): string => `${randomBytes(24).toString("base64url")}aA1!`;
