import { randomBytes } from "node:crypto";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, Digest, GroupName } from "../../../core/model.ts";
import type { AccountCreate, AccountUpdate, ProductOperation } from "../../../core/operation.ts";
import type { Performed } from "../../../core/product.ts";
import type { WriteCalls } from "./calls.ts";
import { Memberships } from "./memberships.ts";
import { inPath } from "./paths.ts";
import { detailOf, isStatus, judged } from "./refusals.ts";
import type { ConfluenceTalk } from "./talk.ts";
import { type KnownUser, knownUser } from "./translate.ts";

const DONE: Performed = { outcome: "done" };
const ALREADY: Performed = { outcome: "already" };

export interface Work {
	readonly operation: ProductOperation;
	readonly account: AccountId | undefined;
}

/** One operation at a time, each idempotent: asked twice, the second answer is `already`. */
export class ConfluenceWriter {
	readonly #talk: ConfluenceTalk;
	readonly #memberships: Memberships;
	readonly #invite: boolean;
	/** What this process created, by operation: the only creations that are provably ours. */
	readonly #created = new Map<Digest, AccountId>();

	constructor(talk: ConfluenceTalk, options: { readonly invite: boolean }) {
		this.#talk = talk;
		this.#invite = options.invite;
		this.#memberships = new Memberships(talk, (id, signal) => this.#account(id, signal));
	}

	/** `calls`: by which of its two ways Confluence is asked. */
	async perform(work: Work, calls: WriteCalls, signal: AbortSignal): Promise<Performed> {
		try {
			return await this.#act(work, calls, signal);
		} catch (error) {
			throw await judged(error, () => this.#mayAdminister(signal));
		}
	}

	/** False also where this version cannot be asked: then a 403 is believed to be about our own right. */
	async #mayAdminister(signal: AbortSignal): Promise<boolean> {
		try {
			return (await this.#talk.permissions(signal)) !== undefined;
		} catch (error) {
			if (isStatus(error, 403)) return false;
			throw error;
		}
	}

	async #act({ operation, account }: Work, calls: WriteCalls, signal: AbortSignal): Promise<Performed> {
		switch (operation.kind) {
			case "group.create":
				return await this.#createGroup(operation.group, calls, signal);
			case "group.delete":
				return await this.#deleteGroup(operation.group, calls, signal);
			case "account.create":
				return await this.#create(operation, calls, signal);
			case "account.update":
				return await this.#update({ id: subject(operation, account), after: operation.after }, calls, signal);
			case "account.enable":
			case "account.disable":
				return await this.#switch({ id: subject(operation, account), active: operation.kind === "account.enable" }, calls, signal);
			case "member.add":
			case "member.remove":
				return await this.#memberships.change({ operation, account: subject(operation, account) }, calls, signal);
			case "account.rename":
			case "attribute.set":
				throw new SyncError("bug", `${operation.kind} came through to Confluence`, { todo: "Please report this; nothing was sent." });
		}
	}

	/** As it is now, whatever it is called by now. Throws `target.missing` when it is gone. */
	async #account(id: AccountId, signal: AbortSignal): Promise<KnownUser> {
		const found = await this.#found({ key: id }, signal);
		if (found?.key === id) return found;
		throw new SyncError("target.missing", `Confluence has no account ${id} any more`, {
			todo: "Somebody deleted it; the next run plans without it.",
			context: { account: id },
		});
	}
	async #found(by: { readonly key: string } | { readonly username: string }, signal: AbortSignal): Promise<KnownUser | undefined> {
		const user = await this.#talk.user(by, signal);
		return user === undefined ? undefined : knownUser(user);
	}

	async #createGroup(group: GroupName, calls: WriteCalls, signal: AbortSignal): Promise<Performed> {
		// Confluence would create one that nobody could be put into.
		inPath("group", group);
		try {
			await calls.createGroup(group, signal);
			return DONE;
		} catch (error) {
			if (isStatus(error, 409) && (await this.#talk.group(group, signal)) !== undefined) return ALREADY;
			throw error;
		}
	}
	async #deleteGroup(group: GroupName, calls: WriteCalls, signal: AbortSignal): Promise<Performed> {
		try {
			await calls.deleteGroup(group, signal);
			return DONE;
		} catch (error) {
			if (isStatus(error, 404) && (await this.#talk.group(group, signal)) === undefined) return ALREADY;
			throw error;
		}
	}

	async #create(
		{ id, after: { username, email, displayName } }: AccountCreate,
		calls: WriteCalls,
		signal: AbortSignal,
	): Promise<Performed> {
		const before = this.#created.get(id);
		if (before !== undefined && (await this.#found({ key: before }, signal)) !== undefined) return { ...ALREADY, account: before };
		inPath("account", username);
		const password = this.#invite && calls.invites ? undefined : unknownPassword();
		try {
			const user = { userName: username, fullName: displayName, email };
			const created = (await calls.createUser(user, password, signal)) as AccountId;
			this.#created.set(id, created);
			return { ...DONE, account: created };
		} catch (error) {
			if (isStatus(error, 400, 409)) await this.#assertNameFree(username, error, signal);
			throw error;
		}
	}
	/** Whatever language Confluence answers in: the name is taken when there is an account of that name. */
	async #assertNameFree(username: string, refused: SyncError, signal: AbortSignal): Promise<void> {
		const holder = await this.#found({ username }, signal);
		if (holder === undefined) return;
		throw new SyncError("target.conflict", `the username "${username}" is taken by the account ${holder.key}: ${detailOf(refused)}`, {
			todo: "Rename one of the two, or let Rollcall adopt the existing account (adopt: username). One that a lost request of Rollcall's created is taken over by the next run.",
			context: { holder: holder.key },
			cause: refused,
		});
	}

	/**
	 * The address cannot be read, so it is written whenever it is wanted; `already` says that nothing that shows was different.
	 * The full name always goes along: a request without it might be taken for one that blanks it.
	 */
	async #update(
		{ id, after }: { id: AccountId; after: AccountUpdate["after"] },
		calls: WriteCalls,
		signal: AbortSignal,
	): Promise<Performed> {
		const before = await this.#account(id, signal);
		const fullName = after.displayName ?? before.displayName;
		const showsAlready = before.displayName === fullName;
		if (showsAlready && after.email === undefined) return ALREADY;
		const change = { fullName, ...(after.email === undefined ? {} : { email: after.email }) };
		await this.#onAccount(before, () => calls.updateUser(before.name, change, signal), signal);
		if (after.displayName === undefined) return DONE;
		if ((await this.#account(id, signal)).displayName !== fullName) throw ignored(id, "the full name");
		return showsAlready ? ALREADY : DONE;
	}

	async #switch({ id, active }: { id: AccountId; active: boolean }, calls: WriteCalls, signal: AbortSignal): Promise<Performed> {
		const before = await this.#account(id, signal);
		if (before.active === active) return ALREADY;
		const to = active ? "enable" : "disable";
		await this.#onAccount(before, () => calls.switchUser(before.name, to, signal), signal);
		const { active: now } = await this.#account(id, signal);
		if (now !== undefined && now !== active) throw ignored(id, active ? "enabling" : "disabling");
		return DONE;
	}
	/** Not found, and the account is there: then it is the call that is not there. */
	async #onAccount({ key, name }: KnownUser, work: () => Promise<void>, signal: AbortSignal): Promise<void> {
		try {
			await work();
		} catch (error) {
			if (!isStatus(error, 404) || (await this.#found({ key }, signal))?.name !== name) throw error;
			throw new SyncError("target.unsupported", `${error.message}; the account is there, so this Confluence has no such call`, {
				todo: "Do it under Administration > User management; what the version can do stands in docs/guides/confluence.md.",
				context: error.context,
				cause: error,
			});
		}
	}
}

function subject(operation: ProductOperation, account: AccountId | undefined): AccountId {
	if (account !== undefined) return account;
	throw new SyncError("bug", `${operation.kind} without an account`, { todo: "Please report this; nothing was sent." });
}

const ignored = (id: string, what: string): SyncError =>
	new SyncError("target.rejected", `Confluence accepted the request and changed nothing: ${what} of account ${id}`, {
		todo: "The account probably lives in a directory that Confluence only reads: change it there, or leave the account to it (protect.accounts).",
		context: { account: id },
	});

/** 192 random bits that nobody learns, and one of each kind of character for any password policy. */
const unknownPassword = (): string => `${randomBytes(24).toString("base64url")}aA1!`;
