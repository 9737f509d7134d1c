import { SyncError } from "../../core/errors.ts";
import type { AccountId, Digest } from "../../core/model.ts";
import type { AccountCreate, ProductOperation } from "../../core/operation.ts";
import type { Performed } from "../../core/product.ts";
import {
	addMember,
	changeUser,
	createGroup,
	createUser,
	deleteGroup,
	existing,
	removeMember,
	renameUser,
	storeAttribute,
	type UserChange,
} from "./operations.ts";
import type { WritingUserManagement } from "./write.ts";

/** One operation at a time, each idempotent: asked twice, the second answer is `already`. Accounts are meant by their keys. */
export class AccountWriter {
	readonly #talk: WritingUserManagement;
	readonly #server: string;
	/** Usernames by key, since memberships want names. Refreshed by every reading and every rename. */
	readonly #names = new Map<string, string>();
	/** What this process created, by operation: the only creations that are provably ours. */
	readonly #created = new Map<Digest, AccountId>();

	/** `server`: `Crowd`, `Jira`; for messages. */
	constructor(talk: WritingUserManagement, server: string) {
		this.#talk = talk;
		this.#server = server;
	}

	/** After a reading: what is known about names. */
	learn(names: Iterable<readonly [key: string, username: string]>): void {
		this.#names.clear();
		for (const [key, username] of names) this.#names.set(key, username);
	}

	async perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		const talk = this.#talk;
		switch (operation.kind) {
			case "group.create":
				return await createGroup(talk, operation.group, signal);
			case "group.delete":
				return await deleteGroup(talk, operation.group, signal);
			case "account.create":
				return await this.#create(operation, signal);
			case "account.rename":
				return await this.#rename(subject(operation, account), operation.after.username, signal);
			case "account.update":
				return await changeUser(talk, { key: subject(operation, account) }, operation.after satisfies UserChange, signal);
			case "account.enable":
			case "account.disable":
				return await changeUser(talk, { key: subject(operation, account) }, { active: operation.kind === "account.enable" }, signal);
			case "attribute.set": {
				const attribute = { name: operation.attribute, value: operation.after };
				return await storeAttribute(talk, await this.#nameOf(subject(operation, account), signal), attribute, signal);
			}
			case "member.add": {
				const username = await this.#nameOf(subject(operation, account), signal);
				return await addMember(talk, { group: operation.group, username }, signal);
			}
			case "member.remove": {
				// Read, since the name may have gone over to somebody else since the reading.
				const username = await this.#freshNameOf(subject(operation, account), signal);
				return await removeMember(talk, { group: operation.group, username }, signal);
			}
		}
	}

	async #create({ id, after }: AccountCreate, signal: AbortSignal): Promise<Performed> {
		const before = this.#created.get(id);
		if (before !== undefined && (await this.#talk.user({ key: before }, false, signal)) !== undefined)
			return { outcome: "already", account: before };
		const user = await createUser(this.#talk, after, signal);
		if (user.key === null || user.key === undefined) {
			throw new SyncError("target.malformed", `${this.#server} created "${after.username}" and sends no key for it`, {
				outcomeUnknown: true,
				todo: `This ${this.#server} is too old: its accounts cannot be told apart for good.`,
			});
		}
		const account = user.key as AccountId;
		this.#created.set(id, account);
		this.#names.set(account, user.name);
		return { outcome: "done", account };
	}

	async #rename(key: AccountId, username: string, signal: AbortSignal): Promise<Performed> {
		this.#names.delete(key);
		return await renameUser(this.#talk, { key }, username, signal);
	}

	async #nameOf(key: AccountId, signal: AbortSignal): Promise<string> {
		return this.#names.get(key) ?? (await this.#freshNameOf(key, signal));
	}
	async #freshNameOf(key: AccountId, signal: AbortSignal): Promise<string> {
		const { name } = await existing(this.#talk, { key }, signal);
		this.#names.set(key, name);
		return name;
	}
}

function subject(operation: ProductOperation, account: AccountId | undefined): AccountId {
	if (account !== undefined) return account;
	throw new SyncError("bug", `${operation.kind} without an account`, { todo: "Please report this; nothing was sent." });
}
