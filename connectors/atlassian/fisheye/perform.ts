import { randomBytes } from "node:crypto";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, Digest, GroupName } from "../../../core/model.ts";
import type { AccountCreate, AccountUpdate, ProductOperation } from "../../../core/operation.ts";
import type { Performed } from "../../../core/product.ts";
import { Gate } from "../../http/gate.ts";
import { groupsOf } from "./read.ts";
import { judged } from "./refusals.ts";
import type { Unverified } from "./settings.ts";
import type { FisheyeTalk } from "./talk.ts";
import { fold, idOf, type WireUser } from "./translate.ts";

const DONE: Performed = { outcome: "done" };
const ALREADY: Performed = { outcome: "already" };

/**
 * One operation at a time, each idempotent: asked twice, the second answer is `already`. What an unverified request did is
 * read back. One without effect is refused; after one that did something else none of its kind is sent any more.
 */
export class FisheyeWriter {
	readonly #talk: FisheyeTalk;
	/** By id: the name as Fisheye spells it. */
	readonly #names = new Map<AccountId, string>();
	/** What this process created, by operation: the only creations that are provably ours. */
	readonly #created = new Map<Digest, string>();
	/** One removal at a time for each account: another one would look like harm done by the first. */
	readonly #turns = new Map<string, Gate>();
	/** What went wrong, by kind. */
	readonly #distrusted = new Map<Unverified, string>();

	constructor(talk: FisheyeTalk) {
		this.#talk = talk;
	}

	/** After a reading. */
	learn(names: Iterable<string>): void {
		this.#names.clear();
		for (const name of names) this.#names.set(idOf(name), name);
	}

	async perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		try {
			return await this.#act(operation, account, signal);
		} catch (error) {
			throw await judged(error, () => this.#mayAdminister(signal));
		}
	}
	async #mayAdminister(signal: AbortSignal): Promise<boolean> {
		try {
			await this.#talk.groups({ start: 0, limit: 1 }, signal);
			return true;
		} catch (refused) {
			if (refused instanceof SyncError && refused.code === "target.denied") return false;
			throw refused;
		}
	}

	async #act(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		switch (operation.kind) {
			case "group.create":
				return await this.#createGroup(operation.group, signal);
			case "group.delete":
				return await this.#deleteGroup(operation.group, signal);
			case "account.create":
				return await this.#create(operation, signal);
			case "account.update":
				return await this.#update(this.#nameOf(operation, account), operation.after, signal);
			case "member.add":
				return (await this.#talk.addToGroup(this.#nameOf(operation, account), operation.group, signal)) ? DONE : ALREADY;
			case "member.remove":
				return await this.#inTurn(this.#nameOf(operation, account), signal, (name) => this.#leave(name, operation.group, signal));
			default:
				throw new SyncError("bug", `${operation.kind} came through to Fisheye`, { todo: "Please report this; nothing was sent." });
		}
	}
	#nameOf(operation: ProductOperation, account: AccountId | undefined): string {
		if (account !== undefined) return this.#names.get(account) ?? account;
		throw new SyncError("bug", `${operation.kind} without an account`, { todo: "Please report this; nothing was sent." });
	}

	async #createGroup(group: GroupName, signal: AbortSignal): Promise<Performed> {
		this.#assertTrusted("group.create");
		if ((await this.#talk.group(group, signal)) !== undefined) return ALREADY;
		await this.#talk.createGroup(group, signal);
		const made = await this.#talk.group(group, signal);
		if (made === undefined) throw withoutEffect(`the creation of the group "${group}"`, "group.create");
		if (made.admin === true)
			throw this.#distrust("group.create", `Fisheye made "${group}" a group of administrators, which was not asked for`);
		return DONE;
	}
	async #deleteGroup(group: GroupName, signal: AbortSignal): Promise<Performed> {
		const found = await this.#talk.group(group, signal);
		if (found === undefined) return ALREADY;
		if (found.admin === true) {
			throw new SyncError("target.rejected", `the members of "${group}" administer Fisheye: Rollcall does not delete such a group`, {
				todo: "Add it to protect.groups, or delete it by hand (Administration > Groups).",
				context: { group },
			});
		}
		await this.#talk.deleteGroup(group, signal);
		return DONE;
	}

	async #create({ id, after }: AccountCreate, signal: AbortSignal): Promise<Performed> {
		const { username, email, displayName } = after;
		const holder = await this.#talk.user(username, signal);
		if (holder !== undefined && this.#created.get(id) === username) return { ...ALREADY, account: idOf(username) };
		if (holder !== undefined) throw taken(username, holder);
		await this.#talk.createUser({ name: username, displayName, ...(email === "" ? {} : { email }) }, unknownPassword(), signal);
		const made = await this.#talk.user(username, signal);
		if (made === undefined) throw withoutEffect(`the creation of "${username}"`, "account.create");
		// Fields that did not arrive are the next plan's to see.
		this.#created.set(id, username);
		this.#names.set(idOf(username), made.name);
		return { ...DONE, account: idOf(username) };
	}

	/** All fields are sent, in case it is a replacement. */
	async #update(username: string, after: AccountUpdate["after"], signal: AbortSignal): Promise<Performed> {
		this.#assertTrusted("account.update");
		const before = fieldsOf(await this.#known(username, signal));
		const wanted = { ...before, ...after };
		if (same(before, wanted)) return ALREADY;
		await this.#talk.updateUser(username, wanted, signal);
		const now = fieldsOf(await this.#known(username, signal));
		if (same(now, wanted)) return DONE;
		if (same(now, before)) throw withoutEffect(`the change of "${username}"`, "account.update");
		throw this.#distrust(
			"account.update",
			`Fisheye changed "${username}" to "${now.displayName}", "${now.email}", which was not asked for`,
		);
	}
	async #known(username: string, signal: AbortSignal): Promise<WireUser> {
		const user = await this.#talk.user(username, signal);
		if (user !== undefined) return user;
		throw new SyncError("target.missing", `Fisheye has no account "${username}" any more`, {
			todo: "Somebody deleted it; the next run plans without it.",
			context: { account: username },
		});
	}

	#inTurn<T>(username: string, signal: AbortSignal, work: (username: string) => Promise<T>): Promise<T> {
		const turn = this.#turns.get(username) ?? new Gate(1);
		this.#turns.set(username, turn);
		return turn.run(() => work(username), signal);
	}
	async #leave(username: string, group: GroupName, signal: AbortSignal): Promise<Performed> {
		this.#assertTrusted("member.remove");
		const groups = async () => new Set((await groupsOf({ talk: this.#talk }, username, signal)).map(fold));
		const before = await groups();
		if (!before.has(fold(group))) return ALREADY;
		await this.#talk.removeFromGroup(username, group, signal);
		const now = await groups();
		const lost = [...before].filter((name) => name !== fold(group) && !now.has(name));
		if (lost.length > 0) throw this.#distrust("member.remove", `Fisheye took "${username}" out of ${lost.join(", ")} as well`);
		if (now.has(fold(group))) throw withoutEffect(`the removal, and "${username}" is still a member of "${group}"`, "member.remove");
		return DONE;
	}

	#assertTrusted(kind: Unverified): void {
		const because = this.#distrusted.get(kind);
		if (because !== undefined) throw misread(kind, `${because}; no other ${kind} is sent`);
	}
	#distrust(kind: Unverified, because: string): SyncError {
		this.#distrusted.set(kind, because);
		return misread(kind, because);
	}
}

const fieldsOf = ({ displayName, email }: WireUser) => ({ displayName: displayName ?? "", email: email ?? "" });
type Fields = ReturnType<typeof fieldsOf>;
const same = (a: Fields, b: Fields): boolean => a.displayName === b.displayName && a.email === b.email;

const taken = (username: string, holder: WireUser): SyncError =>
	new SyncError("target.conflict", `the username "${username}" is taken by the account "${holder.name}"`, {
		todo: "Rename one of the two, or let Rollcall adopt the existing account (adopt: username). One that a lost request of Rollcall's created is taken over by the next run.",
		context: { holder: holder.name },
	});
const withoutEffect = (what: string, kind: Unverified): SyncError =>
	new SyncError("target.rejected", `Fisheye accepted ${what}, and nothing changed`, {
		todo: `It lives in a directory that Fisheye cannot write, something on the way drops the request's body, or this Fisheye wants another one than Rollcall knows: then take ${kind} out of \`unverified\` and do it by hand.`,
	});
const misread = (kind: Unverified, because: string): SyncError =>
	new SyncError("target.rejected", because, {
		todo: `Put that right by hand, and take ${kind} out of \`unverified\`: this Fisheye reads the request differently from Rollcall.`,
	});

/** 192 random bits that nobody learns, and one of each kind of character for any password policy. */
const unknownPassword = (): string => `${randomBytes(24).toString("base64url")}aA1!`;
