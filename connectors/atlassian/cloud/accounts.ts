import { SyncError } from "../../../core/errors.ts";
import type { AccountId, Digest } from "../../../core/model.ts";
import type { AccountCreate, AccountFields, AccountUpdate } from "../../../core/operation.ts";
import type { Performed } from "../../../core/product.ts";
import type { Room } from "./bounds.ts";
import type { Management } from "./management.ts";
import { detailOf, isStatus } from "./refusals.ts";
import type { CloudTalk } from "./talk.ts";
import { changedUser, displayNameOf, emailOf, equals, fold, newUser } from "./translate.ts";
import { EXTERNAL, type WireUser } from "./wire.ts";

const DONE: Performed = { outcome: "done" };
const ALREADY: Performed = { outcome: "already" };

/** Users of the directory. They are never deleted: that would unlink them from their accounts for good. */
export class Accounts {
	readonly #talk: CloudTalk;
	readonly #room: Room;
	readonly #management: Management | undefined;
	/** What this process created, by operation: the only creations that are provably ours. */
	readonly #created = new Map<Digest, AccountId>();

	constructor(talk: CloudTalk, room: Room, management: Management | undefined) {
		this.#talk = talk;
		this.#room = room;
		this.#management = management;
	}

	/** Where the organisation has an account with this address, Atlassian links the new user to it. */
	async create({ id, after, subject }: AccountCreate, signal: AbortSignal): Promise<Performed> {
		const before = this.#created.get(id);
		if (before !== undefined && (await this.#talk.user(before, signal)) !== undefined) return { ...ALREADY, account: before };
		this.#room.assertUser(after.username);
		try {
			const created = await this.#talk.createUser(newUser(after, subject.person), signal);
			this.#created.set(id, created.id as AccountId);
			this.#room.added({ users: 1 });
			return { ...DONE, account: created.id as AccountId };
		} catch (error) {
			if (isStatus(error, 409)) throw await this.#taken(after, error, signal);
			throw error;
		}
	}

	async rename(id: AccountId, username: string, signal: AbortSignal): Promise<Performed> {
		const before = await this.#user(id, signal);
		if (before.userName === username) return ALREADY;
		const after = await this.#replace(before, { username }, signal);
		if (fold(after.userName) !== fold(username)) throw ignored(id, `username "${username}"`);
		// A directory that keeps the case of its own has nothing to do when only the case differs.
		return after.userName === before.userName ? ALREADY : DONE;
	}

	async update(id: AccountId, wanted: AccountUpdate["after"], signal: AbortSignal): Promise<Performed> {
		const before = await this.#user(id, signal);
		const holds = (user: WireUser) =>
			(wanted.displayName === undefined || displayNameOf(user) === wanted.displayName) &&
			(wanted.email === undefined || emailOf(user) === wanted.email);
		if (holds(before)) return ALREADY;
		const after = await this.#replace(before, wanted, signal);
		if (!holds(after)) throw ignored(id, Object.keys(wanted).join(" and "));
		return DONE;
	}

	/** In the directory; and where Atlassian says that the directory no longer governs the account, in the organisation too. */
	async switchTo(id: AccountId, active: boolean, signal: AbortSignal): Promise<Performed> {
		const before = await this.#user(id, signal);
		if (before.active !== active) {
			const after = await this.#talk.patchUser(id, [{ op: "replace", path: "active", value: active }], signal);
			if (after.active !== active) throw ignored(id, active ? "active" : "not active");
		}
		const further = await this.#switchAccount(before, active, signal);
		return before.active === active && !further ? ALREADY : DONE;
	}

	/** Says whether something was done. */
	async #switchAccount(user: WireUser, active: boolean, signal: AbortSignal): Promise<boolean> {
		const account = user[EXTERNAL]?.atlassianAccountId;
		if (this.#management === undefined || account == null || account === "") return false;
		const governed = await this.#management.governed(account, signal);
		if (governed.by === "ours") return await this.#management.switchTo(account, active, signal);
		if (governed.by !== "other") return false;
		const word = active ? "on" : "off";
		throw new SyncError(
			"target.rejected",
			`user ${user.id} is switched ${word} in the directory, but Atlassian lets nobody switch ${word} the account ${account}: ${governed.reason}`,
			{
				todo: `Switch it ${word} where that is decided; the reason names it (a Google directory, export control, the owner).`,
				context: { account, reason: governed.reason },
			},
		);
	}

	async #user(id: AccountId, signal: AbortSignal): Promise<WireUser> {
		const user = await this.#talk.user(id, signal);
		if (user !== undefined) return user;
		throw new SyncError("target.missing", `the directory has no user ${id} any more`, {
			todo: "Somebody removed it from the directory, which also switched its account off. The next run creates it anew where the person is active.",
			context: { account: id },
		});
	}

	async #replace(user: WireUser, change: Partial<AccountFields>, signal: AbortSignal): Promise<WireUser> {
		try {
			return await this.#talk.replaceUser(user.id, changedUser(user, change), signal);
		} catch (error) {
			if (!isStatus(error, 400, 409) || !/uniqueness|already exists/i.test(detailOf(error))) throw error;
			throw await this.#taken({ username: change.username ?? user.userName, email: change.email ?? emailOf(user) }, error, signal);
		}
	}

	/** Atlassian says that something is taken; whose it is can be found out by the name, not by the address. */
	async #taken(
		{ username, email }: Pick<AccountFields, "username" | "email">,
		refused: SyncError,
		signal: AbortSignal,
	): Promise<SyncError> {
		const { Resources } = await this.#talk.users({ startIndex: 1, count: 2, filter: equals("userName", username) }, signal);
		const holder = (Resources ?? []).find(({ userName }) => fold(userName) === fold(username));
		const what =
			holder === undefined ? `the address "${email}" is taken by another user` : `the username "${username}" is taken by user ${holder.id}`;
		return new SyncError("target.conflict", `${what} of the directory: ${detailOf(refused)}`, {
			todo: `Look it up at admin.atlassian.com, and remove one of the two or let Rollcall adopt the existing one (adopt: ${holder === undefined ? "email" : "username"}). One that a lost request of Rollcall's created is taken over by the next run.`,
			context: { ...refused.context, ...(holder === undefined ? {} : { holder: holder.id }) },
			cause: refused,
		});
	}
}

const ignored = (id: string, what: string): SyncError =>
	new SyncError("target.rejected", `Atlassian accepted the request and changed nothing: ${what} of user ${id}`, {
		todo: "Look at the user at admin.atlassian.com, and at what the authentication policy there decides by itself.",
		context: { account: id },
	});
