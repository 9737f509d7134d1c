import { randomBytes } from "node:crypto";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, Digest, GroupName } from "../../../core/model.ts";
import type { AccountCreate, ProductOperation } from "../../../core/operation.ts";
import type { MembershipWork, Performed } from "../../../core/product.ts";
import { Memberships } from "./memberships.ts";
import { Names } from "./names.ts";
import { firstOf, PAGE_SIZE, type PageRequest } from "./pages.ts";
import { mayStandInPath } from "./paths.ts";
import { detailOf, isStatus, judged } from "./refusals.ts";
import type { BambooTalk } from "./talk.ts";
import { fold, idOf, type WireGroup } from "./translate.ts";

const DONE: Performed = { outcome: "done" };
const ALREADY: Performed = { outcome: "already" };

/** One operation at a time, each idempotent: asked twice, the second answer is `already`. */
export class BambooWriter {
	readonly names: Names;
	readonly #talk: BambooTalk;
	readonly #memberships: Memberships;
	/** What this process created, by operation: the only creations that are provably ours. */
	readonly #created = new Map<Digest, string>();

	constructor(talk: BambooTalk) {
		this.#talk = talk;
		this.names = new Names(talk);
		this.#memberships = new Memberships(talk, this.names, (error, signal) => this.#judged(error, signal));
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
				await this.#talk.permitted("groups", { start: 0, limit: 1 }, signal);
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
			case "member.add":
				return await this.#memberships.change("add", subject(operation, account), operation.group, signal);
			case "member.remove":
				return await this.#memberships.change("remove", subject(operation, account), operation.group, signal);
			default:
				throw new SyncError("bug", `${operation.kind} came through to Bamboo`, { todo: "Please report this; nothing was sent." });
		}
	}

	async #createGroup(group: GroupName, signal: AbortSignal): Promise<Performed> {
		try {
			await this.#talk.createGroup(group, signal);
			return DONE;
		} catch (error) {
			if (isStatus(error, 400) && (await this.#groupExists(group, signal))) return ALREADY;
			throw error;
		}
	}
	async #deleteGroup(group: GroupName, signal: AbortSignal): Promise<Performed> {
		if (!mayStandInPath(group)) {
			if (!(await this.#groupExists(group, signal))) return ALREADY;
			throw new SyncError("target.rejected", `the group "${group}" cannot be named in an address of Bamboo's`, {
				todo: "Delete it by hand (Administration > Groups).",
				context: { group },
			});
		}
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
			ask: (page: PageRequest) => this.#talk.groups({ ...page, filter: group }, signal),
			key: (row: WireGroup) => fold(row.name),
			pageSize: PAGE_SIZE,
		};
		return (await firstOf(listing, ({ name }) => fold(name) === fold(group))) !== undefined;
	}

	async #create({ id, after }: AccountCreate, signal: AbortSignal): Promise<Performed> {
		const { username, email, displayName } = after;
		const before = this.#created.get(id);
		if (before !== undefined && (await this.names.named(before, signal)) !== undefined) return { ...ALREADY, account: idOf(before) };
		this.names.assertNotVacated(username);
		try {
			await this.#talk.createUser({ name: username, fullName: displayName, email }, unknownPassword(), signal);
		} catch (error) {
			if (isStatus(error, 400)) await this.#assertNameFree(username, error, signal);
			throw error;
		}
		this.#created.set(id, username);
		return { ...DONE, account: idOf(username) };
	}
	/** Whatever language Bamboo answers in: the name is taken when there is an account of that name. */
	async #assertNameFree(username: string, refused: SyncError, signal: AbortSignal): Promise<void> {
		const holder = await this.names.named(username, signal);
		if (holder === undefined) return;
		throw new SyncError("target.conflict", `the username "${username}" is taken by the account "${holder.name}": ${detailOf(refused)}`, {
			todo: "Rename one of the two, or let Rollcall adopt the existing account (adopt: username). One that a lost request of Rollcall's created is taken over by the next run.",
			context: { holder: holder.name },
			cause: refused,
		});
	}

	/** The new name is the account's id from the next reading on; the answer names it. */
	async #rename(id: AccountId, username: string, signal: AbortSignal): Promise<Performed> {
		const before = await this.names.account(id, signal);
		const account = idOf(username);
		if (before.name === username) return { ...ALREADY, account };
		this.names.assertNotVacated(username, id);
		this.names.attempt(id, username);
		try {
			await this.#talk.renameUser(before.name, username, signal);
		} catch (error) {
			if (isStatus(error, 400) && fold(before.name) !== fold(username)) await this.#assertNameFree(username, error, signal);
			throw error;
		}
		const after = fold(before.name) === fold(username) ? await this.names.account(id, signal) : { name: username };
		this.names.renamed(id, after.name);
		// One that keeps names in its own case has nothing to do when only the case differs.
		return { outcome: after.name === before.name ? "already" : "done", account };
	}
}

function subject(operation: ProductOperation, account: AccountId | undefined): AccountId {
	if (account !== undefined) return account;
	throw new SyncError("bug", `${operation.kind} without an account`, { todo: "Please report this; nothing was sent." });
}

/** 192 random bits that nobody learns, and one of each kind of character for any password policy. */
const unknownPassword = (): string => `${randomBytes(24).toString("base64url")}aA1!`;
