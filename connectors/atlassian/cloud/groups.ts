import { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName } from "../../../core/model.ts";
import type { MembershipWork, Performed } from "../../../core/product.ts";
import type { Room } from "./bounds.ts";
import type { Members } from "./members.ts";
import { detailOf, isStatus } from "./refusals.ts";
import type { CloudTalk, PatchOperation } from "./talk.ts";
import { equals, fold } from "./translate.ts";
import type { WireGroupName } from "./wire.ts";

const DONE: Performed = { outcome: "done" };
const ALREADY: Performed = { outcome: "already" };

/** Groups and who is in them. Names become ids, which the last reading told or the directory is asked for. */
export class Groups {
	readonly #talk: CloudTalk;
	readonly #room: Room;
	/** By folded name. */
	readonly #known = new Map<string, WireGroupName>();
	/** As last seen or written, by group id; a group whose members are not certain is absent. */
	readonly #members = new Map<string, Set<string>>();

	constructor(talk: CloudTalk, room: Room) {
		this.#talk = talk;
		this.#room = room;
	}

	/** After a reading. */
	learn(groups: readonly WireGroupName[], members: Members): void {
		this.#known.clear();
		this.#members.clear();
		for (const group of groups) this.#known.set(fold(group.displayName), group);
		for (const [id, ids] of members) this.#members.set(id, new Set(ids));
	}

	async create(name: GroupName, signal: AbortSignal): Promise<Performed> {
		if (!this.#known.has(fold(name))) this.#room.assertGroup(name);
		try {
			const group = await this.#talk.createGroup(name, signal);
			this.#known.set(fold(name), group);
			this.#members.set(group.id, new Set());
			this.#room.added({ groups: 1 });
			return DONE;
		} catch (error) {
			if (!isStatus(error, 409)) throw error;
			if ((await this.#lookUp(name, signal)) !== undefined) return ALREADY;
			throw takenOutside(name, error);
		}
	}

	async delete(name: GroupName, signal: AbortSignal): Promise<Performed> {
		const group = await this.#lookUp(name, signal);
		if (group === undefined) return ALREADY;
		try {
			await this.#talk.deleteGroup(group, signal);
		} catch (error) {
			if (!isStatus(error, 404) || (await this.#lookUp(name, signal)) !== undefined) throw error;
			return ALREADY;
		}
		this.#known.delete(fold(name));
		this.#members.delete(group.id);
		this.#room.added({ groups: -1 });
		return DONE;
	}

	/** Memberships of one group and one kind, in one request. A refusal has changed nothing. */
	async change(batch: readonly MembershipWork[], signal: AbortSignal): Promise<readonly Performed[]> {
		const [first] = batch;
		if (first === undefined) return [];
		const { kind, group: name } = first.operation;
		const known = this.#known.get(fold(name)) ?? (await this.#lookUp(name, signal));
		if (known === undefined) throw noSuchGroup(name);
		const accounts = batch.map(({ account }) => account);
		try {
			return await this.#changeIn(known, { kind, accounts }, signal);
		} catch (error) {
			this.#members.delete(known.id);
			if (!isStatus(error, 404)) throw error;
			// Either the group is gone (and perhaps made anew), or somebody in the list is.
			const now = await this.#lookUp(name, signal);
			if (now === undefined) throw noSuchGroup(name);
			if (now.id === known.id) throw noSuchMember(name, accounts, error);
			return await this.#changeIn(now, { kind, accounts }, signal);
		}
	}

	async #changeIn(
		group: WireGroupName,
		{ kind, accounts }: { readonly kind: "member.add" | "member.remove"; readonly accounts: readonly AccountId[] },
		signal: AbortSignal,
	): Promise<readonly Performed[]> {
		const wanted = kind === "member.add";
		let members = this.#members.get(group.id);
		// What the reading says is believed only where it asks for the change: the rest is looked at again.
		if (members === undefined || accounts.some((id) => members?.has(id) === wanted)) members = await this.#readMembers(group, signal);
		const before = members;
		const changing = [...new Set(accounts.filter((id) => before.has(id) !== wanted))];
		if (changing.length === 0) return accounts.map(() => ALREADY);
		if (wanted) this.#room.assertMembers(group.displayName, members.size, changing.length);
		await this.#patch(group, { wanted, changing }, signal);
		for (const id of changing) wanted ? members.add(id) : members.delete(id);
		this.#room.added({ memberships: wanted ? changing.length : -changing.length });
		const pending = new Set<string>(changing);
		return accounts.map((id) => (pending.delete(id) ? DONE : ALREADY));
	}

	async #patch(group: WireGroupName, change: { readonly wanted: boolean; readonly changing: readonly AccountId[] }, signal: AbortSignal) {
		const { wanted, changing } = change;
		let after: Awaited<ReturnType<CloudTalk["patchGroup"]>>;
		try {
			after = await this.#talk.patchGroup(group, patchFor(wanted, changing), signal);
		} catch (error) {
			if (wanted || !isStatus(error, 400)) throw error;
			// Taking out somebody who is no member any more is refused by some readings of RFC 7644.
			const now = await this.#readMembers(group, signal);
			if (changing.some((id) => now.has(id))) throw error;
			return;
		}
		if (after.members == null) return;
		const now = new Set(after.members.map(({ value }) => value));
		const odd = changing.find((id) => now.has(id) !== wanted);
		if (odd !== undefined) throw ignored(group.displayName, odd, wanted);
	}

	async #readMembers({ id, displayName }: WireGroupName, signal: AbortSignal): Promise<Set<string>> {
		const group = await this.#talk.group(id, displayName, signal);
		if (group === undefined) throw noSuchGroup(displayName, true);
		const members = new Set((group.members ?? []).map(({ value }) => value));
		this.#members.set(id, members);
		return members;
	}

	/** As the directory has it now. */
	async #lookUp(name: string, signal: AbortSignal): Promise<WireGroupName | undefined> {
		const { Resources } = await this.#talk.groups({ startIndex: 1, count: 2, filter: equals("displayName", name) }, signal);
		const found = (Resources ?? []).find(({ displayName }) => fold(displayName) === fold(name));
		if (found === undefined) this.#known.delete(fold(name));
		else this.#known.set(fold(name), found);
		return found;
	}
}

/** A removal without a filter would be one of everybody in a strict reading (RFC 7644 section 3.5.2.2): each member has its own. */
const patchFor = (wanted: boolean, ids: readonly AccountId[]): readonly PatchOperation[] =>
	wanted
		? [{ op: "add", path: "members", value: ids.map((value) => ({ value })) }]
		: ids.map((id) => ({ op: "remove", path: `members[value eq ${JSON.stringify(id)}]` }));

/** `asked`: the directory has just said so, with 404. */
const noSuchGroup = (name: string, asked = false): SyncError =>
	new SyncError("target.missing", `the directory has no group "${name}"`, {
		todo: "Somebody deleted it; the next run plans without it, or makes it anew (groups.createMissing).",
		context: { group: name, ...(asked ? { status: 404 } : {}) },
	});

const noSuchMember = (name: string, accounts: readonly AccountId[], cause: SyncError): SyncError =>
	new SyncError(
		"target.missing",
		`${accounts.length === 1 ? `user ${accounts[0]}` : "one of these users"} is not in the directory: ${cause.message}`,
		{
			todo: "Somebody removed the user; the next run plans without it.",
			context: { ...cause.context, group: name },
			cause,
		},
	);

const takenOutside = (name: string, cause: SyncError): SyncError =>
	new SyncError("target.conflict", `the name "${name}" is taken by a group that is not in the directory: ${detailOf(cause)}`, {
		todo: "A group of the organisation or of a site has it: map people to another name, or delete or rename that group at admin.atlassian.com.",
		context: cause.context,
		cause,
	});

const ignored = (group: string, id: string, wanted: boolean): SyncError =>
	new SyncError("target.rejected", `Atlassian accepted the request, but user ${id} is ${wanted ? "not" : "still"} a member of "${group}"`, {
		todo: "Look at the group at admin.atlassian.com; the next run tries again.",
		context: { group, user: id },
	});
